//! `git blame`.

use sparring_tree::diff::{DiffOptions, Lines, changes};

use super::compare::Tree;
use super::options::Takes;
use super::revision::Named;
use super::state::CommitIndex;
use super::{Attempt, Git, dates};

/// Where a line comes from: a commit, or the worktree.
type Origin = Option<CommitIndex>;

impl Git<'_, '_, '_> {
    /// `git blame`.
    pub(super) fn blame(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'L', "L", Takes::Value),
            (b'l', "l", Takes::Nothing),
            (b's', "s", Takes::Nothing),
            (b'e', "show-email", Takes::Nothing),
            (b'w', "w", Takes::Nothing),
            (b't', "t", Takes::Nothing),
            (b'M', "M", Takes::Perhaps),
            (b'C', "C", Takes::Perhaps),
            (0, "date", Takes::Value),
        ];
        let parsed = self.parse("blame [<options>] [<rev-opts>] [<rev>] [--] <file>", &specs, arguments)?;
        let (revision, file) = match parsed.operands[..] {
            [file] => (None, file),
            [revision, file] => (Some(revision), file),
            _ => {
                self.note("usage: git blame [<options>] [<rev-opts>] [<rev>] [--] <file>")?;
                return Ok(129);
            }
        };
        let path = self.inside_path(file, false, file)?;
        let start = match revision {
            Some(revision) => match self.resolve(revision)? {
                Some(Named::Commit(commit)) => Some(commit),
                _ => return self.fatal(&[b"bad revision '", revision, b"'"]),
            },
            None => None,
        };
        let tip = start.or_else(|| self.repository.head_commit());
        let tree = match start {
            Some(commit) => self.named_tree(Named::Commit(commit)),
            None => Tree::Worktree,
        };
        let committed = tip.map(|commit| self.named_tree(Named::Commit(commit))).unwrap_or(Tree::Empty);
        let (now, known) = (self.blob_at(&tree, &path), self.blob_at(&committed, &path));
        // What was added and not committed yet is known too.
        let known = known.or_else(|| if start.is_none() { self.blob_at(&self.index_tree(), &path) } else { None });
        let (Some(now), Some(_)) = (now, known) else {
            if start.is_none() && self.blob_at(&committed, &path).is_some() {
                return self.fatal(&[b"Cannot lstat '", &path, b"': No such file or directory"]);
            }
            return match revision {
                Some(revision) => self.fatal(&[b"no such path ", &path, b" in ", revision]),
                None => self.fatal(&[b"no such path '", &path, b"' in HEAD"]),
            };
        };
        let bytes = self.bytes(&now)?;
        let lines = Lines::of(bytes);
        let origins = self.origins(&path, bytes, lines.len(), start, tip)?;
        let Some(range) = line_range(parsed.value("L"), &lines) else {
            let count = lines.len();
            let plural = if count == 1 { "" } else { "s" };
            return self
                .fatal(&[format!("file {} has only {count} line{plural}", String::from_utf8_lossy(&path)).as_bytes()]);
        };
        self.print_blame(&parsed, &lines, &origins, range)
    }

    /// The commit each line comes from, by way of first parents.
    fn origins(
        &self,
        path: &[u8],
        bytes: &[u8],
        count: usize,
        start: Option<CommitIndex>,
        tip: Option<CommitIndex>,
    ) -> Attempt<Vec<(Origin, usize)>> {
        // Place in the version at hand, place in the file shown.
        let mut open: Vec<(usize, usize)> = (0..count).map(|line| (line, line)).collect();
        let mut origins: Vec<(Origin, usize)> = vec![(None, 0); count];
        let mut here: Origin = start;
        let mut next = if start.is_some() { start.and_then(|commit| self.first_parent(commit)) } else { tip };
        let mut text = bytes;
        loop {
            let older = match next {
                Some(commit) => self.blob_at(&self.named_tree(Named::Commit(commit)), path),
                None => None,
            };
            let Some(older) = older else {
                open.iter().for_each(|(line, shown)| assign(&mut origins, *shown, here, *line));
                return Ok(origins);
            };
            let older = self.bytes(&older)?;
            let found = changes(older, text, &DiffOptions { trim_tail: true, ..DiffOptions::default() });
            let mut still_open = Vec::new();
            let (mut at, mut shift) = (0, 0_i64);
            for (line, shown) in open {
                while let Some(change) = found.get(at).filter(|change| change.new_end() <= line) {
                    shift = change.old_end() as i64 - change.new_end() as i64;
                    at += 1;
                }
                match found.get(at).filter(|change| change.new_start <= line) {
                    Some(_) => assign(&mut origins, shown, here, line),
                    None => still_open.push(((line as i64 + shift) as usize, shown)),
                }
            }
            open = still_open;
            text = older;
            here = next;
            next = next.and_then(|commit| self.first_parent(commit));
        }
    }

    fn first_parent(&self, commit: CommitIndex) -> Option<CommitIndex> {
        self.repository.commit(commit)?.parents.first().copied()
    }

    fn print_blame(
        &mut self,
        parsed: &super::options::Parsed<'_>,
        lines: &Lines<'_>,
        origins: &[(Origin, usize)],
        range: std::ops::Range<usize>,
    ) -> Attempt<u8> {
        let style = parsed.value("date").and_then(dates::DateStyle::named).unwrap_or(dates::DateStyle::Iso);
        let now = self.signature(super::commit::Role::Author).ok();
        let mut rows = Vec::new();
        for line in range.clone() {
            let origin = origins.get(line).and_then(|(origin, _)| *origin);
            let (id, name, email, date) = match origin.and_then(|commit| self.repository.commit(commit).cloned()) {
                Some(commit) => {
                    let id = self.commit_id(origin.unwrap_or(CommitIndex(0)))?.to_string();
                    let is_root = commit.parents.is_empty();
                    let digits = if parsed.has("l") { 40 } else { 8 };
                    let mark = if is_root { "^" } else { "" };
                    let shown = format!("{mark}{}", id.get(..digits - mark.len()).unwrap_or_default());
                    (shown, commit.author.name.clone(), commit.author.email.clone(), dates::show(&commit.author, style))
                }
                None => {
                    let date = now.as_ref().map(|now| dates::show(now, style)).unwrap_or_default();
                    (
                        "0".repeat(if parsed.has("l") { 40 } else { 8 }),
                        b"Not Committed Yet".to_vec(),
                        b"not.committed.yet".to_vec(),
                        date,
                    )
                }
            };
            let who = if parsed.has("show-email") { [b"<", &email[..], b">"].concat() } else { name };
            rows.push((id, who, date, line));
        }
        let width = rows.iter().map(|(_, who, ..)| String::from_utf8_lossy(who).chars().count()).max().unwrap_or(0);
        let digits = range.end.to_string().len();
        let mut out = Vec::new();
        for (id, who, date, line) in rows {
            let number = line + 1;
            if parsed.has("s") {
                out.extend_from_slice(format!("{id} {number:>digits$}) ").as_bytes());
            } else {
                let padding = " ".repeat(width - String::from_utf8_lossy(&who).chars().count());
                out.extend_from_slice(&[id.as_bytes(), b" (", &who, padding.as_bytes()].concat());
                out.extend_from_slice(format!(" {date} {number:>digits$}) ").as_bytes());
            }
            let text = lines.get(line);
            out.extend_from_slice(text);
            if text.last() != Some(&b'\n') {
                out.push(b'\n');
            }
        }
        self.out(&out)?;
        Ok(0)
    }
}

fn assign(origins: &mut [(Origin, usize)], shown: usize, origin: Origin, line: usize) {
    if let Some(slot) = origins.get_mut(shown) {
        *slot = (origin, line);
    }
}

/// The lines of `-L start,end`, from 0; `None` when the file has fewer.
fn line_range(text: Option<&[u8]>, lines: &Lines<'_>) -> Option<std::ops::Range<usize>> {
    let Some(text) = text else { return Some(0..lines.len()) };
    let text = std::str::from_utf8(text).ok()?;
    let (start, end) = text.split_once(',').unwrap_or((text, ""));
    let start: usize = if start.is_empty() { 1 } else { start.parse().ok()? };
    let end = match end.strip_prefix('+') {
        Some(count) => start + count.parse::<usize>().ok()? - 1,
        None if end.is_empty() => lines.len(),
        None => end.parse().ok()?,
    };
    let (start, end) = (start.min(end).max(1), start.max(end));
    (start <= lines.len()).then(|| start - 1..end.min(lines.len()))
}
