//! Which profile stands for a recorded scaffold, and how its recordings were written down.

use std::borrow::Cow;

use sparring_guest::profile::{bash, bash_1, plain, swe_agent};

use super::recording::RecordedStep;

/// The scaffolds that recordings are known of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaffold {
    /// SWE-agent 0.6: an open file, a prompt under each observation; recorded without the prompt
    /// and without blanks around.
    SweAgent06,
    /// SWE-agent 1.0 with its editor: recorded with `\r\n` and without blanks around.
    SweAgentEditor,
    /// mini-swe-agent 1.x.
    Mini1,
    /// mini-swe-agent 2.x.
    Mini2,
    /// Live-SWE-agent on mini-swe-agent 2.x, whose own observations are longer: what the command
    /// printed is compared.
    Live,
}

/// What SWE-agent shows when a command printed nothing; its recordings keep the nothing.
const NO_OUTPUT: &str = "Your command ran successfully and did not produce any output.";

impl Scaffold {
    /// The scaffold of this name; `None` for one that is not known.
    pub fn named(name: &str) -> Option<Self> {
        let known = [
            ("SWE-agent 0.6", Self::SweAgent06),
            ("SWE-agent 1.", Self::SweAgentEditor),
            ("mini-swe-agent 1.", Self::Mini1),
            ("mini-swe-agent 2.", Self::Mini2),
            ("live-swe-agent (mini 2.", Self::Live),
        ];
        known.into_iter().find(|(start, _)| name.starts_with(start)).map(|(_, scaffold)| scaffold)
    }

    /// The profile that answers as it does.
    pub fn profile(self) -> &'static str {
        match self {
            Self::SweAgent06 => swe_agent::NAME_06,
            Self::SweAgentEditor => swe_agent::EDITOR_NAME,
            Self::Mini1 => bash_1::NAME,
            Self::Mini2 => bash::NAME,
            Self::Live => plain::NAME,
        }
    }

    /// Where it had repositories.
    pub fn root(self, repo: &str) -> String {
        match self {
            Self::SweAgent06 => format!("/{}", repo.replace('/', "__")),
            _ => "/testbed".into(),
        }
    }

    /// Whether steps of a run go on from each other; if not, every command met a session of its
    /// own, and its recorded neighbours say nothing about it.
    pub fn has_state(self) -> bool {
        matches!(self, Self::SweAgent06 | Self::SweAgentEditor)
    }

    /// An observation of ours as the recording would have it.
    pub fn as_recorded(self, observation: &str) -> &str {
        match self {
            Self::SweAgent06 => observation.rfind("\n(Open file: ").map_or(observation, |at| &observation[..at]).trim(),
            Self::SweAgentEditor if observation == NO_OUTPUT => "",
            Self::SweAgentEditor => observation.strip_prefix("OBSERVATION:\n").unwrap_or(observation).trim(),
            Self::Mini1 | Self::Mini2 | Self::Live => observation,
        }
    }

    /// A recorded observation, its line ends those of ours.
    pub fn recorded(self, step: &RecordedStep) -> Cow<'_, str> {
        let observation = &step.observation;
        match self {
            Self::SweAgentEditor if observation.contains('\r') => {
                Cow::Owned(observation.replace("\r\n", "\n").trim().to_owned())
            }
            Self::SweAgent06 | Self::SweAgentEditor => Cow::Borrowed(observation.trim()),
            Self::Live => Cow::Borrowed(step.raw_output.as_ref().unwrap_or(observation)),
            Self::Mini1 | Self::Mini2 => Cow::Borrowed(observation),
        }
    }

    /// Whether an edit was refused, by its observation; `None` for steps that no linter looks at.
    pub fn is_refused(self, tool: &str, observation: &str) -> Option<bool> {
        (self == Self::SweAgent06 && tool == "edit")
            .then(|| observation.starts_with("Your proposed edit has introduced new syntax error"))
    }
}
