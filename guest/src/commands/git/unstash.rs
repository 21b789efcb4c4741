//! Bringing a stash entry back: `git stash apply` and `git stash pop`.

use super::compare::Tree;
use super::delta::Blob;
use super::options::Takes;
use super::state::Stash;
use super::{Attempt, Failure, Git, merge};

impl Git<'_, '_, '_> {
    /// `git stash apply`, and `pop` with `pops`.
    pub(super) fn stash_apply(&mut self, arguments: &[&[u8]], pops: bool) -> Attempt<u8> {
        let specs = [(b'q', "quiet", Takes::Nothing), (0, "index", Takes::Nothing)];
        let usage = if pops {
            "stash pop [--index] [-q|--quiet] [<stash>]"
        } else {
            "stash apply [--index] [-q|--quiet] [<stash>]"
        };
        let parsed = self.parse(usage, &specs, arguments)?;
        let (at, shown) = self.find_stash(parsed.operands.first().copied())?;
        let Some(stash) = self.repository.stash.get(at).cloned() else { return Ok(1) };
        let quiet = parsed.has("quiet");
        let result = self.restore_stash(&stash, parsed.has("index"));
        let clean = match result {
            Ok(clean) => clean,
            Err(Failure::Exit(_)) => false,
            Err(stop) => return Err(stop),
        };
        if !quiet {
            let text = self.plain_long_status()?;
            self.out(&text)?;
        }
        if !clean {
            if pops {
                self.line(&[b"The stash entry is kept in case you need it again."])?;
            }
            return Ok(1);
        }
        if pops {
            self.drop_stash(at, &shown, quiet)?;
        }
        Ok(0)
    }

    /// Brings an entry's changes into the worktree; returns whether all went in without conflict.
    fn restore_stash(&mut self, stash: &Stash, with_index: bool) -> Attempt<bool> {
        let (base, index, worktree, untracked_files) = self.stash_trees(stash);
        let theirs = Tree::Stored(worktree);
        let ours = self.index_tree();
        let changes = self.changed_entries(&base, &theirs, &mut |_| true)?;
        let (mut blocked, mut untracked) = (Vec::new(), Vec::new());
        for (path, (_, new)) in &changes {
            let (staged, now) = (self.blob_at(&ours, path), self.worktree_blob(path));
            if self.same_entry(&staged, new)? {
                continue;
            }
            if staged.is_none() && now.is_some() {
                untracked.push(path.clone());
            } else if staged.is_some() && now.is_some() && !self.same_entry(&staged, &now)? {
                blocked.push(path.clone());
            }
        }
        let lists = [
            (
                &blocked,
                "Your local changes to the following files",
                "Please commit your changes or stash them before you merge.",
            ),
            (&untracked, "The following untracked working tree files", "Please move or remove them before you merge."),
        ];
        for (paths, what, wish) in lists.iter().filter(|(paths, ..)| !paths.is_empty()) {
            self.note(&format!("error: {what} would be overwritten by merge:"))?;
            for path in paths.iter() {
                self.note_bytes(&[b"\t", path])?;
            }
            self.note(wish)?;
            self.note("Aborting")?;
        }
        if !blocked.is_empty() || !untracked.is_empty() {
            return Err(Failure::Exit(1));
        }
        for (path, _) in untracked_files.iter().flat_map(|delta| delta.iter()).filter(|(_, blob)| blob.is_some()) {
            if self.worktree_blob(path).is_some() {
                self.note_bytes(&[path, b" already exists, no checkout"])?;
                return self.error(1, &[b"could not restore untracked files from stash"]);
            }
        }
        // Untracked files alone were stashed: there is nothing to merge.
        if changes.is_empty() {
            self.line(&[b"Already up to date."])?;
        }
        let mut clean = true;
        for (path, (old, new)) in changes {
            let staged = self.blob_at(&ours, &path);
            if self.same_entry(&staged, &new)? {
                continue;
            }
            let wanted = if self.same_entry(&staged, &old)? {
                new.clone()
            } else {
                self.merged(&path, &old, &staged, &new, &mut clean)?
            };
            self.put(&path, wanted.as_ref())?;
            if old.is_none() && staged.is_none() {
                self.stage(&path, wanted);
            }
        }
        if with_index && clean {
            self.repository.index = index;
        }
        for (path, blob) in untracked_files.iter().flat_map(|delta| delta.iter()) {
            if blob.is_some() {
                self.put(path, blob.as_ref())?;
            }
        }
        Ok(clean)
    }

    /// The merge of a file that was changed on both sides.
    fn merged(
        &mut self,
        path: &[u8],
        base: &Option<Blob>,
        ours: &Option<Blob>,
        theirs: &Option<Blob>,
        clean: &mut bool,
    ) -> Attempt<Option<Blob>> {
        let (Some(base), Some(ours), Some(theirs)) = (base, ours, theirs) else {
            *clean = false;
            let (gone, kept) = if ours.is_none() {
                ("Updated upstream", "Stashed changes")
            } else {
                ("Stashed changes", "Updated upstream")
            };
            let text = format!(" deleted in {gone} and modified in {kept}.  Version {kept} of ");
            self.line(&[b"CONFLICT (modify/delete): ", path, text.as_bytes(), path, b" left in tree."])?;
            return Ok(ours.clone().or_else(|| theirs.clone()));
        };
        self.line(&[b"Auto-merging ", path])?;
        let merged = merge::merge(
            self.bytes(base)?,
            self.bytes(ours)?,
            self.bytes(theirs)?,
            b"Updated upstream",
            b"Stashed changes",
        );
        if merged.has_conflicts {
            *clean = false;
            self.line(&[b"CONFLICT (content): Merge conflict in ", path])?;
        }
        let content = self.context.machine.workspace.make_blob(merged.text)?;
        Ok(Some(Blob::File { executable: ours.mode().is_executable(), content }))
    }
}
