//! The strict verifier: one comment line above each definition that is used, and nothing else.
//!
//! Every changed file parses and, without its added comment lines, equals the base file byte for byte. Each added line is a
//! comment that names the target, directly above a definition; the definitions are exactly those that are used, each once.

use std::collections::BTreeSet;

use super::Dependencies;
use crate::change::Change;
use crate::comments::added;
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
    let mut marks: Vec<(String, usize)> = Vec::new();
    let (mut foreign, mut unnamed, mut misplaced) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        let path = String::from_utf8_lossy(&change.path).into_owned();
        match added(change) {
            None => foreign.push(path),
            Some(added) => {
                for line in added {
                    match line.above {
                        Some(definition) => marks.push((path.clone(), definition)),
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
    let marked: BTreeSet<(&str, usize)> = marks.iter().map(|(path, index)| (path.as_str(), *index)).collect();
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
