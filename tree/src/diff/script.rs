//! Which lines were replaced by which.

use std::convert::Infallible;

use super::lines::{Lines, Whitespace, classify};
use super::myers::Effort;
use super::{compact, myers, prune};

/// Old lines that new lines replace. Lines count from 0; one of the lengths may be 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The first old line.
    pub old_start: usize,
    /// How many old lines.
    pub old_length: usize,
    /// The first new line.
    pub new_start: usize,
    /// How many new lines.
    pub new_length: usize,
}

impl Change {
    /// The old line after the last.
    pub fn old_end(&self) -> usize {
        self.old_start + self.old_length
    }

    /// The new line after the last.
    pub fn new_end(&self) -> usize {
        self.new_start + self.new_length
    }
}

/// How lines are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DiffOptions {
    /// How white space counts. Default: every byte does.
    pub whitespace: Whitespace,
    /// Leave out equal blocks of 1 KiB at the ends of both files first. Git does so when it shows
    /// no context (`-U0`, `blame`), which can change its choice of lines. Default off.
    pub trim_tail: bool,
}

/// The changes that turn `old` into `new`, in order, as git's default algorithm finds them.
pub fn changes(old: &[u8], new: &[u8], options: &DiffOptions) -> Vec<Change> {
    let (old, new) = if options.trim_tail { without_common_tail(old, new) } else { (old, new) };
    changes_of_lines(&Lines::of(old), &Lines::of(new), options.whitespace)
}

/// [`changes`] for files that are cut into lines already.
pub(super) fn changes_of_lines(old: &Lines<'_>, new: &Lines<'_>, whitespace: Whitespace) -> Vec<Change> {
    let classes = classify(old, new, whitespace);
    let (start, old_end, new_end) = differing(&classes.old, &classes.new);
    if start == old_end && start == new_end {
        return Vec::new();
    }
    let mut old_marks = vec![false; old.len()];
    let mut new_marks = vec![false; new.len()];
    let old_kept = prune::keep(&classes.old, start, old_end, &occurrences(&classes.new, classes.count), &mut old_marks);
    let new_kept = prune::keep(&classes.new, start, new_end, &occurrences(&classes.old, classes.count), &mut new_marks);
    let kept = (&old_kept, &new_kept);
    let Ok(()) = myers::mark::<Infallible>(kept, (&mut old_marks, &mut new_marks), Effort::GIT, &mut |_| Ok(()));
    compact::compact(Some(old), &classes.old, &mut old_marks, &new_marks);
    compact::compact(Some(new), &classes.new, &mut new_marks, &old_marks);
    script(&old_marks, &new_marks)
}

/// Where the files start to differ and where they stop.
fn differing(old: &[u32], new: &[u32]) -> (usize, usize, usize) {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    (start, old.len() - tail, new.len() - tail)
}

/// How often each class occurs.
pub(super) fn occurrences(classes: &[u32], count: usize) -> Vec<u32> {
    let mut occurrences = vec![0; count];
    classes.iter().for_each(|&class| occurrences[class as usize] += 1);
    occurrences
}

/// The changes that marks of both files make.
pub(super) fn script(old: &[bool], new: &[bool]) -> Vec<Change> {
    let (mut changes, mut old_at, mut new_at) = (Vec::new(), 0, 0);
    loop {
        let old_length = old[old_at..].iter().take_while(|mark| **mark).count();
        let new_length = new[new_at..].iter().take_while(|mark| **mark).count();
        if old_length + new_length > 0 {
            changes.push(Change { old_start: old_at, old_length, new_start: new_at, new_length });
        }
        old_at += old_length + 1;
        new_at += new_length + 1;
        if old_at > old.len() || new_at > new.len() {
            return changes;
        }
    }
}

/// Both files without equal blocks at the end; a cut line is kept whole.
fn without_common_tail<'a>(old: &'a [u8], new: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    const BLOCK: usize = 1024;
    let old_blocks = old.rchunks_exact(BLOCK);
    let common = old_blocks.zip(new.rchunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    if common == 0 {
        return (old, new);
    }
    let tail = &old[old.len() - common..];
    let kept = memchr::memchr(b'\n', tail).map_or(common, |at| at + 1);
    (&old[..old.len() - common + kept], &new[..new.len() - common + kept])
}
