//! Many sessions on a fixed pool of threads.
//!
//! [`Batch::send`] hands a call to a session, [`Batch::recv`] returns whichever step is ready
//! next, so a trainer overlaps stepping with waiting for its model. Results do not depend on the
//! number of threads or on the order in which steps are taken: a session's steps run one after
//! the other, and sessions share nothing that they can change.

mod slots;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender};

use crate::effect::Effects;
use crate::engine::{Engine, Policy};
use crate::session::{Session, Step, StepError};

use slots::{Slots, Taken};

/// Names a session of a batch. Never used again within the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// A tool call that owns its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The tool's name.
    pub tool: String,
    /// The arguments, a JSON object as text.
    pub arguments: String,
}

impl Call {
    /// A call of a tool.
    pub fn new(tool: impl Into<String>, arguments: impl Into<String>) -> Self {
        Self { tool: tool.into(), arguments: arguments.into() }
    }

    /// The call as a session takes it.
    pub fn raw(&self) -> sparring_guest::step::RawCall<'_> {
        sparring_guest::step::RawCall { tool: &self.tool, arguments: &self.arguments }
    }
}

/// What a caller may choose about a batch.
#[derive(Clone, Debug)]
pub struct BatchOptions {
    /// Threads that step. Default: as many as the machine runs at once.
    pub threads: usize,
    /// The policy. Default resident.
    pub policy: Policy,
    /// Handlers of effects. Default: everything is refused.
    pub effects: Arc<Effects>,
    /// Whether every step gets its digest, which hashes the session's changed files. Default no.
    pub digests: bool,
    /// Calls that may wait; [`Batch::send`] blocks above it. Default 65,536.
    pub queue: usize,
}

impl Default for BatchOptions {
    fn default() -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            policy: Policy::Resident,
            effects: Arc::default(),
            digests: false,
            queue: 65_536,
        }
    }
}

/// Why a call cannot be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// No session of this id is in the batch.
    #[error("no session {0:?} in this batch")]
    Unknown(SessionId),
    /// The session's last call has not been received yet.
    #[error("session {0:?} is still stepping")]
    Busy(SessionId),
    /// All threads of the batch have ended: a fault of ours.
    #[error("the batch has no threads any more")]
    Stopped,
}

struct Job {
    id: SessionId,
    session: Session,
    call: Call,
}

struct Done {
    id: SessionId,
    /// `None` when the step panicked and the session is lost.
    session: Option<Session>,
    result: Result<Step, StepError>,
}

/// Sessions and the threads that step them.
pub struct Batch {
    slots: Slots,
    jobs: Option<Sender<Job>>,
    done: Receiver<Done>,
    in_flight: AtomicUsize,
    threads: Vec<JoinHandle<()>>,
}

impl Batch {
    /// Starts the threads.
    pub fn new(engine: &Engine, options: &BatchOptions) -> std::io::Result<Self> {
        let (jobs, waiting) = crossbeam_channel::bounded(options.queue.max(1));
        let (finished, done) = crossbeam_channel::unbounded();
        let mut threads = Vec::new();
        for index in 0..options.threads.max(1) {
            let worker = worker::Worker {
                stepper: crate::session::Stepper::new(engine, options.policy, options.effects.clone()),
                digests: options.digests,
                waiting: waiting.clone(),
                finished: finished.clone(),
            };
            let builder = std::thread::Builder::new().name(format!("sparring-step-{index}"));
            threads.push(builder.spawn(move || worker.run())?);
        }
        Ok(Self { slots: Slots::default(), jobs: Some(jobs), done, in_flight: AtomicUsize::new(0), threads })
    }

    /// Adds a session.
    pub fn insert(&self, session: Session) -> SessionId {
        self.slots.insert(session)
    }

    /// Takes a session out of the batch.
    pub fn remove(&self, id: SessionId) -> Result<Session, BatchError> {
        match self.slots.remove(id) {
            Taken::Here(session) => Ok(session),
            Taken::Away => Err(BatchError::Busy(id)),
            Taken::Unknown => Err(BatchError::Unknown(id)),
        }
    }

    /// How many sessions are in the batch.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether no session is in the batch.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Hands a call to a session. Blocks while the queue is full.
    pub fn send(&self, id: SessionId, call: Call) -> Result<(), BatchError> {
        let session = match self.slots.take(id) {
            Taken::Here(session) => session,
            Taken::Away => return Err(BatchError::Busy(id)),
            Taken::Unknown => return Err(BatchError::Unknown(id)),
        };
        let jobs = self.jobs.as_ref().ok_or(BatchError::Stopped)?;
        self.in_flight.fetch_add(1, Ordering::AcqRel);
        jobs.send(Job { id, session, call }).map_err(|_| BatchError::Stopped)
    }

    /// The next step that is done, in the order in which steps end. Blocks until there is one;
    /// `None` when no call is on its way. After an error the session is as it was before the
    /// call, or gone from the batch if the step panicked.
    pub fn recv(&self) -> Option<(SessionId, Result<Step, StepError>)> {
        // Counted down before waiting, so that of two receivers one does not wait for nothing.
        let claim = self.in_flight.fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| count.checked_sub(1));
        claim.ok()?;
        let done = self.done.recv().ok()?;
        match done.session {
            Some(session) => self.slots.put_back(done.id, session),
            None => self.slots.forget(done.id),
        }
        Some((done.id, done.result))
    }

    /// Steps many sessions at once and returns the results in the order of the calls.
    pub fn step_many(&self, calls: Vec<(SessionId, Call)>) -> Result<Vec<Result<Step, StepError>>, BatchError> {
        let order: Vec<SessionId> = calls.iter().map(|(id, _)| *id).collect();
        for (id, call) in calls {
            self.send(id, call)?;
        }
        let mut results: std::collections::BTreeMap<SessionId, Result<Step, StepError>> = Default::default();
        while results.len() < order.len() {
            let (id, result) = self.recv().ok_or(BatchError::Stopped)?;
            results.insert(id, result);
        }
        order.into_iter().map(|id| results.remove(&id).ok_or(BatchError::Unknown(id))).collect()
    }
}

impl Drop for Batch {
    /// Ends the threads; steps that were not received are lost with their sessions.
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A thread catches what its steps throw, so a panic here has been reported already.
            let _reported = thread.join();
        }
    }
}
