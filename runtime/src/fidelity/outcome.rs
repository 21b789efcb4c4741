//! What a command did, on either side: its output, its exit status and the files it changed.

use std::collections::BTreeMap;

use sparring_tree::Kind;

/// What stands at a path after a command.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileState {
    /// A file, a directory or a link.
    pub kind: Kind,
    /// Permission bits; for a link always those that Linux shows.
    pub mode: u16,
    /// A file's bytes or a link's target.
    pub bytes: Vec<u8>,
}

/// The paths at which a command left something else than it found: absolute, without the leading
/// `/`; `None` for one that is gone.
pub type Changes = BTreeMap<Vec<u8>, Option<FileState>>;

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Outcome {
    /// Standard output and standard error, as one pipe took them.
    pub output: Vec<u8>,
    /// The exit status; `None` when the command was stopped: by its time limit for real, by a
    /// limit of work when simulated.
    pub exit_code: Option<i32>,
    /// What it changed.
    pub changes: Changes,
}

/// Where two outcomes differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Differences {
    /// The outputs have other bytes.
    pub output: bool,
    /// The exit statuses are not the same.
    pub exit_code: bool,
    /// The files afterwards are not the same.
    pub tree: bool,
}

impl Differences {
    /// Compares byte for byte.
    pub fn between(real: &Outcome, simulated: &Outcome) -> Self {
        Self {
            output: real.output != simulated.output,
            exit_code: real.exit_code != simulated.exit_code,
            tree: real.changes != simulated.changes,
        }
    }

    /// Whether there is any.
    pub fn any(self) -> bool {
        self.output || self.exit_code || self.tree
    }
}
