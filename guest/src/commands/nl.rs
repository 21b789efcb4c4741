//! `nl` as in GNU coreutils 9.1.

use super::common::{Fault, HELP, VERSION, lines, or_standard_input, or_status};
use super::floats::MOST_DIGITS;
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context};
use crate::budget::Stoppable;

/// `nl`.
pub(super) const NL: Command = Command {
    name: "nl",
    summary: "Number lines, as GNU coreutils 9.1 does; styles with a pattern (pBRE) are refused.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "h:b:f:v:i:pl:s:w:n:d:",
    long: &[
        Long::value("header-numbering", "h"),
        Long::value("body-numbering", "b"),
        Long::value("footer-numbering", "f"),
        Long::value("starting-line-number", "v"),
        Long::value("line-increment", "i"),
        Long::flag("no-renumber", "p"),
        Long::value("join-blank-lines", "l"),
        Long::value("number-separator", "s"),
        Long::value("number-width", "w"),
        Long::value("number-format", "n"),
        Long::value("section-delimiter", "d"),
        HELP,
        VERSION,
    ],
};

/// Which lines of a section are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    All,
    NonEmpty,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Left,
    Right,
    Zeros,
}

/// Header, body, footer.
const BODY: usize = 1;

struct Settings {
    styles: [Style; 3],
    start: i64,
    step: i64,
    keeps_numbers: bool,
    blanks: i64,
    separator: Vec<u8>,
    width: usize,
    format: Format,
    delimiter: Vec<u8>,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings {
        styles: [Style::None, Style::NonEmpty, Style::None],
        start: 1,
        step: 1,
        keeps_numbers: false,
        blanks: 1,
        separator: b"\t".to_vec(),
        width: 6,
        format: Format::Right,
        delimiter: b"\\:".to_vec(),
    };
    let mut is_wrong = false;
    let arguments = context.arguments;
    let operands = or_status!(context.options_with(arguments, TABLE, 1, |context, given| {
        let text = given.text();
        match given.name {
            "h" | "b" | "f" => {
                let (section, word) = match given.name {
                    "h" => (0, "header"),
                    "b" => (BODY, "body"),
                    _ => (2, "footer"),
                };
                match text.first() {
                    Some(b'a') => settings.styles[section] = Style::All,
                    Some(b't') => settings.styles[section] = Style::NonEmpty,
                    Some(b'n') => settings.styles[section] = Style::None,
                    _ => {
                        is_wrong = true;
                        let fault = Fault::about(&format!("invalid {word} numbering style:"), text);
                        context.fail(fault, 1)?;
                    }
                }
            }
            "v" => match integer(text, i64::MIN, "invalid starting line number:") {
                Ok(value) => settings.start = value,
                Err(fault) => return Ok(Err(fault)),
            },
            "i" => match integer(text, i64::MIN, "invalid line number increment:") {
                Ok(value) => settings.step = value,
                Err(fault) => return Ok(Err(fault)),
            },
            "p" => settings.keeps_numbers = true,
            "l" => match integer(text, 1, "invalid line number of blank lines:") {
                Ok(value) => settings.blanks = value,
                Err(fault) => return Ok(Err(fault)),
            },
            "s" => settings.separator = text.to_vec(),
            "w" => match integer(text, 1, "invalid line number field width:") {
                Ok(value) => settings.width = value.min(1 << 16) as usize,
                Err(fault) => return Ok(Err(fault)),
            },
            "n" => match text {
                b"ln" => settings.format = Format::Left,
                b"rn" => settings.format = Format::Right,
                b"rz" => settings.format = Format::Zeros,
                _ => {
                    is_wrong = true;
                    context.fail(Fault::about("invalid line numbering format:", text), 1)?;
                }
            },
            _ => {
                settings.delimiter = text.to_vec();
                if text.len() == 1 {
                    settings.delimiter.push(b':');
                }
            }
        }
        Ok(Ok(()))
    })?);
    if is_wrong {
        return context.try_help(1);
    }
    let mut numbering = Numbering { number: settings.start, section: BODY, blanks: 0 };
    let mut status = 0;
    for name in or_standard_input(operands) {
        let Some(bytes) = context.open_or_complain(name)? else {
            status = 1;
            continue;
        };
        let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 4);
        for line in lines(&bytes, b'\n') {
            let text = line.strip_suffix(b"\n").unwrap_or(line);
            if !numbering.line(text, &settings, &mut out) {
                context.out(&out)?;
                context.complain(b"line number overflow")?;
                return Ok(1);
            }
        }
        context.out(&out)?;
    }
    Ok(status)
}

struct Numbering {
    number: i64,
    section: usize,
    blanks: i64,
}

impl Numbering {
    /// Prints a line; false when the numbers have run out.
    fn line(&mut self, text: &[u8], settings: &Settings, out: &mut Vec<u8>) -> bool {
        if let Some(section) = section_of(text, &settings.delimiter) {
            self.section = section;
            if !settings.keeps_numbers {
                self.number = settings.start;
            }
            out.push(b'\n');
            return true;
        }
        let has_number = match settings.styles[self.section] {
            Style::All if settings.blanks > 1 => {
                if text.is_empty() {
                    self.blanks += 1;
                }
                let is_due = !text.is_empty() || self.blanks == settings.blanks;
                if is_due {
                    self.blanks = 0;
                }
                is_due
            }
            Style::All => true,
            Style::NonEmpty => !text.is_empty(),
            Style::None => false,
        };
        if has_number {
            let number = match settings.format {
                Format::Left => format!("{:<width$}", self.number, width = settings.width.min(MOST_DIGITS)),
                Format::Right => format!("{:>width$}", self.number, width = settings.width.min(MOST_DIGITS)),
                Format::Zeros => format!("{:0>width$}", self.number, width = settings.width.min(MOST_DIGITS)),
            };
            let number = if settings.format == Format::Zeros && self.number < 0 {
                format!("{:0width$}", self.number, width = settings.width.min(MOST_DIGITS))
            } else {
                number
            };
            out.extend_from_slice(number.as_bytes());
            out.extend_from_slice(&settings.separator);
            match self.number.checked_add(settings.step) {
                Some(next) => self.number = next,
                None => return false,
            }
        } else {
            out.extend(std::iter::repeat_n(b' ', settings.width + settings.separator.len()));
        }
        out.extend_from_slice(text);
        out.push(b'\n');
        true
    }
}

/// The section that a line of delimiters begins: three of them a header, two a body, one a footer.
fn section_of(text: &[u8], delimiter: &[u8]) -> Option<usize> {
    if delimiter.is_empty() || text.len() < 2 || !text.starts_with(delimiter) {
        return None;
    }
    let times = text.len() / delimiter.len();
    let is_section =
        text.len().is_multiple_of(delimiter.len()) && text.chunks(delimiter.len()).all(|chunk| chunk == delimiter);
    match times {
        3 if is_section => Some(0),
        2 if is_section => Some(1),
        1 if is_section => Some(2),
        _ => None,
    }
}

fn integer(text: &[u8], least: i64, what: &str) -> Result<i64, Fault> {
    let parsed = std::str::from_utf8(text).ok().map(str::trim_start).and_then(|text| text.parse::<i64>().ok());
    match parsed {
        Some(value) if value >= least => Ok(value),
        Some(_) => {
            let Fault::Message(mut message) = Fault::about(what, text) else { return Err(Fault::about(what, text)) };
            message.extend_from_slice(b": Numerical result out of range");
            Err(Fault::Message(message))
        }
        None => Err(Fault::about(what, text)),
    }
}
