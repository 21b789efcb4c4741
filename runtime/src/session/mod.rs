//! Sessions: an agent's private view of a repository, a few hundred bytes each.
//!
//! A [`Base`] is what the sessions of one task share: the image, the task's own changes to it, the
//! profile. A [`Session`] adds what one agent has done. It owns no instance and no thread: between
//! two steps it is plain data that can be forked, saved, sent to another thread or kept by the
//! million.

mod base;
mod error;
mod files;
mod finished;
mod reply;
mod save;
mod step;
mod varied;

pub use base::{Base, BaseEdit};
pub use error::{SessionError, StepError};
pub use finished::{FinalChange, FinalNode, Finished};
pub use reply::Reply;
pub use save::SAVE_VERSION;
pub use step::{Step, Stepper, step_digest};
pub use varied::VariedProfile;

use std::sync::Arc;

use sparring_guest::step::SessionState;
use sparring_tree::{BlobId, Digest};

use files::SessionFiles;

/// One agent's session. Cloning it is [`Session::fork`].
#[derive(Clone, Debug)]
pub struct Session {
    base: Arc<Base>,
    /// The encoded state; empty before the first step that changes something. Shared by forks.
    state: Arc<[u8]>,
    /// The blobs that the state names, sorted by id. Shared by forks, one by one.
    blobs: Arc<[(BlobId, Arc<[u8]>)]>,
    steps: u32,
    is_finished: bool,
}

impl Session {
    /// A session that has not stepped yet.
    pub fn new(base: Arc<Base>) -> Self {
        let blobs = base.blobs().clone();
        Self { base, state: Arc::default(), blobs, steps: 0, is_finished: false }
    }

    /// What the session started from.
    pub fn base(&self) -> &Arc<Base> {
        &self.base
    }

    /// How many steps it has taken, refused calls included.
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Whether the agent has finished; further calls are answered by a `finished` observation.
    pub fn is_finished(&self) -> bool {
        self.is_finished
    }

    /// A second session in the same state. Costs a few reference counts; from here on both go
    /// their own way.
    pub fn fork(&self) -> Self {
        self.clone()
    }

    /// Bytes that this session alone would free: its state and the blobs that it shares with
    /// nobody.
    pub fn private_bytes(&self) -> usize {
        let own = |blob: &Arc<[u8]>| if Arc::strong_count(blob) == 1 { blob.len() + 16 } else { 0 };
        // Forks share the list as a whole, and with it every blob in it.
        let blobs = match Arc::strong_count(&self.blobs) {
            1 => self.blobs.len() * 24 + 16 + self.blobs.iter().map(|(_, blob)| own(blob)).sum::<usize>(),
            _ => 0,
        };
        let state = if Arc::strong_count(&self.state) == 1 { self.state.len() + 16 } else { 0 };
        size_of::<Self>() + state + blobs
    }

    /// What the agent has changed since the base, as `git diff` prints it; the repository only.
    pub fn diff(&self) -> Result<Vec<u8>, SessionError> {
        Ok(finished::diff(&self.changes()?))
    }

    /// What the agent has changed since the base, file by file; the repository only.
    pub fn changes(&self) -> Result<Vec<FinalChange>, SessionError> {
        let state = self.decoded()?;
        let files = SessionFiles::new(self);
        finished::changes(&files, self.base.overlay(), &state.overlay)
    }

    /// All that the agent has changed since the base, outside the repository too and directories
    /// included: absolute paths without the leading `/`.
    pub fn changes_everywhere(&self) -> Result<Vec<FinalChange>, SessionError> {
        let state = self.decoded()?;
        let files = SessionFiles::new(self);
        finished::changes_everywhere(&files, self.base.overlay(), &state.overlay)
    }

    /// The identity of all the session's files, those outside the repository included. Equal
    /// files have equal digests, whatever the way to them.
    pub fn files_digest(&self) -> Result<Digest, SessionError> {
        if self.state.is_empty() {
            return Ok(self.base.files_digest());
        }
        let state = self.decoded()?;
        let files = SessionFiles::new(self);
        Ok(sparring_tree::difference::files_digest(files.of(&state.overlay), &files)?)
    }

    /// Ends the session.
    pub fn finish(self) -> Result<Finished, SessionError> {
        let digest = self.files_digest()?;
        let changes = self.changes()?;
        Ok(Finished { base: self.base, digest, changes, steps: self.steps })
    }

    fn decoded(&self) -> Result<SessionState, SessionError> {
        if self.state.is_empty() {
            return Ok(SessionState::new(self.base.initial_profile_state(), self.base.overlay().clone()));
        }
        SessionState::decode(&self.state).ok_or(SessionError::State)
    }

    fn blob(&self, id: BlobId) -> Option<&Arc<[u8]>> {
        let at = self.blobs.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        Some(&self.blobs[at].1)
    }
}
