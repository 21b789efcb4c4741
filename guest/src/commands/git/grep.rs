//! `git grep`.

use std::collections::BTreeSet;

use sparring_tree::Content;
use sparring_tree::diff::{Lines, is_binary, quote_path};

use super::compare::Tree;
use super::options::{Parsed, Takes};
use super::{Attempt, Git};
use crate::budget::{Budget, Stoppable};
use crate::matching::{Match, Options, Pattern, Syntax};
use crate::workspace::{FileFilter, Workspace};

/// Compiles a pattern as grep does.
pub(super) fn expression(pattern: &[u8], syntax: Syntax, ignore_case: bool) -> Option<Pattern> {
    Pattern::compile(pattern, syntax, Options { ignore_case, ..Options::GREP }).ok()
}

struct Search {
    expressions: Vec<Pattern>,
    invert: bool,
    numbers: bool,
    names: bool,
    files_only: bool,
    files_without: bool,
    counts: bool,
    only_matching: bool,
    quiet: bool,
    text: bool,
    before: usize,
    after: usize,
    heading: bool,
    breaks: bool,
    most: usize,
    full_names: bool,
}

impl Git<'_, '_, '_> {
    /// `git grep`.
    pub(super) fn grep(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'i', "ignore-case", Takes::Nothing),
            (b'w', "word-regexp", Takes::Nothing),
            (b'v', "invert-match", Takes::Nothing),
            (b'n', "line-number", Takes::Nothing),
            (b'l', "files-with-matches", Takes::Nothing),
            (0, "name-only", Takes::Nothing),
            (b'L', "files-without-match", Takes::Nothing),
            (b'c', "count", Takes::Nothing),
            (b'o', "only-matching", Takes::Nothing),
            (b'q', "quiet", Takes::Nothing),
            (b'h', "no-filename", Takes::Nothing),
            (b'H', "with-filename", Takes::Nothing),
            (b'E', "extended-regexp", Takes::Nothing),
            (b'G', "basic-regexp", Takes::Nothing),
            (b'F', "fixed-strings", Takes::Nothing),
            (b'P', "perl-regexp", Takes::Nothing),
            (b'e', "e", Takes::Value),
            (b'I', "I", Takes::Nothing),
            (b'a', "text", Takes::Nothing),
            (b'A', "after-context", Takes::Value),
            (b'B', "before-context", Takes::Value),
            (b'C', "context", Takes::Value),
            (b'm', "max-matches", Takes::Value),
            (0, "heading", Takes::Nothing),
            (0, "break", Takes::Nothing),
            (0, "cached", Takes::Nothing),
            (0, "untracked", Takes::Nothing),
            (0, "full-name", Takes::Nothing),
            (0, "color", Takes::Perhaps),
            (b'r', "recursive", Takes::Nothing),
        ];
        let parsed = self.parse("grep [<options>] [-e] <pattern> [<rev>...] [[--] <path>...]", &specs, arguments)?;
        let mut patterns = parsed.values("e");
        let mut operands = &parsed.operands[..];
        let mut dashes = parsed.dashes;
        if patterns.is_empty() {
            let Some((pattern, rest)) = operands.split_first() else { return self.fatal(&[b"no pattern given"]) };
            patterns.push(pattern);
            operands = rest;
            dashes = dashes.and_then(|at| at.checked_sub(1));
        }
        let Some(search) = self.search_request(&parsed, &patterns)? else {
            let first = patterns.first().copied().unwrap_or_default();
            return self.fatal(&[b"command line, '", first, b"': Invalid regular expression"]);
        };
        let (revisions, paths) = self.revisions_and_paths(operands, dashes)?;
        let here: [&[u8]; 1] = [b"."];
        let paths = if paths.is_empty() && !self.prefix.is_empty() { here.to_vec() } else { paths };
        let pathspec = self.pathspec(&paths)?;
        let mut found = false;
        let mut shown = 0;
        if revisions.is_empty() {
            let mut files: BTreeSet<Vec<u8>> = self.paths(&self.repository.index, b"");
            files.extend(self.repository.intended.iter().cloned());
            if parsed.has("untracked") {
                files.extend(self.untracked(&super::pathspec::Pathspec::default(), true)?.shown);
            }
            let tree = if parsed.has("cached") { self.index_tree() } else { Tree::Worktree };
            found |= self.grep_tree(&search, &tree, &files, &pathspec, b"", &mut shown)?;
        }
        for revision in revisions {
            let named = self.require(revision)?;
            let tree = self.named_tree(named);
            let files = match &tree {
                Tree::Stored(delta) => self.paths(delta, b""),
                _ => BTreeSet::new(),
            };
            let label = [revision, b":"].concat();
            found |= self.grep_tree(&search, &tree, &files, &pathspec, &label, &mut shown)?;
        }
        Ok(u8::from(!found))
    }

    fn search_request(&mut self, parsed: &Parsed<'_>, patterns: &[&[u8]]) -> Attempt<Option<Search>> {
        let number = |name: &str| {
            let text = parsed.value(name)?;
            std::str::from_utf8(text).ok()?.parse::<usize>().ok()
        };
        let syntax = match () {
            () if parsed.has("perl-regexp") => Syntax::Perl,
            () if parsed.has("fixed-strings") => Syntax::Fixed,
            () if parsed.has("extended-regexp") => Syntax::GrepExtended,
            () => Syntax::GrepBasic,
        };
        let mut expressions = Vec::new();
        for pattern in patterns {
            let options =
                Options { ignore_case: parsed.has("ignore-case"), word: parsed.has("word-regexp"), ..Options::GREP };
            let Ok(found) = Pattern::compile(pattern, syntax, options) else { return Ok(None) };
            expressions.push(found);
        }
        let context = number("context").unwrap_or(0);
        Ok(Some(Search {
            expressions,
            invert: parsed.has("invert-match"),
            numbers: parsed.has("line-number"),
            names: !parsed.has("no-filename"),
            files_only: parsed.has("files-with-matches") || parsed.has("name-only"),
            files_without: parsed.has("files-without-match"),
            counts: parsed.has("count"),
            only_matching: parsed.has("only-matching"),
            quiet: parsed.has("quiet"),
            text: parsed.has("text"),
            before: number("before-context").unwrap_or(context),
            after: number("after-context").unwrap_or(context),
            heading: parsed.has("heading"),
            breaks: parsed.has("break"),
            most: number("max-matches").unwrap_or(usize::MAX),
            full_names: parsed.has("full-name"),
        }))
    }

    fn grep_tree(
        &mut self,
        search: &Search,
        tree: &Tree,
        files: &BTreeSet<Vec<u8>>,
        pathspec: &super::pathspec::Pathspec,
        label: &[u8],
        shown: &mut usize,
    ) -> Attempt<bool> {
        let mut found = false;
        let mut filters = search.filters();
        for path in files.iter().filter(|path| pathspec.matches(path)) {
            let Some(blob @ super::delta::Blob::File { .. }) = self.blob_at(tree, path) else { continue };
            if let super::delta::Blob::File { content, .. } = &blob
                && !search.tells_of_every_file()
                && !admitted(&mut filters, &self.context.machine.workspace, content)?
            {
                continue;
            }
            let bytes = self.bytes(&blob)?;
            let name = if search.full_names { path.clone() } else { self.relative(path) };
            let name = [label, &quote_path(b"", &name)[..]].concat();
            let mut out = Vec::new();
            let hit = search.file(bytes, &name, &mut out, *shown > 0, self.context.machine.budget)?;
            found |= hit != search.files_without;
            if search.quiet && found {
                return Ok(true);
            }
            *shown += usize::from(!out.is_empty());
            self.out(&out)?;
        }
        Ok(found)
    }
}

/// Whether one of the filters admits a file.
fn admitted(filters: &mut [FileFilter<'_>], workspace: &Workspace<'_>, content: &Content) -> Stoppable<bool> {
    for filter in filters {
        if filter.admits(workspace, content)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Search {
    /// Whether files without a match count too.
    fn tells_of_every_file(&self) -> bool {
        self.invert || self.files_without
    }

    /// What rules files out: those that one of the filters admits have to be searched.
    fn filters(&self) -> Vec<FileFilter<'_>> {
        self.expressions.iter().map(|expression| FileFilter::new(expression.required_literals())).collect()
    }

    /// Where a line matches first.
    fn matched(&self, line: &[u8], from: usize, budget: &Budget) -> Stoppable<Option<Match>> {
        let mut first: Option<Match> = None;
        for expression in &self.expressions {
            if let Some(found) = expression.find_at(line, from, budget)? {
                first = Some(first.map_or(found, |first| if found.start < first.start { found } else { first }));
            }
        }
        Ok(first)
    }

    /// The numbers of the lines that are hits, in order.
    fn hits(&self, bytes: &[u8], lines: usize, budget: &Budget) -> Stoppable<Vec<usize>> {
        let most = if self.files_only || self.files_without { self.most.min(1) } else { self.most };
        let enough = if self.invert || self.expressions.len() > 1 { usize::MAX } else { most };
        let mut hits: Vec<usize> = Vec::new();
        for expression in &self.expressions {
            let mut matching = expression.matching_lines(bytes);
            let (mut counted_to, mut number) = (0, 0);
            while hits.len() < enough
                && let Some(line) = matching.next_line(budget)?
            {
                let between = bytes.get(counted_to..line.start).unwrap_or_default();
                number += memchr::memchr_iter(b'\n', between).count();
                counted_to = line.start;
                hits.push(number);
            }
        }
        hits.sort_unstable();
        hits.dedup();
        if self.invert {
            hits = (0..lines).filter(|line| hits.binary_search(line).is_err()).collect();
        }
        hits.truncate(most);
        Ok(hits)
    }

    /// Searches one file; returns whether there was a hit.
    fn file(&self, bytes: &[u8], name: &[u8], out: &mut Vec<u8>, follows: bool, budget: &Budget) -> Stoppable<bool> {
        let lines = Lines::of(bytes);
        let text = |line: usize| {
            let line = lines.get(line);
            line.strip_suffix(b"\n").unwrap_or(line)
        };
        let hits = self.hits(bytes, lines.len(), budget)?;
        let any = !hits.is_empty();
        if self.files_only || self.files_without {
            if any == self.files_only {
                out.extend_from_slice(&[name, b"\n"].concat());
            }
            return Ok(any);
        }
        if !any {
            return Ok(false);
        }
        if self.counts {
            let label = if self.names { [name, b":"].concat() } else { Vec::new() };
            out.extend_from_slice(&[&label[..], hits.len().to_string().as_bytes(), b"\n"].concat());
            return Ok(true);
        }
        if is_binary(bytes) && !self.text {
            out.extend_from_slice(&[b"Binary file ", name, b" matches\n"].concat());
            return Ok(true);
        }
        if self.breaks && follows {
            out.push(b'\n');
        }
        if self.heading {
            out.extend_from_slice(&[name, b"\n"].concat());
        }
        let has_context = self.before + self.after > 0;
        let mut next = 0;
        for (at, &hit) in hits.iter().enumerate() {
            let start = hit.saturating_sub(self.before).max(next);
            if has_context && (at > 0 && start > next || at == 0 && follows) {
                out.extend_from_slice(b"--\n");
            }
            (start..hit).for_each(|line| self.print(out, name, line, b'-', text(line)));
            if self.only_matching && !self.invert {
                let mut from = 0;
                while let Some(Match { start, end }) = self.matched(text(hit), from, budget)? {
                    self.print(out, name, hit, b':', text(hit).get(start..end).unwrap_or_default());
                    from = end.max(start + 1);
                }
            } else {
                self.print(out, name, hit, b':', text(hit));
            }
            next = hit + 1;
            let until = (hit + 1 + self.after).min(lines.len()).min(hits.get(at + 1).copied().unwrap_or(usize::MAX));
            (next..until).for_each(|line| self.print(out, name, line, b'-', text(line)));
            next = next.max(until);
        }
        Ok(true)
    }

    fn print(&self, out: &mut Vec<u8>, name: &[u8], line: usize, separator: u8, text: &[u8]) {
        if self.names && !self.heading {
            out.extend_from_slice(name);
            out.push(separator);
        }
        if self.numbers {
            out.extend_from_slice((line + 1).to_string().as_bytes());
            out.push(separator);
        }
        out.extend_from_slice(text);
        out.push(b'\n');
    }
}
