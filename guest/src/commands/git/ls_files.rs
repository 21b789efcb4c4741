//! `git ls-files`.

use std::collections::BTreeSet;

use sparring_tree::diff::{git_mode, quote_path};

use super::compare::Tree;
use super::ignore::Ignores;
use super::options::Takes;
use super::{Attempt, Git};

impl Git<'_, '_, '_> {
    /// `git ls-files`.
    pub(super) fn ls_files(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'z', "null", Takes::Nothing),
            (b'c', "cached", Takes::Nothing),
            (b'd', "deleted", Takes::Nothing),
            (b'm', "modified", Takes::Nothing),
            (b'o', "others", Takes::Nothing),
            (b'i', "ignored", Takes::Nothing),
            (b's', "stage", Takes::Nothing),
            (b'u', "unmerged", Takes::Nothing),
            (b't', "tags", Takes::Nothing),
            (0, "directory", Takes::Nothing),
            (0, "exclude-standard", Takes::Nothing),
            (b'x', "exclude", Takes::Value),
            (0, "full-name", Takes::Nothing),
            (0, "error-unmatch", Takes::Nothing),
            (0, "no-empty-directory", Takes::Nothing),
        ];
        let parsed = self.parse("ls-files [<options>] [<file>...]", &specs, arguments)?;
        let end: u8 = if parsed.has("null") { 0 } else { b'\n' };
        let full = parsed.has("full-name");
        let pathspec = if parsed.operands.is_empty() && !self.prefix.is_empty() {
            self.pathspec(&[b"."])?
        } else {
            self.pathspec(&parsed.operands)?
        };
        let index = self.repository.index.clone();
        let tracked: BTreeSet<Vec<u8>> = {
            let mut tracked = self.paths(&index, b"");
            tracked.extend(self.repository.intended.iter().cloned());
            tracked.into_iter().filter(|path| pathspec.matches(path)).collect()
        };
        let mut rows: Vec<Vec<u8>> = Vec::new();
        let show = |git: &Self, path: &[u8]| {
            let path = if full { path.to_vec() } else { git.relative(path) };
            if end == 0 { path } else { quote_path(b"", &path) }
        };
        if parsed.has("others") {
            let mut ignores = Ignores::default();
            for path in self.untracked_files()? {
                if !pathspec.matches(&path) {
                    continue;
                }
                let is_ignored = self.is_ignored(&mut ignores, &path, false)?;
                let wanted = match (parsed.has("exclude-standard"), parsed.has("ignored")) {
                    (true, ignored) => is_ignored == ignored,
                    (false, _) => true,
                };
                if !wanted {
                    continue;
                }
                let shown = if parsed.has("directory") {
                    let ends = memchr::memchr_iter(b'/', &path);
                    let top =
                        ends.map(|end| path.get(..end).unwrap_or_default()).find(|top| !self.has_below(&index, top));
                    top.map_or(path.clone(), |top| [top, b"/"].concat())
                } else {
                    path.clone()
                };
                let row = show(self, &shown);
                if rows.last() != Some(&row) {
                    rows.push(row);
                }
            }
        }
        let (deleted, modified) = (parsed.has("deleted"), parsed.has("modified"));
        let lists_all = parsed.has("cached") || parsed.has("stage") || !(deleted || modified || parsed.has("others"));
        if lists_all {
            for path in &tracked {
                let mut row = Vec::new();
                if parsed.has("stage")
                    && let Some(blob) = self.staged_blob(path)
                {
                    let id = self.blob_id(&blob)?;
                    // Of a file that is only meant to be added git knows no more than its mode.
                    let shown = if self.is_intended(path) { self.worktree_blob(path).unwrap_or(blob) } else { blob };
                    row.extend_from_slice(format!("{} {id} 0\t", git_mode(shown.kind(), shown.mode())).as_bytes());
                }
                row.extend_from_slice(&show(self, path));
                rows.push(row);
            }
        }
        if deleted || modified {
            let changes = self.changed_entries(&Tree::Index, &Tree::Worktree, &mut |path| pathspec.matches(path))?;
            for (path, (_, new)) in changes {
                // A deleted file is a modified one as well.
                if new.is_none() && deleted {
                    rows.push(show(self, &path));
                }
                if modified {
                    rows.push(show(self, &path));
                }
            }
        }
        let mut out = Vec::new();
        for row in rows {
            out.extend_from_slice(&row);
            out.push(end);
        }
        self.out(&out)?;
        if parsed.has("error-unmatch") {
            let mut failed = false;
            for item in pathspec.included() {
                if !tracked.iter().any(|path| item.matches(path)) {
                    self.note_bytes(&[b"error: pathspec '", &item.text, b"' did not match any file(s) known to git"])?;
                    failed = true;
                }
            }
            if failed {
                self.note("Did you forget to 'git add'?")?;
                return Ok(1);
            }
        }
        Ok(0)
    }
}
