//! Who decides which call comes next.

mod noop;
mod oracle;
mod scripted;

pub use noop::Noop;
pub use oracle::Oracle;
pub use scripted::Scripted;

use crate::batch::Call;

/// What a policy does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// A tool call.
    Call(Call),
    /// Nothing more: the rollout ends as it stands.
    Stop,
}

/// Decides a rollout's calls. One value for each rollout; it sees what a model would see: the
/// prompt when it is made, then one observation after the other.
pub trait Policy: Send {
    /// The next action. `observation` is the text of the last step, `None` at the start.
    fn next(&mut self, observation: Option<&str>) -> Action;
}

/// The policies that need no model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PolicyKind {
    /// Reads the gold and makes its edits by tool calls: the upper bound.
    Oracle,
    /// Finishes at once: the lower bound.
    Noop,
    /// Explores with real calls, by rules, from the prompt and the observations alone.
    Scripted,
}

impl PolicyKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Oracle, Self::Noop, Self::Scripted];

    /// Its name on the command line and in records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Oracle => "oracle",
            Self::Noop => "noop",
            Self::Scripted => "scripted",
        }
    }
}

/// A call of `str_replace_editor`.
fn editor(arguments: serde_json::Value) -> Action {
    Action::Call(Call::new("str_replace_editor", arguments.to_string()))
}

/// A call of the shell tool.
fn bash(command: &str) -> Action {
    Action::Call(Call::new("execute_bash", serde_json::json!({ "command": command }).to_string()))
}

fn finish(message: &str) -> Action {
    Action::Call(Call::new("finish", serde_json::json!({ "message": message }).to_string()))
}
