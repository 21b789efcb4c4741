//! Prints lines with what stands before them, and colours.

use super::settings::{Binary, Settings};
use crate::budget::{Budget, Stoppable};
use crate::matching::Pattern;

/// What a printed line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It was selected.
    Selected,
    /// It stands near a selected one.
    Context,
}

impl Role {
    const fn separator(self) -> u8 {
        match self {
            Self::Selected => b':',
            Self::Context => b'-',
        }
    }
}

/// A line of a buffer.
#[derive(Clone, Copy)]
pub(super) struct Line<'b> {
    /// The whole buffer.
    pub(super) buffer: &'b [u8],
    /// Where the line starts in it.
    pub(super) start: usize,
    /// The line without its terminator.
    pub(super) text: &'b [u8],
}

/// The colours that grep has by default, as parameters of the terminal's `SGR` sequence.
const MATCH: &str = "01;31";
const FILE_NAME: &str = "35";
const NUMBER: &str = "32";
const SEPARATOR: &str = "36";

/// Prints the lines of one file.
pub(super) struct Printer<'s> {
    settings: &'s Settings,
    pattern: &'s Pattern,
    name: &'s [u8],
    with_name: bool,
    /// The least width of numbers: with `-T` all numbers of a file are equally wide.
    width: usize,
    /// Lines were counted up to this offset,
    counted_to: usize,
    /// and there were so many.
    counted: u64,
    /// A line was not printed because it is no valid text.
    pub(super) met_bad_text: bool,
}

impl<'s> Printer<'s> {
    pub(super) fn new(
        settings: &'s Settings,
        pattern: &'s Pattern,
        name: &'s [u8],
        with_name: bool,
        size: u64,
    ) -> Self {
        let largest = if size < i64::MAX as u64 { size + u64::from(settings.line_numbers) } else { size };
        let width = if settings.initial_tab { largest.max(1).ilog10() as usize + 1 } else { 0 };
        Self { settings, pattern, name, with_name, width, counted_to: 0, counted: 0, met_bad_text: false }
    }

    /// The separator between two groups of lines.
    pub(super) fn separator(&self, out: &mut Vec<u8>) {
        if let Some(separator) = &self.settings.group_separator {
            self.colored(SEPARATOR, separator, out);
            out.push(b'\n');
        }
    }

    /// How many lines were selected.
    pub(super) fn count(&mut self, selected: u64, out: &mut Vec<u8>) {
        self.file_name(Role::Selected, out);
        push_number(selected, out);
        out.push(b'\n');
    }

    /// The file's name on a line of its own.
    pub(super) fn name_alone(&self, out: &mut Vec<u8>) {
        self.colored(FILE_NAME, self.name, out);
        out.push(if self.settings.null_after_name { 0 } else { b'\n' });
    }

    /// A line, or with `-o` its matches; false when it is no text.
    pub(super) fn line(&mut self, line: Line<'_>, role: Role, budget: &Budget, out: &mut Vec<u8>) -> Stoppable<bool> {
        let settings = self.settings;
        // Whether the pattern matches somewhere in this line.
        let matches = (role == Role::Selected) != settings.invert;
        let color_matches = settings.color && (role == Role::Selected || settings.invert);
        if settings.only_matching {
            return if matches { self.only_matches(line, role, budget, out) } else { Ok(true) };
        }
        if !self.head(line, 0, line.text.len(), role, out) {
            return Ok(false);
        }
        let from = if matches && color_matches { self.color_matches(line, budget, out)? } else { 0 };
        out.extend_from_slice(line.text.get(from..).unwrap_or_default());
        out.push(settings.end_of_line);
        Ok(true)
    }

    fn only_matches(&mut self, line: Line<'_>, role: Role, budget: &Budget, out: &mut Vec<u8>) -> Stoppable<bool> {
        let subject = self.pattern.on(line.text);
        let mut at = 0;
        while let Some(found) = subject.find_at(at, budget)? {
            if found.end == found.start {
                at = found.start + 1;
                continue;
            }
            at = found.end;
            if !self.head(line, found.start, found.end, role, out) {
                return Ok(false);
            }
            self.colored(MATCH, line.text.get(found.start..found.end).unwrap_or_default(), out);
            out.push(self.settings.end_of_line);
        }
        Ok(true)
    }

    /// Prints the line up to its last match; returns where the rest starts.
    fn color_matches(&mut self, line: Line<'_>, budget: &Budget, out: &mut Vec<u8>) -> Stoppable<usize> {
        let subject = self.pattern.on(line.text);
        let (mut at, mut printed) = (0, 0);
        while let Some(found) = subject.find_at(at, budget)? {
            if found.end == found.start {
                at = found.start + 1;
                continue;
            }
            out.extend_from_slice(line.text.get(printed..found.start).unwrap_or_default());
            self.colored(MATCH, line.text.get(found.start..found.end).unwrap_or_default(), out);
            (at, printed) = (found.end, found.end);
        }
        Ok(printed)
    }

    /// What stands before the part `start..end` of a line; false when that part is no text and is
    /// not to be printed.
    fn head(&mut self, line: Line<'_>, start: usize, end: usize, role: Role, out: &mut Vec<u8>) -> bool {
        let settings = self.settings;
        let part = line.text.get(start..end).unwrap_or_default();
        if settings.binary != Binary::Text && std::str::from_utf8(part).is_err() {
            self.met_bad_text = true;
            return false;
        }
        self.file_name(role, out);
        if settings.line_numbers {
            let between = line.buffer.get(self.counted_to..line.start).unwrap_or_default();
            self.counted += memchr::memchr_iter(settings.end_of_line, between).count() as u64;
            self.counted_to = line.start.max(self.counted_to);
            self.number(self.counted + 1, role, out);
        }
        if settings.byte_offsets {
            self.number((line.start + start) as u64, role, out);
        }
        let has_head = self.with_name || settings.line_numbers || settings.byte_offsets;
        if settings.initial_tab && has_head && end > start {
            out.push(b'\t');
        }
        true
    }

    fn file_name(&self, role: Role, out: &mut Vec<u8>) {
        if self.with_name {
            self.colored(FILE_NAME, self.name, out);
            if self.settings.null_after_name {
                out.push(0);
            } else {
                self.colored(SEPARATOR, &[role.separator()], out);
            }
        }
    }

    fn number(&self, number: u64, role: Role, out: &mut Vec<u8>) {
        if !self.settings.color && self.width == 0 {
            push_number(number, out);
            out.push(role.separator());
            return;
        }
        let digits = format!("{number:width$}", width = self.width).into_bytes();
        self.colored(NUMBER, &digits, out);
        self.colored(SEPARATOR, &[role.separator()], out);
    }

    fn colored(&self, color: &str, text: &[u8], out: &mut Vec<u8>) {
        if !self.settings.color {
            out.extend_from_slice(text);
            return;
        }
        out.extend_from_slice(b"\x1b[");
        out.extend_from_slice(color.as_bytes());
        out.extend_from_slice(b"m\x1b[K");
        out.extend_from_slice(text);
        out.extend_from_slice(b"\x1b[m\x1b[K");
    }
}

/// Appends a number without allocating.
fn push_number(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}
