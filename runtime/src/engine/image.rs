//! An image as the engine sees it: a file to map.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sparring_tree::layout::MAX_IMAGE_BYTES;

use super::EngineError;

/// An open image file. Cheap to clone; places recognise an image by its handle, so keep one handle per image.
///
/// The file must not change or shrink while a handle to it lives: a guest that reads behind the end of a
/// shortened file takes the process with it. The cache that owns these files only ever unlinks them.
#[derive(Clone, Debug)]
pub struct ImageHandle {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    file: File,
    bytes: u32,
    id: u64,
}

impl ImageHandle {
    /// A handle to the first `bytes` bytes of `file`; at most
    /// [`MAX_IMAGE_BYTES`] and no more than the file has.
    pub fn new(file: File, bytes: u64) -> Result<Self, EngineError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let in_file = file.metadata().map_err(EngineError::Memory)?.len();
        let fitting = u32::try_from(bytes)
            .ok()
            .filter(|short| *short <= MAX_IMAGE_BYTES && bytes <= in_file)
            .ok_or(EngineError::ImageLength { bytes })?;
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Self { inner: Arc::new(Inner { file, bytes: fitting, id }) })
    }

    /// Bytes of the image.
    pub fn bytes(&self) -> u32 {
        self.inner.bytes
    }

    pub(crate) fn file(&self) -> &File {
        &self.inner.file
    }

    /// Unique in this process and never used again.
    pub(super) fn id(&self) -> u64 {
        self.inner.id
    }
}
