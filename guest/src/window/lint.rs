//! What a linter finds in an edited file, and how an edit that brings mistakes is refused.

use super::file::Text;
use super::position;
use super::{Dialect, WINDOW};
use crate::budget::{Budget, Stoppable};
use crate::python::{Problem, lint};

const HEAD: &str = "Your proposed edit has introduced new syntax error(s). Please read this error message carefully and \
then retry editing the file.\n\nERRORS:\n";
const APPLIED: &str = "\nThis is how your edit would have looked if applied\n";
const ORIGINAL: &str = "\nThis is the original code before your edit\n";
const TAIL_06: &str = "Your changes have NOT been applied. Please fix your edit command and try again.
You either need to 1) Specify the correct start/end line arguments or 2) Correct your edit code.
DO NOT re-run the same failed edit command. Running it again will lead to the same error.
";
const TAIL_1: &str = "\nYour changes have NOT been applied. Please fix your edit command and try again.
DO NOT re-run the same failed edit command. Running it again will lead to the same error.
";
/// Lines that 0.6 shows around an edit, above and below together.
const AROUND: i64 = 10;

/// The findings in a Python file; none in another.
pub(super) fn problems(path: &[u8], text: &Text<'_>, budget: &Budget) -> Stoppable<Vec<Problem>> {
    if !path.ends_with(b".py") {
        return Ok(Vec::new());
    }
    budget.scan(text.bytes().len() as u64)?;
    let path = String::from_utf8_lossy(path);
    let source = String::from_utf8_lossy(text.bytes());
    // The parser takes a lone carriage return for the end of a line, as Python does.
    Ok(lint(&path, &source))
}

/// The findings that an edit of lines `window` (from 0, both included) brings, as 1.x tells them
/// apart: those before move with the lines, and count again inside the window.
pub(super) fn new_problems(before: Vec<Problem>, after: Vec<Problem>, window: (i64, i64), count: i64) -> Vec<Problem> {
    if before.is_empty() {
        return after;
    }
    let (first, last) = window;
    let moved: Vec<Problem> = before
        .into_iter()
        .filter_map(|problem| match problem.line as i64 {
            line if line < first => Some(problem),
            line if line <= last => None,
            line => {
                let line = usize::try_from(line + count - (last - first + 1)).ok()?;
                Some(Problem { line, ..problem })
            }
        })
        .collect();
    after.into_iter().filter(|problem| !moved.contains(problem) && problem.line as i64 >= first).collect()
}

fn listed(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("- {}\n", problem.text)).collect()
}

/// How 0.6 refuses: the edited lines with five around them, then the lines that stood there.
/// `edit` is the first line (from 0), the line after the last, and the count of new lines.
pub(super) fn refusal_06(
    path: &[u8],
    original: &Text<'_>,
    edited: &Text<'_>,
    edit: (i64, i64, i64),
    problems: &[Problem],
) -> Vec<u8> {
    let (start, end, count) = edit;
    let rule = format!("{}\n", "-".repeat(49));
    let view = |text: &Text<'_>, middle: i64, size: i64| {
        text.window(path, position::clamp(Dialect::Middle, middle, text.total, size), size)
    };
    let mut output = [HEAD, &listed(problems), APPLIED, &rule].concat().into_bytes();
    output.extend_from_slice(&view(edited, count / 2 + start, count + AROUND));
    output.extend_from_slice([rule.as_str(), ORIGINAL, &rule].concat().as_bytes());
    output.extend_from_slice(&view(original, (end - start + 1) / 2 + start, end - start + AROUND));
    output.extend_from_slice([rule.as_str(), TAIL_06].concat().as_bytes());
    output
}

/// How 1.x refuses: the window with the edit, then without it.
pub(super) fn refusal_1(
    path: &[u8],
    original: &Text<'_>,
    edited: &Text<'_>,
    position: i64,
    problems: &[Problem],
) -> Vec<u8> {
    let rule = format!("{}\n", "-".repeat(48));
    let mut output = [HEAD, &listed(problems), APPLIED, &rule].concat().into_bytes();
    output.extend_from_slice(&edited.window(path, position, WINDOW));
    output.extend_from_slice([rule.as_str(), ORIGINAL, &rule].concat().as_bytes());
    output.extend_from_slice(&original.window(path, position, WINDOW));
    output.extend_from_slice([rule.as_str(), TAIL_1].concat().as_bytes());
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, text: &str) -> Problem {
        Problem { line, column: 1, text: text.into() }
    }

    #[test]
    fn old_findings_move_with_their_lines() {
        let before = vec![at(1, "a"), at(5, "b"), at(9, "c")];
        let after = vec![at(1, "a"), at(5, "b"), at(11, "c"), at(12, "d")];
        // Lines 4 to 6 (from 0: 3 to 5) become five lines.
        assert_eq!(new_problems(before, after.clone(), (3, 5), 5), [at(5, "b"), at(12, "d")]);
        assert_eq!(new_problems(Vec::new(), after.clone(), (3, 5), 5), after);
    }
}
