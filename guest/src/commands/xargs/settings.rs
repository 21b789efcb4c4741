//! The command line of xargs.

use super::items::Splitting;
use crate::budget::Stoppable;
use crate::commands::options::{Given, Long, OptionTable};
use crate::commands::{Context, quote};

/// What the options ask for.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) splitting: Splitting,
    /// `-I`: what is replaced.
    pub(super) replace: Option<Vec<u8>>,
    /// `-L`.
    pub(super) lines: Option<u64>,
    /// `-n`.
    pub(super) items: Option<u64>,
    /// `-s`: bytes of a command line, each argument with a NUL byte at its end.
    pub(super) bytes: usize,
    /// `-x`.
    pub(super) exits_when_full: bool,
    /// `-r`.
    pub(super) only_with_items: bool,
    /// `-t`.
    pub(super) verbose: bool,
    /// `-p`.
    pub(super) asks: bool,
    /// `-a`.
    pub(super) file: Option<Vec<u8>>,
    pub(super) show_limits: bool,
    pub(super) help: bool,
    pub(super) version: bool,
}

/// Bytes of a command line unless `-s` says otherwise.
const USUAL_BYTES: usize = 128 << 10;
/// The most that `-s` may ask for in a container with a small environment.
const MOST_BYTES: i64 = 2_093_826;

impl Default for Settings {
    fn default() -> Self {
        Self {
            splitting: Splitting::default(),
            replace: None,
            lines: None,
            items: None,
            bytes: USUAL_BYTES,
            exits_when_full: false,
            only_with_items: false,
            verbose: false,
            asks: false,
            file: None,
            show_limits: false,
            help: false,
            version: false,
        }
    }
}

pub(super) const TABLE: OptionTable = OptionTable {
    short: "+0a:E:e::i::I:l::L:n:prs:txP:d:o",
    long: &[
        Long::flag("null", "0"),
        Long::value("arg-file", "a"),
        Long::value("delimiter", "d"),
        Long::perhaps("eof", "e"),
        Long::perhaps("replace", "i"),
        Long::perhaps("max-lines", "l"),
        Long::value("max-args", "n"),
        Long::flag("open-tty", "o"),
        Long::flag("interactive", "p"),
        Long::flag("no-run-if-empty", "r"),
        Long::value("max-chars", "s"),
        Long::flag("verbose", "t"),
        Long::flag("show-limits", "show-limits"),
        Long::flag("exit", "x"),
        Long::value("max-procs", "P"),
        Long::value("process-slot-var", "process-slot-var"),
        Long::flag("version", "version"),
        Long::flag("help", "help"),
    ],
};

impl Settings {
    /// Takes one option; `Some` ends the program with that status.
    pub(super) fn take(&mut self, context: &mut Context<'_, '_>, given: Given<'_>) -> Stoppable<Option<u8>> {
        match given.name {
            "0" => self.splitting.delimiter = Some(0),
            "d" => match delimiter(given.text()) {
                Ok(byte) => self.splitting.delimiter = Some(byte),
                Err(message) => {
                    context.complain(&message)?;
                    return Ok(Some(1));
                }
            },
            "E" | "e" => self.splitting.end = given.value.filter(|end| !end.is_empty()).map(<[u8]>::to_vec),
            "I" | "i" => {
                self.drop_lines(context, "--replace/-I/-i")?;
                self.drop_items(context, "--replace/-I/-i")?;
                self.replace = Some(given.value.unwrap_or(b"{}").to_vec());
            }
            "L" | "l" => {
                let lines = match given.value {
                    Some(text) => number(context, text, if given.name == "L" { 'L' } else { 'l' }, 1, i64::MAX)?,
                    None => Ok(1),
                };
                match lines {
                    Ok(lines) => {
                        let name = if given.name == "L" { "-L" } else { "--max-lines/-l" };
                        self.drop_items(context, name)?;
                        self.drop_replace(context, name)?;
                        self.lines = u64::try_from(lines).ok();
                    }
                    Err(status) => return Ok(Some(status)),
                }
            }
            "n" => match number(context, given.text(), 'n', 1, i64::MAX)? {
                Ok(items) => {
                    self.drop_lines(context, "--max-args/-n")?;
                    if items == 1 && self.replace.is_some() {
                        return Ok(None);
                    }
                    self.drop_replace(context, "--max-args/-n")?;
                    self.items = u64::try_from(items).ok();
                }
                Err(status) => return Ok(Some(status)),
            },
            "P" => {
                if let Err(status) = number(context, given.text(), 'P', 0, i64::from(i32::MAX))? {
                    return Ok(Some(status));
                }
            }
            "s" => match number(context, given.text(), 's', 1, MOST_BYTES)? {
                Ok(bytes) => self.bytes = usize::try_from(bytes).unwrap_or(USUAL_BYTES),
                Err(status) => return Ok(Some(status)),
            },
            "a" => self.file = Some(given.text().to_vec()),
            "p" => (self.asks, self.verbose) = (true, true),
            "r" => self.only_with_items = true,
            "t" => self.verbose = true,
            "x" => self.exits_when_full = true,
            "show-limits" => self.show_limits = true,
            "help" => self.help = true,
            "version" => self.version = true,
            // A terminal for the command (`-o`) and a number of its slot change nothing here.
            _ => {}
        }
        Ok(None)
    }

    fn drop_lines(&mut self, context: &mut Context<'_, '_>, by: &str) -> Stoppable<()> {
        if self.lines.take().is_some() {
            exclusive(context, "max-lines", by)?;
        }
        Ok(())
    }

    fn drop_items(&mut self, context: &mut Context<'_, '_>, by: &str) -> Stoppable<()> {
        if self.items.take().is_some() {
            exclusive(context, "max-args", by)?;
        }
        Ok(())
    }

    fn drop_replace(&mut self, context: &mut Context<'_, '_>, by: &str) -> Stoppable<()> {
        if self.replace.take().is_some() {
            exclusive(context, "replace", by)?;
        }
        Ok(())
    }
}

fn exclusive(context: &mut Context<'_, '_>, dropped: &str, by: &str) -> Stoppable<()> {
    let message =
        format!("warning: options --{dropped} and {by} are mutually exclusive, ignoring previous --{dropped} value");
    context.complain(message.as_bytes())
}

/// The number of an option, or the status to exit with. Above `most` it is cut with a warning.
fn number(
    context: &mut Context<'_, '_>,
    text: &[u8],
    option: char,
    least: i64,
    most: i64,
) -> Stoppable<Result<i64, u8>> {
    let Some(value) = std::str::from_utf8(text).ok().and_then(|text| text.trim_ascii_start().parse::<i64>().ok())
    else {
        let shown = String::from_utf8_lossy(text);
        context.complain(format!("invalid number \"{shown}\" for -{option} option").as_bytes())?;
        return context.try_help(1).map(Err);
    };
    if value < least {
        context.complain(format!("value {value} for -{option} option should be >= {least}").as_bytes())?;
        return context.try_help(1).map(Err);
    }
    if value > most {
        context.complain(format!("value {value} for -{option} option should be <= {most}").as_bytes())?;
        return Ok(Ok(most));
    }
    Ok(Ok(value))
}

/// The delimiter of `-d`: one byte, or an escape for one.
fn delimiter(text: &[u8]) -> Result<u8, Vec<u8>> {
    match text {
        [byte] => Ok(*byte),
        [b'\\', rest @ ..] => escape(text, rest),
        _ => Err([
            b"Invalid input delimiter specification ",
            text,
            b": the delimiter must be either a single character or an escape sequence starting with \\.",
        ]
        .concat()),
    }
}

fn escape(text: &[u8], rest: &[u8]) -> Result<u8, Vec<u8>> {
    let simple = match rest.first() {
        Some(b'a') => Some(7),
        Some(b'b') => Some(8),
        Some(b'f') => Some(12),
        Some(b'n') => Some(b'\n'),
        Some(b'r') => Some(b'\r'),
        Some(b't') => Some(b'\t'),
        Some(b'v') => Some(11),
        Some(b'\\') => Some(b'\\'),
        _ => None,
    };
    if let Some(byte) = simple {
        return Ok(byte);
    }
    let (digits, base) = match rest {
        [b'x', digits @ ..] => (digits, 16),
        [b'0'..=b'7', ..] => (rest, 8),
        _ => return Err([b"Invalid escape sequence ", text, b" in input delimiter specification."].concat()),
    };
    let length = digits.iter().take_while(|byte| char::from(**byte).is_digit(base)).count();
    let (digits, after) = digits.split_at(length);
    if !after.is_empty() {
        let message = [
            b"Invalid escape sequence ",
            text,
            b" in input delimiter specification; trailing characters ",
            after,
            b" not recognised.",
        ];
        return Err(message.concat());
    }
    let value = digits.iter().fold(0_u32, |value, digit| {
        value.wrapping_mul(base).wrapping_add(char::from(*digit).to_digit(base).unwrap_or(0))
    });
    Ok(value as u8)
}

/// A command line as `-t` shows it.
pub(super) fn shown(arguments: &[Vec<u8>]) -> Vec<u8> {
    arguments.iter().map(|argument| quote::shell_escape(argument)).collect::<Vec<_>>().join(&b' ')
}
