//! Three-way merge of lines.

use sparring_tree::diff::{Change, DiffOptions, Lines, changes};

/// A merged file.
pub(super) struct Merged {
    /// The bytes, with conflict markers where both sides changed the same lines.
    pub(super) text: Vec<u8>,
    /// Whether there are such markers.
    pub(super) has_conflicts: bool,
}

/// Brings the changes from `base` to `theirs` into `ours`. Changes that touch are a conflict
/// unless they are equal.
pub(super) fn merge(base: &[u8], ours: &[u8], theirs: &[u8], ours_label: &[u8], theirs_label: &[u8]) -> Merged {
    let options = DiffOptions::default();
    let (mine, yours) = (changes(base, ours, &options), changes(base, theirs, &options));
    let (base, ours, theirs) = (Lines::of(base), Lines::of(ours), Lines::of(theirs));
    let mut merged = Merged { text: Vec::new(), has_conflicts: false };
    let (mut at, mut a, mut b) = (0, 0, 0);
    loop {
        let next_mine = mine.get(a);
        let next_yours = yours.get(b);
        let start = match (next_mine, next_yours) {
            (None, None) => break,
            (Some(change), None) | (None, Some(change)) => change.old_start,
            (Some(mine), Some(yours)) => mine.old_start.min(yours.old_start),
        };
        // Everything that touches belongs together.
        let (first_a, first_b) = (a, b);
        let mut end = start;
        loop {
            if let Some(change) = mine.get(a).filter(|change| change.old_start <= end) {
                end = end.max(change.old_end());
                a += 1;
            } else if let Some(change) = yours.get(b).filter(|change| change.old_start <= end) {
                end = end.max(change.old_end());
                b += 1;
            } else {
                break;
            }
        }
        copy(&mut merged.text, &base, at, start);
        at = end;
        let own = |list: &[Change], lines: &Lines<'_>| replaced(list, lines, &base, start, end);
        let (mine_now, yours_now) =
            (mine.get(first_a..a).unwrap_or_default(), yours.get(first_b..b).unwrap_or_default());
        let (left, right) = (own(mine_now, &ours), own(yours_now, &theirs));
        if yours_now.is_empty() || left == right {
            merged.text.extend_from_slice(&left);
        } else if mine_now.is_empty() {
            merged.text.extend_from_slice(&right);
        } else {
            merged.has_conflicts = true;
            conflict(&mut merged.text, &left, &right, ours_label, theirs_label);
        }
    }
    copy(&mut merged.text, &base, at, base.len());
    merged
}

fn copy(out: &mut Vec<u8>, lines: &Lines<'_>, start: usize, end: usize) {
    (start..end).for_each(|line| out.extend_from_slice(lines.get(line)));
}

/// Base lines `start..end` as one side has them.
fn replaced(changes: &[Change], side: &Lines<'_>, base: &Lines<'_>, start: usize, end: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = start;
    for change in changes {
        copy(&mut out, base, at, change.old_start);
        copy(&mut out, side, change.new_start, change.new_end());
        at = change.old_end();
    }
    copy(&mut out, base, at, end);
    out
}

/// Both sides between markers; equal lines at the start and end stay outside.
fn conflict(out: &mut Vec<u8>, left: &[u8], right: &[u8], left_label: &[u8], right_label: &[u8]) {
    let (a, b) = (Lines::of(left), Lines::of(right));
    let most = a.len().min(b.len());
    let head = (0..most).take_while(|line| a.get(*line) == b.get(*line)).count();
    let tail = (0..most - head).take_while(|line| a.get(a.len() - 1 - line) == b.get(b.len() - 1 - line)).count();
    copy(out, &a, 0, head);
    out.extend_from_slice(&[b"<<<<<<< ", left_label, b"\n"].concat());
    copy(out, &a, head, a.len() - tail);
    end_line(out);
    out.extend_from_slice(b"=======\n");
    copy(out, &b, head, b.len() - tail);
    end_line(out);
    out.extend_from_slice(&[b">>>>>>> ", right_label, b"\n"].concat());
    copy(out, &a, a.len() - tail, a.len());
}

fn end_line(out: &mut Vec<u8>) {
    if out.last().is_some_and(|byte| *byte != b'\n') {
        out.push(b'\n');
    }
}
