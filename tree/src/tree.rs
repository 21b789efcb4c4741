//! A snapshot of a repository in memory: sorted paths to files, links-as-data and directories.

use std::sync::Arc;

use crate::digest::{Digest, Hasher};
use crate::mode::{Kind, Mode};
use crate::path::{self, PathError};

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A directory.
    Directory,
    /// A regular file.
    File {
        /// Whether the owner may execute it.
        executable: bool,
        /// Its bytes.
        content: Arc<[u8]>,
    },
    /// A symbolic link with its target's text.
    Link {
        /// The text, at most [`path::PATH_BYTES`] bytes.
        target: Arc<[u8]>,
    },
}

impl Node {
    /// The node's kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Directory => Kind::Directory,
            Self::File { .. } => Kind::File,
            Self::Link { .. } => Kind::Link,
        }
    }

    /// The node's permission bits.
    pub fn mode(&self) -> Mode {
        match self {
            Self::Directory => Mode::DIRECTORY,
            Self::File { executable: true, .. } => Mode::EXECUTABLE,
            Self::File { executable: false, .. } => Mode::FILE,
            Self::Link { .. } => Mode::LINK,
        }
    }

    /// A file's bytes or a link's target; nothing for a directory.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Directory => b"",
            Self::File { content, .. } => content,
            Self::Link { target } => target,
        }
    }
}

/// A path and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// A path that passes [`path::check`].
    pub path: Vec<u8>,
    /// What stands there.
    pub node: Node,
}

/// One snapshot: entries in walk order ([`path::walk_order`]), every parent present, no history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    entries: Vec<Entry>,
    untracked: Vec<Vec<u8>>,
}

impl Tree {
    /// The entries in walk order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at a path.
    pub fn get(&self, path: &[u8]) -> Option<&Node> {
        let at = self.entries.binary_search_by(|entry| path::walk_order(&entry.path, path)).ok()?;
        Some(&self.entries[at].node)
    }

    /// Files and links that stand there and are in no commit, in walk order: what a [`Layer`](crate::Layer) adds.
    pub fn untracked(&self) -> &[Vec<u8>] {
        &self.untracked
    }

    /// The tree's identity: it depends on paths, kinds, executable bits, bytes, and on which files are untracked.
    pub fn digest(&self) -> Digest {
        self.digest_of_contents(self.entries.iter().map(|entry| Digest::of("content", entry.node.bytes())))
    }

    /// The same digest from the entries' content digests (see [`FileFacts`](crate::image::FileFacts)),
    /// in the tree's order, for those who have worked them out already.
    pub fn digest_of_contents(&self, contents: impl IntoIterator<Item = Digest>) -> Digest {
        let mut hasher = tree_hasher(self.entries.len());
        for (Entry { path, node }, content) in self.entries.iter().zip(contents) {
            hash_entry(&mut hasher, path, node.kind(), node.mode(), &content);
        }
        if !self.untracked.is_empty() {
            hasher.number(self.untracked.len() as u64);
            self.untracked.iter().for_each(|path| _ = hasher.bytes(path));
        }
        hasher.finish()
    }

    /// Bytes of all files and link targets.
    pub fn content_bytes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.node.bytes().len() as u64).sum()
    }

    /// How many entries are regular files.
    pub fn file_count(&self) -> usize {
        self.entries.iter().filter(|entry| entry.node.kind() == Kind::File).count()
    }
}

/// The hasher that [`Tree::digest`] starts from.
pub(crate) fn tree_hasher(entries: usize) -> Hasher {
    let mut hasher = Hasher::new("sparring tree 1");
    hasher.number(entries as u64);
    hasher
}

/// Adds one entry to a hasher made by [`tree_hasher`]; entries come in walk order.
pub(crate) fn hash_entry(hasher: &mut Hasher, path: &[u8], kind: Kind, mode: Mode, content: &Digest) {
    hasher.bytes(path).number(kind as u64).number(u64::from(mode.0)).digest(content);
}

/// How large a tree may be. A breach refuses the whole source with [`TreeError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeLimits {
    /// Entries, directories included. Default 1,000,000.
    pub entries: usize,
    /// Bytes of all files and link targets. Default 2 GiB: an image has to fit into the 3 GiB that
    /// the guest's address space has for it.
    pub bytes: u64,
    /// Bytes of one file. Default 512 MiB.
    pub file_bytes: u64,
    /// Components of one path. Default 128.
    pub depth: usize,
}

impl Default for TreeLimits {
    fn default() -> Self {
        Self { entries: 1_000_000, bytes: 2 << 30, file_bytes: 512 << 20, depth: 128 }
    }
}

/// Why entries do not make a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// A path that no tree may hold.
    #[error("`{}`: {error}", path.escape_ascii())]
    Path {
        /// The path.
        path: Vec<u8>,
        /// What is wrong with it.
        error: PathError,
    },
    /// Two entries with one path.
    #[error("`{}` stands twice", .0.escape_ascii())]
    Duplicate(Vec<u8>),
    /// A path goes through something that is no directory.
    #[error("`{}` lies below something that is no directory", .0.escape_ascii())]
    NotADirectory(Vec<u8>),
    /// More entries than [`TreeLimits::entries`].
    #[error("more than {0} entries")]
    TooManyEntries(usize),
    /// More bytes than [`TreeLimits::bytes`].
    #[error("more than {0} bytes of content")]
    TooManyBytes(u64),
    /// A file larger than [`TreeLimits::file_bytes`].
    #[error("`{}` is larger than {limit} bytes", path.escape_ascii())]
    FileTooLarge {
        /// The file.
        path: Vec<u8>,
        /// The limit.
        limit: u64,
    },
    /// A path deeper than [`TreeLimits::depth`].
    #[error("`{}` is deeper than {limit} components", path.escape_ascii())]
    TooDeep {
        /// The path.
        path: Vec<u8>,
        /// The limit.
        limit: usize,
    },
}

/// Collects entries in any order.
#[derive(Debug)]
pub struct TreeBuilder {
    entries: Vec<Entry>,
    untracked: Vec<Vec<u8>>,
    bytes: u64,
    limits: TreeLimits,
}

impl TreeBuilder {
    /// An empty builder.
    pub fn new(limits: TreeLimits) -> Self {
        Self { entries: Vec::new(), untracked: Vec::new(), bytes: 0, limits }
    }

    /// The limits that it holds entries to.
    pub fn limits(&self) -> &TreeLimits {
        &self.limits
    }

    /// Checks one path and its content's size, before the content is read.
    pub fn admit(&self, path: &[u8], bytes: u64) -> Result<(), TreeError> {
        path::check(path).map_err(|error| TreeError::Path { path: path.to_vec(), error })?;
        let limits = &self.limits;
        if path.split(|&byte| byte == b'/').count() > limits.depth {
            return Err(TreeError::TooDeep { path: path.to_vec(), limit: limits.depth });
        }
        if bytes > limits.file_bytes {
            return Err(TreeError::FileTooLarge { path: path.to_vec(), limit: limits.file_bytes });
        }
        if self.bytes.saturating_add(bytes) > limits.bytes {
            return Err(TreeError::TooManyBytes(limits.bytes));
        }
        if self.entries.len() >= limits.entries {
            return Err(TreeError::TooManyEntries(limits.entries));
        }
        Ok(())
    }

    /// Adds an entry. Directories may be left out: parents are added by [`TreeBuilder::finish`].
    pub fn insert(&mut self, path: Vec<u8>, node: Node) -> Result<(), TreeError> {
        self.admit(&path, node.bytes().len() as u64)?;
        self.bytes += node.bytes().len() as u64;
        self.entries.push(Entry { path, node });
        Ok(())
    }

    /// As [`TreeBuilder::insert`], for what is in no commit.
    pub fn insert_untracked(&mut self, path: Vec<u8>, node: Node) -> Result<(), TreeError> {
        let is_directory = node == Node::Directory;
        self.insert(path.clone(), node)?;
        // Git knows no directories.
        if !is_directory {
            self.untracked.push(path);
        }
        Ok(())
    }

    /// Sorts the entries, adds missing parents and refuses duplicates and files used as
    /// directories. A directory given twice is no duplicate.
    pub fn finish(self) -> Result<Tree, TreeError> {
        let mut given = self.entries;
        given.sort_by(|a, b| path::walk_order(&a.path, &b.path));
        let mut entries: Vec<Entry> = Vec::with_capacity(given.len());
        // The directories that the last entry lies in, as ends within its path.
        let mut open: Vec<Vec<u8>> = Vec::new();
        for entry in given {
            if let Some(last) = entries.last()
                && last.path == entry.path
            {
                if last.node == Node::Directory && entry.node == Node::Directory {
                    continue;
                }
                return Err(TreeError::Duplicate(entry.path));
            }
            while open.last().is_some_and(|directory| !path::is_below(&entry.path, directory)) {
                open.pop();
            }
            let mut known = open.last().map_or(0, Vec::len);
            if let Some(last) = entries.last()
                && last.node != Node::Directory
                && path::is_below(&entry.path, &last.path)
            {
                return Err(TreeError::NotADirectory(entry.path));
            }
            let start = if known == 0 { 0 } else { known + 1 };
            for at in memchr::memchr_iter(b'/', &entry.path[start..]) {
                known = start + at;
                let parent = entry.path[..known].to_vec();
                entries.push(Entry { path: parent.clone(), node: Node::Directory });
                open.push(parent);
            }
            if entry.node == Node::Directory {
                open.push(entry.path.clone());
            }
            entries.push(entry);
        }
        if entries.len() > self.limits.entries {
            return Err(TreeError::TooManyEntries(self.limits.entries));
        }
        let mut untracked = self.untracked;
        untracked.sort_by(|a, b| path::walk_order(a, b));
        Ok(Tree { entries, untracked })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Node {
        Node::File { executable: false, content: text.as_bytes().into() }
    }

    fn tree(paths: &[(&str, Node)]) -> Result<Tree, TreeError> {
        let mut builder = TreeBuilder::new(TreeLimits::default());
        for (path, node) in paths {
            builder.insert(path.as_bytes().to_vec(), node.clone())?;
        }
        builder.finish()
    }

    #[test]
    fn order_does_not_matter_and_parents_appear() {
        let a = tree(&[("b/c/d", file("1")), ("a", file("2")), ("b-c", file("3")), ("b/x", file("4"))]).unwrap();
        let b = tree(&[
            ("b-c", file("3")),
            ("b", Node::Directory),
            ("b/x", file("4")),
            ("a", file("2")),
            ("b/c/d", file("1")),
        ]);
        assert_eq!(a, b.unwrap());
        let paths: Vec<_> = a.entries().iter().map(|entry| String::from_utf8_lossy(&entry.path).into_owned()).collect();
        assert_eq!(paths, ["a", "b", "b/c", "b/c/d", "b/x", "b-c"]);
        assert_eq!(a.get(b"b/c"), Some(&Node::Directory));
        assert_eq!(a.get(b"b/y"), None);
    }

    #[test]
    fn the_digest_sees_modes_bytes_and_kinds() {
        let base = tree(&[("a", file("1"))]).unwrap().digest();
        let executable = Node::File { executable: true, content: b"1".as_slice().into() };
        let link = Node::Link { target: b"1".as_slice().into() };
        for other in [file("2"), executable, link] {
            assert_ne!(tree(&[("a", other)]).unwrap().digest(), base);
        }
        assert_eq!(tree(&[("a", file("1"))]).unwrap().digest(), base);
    }

    #[test]
    fn clashes_and_limits_are_typed() {
        assert_eq!(tree(&[("a", file("1")), ("a", file("1"))]), Err(TreeError::Duplicate(b"a".to_vec())));
        assert_eq!(tree(&[("a", file("1")), ("a/b", file("1"))]), Err(TreeError::NotADirectory(b"a/b".to_vec())));
        let limits = TreeLimits { entries: 2, bytes: 10, file_bytes: 8, depth: 2 };
        let mut builder = TreeBuilder::new(limits);
        assert!(matches!(builder.insert(b"a/b/c".to_vec(), file("")), Err(TreeError::TooDeep { .. })));
        assert!(matches!(builder.insert(b"a".to_vec(), file("123456789")), Err(TreeError::FileTooLarge { .. })));
        builder.insert(b"a".to_vec(), file("12345678")).unwrap();
        assert_eq!(builder.insert(b"b".to_vec(), file("123")), Err(TreeError::TooManyBytes(10)));
        builder.insert(b"b".to_vec(), file("")).unwrap();
        assert_eq!(builder.insert(b"c".to_vec(), file("")), Err(TreeError::TooManyEntries(2)));
    }
}
