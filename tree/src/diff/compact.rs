//! Moves groups of changed lines to where git shows them.
//!
//! A group whose first line equals the line after it can slide down without changing the meaning
//! of the diff, and the other way up. Git slides every group as far as it goes, which may merge it
//! with others, and then picks the place: beside changed lines of the other file if there are
//! any, else by indentation.

use super::indent::{Score, score_split};
use super::lines::Lines;

/// Moves the groups of `marks`; `other_marks` are the other file's and stay as they are. Without
/// the lines, as GNU diff does, a group that no change stands beside goes as far down as it can.
pub(super) fn compact(lines: Option<&Lines<'_>>, classes: &[u32], marks: &mut [bool], other_marks: &[bool]) {
    let mut file = File { classes, marks };
    let mut group = Group::first(file.marks);
    let mut other = Group::first(other_marks);
    loop {
        if group.start < group.end {
            place(lines, &mut file, &mut group, other_marks, &mut other);
        }
        if !group.next(file.marks) || !other.next(other_marks) {
            return;
        }
    }
}

/// A group slides at most this far when indentation decides.
const FURTHEST_SLIDE: usize = 100;

struct File<'a> {
    classes: &'a [u32],
    marks: &'a mut [bool],
}

/// Changed lines in a row, possibly none, before one unchanged line. Both files have as many
/// groups, since they have as many unchanged lines.
struct Group {
    start: usize,
    end: usize,
}

impl Group {
    fn first(marks: &[bool]) -> Self {
        Self { start: 0, end: end_of_run(marks, 0) }
    }

    fn next(&mut self, marks: &[bool]) -> bool {
        if self.end >= marks.len() {
            return false;
        }
        self.start = self.end + 1;
        self.end = end_of_run(marks, self.start);
        true
    }

    fn previous(&mut self, marks: &[bool]) {
        if self.start > 0 {
            self.end = self.start - 1;
            self.start = start_of_run(marks, self.end);
        }
    }

    fn slide_down(&mut self, file: &mut File<'_>) -> bool {
        if self.end >= file.classes.len() || file.classes[self.start] != file.classes[self.end] {
            return false;
        }
        file.marks[self.start] = false;
        file.marks[self.end] = true;
        self.start += 1;
        self.end = end_of_run(file.marks, self.end);
        true
    }

    fn slide_up(&mut self, file: &mut File<'_>) -> bool {
        if self.start == 0 || file.classes[self.start - 1] != file.classes[self.end - 1] {
            return false;
        }
        self.start -= 1;
        self.end -= 1;
        file.marks[self.start] = true;
        file.marks[self.end] = false;
        self.start = start_of_run(file.marks, self.start);
        true
    }
}

fn end_of_run(marks: &[bool], from: usize) -> usize {
    from + marks[from..].iter().take_while(|mark| **mark).count()
}

fn start_of_run(marks: &[bool], to: usize) -> usize {
    to - marks[..to].iter().rev().take_while(|mark| **mark).count()
}

fn place(lines: Option<&Lines<'_>>, file: &mut File<'_>, group: &mut Group, other_marks: &[bool], other: &mut Group) {
    let mut size;
    let mut highest;
    let mut beside_change;
    loop {
        size = group.end - group.start;
        while group.slide_up(file) {
            other.previous(other_marks);
        }
        highest = group.end;
        beside_change = other.start < other.end;
        while group.slide_down(file) {
            other.next(other_marks);
            beside_change |= other.start < other.end;
        }
        // A merge on the way makes a larger group, which may slide further.
        if size == group.end - group.start {
            break;
        }
    }
    if group.end == highest {
        return;
    }
    if beside_change {
        while other.start == other.end && group.slide_up(file) {
            other.previous(other_marks);
        }
        return;
    }
    let Some(lines) = lines else { return };
    let best = best_end(lines, group, size, highest);
    while group.end > best && group.slide_up(file) {
        other.previous(other_marks);
    }
}

/// Where the group should end, judged by the indentation around its two edges.
fn best_end(lines: &Lines<'_>, group: &Group, size: usize, highest: usize) -> usize {
    let start = highest.max((group.end - size).saturating_sub(1)).max(group.end.saturating_sub(FURTHEST_SLIDE));
    let mut best: Option<(usize, Score)> = None;
    for end in start..=group.end {
        let mut score = Score::default();
        score_split(lines, end, &mut score);
        score_split(lines, end - size, &mut score);
        if best.as_ref().is_none_or(|(_, other)| !other.is_better_than(&score)) {
            best = Some((end, score));
        }
    }
    best.map_or(group.end, |(end, _)| end)
}
