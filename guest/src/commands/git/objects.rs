//! Names of trees and commits, as git computes them.
//!
//! The image's own tree is hashed when its name is first asked for. Its large directories are
//! remembered, so that a later commit hashes only what lies beside its changes.

use std::collections::BTreeMap;

use sparring_tree::Kind;
use sparring_tree::diff::{ObjectId, git_mode};
use sparring_tree::image::EntryView;

use super::compare::is_committed;
use super::delta::{Blob, Delta};
use super::state::{Commit, CommitIndex, Signature};
use super::{Attempt, Git};

/// Directories of the image that hold at least this many bytes are remembered.
const WORTH_REMEMBERING: u64 = 256 << 10;

/// Name to mode and object, sorted as git sorts a tree: directories as if they ended in `/`.
type Rows = BTreeMap<Vec<u8>, (&'static str, ObjectId)>;

impl<'a> Git<'_, '_, 'a> {
    /// The name of a commit.
    pub(super) fn commit_id(&mut self, index: CommitIndex) -> Attempt<ObjectId> {
        let known = self.repository.commit(index).map(|commit| (commit.id, commit.clone()));
        let Some((id, commit)) = known else { return Ok(ObjectId::NULL) };
        if let Some(id) = id {
            return Ok(id);
        }
        let id = self.hash_commit(&commit)?;
        if let Some(commit) = self.repository.commits.get_mut(index.0 as usize) {
            commit.id = Some(id);
        }
        Ok(id)
    }

    /// The first seven digits of a commit's name.
    pub(super) fn short_id(&mut self, index: CommitIndex) -> Attempt<String> {
        Ok(self.commit_id(index)?.short(7))
    }

    /// The name of a commit's tree.
    pub(super) fn commit_tree_id(&mut self, index: CommitIndex) -> Attempt<ObjectId> {
        let Some(commit) = self.repository.commit(index) else { return Ok(ObjectId::NULL) };
        if let Some(id) = commit.tree_id {
            return Ok(id);
        }
        let tree = commit.tree.clone();
        let id = self.tree_id(&tree)?;
        if let Some(commit) = self.repository.commits.get_mut(index.0 as usize) {
            commit.tree_id = Some(id);
        }
        Ok(id)
    }

    /// The name that a commit gets.
    pub(super) fn hash_commit(&mut self, commit: &Commit) -> Attempt<ObjectId> {
        let tree = match commit.tree_id {
            Some(id) => id,
            None => self.tree_id(&commit.tree)?,
        };
        let mut parents = Vec::new();
        for parent in &commit.parents {
            parents.push(self.commit_id(*parent)?);
        }
        Ok(commit_object(tree, &parents, &commit.author, &commit.committer, &commit.message))
    }

    /// The name of a stored tree.
    pub(super) fn tree_id(&mut self, delta: &Delta) -> Attempt<ObjectId> {
        Ok(self.directory_id(delta, b"")?.unwrap_or_else(|| ObjectId::of("tree", b"")))
    }

    /// The name of a directory of a stored tree; `None` when it holds no files.
    pub(super) fn directory_id(&mut self, delta: &Delta, directory: &[u8]) -> Attempt<Option<ObjectId>> {
        let image = self.context.machine.workspace.image();
        let base = if self.repository.is_base { image.lookup(directory) } else { None };
        let base = base.filter(|entry| entry.kind() == Kind::Directory);
        if delta.below(directory).next().is_none() {
            return match base {
                Some(entry) => Ok(self.base_directory_id(&entry)?.0),
                None => Ok(None),
            };
        }
        let mut rows = Rows::new();
        let mut changed_directories: Vec<&[u8]> = Vec::new();
        let start = if directory.is_empty() { 0 } else { directory.len() + 1 };
        for (path, _) in delta.below(directory) {
            let rest = path.get(start..).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'/', rest) {
                let below = path.get(..start + end).unwrap_or_default();
                if changed_directories.last() != Some(&below) {
                    changed_directories.push(below);
                }
            }
        }
        changed_directories.sort_unstable();
        changed_directories.dedup();
        for child in base.iter().flat_map(|entry| entry.children()) {
            let is_changed = changed_directories.binary_search(&child.path()).is_ok();
            if !is_changed && delta.get(child.path()).is_none() {
                self.base_row(&child, &mut rows)?;
            }
        }
        for below in changed_directories {
            if let Some(id) = self.directory_id(delta, below)? {
                let name = below.get(start..).unwrap_or_default();
                rows.insert([name, b"/"].concat(), ("40000", id));
            }
        }
        for (path, blob) in delta.below(directory) {
            let name = path.get(start..).unwrap_or_default();
            if let Some(blob) = blob.as_ref().filter(|_| !name.contains(&b'/')) {
                let id = self.blob_id(blob)?;
                rows.insert(name.to_vec(), (git_mode(blob.kind(), blob.mode()), id));
            }
        }
        Ok(tree_object(&rows))
    }

    /// The name of a blob.
    pub(super) fn blob_id(&self, blob: &Blob) -> Attempt<ObjectId> {
        Ok(ObjectId::of("blob", self.bytes(blob)?))
    }

    fn base_row(&mut self, child: &EntryView<'a>, rows: &mut Rows) -> Attempt<u64> {
        if child.kind() == Kind::Directory {
            let (id, bytes) = self.base_directory_id(child)?;
            if let Some(id) = id {
                rows.insert([child.name(), b"/"].concat(), ("40000", id));
            }
            return Ok(bytes);
        }
        if !is_committed(child) {
            return Ok(0);
        }
        self.context.machine.budget.scan(u64::from(child.len()))?;
        rows.insert(
            child.name().to_vec(),
            (git_mode(child.kind(), child.mode()), ObjectId::of("blob", child.content())),
        );
        Ok(u64::from(child.len()))
    }

    /// The name of a directory of the image, and how many bytes are below it.
    fn base_directory_id(&mut self, directory: &EntryView<'a>) -> Attempt<(Option<ObjectId>, u64)> {
        let known = self.repository.base_trees.binary_search_by_key(&directory.index(), |(index, _)| *index);
        if let Ok(at) = known {
            return Ok((self.repository.base_trees.get(at).map(|(_, id)| *id), WORTH_REMEMBERING));
        }
        let mut rows = Rows::new();
        let mut bytes = 0;
        for child in directory.children() {
            bytes += self.base_row(&child, &mut rows)?;
        }
        let id = tree_object(&rows);
        if let (Some(id), true) = (id, bytes >= WORTH_REMEMBERING) {
            let trees = &mut self.repository.base_trees;
            if let Err(at) = trees.binary_search_by_key(&directory.index(), |(index, _)| *index) {
                trees.insert(at, (directory.index(), id));
            }
        }
        Ok((id, bytes))
    }
}

fn tree_object(rows: &Rows) -> Option<ObjectId> {
    if rows.is_empty() {
        return None;
    }
    let mut bytes = Vec::new();
    for (name, (mode, id)) in rows {
        bytes.extend_from_slice(mode.as_bytes());
        bytes.push(b' ');
        bytes.extend_from_slice(name.strip_suffix(b"/").unwrap_or(name));
        bytes.push(0);
        bytes.extend_from_slice(&id.0);
    }
    Some(ObjectId::of("tree", &bytes))
}

/// The name of a commit object.
pub(super) fn commit_object(
    tree: ObjectId,
    parents: &[ObjectId],
    author: &Signature,
    committer: &Signature,
    message: &[u8],
) -> ObjectId {
    let mut text = format!("tree {tree}\n").into_bytes();
    for parent in parents {
        text.extend_from_slice(format!("parent {parent}\n").as_bytes());
    }
    text.extend_from_slice(&[b"author ", &author.line()[..], b"\ncommitter ", &committer.line(), b"\n\n"].concat());
    text.extend_from_slice(message);
    ObjectId::of("commit", &text)
}

impl Signature {
    /// As it stands in a commit: name, address, seconds and zone.
    pub(super) fn line(&self) -> Vec<u8> {
        let time = format!("> {} {}", self.seconds, super::dates::zone(self.zone));
        [&self.name[..], b" <", &self.email, time.as_bytes()].concat()
    }
}
