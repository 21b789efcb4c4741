//! `git status`, and the summary that a commit without anything to commit prints.

use std::collections::BTreeMap;

use sparring_tree::diff::{self, FileDiff, quote_path, quote_path_with};

use super::compare::Tree;
use super::options::Takes;
use super::pathspec::Pathspec;
use super::state::Head;
use super::untracked::Untracked;
use super::{Attempt, Git};
use crate::workspace::FileError;

const USAGE: &str = "status [<options>] [--] [<pathspec>...]";

/// A row of the short status: staged letter, unstaged letter, old name of a rename.
type Row<'p> = (u8, u8, Option<&'p [u8]>);

/// What differs between `HEAD`, index and worktree.
pub(super) struct Status<'a> {
    staged: Vec<FileDiff<'a>>,
    unstaged: Vec<FileDiff<'a>>,
    untracked: Untracked,
}

impl<'a> Git<'_, '_, 'a> {
    /// `git status`.
    pub(super) fn status(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b's', "short", Takes::Nothing),
            (b'b', "branch", Takes::Nothing),
            (0, "porcelain", Takes::Perhaps),
            (0, "long", Takes::Nothing),
            (b'u', "untracked-files", Takes::Perhaps),
            (0, "ignored", Takes::Perhaps),
            (b'z', "null", Takes::Nothing),
            (b'v', "verbose", Takes::Nothing),
            (0, "renames", Takes::Nothing),
            (0, "show-stash", Takes::Nothing),
            (0, "ahead-behind", Takes::Nothing),
            (0, "column", Takes::Perhaps),
        ];
        let parsed = self.parse(USAGE, &specs, arguments)?;
        let untracked_mode = match parsed.value("untracked-files") {
            Some(mode @ (b"no" | b"normal" | b"all")) => mode.to_vec(),
            Some(mode) => return self.fatal(&[b"Invalid untracked files mode '", mode, b"'"]),
            None if parsed.has("untracked-files") => b"all".to_vec(),
            None => self.setting(b"status.showUntrackedFiles").unwrap_or(b"normal").to_vec(),
        };
        let pathspec = self.pathspec(&parsed.operands)?;
        if untracked_mode != b"no" {
            self.warn_about_directory(&pathspec)?;
        }
        let head = self.repository.head_tree();
        let mut status = self.collect_status(&head, &pathspec, untracked_mode == b"all")?;
        if untracked_mode == b"no" {
            status.untracked.shown.clear();
        }
        if !parsed.has("ignored") {
            status.untracked.ignored.clear();
        }
        let nul = parsed.has("null");
        if parsed.has("porcelain") || parsed.has("short") || nul {
            let porcelain = parsed.has("porcelain") || nul;
            let relative = !porcelain;
            let text = self.short_status(&status, parsed.has("branch"), relative, nul);
            self.out(&text)?;
            return Ok(0);
        }
        let text = self.long_status(&status, untracked_mode != b"no")?;
        self.out(&text)?;
        if parsed.has("verbose") {
            let mut patch = Vec::new();
            for change in &status.staged {
                diff::write_patch(&mut patch, change, &diff::PatchOptions::default());
            }
            self.out(&patch)?;
        }
        Ok(0)
    }

    /// The warning of a search for untracked files that starts in a directory which is missing.
    pub(super) fn warn_about_directory(&mut self, pathspec: &Pathspec) -> Attempt<()> {
        if let [item] = &pathspec.items[..]
            && let directory = sparring_tree::path::parent(&item.path)
            && !directory.is_empty()
            && !self.is_directory(directory)
            && let Some(first) = memchr::memchr(b'/', directory)
            && self.is_directory(directory.get(..first).unwrap_or_default())
        {
            let error =
                if self.worktree_blob(directory).is_some() { FileError::NotADirectory } else { FileError::NotFound };
            let message = error.message().as_bytes();
            self.note_bytes(&[b"warning: could not open directory '", directory, b"/': ", message])?;
        }
        Ok(())
    }

    /// What differs, at the paths that are meant.
    fn collect_status(&mut self, head: &Tree, pathspec: &Pathspec, all_untracked: bool) -> Attempt<Status<'a>> {
        let index = self.index_tree();
        let staged = self.differences(head, &index, &mut |path| pathspec.matches(path))?;
        let unstaged = self.differences(&Tree::Index, &Tree::Worktree, &mut |path| pathspec.matches(path))?;
        let untracked = self.untracked(pathspec, all_untracked)?;
        Ok(Status { staged: diff::pair_renames(staged), unstaged: diff::pair_renames(unstaged), untracked })
    }

    /// The whole status without path arguments, as `git commit` prints it.
    pub(super) fn plain_long_status(&mut self) -> Attempt<Vec<u8>> {
        let head = self.repository.head_tree();
        self.long_status_against(&head)
    }

    fn long_status_against(&mut self, head: &Tree) -> Attempt<Vec<u8>> {
        let mut status = self.collect_status(head, &Pathspec::default(), false)?;
        status.untracked.ignored.clear();
        self.long_status(&status, true)
    }

    /// The status of an amendment that would leave nothing to commit: against the commit before.
    pub(super) fn amend_status(&mut self, parent: &Tree) -> Attempt<Vec<u8>> {
        let text = self.long_status_against(parent)?;
        let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
        let (_, kept) = lines.split_last().unwrap_or((&&b""[..], &[]));
        Ok([&kept.concat()[..], b"No changes\n"].concat())
    }

    fn long_status(&mut self, status: &Status<'_>, shows_untracked: bool) -> Attempt<Vec<u8>> {
        let mut out = Vec::new();
        match self.repository.head.clone() {
            Head::Branch(name) => out.extend_from_slice(&[b"On branch ", &name[..], b"\n"].concat()),
            Head::Detached(commit, words) => {
                let words = self.detached_words(commit, &words)?;
                out.extend_from_slice(&[b"HEAD ", &words[..], b"\n"].concat());
            }
        }
        let is_initial = self.repository.head_commit().is_none();
        if is_initial {
            out.extend_from_slice(b"\nNo commits yet\n\n");
        }
        if !status.staged.is_empty() {
            out.extend_from_slice(b"Changes to be committed:\n");
            out.extend_from_slice(if is_initial {
                b"  (use \"git rm --cached <file>...\" to unstage)\n"
            } else {
                b"  (use \"git restore --staged <file>...\" to unstage)\n"
            });
            self.long_changes(&mut out, &status.staged);
        }
        if !status.unstaged.is_empty() {
            let has_deleted = status.unstaged.iter().any(|change| change.new.is_none());
            out.extend_from_slice(b"Changes not staged for commit:\n");
            out.extend_from_slice(if has_deleted {
                b"  (use \"git add/rm <file>...\" to update what will be committed)\n"
            } else {
                b"  (use \"git add <file>...\" to update what will be committed)\n"
            });
            out.extend_from_slice(b"  (use \"git restore <file>...\" to discard changes in working directory)\n");
            self.long_changes(&mut out, &status.unstaged);
        }
        let lists = [(&status.untracked.shown, "Untracked", "add"), (&status.untracked.ignored, "Ignored", "add -f")];
        for (paths, label, command) in lists {
            if paths.is_empty() {
                continue;
            }
            let head =
                format!("{label} files:\n  (use \"git {command} <file>...\" to include in what will be committed)\n");
            out.extend_from_slice(head.as_bytes());
            for path in paths {
                out.extend_from_slice(&[b"\t", &quote_path(b"", &self.relative(path))[..], b"\n"].concat());
            }
            out.push(b'\n');
        }
        if !shows_untracked && !status.staged.is_empty() {
            out.extend_from_slice(b"Untracked files not listed (use -u option to show untracked files)\n");
        }
        if status.staged.is_empty() {
            out.extend_from_slice(if !status.unstaged.is_empty() {
                &b"no changes added to commit (use \"git add\" and/or \"git commit -a\")\n"[..]
            } else if !status.untracked.shown.is_empty() {
                b"nothing added to commit but untracked files present (use \"git add\" to track)\n"
            } else if is_initial {
                b"nothing to commit (create/copy files and use \"git add\" to track)\n"
            } else if !shows_untracked {
                b"nothing to commit (use -u to show untracked files)\n"
            } else {
                b"nothing to commit, working tree clean\n"
            });
        }
        Ok(out)
    }

    fn long_changes(&self, out: &mut Vec<u8>, changes: &[FileDiff<'_>]) {
        for change in changes {
            let label = match diff::status_letter(change) {
                b'A' => "new file:   ",
                b'D' => "deleted:    ",
                b'R' => "renamed:    ",
                b'T' => "typechange: ",
                _ => "modified:   ",
            };
            out.push(b'\t');
            out.extend_from_slice(label.as_bytes());
            if change.rename_score.is_some() {
                out.extend_from_slice(&quote_path(b"", &self.relative(change.old_path)));
                out.extend_from_slice(b" -> ");
            }
            out.extend_from_slice(&quote_path(b"", &self.relative(change.new_path)));
            out.push(b'\n');
        }
        out.push(b'\n');
    }

    fn short_status(&self, status: &Status<'_>, branch: bool, relative: bool, nul: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let end: u8 = if nul { 0 } else { b'\n' };
        let show = |path: &[u8]| {
            let path = if relative { self.relative(path) } else { path.to_vec() };
            if nul { path } else { quote_path_with(b"", &path, true) }
        };
        if branch {
            let text = match &self.repository.head {
                Head::Branch(name) if self.repository.head_commit().is_none() => {
                    [b"No commits yet on ", &name[..]].concat()
                }
                Head::Branch(name) => name.clone(),
                Head::Detached(..) => b"HEAD (no branch)".to_vec(),
            };
            out.extend_from_slice(&[b"## ", &text[..], &[end]].concat());
        }
        let mut rows: BTreeMap<&[u8], Row<'_>> = BTreeMap::new();
        for change in &status.staged {
            let old = change.rename_score.map(|_| change.old_path);
            rows.insert(change.new_path, (diff::status_letter(change), b' ', old));
        }
        for change in &status.unstaged {
            let row = rows.entry(change.new_path).or_insert((b' ', b' ', None));
            row.1 = diff::status_letter(change);
            row.2 = row.2.or(change.rename_score.map(|_| change.old_path));
        }
        for (path, (staged, unstaged, old)) in rows {
            out.extend_from_slice(&[staged, unstaged, b' ']);
            match old {
                Some(old) if nul => out.extend_from_slice(&[&show(path)[..], b"\0", &show(old)].concat()),
                Some(old) => out.extend_from_slice(&[&show(old)[..], b" -> ", &show(path)].concat()),
                None => out.extend_from_slice(&show(path)),
            }
            out.push(end);
        }
        for (paths, mark) in [(&status.untracked.shown, b"?? "), (&status.untracked.ignored, b"!! ")] {
            for path in paths {
                out.extend_from_slice(mark);
                out.extend_from_slice(&show(path));
                out.push(end);
            }
        }
        out
    }
}
