//! What tar and zip have in common: names, the single top folder, the ratio.

use std::io::{self, Read};

use sparring_tree::{Entry, Node, Tree, TreeBuilder, TreeError, TreeLimits};

use super::error::{ArchiveProblem, SourceErrorKind};
use super::provenance::Provenance;

/// The largest growth of an archive, and of a compressed entry, when it is unpacked.
pub(super) const RATIO: u64 = 100;
/// Bytes that never count as growth, so that a small archive of blank files is read.
pub(super) const RATIO_FREE_BYTES: u64 = 1 << 20;

/// A refusal of an archive, or of one entry.
pub(super) fn refused(inside: &[u8], problem: ArchiveProblem) -> SourceErrorKind {
    SourceErrorKind::Archive { inside: inside.to_vec(), problem }
}

/// How many bytes may come out of `compressed` bytes.
pub(super) fn grown(compressed: u64) -> u64 {
    compressed.saturating_mul(RATIO).saturating_add(RATIO_FREE_BYTES)
}

/// An error of a reader of an archive, as a refusal.
pub(super) fn damaged(inside: &[u8], error: &dyn std::fmt::Display) -> SourceErrorKind {
    refused(inside, ArchiveProblem::Damaged(error.to_string()))
}

/// Lets through what an archive may grow to and fails at the next byte.
pub(super) struct Capped<R> {
    reader: R,
    left: u64,
    /// Whether the reader failed for growth.
    pub(super) exceeded: bool,
}

impl<R: Read> Capped<R> {
    pub(super) fn new(reader: R, compressed: u64) -> Self {
        Self { reader, left: grown(compressed), exceeded: false }
    }
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        if count as u64 > self.left {
            self.exceeded = true;
            return Err(io::Error::other("grows too much"));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// The entries of an archive on their way to a tree.
pub(super) struct Collected {
    builder: TreeBuilder,
    limits: TreeLimits,
    entries: Vec<Entry>,
    bytes: u64,
    repository_files: u64,
}

impl Collected {
    pub(super) fn new(limits: &TreeLimits) -> Self {
        Self { builder: TreeBuilder::new(*limits), limits: *limits, entries: Vec::new(), bytes: 0, repository_files: 0 }
    }

    /// An entry's name as a path: without leading `./` and trailing `/`. `None` for the archive's
    /// own root and for what belongs to a repository within the archive, whose history no agent
    /// may see.
    pub(super) fn path(&mut self, name: &[u8]) -> Result<Option<Vec<u8>>, SourceErrorKind> {
        let mut path = name;
        while let Some(rest) = path.strip_prefix(b"./") {
            path = rest;
        }
        path = path.strip_suffix(b"/").unwrap_or(path);
        if path.is_empty() && !name.is_empty() && !name.starts_with(b"/") || path == b"." {
            return Ok(None);
        }
        // A name is judged before anything else is read of it.
        self.builder.admit(path, 0)?;
        if path.split(|&byte| byte == b'/').any(|part| part.eq_ignore_ascii_case(b".git")) {
            self.repository_files += 1;
            return Ok(None);
        }
        Ok(Some(path.to_vec()))
    }

    /// Checks a size that an entry states, before its bytes are read.
    pub(super) fn admit(&self, path: &[u8], size: u64) -> Result<(), SourceErrorKind> {
        self.builder.admit(path, size)?;
        if self.entries.len() >= self.limits.entries {
            return Err(TreeError::TooManyEntries(self.limits.entries).into());
        }
        if self.bytes.saturating_add(size) > self.limits.bytes {
            return Err(TreeError::TooManyBytes(self.limits.bytes).into());
        }
        Ok(())
    }

    pub(super) fn push(&mut self, path: Vec<u8>, node: Node) -> Result<(), SourceErrorKind> {
        self.admit(&path, node.bytes().len() as u64)?;
        self.bytes += node.bytes().len() as u64;
        self.entries.push(Entry { path, node });
        Ok(())
    }

    /// Makes the tree, without the single top folder when `strip` is set and there is one.
    pub(super) fn finish(
        mut self,
        strip: bool,
        mut provenance: Provenance,
    ) -> Result<(Tree, Provenance), SourceErrorKind> {
        if self.entries.is_empty() {
            return Err(refused(b"", ArchiveProblem::Empty));
        }
        if strip && let Some(top) = self.single_top() {
            self.entries.retain(|entry| entry.path.len() > top.len());
            for entry in &mut self.entries {
                entry.path.drain(..=top.len());
            }
            provenance.stripped = Some(String::from_utf8_lossy(&top).into_owned());
        }
        for Entry { path, node } in self.entries {
            self.builder.insert(path, node)?;
        }
        provenance.repository_files = self.repository_files;
        Ok((self.builder.finish()?, provenance))
    }

    /// The directory that everything lies in.
    fn single_top(&self) -> Option<Vec<u8>> {
        let first = self.entries.first()?.path.split(|&byte| byte == b'/').next()?.to_vec();
        let inside = |entry: &Entry| match entry.path.strip_prefix(first.as_slice()) {
            Some([]) => entry.node == Node::Directory,
            Some([b'/', ..]) => true,
            _ => false,
        };
        let holds_something = self.entries.iter().any(|entry| entry.path.len() > first.len());
        (holds_something && self.entries.iter().all(inside)).then_some(first)
    }
}
