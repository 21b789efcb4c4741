//! How natural it looks to split a file before a line: git's measure, with its weights.

use super::lines::{Lines, is_blank};

/// The badness of one or more splits; smaller is better.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Score {
    indent: i32,
    penalty: i32,
}

impl Score {
    /// Whether this one is strictly better.
    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        INDENT_WEIGHT * (self.indent.cmp(&other.indent) as i32) + self.penalty - other.penalty < 0
    }
}

const INDENT_WEIGHT: i32 = 60;
const START_OF_FILE: i32 = 1;
const END_OF_FILE: i32 = 21;
const PER_BLANK_LINE: i32 = -30;
const PER_BLANK_LINE_AFTER: i32 = 6;
/// Penalties without and with a blank line at the split: for a line that is indented more than the
/// one before, less than both neighbours, less than the one before only.
const INDENTED: [i32; 2] = [-4, 10];
const OUTDENTED: [i32; 2] = [24, 17];
const DEDENTED: [i32; 2] = [23, 17];

/// More indentation than this counts as this much.
const MOST_INDENT: i32 = 200;
/// More blank lines than this in a row count as a line without indentation.
const MOST_BLANKS: i32 = 20;

/// Adds the badness of a split before line `split`.
pub(super) fn score_split(lines: &Lines<'_>, split: usize, score: &mut Score) {
    let here = if split < lines.len() { indent_of(lines.get(split)) } else { None };
    let (blanks_before, before) = nearest(lines, (0..split).rev());
    let (blanks_after, after) = nearest(lines, split + 1..lines.len());
    if before.is_none() && blanks_before == 0 {
        score.penalty += START_OF_FILE;
    }
    if split >= lines.len() {
        score.penalty += END_OF_FILE;
    }
    let blanks_below = if here.is_none() { 1 + blanks_after } else { 0 };
    let blanks = blanks_before + blanks_below;
    score.penalty += PER_BLANK_LINE * blanks + PER_BLANK_LINE_AFTER * blanks_below;
    let indent = here.or(after);
    score.indent += indent.unwrap_or(-1);
    let (Some(indent), Some(before)) = (indent, before) else { return };
    let with_blank = usize::from(blanks != 0);
    score.penalty += match indent.cmp(&before) {
        std::cmp::Ordering::Greater => INDENTED[with_blank],
        std::cmp::Ordering::Equal => 0,
        std::cmp::Ordering::Less if after.is_some_and(|after| after > indent) => OUTDENTED[with_blank],
        std::cmp::Ordering::Less => DEDENTED[with_blank],
    };
}

/// How many blank lines come first, and the indentation of the line after them.
fn nearest(lines: &Lines<'_>, order: impl Iterator<Item = usize>) -> (i32, Option<i32>) {
    let mut blanks = 0;
    for line in order {
        let indent = indent_of(lines.get(line));
        if indent.is_some() {
            return (blanks, indent);
        }
        blanks += 1;
        if blanks == MOST_BLANKS {
            return (blanks, Some(0));
        }
    }
    (blanks, None)
}

/// Columns of indentation with tab stops at every eighth; `None` for a blank line.
fn indent_of(line: &[u8]) -> Option<i32> {
    let mut indent = 0;
    for &byte in line {
        match byte {
            b' ' => indent += 1,
            b'\t' => indent += 8 - indent % 8,
            _ if !is_blank(byte) => return Some(indent),
            _ => {}
        }
        if indent >= MOST_INDENT {
            return Some(MOST_INDENT);
        }
    }
    None
}
