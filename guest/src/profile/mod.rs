//! Profiles: which tools an agent has, with the exact texts of the scaffold that they come from.

pub mod bash;
pub mod openhands;
pub mod plain;
mod text;

use sparring_tree::Content;

use crate::budget::Stoppable;
use crate::machine::{Machine, Terminal};
use crate::step::{Observation, RawCall};
use crate::workspace::VirtualPath;

/// The names of all profiles.
pub const NAMES: [&str; 3] = [bash::NAME, openhands::NAME, plain::NAME];

/// The tools of one scaffold.
pub trait Profile {
    /// The profile's name.
    fn name(&self) -> &'static str;

    /// The tools as the model is told of them: a JSON array of OpenAI function tools.
    fn tools(&self) -> &'static str;

    /// Where command output goes.
    fn terminal(&self) -> Terminal;

    /// What the tools remember before the first step.
    fn initial_state(&self, root: &VirtualPath) -> ProfileState;

    /// Answers one call. Whatever the model wrote is answered by an observation.
    fn step(&self, call: &RawCall<'_>, state: &mut ProfileState, machine: &mut Machine<'_>) -> Stoppable<Observation>;

    /// How this scaffold shows a message of the environment itself, such as a limit.
    fn frame_limit(&self, message: &str) -> String;
}

/// What a profile's tools remember between steps.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ProfileState {
    /// [`bash`] and [`plain`]: every call is a new shell.
    Bash,
    /// [`openhands`].
    OpenHands(Box<openhands::State>),
}

impl ProfileState {
    /// Versions of files that the tools can bring back.
    pub fn contents(&self) -> impl Iterator<Item = &Content> {
        let history = match self {
            Self::Bash => None,
            Self::OpenHands(state) => Some(state.editor.contents()),
        };
        history.into_iter().flatten()
    }
}

/// The profile of this name.
pub fn find(name: &str) -> Option<&'static dyn Profile> {
    match name {
        bash::NAME => Some(&bash::Bash),
        openhands::NAME => Some(&openhands::OpenHands),
        plain::NAME => Some(&plain::Plain),
        _ => None,
    }
}
