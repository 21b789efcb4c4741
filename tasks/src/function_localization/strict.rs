//! The strict verifier: a docstring was added to every target, and nothing else happened.
//!
//! In each target's file, with `B` its lines in the base tree and `F` its lines at the end:
//!
//! 1. `F` parses and has the same definitions as `B`.
//! 2. Each target has a docstring as Python sees one, and it is not blank.
//! 3. Each such docstring stands on lines of its own, and no comment hides between its parts.
//! 4. `F` without those lines equals `B`, byte for byte, line ends included. Only the run of blank
//!    lines at the place of a docstring may differ, and a `pass` that the task itself had put there
//!    may be gone.
//! 5. The tokens of `F` without the docstrings equal those of `B`: the belt to the braces of 4.
//!
//! No other path of the tree differs in any way. The docstring's wording is not judged.

use std::ops::Range;

use sparring_tree::{Digest, Node};

use super::Target;
use crate::change::Change;
use crate::python::{Module, parse};
use crate::task::Task;
use crate::verdict::{Cause, Evidence, Verdict};

const ONLY_TARGETS: &str = "no other path changed";
const CHANGED: &str = "the target's file changed";
const PARSES: &str = "the file parses";
const SAME_DEFINITIONS: &str = "the file has the same definitions";
const DOCUMENTED: &str = "the target has a docstring";
const OWN_LINES: &str = "the docstring stands on lines of its own";
const UNCHANGED: &str = "every other line is as it was";
const SAME_TOKENS: &str = "every other token is as it was";

/// Judges a session's changes. 1 when all checks pass, else 0; void when a changed file's `before`
/// is not the task's base file or the task is of another kind, which is a fault of the caller.
pub fn verify(task: &Task, changes: &[Change]) -> Verdict {
    let targets = task.targets();
    if targets.is_empty() {
        return Verdict::Void { cause: Cause::Image, detail: format!("a {} task has no targets", task.kind.name()) };
    }
    let mut evidence = vec![Evidence::unless(ONLY_TARGETS, foreign(targets, changes))];
    let mut files: Vec<&str> = targets.iter().map(|target| target.path.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    for file in files {
        let targets: Vec<&Target> = targets.iter().filter(|target| target.path == file).collect();
        let Some(change) = changes.iter().find(|change| change.path == file.as_bytes()) else {
            evidence.push(Evidence::failed(CHANGED, file));
            continue;
        };
        if let Err(detail) = is_base(&targets, change) {
            return Verdict::Void { cause: Cause::Image, detail };
        }
        evidence.extend(judge_file(file, &targets, change));
    }
    Verdict::all(evidence)
}

fn foreign(targets: &[Target], changes: &[Change]) -> Option<String> {
    let is_target = |change: &&Change| targets.iter().any(|target| target.path.as_bytes() == change.path);
    let mut others = changes.iter().filter(|change| !is_target(change));
    let first = others.next()?;
    let name = String::from_utf8_lossy(&first.path);
    Some(match others.count() {
        0 => name.into_owned(),
        more => format!("{name} and {more} more"),
    })
}

fn is_base(targets: &[&Target], change: &Change) -> Result<(), String> {
    let Some(Node::File { content, .. }) = &change.before else {
        return Err(format!("`{}` is no file in the base tree", String::from_utf8_lossy(&change.path)));
    };
    let digest = Digest::of("content", content).to_string();
    match targets.iter().find(|target| target.base != digest) {
        None => Ok(()),
        Some(target) => Err(format!("`{}` is not the base file that the task was made from", target.path)),
    }
}

fn judge_file(file: &str, targets: &[&Target], change: &Change) -> Vec<Evidence> {
    let (base, end) = match texts(change) {
        Ok(texts) => texts,
        Err(complaint) => return vec![Evidence::failed(PARSES, format!("{file}: {complaint}"))],
    };
    // The base parsed when the task was made.
    let (base, end) = match (parse(base), parse(end)) {
        (Ok(base), Ok(end)) => (base, end),
        (Err(failure), _) | (_, Err(failure)) => return vec![Evidence::failed(PARSES, format!("{file}: {failure}"))],
    };
    let mut evidence = vec![Evidence::passed(PARSES)];
    let (base_definitions, end_definitions) = (base.definitions(), end.definitions());
    let names = |definitions: &[crate::python::Definition]| {
        definitions.iter().map(|d| (d.qualified_name.clone(), d.kind)).collect::<Vec<_>>()
    };
    let same = names(&base_definitions) == names(&end_definitions);
    evidence.push(Evidence::unless(SAME_DEFINITIONS, (!same).then(|| file.to_owned())));
    if !same {
        return evidence;
    }
    let mut docstrings: Vec<Range<usize>> = Vec::new();
    for target in targets {
        let docstring = end_definitions.get(target.index).and_then(|definition| definition.docstring.as_ref());
        let docstring = docstring.filter(|docstring| !docstring.value.trim().is_empty());
        let complaint = docstring.is_none().then(|| format!("{file}: {}", target.qualified_name));
        evidence.push(Evidence::unless(DOCUMENTED, complaint));
        docstrings.extend(docstring.map(|docstring| docstring.range.clone()));
    }
    if docstrings.len() < targets.len() {
        return evidence;
    }
    docstrings.sort_by_key(|range| range.start);
    let alone = docstrings.iter().all(|range| on_own_lines(&end, range) && end.holds_only_strings(range));
    evidence.push(Evidence::unless(OWN_LINES, (!alone).then(|| file.to_owned())));
    let placeholders: Vec<Range<usize>> = targets
        .iter()
        .filter(|target| target.placeholder)
        .filter_map(|target| base_definitions.get(target.index).map(|definition| definition.body.clone()))
        .collect();
    evidence.push(Evidence::unless(
        UNCHANGED,
        lines_differ(&base, &end, &docstrings, &placeholders).map(|line| format!("{file}: line {line}")),
    ));
    // A placeholder is left out on both sides when it stands on both.
    let kept: Vec<Range<usize>> = targets
        .iter()
        .filter(|target| target.placeholder)
        .filter_map(|target| {
            let definition = end_definitions.get(target.index)?;
            let after = definition.docstring.as_ref()?.range.end;
            let pass = end.text()[after..definition.range.end].rfind("pass")? + after;
            end.text()[after..pass].trim().is_empty().then_some(pass..definition.range.end)
        })
        .collect();
    let left_out: Vec<Range<usize>> = docstrings.iter().chain(&kept).cloned().collect();
    let same = end.same_tokens(&left_out, &base, &placeholders);
    evidence.push(Evidence::unless(SAME_TOKENS, (!same).then(|| file.to_owned())));
    evidence
}

/// Both texts of a file that is still the same kind of file.
fn texts(change: &Change) -> Result<(&str, &str), &'static str> {
    let (Some(Node::File { executable: was_executable, content: base }), Some(Node::File { executable, content: end })) =
        (&change.before, &change.after)
    else {
        return Err("it is no regular file any more");
    };
    if was_executable != executable {
        return Err("its mode changed");
    }
    let base = std::str::from_utf8(base).map_err(|_| "the base is not UTF-8")?;
    let end = std::str::from_utf8(end).map_err(|_| "it is not UTF-8")?;
    Ok((base, end))
}

fn own_lines(module: &Module<'_>, range: &Range<usize>) -> Range<usize> {
    module.line_start(range.start)..module.next_line_start(range.end)
}

fn on_own_lines(module: &Module<'_>, range: &Range<usize>) -> bool {
    let lines = own_lines(module, range);
    let text = module.text();
    is_blank(&text[lines.start..range.start]) && is_blank(&text[range.end..lines.end])
}

fn is_blank(text: &str) -> bool {
    text.trim_matches([' ', '\t', '\x0c', '\r', '\n']).is_empty()
}

/// Compares the end's lines outside the docstrings with the base's. Returns the first line of the
/// base that does not match.
fn lines_differ(
    base: &Module<'_>,
    end: &Module<'_>,
    docstrings: &[Range<usize>],
    placeholders: &[Range<usize>],
) -> Option<usize> {
    let mut rest = base.text();
    let mut done = 0;
    for at in 0..=docstrings.len() {
        let start = if at == 0 { 0 } else { own_lines(end, &docstrings[at - 1]).end };
        let stop = docstrings.get(at).map_or(end.text().len(), |range| own_lines(end, range).start);
        let mut segment = &end.text()[start..stop];
        if at > 0 {
            segment = skip_blank_lines(segment);
            let blank = rest.len() - skip_blank_lines(rest).len();
            (rest, done) = (&rest[blank..], done + blank);
            let placeholder =
                placeholders.iter().find(|range| range.start >= done && is_blank(&base.text()[done..range.start]));
            if let Some(range) = placeholder {
                let line = own_lines(base, range);
                let replaced = !segment.starts_with(&base.text()[line.clone()]);
                if replaced {
                    let after = skip_blank_lines(&base.text()[line.end..]);
                    (rest, done) = (after, base.text().len() - after.len());
                }
            }
        }
        let segment = if at < docstrings.len() { without_trailing_blank_lines(segment) } else { segment };
        let common = rest.bytes().zip(segment.bytes()).take_while(|(a, b)| a == b).count();
        if common < segment.len() {
            return Some(base.line_of(done + common));
        }
        (rest, done) = (&rest[segment.len()..], done + segment.len());
    }
    (!rest.is_empty()).then(|| base.line_of(done))
}

fn skip_blank_lines(text: &str) -> &str {
    let skipped: usize = text.split_inclusive('\n').take_while(|line| is_blank(line)).map(str::len).sum();
    &text[skipped..]
}

fn without_trailing_blank_lines(text: &str) -> &str {
    let blank: usize = text.split_inclusive('\n').rev().take_while(|line| is_blank(line)).map(str::len).sum();
    &text[..text.len() - blank]
}
