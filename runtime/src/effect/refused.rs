//! Refuses, as a container without the program does.

use sparring_guest::machine::{EffectResult, Provenance};

use super::{EffectHandler, EffectQuestion};
use crate::session::SessionError;

/// Answers every request with the shell's "command not found" and exit status 127.
#[derive(Clone, Copy, Debug, Default)]
pub struct Refused;

impl EffectHandler for Refused {
    fn answer(&self, question: &EffectQuestion<'_>) -> Result<Option<EffectResult>, SessionError> {
        let name = question.request.arguments.first().map_or(&b""[..], Vec::as_slice);
        let text = [b"bash: ", name, b": command not found\n"].concat();
        Ok(Some(EffectResult {
            request: question.request.digest(),
            output: vec![(true, text)],
            status: 127,
            changes: Vec::new(),
            provenance: Provenance::Refused,
        }))
    }
}
