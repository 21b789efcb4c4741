//! Trees of a repository and what differs between two of them.

use std::collections::{BTreeMap, BTreeSet};

use sparring_tree::diff::{FileDiff, Side};
use sparring_tree::image::EntryView;
use sparring_tree::{Change, Content, ImageView, Kind};

use super::delta::{Blob, Delta};
use super::pathspec::Item;
use super::{Attempt, Git};
use crate::workspace::{Node, VirtualPath, Workspace};

/// A tree of a repository.
#[derive(Clone, Debug)]
pub(super) enum Tree {
    /// No files at all.
    Empty,
    /// A commit's or the index's.
    Stored(Delta),
    /// The index as it is now. Unlike a stored copy of it, it counts a file that is only meant to
    /// be added and is gone as a deleted one.
    Index,
    /// The files as they are.
    Worktree,
}

/// Paths that differ between two trees, with what stands there in each.
pub(super) type Entries = BTreeMap<Vec<u8>, (Option<Blob>, Option<Blob>)>;

impl<'a> Git<'_, '_, 'a> {
    /// The index as a tree.
    pub(super) fn index_tree(&self) -> Tree {
        Tree::Stored(self.repository.index.clone())
    }

    /// What a tree has at a path.
    pub(super) fn blob_at(&self, tree: &Tree, path: &[u8]) -> Option<Blob> {
        match tree {
            Tree::Empty => None,
            Tree::Stored(delta) => match delta.get(path) {
                Some(blob) => blob.clone(),
                None => self.base_blob(path),
            },
            Tree::Index => match self.repository.index.get(path) {
                Some(blob) => blob.clone(),
                None => self.base_blob(path),
            },
            Tree::Worktree => self.worktree_blob(path),
        }
    }

    /// What the index holds at a path, as commands that show or restore it see it: an empty file
    /// where it was added with `--intent-to-add`.
    pub(super) fn staged_blob(&self, path: &[u8]) -> Option<Blob> {
        if self.is_intended(path) {
            return Some(Blob::File { executable: false, content: Content::default() });
        }
        self.blob_at(&Tree::Index, path)
    }

    /// What the image has at a path, if it is the base.
    pub(super) fn base_blob(&self, path: &[u8]) -> Option<Blob> {
        if !self.repository.is_base || path.is_empty() {
            return None;
        }
        let entry = self.context.machine.workspace.image().lookup(path)?;
        if entry.has_untracked() { None } else { blob_of_entry(&entry) }
    }

    /// The place of a path of the repository.
    pub(super) fn place(&self, path: &[u8]) -> VirtualPath {
        let root = &self.repository.root;
        match (root.is_empty(), path.is_empty()) {
            (_, true) => VirtualPath::from_tree_path(root),
            (true, false) => VirtualPath::from_tree_path(path),
            (false, false) => VirtualPath::from_tree_path(&[&root[..], b"/", path].concat()),
        }
    }

    /// The file or link that stands at a path now.
    pub(super) fn worktree_blob(&self, path: &[u8]) -> Option<Blob> {
        let place = self.place(path);
        let node = self.context.machine.workspace.node(&place)?;
        match node {
            Node::Image(entry) => blob_of_entry(&entry),
            Node::Changed(Change::File { mode, content }) => {
                Some(Blob::File { executable: mode.is_executable(), content: content.clone() })
            }
            Node::Changed(Change::Link { target }) => Some(Blob::Link(target.clone())),
            _ => None,
        }
    }

    /// A blob's bytes, for the rest of the step.
    pub(super) fn bytes(&self, blob: &Blob) -> Attempt<&'a [u8]> {
        let workspace = &self.context.machine.workspace;
        match blob {
            Blob::File { content, .. } => Ok(workspace.read_content(content)?),
            Blob::Link(target) => Ok(workspace.blobs().keep(target.clone())),
        }
    }

    /// Whether two blobs are the same to git.
    pub(super) fn same(&self, a: &Blob, b: &Blob) -> Attempt<bool> {
        match (a, b) {
            (Blob::Link(a), Blob::Link(b)) => Ok(a == b),
            (Blob::File { executable: x, content: a }, Blob::File { executable: y, content: b }) => {
                Ok(x == y && (a == b || self.same_bytes(a, b)?))
            }
            _ => Ok(false),
        }
    }

    fn same_bytes(&self, a: &Content, b: &Content) -> Attempt<bool> {
        if a.len() != b.len() {
            return Ok(false);
        }
        let workspace = &self.context.machine.workspace;
        Ok(workspace.read_content(a)? == workspace.read_content(b)?)
    }

    /// As [`Git::same`], for paths that may be missing.
    pub(super) fn same_entry(&self, a: &Option<Blob>, b: &Option<Blob>) -> Attempt<bool> {
        match (a, b) {
            (None, None) => Ok(true),
            (Some(a), Some(b)) => self.same(a, b),
            _ => Ok(false),
        }
    }

    /// Every path at which the two trees may differ, in git's order.
    pub(super) fn candidates(&self, a: &Tree, b: &Tree) -> BTreeSet<Vec<u8>> {
        let mut paths = BTreeSet::new();
        let base_is_far = matches!(a, Tree::Empty) != matches!(b, Tree::Empty);
        if base_is_far {
            paths.extend(self.base_paths(b""));
        }
        for tree in [a, b] {
            match tree {
                Tree::Empty => {}
                Tree::Stored(delta) => paths.extend(delta.iter().map(|(path, _)| path.to_vec())),
                Tree::Index => paths.extend(self.repository.index.iter().map(|(path, _)| path.to_vec())),
                Tree::Worktree => self.worktree_candidates(&mut paths),
            }
        }
        paths
    }

    /// Paths at which the worktree may differ from the image.
    fn worktree_candidates(&self, paths: &mut BTreeSet<Vec<u8>>) {
        let workspace = &self.context.machine.workspace;
        for (place, change) in workspace.overlay().below(&self.repository.root) {
            let Some(path) = self.inside(place) else { continue };
            if matches!(change, Change::Removed) || change.hides_below() {
                paths.extend(self.base_paths(path));
            }
            if !matches!(change, Change::Directory { .. }) {
                paths.insert(path.to_vec());
            }
        }
    }

    /// The path within the repository, for a place at or below its root.
    pub(super) fn inside<'p>(&self, place: &'p [u8]) -> Option<&'p [u8]> {
        let root = &self.repository.root;
        if root.is_empty() {
            return Some(place);
        }
        match place.strip_prefix(root.as_slice())? {
            b"" => Some(b""),
            rest => rest.strip_prefix(b"/"),
        }
    }

    /// The image's files below a path, or the file at it.
    pub(super) fn base_paths(&self, path: &[u8]) -> Vec<Vec<u8>> {
        if !self.repository.is_base {
            return Vec::new();
        }
        files_below(self.context.machine.workspace.image(), path).map(<[u8]>::to_vec).collect()
    }

    /// Every path of a stored tree, in git's order.
    pub(super) fn paths(&self, delta: &Delta, below: &[u8]) -> BTreeSet<Vec<u8>> {
        let mut paths: BTreeSet<Vec<u8>> = self.base_paths(below).into_iter().collect();
        for (path, blob) in delta.below(below).chain(delta.get(below).map(|blob| (below, blob))) {
            match blob {
                Some(_) => paths.insert(path.to_vec()),
                None => paths.remove(path),
            };
        }
        paths
    }

    /// Whether a stored tree has something below a directory.
    pub(super) fn has_below(&self, delta: &Delta, directory: &[u8]) -> bool {
        if delta.below(directory).any(|(_, blob)| blob.is_some()) {
            return true;
        }
        if !self.repository.is_base {
            return false;
        }
        let image = self.context.machine.workspace.image();
        let Some(top) = image.lookup(directory).filter(|entry| entry.kind() == Kind::Directory) else { return false };
        (top.index()..top.subtree_end())
            .filter_map(|index| image.entry(index))
            .any(|entry| is_committed(&entry) && delta.get(entry.path()).is_none())
    }

    /// Whether a stored tree has this path as a file or a directory.
    pub(super) fn knows(&self, delta: &Delta, path: &[u8]) -> bool {
        let here = match delta.get(path) {
            Some(blob) => blob.is_some(),
            None => self.base_blob(path).is_some(),
        };
        here || self.has_below(delta, path)
    }

    /// Whether a path argument names something of a stored tree. Only a pattern has to look at
    /// every path.
    pub(super) fn is_tracked_by(&self, delta: &Delta, item: &Item) -> bool {
        if item.is_pattern() {
            return self.paths(delta, b"").iter().any(|path| item.matches(path));
        }
        item.path.is_empty()
            || self.has_below(delta, &item.path)
            || !item.ends_in_slash && self.knows(delta, &item.path)
    }

    /// One side of a difference.
    pub(super) fn side(&self, blob: &Blob) -> Attempt<Side<'a>> {
        Ok(Side::new(blob.kind(), blob.mode(), self.bytes(blob)?))
    }

    /// A path for the rest of the step.
    pub(super) fn keep(&self, path: &[u8]) -> &'a [u8] {
        self.context.machine.workspace.blobs().keep(path.to_vec())
    }

    /// What differs from `a` to `b`, in git's order, at the paths that `wanted` lets through.
    /// Untracked files are no part of the worktree here.
    pub(super) fn differences(
        &self,
        a: &Tree,
        b: &Tree,
        wanted: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Attempt<Vec<FileDiff<'a>>> {
        let mut found = Vec::new();
        for (path, (old, new)) in self.changed_entries(a, b, wanted)? {
            let old = old.map(|blob| self.side(&blob)).transpose()?;
            let new = new.map(|blob| self.side(&blob)).transpose()?;
            found.push(FileDiff::at(self.keep(&path), old, new));
        }
        Ok(found)
    }

    /// As [`Git::differences`], without reading what differs.
    pub(super) fn changed_entries(
        &self,
        a: &Tree,
        b: &Tree,
        wanted: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Attempt<Entries> {
        let against_worktree = matches!(b, Tree::Worktree);
        let mut found = BTreeMap::new();
        let mut candidates = self.candidates(a, b);
        if against_worktree {
            // A repository without an image has no list of changed files: look at each.
            if !self.repository.is_base {
                candidates.extend(self.repository.index.iter().map(|(path, _)| path.to_vec()));
            }
            candidates.extend(self.repository.index.iter().map(|(path, _)| path.to_vec()));
            candidates.extend(self.repository.intended.iter().cloned());
        }
        let index = self.index_tree();
        for path in candidates {
            if !wanted(&path) {
                continue;
            }
            let old = self.blob_at(a, &path);
            let mut new = self.blob_at(b, &path);
            // Files that git does not know are no part of a comparison with the worktree.
            if against_worktree && self.blob_at(&index, &path).is_none() && !self.is_intended(&path) {
                new = None;
            }
            let is_gone = matches!(a, Tree::Index) && old.is_none() && new.is_none() && self.is_intended(&path);
            if is_gone {
                found.insert(path, (Some(Blob::File { executable: false, content: Content::default() }), None));
            } else if !self.same_entry(&old, &new)? {
                found.insert(path, (old, new));
            }
        }
        Ok(found)
    }

    /// Whether a path below a directory was added with `--intent-to-add`.
    pub(super) fn intends_below(&self, directory: &[u8]) -> bool {
        self.repository.intended.iter().any(|path| sparring_tree::path::is_below(path, directory))
    }

    /// Whether a path was added with `--intent-to-add`.
    pub(super) fn is_intended(&self, path: &[u8]) -> bool {
        self.repository.intended.binary_search_by(|other| other.as_slice().cmp(path)).is_ok()
    }
}

/// What a task's base changes on top of the image, which counts as committed.
pub(super) fn base_delta(workspace: &Workspace<'_>) -> Delta {
    let mut delta = Delta::default();
    let mount = workspace.mount().as_bytes();
    for (place, change) in workspace.base().below(mount) {
        let Some(path) = workspace.inside_mount(place) else { continue };
        if matches!(change, Change::Removed) || change.hides_below() {
            files_below(workspace.image(), path).for_each(|path| delta.set(path, None));
        }
        match change {
            Change::File { mode, content } => {
                let blob = Blob::File { executable: mode.is_executable(), content: content.clone() };
                delta.set(path, Some(blob));
            }
            Change::Link { target } => delta.set(path, Some(Blob::Link(target.clone()))),
            Change::Removed | Change::Directory { .. } => {}
        }
    }
    delta
}

/// The committed files of the image below a path, or the file at it.
fn files_below<'a>(image: ImageView<'a>, path: &[u8]) -> impl Iterator<Item = &'a [u8]> {
    let range = image.lookup(path).map_or(0..0, |top| top.index()..top.subtree_end());
    let entries = range.filter_map(move |index| image.entry(index));
    entries.filter(is_committed).map(|entry| entry.path())
}

/// Whether an entry of the image is a file of its commit.
pub(super) fn is_committed(entry: &EntryView<'_>) -> bool {
    entry.kind() != Kind::Directory && !entry.has_untracked()
}

fn blob_of_entry(entry: &EntryView<'_>) -> Option<Blob> {
    match entry.kind() {
        Kind::Directory => None,
        Kind::File => Some(Blob::File { executable: entry.mode().is_executable(), content: Content::of_entry(entry) }),
        Kind::Link => Some(Blob::Link(entry.content().to_vec())),
    }
}
