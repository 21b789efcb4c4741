//! Output collected while the workspace is borrowed, in the order in which a program made it.

use super::Context;
use crate::budget::Stoppable;

/// Standard output with error messages in between.
#[derive(Clone, Debug, Default)]
pub struct Sink {
    /// Standard output so far.
    pub out: Vec<u8>,
    /// Each message with the length that the output had by then.
    errors: Vec<(usize, Vec<u8>)>,
}

impl Sink {
    /// Adds an error message, without the program's name and the newline.
    pub fn complain(&mut self, message: Vec<u8>) {
        self.errors.push((self.out.len(), message));
    }

    /// Writes everything out. Standard output is flushed before each message, as `error` of the C
    /// library does.
    pub fn replay(&mut self, context: &mut Context<'_, '_>) -> Stoppable<()> {
        let out = std::mem::take(&mut self.out);
        let mut from = 0;
        for (at, message) in self.errors.drain(..) {
            context.out(out.get(from..at).unwrap_or_default())?;
            context.flush()?;
            context.complain(&message)?;
            from = at;
        }
        context.out(out.get(from..).unwrap_or_default())
    }
}
