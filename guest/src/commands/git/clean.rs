//! `git clean`.

use std::collections::BTreeSet;

use sparring_tree::diff::quote_path;

use super::ignore::Ignores;
use super::options::Takes;
use super::{Attempt, Git};

impl Git<'_, '_, '_> {
    /// `git clean`.
    pub(super) fn clean(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'q', "quiet", Takes::Nothing),
            (b'n', "dry-run", Takes::Nothing),
            (b'f', "force", Takes::Nothing),
            (b'i', "interactive", Takes::Nothing),
            (b'd', "d", Takes::Nothing),
            (b'e', "exclude", Takes::Value),
            (b'x', "x", Takes::Nothing),
            (b'X', "X", Takes::Nothing),
        ];
        let parsed = self.parse(
            "clean [-d] [-f] [-i] [-n] [-q] [-e <pattern>] [-x | -X] [--] [<pathspec>...]",
            &specs,
            arguments,
        )?;
        let dry = parsed.has("dry-run");
        if !dry && !parsed.has("force") && self.setting(b"clean.requireForce") != Some(b"false") {
            return self
                .fatal(&[b"clean.requireForce defaults to true and neither -i, -n, nor -f given; refusing to clean"]);
        }
        let pathspec = if parsed.operands.is_empty() && !self.prefix.is_empty() {
            self.pathspec(&[b"."])?
        } else {
            self.pathspec(&parsed.operands)?
        };
        let mut ignores = Ignores::default();
        let excluded: Vec<_> =
            parsed.values("exclude").iter().map(|text| super::wildmatch::Pattern::new(text, false)).collect();
        let files = self.untracked_files()?;
        let empty = if parsed.has("d") { self.untracked_directories() } else { Vec::new() };
        let mut wanted = BTreeSet::new();
        let mut kept = Vec::new();
        for file in files {
            let ignored = self.is_ignored(&mut ignores, &file, false)?;
            let by_kind = if parsed.has("X") { ignored } else { !ignored || parsed.has("x") };
            let by_pattern = !excluded.iter().any(|pattern| pattern.matches(sparring_tree::path::name(&file)));
            if by_kind && by_pattern && pathspec.matches(&file) {
                wanted.insert(file);
            } else {
                kept.push(file);
            }
        }
        let mut removed: BTreeSet<Vec<u8>> = BTreeSet::new();
        for file in wanted {
            let ends = memchr::memchr_iter(b'/', &file);
            let mut directories = ends.map(|end| file.get(..end).unwrap_or_default());
            let top = directories
                .find(|directory| !self.has_below(&self.repository.index, directory) && !self.intends_below(directory));
            match top {
                Some(_) if !parsed.has("d") && parsed.operands.is_empty() => {}
                Some(top) if !kept.iter().any(|other| sparring_tree::path::is_below(other, top)) => {
                    removed.insert([top, b"/"].concat());
                }
                _ => {
                    removed.insert(file);
                }
            }
        }
        for directory in empty {
            let is_known = self.has_below(&self.repository.index, &directory) || self.intends_below(&directory);
            let holds_kept = kept.iter().any(|file| sparring_tree::path::is_below(file, &directory));
            let is_ignored = !parsed.has("x") && self.is_ignored(&mut ignores, &directory, true)?;
            let is_covered = removed.iter().any(|path| [&directory[..], b"/"].concat().starts_with(path));
            if !is_known
                && !is_ignored
                && !holds_kept
                && !is_covered
                && pathspec.matches(&directory)
                && !parsed.has("X")
            {
                removed.insert([&directory[..], b"/"].concat());
            }
        }
        for path in removed {
            let shown = quote_path(b"", &self.relative(&path));
            if dry {
                self.line(&[b"Would remove ", &shown])?;
                continue;
            }
            if !parsed.has("quiet") {
                self.line(&[b"Removing ", &shown])?;
            }
            let file = path.strip_suffix(b"/").unwrap_or(&path);
            let place = self.place(file);
            let _gone = self.context.machine.workspace.remove(&place)?;
        }
        Ok(0)
    }
}
