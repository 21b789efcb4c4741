//! What a step runs on: the session's files, the open streams, the effects, the terminal.

mod effects;
mod pipe;
mod streams;

pub use effects::{EffectChange, EffectRequest, EffectResult, Effects, Provenance};
pub use pipe::Demand;
pub use streams::{Descriptors, StreamId, Streams};

use crate::budget::Budget;
use crate::commands::Command;
use crate::commands::git::GitState;
use crate::window::Window;
use crate::workspace::Workspace;

/// Where a step's output goes: it decides columns, colours and the order of mixed streams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Terminal {
    /// A pipe: standard output is block-buffered, so errors come first.
    #[default]
    Pipe,
    /// A terminal of so many columns.
    Columns(u16),
}

/// The state of a running step.
pub struct Machine<'a> {
    /// The session's files.
    pub workspace: Workspace<'a>,
    /// Work left.
    pub budget: &'a Budget,
    /// Open streams.
    pub streams: Streams,
    /// What the host answers.
    pub effects: Effects,
    /// Where the output goes.
    pub terminal: Terminal,
    /// The session's git repositories.
    pub git: GitState,
    /// The program that ended last was killed by a write to a pipe that nobody reads.
    pub(crate) was_killed: bool,
    /// Programs that the profile adds to those of the container, sorted by name.
    pub tools: &'static [&'static Command],
    /// What these tools remember.
    pub window: Window,
}

impl<'a> Machine<'a> {
    /// A machine on these files, with no stream open.
    pub fn new(workspace: Workspace<'a>, effects: Effects, terminal: Terminal) -> Self {
        let budget = workspace.budget();
        Self {
            workspace,
            budget,
            streams: Streams::default(),
            effects,
            terminal,
            git: GitState::default(),
            was_killed: false,
            tools: &[],
            window: Window::default(),
        }
    }
}
