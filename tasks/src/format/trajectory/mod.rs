//! Trajectories: Sparring's own versioned form, and those of the field.
//!
//! [`Form::read`] and [`Form::write`] lose nothing, in either direction: what a foreign record has beyond what
//! [`Trajectory`] knows is kept in [`Trajectory::foreign`] and written back; what [`Trajectory`] has and a foreign form
//! has no field for goes along under the key [`RESIDUAL`]. [`Form::write_bare`] leaves that out.

mod atif;
mod chat;
mod mini_swe_agent;
mod openhands;
mod prediction;
mod share_gpt;
mod swe_agent;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sparring_tree::Digest;

use super::difference;

/// The version of [`Trajectory`]'s written form; a reader refuses others.
pub const TRAJECTORY_VERSION: u32 = 1;
/// The key of a foreign record under which goes what its own fields cannot say.
pub const RESIDUAL: &str = "sparring";

/// One rollout as a chat, with what is known about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trajectory {
    /// [`TRAJECTORY_VERSION`].
    pub version: u32,
    /// Distinct within a file; may be empty where a form has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The task.
    pub instance_id: String,
    /// Who acted.
    #[serde(default)]
    pub agent: Agent,
    /// The tools that it had, as OpenAI's interface describes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Value>,
    /// The chat.
    pub messages: Vec<Message>,
    /// Why it ended, in the words of who ran it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_status: Option<String>,
    /// What it changed, as a patch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<String>,
    /// Its reward; nothing when there is none or it is void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reward: Option<f64>,
    /// Rollouts that are compared with each other share it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Where it was forked off, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// What foreign records had besides, by the name of their form.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub foreign: BTreeMap<String, Value>,
}

/// Who acted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The scaffold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// The trajectory that one was forked off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parent {
    /// Its id.
    pub id: String,
    /// How many of its messages both share; they carry [`Mark::Copied`] here.
    pub messages: usize,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The setting.
    System,
    /// The task, and what people say.
    User,
    /// The model.
    Assistant,
    /// A tool.
    Tool,
}

/// A message of the chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who says it.
    pub role: Role,
    /// The text.
    pub content: String,
    /// What the model thought before it, where that is apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<String>,
    /// The model's calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<Call>,
    /// Which call a tool answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// What a loss policy looks at, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// When, as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
}

/// A tool call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Distinct within the trajectory.
    pub id: String,
    /// The tool.
    pub name: String,
    /// The arguments as the model wrote them: JSON as text.
    pub arguments: String,
}

/// What a loss policy looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// A turn that broke the form of calls, or the answer to it.
    FormatError,
    /// A fault of the infrastructure shows here.
    Infrastructure,
    /// A turn that a program wrote in the model's place.
    Forced,
    /// A prefix that another trajectory of the group has as well (`is_copied_context`).
    Copied,
    /// An observation that a model predicted.
    Predicted,
}

impl Trajectory {
    /// An empty one.
    pub fn new(instance_id: &str) -> Self {
        Self {
            version: TRAJECTORY_VERSION,
            id: String::new(),
            instance_id: instance_id.to_owned(),
            agent: Agent::default(),
            tools: Vec::new(),
            messages: Vec::new(),
            exit_status: None,
            patch: None,
            reward: None,
            group: None,
            parent: None,
            foreign: BTreeMap::new(),
        }
    }
}

impl Message {
    /// A plain message.
    pub fn new(role: Role, content: impl Into<String>) -> Self {
        let content = content.into();
        let (tool_calls, marks) = (Vec::new(), Vec::new());
        Self { role, content, reasoning: None, tool_calls, tool_call_id: None, marks, timestamp: None }
    }
}

/// The forms of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// [`Trajectory`] itself, one a line.
    Sparring,
    /// SWE-agent's `.traj`: one object a file.
    SweAgent,
    /// mini-swe-agent's `.traj.json`: one object a file.
    MiniSweAgent,
    /// OpenHands' `output.jsonl`.
    OpenHands,
    /// Harbor's Agent Trajectory Interchange Format, version 1.7.
    Atif,
    /// Training rows: messages and tools as OpenAI's interface has them.
    Chat,
    /// Training rows with `conversations`, calls as text.
    ShareGpt,
    /// SWE-bench's predictions.
    Predictions,
}

/// Why a record is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// No JSON.
    #[error("{0}")]
    Json(String),
    /// A field that the form demands is missing or of another type.
    #[error("`{0}` is missing or not as expected")]
    Field(String),
    /// A version that this build does not read.
    #[error("version {0}, this build reads version {TRAJECTORY_VERSION}")]
    Version(u32),
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Sparring,
        Self::SweAgent,
        Self::MiniSweAgent,
        Self::OpenHands,
        Self::Atif,
        Self::Chat,
        Self::ShareGpt,
        Self::Predictions,
    ];

    /// Its name on the command line and in [`Trajectory::foreign`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Sparring => "sparring",
            Self::SweAgent => "swe-agent",
            Self::MiniSweAgent => "mini-swe-agent",
            Self::OpenHands => "openhands",
            Self::Atif => "atif",
            Self::Chat => "chat",
            Self::ShareGpt => "sharegpt",
            Self::Predictions => "predictions",
        }
    }

    /// The form of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    /// Reads one record.
    pub fn read(self, record: &Value) -> Result<Trajectory, FormError> {
        if self == Self::Sparring {
            return own(record);
        }
        let mut record = record.clone();
        let residual = record.as_object_mut().and_then(|object| object.shift_remove(RESIDUAL));
        let trajectory = self.read_plain(&record)?;
        let Some(residual) = residual else { return Ok(trajectory) };
        let mut value = serde_json::to_value(trajectory).map_err(|error| FormError::Json(error.to_string()))?;
        difference::apply(&mut value, &residual);
        own(&value)
    }

    /// Writes one record; [`Form::read`] gives back the same trajectory.
    pub fn write(self, trajectory: &Trajectory) -> Value {
        let mut record = self.write_bare(trajectory);
        if self == Self::Sparring {
            return record;
        }
        let again = self.read_plain(&record).ok().and_then(|again| serde_json::to_value(again).ok());
        let wanted = serde_json::to_value(trajectory).unwrap_or_default();
        // A record that cannot be read as it is carries everything.
        let residual = match again {
            Some(again) => difference::between(&again, &wanted),
            None => Some(json!({ "set": wanted })),
        };
        if let (Some(residual), Value::Object(object)) = (residual, &mut record) {
            object.insert(RESIDUAL.to_owned(), residual);
        }
        record
    }

    /// Writes one record with what the form has fields for, and what it had when it was read, alone.
    pub fn write_bare(self, trajectory: &Trajectory) -> Value {
        let mut record = self.build(trajectory);
        let kept = trajectory.foreign.get(self.name());
        if let Some(difference) = kept.filter(|kept| kept["of"] == identity(&record)) {
            difference::apply(&mut record, &difference["difference"]);
        }
        record
    }

    fn read_plain(self, record: &Value) -> Result<Trajectory, FormError> {
        let mut trajectory = self.understand(record)?;
        let built = self.build(&trajectory);
        if let Some(difference) = difference::between(&built, record) {
            // Put back only into the record that it was taken from: a trajectory that has changed since makes another.
            let kept = json!({ "of": identity(&built), "difference": difference });
            trajectory.foreign.insert(self.name().to_owned(), kept);
        }
        Ok(trajectory)
    }

    fn understand(self, record: &Value) -> Result<Trajectory, FormError> {
        match self {
            Self::Sparring => own(record),
            Self::SweAgent => swe_agent::read(record),
            Self::MiniSweAgent => mini_swe_agent::read(record),
            Self::OpenHands => openhands::read(record),
            Self::Atif => atif::read(record),
            Self::Chat => chat::read(record),
            Self::ShareGpt => share_gpt::read(record),
            Self::Predictions => prediction::read(record),
        }
    }

    fn build(self, trajectory: &Trajectory) -> Value {
        match self {
            Self::Sparring => serde_json::to_value(trajectory).unwrap_or_default(),
            Self::SweAgent => swe_agent::write(trajectory),
            Self::MiniSweAgent => mini_swe_agent::write(trajectory),
            Self::OpenHands => openhands::write(trajectory),
            Self::Atif => atif::write(trajectory),
            Self::Chat => chat::write(trajectory),
            Self::ShareGpt => share_gpt::write(trajectory),
            Self::Predictions => prediction::write(trajectory),
        }
    }

    /// Reads a whole file: one object, a list, an object by instance (predictions), or one object a line.
    pub fn read_file(self, text: &str) -> Result<Vec<Trajectory>, FormError> {
        let json = |error: serde_json::Error| FormError::Json(error.to_string());
        let records: Vec<Value> = match serde_json::from_str::<Value>(text) {
            Ok(Value::Array(records)) => records,
            // Predictions by instance.
            Ok(Value::Object(rows)) if self == Self::Predictions && !rows.contains_key("instance_id") => rows
                .into_iter()
                .map(|(id, mut row)| {
                    row.as_object_mut().map(|row| row.insert("instance_id".to_owned(), id.into()));
                    row
                })
                .collect(),
            Ok(value @ Value::Object(_)) => vec![value],
            _ => text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(serde_json::from_str)
                .collect::<Result<_, _>>()
                .map_err(json)?,
        };
        records.iter().map(|record| self.read(record)).collect()
    }
}

fn own(record: &Value) -> Result<Trajectory, FormError> {
    let trajectory: Trajectory =
        serde_json::from_value(record.clone()).map_err(|error| FormError::Json(error.to_string()))?;
    match trajectory.version {
        TRAJECTORY_VERSION => Ok(trajectory),
        version => Err(FormError::Version(version)),
    }
}

fn identity(record: &Value) -> String {
    Digest::of("foreign record", record.to_string().as_bytes()).to_string()
}

/// A text field.
fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// A list that has to be there.
fn list<'a>(value: &'a Value, name: &str) -> Result<&'a [Value], FormError> {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| FormError::Field(name.to_owned()))
}

/// A content that is a text, or parts of which some are text.
fn content(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

/// Puts a field into an object when there is something to say.
fn put(object: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    object.extend(value.map(|value| (name.to_owned(), value.into())));
}
