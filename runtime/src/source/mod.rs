//! Where a repository comes from: a directory, a git repository at one commit, a tar or a zip.
//!
//! A [`Source`] is opened (which says what it is and refuses what it cannot be) and then read
//! into a [`Tree`](sparring_tree::Tree). Reading follows no link, runs nothing, reads no
//! configuration and creates no file; whatever the input holds, the outcome is a tree within the
//! given limits or a typed [`SourceError`].

mod archive;
mod directory;
mod error;
mod git;
mod git_tree;
mod ignored;
mod layer;
mod open;
mod provenance;
mod revision;
mod tar;
#[cfg(test)]
mod tests;
mod zip;

pub use error::{ArchiveProblem, SourceError, SourceErrorKind};
pub use layer::read_layer;
pub use open::{PYTHON_LIBRARY_EXCLUDES, Source};
pub use provenance::{LayerProvenance, Provenance, SourceKind};
