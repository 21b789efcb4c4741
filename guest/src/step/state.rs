//! A session's private state: a few hundred bytes that a step starts from and ends with.

use sparring_tree::{BlobId, Change, Content, Overlay, PieceSource};

use crate::commands::git::GitState;
use crate::profile::ProfileState;

/// The version of the encoding. A saved session of another version is refused by name.
pub const STATE_VERSION: u8 = 1;

/// What a session keeps between two steps.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SessionState {
    /// [`STATE_VERSION`].
    pub version: u8,
    /// The changes to the files.
    pub overlay: Overlay,
    /// The id that the next blob gets.
    pub next_blob: u32,
    /// The blobs that the state names and their lengths, sorted by id.
    pub blobs: Vec<(BlobId, u32)>,
    /// Whether the agent has finished.
    pub is_finished: bool,
    /// What the profile's tools remember.
    pub profile: ProfileState,
    /// The session's git repositories.
    pub git: GitState,
}

impl SessionState {
    /// The state of a session that has not stepped yet, on the changes of its base. The base's
    /// blobs have the ids from 0 on.
    pub fn new(profile: ProfileState, base: Overlay) -> Self {
        let mut blobs = Vec::new();
        for (_, change) in base.iter() {
            let Change::File { content, .. } = change else { continue };
            for piece in content.pieces() {
                if let PieceSource::Blob(id) = piece.source {
                    blobs.push((id, piece.offset + piece.length));
                }
            }
        }
        blobs.sort_unstable();
        blobs.dedup_by_key(|(id, _)| *id);
        Self {
            version: STATE_VERSION,
            overlay: base,
            next_blob: blobs.last().map_or(0, |(id, _)| id.0 + 1),
            blobs,
            is_finished: false,
            profile,
            git: GitState::default(),
        }
    }

    /// Reads a state. `None` for bytes that are none, or of another version.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.first() != Some(&STATE_VERSION) {
            return None;
        }
        postcard::from_bytes(bytes).ok()
    }

    /// The bytes that [`SessionState::decode`] reads.
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Bytes of all blobs that the state names.
    pub fn blob_bytes(&self) -> u64 {
        self.blobs.iter().map(|(_, length)| u64::from(*length)).sum()
    }

    /// The blobs that files and tools' memories name, sorted, each once.
    pub fn live_blobs(&self) -> Vec<BlobId> {
        let mut live = Vec::new();
        for (_, change) in self.overlay.iter() {
            if let Change::File { content, .. } = change {
                collect(content, &mut live);
            }
        }
        self.git.contents().for_each(|content| collect(content, &mut live));
        self.profile.contents().for_each(|content| collect(content, &mut live));
        live.sort_unstable();
        live.dedup();
        live
    }
}

fn collect(content: &Content, live: &mut Vec<BlobId>) {
    live.extend(content.pieces().iter().filter_map(|piece| match piece.source {
        PieceSource::Blob(id) => Some(id),
        PieceSource::Image => None,
    }));
}
