//! Replies of models that write their calls as text.

use sparring_guest::step::{CallSyntax, ParsedCall};

use super::{Session, Step, StepError, Stepper};

/// What came of a reply.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Its calls, in order, each with its step.
    Steps(Vec<(ParsedCall, Step)>),
    /// It has no call that can be read: what the scaffold tells the model. No step was taken.
    Refused(String),
}

impl Session {
    /// Reads a reply's calls in this syntax and takes a step for each, up to one that ends the
    /// session.
    pub fn reply(&mut self, stepper: &mut Stepper, syntax: CallSyntax, text: &str) -> Result<Reply, StepError> {
        let calls = match syntax.parse(text) {
            Ok(calls) => calls,
            Err(problem) => return Ok(Reply::Refused(problem)),
        };
        let mut steps = Vec::with_capacity(calls.len());
        for call in calls {
            let step = self.step(stepper, &call.raw())?;
            steps.push((call, step));
            if self.is_finished {
                break;
            }
        }
        Ok(Reply::Steps(steps))
    }
}
