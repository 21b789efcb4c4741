//! The released evaluator's rules, with their defects: removed lines are not looked at, a comment counts within five lines
//! of where the definition should stand, and two definitions of one name are one.

use std::collections::BTreeSet;

use super::Dependencies;
use crate::change::Change;
use crate::patch;
use crate::task::{Answer, Task};
use crate::verdict::{Cause, Evidence, Verdict};

/// How far a comment may be from its definition.
const REACH: i64 = 5;

/// What was found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Definitions that are marked.
    pub found: usize,
    /// Comments that mark one again.
    pub duplicates: usize,
    /// Comments that mark nothing that is used.
    pub wrong: usize,
    /// `found / (found + wrong + duplicates)`; 0 without any.
    pub precision: f64,
    /// `found` of all that are used.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// Whether each added line is a comment or blank.
    pub comments_only: bool,
}

/// Scores a session's changes. 1 when all that is used is marked, nothing else, nothing twice, and only comments were
/// added; else 0.
pub fn verify(task: &Task, changes: &[Change]) -> Verdict {
    let Answer::DependencySearch(wanted) = &task.gold.answer else {
        return Verdict::Void { cause: Cause::Image, detail: format!("a {} task marks nothing", task.kind.name()) };
    };
    let scores = scores(wanted, changes);
    let complaint = |wrong: bool| wrong.then(|| format!("{scores:?}"));
    Verdict::all(vec![
        Evidence::unless("every definition is found", complaint(scores.found != wanted.uses.len())),
        Evidence::unless("nothing else is marked", complaint(scores.wrong + scores.duplicates > 0)),
        Evidence::unless("only comments were added", complaint(!scores.comments_only)),
    ])
}

/// The numbers behind [`verify`]; `recall` is the original's partial score.
pub fn scores(wanted: &Dependencies, changes: &[Change]) -> Scores {
    let text = patch::render(changes);
    let mut scores = Scores { comments_only: true, ..Scores::default() };
    let mut found: BTreeSet<&str> = BTreeSet::new();
    for file in patch::parse(&text).unwrap_or_default() {
        let path = String::from_utf8_lossy(&file.path).into_owned();
        let mut earlier = 0_i64;
        for hunk in &file.hunks {
            let shift = earlier + hunk.new.1 as i64 - hunk.old.1 as i64;
            let mut line_number = hunk.new.0 as i64;
            for line in &hunk.lines {
                let content = String::from_utf8_lossy(&line.text);
                let content = content.trim();
                if line.sign == b'+' {
                    scores.comments_only &= content.is_empty() || content.starts_with('#');
                    if content.starts_with('#') && names_target(content, wanted.target.name()) {
                        // Lines count from 0 there, and the definition is shifted by what its own hunk adds.
                        let hit = wanted.uses.iter().find(|place| {
                            let expected = place.first_line as i64 + shift;
                            place.path == path && (line_number - expected).abs() <= REACH
                        });
                        match hit {
                            Some(place) if found.insert(place.name()) => scores.found += 1,
                            Some(_) => scores.duplicates += 1,
                            None => scores.wrong += 1,
                        }
                    }
                }
                line_number += i64::from(matches!(line.sign, b'+' | b' '));
            }
            earlier = shift;
        }
    }
    let marked = scores.found + scores.wrong + scores.duplicates;
    let share = |part: usize, all: usize| if all == 0 { 0.0 } else { part as f64 / all as f64 };
    (scores.precision, scores.recall) = (share(scores.found, marked), share(scores.found, wanted.uses.len()));
    let sum = scores.precision + scores.recall;
    scores.f1 = if sum == 0.0 { 0.0 } else { 2.0 * scores.precision * scores.recall / sum };
    scores
}

/// The released evaluator knows sixteen whole phrasings besides; each of them holds one of these words.
fn names_target(comment: &str, target: &str) -> bool {
    let comment = comment.to_lowercase();
    let words = ["called by", "used by", "dependency"];
    comment.contains(&target.to_lowercase()) && words.iter().any(|word| comment.contains(word))
}
