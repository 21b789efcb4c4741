//! The released evaluator's rule, defects and all.
//!
//! A patch passes when it touches one of the files that the right patch touches and when it only comments, by the looks
//! of its lines: an added line is blank, begins with `#`, or equals a removed line (white space around it aside), alone
//! or up to the first `#`; each removed line that says something is found again like that; a new file may hold
//! anything. Known defects that are kept: code may be indented anew and lines doubled, comments on every file pass, and
//! a comment behind a line with `#` inside a string is refused.

use sparring_tree::Node;

use crate::change::Change;
use crate::patch;
use crate::task::{Answer, Task};
use crate::verdict::{Cause, Evidence, Verdict};

const TOUCHES: &str = "a file of the right patch is touched";
const COMMENTS_ONLY: &str = "only comments were added";

/// Judges a session's changes by the patch that git would show for them.
pub fn verify(task: &Task, changes: &[Change]) -> Verdict {
    let Answer::IssueLocalization(locations) = &task.gold.answer else {
        return Verdict::Void { cause: Cause::Image, detail: format!("a {} task has no issue", task.kind.name()) };
    };
    let is_binary = |node: &Option<Node>| node.as_ref().is_some_and(|node| node.bytes().contains(&0));
    let text: Vec<Change> =
        changes.iter().filter(|change| !is_binary(&change.before) && !is_binary(&change.after)).cloned().collect();
    let files = patch::parse(&patch::render(&text)).unwrap_or_default();
    let touched = files.iter().any(|file| locations.files.iter().any(|right| right.as_bytes() == file.path));
    let offender = files.iter().find(|file| !file.added && !only_comments(file));
    Verdict::all(vec![
        Evidence::unless(TOUCHES, (!touched).then(String::new)),
        Evidence::unless(COMMENTS_ONLY, offender.map(|file| String::from_utf8_lossy(&file.path).into_owned())),
    ])
}

fn only_comments(file: &patch::FilePatch) -> bool {
    let lines = |sign: u8| -> Vec<String> {
        let lines = file.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|line| line.sign == sign);
        lines.map(|line| String::from_utf8_lossy(&line.text).trim().to_owned()).collect()
    };
    let (added, removed) = (lines(b'+'), lines(b'-'));
    let says = |line: &&String| !line.is_empty() && !line.starts_with('#');
    let code = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
    let stands_for = |line: &String, old: &String| line == old || code(line) == *old;
    added.iter().filter(says).all(|line| removed.iter().any(|old| stands_for(line, old)))
        && removed.iter().filter(says).all(|old| added.iter().any(|line| stands_for(line, old)))
}
