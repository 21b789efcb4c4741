//! A tree as its differences to the image (or to nothing, in a repository without one).

use serde::{Deserialize, Serialize};
use sparring_tree::{Content, Kind, Mode};

/// What git keeps of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Blob {
    /// A file.
    File {
        /// Whether it is executable.
        executable: bool,
        /// Its bytes.
        content: Content,
    },
    /// A symbolic link and its target.
    Link(Vec<u8>),
}

impl Blob {
    /// A file or a link.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::File { .. } => Kind::File,
            Self::Link(_) => Kind::Link,
        }
    }

    /// The permission bits that git would check out.
    pub(super) fn mode(&self) -> Mode {
        match self {
            Self::File { executable: true, .. } => Mode::EXECUTABLE,
            Self::File { executable: false, .. } => Mode::FILE,
            Self::Link(_) => Mode::LINK,
        }
    }
}

/// Paths that differ, in plain byte order (git's), with what stands there now; `None` where
/// nothing does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delta(Vec<(Vec<u8>, Option<Blob>)>);

impl Delta {
    /// What stands at a path; `None` when the path does not differ.
    pub(super) fn get(&self, path: &[u8]) -> Option<&Option<Blob>> {
        let at = self.find(path).ok()?;
        Some(&self.0[at].1)
    }

    /// Puts something at a path.
    pub(super) fn set(&mut self, path: &[u8], blob: Option<Blob>) {
        match self.find(path) {
            Ok(at) => self.0[at].1 = blob,
            Err(at) => self.0.insert(at, (path.to_vec(), blob)),
        }
    }

    /// Lets a path be as in the image again.
    pub(super) fn clear(&mut self, path: &[u8]) {
        if let Ok(at) = self.find(path) {
            self.0.remove(at);
        }
    }

    /// All differences in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&[u8], &Option<Blob>)> {
        self.0.iter().map(|(path, blob)| (path.as_slice(), blob))
    }

    /// The differences below a directory (everything for the empty path).
    pub(super) fn below(&self, directory: &[u8]) -> impl Iterator<Item = (&[u8], &Option<Blob>)> {
        let prefix = if directory.is_empty() { Vec::new() } else { [directory, b"/"].concat() };
        let start = self.0.partition_point(|(path, _)| path.as_slice() < prefix.as_slice());
        self.0[start..]
            .iter()
            .take_while(move |(path, _)| path.starts_with(&prefix))
            .map(|(path, blob)| (path.as_slice(), blob))
    }

    /// The contents of all files.
    pub(super) fn contents(&self) -> impl Iterator<Item = &Content> {
        self.0.iter().filter_map(|(_, blob)| match blob {
            Some(Blob::File { content, .. }) => Some(content),
            _ => None,
        })
    }

    fn find(&self, path: &[u8]) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_slice().cmp(path))
    }
}
