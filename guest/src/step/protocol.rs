//! What crosses between host and guest, as `postcard` bytes.
//!
//! The guest keeps nothing between two steps: the host sends the session's state with every call
//! and stores the new one. Large blobs travel only when a step asks for them.

use sparring_tree::BlobId;

use super::call::RawCall;
use super::observation::Observation;
use crate::limits::Limits;
use crate::machine::{EffectRequest, EffectResult};
use crate::profile::Variation;

/// What stays the same for all steps of a session.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Settings {
    /// The profile's name, one of [`crate::profile::NAMES`].
    pub profile: String,
    /// Where the repository is mounted: an absolute path, `/testbed` by default.
    pub root: String,
    /// What a step may do.
    pub limits: Limits,
    /// What differs from the profile as it is.
    pub variation: Variation,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            profile: "openhands".into(),
            root: "/testbed".into(),
            limits: Limits::default(),
            variation: Variation::default(),
        }
    }
}

/// One step's input.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct StepInput<'a> {
    /// The settings, encoded.
    #[serde(borrow)]
    pub settings: &'a [u8],
    /// The changes that the task's base has above the image, an encoded `Overlay`; empty for none.
    /// A session starts from them, and `git` counts them as committed.
    #[serde(borrow)]
    pub base: &'a [u8],
    /// The session's state as the last step left it; empty at the start.
    #[serde(borrow)]
    pub state: &'a [u8],
    /// The call.
    #[serde(borrow)]
    pub call: RawCall<'a>,
    /// Blobs of the session that the host sends along, sorted by id.
    #[serde(borrow)]
    pub blobs: Vec<(BlobId, &'a [u8])>,
    /// Results of the effects that the step asked for, in order.
    pub effects: Vec<EffectResult>,
}

/// A session's changed state.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct NewState<'a> {
    /// The state, to be sent with the next call.
    #[serde(borrow)]
    pub state: &'a [u8],
    /// Blobs that the step made.
    #[serde(borrow)]
    pub fresh: Vec<(BlobId, &'a [u8])>,
    /// All blobs that the state names, sorted; the host drops the others.
    pub live: Vec<BlobId>,
}

/// One step's output.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum StepOutput<'a> {
    /// The step is done.
    Done {
        /// What the model reads.
        observation: Observation,
        /// The new state; `None` when the step changed nothing.
        #[serde(borrow)]
        state: Option<NewState<'a>>,
    },
    /// The step needs a blob that did not come with it: run it again with that one, or, when it
    /// asks a second time, with all.
    NeedBlob(BlobId),
    /// The step needs an effect's result: obtain it and run the step again with it.
    NeedEffect {
        /// What to run.
        request: EffectRequest,
        /// The files at the time of the request.
        #[serde(borrow)]
        state: NewState<'a>,
    },
    /// The input could not be read: a fault of the host.
    BadInput(&'a str),
}
