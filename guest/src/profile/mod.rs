//! Profiles: which tools an agent has, with the exact texts of the scaffold that they come from.

pub mod anthropic;
pub mod bash;
pub mod bash_1;
pub mod codex;
pub mod cwm;
pub mod kimi_dev;
mod memory;
pub mod openhands;
pub mod openhands_sdk;
pub mod plain;
pub mod r2e_gym;
pub mod swe_agent;
mod text;
mod toolset;
pub(crate) mod variation;

pub use memory::{Memory, OpenFile};
pub(crate) use text::head;
pub use variation::{Keep, ToolName, Truncation, Variation};

use sparring_tree::Content;

use crate::budget::Stoppable;
use crate::machine::{Machine, Terminal};
use crate::step::{CallSyntax, Observation, RawCall, Status};
use crate::workspace::VirtualPath;

/// The names of all profiles.
pub const NAMES: [&str; 15] = [
    anthropic::NAME,
    anthropic::NAME_20250124,
    bash::NAME,
    bash_1::NAME,
    codex::NAME,
    cwm::NAME,
    kimi_dev::NAME,
    openhands::NAME,
    openhands_sdk::NAME,
    plain::NAME,
    r2e_gym::NAME,
    swe_agent::NAME,
    swe_agent::NAME_06,
    swe_agent::EDITOR_NAME,
    swe_agent::SMITH_NAME,
];

/// The tools of one scaffold.
pub trait Profile {
    /// The profile's name.
    fn name(&self) -> &'static str;

    /// The tools as the model is told of them: a JSON array of OpenAI function tools.
    fn tools(&self) -> &'static str;

    /// Where command output goes.
    fn terminal(&self) -> Terminal;

    /// The most characters of an observation, frame and notices included; `None` when the scaffold
    /// shows whatever there is.
    fn shown(&self) -> Option<usize>;

    /// How the scaffold's models write calls into text; `None` for native function calls.
    fn syntax(&self) -> Option<CallSyntax> {
        None
    }

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
    /// Every other profile.
    Memory(Box<Memory>),
}

impl ProfileState {
    /// Versions of files that the tools can bring back.
    pub fn contents(&self) -> impl Iterator<Item = &Content> {
        let (openhands, reference, memory) = match self {
            Self::Bash | Self::SweAgent(_) => (None, None, None),
            Self::OpenHands(state) => (Some(state.editor.contents()), None, None),
            Self::Anthropic(state) => (None, Some(state.history.contents()), None),
            Self::Memory(memory) => (None, None, Some(memory.contents())),
        };
        openhands.into_iter().flatten().chain(reference.into_iter().flatten()).chain(memory.into_iter().flatten())
    }
}

/// The answer to a state that another profile has left: a fault of the host.
fn foreign_state() -> Observation {
    Observation::new("this state belongs to another profile", Status::BadCall)
}

/// The profile of this name.
pub fn find(name: &str) -> Option<&'static dyn Profile> {
    match name {
        anthropic::NAME => Some(&anthropic::Anthropic { has_undo: false }),
        anthropic::NAME_20250124 => Some(&anthropic::Anthropic { has_undo: true }),
        bash::NAME => Some(&bash::Bash),
        bash_1::NAME => Some(&bash_1::Bash1),
        codex::NAME => Some(&codex::Codex),
        cwm::NAME => Some(&cwm::Cwm),
        kimi_dev::NAME => Some(&kimi_dev::KimiDev),
        openhands::NAME => Some(&openhands::OpenHands),
        openhands_sdk::NAME => Some(&openhands_sdk::OpenHandsSdk),
        plain::NAME => Some(&plain::Plain),
        r2e_gym::NAME => Some(&r2e_gym::R2eGym),
        swe_agent::NAME => Some(&swe_agent::WINDOWED),
        swe_agent::EDITOR_NAME => Some(&swe_agent::EDITOR),
        swe_agent::SMITH_NAME => Some(&swe_agent::SMITH),
        swe_agent::NAME_06 => Some(&swe_agent::SweAgent06),
        _ => None,
    }
}
