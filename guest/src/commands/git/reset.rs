//! `git reset`.

use super::compare::Tree;
use super::options::Takes;
use super::revision::Named;
use super::{Attempt, Git};

impl Git<'_, '_, '_> {
    /// `git reset`.
    pub(super) fn reset(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'q', "quiet", Takes::Nothing),
            (0, "mixed", Takes::Nothing),
            (0, "soft", Takes::Nothing),
            (0, "hard", Takes::Nothing),
            (0, "merge", Takes::Nothing),
            (0, "keep", Takes::Nothing),
            (b'p', "patch", Takes::Nothing),
            (b'N', "intent-to-add", Takes::Nothing),
        ];
        let usage = "reset [--mixed | --soft | --hard | --merge | --keep] [-q] [<commit>]";
        let parsed = self.parse(usage, &specs, arguments)?;
        let (before, after) = parsed.split();
        let mut revision: &[u8] = b"HEAD";
        let mut paths: Vec<&[u8]> = after.to_vec();
        if let Some((&first, rest)) = before.split_first() {
            if self.resolve(first)?.is_some() {
                revision = first;
                paths = [rest, after].concat();
            } else if parsed.dashes.is_some() {
                return self.fatal(&[b"Failed to resolve '", first, b"' as a valid revision."]);
            } else {
                for path in before {
                    if !self.may_be_path(path) {
                        let path = *path;
                        return self.ambiguous(path);
                    }
                }
                paths = before.to_vec();
            }
        }
        let named = self.resolve(revision)?;
        let tree = match named {
            Some(named) => self.named_tree(named),
            None => Tree::Empty,
        };
        let mode = ["soft", "hard", "merge", "keep", "mixed"].into_iter().find(|mode| parsed.has(mode));
        if !paths.is_empty() {
            match mode {
                None => {}
                Some("mixed") => {
                    self.note("warning: --mixed with paths is deprecated; use 'git reset -- <paths>' instead.")?
                }
                Some(mode) => return self.fatal(&[b"Cannot do ", mode.as_bytes(), b" reset with paths."]),
            }
            return self.reset_paths(&tree, &paths, parsed.has("quiet"));
        }
        let commit = match named {
            Some(Named::Commit(commit)) => Some(commit),
            Some(_) => return self.fatal(&[b"Could not parse object '", revision, b"'."]),
            None => None,
        };
        match mode.unwrap_or("mixed") {
            "soft" => {}
            "hard" | "merge" => self.force_tree(&tree)?,
            "keep" => {
                let old = self.repository.head_tree();
                self.switch_tree(&old, &tree, "reset")?;
            }
            _ => self.set_index(&tree),
        }
        if let Some(commit) = commit {
            self.repository.original = self.repository.head_commit();
            self.name_detached()?;
            self.repository.move_head(commit);
            if mode == Some("hard") && !parsed.has("quiet") {
                let line = self.head_line(b"HEAD is now at ", commit)?;
                self.line(&[&line])?;
            }
        }
        if mode.unwrap_or("mixed") == "mixed" && !parsed.has("quiet") {
            self.report_unstaged()?;
        }
        Ok(0)
    }

    fn reset_paths(&mut self, tree: &Tree, paths: &[&[u8]], quiet: bool) -> Attempt<u8> {
        let pathspec = self.pathspec(paths)?;
        let index = self.index_tree();
        for (path, (old, _)) in self.changed_entries(tree, &index, &mut |path| pathspec.matches(path))? {
            self.stage(&path, old);
        }
        self.repository.intended.retain(|path| !pathspec.matches(path));
        if !quiet {
            self.report_unstaged()?;
        }
        Ok(0)
    }

    fn report_unstaged(&mut self) -> Attempt<()> {
        let index = self.index_tree();
        let changes = self.changed_entries(&index, &Tree::Worktree, &mut |_| true)?;
        if changes.is_empty() {
            return Ok(());
        }
        let mut out = b"Unstaged changes after reset:\n".to_vec();
        for (path, (old, new)) in changes {
            let letter: &[u8] = match (old, new) {
                (_, None) => b"D\t",
                (None, _) => b"A\t",
                (Some(old), Some(new)) if old.kind() != new.kind() => b"T\t",
                _ => b"M\t",
            };
            out.extend_from_slice(&[letter, &self.relative(&path), b"\n"].concat());
        }
        self.out(&out)
    }
}
