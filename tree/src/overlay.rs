//! What a session has changed on top of its image.
//!
//! Paths are absolute without the leading `/` (`testbed/setup.py`, `tmp/x`), because a session
//! may write outside the repository as well. Changes are kept in walk order.

use crate::content::Content;
use crate::mode::Mode;
use crate::path;

/// What a session has put at a path.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Change {
    /// Nothing stands here any more, nor below.
    Removed,
    /// A directory.
    Directory {
        /// Its permission bits.
        mode: Mode,
        /// Whether the image's entries below it are hidden: it was removed and made again.
        hides: bool,
    },
    /// A regular file.
    File {
        /// Its permission bits.
        mode: Mode,
        /// Its bytes.
        content: Content,
    },
    /// A symbolic link.
    Link {
        /// The target's text.
        target: Vec<u8>,
    },
}

impl Change {
    /// Whether what the image has below this path is out of sight.
    pub fn hides_below(&self) -> bool {
        !matches!(self, Self::Directory { hides: false, .. })
    }

    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File { .. })
    }
}

/// The changes of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Overlay {
    changes: Vec<(Vec<u8>, Change)>,
}

impl Overlay {
    /// No change at all.
    pub const fn new() -> Self {
        Self { changes: Vec::new() }
    }

    /// How many paths were changed.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    fn find(&self, path: &[u8]) -> Result<usize, usize> {
        self.changes.binary_search_by(|(other, _)| path::walk_order(other, path))
    }

    /// The change at exactly this path.
    pub fn get(&self, path: &[u8]) -> Option<&Change> {
        if self.changes.is_empty() {
            return None;
        }
        self.find(path).ok().map(|at| &self.changes[at].1)
    }

    /// Whether a change above this path hides what the image has there.
    pub fn hides(&self, path: &[u8]) -> bool {
        if self.changes.is_empty() {
            return false;
        }
        let mut ends = memchr::memchr_iter(b'/', path);
        ends.any(|end| self.get(&path[..end]).is_some_and(Change::hides_below))
    }

    /// Puts a change at a path, in place of an earlier one.
    pub fn set(&mut self, path: &[u8], change: Change) {
        match self.find(path) {
            Ok(at) => self.changes[at].1 = change,
            Err(at) => self.changes.insert(at, (path.to_vec(), change)),
        }
    }

    /// Takes the change at a path back.
    pub fn clear(&mut self, path: &[u8]) -> Option<Change> {
        let at = self.find(path).ok()?;
        Some(self.changes.remove(at).1)
    }

    /// Takes all changes below a directory back.
    pub fn clear_below(&mut self, directory: &[u8]) {
        let range = self.range_below(directory);
        self.changes.drain(range);
    }

    /// All changes in walk order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&[u8], &Change)> {
        self.changes.iter().map(|(path, change)| (path.as_slice(), change))
    }

    /// All changes in walk order, to be replaced in place.
    pub fn changes_mut(&mut self) -> impl Iterator<Item = &mut Change> {
        self.changes.iter_mut().map(|(_, change)| change)
    }

    /// The changes below a directory, in walk order.
    pub fn below(&self, directory: &[u8]) -> impl DoubleEndedIterator<Item = (&[u8], &Change)> {
        self.changes[self.range_below(directory)].iter().map(|(path, change)| (path.as_slice(), change))
    }

    fn range_below(&self, directory: &[u8]) -> std::ops::Range<usize> {
        // Descendants stand together, right after the directory's own place.
        let start = match self.find(directory) {
            Ok(at) => at + 1,
            Err(at) => at,
        };
        let count = self.changes[start..].partition_point(|(path, _)| path::is_below(path, directory));
        start..start + count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_hide_what_lies_below() {
        let mut overlay = Overlay::default();
        overlay.set(b"a/b", Change::Removed);
        overlay.set(b"a/c", Change::Directory { mode: Mode::DIRECTORY, hides: false });
        assert!(overlay.hides(b"a/b/x/y"));
        assert!(!overlay.hides(b"a/b"));
        assert!(!overlay.hides(b"a/c/x"));
        assert!(!overlay.hides(b"a/bb/x"));
    }

    #[test]
    fn a_directory_s_changes_are_one_range() {
        let mut overlay = Overlay::default();
        for path in ["a", "a-b", "a/x", "a/x/y", "b", "a/z"] {
            overlay.set(path.as_bytes(), Change::Removed);
        }
        let below: Vec<_> = overlay.below(b"a").map(|(path, _)| path.to_vec()).collect();
        assert_eq!(below, [b"a/x".to_vec(), b"a/x/y".to_vec(), b"a/z".to_vec()]);
        assert_eq!(overlay.below(b"").count(), 6);
        overlay.clear_below(b"a");
        assert_eq!(overlay.len(), 3);
        assert_eq!(overlay.clear(b"b"), Some(Change::Removed));
        assert_eq!(overlay.clear(b"b"), None);
    }
}
