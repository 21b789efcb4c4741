//! Profiles: which tools an agent has, with the exact texts of the scaffold that they come from.

pub mod anthropic;
pub mod bash;
pub mod openhands;
pub mod plain;
pub mod swe_agent;
mod text;

pub(crate) use text::head;

use sparring_tree::Content;

use crate::budget::Stoppable;
use crate::machine::{Machine, Terminal};
use crate::step::{Observation, RawCall};
use crate::workspace::VirtualPath;

/// The names of all profiles.
pub const NAMES: [&str; 8] = [
    anthropic::NAME,
    anthropic::NAME_20250124,
    bash::NAME,
    openhands::NAME,
    plain::NAME,
    swe_agent::NAME,
    swe_agent::NAME_06,
    swe_agent::EDITOR_NAME,
];

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
    /// The profiles of [`swe_agent`].
    SweAgent(Box<swe_agent::State>),
    /// The profiles of [`anthropic`].
    Anthropic(Box<anthropic::State>),
}

impl ProfileState {
    /// Versions of files that the tools can bring back.
    pub fn contents(&self) -> impl Iterator<Item = &Content> {
        let (openhands, reference) = match self {
            Self::Bash | Self::SweAgent(_) => (None, None),
            Self::OpenHands(state) => (Some(state.editor.contents()), None),
            Self::Anthropic(state) => (None, Some(state.history.contents())),
        };
        openhands.into_iter().flatten().chain(reference.into_iter().flatten())
    }
}

/// The profile of this name.
pub fn find(name: &str) -> Option<&'static dyn Profile> {
    match name {
        anthropic::NAME => Some(&anthropic::Anthropic { has_undo: false }),
        anthropic::NAME_20250124 => Some(&anthropic::Anthropic { has_undo: true }),
        bash::NAME => Some(&bash::Bash),
        openhands::NAME => Some(&openhands::OpenHands),
        plain::NAME => Some(&plain::Plain),
        swe_agent::NAME => Some(&swe_agent::SweAgent),
        swe_agent::EDITOR_NAME => Some(&swe_agent::SweAgentEditor),
        swe_agent::NAME_06 => Some(&swe_agent::SweAgent06),
        _ => None,
    }
}
