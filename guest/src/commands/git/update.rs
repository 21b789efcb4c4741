//! Bringing the worktree to a state that git has.

use sparring_tree::{Kind, path};

use super::compare::Tree;
use super::delta::{Blob, Delta};
use super::{Attempt, Git};

impl Git<'_, '_, '_> {
    /// Makes a path of the worktree be this, with the directories that it needs; a directory that
    /// is left empty vanishes.
    pub(super) fn put(&mut self, file: &[u8], blob: Option<&Blob>) -> Attempt<()> {
        let place = self.place(file);
        let workspace = &mut self.context.machine.workspace;
        let kind = workspace.node(&place).map(|node| node.kind());
        let Some(blob) = blob else {
            if kind != Some(Kind::Directory) {
                if kind.is_some() {
                    let _gone = workspace.remove(&place)?;
                }
                self.remove_empty_above(file)?;
            }
            return Ok(());
        };
        for end in memchr::memchr_iter(b'/', file) {
            let above = self.place(file.get(..end).unwrap_or_default());
            let workspace = &mut self.context.machine.workspace;
            match workspace.node(&above).map(|node| node.kind()) {
                Some(Kind::Directory) => {}
                other => {
                    if other.is_some() {
                        let _gone = workspace.remove(&above)?;
                    }
                    let _made = workspace.make_directory(&above)?;
                }
            }
        }
        let workspace = &mut self.context.machine.workspace;
        if kind.is_some() && (kind != Some(Kind::File) || blob.kind() != Kind::File) {
            let _gone = workspace.remove(&place)?;
        }
        let _written = match blob {
            Blob::File { content, .. } => workspace.put_content(&place, blob.mode(), content.clone())?,
            Blob::Link(target) => workspace.make_link(&place, target)?,
        };
        Ok(())
    }

    /// Removes the directories above a path that are empty now.
    pub(super) fn remove_empty_above(&mut self, file: &[u8]) -> Attempt<()> {
        let mut directory = path::parent(file);
        while !directory.is_empty() {
            let place = self.place(directory);
            let workspace = &mut self.context.machine.workspace;
            // Git leaves the directory that it runs in.
            let is_here = place == self.directory || self.directory.is_below(&place);
            if is_here || !workspace.list(&place).is_ok_and(|entries| entries.is_empty()) {
                break;
            }
            let _gone = workspace.remove(&place)?;
            directory = path::parent(directory);
        }
        Ok(())
    }

    /// Moves index and worktree from the tree `old` to `new`, where they do not differ from `old`.
    /// With changes of the user's own in the way it lists them and changes nothing; `command` is
    /// what the message names.
    pub(super) fn switch_tree(&mut self, old: &Tree, new: &Tree, command: &str) -> Attempt<()> {
        let changes = self.changed_entries(old, new, &mut |_| true)?;
        let (mut changed, mut untracked) = (Vec::new(), Vec::new());
        let index = self.index_tree();
        for (path, (old, new)) in &changes {
            let (staged, worktree) = (self.blob_at(&index, path), self.worktree_blob(path));
            if self.same_entry(&staged, new)? && (staged.is_some() || worktree.is_none()) {
                continue;
            }
            if staged.is_none() && old.is_none() {
                if worktree.is_some() && !self.same_entry(&worktree, new)? {
                    untracked.push(path.clone());
                }
                continue;
            }
            let is_clean = self.same_entry(&staged, old)?
                && (self.same_entry(&worktree, &staged)? || worktree.is_none() && !self.is_directory(path));
            if !is_clean {
                changed.push(path.clone());
            }
        }
        let list = |paths: &[Vec<u8>]| {
            paths.iter().map(|path| [b"\t", &path[..], b"\n"].concat()).collect::<Vec<_>>().concat()
        };
        let wish = if command == "checkout" { "switch branches" } else { command };
        if !changed.is_empty() {
            let text = format!("error: Your local changes to the following files would be overwritten by {command}:\n");
            self.context.error(&[text.as_bytes(), &list(&changed)].concat())?;
            self.note(&format!("Please commit your changes or stash them before you {wish}."))?;
        }
        if !untracked.is_empty() {
            let text =
                format!("error: The following untracked working tree files would be overwritten by {command}:\n");
            self.context.error(&[text.as_bytes(), &list(&untracked)].concat())?;
            self.note(&format!("Please move or remove them before you {wish}."))?;
        }
        if !changed.is_empty() || !untracked.is_empty() {
            self.note("Aborting")?;
            return Err(super::Failure::Exit(1));
        }
        for (path, (_, new)) in &changes {
            let staged = self.blob_at(&index, path);
            if self.same_entry(&staged, new)? {
                continue;
            }
            self.stage(path, new.clone());
        }
        // Removals first, so that a directory can take a file's place.
        for (path, (_, new)) in changes.iter().filter(|(_, (_, new))| new.is_none()) {
            self.put(path, new.as_ref())?;
        }
        for (path, (_, new)) in changes.iter().filter(|(_, (_, new))| new.is_some()) {
            let staged = self.blob_at(&index, path);
            let worktree = self.worktree_blob(path);
            if self.same_entry(&staged, new)? && !self.same_entry(&worktree, new)? {
                continue;
            }
            self.put(path, new.as_ref())?;
        }
        Ok(())
    }

    /// Makes index and worktree equal to a tree, whatever stands there; untracked files stay.
    pub(super) fn force_tree(&mut self, tree: &Tree) -> Attempt<()> {
        let index = self.index_tree();
        let mut paths = self.candidates(&index, &Tree::Worktree);
        paths.extend(self.candidates(&index, tree));
        paths.extend(self.repository.intended.iter().cloned());
        let (mut gone, mut there) = (Vec::new(), Vec::new());
        for path in paths {
            let wanted = self.blob_at(tree, &path);
            let was_tracked = self.blob_at(&index, &path).is_some() || self.is_intended(&path);
            match wanted {
                Some(blob) => there.push((path, blob)),
                None if was_tracked => gone.push(path),
                None => {}
            }
        }
        for path in gone {
            self.put(&path, None)?;
        }
        for (path, blob) in there {
            let now = self.worktree_blob(&path);
            if !self.same_entry(&now, &Some(blob.clone()))? {
                self.put(&path, Some(&blob))?;
            }
        }
        self.set_index(tree);
        Ok(())
    }

    /// Makes the index equal to a tree.
    pub(super) fn set_index(&mut self, tree: &Tree) {
        self.repository.intended.clear();
        self.repository.index = match tree {
            Tree::Stored(delta) => delta.clone(),
            _ => {
                let mut delta = Delta::default();
                self.base_paths(b"").iter().for_each(|path| delta.set(path, None));
                delta
            }
        };
    }
}
