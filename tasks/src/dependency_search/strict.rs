//! The strict verifier: one comment line above each definition that is used, and nothing else.
//!
//! Every changed file parses and, without its added comment lines, equals the base file byte for byte. Each added line is a
//! comment that names the target, directly above a definition; the definitions are exactly those that are used, each once.

use std::collections::BTreeSet;

use ruff_python_ast::Stmt;
use ruff_python_ast::comparable::ComparableStmt;
use sparring_tree::Node;

use super::{Dependencies, Place};
use crate::change::Change;
use crate::python::parse;
use crate::task::{Answer, Task};
use crate::verdict::{Cause, Evidence, Verdict};

const ONLY_COMMENTS: &str = "only comment lines were added";
const NAMED: &str = "each comment names the function";
const PLACED: &str = "each comment stands directly above a definition";
const COMPLETE: &str = "every definition that is used is marked";
const PRECISE: &str = "nothing else is marked, and nothing twice";

/// Judges a session's changes: 1 when all checks pass, else 0.
pub fn verify(task: &Task, changes: &[Change]) -> Verdict {
    let Answer::DependencySearch(wanted) = &task.gold.answer else {
        return Verdict::Void { cause: Cause::Image, detail: format!("a {} task marks nothing", task.kind.name()) };
    };
    let mut marks: Vec<(Place, String)> = Vec::new();
    let (mut foreign, mut unnamed, mut misplaced) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        let path = String::from_utf8_lossy(&change.path).into_owned();
        match added(change) {
            None => foreign.push(path),
            Some(added) => {
                for line in added {
                    match line.above {
                        Some(place) => marks.push((place, line.text.clone())),
                        None => misplaced.push(format!("{path}:{}", line.number)),
                    }
                    if !names(&line.text, wanted) {
                        unnamed.push(format!("{path}:{}", line.number));
                    }
                }
            }
        }
    }
    let complaint = |found: &[String]| (!found.is_empty()).then(|| found.join(", "));
    let marked: BTreeSet<(&str, usize)> = marks.iter().map(|(place, _)| (place.path.as_str(), place.index)).collect();
    let used: BTreeSet<(&str, usize)> = wanted.uses.iter().map(|place| (place.path.as_str(), place.index)).collect();
    let shown = |missing: &[&(&str, usize)]| -> Vec<String> {
        missing.iter().map(|(path, index)| format!("{path}, definition {index}")).collect()
    };
    let missing = shown(&used.difference(&marked).collect::<Vec<_>>());
    let mut wrong = shown(&marked.difference(&used).collect::<Vec<_>>());
    if marks.len() > marked.len() {
        wrong.push("a definition is marked twice".to_owned());
    }
    Verdict::all(vec![
        Evidence::unless(ONLY_COMMENTS, complaint(&foreign)),
        Evidence::unless(NAMED, complaint(&unnamed)),
        Evidence::unless(PLACED, complaint(&misplaced)),
        Evidence::unless(COMPLETE, complaint(&missing)),
        Evidence::unless(PRECISE, complaint(&wrong)),
    ])
}

/// Whether a comment names the target as a word.
fn names(comment: &str, wanted: &Dependencies) -> bool {
    let words = comment.split(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
    words.into_iter().any(|word| word == wanted.target.name())
}

struct Added {
    /// Counted from 1, in the file at the end.
    number: usize,
    text: String,
    /// The definition below, as the base file counts it.
    above: Option<Place>,
}

/// The comment lines that a change adds; `None` when it does anything else.
fn added(change: &Change) -> Option<Vec<Added>> {
    let (Some(before @ Node::File { .. }), Some(after @ Node::File { .. })) = (&change.before, &change.after) else {
        return None;
    };
    let text = |node| std::str::from_utf8(Node::bytes(node)).ok();
    let (base, end) = (text(before)?, text(after)?);
    if before.mode() != after.mode() {
        return None;
    }
    let definitions = parse(end).ok()?.definitions();
    let mut old = base.split_inclusive('\n').peekable();
    let (mut found, mut run) = (Vec::new(), Vec::new());
    for (at, line) in end.split_inclusive('\n').enumerate() {
        if old.peek() == Some(&line) {
            old.next();
            let above = definitions.iter().enumerate().find(|(_, definition)| definition.first_line == at + 1);
            let place = above.map(|(index, definition)| Place {
                path: String::from_utf8_lossy(&change.path).into_owned(),
                qualified_name: definition.qualified_name.clone(),
                index,
                first_line: definition.first_line,
            });
            found.extend(run.drain(..).map(|(number, text)| Added { number, text, above: place.clone() }));
        } else if line.trim_start().starts_with('#') {
            run.push((at + 1, line.trim().to_owned()));
        } else {
            return None;
        }
    }
    found.extend(run.into_iter().map(|(number, text)| Added { number, text, above: None }));
    if old.next().is_some() {
        return None;
    }
    // Inside of a string such a line is no comment: then the program has changed.
    let (base, end) = (parse(base).ok()?, parse(end).ok()?);
    let statements =
        |one: &[Stmt], other: &[Stmt]| one.iter().map(ComparableStmt::from).eq(other.iter().map(ComparableStmt::from));
    statements(&base.parsed().syntax().body, &end.parsed().syntax().body).then_some(found)
}
