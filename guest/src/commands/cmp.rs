//! `cmp` as in GNU diffutils 3.8.

use std::borrow::Cow;

use super::common::{NotANumber, number};
use super::diff::{TROUBLE, Usage, about, trouble};
use super::options::{Given, Long, OptionReader, OptionTable};
use super::{Buffering, Command, Context};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `cmp`.
pub(super) const CMP: Command = Command {
    name: "cmp",
    summary: "Compare two files byte by byte, as GNU diffutils 3.8 does.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "bci:ln:sv",
    long: &[
        Long::flag("print-bytes", "b"),
        Long::flag("print-chars", "b"),
        Long::value("ignore-initial", "i"),
        Long::flag("verbose", "l"),
        Long::value("bytes", "n"),
        Long::flag("silent", "s"),
        Long::flag("quiet", "s"),
        Long::flag("version", "version"),
        Long::flag("help", "help"),
    ],
};

/// What is printed of differences.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Report {
    First,
    All,
    Nothing,
}

struct Settings {
    report: Report,
    shows_bytes: bool,
    skip: [u64; 2],
    most: u64,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings { report: Report::First, shows_bytes: false, skip: [0; 2], most: u64::MAX };
    let mut reader = OptionReader::new(TABLE, context.arguments);
    loop {
        let given = match reader.next_option() {
            Ok(Some(given)) => given,
            Ok(None) => break,
            Err(error) => return trouble(context, &error.into()),
        };
        if matches!(given.name, "help" | "version" | "v") {
            let what = if given.name == "help" { "help" } else { "version" };
            return about(context, what, "FILE1 [FILE2 [SKIP1 [SKIP2]]]");
        }
        if let Err(usage) = settings.take(given) {
            return trouble(context, &usage);
        }
    }
    let operands = reader.operands();
    let (first, second) = match operands.as_slice() {
        [] => {
            let last = context.arguments.last().map_or(&b""[..], Vec::as_slice);
            return trouble(context, &Usage::about("missing operand after", last));
        }
        [first] => (*first, &b"-"[..]),
        [first, second, ..] => (*first, *second),
    };
    for (at, text) in operands.iter().skip(2).enumerate() {
        let Some(skip) = settings.skip.get_mut(at) else {
            return trouble(context, &Usage::about("extra operand", text));
        };
        match count(text) {
            Ok(bytes) => *skip = (*skip).max(bytes),
            Err(()) => return trouble(context, &Usage::about("invalid --ignore-initial value", text)),
        }
    }
    compare(context, &settings, [first, second])
}

impl Settings {
    fn take(&mut self, given: Given<'_>) -> Result<(), Usage> {
        let text = given.text();
        let report = match given.name {
            "l" => Report::All,
            "s" => Report::Nothing,
            "n" => {
                let most = count(text).map_err(|()| Usage::about("invalid --bytes value", text))?;
                self.most = self.most.min(most);
                return Ok(());
            }
            "i" => {
                let (first, second) = match memchr::memchr(b':', text) {
                    Some(colon) => (text.get(..colon), text.get(colon + 1..)),
                    None => (Some(text), Some(text)),
                };
                for (skip, part) in self.skip.iter_mut().zip([first, second]) {
                    let part = part.unwrap_or_default();
                    let bytes = count(part).map_err(|()| Usage::about("invalid --ignore-initial value", part))?;
                    *skip = (*skip).max(bytes);
                }
                return Ok(());
            }
            _ => {
                self.shows_bytes = true;
                return Ok(());
            }
        };
        if self.report != Report::First && self.report != report {
            return Err(Usage::new("options -l and -s are incompatible"));
        }
        self.report = report;
        Ok(())
    }
}

fn count(text: &[u8]) -> Result<u64, ()> {
    match number(text, "kKMGTPEZY0") {
        Ok(count) => Ok(count),
        Err(NotANumber::TooLarge) => Ok(u64::MAX),
        Err(NotANumber::Invalid) => Err(()),
    }
}

fn compare(context: &mut Context<'_, '_>, settings: &Settings, names: [&[u8]; 2]) -> Stoppable<u8> {
    let is_quiet = settings.report == Report::Nothing;
    let mut paths = Vec::new();
    for name in names {
        let found = match name {
            b"-" => Ok(None),
            _ => context.machine.workspace.stat(context.directory, name).map(|(path, _)| Some(path)),
        };
        match found {
            Ok(path) => paths.push(path),
            Err(error) => {
                if !is_quiet {
                    complain(context, name, error)?;
                }
                return Ok(TROUBLE);
            }
        }
    }
    let [skip, other_skip] = settings.skip;
    if let [first, second] = paths.as_slice()
        && first == second
        && (skip == other_skip || first.is_none())
    {
        return Ok(0);
    }
    let mut texts: Vec<Cow<'_, [u8]>> = Vec::new();
    for name in names {
        match context.open(name)? {
            Ok(text) => texts.push(text),
            Err(error) => {
                complain(context, name, error)?;
                return Ok(TROUBLE);
            }
        }
    }
    let mut parts = texts.iter().zip(settings.skip).map(|(text, skip)| {
        let rest = text.get(usize::try_from(skip).unwrap_or(usize::MAX)..).unwrap_or_default();
        rest.get(..usize::try_from(settings.most).unwrap_or(usize::MAX)).unwrap_or(rest)
    });
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let place = first.iter().zip(second).position(|(a, b)| a != b);
    if is_quiet {
        return Ok(u8::from(first != second));
    }
    if settings.report == Report::All {
        let mut out = Vec::new();
        let width = offset_width(context, names, [first, second], settings.most);
        for (at, (a, b)) in first.iter().zip(second).enumerate().filter(|(_, (a, b))| a != b) {
            let line = if settings.shows_bytes {
                format!("{:>width$} {a:>3o} {:<4} {b:>3o} {}\n", at + 1, visible(*a), visible(*b))
            } else {
                format!("{:>width$} {a:>3o} {b:>3o}\n", at + 1)
            };
            out.extend_from_slice(line.as_bytes());
        }
        context.out(&out)?;
    } else if let Some(at) = place {
        let (a, b) = (first.get(at).copied().unwrap_or_default(), second.get(at).copied().unwrap_or_default());
        let mut line = [names[0], b" ", names[1], b" differ: "].concat();
        line.extend_from_slice(format!("byte {}, line {}", at + 1, newlines(first, at) + 1).as_bytes());
        if settings.shows_bytes {
            line.extend_from_slice(format!(" is {a:>3o} {} {b:>3o} {}", visible(a), visible(b)).as_bytes());
        }
        line.push(b'\n');
        context.out(&line)?;
        return Ok(1);
    }
    if first.len() == second.len() {
        return Ok(u8::from(place.is_some()));
    }
    let (name, shorter) = if first.len() < second.len() { (names[0], first) } else { (names[1], second) };
    let lines = newlines(shorter, shorter.len());
    let place = match (shorter.last(), settings.report) {
        (None, _) => " which is empty".to_owned(),
        (_, Report::All) => format!(" after byte {}", shorter.len()),
        (Some(b'\n'), _) => format!(" after byte {}, line {lines}", shorter.len()),
        _ => format!(" after byte {}, in line {}", shorter.len(), lines + 1),
    };
    // Written past the buffer of standard output.
    context.error(&[b"cmp: EOF on ", name, place.as_bytes(), b"\n"].concat())?;
    Ok(1)
}

fn complain(context: &mut Context<'_, '_>, name: &[u8], error: FileError) -> Stoppable<()> {
    context.complain(&[name, b": ", error.message().as_bytes()].concat())
}

fn newlines(text: &[u8], end: usize) -> usize {
    memchr::memchr_iter(b'\n', text.get(..end).unwrap_or(text)).count()
}

/// Digits of the last byte that can be compared; of the largest number when neither input is a file.
fn offset_width(context: &Context<'_, '_>, names: [&[u8]; 2], parts: [&[u8]; 2], most: u64) -> usize {
    let input = context.descriptors.get(0);
    let is_file =
        |name: &[u8]| name != b"-" || input.is_some_and(|input| context.machine.streams.file_path(input).is_some());
    let sizes = names.into_iter().zip(parts).filter(|(name, _)| is_file(name)).map(|(_, part)| part.len() as u64);
    let largest = sizes.min().unwrap_or(i64::MAX as u64).min(most);
    largest.checked_ilog10().unwrap_or(0) as usize + 1
}

/// A byte as `cat -v` shows it, newlines and tabs included.
fn visible(byte: u8) -> String {
    let (meta, low) = if byte >= 0x80 { ("M-", byte - 0x80) } else { ("", byte) };
    match low {
        0..32 => format!("{meta}^{}", char::from(low + 64)),
        127 => format!("{meta}^?"),
        _ => format!("{meta}{}", char::from(low)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_as_carets() {
        for (byte, text) in [(0, "^@"), (b'a', "a"), (127, "^?"), (0x80, "M-^@"), (0xe1, "M-a"), (0xff, "M-^?")] {
            assert_eq!(visible(byte), text);
        }
    }
}
