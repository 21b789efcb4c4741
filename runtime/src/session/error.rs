//! What can go wrong with a session. Every one of these is a fault of the caller or of ours, never
//! of the model: whatever a model writes is answered by an observation.

use sparring_tree::content::MissingBlob;
use sparring_tree::{Digest, ImageError};

use crate::engine::EngineError;

/// Why a session cannot be made, read or restored.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No such profile.
    #[error("unknown profile `{name}`; known are: {}", sparring_guest::profile::NAMES.join(", "))]
    Profile {
        /// The name that was asked for.
        name: String,
    },
    /// A file that varies a profile cannot be used.
    #[error("not a profile: {0}")]
    Varied(String),
    /// The root is no absolute path.
    #[error("the root `{0}` is not an absolute path")]
    Root(String),
    /// A task's edit does not fit the image.
    #[error("the task's edit of `{}` does not fit the image", .0.escape_ascii())]
    Edit(Vec<u8>),
    /// A saved session of another version, or bytes that are none.
    #[error("not a saved session of this version")]
    Save,
    /// A saved session of another image or task.
    #[error("the session was saved on files {saved}, not on {given}")]
    OtherBase {
        /// What it was saved on.
        saved: Digest,
        /// What it was to be restored on.
        given: Digest,
    },
    /// The state that the guest left cannot be read: a fault of ours.
    #[error("the session's state cannot be read")]
    State,
    /// A value could not be encoded: a fault of ours.
    #[error("a value could not be encoded")]
    Encoding,
    /// A blob that the state names is not there: a fault of ours.
    #[error(transparent)]
    MissingBlob(#[from] MissingBlob),
    /// The image cannot be read.
    #[error(transparent)]
    Image(#[from] ImageError),
}

/// Why a step gave no observation. Always a fault of ours: a rollout that meets one is void, and
/// no reward is made of it.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The engine failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Host and guest do not understand each other.
    #[error("the guest and the host disagree about the {0}")]
    Protocol(String),
    /// No handler had a result for an effect.
    #[error("no effect handler answers `{0}`; add `Refused` as the last one")]
    NoEffect(String),
    /// The step asked for more effects than its limit allows.
    #[error("the step asks for effects without end")]
    Effects,
    /// The host panicked in the middle of the step.
    #[error("the step panicked in the host")]
    Panicked,
    /// The session's own data is broken.
    #[error(transparent)]
    Session(#[from] SessionError),
}
