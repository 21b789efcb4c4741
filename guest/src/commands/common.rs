//! What most commands share: reading options to the end, opening operands, numbers with suffixes.

use std::borrow::Cow;

use super::options::{Given, Long, OptionReader, OptionTable};
use super::{Context, quote};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// The end of most tables of GNU options: `--help`.
pub(crate) const HELP: Long = Long::flag("help", "help");
/// The end of most tables of GNU options: `--version`.
pub(crate) const VERSION: Long = Long::flag("version", "version");

/// What is wrong with an option's value or the operands.
pub(crate) enum Fault {
    /// A message.
    Message(Vec<u8>),
    /// A message, and where to find help.
    Usage(Vec<u8>),
    /// As [`Fault::Usage`], with an exit status of its own.
    UsageStatus(Vec<u8>, u8),
}

impl Fault {
    /// `text` and a quoted word.
    pub(crate) fn about(text: &str, word: &[u8]) -> Self {
        Self::Message([text.as_bytes(), b" ", &quote::curly(word)].concat())
    }

    /// `text` and a quoted word, and where to find help.
    pub(crate) fn usage_about(text: &str, word: &[u8]) -> Self {
        Self::Usage([text.as_bytes(), b" ", &quote::curly(word)].concat())
    }
}

/// Goes on with the value, or returns the exit status that stands in its place.
macro_rules! or_status {
    ($outcome:expr) => {
        match $outcome {
            Ok(value) => value,
            Err(status) => return Ok(status),
        }
    };
}
pub(crate) use or_status;

impl<'c> Context<'c, '_> {
    /// Reads all options, handing each to `take`. Returns the operands, or the exit status when
    /// the command is over: after `--help`, or with `status` after a mistake.
    pub(crate) fn options(
        &mut self,
        table: OptionTable,
        status: u8,
        take: impl FnMut(Given<'c>) -> Result<(), Fault>,
    ) -> Stoppable<Result<Vec<&'c [u8]>, u8>> {
        self.options_of(self.arguments, table, status, take)
    }

    /// As [`Context::options`], on a command line that was changed first.
    pub(crate) fn options_of<'x>(
        &mut self,
        arguments: &'x [Vec<u8>],
        table: OptionTable,
        status: u8,
        mut take: impl FnMut(Given<'x>) -> Result<(), Fault>,
    ) -> Stoppable<Result<Vec<&'x [u8]>, u8>> {
        self.options_with(arguments, table, status, |_, given| Ok(take(given)))
    }

    /// As [`Context::options_of`], where an option may print something before the next is read.
    pub(crate) fn options_with<'x>(
        &mut self,
        arguments: &'x [Vec<u8>],
        table: OptionTable,
        status: u8,
        mut take: impl FnMut(&mut Self, Given<'x>) -> Stoppable<Result<(), Fault>>,
    ) -> Stoppable<Result<Vec<&'x [u8]>, u8>> {
        let mut reader = OptionReader::new(table, arguments);
        loop {
            let fault = match reader.next_option() {
                Ok(None) => return Ok(Ok(reader.operands())),
                Ok(Some(given)) => match given.name {
                    "help" | "version" => return self.about(given.name).map(Err),
                    _ => match take(self, given)? {
                        Ok(()) => continue,
                        Err(fault) => fault,
                    },
                },
                Err(error) => Fault::Usage(error.0),
            };
            return self.fail(fault, status).map(Err);
        }
    }

    /// Prints what is wrong; returns `status`.
    pub(crate) fn fail(&mut self, fault: Fault, status: u8) -> Stoppable<u8> {
        match fault {
            Fault::Message(message) => {
                self.complain(&message)?;
                Ok(status)
            }
            Fault::Usage(message) => {
                self.complain(&message)?;
                self.try_help(status)
            }
            Fault::UsageStatus(message, status) => {
                self.complain(&message)?;
                self.try_help(status)
            }
        }
    }

    /// A short answer to `--help` and `--version`; the long help texts are not simulated.
    fn about(&mut self, what: &str) -> Stoppable<u8> {
        let name = super::base_name(self.name());
        let text = match what {
            "help" => [b"Usage: ", name, b" [OPTION]... [ARGUMENT]...\n"].concat(),
            _ => [name, b" (GNU coreutils) 9.1\n"].concat(),
        };
        self.out(&text)?;
        Ok(0)
    }
}

impl<'a> Context<'_, 'a> {
    /// All bytes of a file, or of standard input for `-`. A file of the image is not copied.
    pub(crate) fn open(&mut self, name: &[u8]) -> Stoppable<Result<Cow<'a, [u8]>, FileError>> {
        if matches!(name, b"-" | b"/dev/stdin") {
            return Ok(Ok(Cow::Owned(self.input()?)));
        }
        Ok(self.machine.workspace.read_at(self.directory, name)?.map(Cow::Borrowed))
    }

    /// As [`Context::open`], with `name: why` for a file that cannot be read; `None` then.
    pub(crate) fn open_or_complain(&mut self, name: &[u8]) -> Stoppable<Option<Cow<'a, [u8]>>> {
        match self.open(name)? {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) => {
                self.complain_about(b"", &quote::file_in_message(name), error)?;
                Ok(None)
            }
        }
    }

    /// Prints `command: text name: why`.
    pub(crate) fn complain_about(&mut self, text: &[u8], name: &[u8], error: FileError) -> Stoppable<()> {
        self.complain(&[text, name, b": ", error.message().as_bytes()].concat())
    }
}

/// Operands, or `-` when there are none.
pub(crate) fn or_standard_input(operands: Vec<&[u8]>) -> Vec<&[u8]> {
    if operands.is_empty() { vec![b"-"] } else { operands }
}

/// The lines of a text, each with its `end` byte when it has one.
pub(crate) fn lines(text: &[u8], end: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, after) = rest.split_at(memchr::memchr(end, rest).map_or(rest.len(), |at| at + 1));
        rest = after;
        Some(line)
    })
}

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotANumber {
    /// Not a number, or an unknown suffix.
    Invalid,
    /// More than 64 bits.
    TooLarge,
}

/// A decimal number with one of coreutils' suffixes (`b` 512, `K` 1024, `kB` 1000, `MiB` ...), those
/// in `suffixes` (first letters; `B` among them allows the second letter forms).
pub(crate) fn number(text: &[u8], suffixes: &str) -> Result<u64, NotANumber> {
    let text = text.strip_prefix(b"+").unwrap_or(text);
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, suffix) = text.split_at(digits);
    if digits.is_empty()
        && (suffix.is_empty() || !suffixes.contains(char::from(suffix.first().copied().unwrap_or(b' '))))
    {
        return Err(NotANumber::Invalid);
    }
    let mut value = Ok(if digits.is_empty() { 1_u64 } else { 0 });
    for digit in digits {
        value = value.and_then(|value| {
            value.checked_mul(10).and_then(|v| v.checked_add(u64::from(digit - b'0'))).ok_or(NotANumber::TooLarge)
        });
    }
    let Some(&letter) = suffix.first() else { return value };
    if !suffixes.contains(char::from(letter)) {
        return Err(NotANumber::Invalid);
    }
    let base = match suffix.get(1..).unwrap_or_default() {
        b"" => 1024,
        b"iB" if suffixes.contains('0') => 1024,
        b"B" if suffixes.contains('0') => 1000,
        _ => return Err(NotANumber::Invalid),
    };
    let power = match letter {
        b'b' => return value?.checked_mul(512).ok_or(NotANumber::TooLarge),
        b'c' => return value,
        b'w' => return value?.checked_mul(2).ok_or(NotANumber::TooLarge),
        b'k' | b'K' => 1,
        b'm' | b'M' => 2,
        b'g' | b'G' => 3,
        b't' | b'T' => 4,
        b'P' => 5,
        b'E' => 6,
        b'Z' => 7,
        b'Y' => 8,
        _ => return Err(NotANumber::Invalid),
    };
    let factor = u64::checked_pow(base, power);
    match (value?, factor) {
        (0, _) => Ok(0),
        (value, Some(factor)) => value.checked_mul(factor).ok_or(NotANumber::TooLarge),
        _ => Err(NotANumber::TooLarge),
    }
}

/// The bytes of a block as `du` and `df` take them; `option` is how it was asked for, `-B` or `--block-size`.
pub(crate) fn block_size(option: &str, text: &[u8]) -> Result<u64, Fault> {
    let about = |start: &str, end: &str| {
        let quoted = [b" argument '", text, b"'"].concat();
        Fault::Message([start.as_bytes(), option.as_bytes(), &quoted, end.as_bytes()].concat())
    };
    match number(text, "KkMGTPE") {
        Ok(bytes) if bytes > 0 => Ok(bytes),
        Err(NotANumber::TooLarge) => Err(about("", " too large")),
        Err(NotANumber::Invalid) if text.first().is_some_and(|byte| b"0123456789KkMGTPE".contains(byte)) => {
            Err(about("invalid suffix in ", ""))
        }
        _ => Err(about("invalid ", "")),
    }
}

/// A size as `-h` prints it: rounded up, one decimal below ten: `1.5K`; `base` is 1024 or 1000.
pub(crate) fn human_size(bytes: u64, base: u64) -> String {
    if bytes < base {
        return bytes.to_string();
    }
    let letters = if base == 1000 { "kMGTPE" } else { "KMGTPE" };
    let mut unit = base;
    let mut letters = letters.chars();
    let mut letter = letters.next().unwrap_or('K');
    // Tenths, rounded up, while they fit below ten; else whole units, rounded up.
    loop {
        let tenths = (u128::from(bytes) * 10).div_ceil(u128::from(unit));
        if tenths < 100 {
            return format!("{}.{}{letter}", tenths / 10, tenths % 10);
        }
        let whole = bytes.div_ceil(unit);
        if whole < base {
            return format!("{whole}{letter}");
        }
        let (Some(next), Some(larger)) = (letters.next(), unit.checked_mul(base)) else {
            return format!("{whole}{letter}");
        };
        (letter, unit) = (next, larger);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_suffixes() {
        assert_eq!(number(b"5", ""), Ok(5));
        assert_eq!(number(b"2K", "bkKmM0"), Ok(2048));
        assert_eq!(number(b"2kB", "bkKmM0"), Ok(2000));
        assert_eq!(number(b"x", "K"), Err(NotANumber::Invalid));
        assert_eq!(number(b"99999999999999999999", ""), Err(NotANumber::TooLarge));
    }

    #[test]
    fn sizes_are_rounded_up() {
        for (bytes, text) in
            [(0, "0"), (1023, "1023"), (1024, "1.0K"), (1025, "1.1K"), (10 << 10, "10K"), (1_047_553, "1.0M")]
        {
            assert_eq!(human_size(bytes, 1024), text);
        }
    }
}
