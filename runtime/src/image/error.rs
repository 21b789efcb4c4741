//! Why the image cache cannot serve.

use std::io;
use std::path::{Path, PathBuf};

use sparring_tree::ImageError;

use crate::engine::EngineError;
use crate::source::SourceError;

/// A failure of the image cache.
#[derive(Debug, thiserror::Error)]
#[error("image cache `{}`: {kind}", folder.display())]
pub struct ImageCacheError {
    /// The cache's folder.
    pub folder: PathBuf,
    /// What is wrong.
    #[source]
    pub kind: ImageCacheErrorKind,
}

impl ImageCacheError {
    pub(super) fn new(folder: &Path, kind: impl Into<ImageCacheErrorKind>) -> Self {
        Self { folder: folder.to_owned(), kind: kind.into() }
    }
}

/// What is wrong with an image cache.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageCacheErrorKind {
    /// The folder can be written by others, so that its images could not be trusted.
    #[error("the folder has to be a directory of this user with mode 0700; run `chmod 700` on it or name another one")]
    NotOurs,
    /// The disk or the quota is full.
    #[error("no space left for an image; free some, or name a folder on another disk")]
    NoSpace,
    /// The operating system refused.
    #[error("{0}")]
    Io(#[source] io::Error),
    /// The source cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// An image that the engine cannot map, because it is too large.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// An image that was just written does not read back.
    #[error("an image does not read back as it was written: {0}")]
    Image(#[from] ImageError),
}

impl From<io::Error> for ImageCacheErrorKind {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace,
            _ => Self::Io(error),
        }
    }
}
