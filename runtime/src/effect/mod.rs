//! Handlers for what a step cannot compute: the mock execution.
//!
//! Handlers are tried in the order in which a policy names them; the first that answers counts.
//! Every result carries its provenance, so a trainer can mask by it.

mod predicted;
mod recorded;
mod refused;

pub use predicted::Predicted;
pub use recorded::Recorded;
pub use refused::Refused;

use std::sync::Arc;

use sparring_guest::machine::{EffectRequest, EffectResult};
use sparring_tree::{Digest, Hasher};

use crate::session::{Session, SessionError};

/// What a step asks.
#[derive(Clone, Copy, Debug)]
pub struct EffectQuestion<'q> {
    /// The program to run.
    pub request: &'q EffectRequest,
    /// The session as it is in the middle of the step: its files, its changes.
    pub session: &'q Session,
}

impl EffectQuestion<'_> {
    /// The key of a recorded result: the files and the request.
    pub fn key(&self) -> Result<Digest, SessionError> {
        let mut hasher = Hasher::new("sparring effect key 1");
        hasher.digest(&self.session.files_digest()?).digest(&self.request.digest());
        Ok(hasher.finish())
    }
}

/// Answers effects.
pub trait EffectHandler: std::fmt::Debug + Send + Sync {
    /// The result, or `None` when this handler has none.
    fn answer(&self, question: &EffectQuestion<'_>) -> Result<Option<EffectResult>, SessionError>;
}

/// The handlers of a run, in order.
#[derive(Clone, Debug)]
pub struct Effects {
    handlers: Vec<Arc<dyn EffectHandler>>,
}

impl Default for Effects {
    /// Refuses everything.
    fn default() -> Self {
        Self::new(vec![Arc::new(Refused)])
    }
}

impl Effects {
    /// Handlers in the order in which they are tried.
    pub fn new(handlers: Vec<Arc<dyn EffectHandler>>) -> Self {
        Self { handlers }
    }

    /// The first answer.
    pub fn answer(&self, question: &EffectQuestion<'_>) -> Result<Option<EffectResult>, SessionError> {
        for handler in &self.handlers {
            if let Some(result) = handler.answer(question)? {
                return Ok(Some(result));
            }
        }
        Ok(None)
    }
}
