//! What a step cannot compute and asks the host for: running Python, a test run, a result
//! recorded earlier or predicted by a model.
//!
//! A step that needs a result ends there; the host obtains it and runs the step again from its
//! start with all results so far. A step is deterministic, so its n-th request is always the same
//! one, and the replay of a trace never has to ask again.

use sparring_tree::Digest;

use super::Machine;
use crate::budget::{Stop, Stoppable};
use crate::limits::LimitKind;
use crate::workspace::VirtualPath;

/// How true an observation is to what a real environment would have printed. Of several, the
/// weakest counts; the order here goes from strong to weak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provenance {
    /// Computed by the simulated tools from the files alone.
    #[default]
    Exact,
    /// A real interpreter ran on the session's files.
    Executed,
    /// A real result, recorded earlier for the same files and command.
    Recorded,
    /// Guessed, for instance by a model.
    Predicted,
    /// Not run, or not in the way that was asked for: a realistic failure was printed instead, or
    /// a background job ran to its end at once.
    Refused,
}

impl Provenance {
    /// The word for it in observations, traces and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Executed => "executed",
            Self::Recorded => "recorded",
            Self::Predicted => "predicted",
            Self::Refused => "refused",
        }
    }
}

/// A program that the host is asked to run.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EffectRequest {
    /// The program's name and arguments.
    pub arguments: Vec<Vec<u8>>,
    /// Where it runs, with the leading `/`.
    pub directory: Vec<u8>,
    /// Exported variables, sorted by name.
    pub environment: Vec<(Vec<u8>, Vec<u8>)>,
    /// What it reads on standard input.
    pub input: Vec<u8>,
}

impl EffectRequest {
    /// The request's identity; together with the tree's digest it is the key of a recorded
    /// result.
    pub fn digest(&self) -> Digest {
        let mut hasher = sparring_tree::Hasher::new("effect request 1");
        hasher.number(self.arguments.len() as u64);
        self.arguments.iter().for_each(|argument| _ = hasher.bytes(argument));
        hasher.bytes(&self.directory).number(self.environment.len() as u64);
        for (name, value) in &self.environment {
            hasher.bytes(name).bytes(value);
        }
        hasher.bytes(&self.input);
        hasher.finish()
    }
}

/// A change that a program made to the files.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum EffectChange {
    /// A file was written.
    Write {
        /// Absolute path, without the leading `/`.
        path: Vec<u8>,
        /// All of its bytes.
        bytes: Vec<u8>,
    },
    /// Whatever stood here was removed.
    Remove {
        /// Absolute path, without the leading `/`.
        path: Vec<u8>,
    },
    /// A directory was made.
    Directory {
        /// Absolute path, without the leading `/`.
        path: Vec<u8>,
    },
}

/// What a program printed and did.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EffectResult {
    /// The digest of the request that this answers.
    pub request: Digest,
    /// Standard output and standard error in the order in which they came: `true` marks error.
    pub output: Vec<(bool, Vec<u8>)>,
    /// Exit status, 0 to 255.
    pub status: u8,
    /// What it changed, in order.
    pub changes: Vec<EffectChange>,
    /// Where the result comes from.
    pub provenance: Provenance,
}

/// The effects of one step.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    results: Vec<EffectResult>,
    used: u32,
    pending: Option<EffectRequest>,
    provenance: Provenance,
}

impl Effects {
    /// The results that the host has so far, in the order of the requests.
    pub fn new(results: Vec<EffectResult>) -> Self {
        Self { results, ..Self::default() }
    }

    /// The request that the step stopped for.
    pub fn pending(&self) -> Option<&EffectRequest> {
        self.pending.as_ref()
    }

    /// The weakest provenance so far.
    pub fn provenance(&self) -> Provenance {
        self.provenance
    }

    /// Records that part of the observation is of this provenance.
    pub fn note(&mut self, provenance: Provenance) {
        self.provenance = self.provenance.max(provenance);
    }
}

impl Machine<'_> {
    /// Asks the host to run a program, applies what it changed, and returns what it printed. Stops
    /// the step when the host has not answered this request yet.
    pub fn effect(&mut self, request: EffectRequest) -> Stoppable<EffectResult> {
        self.flush()?;
        let ordinal = self.effects.used;
        if u64::from(ordinal) >= self.budget.limits().effects {
            return Err(Stop::Limit(LimitKind::Effects));
        }
        let digest = request.digest();
        // A result for another request means that the host mixed traces up: ask again.
        let result = self.effects.results.get(ordinal as usize).filter(|result| result.request == digest).cloned();
        let Some(result) = result else {
            self.effects.pending = Some(request);
            return Err(Stop::NeedEffect(ordinal));
        };
        self.effects.used += 1;
        self.effects.note(result.provenance);
        for change in &result.changes {
            // A change that does not fit the files (its directory is gone) is left out, as if the
            // program had failed to make it.
            let _misfit = match change {
                EffectChange::Write { path, bytes } => {
                    self.workspace.write(&VirtualPath::lexical(path), bytes.clone())?
                }
                EffectChange::Remove { path } => self.workspace.remove(&VirtualPath::lexical(path))?,
                EffectChange::Directory { path } => self.workspace.make_directory(&VirtualPath::lexical(path))?,
            };
        }
        Ok(result)
    }
}
