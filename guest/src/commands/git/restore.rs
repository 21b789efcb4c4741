//! `git restore`.

use super::compare::Tree;
use super::options::{Parsed, Takes};
use super::{Attempt, Git};

impl Git<'_, '_, '_> {
    /// `git restore`.
    pub(super) fn restore(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b's', "source", Takes::Value),
            (b'S', "staged", Takes::Nothing),
            (b'W', "worktree", Takes::Nothing),
            (b'q', "quiet", Takes::Nothing),
            (b'p', "patch", Takes::Nothing),
            (0, "overlay", Takes::Nothing),
            (0, "ignore-unmerged", Takes::Nothing),
            (0, "progress", Takes::Nothing),
        ];
        let parsed: Parsed<'_> = self.parse("restore [<options>] [--source=<branch>] <file>...", &specs, arguments)?;
        if parsed.operands.is_empty() {
            return self.fatal(&[b"you must specify path(s) to restore"]);
        }
        let staged = parsed.has("staged");
        let worktree = parsed.has("worktree") || !staged;
        let tree = match parsed.value("source") {
            Some(source) => match self.resolve(source)? {
                Some(named) => self.named_tree(named),
                None => return self.fatal(&[b"could not resolve ", source]),
            },
            None if staged => {
                if self.repository.head_commit().is_none() {
                    return self.fatal(&[b"could not resolve HEAD"]);
                }
                self.repository.head_tree()
            }
            None => self.index_tree(),
        };
        let pathspec = self.pathspec(&parsed.operands)?;
        let index = self.index_tree();
        for item in pathspec.included() {
            let in_tree = |tree: &Tree| matches!(tree, Tree::Stored(delta) if self.is_tracked_by(delta, item));
            let is_intended = self.repository.intended.iter().any(|path| item.matches(path));
            if !in_tree(&tree) && !in_tree(&index) && !is_intended {
                return self.error(1, &[b"pathspec '", &item.text, b"' did not match any file(s) known to git"]);
            }
        }
        let mut candidates = self.candidates(&tree, &Tree::Worktree);
        candidates.extend(self.candidates(&tree, &index));
        candidates.extend(self.repository.intended.iter().cloned());
        for path in candidates.iter().filter(|path| pathspec.matches(path)) {
            // Files that neither tree nor index knows are not touched.
            let is_known = self.blob_at(&tree, path).is_some() || self.blob_at(&index, path).is_some();
            if !is_known && !self.is_intended(path) {
                continue;
            }
            let from_index = parsed.value("source").is_none() && !staged;
            let wanted = if from_index { self.staged_blob(path) } else { self.blob_at(&tree, path) };
            if worktree {
                let now = self.worktree_blob(path);
                if !self.same_entry(&now, &wanted)? {
                    self.put(path, wanted.as_ref())?;
                }
            }
            if staged {
                self.stage(path, wanted);
            }
        }
        Ok(0)
    }
}
