//! A session's files as the host reads them.

use sparring_tree::content::{MissingBlob, PieceStore};
use sparring_tree::difference::Files;
use sparring_tree::{BlobId, ImageView, Overlay};

use super::Session;

/// Finds the bytes of a session's pieces.
pub(super) struct SessionFiles<'s> {
    session: &'s Session,
}

impl<'s> SessionFiles<'s> {
    pub(super) fn new(session: &'s Session) -> Self {
        Self { session }
    }

    /// The files with these changes above the session's image.
    pub(super) fn of(&self, overlay: &'s Overlay) -> Files<'s> {
        let base = &self.session.base;
        Files { image: base.image().view(), mount: base.mount().as_bytes(), overlay }
    }
}

impl<'s> PieceStore<'s> for SessionFiles<'s> {
    fn image(&self) -> ImageView<'s> {
        self.session.base.image().view()
    }

    fn blob(&self, id: BlobId) -> Result<&'s [u8], MissingBlob> {
        // The session keeps the blobs of its own state; those of the base alone are the base's.
        let own = self.session.blob(id);
        let blob = own.or_else(|| {
            let blobs = self.session.base.blobs();
            blobs.binary_search_by_key(&id, |(id, _)| *id).ok().map(|at| &blobs[at].1)
        });
        blob.map(|blob| &**blob).ok_or(MissingBlob(id))
    }
}
