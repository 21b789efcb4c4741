//! Sessions as bytes, for the next process.

use std::sync::Arc;

use sparring_tree::{BlobId, Digest};

use super::{Base, Session, SessionError};

/// The version of the encoding.
pub const SAVE_VERSION: u32 = 1;

#[derive(serde::Serialize, serde::Deserialize)]
struct Saved<'a> {
    version: u32,
    base: Digest,
    #[serde(borrow)]
    state: &'a [u8],
    #[serde(borrow)]
    blobs: Vec<(BlobId, &'a [u8])>,
    steps: u32,
    is_finished: bool,
}

impl Session {
    /// The session as bytes. The base is not among them: [`Session::restore`] takes it, and
    /// checks that it is the same.
    pub fn save(&self) -> Result<Vec<u8>, SessionError> {
        let saved = Saved {
            version: SAVE_VERSION,
            base: self.base.files_digest(),
            state: &self.state,
            blobs: self.blobs.iter().map(|(id, bytes)| (*id, &**bytes)).collect(),
            steps: self.steps,
            is_finished: self.is_finished,
        };
        postcard::to_allocvec(&saved).map_err(|_| SessionError::Encoding)
    }

    /// A session from bytes that [`Session::save`] wrote, on the same base.
    pub fn restore(base: Arc<Base>, bytes: &[u8]) -> Result<Self, SessionError> {
        let saved: Saved<'_> = postcard::from_bytes(bytes).map_err(|_| SessionError::Save)?;
        if saved.version != SAVE_VERSION {
            return Err(SessionError::Save);
        }
        if saved.base != base.files_digest() {
            return Err(SessionError::OtherBase { saved: saved.base, given: base.files_digest() });
        }
        Ok(Self {
            base,
            state: saved.state.into(),
            blobs: saved.blobs.into_iter().map(|(id, bytes)| (id, bytes.into())).collect(),
            steps: saved.steps,
            is_finished: saved.is_finished,
        })
    }
}
