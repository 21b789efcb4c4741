//! `printf` as in GNU coreutils 9.1 and, with the same core, in bash 5.2.

use super::escapes::{Outcome, Style, expand, one};
use super::floats::MOST_DIGITS;
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;

mod number;
mod word;

pub use word::bash_quoted;

/// `printf`.
pub(super) const PRINTF: Command = Command {
    name: "printf",
    summary: "Print by a format, as GNU coreutils 9.1 does.",
    buffering: Buffering::Blocks,
    run,
};

/// Whose messages are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// The program: `‘x’: expected a numeric value`.
    Program,
    /// bash's builtin: `x: invalid number`.
    Bash,
}

/// What `printf` prints.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Printed {
    /// Standard output.
    pub out: Vec<u8>,
    /// Messages without the program's name, with the length of the output before each.
    pub errors: Vec<(usize, Vec<u8>)>,
    /// Exit status.
    pub status: u8,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut arguments = context.arguments.get(1..).unwrap_or_default();
    match arguments.first().map(Vec::as_slice) {
        Some(b"--help") => {
            context.out(b"Usage: printf FORMAT [ARGUMENT]...\n")?;
            return Ok(0);
        }
        Some(b"--version") => {
            context.out(b"printf (GNU coreutils) 9.1\n")?;
            return Ok(0);
        }
        Some(b"--") => arguments = arguments.get(1..).unwrap_or_default(),
        _ => {}
    }
    let Some((format, values)) = arguments.split_first() else {
        context.complain(b"missing operand")?;
        return context.try_help(1);
    };
    let printed = print(format, values, Flavour::Program);
    let mut from = 0;
    for (at, message) in &printed.errors {
        context.out(printed.out.get(from..*at).unwrap_or_default())?;
        context.complain(message)?;
        from = *at;
    }
    context.out(printed.out.get(from..).unwrap_or_default())?;
    Ok(printed.status)
}

/// Formats `values`, going through the format as often as they last.
pub fn print(format: &[u8], values: &[Vec<u8>], flavour: Flavour) -> Printed {
    let mut printer = Printer { printed: Printed::default(), values, next: 0, flavour };
    loop {
        let before = printer.next;
        if !printer.pass(format) {
            return printer.printed;
        }
        if printer.next >= values.len() {
            return printer.printed;
        }
        if printer.next == before {
            if flavour == Flavour::Program {
                let excess = values.get(printer.next).map_or(&b""[..], Vec::as_slice);
                let message =
                    [b"warning: ignoring excess arguments, starting with ", &quote::curly(excess)[..]].concat();
                printer.complain(message, false);
            }
            return printer.printed;
        }
    }
}

struct Printer<'v> {
    printed: Printed,
    values: &'v [Vec<u8>],
    next: usize,
    flavour: Flavour,
}

/// Flags, width and precision of a conversion.
#[derive(Clone, Copy, Debug, Default)]
struct Field {
    left: bool,
    zeros: bool,
    plus: bool,
    space: bool,
    alternative: bool,
    width: usize,
    precision: Option<usize>,
}

/// Wider fields than this are cut: nobody asks for them but by mistake.
const WIDEST: usize = 1 << 16;

impl<'v> Printer<'v> {
    fn value(&mut self) -> Option<&'v [u8]> {
        let value = self.values.get(self.next)?;
        self.next += 1;
        Some(value)
    }

    fn complain(&mut self, message: Vec<u8>, is_failure: bool) {
        self.printed.errors.push((self.printed.out.len(), message));
        if is_failure {
            self.printed.status = 1;
        }
    }

    /// Once through the format; false when the output has ended.
    fn pass(&mut self, format: &[u8]) -> bool {
        let mut at = 0;
        while let Some(&byte) = format.get(at) {
            at += 1;
            match byte {
                b'\\' => {
                    if one(format, &mut at, Style::Format, &mut self.printed.out) == Outcome::Stop {
                        return false;
                    }
                }
                b'%' => {
                    if !self.conversion(format, &mut at) {
                        return false;
                    }
                }
                _ => self.printed.out.push(byte),
            }
        }
        true
    }

    fn conversion(&mut self, format: &[u8], at: &mut usize) -> bool {
        let start = *at - 1;
        if format.get(*at) == Some(&b'%') {
            *at += 1;
            self.printed.out.push(b'%');
            return true;
        }
        let mut field = Field::default();
        while let Some(&flag) = format.get(*at) {
            match flag {
                b'-' => field.left = true,
                b'0' => field.zeros = true,
                b'+' => field.plus = true,
                b' ' => field.space = true,
                b'#' => field.alternative = true,
                b'\'' | b'I' => {}
                _ => break,
            }
            *at += 1;
        }
        if format.get(*at) == Some(&b'*') {
            *at += 1;
            let text = self.value().unwrap_or(b"0");
            let width = self.integer(text, true);
            if self.flavour == Flavour::Program && i32::try_from(width).is_err() {
                self.complain(["invalid field width: ".as_bytes(), &quote::curly(text)[..]].concat(), true);
                return false;
            }
            field.left |= width < 0;
            field.width = usize::try_from(width.unsigned_abs()).unwrap_or(WIDEST).min(WIDEST);
        } else {
            field.width = number(format, at);
        }
        if format.get(*at) == Some(&b'.') {
            *at += 1;
            field.precision = if format.get(*at) == Some(&b'*') {
                *at += 1;
                let text = self.value().unwrap_or_default();
                let precision = self.integer(text, true);
                if self.flavour == Flavour::Program && precision > i64::from(i32::MAX) {
                    self.complain(["invalid precision: ".as_bytes(), &quote::curly(text)[..]].concat(), true);
                    return false;
                }
                usize::try_from(precision).ok().map(|precision| precision.min(WIDEST))
            } else {
                Some(number(format, at))
            };
        }
        while format.get(*at).is_some_and(|byte| b"lLhqjzt".contains(byte) && *byte != b'q') {
            *at += 1;
        }
        let Some(&letter) = format.get(*at) else {
            return self.invalid(format.get(start..).unwrap_or_default(), None);
        };
        *at += 1;
        match letter {
            b'c' => {
                let value = self.value().unwrap_or_default();
                // Nothing is the end of a string in C: a NUL.
                self.pad(value.get(..1).unwrap_or(b"\0"), field, false);
            }
            b's' => {
                let value = self.value().unwrap_or_default();
                let length = field.precision.map_or(value.len(), |precision| precision.min(value.len()));
                self.pad(value.get(..length).unwrap_or_default(), field, false);
            }
            b'b' => {
                let value = self.value().unwrap_or_default();
                let mut text = Vec::new();
                let goes_on = expand(value, Style::Argument, &mut text);
                let length = field.precision.map_or(text.len(), |precision| precision.min(text.len()));
                self.pad(text.get(..length).unwrap_or_default(), field, false);
                return goes_on;
            }
            b'q' => {
                let quoted = match self.value() {
                    None if self.flavour == Flavour::Program => Vec::new(),
                    value if self.flavour == Flavour::Bash => bash_quoted(value.unwrap_or_default()),
                    value => quote::shell_escape(value.unwrap_or_default()),
                };
                self.pad(&quoted, field, false);
            }
            b'd' | b'i' => {
                let value = self.value().map_or(0, |value| self.integer(value, true));
                self.signed(value, field);
            }
            b'u' | b'o' | b'x' | b'X' => {
                let value = self.value().map_or(0, |value| self.integer(value, false)) as u64;
                self.unsigned(value, letter, field);
            }
            b'f' | b'F' | b'e' | b'E' | b'g' | b'G' | b'a' | b'A' => {
                let value = self.value().map_or(0.0, |value| self.float(value));
                let text = super::floats::format(value, letter, field.precision, field.alternative);
                let sign = match value.is_sign_negative() {
                    true => "",
                    false if field.plus => "+",
                    false if field.space => " ",
                    false => "",
                };
                self.pad(format!("{sign}{text}").as_bytes(), field, value.is_finite());
            }
            _ => return self.invalid(format.get(start..*at).unwrap_or_default(), Some(letter)),
        }
        true
    }

    fn invalid(&mut self, text: &[u8], letter: Option<u8>) -> bool {
        let message = match (self.flavour, letter) {
            (Flavour::Program, _) => [text, b": invalid conversion specification"].concat(),
            (Flavour::Bash, Some(letter)) => [b"`", &[letter][..], b"': invalid format character"].concat(),
            (Flavour::Bash, None) => [b"`", text, b"': missing format character"].concat(),
        };
        self.complain(message, true);
        false
    }

    fn pad(&mut self, text: &[u8], field: Field, is_number: bool) {
        let fill = field.width.saturating_sub(text.len());
        let out = &mut self.printed.out;
        if field.left {
            out.extend_from_slice(text);
            out.extend(std::iter::repeat_n(b' ', fill));
        } else if field.zeros && is_number {
            let prefix = usize::from(text.first().is_some_and(|byte| b"+- ".contains(byte)));
            let (sign, digits) = text.split_at(prefix);
            out.extend_from_slice(sign);
            out.extend(std::iter::repeat_n(b'0', fill));
            out.extend_from_slice(digits);
        } else {
            out.extend(std::iter::repeat_n(b' ', fill));
            out.extend_from_slice(text);
        }
    }

    fn signed(&mut self, value: i64, field: Field) {
        let mut digits = value.unsigned_abs().to_string();
        if let Some(precision) = field.precision.map(|precision| precision.min(MOST_DIGITS)) {
            digits = if precision == 0 && value == 0 { String::new() } else { format!("{digits:0>precision$}") };
        }
        let sign = match value {
            ..0 => "-",
            _ if field.plus => "+",
            _ if field.space => " ",
            _ => "",
        };
        self.pad(format!("{sign}{digits}").as_bytes(), field, field.precision.is_none());
    }

    fn unsigned(&mut self, value: u64, letter: u8, field: Field) {
        let mut digits = match letter {
            b'o' => format!("{value:o}"),
            b'x' => format!("{value:x}"),
            b'X' => format!("{value:X}"),
            _ => value.to_string(),
        };
        if let Some(precision) = field.precision.map(|precision| precision.min(MOST_DIGITS)) {
            digits = if precision == 0 && value == 0 { String::new() } else { format!("{digits:0>precision$}") };
        }
        let prefix = match letter {
            b'o' if field.alternative && !digits.starts_with('0') => "0",
            b'x' if field.alternative && value != 0 => "0x",
            b'X' if field.alternative && value != 0 => "0X",
            _ => "",
        };
        if field.zeros && !field.left && field.precision.is_none() {
            let width = field.width.saturating_sub(prefix.len()).min(MOST_DIGITS);
            digits = format!("{digits:0>width$}");
        }
        self.pad(format!("{prefix}{digits}").as_bytes(), field, false);
    }
}

fn number(format: &[u8], at: &mut usize) -> usize {
    let mut value = 0_usize;
    while let Some(digit) = format.get(*at).filter(|byte| byte.is_ascii_digit()) {
        value = (value * 10 + usize::from(digit - b'0')).min(WIDEST);
        *at += 1;
    }
    value
}
