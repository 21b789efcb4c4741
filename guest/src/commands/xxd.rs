//! `xxd` as in vim 9.0: dumps, plain and in columns, and the way back.

use super::{Buffering, Command, Context};
use crate::budget::{Stop, Stoppable};
use crate::limits::LimitKind;

/// `xxd`.
pub(super) const XXD: Command = Command {
    name: "xxd",
    summary: "Dump bytes in hexadecimal, and back (vim 9.0): -p -r -b -u -c -g -l -s.",
    buffering: Buffering::Blocks,
    run,
};

#[derive(Default)]
struct Settings {
    is_plain: bool,
    is_reversed: bool,
    is_binary: bool,
    is_upper: bool,
    columns: Option<usize>,
    group: Option<usize>,
    length: Option<u64>,
    seek: i64,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings::default();
    let mut words = context.arguments.iter().skip(1).peekable();
    let mut names: Vec<&[u8]> = Vec::new();
    while let Some(word) = words.next() {
        let text = if word.starts_with(b"--") && word.len() > 2 { word.get(1..).unwrap_or_default() } else { word };
        if !names.is_empty() || text == b"-" || !text.starts_with(b"-") {
            names.push(word);
            continue;
        }
        let rest = text.get(2..).unwrap_or_default();
        match text.get(1) {
            Some(b'p') => (settings.is_plain, settings.is_binary) = (true, false),
            Some(b'r') => settings.is_reversed = true,
            Some(b'b') => (settings.is_plain, settings.is_binary) = (false, true),
            Some(b'u') => settings.is_upper = true,
            Some(letter @ (b'c' | b'g' | b'l' | b's')) => {
                let is_word = rest.first().is_some_and(u8::is_ascii_alphabetic);
                let value = match rest {
                    b"" => words.next().map(Vec::as_slice),
                    _ if is_word => words.next().map(Vec::as_slice),
                    _ => Some(rest),
                };
                let Some(value) = value.and_then(number) else { return usage(context) };
                match letter {
                    b'c' => settings.columns = usize::try_from(value).ok().filter(|columns| *columns > 0),
                    b'g' => settings.group = usize::try_from(value).ok(),
                    b'l' => settings.length = u64::try_from(value).ok(),
                    _ => settings.seek = value,
                }
            }
            _ => return usage(context),
        }
    }
    let [input, output] = match names.as_slice() {
        [] => [&b"-"[..], b"-"],
        [input] => [*input, b"-"],
        [input, output] => [*input, *output],
        _ => return usage(context),
    };
    let text = match context.open(input)? {
        Ok(text) => text,
        Err(error) => {
            context.error(&[b"xxd: ", input, b": ", error.message().as_bytes(), b"\n"].concat())?;
            return Ok(2);
        }
    };
    if settings.columns.is_some_and(|columns| columns > 256 && !settings.is_plain) {
        context.error(b"xxd: invalid number of columns (max. 256).\n")?;
        return Ok(1);
    }
    let out = if settings.is_reversed { settings.back(context, &text)? } else { settings.dump(&text) };
    if output == b"-" {
        context.out(&out)?;
        return Ok(0);
    }
    let workspace = &mut context.machine.workspace;
    let written = match workspace.resolve(context.directory, output) {
        Ok(path) => workspace.write(&path, out)?,
        Err(error) => Err(error),
    };
    if let Err(error) = written {
        context.error(&[b"xxd: ", output, b": ", error.message().as_bytes(), b"\n"].concat())?;
        return Ok(3);
    }
    Ok(0)
}

/// A number as `strtol` reads it: decimal, `0x1f` or `017`.
fn number(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let value = match digits.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16),
        None if digits.starts_with('0') && digits.len() > 1 => i64::from_str_radix(digits, 8),
        None => digits.parse(),
    };
    value.ok().map(|value| sign * value)
}

fn usage(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    context.error(b"Usage:\n       xxd [options] [infile [outfile]]\n    or\n       xxd -r [-s [-]offset] [-c cols] [-ps] [infile [outfile]]\n")?;
    Ok(1)
}

impl Settings {
    fn dump(&self, text: &[u8]) -> Vec<u8> {
        let size = text.len() as i64;
        let start = if self.seek < 0 { (size + self.seek).max(0) } else { self.seek.min(size) } as usize;
        let rest = text.get(start..).unwrap_or_default();
        let length = self.length.and_then(|length| usize::try_from(length).ok()).unwrap_or(rest.len());
        let bytes = rest.get(..length.min(rest.len())).unwrap_or_default();
        let digits: &[u8; 16] = if self.is_upper { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
        let hex = |byte: u8| [digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]];
        let mut out = Vec::with_capacity(bytes.len() * 5);
        if self.is_plain {
            for line in bytes.chunks(self.columns.unwrap_or(30)) {
                line.iter().for_each(|byte| out.extend_from_slice(&hex(*byte)));
                out.push(b'\n');
            }
            return out;
        }
        let (width, columns, group) = if self.is_binary { (8, 6, 1) } else { (2, 16, 2) };
        let columns = self.columns.unwrap_or(columns);
        let group = self.group.unwrap_or(group);
        let group = if group == 0 || group > columns { columns } else { group };
        for (at, line) in bytes.chunks(columns).enumerate() {
            out.extend_from_slice(format!("{:08x}: ", start + at * columns).as_bytes());
            let begin = out.len();
            for (place, byte) in line.iter().enumerate() {
                if place > 0 && place % group == 0 {
                    out.push(b' ');
                }
                if self.is_binary {
                    out.extend_from_slice(format!("{byte:08b}").as_bytes());
                } else {
                    out.extend_from_slice(&hex(*byte));
                }
            }
            // The text starts in the same column in every line.
            let full = ((width * group + 1) * columns - 1) / group + 2;
            out.resize(begin + full, b' ');
            out.extend(line.iter().map(|byte| if (b' '..=b'~').contains(byte) { *byte } else { b'.' }));
            out.push(b'\n');
        }
        out
    }

    /// The bytes that a dump stands for.
    fn back(&self, context: &Context<'_, '_>, text: &[u8]) -> Stoppable<Vec<u8>> {
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let mut out = Vec::new();
        let columns = self.columns.unwrap_or(if self.is_plain { usize::MAX } else { 16 });
        for line in text.split(|byte| *byte == b'\n') {
            let mut rest = line;
            if !self.is_plain {
                let colon = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
                let offset = std::str::from_utf8(line.get(..colon).unwrap_or_default()).unwrap_or_default();
                let Ok(offset) = usize::from_str_radix(offset, 16) else { continue };
                if offset as u64 > context.machine.budget.limits().overlay_bytes {
                    return Err(Stop::Limit(LimitKind::OverlayBytes));
                }
                rest = line.get(colon + 1..).unwrap_or_default();
                if offset > out.len() {
                    out.resize(offset, 0);
                }
            }
            let mut bytes = 0;
            let mut high = None;
            let mut blanks = 0;
            for &byte in rest {
                match digit(byte) {
                    Some(value) => {
                        blanks = 0;
                        match high.take() {
                            None => high = Some(value),
                            Some(high) => {
                                out.push(high << 4 | value);
                                bytes += 1;
                            }
                        }
                    }
                    None if byte == b' ' => blanks += 1,
                    None => break,
                }
                if bytes >= columns || (blanks > 1 && !self.is_plain) {
                    break;
                }
            }
        }
        Ok(out)
    }
}
