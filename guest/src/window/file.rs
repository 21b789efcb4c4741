//! The open file as lines, and how a window on it is printed.

use std::borrow::Cow;

use super::position::{self, Shown};
use super::{Dialect, WINDOW};
use crate::budget::Stoppable;
use crate::commands::Context;
use crate::machine::Descriptors;
use crate::workspace::VirtualPath;

/// The directory of everything: paths that the tools remember are absolute.
const ROOT: VirtualPath = VirtualPath::ROOT;

/// A file's text as a tool reads it.
pub(super) struct Text<'t> {
    dialect: Dialect,
    bytes: Cow<'t, [u8]>,
    /// How many lines the tool says the file has.
    pub(super) total: i64,
}

impl<'t> Text<'t> {
    pub(super) fn new(dialect: Dialect, bytes: Cow<'t, [u8]>) -> Self {
        match dialect {
            Dialect::Middle => {
                let total = count_newlines(&bytes) + i64::from(!bytes.is_empty() && !bytes.ends_with(b"\n"));
                Self { dialect, bytes, total }
            }
            Dialect::First => {
                // Python reads text with universal newlines.
                let bytes = match crate::editor::universal_newlines(&bytes) {
                    Cow::Owned(translated) => Cow::Owned(translated),
                    Cow::Borrowed(_) => bytes,
                };
                let total = split_lines(&String::from_utf8_lossy(&bytes));
                Self { dialect, bytes, total }
            }
        }
    }

    /// The bytes, newlines translated where the dialect does so.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The window at `position` under its headline, as `path` is to be shown.
    pub(super) fn window(&self, path: &[u8], position: i64, size: i64) -> Vec<u8> {
        let Shown { above, first, end, below } = position::shown(self.dialect, position, self.total, size);
        let mut text = [b"[File: ", path, format!(" ({} lines total)]\n", self.total).as_bytes()].concat();
        if above > 0 {
            text.extend_from_slice(format!("({above} more lines above)\n").as_bytes());
        }
        if self.dialect == Dialect::Middle && memchr::memchr(0, &self.bytes).is_some() {
            // The lines come out of `grep -n $`, which does not print binary data.
            text.extend_from_slice(b"grep: (standard input): binary file matches\n");
        } else {
            let count = usize::try_from(end - first).unwrap_or_default();
            let skip = usize::try_from(first).unwrap_or_default();
            for (index, line) in self.lines().enumerate().skip(skip).take(count) {
                text.extend_from_slice(format!("{}:", index + 1).as_bytes());
                text.extend_from_slice(line);
                text.push(b'\n');
            }
        }
        if below > 0 {
            text.extend_from_slice(format!("({below} more lines below)\n").as_bytes());
        }
        text
    }

    /// The lines without their newlines: what `text.split("\n")` gives in one dialect, and `grep`
    /// in the other.
    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let text = match self.dialect {
            Dialect::Middle => self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes),
            Dialect::First => &self.bytes,
        };
        text.split(|byte| *byte == b'\n')
    }
}

fn count_newlines(bytes: &[u8]) -> i64 {
    memchr::memchr_iter(b'\n', bytes).count() as i64
}

/// `len(text.splitlines())` of Python, which breaks lines at more than newlines.
pub(crate) fn split_lines(text: &str) -> i64 {
    let is_break =
        |c: char| matches!(c, '\n' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let breaks = if text.is_ascii() {
        let ends = |byte: &u8| matches!(byte, b'\n' | 0x0b | 0x0c | 0x1c..=0x1e);
        text.as_bytes().iter().filter(|byte| ends(byte)).count()
    } else {
        text.chars().filter(|c| is_break(*c)).count()
    };
    breaks as i64 + i64::from(text.chars().next_back().is_some_and(|c| !is_break(c)))
}

impl<'a> Context<'_, 'a> {
    /// The dialect of the running tools.
    pub(super) fn dialect(&self) -> Dialect {
        self.machine.window.dialect
    }

    /// The open file: its path and its text. `None` when there is none, or it is gone.
    pub(super) fn open_file(&self) -> Stoppable<Option<(Vec<u8>, Text<'a>)>> {
        let Some(path) = self.machine.window.file.clone() else { return Ok(None) };
        let bytes = self.machine.workspace.read_at(&ROOT, &path)?;
        Ok(bytes.ok().map(|bytes| (path, Text::new(self.dialect(), Cow::Borrowed(bytes)))))
    }

    /// Moves the window to `position`, as far as the file goes, and prints it.
    pub(super) fn show(&mut self, path: &[u8], text: &Text<'_>, position: i64) -> Stoppable<()> {
        let position = position::clamp(self.dialect(), position, text.total, WINDOW);
        self.machine.window.position = position;
        let window = text.window(path, position, WINDOW);
        self.out(&window)
    }

    /// Prints a line.
    pub(super) fn say(&mut self, line: &[u8]) -> Stoppable<()> {
        self.out(line)?;
        self.out(b"\n")
    }
}

/// Runs another program and takes what it prints to standard output; its errors go where this
/// one's go.
pub(super) fn launch_captured(context: &mut Context<'_, '_>, arguments: &[&[u8]]) -> Stoppable<(Vec<u8>, u8)> {
    let arguments: Vec<Vec<u8>> = arguments.iter().map(|argument| argument.to_vec()).collect();
    let buffer = context.machine.streams.buffer();
    let mut descriptors: Descriptors = context.descriptors.clone();
    descriptors.set(1, buffer);
    let status = context.launch_with(&arguments, context.environment, &descriptors)?;
    Ok((context.machine.streams.take(buffer), status))
}

/// A decimal number as `^[0-9]+$` accepts it; larger than any file when it has too many digits.
pub(super) fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0_i64, |number, digit| (number * 10 + i64::from(digit - b'0')).min(1 << 50)))
}

/// A number as Python's `int()` accepts it: a sign, blanks around, underscores between digits.
pub(crate) fn python_integer(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let (sign, rest) = match text {
        [b'-', rest @ ..] => (-1, rest),
        [b'+', rest @ ..] => (1, rest),
        rest => (1, rest),
    };
    let parts: Option<Vec<&[u8]>> = rest.split(|byte| *byte == b'_').map(|part| digits(part).map(|_| part)).collect();
    digits(&parts?.concat()).map(|number| sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_as_python_counts_them() {
        for (text, lines) in
            [("", 0), ("a", 1), ("a\n", 1), ("a\nb", 2), ("a\u{c}b\n", 2), ("\n\n", 2), ("a\u{2028}", 1), ("é", 1)]
        {
            assert_eq!(split_lines(text), lines, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_read_as_each_generation_reads_them() {
        assert_eq!((digits(b"12"), digits(b"-1"), digits(b"")), (Some(12), None, None));
        assert_eq!((python_integer(b" -1_0 "), python_integer(b"1__0"), python_integer(b"x")), (Some(-10), None, None));
        assert_eq!(digits(&[b'9'; 100]), Some(1 << 50));
    }
}
