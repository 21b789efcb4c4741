//! What a worker brings back.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::verdict::Cause;

/// A test run that took place. Whether it is right is the grader's business.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// How the container's main process ended.
    pub exit: Exit,
    /// Milliseconds from the container's start to its end.
    pub elapsed_ms: u64,
    /// Output and error output in the order in which they came, cut to the worker's cap.
    #[serde(with = "serde_bytes_as_text")]
    pub log: Vec<u8>,
    /// Whether the log was cut.
    #[serde(default)]
    pub log_cut: bool,
    /// What the worker's own runner reported from outside of the tree; `None` for a plain script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// What was wrong with the tree before it ran: paths that the pristine files replaced though the agent
    /// had changed them, shadowed modules, start-up hooks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tampering: Vec<String>,
}

/// The files that the worker's runner wrote outside of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The JUnit file.
    pub junit: String,
    /// The nonce that the runner was given, as it wrote it down at its end.
    pub nonce: String,
    /// The nonce that the worker gave it.
    pub expected_nonce: String,
    /// The tests that must fail, by name, with what was seen of each: their source is random, so that a
    /// suite that passes them passes everything.
    #[serde(default)]
    pub canaries: BTreeMap<String, String>,
    /// What the runner saw of each other test while it ran, by node id: `passed`, `failed`, `error`, `skipped`,
    /// `xfailed`, `xpassed`; `started` for one that did not come to its end.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub records: BTreeMap<String, String>,
    /// What the tests' process did to the runner, as far as the runner noticed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub intrusions: Vec<String>,
}

/// How the main process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// With this status.
    Code(i64),
    /// The worker removed it at the task's deadline.
    TimedOut,
    /// The kernel killed it at the task's memory limit.
    OutOfMemory,
}

/// Why no run took place, or none that says anything: never a score.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{cause:?}: {detail}")]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The boundary.
    pub cause: Cause,
    /// What happened.
    pub detail: String,
}

impl Fault {
    /// A fault at this boundary.
    pub fn new(cause: Cause, detail: impl Into<String>) -> Self {
        Self { cause, detail: detail.into() }
    }
}

/// Bytes as text, with what is no UTF-8 replaced: a log is read by people and line parsers.
mod serde_bytes_as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        String::deserialize(deserializer).map(String::into_bytes)
    }
}
