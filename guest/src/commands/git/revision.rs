//! Names of commits and trees: `HEAD~2`, `main`, `v1.0^`, `3f2a`, `stash@{0}`, `HEAD:path`.

use super::compare::Tree;
use super::state::CommitIndex;
use super::{Attempt, Git};

/// What a name leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A commit.
    Commit(CommitIndex),
    /// A tree without a commit: the empty one.
    EmptyTree,
}

/// Operands cut into revisions and paths.
pub(super) type Split<'w> = (Vec<&'w [u8]>, Vec<&'w [u8]>);

/// The name of the tree without files, which scripts use to compare with nothing.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

impl Git<'_, '_, '_> {
    /// What a revision names.
    pub(super) fn resolve(&mut self, text: &[u8]) -> Attempt<Option<Named>> {
        // Suffixes begin at the first `~` or `^`; `@{` belongs to the name.
        let end = text.iter().position(|byte| matches!(byte, b'~' | b'^')).unwrap_or(text.len());
        let (name, mut suffix) = text.split_at(end);
        let Some(mut named) = self.resolve_name(name)? else { return Ok(None) };
        while let Some((&sign, rest)) = suffix.split_first() {
            if let Some(kind) = rest.strip_prefix(b"{").filter(|_| sign == b'^') {
                let Some(close) = memchr::memchr(b'}', kind) else { return Ok(None) };
                if !matches!(&kind[..close], b"" | b"commit" | b"tree" | b"object") {
                    return Ok(None);
                }
                suffix = kind.get(close + 1..).unwrap_or_default();
                continue;
            }
            let digits = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
            let (number, after) = rest.split_at(digits);
            let number = match std::str::from_utf8(number).unwrap_or_default() {
                "" => 1,
                number => match number.parse::<u32>() {
                    Ok(number) => number,
                    Err(_) => return Ok(None),
                },
            };
            let found = match sign {
                b'~' => self.ancestor(named, number),
                b'^' => self.parent(named, number),
                _ => None,
            };
            let Some(found) = found else { return Ok(None) };
            named = found;
            suffix = after;
        }
        Ok(Some(named))
    }

    /// As [`Git::resolve`], for commits only.
    pub(super) fn resolve_commit(&mut self, text: &[u8]) -> Attempt<Option<CommitIndex>> {
        Ok(match self.resolve(text)? {
            Some(Named::Commit(commit)) => Some(commit),
            _ => None,
        })
    }

    /// The tree that a revision names.
    pub(super) fn named_tree(&self, named: Named) -> Tree {
        match named {
            Named::Commit(commit) => {
                self.repository.commit(commit).map_or(Tree::Empty, |commit| Tree::Stored(commit.tree.clone()))
            }
            Named::EmptyTree => Tree::Empty,
        }
    }

    fn ancestor(&self, named: Named, generations: u32) -> Option<Named> {
        let mut named = named;
        for _ in 0..generations {
            named = self.parent(named, 1)?;
        }
        Some(named)
    }

    fn parent(&self, named: Named, number: u32) -> Option<Named> {
        if number == 0 {
            return Some(named);
        }
        match named {
            Named::Commit(commit) => {
                let parents = &self.repository.commit(commit)?.parents;
                parents.get(number as usize - 1).map(|parent| Named::Commit(*parent))
            }
            _ => None,
        }
    }

    fn resolve_name(&mut self, name: &[u8]) -> Attempt<Option<Named>> {
        let repository = &self.repository;
        let name =
            name.strip_suffix(b"@{0}").filter(|name| *name != b"stash" && *name != b"refs/stash").unwrap_or(name);
        let commit = match name {
            b"HEAD" | b"@" => repository.head_commit(),
            b"ORIG_HEAD" => repository.original,
            b"stash" | b"refs/stash" => return Ok(repository.stash.first().map(|stash| Named::Commit(stash.commit))),
            b"@{-1}" | b"-" => match &repository.previous {
                Some(super::state::Head::Branch(branch)) => repository.branch(branch),
                Some(super::state::Head::Detached(commit, _)) => Some(*commit),
                None => None,
            },
            _ => None,
        };
        if commit.is_some() {
            return Ok(commit.map(Named::Commit));
        }
        if let Some(number) = name.strip_prefix(b"stash@{").or_else(|| name.strip_prefix(b"refs/stash@{"))
            && let Some(number) = number.strip_suffix(b"}")
        {
            let number = std::str::from_utf8(number).ok().and_then(|number| number.parse::<usize>().ok());
            let stash = number.and_then(|at| repository.stash.get(at));
            return Ok(stash.map(|stash| Named::Commit(stash.commit)));
        }
        let branch = name.strip_prefix(b"refs/heads/").or_else(|| name.strip_prefix(b"heads/"));
        let tag = name.strip_prefix(b"refs/tags/").or_else(|| name.strip_prefix(b"tags/"));
        if let Some(tag) = repository.tag(tag.unwrap_or(name)) {
            return Ok(Some(Named::Commit(tag.commit)));
        }
        if let Some(commit) = repository.branch(branch.unwrap_or(name)) {
            return Ok(Some(Named::Commit(commit)));
        }
        self.resolve_hex(name)
    }

    fn resolve_hex(&mut self, name: &[u8]) -> Attempt<Option<Named>> {
        if !(4..=40).contains(&name.len()) || !name.iter().all(u8::is_ascii_hexdigit) {
            return Ok(None);
        }
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        if name == EMPTY_TREE {
            return Ok(Some(Named::EmptyTree));
        }
        for index in 0..self.repository.commits.len() as u32 {
            if self.commit_id(CommitIndex(index))?.to_string().starts_with(&name) {
                return Ok(Some(Named::Commit(CommitIndex(index))));
            }
        }
        Ok(None)
    }

    /// A revision that must name a commit or tree; the message is that of `git diff` and others
    /// for a word that is neither a revision nor a path.
    pub(super) fn require(&mut self, text: &[u8]) -> Attempt<Named> {
        match self.resolve(text)? {
            Some(named) => Ok(named),
            None => self.ambiguous(text),
        }
    }

    /// The message for a word that is neither a revision nor a path.
    pub(super) fn ambiguous<T>(&mut self, text: &[u8]) -> Attempt<T> {
        self.fatal(&[
            b"ambiguous argument '",
            text,
            b"': unknown revision or path not in the working tree.\n",
            b"Use '--' to separate paths from revisions, like this:\n",
            b"'git <command> [<revision>...] -- [<file>...]'",
        ])
    }

    /// Splits operands into revisions and paths as git does: up to the first word that is no
    /// revision; every path must then exist, unless `--` stood before.
    pub(super) fn revisions_and_paths<'w>(
        &mut self,
        operands: &[&'w [u8]],
        dashes: Option<usize>,
    ) -> Attempt<Split<'w>> {
        if let Some(at) = dashes {
            let (revisions, paths) = operands.split_at(at.min(operands.len()));
            for revision in revisions {
                if !self.is_revision(revision)? {
                    return self.fatal(&[b"bad revision '", revision, b"'"]);
                }
            }
            return Ok((revisions.to_vec(), paths.to_vec()));
        }
        let mut count = 0;
        for operand in operands {
            if !self.is_revision(operand)? {
                break;
            }
            count += 1;
        }
        let (revisions, paths) = operands.split_at(count);
        for path in paths {
            if !self.may_be_path(path) {
                return self.ambiguous(path);
            }
        }
        for revision in revisions {
            if self.exists(revision) && !revision.contains(&b':') {
                return self.fatal(&[
                    b"ambiguous argument '",
                    revision,
                    b"': both revision and filename\n",
                    b"Use '--' to separate paths from revisions, like this:\n",
                    b"'git <command> [<revision>...] -- [<file>...]'",
                ]);
            }
        }
        Ok((revisions.to_vec(), paths.to_vec()))
    }

    /// Whether a word without `--` before it counts as a path: it exists, or is a pattern.
    pub(super) fn may_be_path(&self, text: &[u8]) -> bool {
        let is_excluded = text.strip_prefix(b":!").or_else(|| text.strip_prefix(b":^"));
        let is_there = |text: &[u8]| text.is_empty() || self.exists(text);
        let from_top = text
            .strip_prefix(b":/")
            .is_some_and(|path| path.is_empty() || self.worktree_blob(path).is_some() || self.is_directory(path));
        self.exists(text)
            || super::wildmatch::is_glob(text)
            || text.starts_with(b":(")
            || is_excluded.is_some_and(is_there)
            || from_top
    }

    /// Whether a typed path stands in the worktree.
    pub(super) fn exists(&self, text: &[u8]) -> bool {
        let workspace = &self.context.machine.workspace;
        workspace.stat_link(&self.directory, text).is_ok()
    }

    /// Whether a word is a revision, a range or `revision:path`.
    fn is_revision(&mut self, text: &[u8]) -> Attempt<bool> {
        if let Some((from, to, _)) = range(text) {
            return Ok(self.resolve(from)?.is_some() && self.resolve(to)?.is_some());
        }
        if let Some(text) = text.strip_prefix(b"^") {
            return Ok(self.resolve(text)?.is_some());
        }
        if let Some(path) = text.strip_prefix(b":") {
            let path = self.path_in_revision(path)?;
            let index = self.repository.index.clone();
            return Ok(!path.is_empty() && (self.knows(&index, &path) || self.is_intended(&path)));
        }
        if let Some(at) = memchr::memchr(b':', text) {
            let (revision, path) = (&text[..at], &text[at + 1..]);
            let Some(named) = self.resolve(revision)? else { return Ok(false) };
            let path = self.path_in_revision(path)?;
            return Ok(match self.named_tree(named) {
                Tree::Stored(delta) => path.is_empty() || self.knows(&delta, &path),
                _ => false,
            });
        }
        Ok(self.resolve(text)?.is_some())
    }

    /// The path after the colon of `revision:path`: from the root, unless it starts with a dot.
    pub(super) fn path_in_revision(&mut self, path: &[u8]) -> Attempt<Vec<u8>> {
        if path.starts_with(b"./") || path.starts_with(b"../") || path == b"." {
            return self.inside_path(path, false, path);
        }
        Ok(path.strip_suffix(b"/").unwrap_or(path).to_vec())
    }
}

/// `a..b` and `a...b`: both ends (`HEAD` where one is missing) and whether there are three dots.
pub(super) fn range<'t>(text: &'t [u8]) -> Option<(&'t [u8], &'t [u8], bool)> {
    let at = memchr::memmem::find(text, b"..")?;
    if text.get(..at)?.contains(&b':') || text.starts_with(b"../") || text == b".." {
        return None;
    }
    let symmetric = text.get(at + 2) == Some(&b'.');
    let from = text.get(..at)?;
    let to = text.get(at + 2 + usize::from(symmetric)..)?;
    let or_head = |text: &'t [u8]| if text.is_empty() { b"HEAD" } else { text };
    Some((or_head(from), or_head(to), symmetric))
}
