//! The policy that does nothing.

use super::{Action, Policy, finish};

/// Finishes at once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Noop;

impl Policy for Noop {
    fn next(&mut self, observation: Option<&str>) -> Action {
        match observation {
            None => finish("nothing to do"),
            Some(_) => Action::Stop,
        }
    }
}
