//! One thread of a batch.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crossbeam_channel::{Receiver, Sender};

use super::{Done, Job};
use crate::session::{StepError, Stepper};

pub(super) struct Worker {
    pub(super) stepper: Stepper,
    pub(super) digests: bool,
    pub(super) waiting: Receiver<Job>,
    pub(super) finished: Sender<Done>,
}

impl Worker {
    /// Steps until the batch closes its queue.
    pub(super) fn run(mut self) {
        while let Ok(Job { id, mut session, call }) = self.waiting.recv() {
            // A panic of a handler, or of ours, costs this one session and no other: the engine
            // throws away what was in use.
            let (stepper, digests) = (&mut self.stepper, self.digests);
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let mut result = session.step(stepper, &call.raw());
                if digests && let Ok(step) = &mut result {
                    match session.files_digest() {
                        Ok(files) => step.digest = Some(step.digest_with(&files)),
                        Err(error) => result = Err(error.into()),
                    }
                }
                (session, result)
            }));
            let done = match outcome {
                Ok((session, result)) => Done { id, session: Some(session), result },
                Err(_) => Done { id, session: None, result: Err(StepError::Panicked) },
            };
            if self.finished.send(done).is_err() {
                return;
            }
        }
    }
}
