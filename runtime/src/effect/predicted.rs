//! Asks a callback, for instance a model.

use sparring_guest::machine::{EffectResult, Provenance};

use super::{EffectHandler, EffectQuestion};
use crate::session::SessionError;

type Callback = dyn Fn(&EffectQuestion<'_>) -> Option<EffectResult> + Send + Sync;

/// Answers with what a callback returns. Whatever provenance the callback names, the result counts
/// as predicted.
pub struct Predicted {
    callback: Box<Callback>,
}

impl Predicted {
    /// A handler around a callback; `None` passes the question on to the next handler. The
    /// callback runs on the stepping thread.
    pub fn new(callback: impl Fn(&EffectQuestion<'_>) -> Option<EffectResult> + Send + Sync + 'static) -> Self {
        Self { callback: Box::new(callback) }
    }
}

impl std::fmt::Debug for Predicted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Predicted")
    }
}

impl EffectHandler for Predicted {
    fn answer(&self, question: &EffectQuestion<'_>) -> Result<Option<EffectResult>, SessionError> {
        Ok((self.callback)(question).map(|result| EffectResult {
            request: question.request.digest(),
            provenance: Provenance::Predicted,
            ..result
        }))
    }
}
