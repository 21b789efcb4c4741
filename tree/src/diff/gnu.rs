//! The choice of lines that GNU diff 3.8 makes.
//!
//! Git's search has grown out of GNU diff's, so both share it here, and so they do the sliding of
//! groups. GNU diff searches longer, guesses only with `--speed-large-files`, does not look at
//! indentation, and has other rules for the lines that it leaves out of the search.

use std::ops::Range;

use super::lines::{Classes, Lines, classify_as};
use super::myers::{self, Effort};
use super::prune::Kept;
use super::script::{Change, occurrences, script};
use super::{compact, prune};

/// Numbers the lines of a part of each file; `normal` writes what a line counts as to its second
/// argument.
pub fn gnu_classes(
    old: (&Lines<'_>, Range<usize>),
    new: (&Lines<'_>, Range<usize>),
    normal: &dyn Fn(&[u8], &mut Vec<u8>),
) -> Classes {
    classify_as(old, new, normal)
}

/// The changes between two files, or parts of them, whose lines have these classes. `minimal` is
/// `--minimal`. `charge` is told how much work is about to be done, and may end it.
///
/// # Errors
/// What `charge` returns.
pub fn gnu_changes<E>(
    classes: &Classes,
    minimal: bool,
    charge: &mut dyn FnMut(u64) -> Result<(), E>,
) -> Result<Vec<Change>, E> {
    let Classes { old, new, count } = classes;
    let (mut old_marks, mut new_marks) = (vec![false; old.len()], vec![false; new.len()]);
    let old_kept = keep(old, &occurrences(new, *count), minimal, &mut old_marks);
    let new_kept = keep(new, &occurrences(old, *count), minimal, &mut new_marks);
    let effort = Effort { least_rounds: 4096, guesses: false, shortest: minimal };
    myers::mark((&old_kept, &new_kept), (&mut old_marks, &mut new_marks), effort, charge)?;
    compact::compact(None, old, &mut old_marks, &new_marks);
    compact::compact(None, new, &mut new_marks, &old_marks);
    Ok(script(&old_marks, &new_marks))
}

/// Whether a line takes part in the search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It does.
    Kept,
    /// It does not: the other file lacks it.
    Dropped,
    /// It is so frequent in the other file that it does not, if its neighbours do not either.
    Doubtful,
}

fn keep(file: &[u32], others: &[u32], minimal: bool, marks: &mut [bool]) -> Kept {
    // Five times a rough root of the number of lines.
    let often = 5 * prune::rough_root(file.len() / 64 / 4);
    let mut fates: Vec<Fate> = file
        .iter()
        .map(|&class| match others[class as usize] {
            _ if minimal => Fate::Kept,
            0 => Fate::Dropped,
            count if count > often => Fate::Doubtful,
            _ => Fate::Kept,
        })
        .collect();
    settle(&mut fates);
    let mut kept = Kept { classes: Vec::new(), places: Vec::new() };
    for (at, fate) in fates.iter().enumerate() {
        if *fate == Fate::Kept {
            kept.classes.push(file[at]);
            kept.places.push(at as u32);
        } else {
            marks[at] = true;
        }
    }
    kept
}

/// Decides about the doubtful lines: only such are left out as stand inside a run of dropped ones.
fn settle(fates: &mut [Fate]) {
    let mut at = 0;
    while at < fates.len() {
        if fates[at] != Fate::Dropped {
            fates[at] = Fate::Kept;
            at += 1;
            continue;
        }
        let mut end = at + fates[at..].iter().take_while(|fate| **fate != Fate::Kept).count();
        while fates[end - 1] == Fate::Doubtful {
            end -= 1;
            fates[end] = Fate::Kept;
        }
        settle_run(&mut fates[at..end]);
        at = end;
    }
}

/// A run that starts and ends with a dropped line.
fn settle_run(run: &mut [Fate]) {
    let doubtful = run.iter().filter(|fate| **fate == Fate::Doubtful).count();
    if doubtful * 4 > run.len() {
        keep_doubtful(run.iter_mut());
        return;
    }
    // Doubtful lines in a row are kept when they are many beside the root of the run's length.
    let many = prune::rough_root(run.len() / 16) as usize + 1;
    for part in run.chunk_by_mut(|a, b| a == b) {
        if part.len() >= many {
            keep_doubtful(part.iter_mut());
        }
    }
    settle_edge(run.iter_mut());
    settle_edge(run.iter_mut().rev());
}

fn keep_doubtful<'a>(fates: impl Iterator<Item = &'a mut Fate>) {
    fates.filter(|fate| **fate == Fate::Doubtful).for_each(|fate| *fate = Fate::Kept);
}

/// Keeps doubtful lines near an edge: up to three dropped ones in a row, or to the first dropped one
/// that is far enough inside.
fn settle_edge<'a>(run: impl Iterator<Item = &'a mut Fate>) {
    const FAR: usize = 8;
    const ENOUGH: usize = 3;
    let mut in_a_row = 0;
    for (at, fate) in run.enumerate() {
        match *fate {
            Fate::Dropped if at >= FAR => return,
            Fate::Dropped => in_a_row += 1,
            Fate::Kept | Fate::Doubtful => (in_a_row, *fate) = (0, Fate::Kept),
        }
        if in_a_row == ENOUGH {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: &str, new: &str, expected: &[(usize, usize, usize, usize)]) {
        let (old, new) = (Lines::of(old.as_bytes()), Lines::of(new.as_bytes()));
        let exact = |line: &[u8], out: &mut Vec<u8>| out.extend_from_slice(line);
        let classes = gnu_classes((&old, 0..old.len()), (&new, 0..new.len()), &exact);
        let changes = gnu_changes::<()>(&classes, false, &mut |_| Ok(())).unwrap();
        let found: Vec<_> = changes.iter().map(|c| (c.old_start, c.old_length, c.new_start, c.new_length)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn groups_slide_down_and_ignore_indentation() {
        check("a\nb\n", "a\nx\nb\n", &[(1, 0, 1, 1)]);
        let (old, new) = ("def f():\n a\n\ndef g():\n a\n\n", "def f():\n a\n\ndef h():\n a\n\ndef g():\n a\n\n");
        check(old, new, &[(3, 0, 3, 3)]);
        check("a\na\n", "a\na\na\n", &[(2, 0, 2, 1)]);
    }

    #[test]
    fn the_search_may_be_stopped() {
        let (old, new) = (Lines::of(b"a\nb\nc\n"), Lines::of(b"b\na\nc\nb\n"));
        let exact = |line: &[u8], out: &mut Vec<u8>| out.extend_from_slice(line);
        let classes = gnu_classes((&old, 0..3), (&new, 0..4), &exact);
        assert_eq!(gnu_changes(&classes, false, &mut |_| Err("stop")), Err("stop"));
    }
}
