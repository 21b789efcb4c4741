//! `printf`.

use super::echo::expand_escapes;
use crate::commands::floats::MOST_DIGITS;
use crate::shell::Shell;
use crate::shell::eval::Run;
use crate::shell::expand::{characters, print_quoted};
use crate::shell::syntax::is_identifier;

/// `printf`
pub(super) fn printf(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "v:")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let variable = given.options.iter().rev().map(|(_, value)| value.to_vec()).next();
    if let Some(name) = &variable
        && !is_identifier(name.split(|byte| *byte == b'[').next().unwrap_or_default())
    {
        shell.complain_as(&words[0], &[b"`", &name[..], b"': not a valid identifier"].concat())?;
        return Ok(2);
    }
    let Some((format, arguments)) = given.operands.split_first() else { return shell.usage(&words[0]) };
    let mut printer = Printer { shell, arguments: arguments.iter(), output: Vec::new(), status: 0 };
    printer.run(format)?;
    let (output, status) = (printer.output, printer.status);
    match variable {
        Some(name) => {
            match name.iter().position(|byte| *byte == b'[') {
                Some(at) => shell.assign_element(&name[..at], &name[at + 1..name.len() - 1], output, false)?,
                None => shell.assign(&name, output, false)?,
            }
            Ok(status)
        }
        None => Ok(status.max(shell.print(&words[0], &output)?)),
    }
}

struct Printer<'s, 'm, 'a, 'w> {
    shell: &'s mut Shell<'m, 'a>,
    arguments: std::slice::Iter<'w, Vec<u8>>,
    output: Vec<u8>,
    status: i32,
}

/// The flags, width and precision of a conversion.
#[derive(Default)]
struct Layout {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

impl Printer<'_, '_, '_, '_> {
    /// Prints the format as often as arguments are left.
    fn run(&mut self, format: &[u8]) -> Run<()> {
        loop {
            let before = self.arguments.len();
            self.shell.machine.budget.shell_step()?;
            if !self.once(format)? {
                return Ok(());
            }
            if self.arguments.len() == 0 || self.arguments.len() == before {
                return Ok(());
            }
        }
    }

    /// Prints the format once; false when output ends here.
    fn once(&mut self, format: &[u8]) -> Run<bool> {
        let mut at = 0;
        while let Some(&byte) = format.get(at) {
            match byte {
                b'\\' => {
                    let end = escape_end(format, at);
                    let (text, stopped) = expand_escapes(&format[at..end], false);
                    self.output.extend(text);
                    if stopped {
                        return Ok(false);
                    }
                    at = end;
                }
                b'%' if format.get(at + 1) == Some(&b'%') => {
                    self.output.push(b'%');
                    at += 2;
                }
                b'%' => match self.conversion(format, at + 1)? {
                    Some(next) => at = next,
                    None => return Ok(false),
                },
                _ => {
                    self.output.push(byte);
                    at += 1;
                }
            }
        }
        Ok(true)
    }

    fn conversion(&mut self, format: &[u8], start: usize) -> Run<Option<usize>> {
        let mut layout = Layout::default();
        let mut at = start;
        while let Some(flag) = format.get(at) {
            match flag {
                b'-' => layout.left = true,
                b'0' => layout.zero = true,
                b'+' => layout.plus = true,
                b' ' => layout.space = true,
                b'#' => layout.alternate = true,
                b'\'' => {}
                _ => break,
            }
            at += 1;
        }
        let (width, next) = self.size(format, at)?;
        at = next;
        if let Some(width) = width {
            layout.left |= width < 0;
            layout.width = (width.unsigned_abs() as usize).min(1 << 20);
        }
        if format.get(at) == Some(&b'.') {
            let (precision, next) = self.size(format, at + 1)?;
            at = next;
            layout.precision =
                Some(precision.unwrap_or(0)).filter(|precision| *precision >= 0).map(|p| (p as usize).min(1 << 20));
        }
        while matches!(format.get(at), Some(b'l' | b'h' | b'L' | b'j' | b'z' | b't')) {
            at += 1;
        }
        let Some(&letter) = format.get(at) else {
            let shown = [b"`", &format[start - 1..], b"': missing format character"].concat();
            self.shell.complain_as(b"printf", &shown)?;
            self.status = 1;
            return Ok(None);
        };
        match letter {
            b's' | b'b' | b'q' | b'c' | b'Q' => {
                let argument = self.arguments.next().cloned().unwrap_or_default();
                let mut stopped = false;
                let text = match letter {
                    b'b' => {
                        let (text, ends) = expand_escapes(&argument, true);
                        stopped = ends;
                        text
                    }
                    b'q' | b'Q' => print_quoted(&argument),
                    b'c' => characters(&argument).first().map(|one| one.to_vec()).unwrap_or_default(),
                    _ => argument,
                };
                let shown: Vec<&[u8]> = characters(&text);
                let shown = &shown[..layout.precision.unwrap_or(shown.len()).min(shown.len())];
                self.pad(&shown.concat(), shown.len(), &layout)?;
                if stopped {
                    return Ok(None);
                }
            }
            b'd' | b'i' => {
                let number = self.number()?;
                let digits = number.unsigned_abs().to_string();
                let sign = if number < 0 {
                    "-"
                } else if layout.plus {
                    "+"
                } else if layout.space {
                    " "
                } else {
                    ""
                };
                self.integer(sign, &digits, &layout)?;
            }
            b'u' | b'o' | b'x' | b'X' => {
                let number = self.number()?;
                let (prefix, digits) = match letter {
                    b'u' => ("", (number as u64).to_string()),
                    b'o' => (if layout.alternate { "0" } else { "" }, format!("{:o}", number as u64)),
                    b'x' => (if layout.alternate && number != 0 { "0x" } else { "" }, format!("{:x}", number as u64)),
                    _ => (if layout.alternate && number != 0 { "0X" } else { "" }, format!("{:X}", number as u64)),
                };
                self.integer(prefix, &digits, &layout)?;
            }
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'a' | b'A' => self.float(letter, &layout)?,
            b'(' if format[at..].windows(2).any(|pair| pair == b")T") => {
                // There is no clock: times are printed as nothing.
                let end = format[at..].windows(2).position(|pair| pair == b")T").unwrap_or(0);
                self.arguments.next();
                return Ok(Some(at + end + 2));
            }
            b'n' => _ = self.arguments.next(),
            other => {
                let shown = [b"`", &[other][..], b"': invalid format character"].concat();
                self.shell.complain_as(b"printf", &shown)?;
                self.status = 1;
                return Ok(None);
            }
        }
        Ok(Some(at + 1))
    }

    /// A width or precision: digits, or `*` for an argument.
    fn size(&mut self, format: &[u8], at: usize) -> Run<(Option<i64>, usize)> {
        if format.get(at) == Some(&b'*') {
            return Ok((Some(self.number()?), at + 1));
        }
        let length = format[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let text = std::str::from_utf8(&format[at..at + length]).unwrap_or_default();
        Ok((text.parse().ok(), at + length))
    }

    /// The next argument as C's `strtoimax` reads it; a bad one is reported.
    fn number(&mut self) -> Run<i64> {
        let Some(argument) = self.arguments.next() else { return Ok(0) };
        if let [b'\'' | b'"', rest @ ..] = argument.as_slice() {
            let one = characters(rest).first().map(|one| one.to_vec()).unwrap_or_default();
            let point = std::str::from_utf8(&one).ok().and_then(|text| text.chars().next()).map(|c| c as i64);
            return Ok(point.or(one.first().map(|byte| i64::from(*byte))).unwrap_or(0));
        }
        let (number, used) = leading_integer(argument);
        let blank = argument.trim_ascii_start().is_empty();
        if used < argument.len() && !(blank && argument.is_empty()) {
            self.shell.complain_as(b"printf", &[&argument[..], b": invalid number"].concat())?;
            self.status = 1;
        }
        Ok(number)
    }

    fn integer(&mut self, prefix: &str, digits: &str, layout: &Layout) -> Run<()> {
        let least = layout.precision.unwrap_or(1);
        let digits = if digits == "0" && layout.precision == Some(0) { "" } else { digits };
        let mut body = format!("{}{digits}", "0".repeat(least.saturating_sub(digits.len())));
        if layout.zero && !layout.left && layout.precision.is_none() {
            let fill = layout.width.saturating_sub(prefix.len() + body.len());
            body = format!("{}{body}", "0".repeat(fill));
        }
        let text = format!("{prefix}{body}");
        let width = text.len();
        self.pad(text.as_bytes(), width, layout)
    }

    fn float(&mut self, letter: u8, layout: &Layout) -> Run<()> {
        let argument = self.arguments.next().cloned().unwrap_or_default();
        let text = String::from_utf8_lossy(argument.trim_ascii()).into_owned();
        let value = match text.parse::<f64>() {
            Ok(value) => value,
            Err(_) if text.is_empty() => 0.0,
            Err(_) => {
                self.shell.complain_as(b"printf", &[&argument[..], b": invalid number"].concat())?;
                self.status = 1;
                let length =
                    (0..=text.len()).rev().find(|end| text.get(..*end).is_some_and(|part| part.parse::<f64>().is_ok()));
                length.and_then(|end| text.get(..end)?.parse().ok()).unwrap_or(0.0)
            }
        };
        let precision = layout.precision.unwrap_or(6).min(MOST_DIGITS);
        let magnitude = value.abs();
        let digits = match letter {
            b'f' | b'F' => format!("{magnitude:.precision$}"),
            b'e' | b'E' => exponent(magnitude, precision),
            _ => shortest(magnitude, precision.max(1), layout.alternate),
        };
        let digits = if letter.is_ascii_uppercase() { digits.to_uppercase() } else { digits };
        let sign = if value.is_sign_negative() {
            "-"
        } else if layout.plus {
            "+"
        } else if layout.space {
            " "
        } else {
            ""
        };
        let fill = if layout.zero && !layout.left { layout.width.saturating_sub(sign.len() + digits.len()) } else { 0 };
        let text = format!("{sign}{}{digits}", "0".repeat(fill));
        let width = text.len();
        self.pad(text.as_bytes(), width, layout)
    }

    /// Adds `text`, which is `width` columns wide, with its blanks.
    fn pad(&mut self, text: &[u8], width: usize, layout: &Layout) -> Run<()> {
        let fill = layout.width.saturating_sub(width);
        self.shell.machine.budget.write((text.len() + fill) as u64)?;
        if !layout.left {
            self.output.extend(std::iter::repeat_n(b' ', fill));
        }
        self.output.extend_from_slice(text);
        if layout.left {
            self.output.extend(std::iter::repeat_n(b' ', fill));
        }
        Ok(())
    }
}

/// `%e`
fn exponent(value: f64, precision: usize) -> String {
    let precision = precision.min(MOST_DIGITS);
    let text = format!("{value:.precision$e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, power) = match power.strip_prefix('-') {
        Some(power) => ('-', power),
        None => ('+', power),
    };
    format!("{digits}e{sign}{power:0>2}")
}

/// `%g`
fn shortest(value: f64, precision: usize, keep_zeros: bool) -> String {
    let scientific = format!("{value:.*e}", precision - 1);
    let power: i32 = scientific.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    let trim = |text: &str| {
        if keep_zeros || !text.contains('.') {
            text.to_owned()
        } else {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    };
    if power < -4 || power >= precision as i32 {
        let text = exponent(value, precision - 1);
        let (digits, rest) = text.split_once('e').unwrap_or((&text, "+00"));
        return format!("{}e{rest}", trim(digits));
    }
    trim(&format!("{value:.*}", (precision as i32 - 1 - power).max(0) as usize))
}

/// The integer at the start of a text, in C's notation, and how much of the text it takes.
fn leading_integer(text: &[u8]) -> (i64, usize) {
    let blanks = text.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let rest = &text[blanks..];
    let (negative, signs) = match rest.first() {
        Some(b'-') => (true, 1),
        Some(b'+') => (false, 1),
        _ => (false, 0),
    };
    let rest = &rest[signs..];
    let (radix, prefix) = match rest {
        [b'0', b'x' | b'X', next, ..] if next.is_ascii_hexdigit() => (16, 2),
        [b'0', ..] => (8, 0),
        _ => (10, 0),
    };
    let mut value = 0u64;
    let mut length = 0;
    for byte in &rest[prefix..] {
        let Some(digit) = char::from(*byte).to_digit(radix) else { break };
        value = value.saturating_mul(u64::from(radix)).saturating_add(u64::from(digit));
        length += 1;
    }
    if length == 0 {
        return (0, 0);
    }
    let value = if negative { (value as i64).wrapping_neg() } else { value as i64 };
    (value, blanks + signs + prefix + length)
}

/// Where the escape that starts at `at` ends.
fn escape_end(format: &[u8], at: usize) -> usize {
    let most = match format.get(at + 1) {
        Some(b'0'..=b'7') => 4,
        Some(b'x') => 4,
        Some(b'u') => 6,
        Some(b'U') => 10,
        _ => 2,
    };
    let digit = |byte: &u8| match format.get(at + 1) {
        Some(b'0'..=b'7') => (b'0'..=b'7').contains(byte),
        _ => byte.is_ascii_hexdigit(),
    };
    let fixed = if matches!(format.get(at + 1), Some(b'0'..=b'7')) { at + 1 } else { at + 2 };
    let mut end = fixed.min(format.len());
    while end < format.len() && end < at + most && digit(&format[end]) {
        end += 1;
    }
    end.max((at + 2).min(format.len()))
}
