//! The released evaluators' rule, defects and all: for comparing scores with published ones, and
//! for showing what [`super::strict`] refuses.
//!
//! A patch passes when one added line of a target's file lies within the target's *original* lines
//! (one target of several is enough) and when every file of the patch only adds lines that look
//! like comments or docstrings. Known defects that are kept: nothing is parsed; once a triple quote
//! is open, everything up to the next triple quote counts as docstring, across hunks; code after a
//! closing quote on the same line is accepted; a raw string is refused; the two releases disagree
//! on docstrings of one line ([`Release`]); lines that begin with `++` or `--` look like headers and
//! are not seen.

use sparring_tree::Node;

use crate::change::Change;
use crate::patch;
use crate::task::Task;
use crate::verdict::{Evidence, Verdict};

use super::Target;

const TARGET_EDITED: &str = "a line was added within a target's original lines";
const COMMENTS_ONLY: &str = "only comments and docstrings were added";

/// Which released evaluator to agree with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// The evaluator of the Hybrid-Gym repository: refuses `"""Docstring."""` on one line.
    HybridGym,
    /// The port in the OpenHands benchmarks: accepts it, with whatever follows on the line.
    OpenHands,
}

/// Judges a session's changes by the patch that git would show for them.
pub fn verify(task: &Task, changes: &[Change], release: Release) -> Verdict {
    // The originals take binary files out of the patch before they judge it.
    let text: Vec<Change> = changes.iter().filter(|change| !is_binary(change)).cloned().collect();
    verify_patch(task.targets(), &String::from_utf8_lossy(&patch::render(&text)), release)
}

/// Judges a patch.
pub fn verify_patch(targets: &[Target], patch: &str, release: Release) -> Verdict {
    let files = files(patch);
    let edited = files.iter().any(|file| {
        targets
            .iter()
            .filter(|target| target.path == file.name)
            .any(|target| file.added_at.iter().any(|&line| (target.line..=target.last_line).contains(&line)))
    });
    let offender = files.iter().find(|file| !file.removed.is_empty() || !only_comments(&file.added, release));
    Verdict::all(vec![
        Evidence::unless(TARGET_EDITED, (!edited).then(String::new)),
        Evidence::unless(COMMENTS_ONLY, offender.map(|file| file.name.clone())),
    ])
}

fn is_binary(change: &Change) -> bool {
    let binary = |node: &Option<Node>| node.as_ref().is_some_and(|node| node.bytes().contains(&0));
    binary(&change.before) || binary(&change.after)
}

#[derive(Default)]
struct File {
    name: String,
    /// Added and removed lines that are not blank, without the white space around them.
    added: Vec<String>,
    removed: Vec<String>,
    /// Where lines were added, counted from 1 in the new file.
    added_at: Vec<usize>,
}

fn files(patch: &str) -> Vec<File> {
    let mut files: Vec<File> = Vec::new();
    let mut known = false;
    let mut line_number = 0;
    for line in patch.split('\n') {
        if line.starts_with("diff --git") {
            // A header in another form, for instance with quoted names, names no file.
            let name = header_name(line);
            known = name.is_some();
            files.extend(name.map(|name| File { name: name.to_owned(), ..File::default() }));
            continue;
        }
        if line.starts_with("@@") {
            line_number = hunk_start(line).unwrap_or(line_number);
            continue;
        }
        let Some(file) = files.last_mut().filter(|_| known) else { continue };
        if let Some(added) = line.strip_prefix('+') {
            if !line.starts_with("+++") {
                file.added.extend(said(added));
                file.added_at.push(line_number);
                line_number += 1;
            }
        } else if let Some(removed) = line.strip_prefix('-') {
            if !line.starts_with("---") {
                file.removed.extend(said(removed));
            }
        } else if !line.is_empty() && !line.starts_with("index") {
            line_number += 1;
        }
    }
    files
}

/// The second name of `diff --git a/x b/x`. The original's pattern is greedy, so that the last
/// ` b/` counts.
fn header_name(line: &str) -> Option<&str> {
    let names = line.strip_prefix("diff --git a/")?;
    let (first, second) = names.rsplit_once(" b/")?;
    (!first.is_empty() && !second.is_empty()).then_some(second)
}

fn hunk_start(line: &str) -> Option<usize> {
    let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
    let (_, new) = ranges.split_once(" +")?;
    new.split(',').next()?.parse().ok()
}

/// A line without the white space that Python's `strip` takes off, if something is left.
fn said(line: &str) -> Option<String> {
    let line = line.trim_matches(|letter: char| letter.is_whitespace() || ('\x1c'..='\x1f').contains(&letter));
    (!line.is_empty()).then(|| line.to_owned())
}

fn only_comments(lines: &[String], release: Release) -> bool {
    let mut open: Option<&str> = None;
    for line in lines {
        if let Some(quote) = open {
            if line.ends_with(quote) || line.matches(quote).count() % 2 == 1 {
                open = None;
            }
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        let Some(quote) = ["\"\"\"", "'''"].into_iter().find(|quote| line.starts_with(quote)) else { return false };
        if line.matches(quote).count() < 2 {
            open = Some(quote);
        } else if release == Release::HybridGym {
            // The original goes on to the other quote, finds nothing, and gives the line up.
            return false;
        }
    }
    true
}
