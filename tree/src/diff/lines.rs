//! Lines of two files, and which of them are equal.

use std::ops::Range;

/// How white space counts when two lines are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whitespace {
    /// Every byte counts; a last line without its newline differs from one with it.
    #[default]
    Exact,
    /// `-w`: none counts.
    IgnoreAll,
    /// `-b`: a run counts as one blank, at the end of a line as nothing.
    IgnoreChange,
    /// `--ignore-space-at-eol`: none counts at the end of a line.
    IgnoreAtEnd,
    /// `--ignore-cr-at-eol`: a carriage return before the newline does not count.
    IgnoreCarriageReturnAtEnd,
}

/// A file's bytes cut after every newline.
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    bytes: &'a [u8],
    ends: Vec<u32>,
}

impl<'a> Lines<'a> {
    /// Cuts the bytes. At most 4 GiB, as all of an image.
    pub fn of(bytes: &'a [u8]) -> Self {
        let mut ends: Vec<u32> = memchr::memchr_iter(b'\n', bytes).map(|at| at as u32 + 1).collect();
        if ends.last().copied().unwrap_or(0) as usize != bytes.len() {
            ends.push(bytes.len() as u32);
        }
        Self { bytes, ends }
    }

    /// How many lines there are; a last line without a newline is one.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the file is empty.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// One line with its newline; empty past the end.
    pub fn get(&self, line: usize) -> &'a [u8] {
        let start = if line == 0 { 0 } else { self.ends.get(line - 1).copied().unwrap_or(0) };
        let end = self.ends.get(line).copied().unwrap_or(start);
        &self.bytes[start as usize..end as usize]
    }

    /// The line that starts at this byte; past the end for the end of the file.
    pub fn starting_at(&self, byte: usize) -> usize {
        self.ends.partition_point(|end| *end as usize <= byte)
    }
}

/// The blanks that git knows: no form feed, no vertical tab.
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Numbers for the lines of both files, such that lines have one number exactly when they are
/// equal. Numbers count up from 0 in order of appearance, the old file first.
pub(super) fn classify(old: &Lines<'_>, new: &Lines<'_>, whitespace: Whitespace) -> Classes {
    let mut table = Table::for_lines(old.len() + new.len());
    let mut numbers = [Vec::with_capacity(old.len()), Vec::with_capacity(new.len())];
    let mut scratch = Vec::new();
    for (lines, numbers) in [old, new].into_iter().zip(&mut numbers) {
        for line in 0..lines.len() {
            let line = lines.get(line);
            let number = match whitespace {
                Whitespace::Exact => table.number(line),
                _ => {
                    scratch.clear();
                    normalise(line, whitespace, &mut scratch);
                    table.number_owned(&scratch)
                }
            };
            numbers.push(number);
        }
    }
    let [old, new] = numbers;
    Classes { old, new, count: table.count() }
}

/// As [`classify`], for some lines of each file and any rule by which lines are equal: `normal`
/// writes what a line counts as to its second argument.
pub(super) fn classify_as(
    (old, old_part): (&Lines<'_>, Range<usize>),
    (new, new_part): (&Lines<'_>, Range<usize>),
    normal: &dyn Fn(&[u8], &mut Vec<u8>),
) -> Classes {
    let mut table = Table::for_lines(old_part.len() + new_part.len());
    let mut scratch = Vec::new();
    let mut number = |line: &[u8]| {
        scratch.clear();
        normal(line, &mut scratch);
        table.number_owned(&scratch)
    };
    let old = old_part.map(|line| number(old.get(line))).collect();
    let new = new_part.map(|line| number(new.get(line))).collect();
    Classes { old, new, count: table.count() }
}

/// Numbers for lines: equal lines have equal numbers.
pub struct Classes {
    /// A number for each old line.
    pub old: Vec<u32>,
    /// A number for each new line.
    pub new: Vec<u32>,
    /// How many numbers there are; they count from 0.
    pub count: usize,
}

fn normalise(line: &[u8], whitespace: Whitespace, out: &mut Vec<u8>) {
    let trimmed = &line[..line.iter().rposition(|&byte| !is_blank(byte)).map_or(0, |at| at + 1)];
    match whitespace {
        Whitespace::Exact => out.extend_from_slice(line),
        Whitespace::IgnoreAll => out.extend(trimmed.iter().copied().filter(|&byte| !is_blank(byte))),
        Whitespace::IgnoreAtEnd => out.extend_from_slice(trimmed),
        Whitespace::IgnoreChange => {
            for (at, &byte) in trimmed.iter().enumerate() {
                match is_blank(byte) {
                    false => out.push(byte),
                    true if at > 0 && is_blank(trimmed[at - 1]) => {}
                    true => out.push(b' '),
                }
            }
        }
        Whitespace::IgnoreCarriageReturnAtEnd => {
            let complete = line.strip_suffix(b"\n");
            let body = complete.unwrap_or(line);
            // Git ignores it only in front of a newline, but then the newline itself as well.
            out.extend_from_slice(if complete.is_some() { body.strip_suffix(b"\r").unwrap_or(body) } else { body });
        }
    }
}

/// Byte strings to numbers, by open addressing. A `HashMap` would do, but its hasher is slower
/// on short lines and differs from run to run.
struct Table<'a> {
    slots: Vec<u32>,
    keys: Vec<(u64, Key<'a>)>,
}

enum Key<'a> {
    Line(&'a [u8]),
    Made(Vec<u8>),
}

impl Key<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Line(line) => line,
            Self::Made(line) => line,
        }
    }
}

const FREE: u32 = u32::MAX;

impl<'a> Table<'a> {
    fn for_lines(lines: usize) -> Self {
        Self { slots: vec![FREE; (lines.max(8) * 2).next_power_of_two()], keys: Vec::new() }
    }

    fn count(&self) -> usize {
        self.keys.len()
    }

    fn number(&mut self, line: &'a [u8]) -> u32 {
        let hash = hash(line);
        self.find(hash, line).unwrap_or_else(|slot| self.insert(slot, hash, Key::Line(line)))
    }

    fn number_owned(&mut self, line: &[u8]) -> u32 {
        let hash = hash(line);
        self.find(hash, line).unwrap_or_else(|slot| self.insert(slot, hash, Key::Made(line.to_vec())))
    }

    fn insert(&mut self, slot: usize, hash: u64, key: Key<'a>) -> u32 {
        let number = self.keys.len() as u32;
        self.keys.push((hash, key));
        self.slots[slot] = number;
        number
    }

    /// The number of a line, or the slot where it belongs. The table is at most half full.
    fn find(&self, hash: u64, line: &[u8]) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = (hash >> 20) as usize & mask;
        loop {
            match self.slots[slot] {
                FREE => return Err(slot),
                number => {
                    let (other, key) = &self.keys[number as usize];
                    if *other == hash && key.bytes() == line {
                        return Ok(number);
                    }
                }
            }
            slot = (slot + 1) & mask;
        }
    }
}

fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut chunks = bytes.chunks_exact(8);
    let mut hash = bytes.len() as u64;
    for chunk in &mut chunks {
        let word = chunk.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        hash = (hash.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }
    let word = chunks.remainder().iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
    hash = (hash.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    hash ^ hash >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equal(a: &str, b: &str, whitespace: Whitespace) -> bool {
        let classes = classify(&Lines::of(a.as_bytes()), &Lines::of(b.as_bytes()), whitespace);
        classes.old == classes.new
    }

    #[test]
    fn lines_keep_their_newlines() {
        let lines = Lines::of(b"a\n\nb");
        assert_eq!((0..lines.len()).map(|line| lines.get(line)).collect::<Vec<_>>(), [&b"a\n"[..], b"\n", b"b"]);
        assert!(Lines::of(b"").is_empty());
    }

    #[test]
    fn white_space_counts_as_asked() {
        assert!(!equal("a\n", "a", Whitespace::Exact));
        assert!(equal("a b\n", "ab", Whitespace::IgnoreAll));
        assert!(equal("a  b \n", "a\tb\n", Whitespace::IgnoreChange));
        assert!(!equal(" a\n", "a\n", Whitespace::IgnoreChange));
        assert!(equal("a \t\n", "a\n", Whitespace::IgnoreAtEnd));
        assert!(equal("a\r\n", "a\n", Whitespace::IgnoreCarriageReturnAtEnd));
        assert!(!equal("a \n", "a\n", Whitespace::IgnoreCarriageReturnAtEnd));
    }
}
