//! The strict verifier: a comment at every place that has to change, at no other place, and nothing else.
//!
//! Every changed file is a Python file that, without its added comment lines, equals the base file byte for byte and is
//! the same program. A comment marks the innermost definition around it; directly above a definition it marks that one
//! or what is around it, whichever is right. What is right are the innermost definitions that the right patch changes.

use std::collections::BTreeSet;

use super::{Locations, is_test};
use crate::change::Change;
use crate::comments::added;
use crate::reward::localization::{Overlap, overlap};
use crate::task::{Answer, Task};
use crate::verdict::{Cause, Evidence, Verdict};

const ONLY_COMMENTS: &str = "only comment lines were added, to source files";
const SAYS: &str = "each comment says something";
const COMPLETE: &str = "every place that has to change is marked";
const PRECISE: &str = "no other place is marked";

/// The fewest words of a comment: it shall say why.
const FEWEST_WORDS: usize = 2;

/// How well the marks meet the right places; a graded reward may use it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// By file.
    pub files: Overlap,
    /// By definition.
    pub regions: Overlap,
}

/// A place: the file and the definition, if it is in one.
type Place = (String, Option<usize>);

struct Marks {
    /// What is right and marked, or what is marked wrongly.
    places: BTreeSet<Place>,
    wrong: Vec<String>,
    foreign: Vec<String>,
    empty: Vec<String>,
}

/// Judges a session's changes: 1 when all checks pass, else 0.
pub fn verify(task: &Task, changes: &[Change]) -> Verdict {
    let Answer::IssueLocalization(locations) = &task.gold.answer else {
        return Verdict::Void { cause: Cause::Image, detail: format!("a {} task has no issue", task.kind.name()) };
    };
    let marks = marks(locations, changes);
    let missing: Vec<String> = right(locations).difference(&marks.places).map(shown).collect();
    let complaint = |found: Vec<String>| (!found.is_empty()).then(|| found.join(", "));
    Verdict::all(vec![
        Evidence::unless(ONLY_COMMENTS, complaint(marks.foreign)),
        Evidence::unless(SAYS, complaint(marks.empty)),
        Evidence::unless(COMPLETE, complaint(missing)),
        Evidence::unless(PRECISE, complaint(marks.wrong)),
    ])
}

/// The precision, recall and F1 of a session's marks. Changes that are no comments mark nothing.
pub fn scores(locations: &Locations, changes: &[Change]) -> Scores {
    let marked: Vec<Place> = marks(locations, changes).places.into_iter().collect();
    let right: Vec<Place> = right(locations).into_iter().collect();
    let files = |places: &[Place]| places.iter().map(|place| place.0.clone()).collect::<Vec<_>>();
    Scores { files: overlap(&files(&marked), &files(&right)), regions: overlap(&marked, &right) }
}

fn right(locations: &Locations) -> BTreeSet<Place> {
    locations.regions.iter().map(|region| (region.path.clone(), region.definition)).collect()
}

fn shown((path, definition): &Place) -> String {
    match definition {
        Some(index) => format!("{path}, definition {index}"),
        None => format!("{path}, outside of definitions"),
    }
}

fn marks(locations: &Locations, changes: &[Change]) -> Marks {
    let right = right(locations);
    let mut marks = Marks { places: BTreeSet::new(), wrong: Vec::new(), foreign: Vec::new(), empty: Vec::new() };
    for change in changes {
        let path = String::from_utf8_lossy(&change.path).into_owned();
        let Some(lines) = added(change).filter(|_| path.ends_with(".py") && !is_test(&path)) else {
            marks.foreign.push(path);
            continue;
        };
        for line in lines {
            let at = format!("{path}:{}", line.number);
            let words = line.text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
            if words.count() < FEWEST_WORDS {
                marks.empty.push(at.clone());
            }
            let here = (path.clone(), line.inside);
            let below = line.above.map(|definition| (path.clone(), Some(definition)));
            let found: Vec<Place> =
                [Some(here.clone()), below].into_iter().flatten().filter(|place| right.contains(place)).collect();
            if found.is_empty() {
                marks.wrong.push(at);
                marks.places.insert(here);
            }
            marks.places.extend(found);
        }
    }
    marks
}
