//! `git log` and `git rev-list`.

use std::collections::BTreeSet;

use sparring_tree::diff::Lines;

use super::compare::Tree;
use super::format::DiffView;
use super::pathspec::Pathspec;
use super::pretty::{CommitView, Style};
use super::revision::{Named, range};
use super::state::CommitIndex;
use super::{Attempt, Git};
use crate::budget::Stoppable;
use crate::matching::{Pattern, Syntax};

/// Which commits are shown, and how.
#[derive(Default)]
struct LogRequest {
    commits: CommitView,
    diff: DiffView,
    most: Option<usize>,
    skip: usize,
    reverse: bool,
    all: bool,
    graph: bool,
    no_merges: bool,
    merges: bool,
    authors: Vec<Pattern>,
    messages: Vec<Pattern>,
    since: Option<i64>,
    until: Option<i64>,
    /// `-S`: commits that change how often this occurs.
    occurrences: Option<Vec<u8>>,
    /// `-G`: commits whose changed lines match.
    changed_lines: Option<Pattern>,
}

/// A request, the operands, and how many of these stood before `--`.
type Parsed<'w> = (LogRequest, Vec<&'w [u8]>, Option<usize>);

impl<'a> Git<'_, '_, 'a> {
    /// `git log`.
    pub(super) fn log(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let (mut request, operands, dashes) = self.log_request(arguments)?;
        if !request.diff.is_chosen() {
            request.diff = DiffView::default();
        }
        let shown = self.selected(&request, &operands, dashes)?;
        let Some((commits, pathspec)) = shown else {
            let branch = match &self.repository.head {
                super::state::Head::Branch(name) => name.clone(),
                super::state::Head::Detached(..) => Vec::new(),
            };
            return self.fatal(&[b"your current branch '", &branch, b"' does not have any commits yet"]);
        };
        let count = commits.len();
        for (at, commit) in commits.into_iter().enumerate() {
            let mut text = Vec::new();
            self.log_entry(&mut text, commit, at == 0, &request.commits, &request.diff, &pathspec)?;
            if request.graph {
                text = with_graph(&text, &request.commits.style, at + 1 == count);
            }
            self.out(&text)?;
        }
        Ok(0)
    }

    /// `git rev-list`.
    pub(super) fn rev_list(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let counts = arguments.contains(&&b"--count"[..]);
        let rest: Vec<&[u8]> = arguments.iter().copied().filter(|argument| *argument != b"--count").collect();
        let (request, operands, dashes) = self.log_request(&rest)?;
        if operands.is_empty() && !request.all {
            self.note("usage: git rev-list [<options>] <commit>... [--] [<path>...]")?;
            return Ok(129);
        }
        let commits = self.selected(&request, &operands, dashes)?.map(|(commits, _)| commits).unwrap_or_default();
        if counts {
            self.line(&[commits.len().to_string().as_bytes()])?;
            return Ok(0);
        }
        for commit in commits {
            let id = self.commit_id(commit)?.to_string();
            self.line(&[id.as_bytes()])?;
        }
        Ok(0)
    }

    fn log_request<'w>(&mut self, arguments: &[&'w [u8]]) -> Attempt<Parsed<'w>> {
        let mut request = LogRequest::default();
        let (mut operands, mut dashes) = (Vec::new(), None);
        let mut ignore_case = false;
        let (mut authors, mut messages, mut changed_lines) = (Vec::new(), Vec::new(), None);
        let mut at = 0;
        while let Some(&argument) = arguments.get(at) {
            at += 1;
            let after = |prefix: &str| argument.strip_prefix(prefix.as_bytes());
            let number = |text: &[u8]| std::str::from_utf8(text).ok().and_then(|text| text.parse::<usize>().ok());
            match argument {
                b"--" => {
                    dashes = Some(operands.len());
                    operands.extend(arguments.get(at..).unwrap_or_default());
                    break;
                }
                _ if !argument.starts_with(b"-") => operands.push(argument),
                b"-n" | b"--max-count" | b"--author" | b"--grep" | b"-S" | b"-G" | b"--since" | b"--after"
                | b"--until" | b"--before" => {
                    let Some(&value) = arguments.get(at) else {
                        return self.fatal(&[b"option '", argument, b"' requires a value"]);
                    };
                    at += 1;
                    match argument {
                        b"-n" | b"--max-count" => {
                            let Some(most) = number(value) else {
                                return self.fatal(&[b"'", value, b"': not an integer"]);
                            };
                            request.most = Some(most);
                        }
                        b"--author" => authors.push(value),
                        b"--grep" => messages.push(value),
                        b"-S" => request.occurrences = Some(value.to_vec()),
                        b"-G" => changed_lines = Some(value),
                        b"--since" | b"--after" => request.since = super::dates::parse(value).map(|(time, _)| time),
                        _ => request.until = super::dates::parse(value).map(|(time, _)| time),
                    }
                }
                b"--reverse" => request.reverse = true,
                b"--all" | b"--branches" => request.all = true,
                b"--graph" => request.graph = true,
                b"--no-merges" => request.no_merges = true,
                b"--merges" => request.merges = true,
                b"-i" | b"--regexp-ignore-case" => ignore_case = true,
                b"--follow" | b"--first-parent" | b"--topo-order" | b"--date-order" | b"--no-pager"
                | b"--full-history" | b"-E" | b"--extended-regexp" | b"-F" | b"--fixed-strings" | b"-m" | b"-c"
                | b"--cc" | b"--no-notes" => {}
                _ => {
                    if let Some(most) =
                        after("-n").or_else(|| after("--max-count=")).or_else(|| after("-")).and_then(number)
                    {
                        request.most = Some(most);
                    } else if let Some(skip) = after("--skip=").and_then(number) {
                        request.skip = skip;
                    } else if let Some(author) = after("--author=") {
                        authors.push(author);
                    } else if let Some(message) = after("--grep=") {
                        messages.push(message);
                    } else if let Some(text) = after("-S") {
                        request.occurrences = Some(text.to_vec());
                    } else if let Some(text) = after("-G") {
                        changed_lines = Some(text);
                    } else if let Some(time) = after("--since=").or_else(|| after("--after=")) {
                        request.since = super::dates::parse(time).map(|(time, _)| time);
                    } else if let Some(time) = after("--until=").or_else(|| after("--before=")) {
                        request.until = super::dates::parse(time).map(|(time, _)| time);
                    } else if !request.commits.take(argument) {
                        match request.diff.take(argument, arguments.get(at).copied()) {
                            0 => return self.fatal(&[b"unrecognized argument: ", argument]),
                            taken => at += taken - 1,
                        }
                    }
                }
            }
        }
        request.authors = self.expressions(&authors, ignore_case)?;
        request.messages = self.expressions(&messages, ignore_case)?;
        request.changed_lines = self.expressions(changed_lines.as_slice(), false)?.pop();
        Ok((request, operands, dashes))
    }

    fn expressions(&mut self, texts: &[&[u8]], ignore_case: bool) -> Attempt<Vec<Pattern>> {
        let mut found = Vec::new();
        for text in texts {
            match super::grep::expression(text, Syntax::GrepBasic, ignore_case) {
                Some(expression) => found.push(expression),
                None => return self.fatal(&[b"invalid regular expression: ", text]),
            }
        }
        Ok(found)
    }

    /// The commits to show, in order; `None` without any commit to start from.
    fn selected(
        &mut self,
        request: &LogRequest,
        operands: &[&[u8]],
        dashes: Option<usize>,
    ) -> Attempt<Option<(Vec<CommitIndex>, Pathspec)>> {
        let (revisions, paths) = self.revisions_and_paths(operands, dashes)?;
        let pathspec = self.pathspec(&paths)?;
        let mut wanted: BTreeSet<CommitIndex> = BTreeSet::new();
        let mut unwanted: BTreeSet<CommitIndex> = BTreeSet::new();
        let mut any = false;
        for revision in &revisions {
            if let Some((from, to, symmetric)) = range(revision) {
                let (from, to) = (self.require(from)?, self.require(to)?);
                if let (Named::Commit(from), Named::Commit(to)) = (from, to) {
                    wanted.extend(self.ancestors(to));
                    if symmetric {
                        wanted.extend(self.ancestors(from));
                        unwanted.extend(self.merge_base(from, to).map(|base| self.ancestors(base)).unwrap_or_default());
                    } else {
                        unwanted.extend(self.ancestors(from));
                    }
                }
                any = true;
            } else if let Some(revision) = revision.strip_prefix(b"^") {
                if let Named::Commit(commit) = self.require(revision)? {
                    unwanted.extend(self.ancestors(commit));
                }
            } else {
                if let Named::Commit(commit) = self.require(revision)? {
                    wanted.extend(self.ancestors(commit));
                }
                any = true;
            }
        }
        if request.all {
            let branches: Vec<_> = self.repository.branches.iter().map(|(_, commit)| *commit).collect();
            let tags = self.repository.tags.iter().map(|(_, tag)| tag.commit);
            let stash = self.repository.stash.first().map(|stash| stash.commit);
            let all: Vec<_> = branches.into_iter().chain(tags).chain(stash).collect();
            all.into_iter().for_each(|commit| wanted.extend(self.ancestors(commit)));
        } else if !any {
            let Some(head) = self.repository.head_commit() else { return Ok(None) };
            wanted.extend(self.ancestors(head));
        }
        let mut order: Vec<CommitIndex> = wanted.difference(&unwanted).copied().collect();
        // By date, the newest first; a later commit has the higher index.
        order.sort_by_key(|index| {
            let seconds = self.repository.commit(*index).map_or(0, |commit| commit.committer.seconds);
            std::cmp::Reverse((seconds, *index))
        });
        let mut shown = Vec::new();
        for index in order {
            if self.is_shown(index, request, &pathspec)? {
                shown.push(index);
            }
        }
        let mut shown: Vec<_> = shown.into_iter().skip(request.skip).take(request.most.unwrap_or(usize::MAX)).collect();
        if request.reverse {
            shown.reverse();
        }
        Ok(Some((shown, pathspec)))
    }

    fn is_shown(&mut self, index: CommitIndex, request: &LogRequest, pathspec: &Pathspec) -> Attempt<bool> {
        let Some(commit) = self.repository.commit(index) else { return Ok(false) };
        let author = [&commit.author.name[..], b" <", &commit.author.email, b">"].concat();
        let is_merge = commit.parents.len() > 1;
        let budget = self.context.machine.budget;
        let passes = |list: &[Pattern], text: &[u8]| -> Stoppable<bool> {
            let mut passes = list.is_empty();
            for expression in list {
                passes |= expression.is_match(text, budget)?;
            }
            Ok(passes)
        };
        let mut message_matches = false;
        for line in commit.message.split(|&byte| byte == b'\n') {
            message_matches |= passes(&request.messages, line)?;
        }
        let in_time = request.since.is_none_or(|since| commit.committer.seconds >= since)
            && request.until.is_none_or(|until| commit.committer.seconds <= until);
        let kind = !(request.no_merges && is_merge) && (!request.merges || is_merge);
        if !kind || !in_time || !message_matches || !passes(&request.authors, &author)? {
            return Ok(false);
        }
        if pathspec.is_empty() && request.occurrences.is_none() && request.changed_lines.is_none() {
            return Ok(true);
        }
        if request.occurrences.is_none() && request.changed_lines.is_none() {
            let (old, new) = self.commit_trees(index);
            return Ok(!self.changed_entries(&old, &new, &mut |path| pathspec.matches(path))?.is_empty());
        }
        let changes = self.commit_changes(index, pathspec)?;
        for change in &changes {
            let old = change.old.map_or(&b""[..], |side| side.bytes);
            let new = change.new.map_or(&b""[..], |side| side.bytes);
            if let Some(text) = &request.occurrences {
                let finder = memchr::memmem::Finder::new(text);
                if finder.find_iter(old).count() != finder.find_iter(new).count() {
                    return Ok(true);
                }
            }
            let Some(expression) = &request.changed_lines else { continue };
            let (old_lines, new_lines) = (Lines::of(old), Lines::of(new));
            for change in sparring_tree::diff::changes(old, new, &Default::default()) {
                let gone = (change.old_start..change.old_end()).map(|line| old_lines.get(line));
                for line in gone.chain((change.new_start..change.new_end()).map(|line| new_lines.get(line))) {
                    if expression.is_match(line.strip_suffix(b"\n").unwrap_or(line), self.context.machine.budget)? {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    fn commit_trees(&self, index: CommitIndex) -> (Tree, Tree) {
        let Some(commit) = self.repository.commit(index) else { return (Tree::Empty, Tree::Empty) };
        let parent = commit.parents.first().map_or(Tree::Empty, |parent| self.named_tree(Named::Commit(*parent)));
        (parent, Tree::Stored(commit.tree.clone()))
    }

    /// What a commit changed against its first parent.
    pub(super) fn commit_changes(
        &self,
        index: CommitIndex,
        pathspec: &Pathspec,
    ) -> Attempt<Vec<sparring_tree::diff::FileDiff<'a>>> {
        let (old, new) = self.commit_trees(index);
        self.differences(&old, &new, &mut |path| pathspec.matches(path))
    }

    /// One commit with its differences, as `log` and `show` print it.
    pub(super) fn log_entry(
        &mut self,
        out: &mut Vec<u8>,
        index: CommitIndex,
        is_first: bool,
        view: &CommitView,
        diff: &DiffView,
        pathspec: &Pathspec,
    ) -> Attempt<()> {
        let text = self.commit_text(index, view)?;
        let (is_line, ends) = match &view.style {
            Style::Oneline { .. } => (true, false),
            Style::Text { ends, .. } => (false, *ends),
            _ => (false, false),
        };
        if !is_first && !is_line && !ends {
            out.push(b'\n');
        }
        let is_empty = text.is_empty();
        out.extend_from_slice(&text);
        if ends && !is_empty {
            out.push(b'\n');
        }
        let is_merge = self.repository.commit(index).is_some_and(|commit| commit.parents.len() > 1);
        if !diff.shows_something() || is_merge {
            return Ok(());
        }
        let changes = diff.prepare(self.commit_changes(index, pathspec)?);
        if changes.is_empty() {
            return Ok(());
        }
        if matches!(view.style, Style::Text { ends: false, .. }) && !is_empty {
            out.push(b'\n');
        }
        if !is_line && !is_empty {
            out.extend_from_slice(if diff.shows_stat_and_patch() { b"---\n" } else { b"\n" });
        }
        diff.write(out, &changes);
        Ok(())
    }
}

/// The text beside the line of a history without branches.
fn with_graph(text: &[u8], style: &Style, is_last: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut is_first = true;
    let is_line = matches!(style, Style::Oneline { .. } | Style::Text { .. });
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let is_gap = is_first && line == b"\n" && !is_line;
        let mark: &[u8] = match (is_first && !is_gap, is_last && !is_gap) {
            (true, _) => b"* ",
            (false, true) => b"  ",
            (false, false) => b"| ",
        };
        is_first = is_first && is_gap;
        out.extend_from_slice(mark);
        out.extend_from_slice(line);
    }
    out
}
