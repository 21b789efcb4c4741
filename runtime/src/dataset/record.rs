//! The rows of a dataset.

use serde::{Deserialize, Serialize};
use sparring_guest::machine::{EffectResult, Provenance};
use sparring_guest::step::Status;
use sparring_tasks::Verdict;
use sparring_tree::Digest;

/// The version of [`Record`].
pub const RECORD_VERSION: u32 = 1;
/// The version of [`Manifest`].
pub const MANIFEST_VERSION: u32 = 1;

/// What a folder of rollouts was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`].
    pub version: u32,
    /// The repository as it was given.
    pub source: String,
    /// Its commit, where there is one.
    pub commit: Option<String>,
    /// The digest of its tree.
    pub tree: Digest,
    /// The tools that the agent had.
    pub profile: String,
    /// Who chose the calls.
    pub policy: String,
    /// Rollouts asked for.
    pub sessions: usize,
    /// Steps after which a rollout ends.
    pub max_steps: u32,
    /// The digest of the guest that computed the observations.
    pub guest: String,
    /// The version of Sparring.
    pub sparring: String,
}

/// Why a rollout ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The agent called the tool that ends its session.
    Finished,
    /// The policy had no further action.
    Stopped,
    /// It took [`Manifest::max_steps`].
    MaxSteps,
    /// A fault of ours; the verdict is void.
    Fault,
}

/// A message of a chat, as OpenAI's interface writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// `user`, `assistant` or `tool`.
    pub role: String,
    /// The text.
    pub content: String,
    /// An assistant's calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Which call a tool's message answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
}

/// A tool call in an assistant's message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// Unique within the trajectory.
    pub id: String,
    /// Always `function`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The tool and its arguments.
    pub function: Function,
}

/// The tool and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// The tool's name.
    pub name: String,
    /// The arguments as the policy wrote them: a JSON object as text.
    pub arguments: String,
}

/// What is known of one step besides its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordStep {
    /// The step's identity: observation, exit code, files.
    pub digest: Digest,
    /// How it ended.
    pub status: Status,
    /// The command's exit status, if one ran.
    pub exit_code: Option<i32>,
    /// How true the observation is.
    pub provenance: Provenance,
    /// How long the step took, in nanoseconds; no part of the digest.
    pub elapsed_ns: u64,
    /// Results of effects, so that a replay asks nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<EffectResult>,
}

/// One finished rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_VERSION`].
    pub version: u32,
    /// Unique within the folder: the task's id and the sample's number.
    pub id: String,
    /// The task.
    pub task: String,
    /// Which of the task's rollouts this is, from 0.
    pub sample: u32,
    /// Who chose the calls.
    pub policy: String,
    /// The chat: the prompt, then calls and observations in turn.
    pub messages: Vec<Message>,
    /// One entry for each call, in order.
    pub steps: Vec<RecordStep>,
    /// Why it ended.
    pub end_reason: EndReason,
    /// The reward; nothing when the verdict is void.
    pub reward: Option<f64>,
    /// The verdict with its evidence.
    pub verdict: Verdict,
    /// The final change as `git diff` prints it; bytes that are no UTF-8 as U+FFFD.
    pub diff: String,
    /// The identity of the final files.
    pub files: Digest,
}

impl Record {
    /// The calls of the trajectory, in order.
    pub fn calls(&self) -> impl Iterator<Item = &Function> {
        self.messages.iter().flat_map(|message| &message.tool_calls).map(|call| &call.function)
    }
}
