//! Task kind *function generation*, after Hybrid-Gym: a documented function loses its body; the
//! model writes a new one.
//!
//! Only tests can say whether a body is right. [`verify`] judges what needs none: an untouched or
//! broken file scores 0, the original body scores 1, and anything else is void until tests have
//! run, for which [`generated_function`] cuts out the function. Unlike the original, changes
//! outside the function are refused.

pub mod compatible;
mod generate;

use serde::{Deserialize, Serialize};
use sparring_tree::Node;

use crate::change::Change;
use crate::edit;
use crate::python::{Definition, parse};
use crate::task::{Answer, Task};
use crate::verdict::{Cause, Evidence, Verdict};

pub use generate::{Options, generate};

/// A function that lost its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The file.
    pub path: String,
    /// `function` or `Class.method`.
    pub qualified_name: String,
    /// Which of the file's definitions it is in the base tree, in source order, counted from 0.
    pub index: usize,
    /// From the first decorator or `def` to the colon, as it is written.
    pub signature: String,
    /// The docstring without indentation.
    pub docstring: String,
    /// The body below the docstring, as it was.
    pub body: String,
}

const PARSES: &str = "the file parses";
const OUTSIDE: &str = "nothing outside the function changed";
const WRITTEN: &str = "the function has a body of its own";

/// Judges a session's changes as far as that goes without running tests.
pub fn verify(task: &Task, changes: &[Change]) -> Verdict {
    let Answer::FunctionGeneration(missing) = &task.gold.answer else {
        return Verdict::Void { cause: Cause::Image, detail: format!("a {} task misses no body", task.kind.name()) };
    };
    let [change] = changes else {
        let check = if changes.is_empty() { WRITTEN } else { OUTSIDE };
        return Verdict::all(vec![Evidence::failed(check, format!("{} paths changed", changes.len()))]);
    };
    let Some((before, after)) = texts(change).filter(|_| change.path == missing.path.as_bytes()) else {
        return Verdict::all(vec![Evidence::failed(OUTSIDE, String::from_utf8_lossy(&change.path))]);
    };
    let files = edit::by_file(&task.gold.edits);
    let gold = files.get(missing.path.as_str()).and_then(|edits| edit::apply(before.as_bytes(), edits).ok());
    if gold.is_some_and(|gold| gold == after.as_bytes()) {
        return Verdict::all(vec![Evidence::passed(WRITTEN)]);
    }
    match parse(after) {
        Err(failure) => Verdict::all(vec![Evidence::failed(PARSES, failure.to_string())]),
        Ok(_) if !same_around(missing, before, after) => Verdict::all(vec![Evidence::failed(OUTSIDE, &missing.path)]),
        Ok(_) => Verdict::Void { cause: Cause::Worker, detail: "the body is new: tests have to run".to_owned() },
    }
}

/// The function as a session left it, decorators included, with its indentation: what an execution
/// tier puts in the place of the original.
pub fn generated_function<'a>(missing: &Missing, end: &'a str) -> Option<&'a str> {
    let module = parse(end).ok()?;
    let definition = module.definitions().into_iter().find(|definition| is_it(missing, definition))?;
    Some(&end[module.line_start(definition.range.start)..definition.range.end])
}

fn is_it(missing: &Missing, definition: &Definition) -> bool {
    definition.qualified_name == missing.qualified_name
}

fn texts(change: &Change) -> Option<(&str, &str)> {
    let (Some(before @ Node::File { .. }), Some(after @ Node::File { .. })) = (&change.before, &change.after) else {
        return None;
    };
    let text = |node| std::str::from_utf8(Node::bytes(node)).ok();
    (before.mode() == after.mode()).then_some((text(before)?, text(after)?))
}

/// Whether both texts are the same up to the function's body and below it.
fn same_around(missing: &Missing, before: &str, after: &str) -> bool {
    let around = |text: &str| -> Option<(String, String)> {
        let module = parse(text).ok()?;
        let definition = module.definitions().into_iter().nth(missing.index)?;
        let docstring = definition.docstring.as_ref().filter(|_| is_it(missing, &definition))?;
        let above = text[..docstring.range.end].to_owned();
        Some((above, text[module.next_line_start(definition.range.end)..].to_owned()))
    };
    around(before).is_some_and(|before| Some(before) == around(after))
}
