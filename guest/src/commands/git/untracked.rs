//! Files that git does not know, with ignored ones set apart and whole directories as one.

use std::collections::{BTreeMap, BTreeSet};

use super::ignore::Ignores;
use super::pathspec::Pathspec;
use super::{Attempt, Git};
use crate::workspace::Walked;

/// Untracked paths in git's order; a directory ends in a slash.
#[derive(Debug, Default)]
pub(super) struct Untracked {
    /// Those to show.
    pub(super) shown: BTreeSet<Vec<u8>>,
    /// Those that `.gitignore` hides.
    pub(super) ignored: BTreeSet<Vec<u8>>,
}

impl Git<'_, '_, '_> {
    /// Every file that is not in the index, ignored ones included, in git's order.
    pub(super) fn untracked_files(&self) -> Attempt<Vec<Vec<u8>>> {
        let mut found = BTreeSet::new();
        let workspace = &self.context.machine.workspace;
        let index = self.index_tree();
        let is_unknown = |path: &[u8]| {
            !path.starts_with(b".git/")
                && path != b".git"
                && memchr::memmem::find(path, b"/.git/").is_none()
                && self.blob_at(&index, path).is_none()
                && !self.is_intended(path)
        };
        if self.repository.is_base {
            for (place, change) in workspace.overlay().below(&self.repository.root) {
                use sparring_tree::Change;
                let Some(path) = self.inside(place) else { continue };
                if matches!(change, Change::File { .. } | Change::Link { .. }) && is_unknown(path) {
                    found.insert(path.to_vec());
                }
            }
            // What a layer put beside the commit.
            let layered = workspace.image().root().untracked().map(|entry| entry.path());
            found.extend(
                layered.filter(|path| self.worktree_blob(path).is_some() && is_unknown(path)).map(<[u8]>::to_vec),
            );
            for (path, blob) in self.repository.index.iter() {
                if blob.is_none() && self.worktree_blob(path).is_some() && is_unknown(path) {
                    found.insert(path.to_vec());
                }
            }
        } else {
            let root = self.place(b"");
            let mut places = Vec::new();
            workspace.walk(&root, &mut |place, node| {
                if place.name() == b".git" {
                    return Ok(Walked::Prune);
                }
                if node.kind() != sparring_tree::Kind::Directory {
                    places.push(place.as_bytes().to_vec());
                }
                Ok(Walked::On)
            })?;
            found.extend(
                places
                    .iter()
                    .filter_map(|place| self.inside(place))
                    .filter(|path| is_unknown(path))
                    .map(<[u8]>::to_vec),
            );
        }
        Ok(found.into_iter().collect())
    }

    /// Directories without tracked files that the session has made or emptied, in git's order.
    pub(super) fn untracked_directories(&self) -> Vec<Vec<u8>> {
        let overlay = self.context.machine.workspace.overlay();
        let directories = overlay.below(&self.repository.root).filter_map(|(place, change)| {
            let is_directory = matches!(change, sparring_tree::Change::Directory { .. });
            self.inside(place).filter(|path| is_directory && !path.starts_with(b".git")).map(<[u8]>::to_vec)
        });
        let mut found: BTreeSet<Vec<u8>> = directories.collect();
        // And those of the image out of which every file was taken, tracked or not.
        let layered = self.repository.is_base.then(|| self.context.machine.workspace.image().root().untracked());
        let taken =
            layered.into_iter().flatten().map(|entry| entry.path()).filter(|path| self.worktree_blob(path).is_none());
        for path in taken {
            let above = memchr::memchr_iter(b'/', path).map(|end| path.get(..end).unwrap_or_default());
            found.extend(above.filter(|directory| self.is_directory(directory)).map(<[u8]>::to_vec));
        }
        for (path, _) in self.repository.index.iter().filter(|(_, blob)| blob.is_none()) {
            let above = memchr::memchr_iter(b'/', path).map(|end| path.get(..end).unwrap_or_default());
            found.extend(above.filter(|directory| self.is_directory(directory)).map(<[u8]>::to_vec));
        }
        found.into_iter().filter(|directory| !self.has_below(&self.repository.index, directory)).collect()
    }

    /// Untracked files as `git status` lists them: a directory without tracked files as one,
    /// unless `all` are wanted.
    pub(super) fn untracked(&self, pathspec: &Pathspec, all: bool) -> Attempt<Untracked> {
        let mut untracked = Untracked::default();
        let mut ignores = Ignores::default();
        let mut tracked: BTreeMap<Vec<u8>, bool> = BTreeMap::new();
        let mut hidden = Vec::new();
        // Directories with something to show below them.
        let mut mixed = BTreeSet::new();
        for file in self.untracked_files()? {
            if !pathspec.matches(&file) {
                continue;
            }
            let directory = if all { None } else { self.highest_untracked(&file, pathspec, &mut tracked) };
            if self.is_ignored(&mut ignores, &file, false)? {
                hidden.push((file, directory));
                continue;
            }
            let above = memchr::memchr_iter(b'/', &file).map(|end| file.get(..end).unwrap_or_default().to_vec());
            mixed.extend(above);
            untracked.shown.insert(match directory {
                Some(directory) => [&directory[..], b"/"].concat(),
                None => file,
            });
        }
        // What lies in a directory that is listed as a whole is not listed again.
        for (file, directory) in hidden {
            let mut above = memchr::memchr_iter(b'/', &file).map(|end| file.get(..end).unwrap_or_default());
            let whole = above.find(|above| {
                directory.as_ref().is_some_and(|top| above.len() >= top.len()) && !mixed.contains(*above)
            });
            untracked.ignored.insert(match whole {
                Some(directory) => [directory, b"/"].concat(),
                None => file,
            });
        }
        Ok(untracked)
    }

    /// The highest directory above a file in which nothing is tracked and all is meant.
    fn highest_untracked(
        &self,
        file: &[u8],
        pathspec: &Pathspec,
        tracked: &mut BTreeMap<Vec<u8>, bool>,
    ) -> Option<Vec<u8>> {
        for end in memchr::memchr_iter(b'/', file) {
            let directory = file.get(..end).unwrap_or_default();
            let is_tracked = *tracked
                .entry(directory.to_vec())
                .or_insert_with(|| self.has_below(&self.repository.index, directory) || self.intends_below(directory));
            if !is_tracked && pathspec.covers(directory) {
                return Some(directory.to_vec());
            }
        }
        None
    }
}
