//! `git add`.

use std::collections::BTreeSet;

use super::compare::Tree;
use super::delta::Blob;
use super::ignore::Ignores;
use super::options::Takes;
use super::pathspec::Pathspec;
use super::{Attempt, Git};

/// Untracked files to add, and ignored arguments to complain about.
type Additions = (Vec<Vec<u8>>, Vec<Vec<u8>>);

const USAGE: &str = "add [<options>] [--] <pathspec>...";

impl Git<'_, '_, '_> {
    /// `git add`.
    pub(super) fn add(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'n', "dry-run", Takes::Nothing),
            (b'v', "verbose", Takes::Nothing),
            (b'f', "force", Takes::Nothing),
            (b'u', "update", Takes::Nothing),
            (b'A', "all", Takes::Nothing),
            (b'N', "intent-to-add", Takes::Nothing),
            (b'i', "interactive", Takes::Nothing),
            (b'p', "patch", Takes::Nothing),
            (0, "ignore-removal", Takes::Nothing),
            (0, "ignore-errors", Takes::Nothing),
            (0, "refresh", Takes::Nothing),
            (0, "renormalize", Takes::Nothing),
            (0, "chmod", Takes::Value),
        ];
        let parsed = self.parse(USAGE, &specs, arguments)?;
        let (all, update) = (parsed.has("all"), parsed.has("update"));
        if all && update {
            return self.fatal(&[b"options '-A' and '-u' cannot be used together"]);
        }
        if parsed.has("interactive") || parsed.has("patch") {
            // Without a terminal there is nothing to answer.
            return Ok(0);
        }
        if parsed.operands.is_empty() && !all && !update {
            self.note("Nothing specified, nothing added.")?;
            self.note("hint: Maybe you wanted to say 'git add .'?")?;
            self.note("hint: Turn this message off by running")?;
            self.note("hint: \"git config advice.addEmptyPathspec false\"")?;
            return Ok(0);
        }
        let pathspec = self.pathspec(&parsed.operands)?;
        if !update {
            self.warn_about_directory(&pathspec)?;
        }
        let quiet = !(parsed.has("verbose") || parsed.has("dry-run"));
        let untracked =
            if update { (Vec::new(), Vec::new()) } else { self.untracked_for_add(&pathspec, parsed.has("force"))? };
        let known = |git: &Self, path: &[u8]| git.knows(&git.repository.index, path);
        for item in pathspec.included() {
            let found = untracked.0.iter().any(|path| item.matches(path))
                || known(self, &item.path)
                || item.is_pattern() && self.matches_index(item)
                || untracked.1.contains(&item.text)
                || self.is_directory(&item.path)
                || self.repository.intended.iter().any(|path| item.matches(path));
            if !found {
                return self.fatal(&[b"pathspec '", &item.text, b"' did not match any files"]);
            }
        }
        let is_dry = parsed.has("dry-run");
        let mut report = Vec::new();
        let index = self.index_tree();
        let changed = self.changed_entries(&index, &Tree::Worktree, &mut |path| pathspec.matches(path))?;
        let removal_is_ignored = parsed.has("ignore-removal") || parsed.has("no-all");
        for (path, (_, new)) in changed {
            if new.is_none() && removal_is_ignored {
                continue;
            }
            let verb: &[u8] = if new.is_some() { b"add '" } else { b"remove '" };
            report.push([verb, &path, b"'\n"].concat());
            if !is_dry && (new.is_none() || !parsed.has("intent-to-add")) {
                self.stage(&path, new);
            }
        }
        for path in &untracked.0 {
            report.push([b"add '", &path[..], b"'\n"].concat());
            if is_dry {
                continue;
            }
            if parsed.has("intent-to-add") {
                if let Err(at) = self.repository.intended.binary_search(path) {
                    self.repository.intended.insert(at, path.clone());
                }
            } else {
                let blob = self.worktree_blob(path);
                self.stage(path, blob);
            }
        }
        if !quiet {
            self.out(&report.concat())?;
        }
        if let Some(bits) = parsed.value("chmod") {
            self.chmod(&pathspec, bits == b"+x");
        }
        if !untracked.1.is_empty() {
            self.note("The following paths are ignored by one of your .gitignore files:")?;
            for path in &untracked.1 {
                self.note_bytes(&[path])?;
            }
            self.note("hint: Use -f if you really want to add them.")?;
            self.note("hint: Turn this message off by running")?;
            self.note("hint: \"git config advice.addIgnoredFile false\"")?;
            return Ok(1);
        }
        Ok(0)
    }

    /// Puts something into the index, or takes it out.
    pub(super) fn stage(&mut self, path: &[u8], blob: Option<Blob>) {
        self.repository.intended.retain(|other| other != path);
        let base = self.base_blob(path);
        match (&blob, &base) {
            (None, None) => self.repository.index.clear(path),
            (Some(blob), Some(base)) if blob == base => self.repository.index.clear(path),
            _ => self.repository.index.set(path, blob.clone()),
        }
        if blob.is_none() {
            return;
        }
        // A file takes the place of a directory and the other way round.
        for below in self.paths(&self.repository.index, path) {
            if below != path {
                self.stage(&below, None);
            }
        }
        for end in memchr::memchr_iter(b'/', path) {
            let above = path.get(..end).unwrap_or_default();
            if self.blob_at(&Tree::Index, above).is_some() {
                self.stage(above, None);
            }
        }
    }

    /// Untracked files to add, and ignored arguments to complain about.
    fn untracked_for_add(&mut self, pathspec: &Pathspec, force: bool) -> Attempt<Additions> {
        let mut ignores = Ignores::default();
        let mut files = Vec::new();
        let mut refused = BTreeSet::new();
        for file in self.untracked_files()? {
            if !pathspec.is_empty() && !pathspec.matches(&file) {
                continue;
            }
            if force || !self.is_ignored(&mut ignores, &file, false)? {
                files.push(file);
                continue;
            }
            for item in pathspec.included().filter(|item| !item.is_pattern() && !item.path.is_empty()) {
                let is_directory = item.path != file;
                if item.matches(&file) && self.is_ignored(&mut ignores, &item.path, is_directory)? {
                    let shown = self.highest_ignored(&mut ignores, &item.path, is_directory)?;
                    refused.insert(shown);
                }
            }
        }
        Ok((files, refused.into_iter().collect()))
    }

    fn highest_ignored(&self, ignores: &mut Ignores, path: &[u8], is_directory: bool) -> Attempt<Vec<u8>> {
        for end in memchr::memchr_iter(b'/', path) {
            let above = path.get(..end).unwrap_or_default();
            if self.is_ignored(ignores, above, true)? {
                return Ok(above.to_vec());
            }
        }
        let _ = is_directory;
        Ok(path.to_vec())
    }

    fn matches_index(&self, item: &super::pathspec::Item) -> bool {
        self.is_tracked_by(&self.repository.index, item)
    }

    /// Whether a directory stands at a path of the worktree.
    pub(super) fn is_directory(&self, path: &[u8]) -> bool {
        let place = self.place(path);
        let node = self.context.machine.workspace.node(&place);
        node.is_some_and(|node| node.kind() == sparring_tree::Kind::Directory)
    }

    fn chmod(&mut self, pathspec: &Pathspec, executable: bool) {
        for path in self.paths(&self.repository.index, b"") {
            if pathspec.matches(&path)
                && let Some(Blob::File { content, .. }) = self.blob_at(&Tree::Index, &path)
            {
                self.stage(&path, Some(Blob::File { executable, content }));
            }
        }
    }
}
