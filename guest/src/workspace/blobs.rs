//! The byte strings that a step reads and makes besides the image.

use elsa::FrozenVec;
use sparring_tree::content::MissingBlob;
use sparring_tree::{BlobId, Content};

/// Blobs that came with the step, blobs that the step made, and files put together for reading.
///
/// It only grows while a step runs, so that slices of it live as long as the step.
pub struct BlobStore<'a> {
    sent: Vec<(BlobId, &'a [u8])>,
    next: u32,
    fresh: FrozenVec<Box<[u8]>>,
    scratch: FrozenVec<Box<[u8]>>,
}

impl<'a> BlobStore<'a> {
    /// A store with the blobs that the host sent, sorted by id; the first blob made here gets the
    /// id `next`, which is above all ids that the session has ever used.
    pub fn new(sent: Vec<(BlobId, &'a [u8])>, next: u32) -> Self {
        Self { sent, next, fresh: FrozenVec::new(), scratch: FrozenVec::new() }
    }

    /// A blob's bytes.
    pub fn get(&self, id: BlobId) -> Result<&[u8], MissingBlob> {
        if let Some(index) = id.0.checked_sub(self.next) {
            return self.fresh.get(index as usize).ok_or(MissingBlob(id));
        }
        match self.sent.binary_search_by_key(&id, |(id, _)| *id) {
            Ok(at) => Ok(self.sent[at].1),
            Err(_) => Err(MissingBlob(id)),
        }
    }

    /// Whether this step made the blob.
    pub(super) fn is_fresh(&self, id: BlobId) -> bool {
        id.0 >= self.next
    }

    /// Makes a blob of these bytes.
    pub fn make(&self, bytes: Vec<u8>) -> Content {
        let id = BlobId(self.next + self.fresh.len() as u32);
        Content::of_blob(id, self.fresh.push_get(bytes.into_boxed_slice()))
    }

    /// Keeps bytes until the end of the step.
    pub fn keep(&self, bytes: Vec<u8>) -> &[u8] {
        self.scratch.push_get(bytes.into_boxed_slice())
    }

    /// The blobs made by this step, with their ids.
    pub fn fresh(&self) -> impl Iterator<Item = (BlobId, &[u8])> {
        self.fresh.iter().enumerate().map(|(index, bytes)| (BlobId(self.next + index as u32), bytes))
    }

    /// The id that the next blob would get.
    pub fn next_id(&self) -> u32 {
        self.next + self.fresh.len() as u32
    }
}
