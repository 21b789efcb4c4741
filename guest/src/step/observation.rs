//! What the model reads after a step.

use crate::machine::Provenance;

/// How a step ended, for trainers; the model reads it from the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The tool did what it was asked, or ran a command (whatever the command returned).
    Ok,
    /// The tool understood the call and refused it: no such file, no unique match.
    ToolError,
    /// The call itself was wrong: unknown tool, missing argument, no JSON.
    BadCall,
    /// A work limit ended the step; nothing was changed.
    Limit,
    /// The session is over: the agent finished, or had finished before.
    Finished,
}

impl Status {
    /// The word for it in traces and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ToolError => "tool_error",
            Self::BadCall => "bad_call",
            Self::Limit => "limit",
            Self::Finished => "finished",
        }
    }
}

/// The answer to one call.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Observation {
    /// The text that the model reads, after the profile's truncation.
    pub text: String,
    /// How the step ended.
    pub status: Status,
    /// The exit status of the command that the step ran, if it ran one.
    pub exit_code: Option<i32>,
    /// How true the text is: the weakest part counts.
    pub provenance: Provenance,
}

impl Observation {
    /// An observation of simulated tools.
    pub fn new(text: impl Into<String>, status: Status) -> Self {
        Self { text: text.into(), status, exit_code: None, provenance: Provenance::Exact }
    }

    /// With the exit status of a command.
    pub fn with_exit_code(mut self, exit_code: u8) -> Self {
        self.exit_code = Some(i32::from(exit_code));
        self
    }
}
