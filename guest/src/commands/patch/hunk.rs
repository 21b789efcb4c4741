//! A hunk: where it belongs, and what it does there.

use crate::budget::{Budget, Stoppable};

/// One hunk, read. Lines have their newlines, where they have one.
#[derive(Clone, Debug, Default)]
pub(super) struct Hunk {
    /// The first old line, from 1; for no old lines, the one after which new ones come, plus one.
    pub(super) first: i64,
    /// The first new line, likewise.
    pub(super) new_first: i64,
    /// Lines with a space, `-` or `+`; where lines are replaced, the old ones first.
    pub(super) lines: Vec<(u8, Vec<u8>)>,
    /// What follows the second `@@`, with its blank.
    pub(super) function: Vec<u8>,
}

impl Hunk {
    /// Adds a line in its place: old lines come before the new ones that replace them.
    pub(super) fn push(&mut self, sign: u8, line: Vec<u8>) {
        let mut at = self.lines.len();
        if sign == b'-' {
            at -= self.lines.iter().rev().take_while(|(sign, _)| *sign == b'+').count();
        }
        self.lines.insert(at, (sign, line));
    }

    /// The old lines.
    pub(super) fn old(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().filter(|(sign, _)| *sign != b'+').map(|(_, line)| line.as_slice())
    }

    /// How many lines are old, and how many are new.
    pub(super) fn counts(&self) -> (usize, usize) {
        let count = |left: u8| self.lines.iter().filter(|(sign, _)| *sign != left).count();
        (count(b'+'), count(b'-'))
    }

    /// The hunk that undoes this one.
    pub(super) fn reversed(&self) -> Self {
        let mut hunk = Self {
            first: self.new_first,
            new_first: self.first,
            lines: Vec::with_capacity(self.lines.len()),
            function: self.function.clone(),
        };
        for (sign, line) in &self.lines {
            let sign = match sign {
                b'-' => b'+',
                b'+' => b'-',
                _ => b' ',
            };
            hunk.push(sign, line.clone());
        }
        hunk
    }

    /// Lines of context before the first change and after the last.
    pub(super) fn contexts(&self) -> (i64, i64) {
        let is_context = |(sign, _): &&(u8, Vec<u8>)| *sign == b' ';
        let before = self.lines.iter().take_while(is_context).count();
        let after = self.lines.iter().rev().take_while(is_context).count();
        (before as i64, after as i64)
    }
}

/// A file that hunks are applied to, one after the other.
pub(super) struct Target<'t> {
    lines: Vec<&'t [u8]>,
    /// Input lines that are already in the output or dropped.
    frozen: usize,
    pub(super) output: Vec<u8>,
    /// How far hunks were found from where they should be; the next one is sought there too.
    pub(super) in_offset: i64,
    /// How many lines longer the output is by now.
    pub(super) out_offset: i64,
    ignores_blanks: bool,
}

impl<'t> Target<'t> {
    pub(super) fn new(text: &'t [u8], ignores_blanks: bool) -> Self {
        let lines = crate::commands::common::lines(text, b'\n').collect();
        Self { lines, frozen: 0, output: Vec::new(), in_offset: 0, out_offset: 0, ignores_blanks }
    }

    /// The line, from 1, where the hunk fits when `fuzz` lines of its context are ignored.
    pub(super) fn locate(&mut self, hunk: &Hunk, fuzz: i64, budget: &Budget) -> Stoppable<Option<i64>> {
        let old: Vec<&[u8]> = hunk.old().collect();
        let guess = hunk.first + self.in_offset;
        let (before, after) = hunk.contexts();
        let context = before.max(after);
        let (prefix, suffix) = (fuzz + before - context, fuzz + after - context);
        let (pattern, input) = (old.len() as i64, self.lines.len() as i64);
        if old.is_empty() {
            return Ok(Some(guess));
        }
        let last = input - (pattern - suffix) + 1;
        let furthest_down = last - guess;
        let mut furthest_up = guess - (self.frozen as i64 + 1);
        if guess <= furthest_up {
            furthest_up = guess - 1;
        }
        let frozen = self.frozen as i64;
        if prefix < 0 && hunk.first <= 1 {
            // Without context before it, such a hunk belongs to the start of the file.
            if suffix < 0 && (pattern != input || before < frozen) {
                return Ok(None);
            }
            let offset = 1 - guess;
            if frozen <= before && offset <= furthest_down && self.fits(&old, 1, 0, suffix.max(0), budget)? {
                self.in_offset += offset;
                return Ok(Some(1));
            }
            return Ok(None);
        }
        let prefix = prefix.max(0);
        if suffix < 0 {
            // Without context after it, it belongs to the end.
            let offset = guess - (input - pattern + 1);
            if offset <= furthest_up && self.fits(&old, guess - offset, prefix, 0, budget)? {
                self.in_offset -= offset;
                return Ok(Some(guess - offset));
            }
            return Ok(None);
        }
        let nearest = if furthest_down < 0 {
            guess - last
        } else if furthest_up < 0 {
            frozen + 1 - guess
        } else {
            0
        };
        for offset in nearest..=furthest_down.max(furthest_up) {
            if offset <= furthest_down && self.fits(&old, guess + offset, prefix, suffix, budget)? {
                self.in_offset += offset;
                return Ok(Some(guess + offset));
            }
            if offset <= furthest_up && self.fits(&old, guess - offset, prefix, suffix, budget)? {
                self.in_offset -= offset;
                return Ok(Some(guess - offset));
            }
        }
        Ok(None)
    }

    /// Whether the old lines, without some at both ends, stand at a line.
    fn fits(&self, old: &[&[u8]], place: i64, prefix: i64, suffix: i64, budget: &Budget) -> Stoppable<bool> {
        budget.scan(1)?;
        let (prefix, suffix) = (usize::try_from(prefix).unwrap_or(0), usize::try_from(suffix).unwrap_or(0));
        let Ok(start) = usize::try_from(place - 1) else { return Ok(false) };
        let wanted = old.get(prefix..old.len().saturating_sub(suffix)).unwrap_or_default();
        let Some(found) = self.lines.get(start + prefix..start + prefix + wanted.len()) else { return Ok(false) };
        for (wanted, found) in wanted.iter().zip(found) {
            budget.scan(wanted.len() as u64)?;
            let is_equal = wanted == found || (self.ignores_blanks && is_similar(found, wanted));
            if !is_equal {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Applies a hunk at a line. False when an earlier hunk has already passed that place.
    pub(super) fn apply(&mut self, hunk: &Hunk, place: i64) -> bool {
        let mut at = usize::try_from(place - 1).unwrap_or(0);
        for (sign, line) in &hunk.lines {
            match sign {
                b'-' => {
                    if !self.copy_to(at) {
                        return false;
                    }
                    self.frozen += 1;
                    at += 1;
                }
                b'+' => {
                    if !self.copy_to(at) {
                        return false;
                    }
                    self.put(line);
                }
                _ => at += 1,
            }
        }
        let (old, new) = hunk.counts();
        self.out_offset += new as i64 - old as i64;
        true
    }

    /// Copies what no hunk has touched.
    pub(super) fn finish(&mut self) {
        self.copy_to(self.lines.len());
    }

    fn copy_to(&mut self, line: usize) -> bool {
        if self.frozen > line {
            return false;
        }
        for at in self.frozen..line.min(self.lines.len()) {
            if let Some(text) = self.lines.get(at).copied() {
                self.put(text);
            }
        }
        self.frozen = line;
        true
    }

    fn put(&mut self, line: &[u8]) {
        if self.output.last().is_some_and(|byte| *byte != b'\n') {
            self.output.push(b'\n');
        }
        self.output.extend_from_slice(line);
    }

    /// Whether the patch's lines end in other ways than the file's.
    pub(super) fn ends_differ(&self, hunk: &Hunk, place: i64) -> bool {
        let Some(line) = hunk.old().next().filter(|line| !line.is_empty()) else { return false };
        let at = usize::try_from(place).unwrap_or(0).clamp(1, self.lines.len().max(1)) - 1;
        let Some(found) = self.lines.get(at) else { return false };
        line.ends_with(b"\r\n") != found.ends_with(b"\r\n")
    }
}

/// Whether lines are equal when runs of blanks are.
fn is_similar(found: &[u8], wanted: &[u8]) -> bool {
    let words = |line: &[u8]| -> Vec<u8> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let end = line.iter().rposition(|byte| !matches!(byte, b' ' | b'\t')).map_or(0, |at| at + 1);
        let mut out: Vec<u8> = Vec::with_capacity(end);
        for &byte in line.get(..end).unwrap_or_default() {
            match byte {
                b' ' | b'\t' if out.last() == Some(&b' ') => {}
                b' ' | b'\t' => out.push(b' '),
                _ => out.push(byte),
            }
        }
        out
    };
    words(found) == words(wanted)
}
