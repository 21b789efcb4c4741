//! `printf` and `sprintf`.

use super::number;
use super::value::Value;
use crate::commands::floats::{self, MOST_DIGITS};

/// The bytes that one `sprintf` may make, as mawk's buffer has it.
pub(super) const SPRINTF_BYTES: usize = 8192;
/// Wider fields than this are cut: nobody asks for them but by mistake.
const WIDEST: usize = MOST_DIGITS;

/// What went wrong in a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// More conversions than arguments.
    TooFewArguments,
    /// Conversion number so-and-so is none.
    Improper(usize),
    /// A `sprintf` made more than [`SPRINTF_BYTES`].
    TooLong,
}

/// A conversion's flags, width and precision.
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

/// A number by CONVFMT or OFMT.
pub(super) fn one_number(format: &[u8], number: f64) -> Vec<u8> {
    let mut out = Vec::new();
    // These formats were looked at when they were assigned.
    let _checked = print(format, &[Value::Number(number)], b"%.6g", None, &mut out);
    out
}

/// Whether a text serves as CONVFMT or OFMT: at most one conversion, without `*`.
pub(super) fn is_number_format(format: &[u8]) -> bool {
    let mut reader = Reader { format, at: 0, values: &[], next: 0 };
    let mut conversions = 0;
    while let Some(percent) = memchr::memchr(b'%', format.get(reader.at..).unwrap_or_default()) {
        reader.at += percent + 1;
        conversions += 1;
        if reader
            .format
            .get(reader.at..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| !byte.is_ascii_alphabetic())
            .any(|byte| *byte == b'*')
        {
            return false;
        }
        reader.field();
        if matches!(reader.byte(), Some(b'l' | b'h')) {
            reader.at += 1;
        }
        if conversions > 1 || !reader.byte().is_some_and(|byte| b"scdioxXuegfEG".contains(&byte)) {
            return false;
        }
        reader.at += 1;
    }
    true
}

/// Formats `values` and appends the result to `out`. `conversion` is CONVFMT. With a `limit` it is
/// `sprintf`. What was made before the trouble stays.
pub(super) fn print(
    format: &[u8],
    values: &[Value],
    conversion: &[u8],
    limit: Option<usize>,
    out: &mut Vec<u8>,
) -> Result<(), Trouble> {
    let mut reader = Reader { format, at: 0, values, next: 0 };
    let mut count = 0;
    let full = |out: &Vec<u8>, more: usize| limit.is_some_and(|limit| out.len() + more >= limit);
    loop {
        let rest = format.get(reader.at..).unwrap_or_default();
        let Some(percent) = memchr::memchr(b'%', rest) else {
            out.extend_from_slice(rest);
            return if full(out, 0) { Err(Trouble::TooLong) } else { Ok(()) };
        };
        out.extend_from_slice(rest.get(..percent).unwrap_or_default());
        reader.at += percent + 1;
        count += 1;
        if reader.byte() == Some(b'%') {
            out.push(b'%');
            reader.at += 1;
            continue;
        }
        let field = reader.field();
        let Some(value) = reader.values.get(reader.next) else { return Err(Trouble::TooFewArguments) };
        reader.next += 1;
        let size = reader.byte().filter(|byte| matches!(byte, b'l' | b'h'));
        reader.at += usize::from(size.is_some());
        let letter = reader.byte().unwrap_or_default();
        reader.at += 1;
        match letter {
            b's' | b'c' if size.is_none() => {
                let bytes = if letter == b's' { value.bytes(conversion) } else { character(value).into() };
                let width = field.width.max(field.precision.map_or(bytes.len(), |most| most.min(bytes.len())));
                if full(out, width + 1) {
                    return Err(Trouble::TooLong);
                }
                field.text(&bytes, out);
            }
            b'd' | b'i' => field.integer(value.number(), size, out),
            b'o' | b'x' | b'X' | b'u' => field.unsigned(value.number(), size, letter, out),
            b'e' | b'g' | b'f' | b'E' | b'G' if size.is_none() => field.float(value.number(), letter, out),
            _ => return Err(Trouble::Improper(count)),
        }
    }
}

/// What `%c` prints: a number's byte, a text's first byte, or NUL.
fn character(value: &Value) -> [u8; 1] {
    let number = match value {
        Value::Unset => Some(0.0),
        Value::Number(number) => Some(*number),
        Value::Text(_) => None,
        Value::Input(bytes) => number::looks_numeric(bytes),
    };
    [match (number, value) {
        (Some(number), _) => number::integer(number) as u8,
        (None, Value::Text(bytes) | Value::Input(bytes)) => bytes.first().copied().unwrap_or_default(),
        (None, _) => 0,
    }]
}

/// Reads the parts of conversions.
struct Reader<'f> {
    format: &'f [u8],
    at: usize,
    values: &'f [Value],
    next: usize,
}

impl Reader<'_> {
    fn byte(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// Flags, width and precision.
    fn field(&mut self) -> Field {
        let mut field = Field::default();
        while let Some(flag) = self.byte() {
            match flag {
                b'-' => field.left = true,
                b'+' => field.plus = true,
                b' ' => field.space = true,
                b'#' => field.alternative = true,
                b'0' => field.zeros = true,
                b'\'' => {}
                _ => break,
            }
            self.at += 1;
        }
        let width = self.size().unwrap_or_default();
        field.left |= width < 0;
        field.width = (width.unsigned_abs() as usize).min(WIDEST);
        if self.byte() == Some(b'.') {
            self.at += 1;
            // A negative precision is as none.
            field.precision = usize::try_from(self.size().unwrap_or_default()).ok().map(|size| size.min(WIDEST));
        }
        field
    }

    /// `*` or digits.
    fn size(&mut self) -> Option<i32> {
        if self.byte() == Some(b'*') {
            self.at += 1;
            let value = self.values.get(self.next).map_or(0.0, Value::number);
            self.next += 1;
            return Some(number::integer(value));
        }
        let mut size: Option<i32> = None;
        while let Some(digit) = self.byte().filter(u8::is_ascii_digit) {
            size = Some(size.unwrap_or_default().saturating_mul(10).saturating_add(i32::from(digit - b'0')));
            self.at += 1;
        }
        size
    }
}

impl Field {
    /// `%s` and `%c`, for which zeros do not fill.
    fn text(self, bytes: &[u8], out: &mut Vec<u8>) {
        if self.space && bytes.is_empty() {
            out.push(b' ');
        }
        let shown = bytes.get(..self.precision.unwrap_or(bytes.len())).unwrap_or(bytes);
        self.pad(shown, out);
    }

    fn pad(self, shown: &[u8], out: &mut Vec<u8>) {
        let fill = self.width.saturating_sub(shown.len());
        if !self.left {
            out.resize(out.len() + fill, b' ');
        }
        out.extend_from_slice(shown);
        if self.left {
            out.resize(out.len() + fill, b' ');
        }
    }

    /// A number's sign or prefix and digits.
    fn number(self, prefix: &[u8], digits: &[u8], fills_with_zeros: bool, out: &mut Vec<u8>) {
        let mut shown = prefix.to_vec();
        if fills_with_zeros && self.zeros && !self.left {
            let fill = self.width.saturating_sub(prefix.len() + digits.len());
            shown.resize(prefix.len() + fill, b'0');
        }
        shown.extend_from_slice(digits);
        self.pad(&shown, out);
    }

    fn sign(self, is_negative: bool) -> &'static [u8] {
        match is_negative {
            true => b"-",
            false if self.plus => b"+",
            false if self.space => b" ",
            false => b"",
        }
    }

    /// As many digits as the precision asks for at least; no digit for a 0 of precision 0.
    fn digits(self, digits: String) -> Vec<u8> {
        let least = self.precision.unwrap_or(1);
        if digits == "0" && least == 0 {
            return Vec::new();
        }
        [vec![b'0'; least.saturating_sub(digits.len())], digits.into_bytes()].concat()
    }

    fn integer(self, number: f64, size: Option<u8>, out: &mut Vec<u8>) {
        let whole = number::integer(number);
        let whole = match size {
            Some(b'h') => i64::from(whole as i16),
            // mawk hands a 32-bit integer to `%ld`, whose upper half is then empty.
            Some(_) => i64::from(whole as u32),
            None => i64::from(whole),
        };
        let digits = self.digits(whole.unsigned_abs().to_string());
        self.number(self.sign(whole < 0), &digits, self.precision.is_none(), out);
    }

    fn unsigned(self, number: f64, size: Option<u8>, letter: u8, out: &mut Vec<u8>) {
        let mut whole = number::unsigned(number);
        if size == Some(b'h') {
            whole = u32::from(whole as u16);
        }
        let text = match letter {
            b'o' => format!("{whole:o}"),
            b'x' => format!("{whole:x}"),
            b'X' => format!("{whole:X}"),
            _ => whole.to_string(),
        };
        let mut digits = self.digits(text);
        let prefix: &[u8] = match letter {
            b'x' if self.alternative && whole != 0 => b"0x",
            b'X' if self.alternative && whole != 0 => b"0X",
            b'o' if self.alternative && digits.first() != Some(&b'0') => {
                digits.insert(0, b'0');
                b""
            }
            _ => b"",
        };
        self.number(prefix, &digits, self.precision.is_none(), out);
    }

    fn float(self, number: f64, letter: u8, out: &mut Vec<u8>) {
        let mut digits = floats::format(number.abs(), letter, self.precision, self.alternative);
        if self.alternative && self.precision == Some(0) && matches!(letter, b'f') && number.is_finite() {
            digits.push('.');
        }
        let sign = self.sign(number.is_sign_negative());
        self.number(sign, digits.as_bytes(), number.is_finite(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(format: &str, values: &[Value]) -> String {
        let mut out = Vec::new();
        match print(format.as_bytes(), values, b"%.6g", None, &mut out) {
            Ok(()) => String::from_utf8(out).unwrap(),
            Err(trouble) => format!("{trouble:?}"),
        }
    }

    #[test]
    fn conversions_print_as_in_c() {
        let number = Value::Number;
        assert_eq!(
            printed("%5.3d|%-5d|%05d|%+d", &[number(5.0), number(5.0), number(5.0), number(5.0)]),
            "  005|5    |00005|+5"
        );
        assert_eq!(printed("%x %#o %X %u", &[number(255.0), number(8.0), number(255.0), number(-1.0)]), "ff 010 FF 0");
        assert_eq!(
            printed("%*d|%.2s|%-4s|", &[number(4.0), number(7.0), Value::text(b"abc"), Value::text(b"x")]),
            "   7|ab|x   |"
        );
        assert_eq!(printed("%ld %hd", &[number(-1.0), number(70000.0)]), "4294967295 4464");
        assert_eq!(printed("%c%c%%", &[number(65.0), Value::text(b"hello")]), "Ah%");
        assert_eq!(printed("%05.1f|%e", &[number(2.25), number(1e10)]), "002.2|1.000000e+10");
    }

    #[test]
    fn bad_formats_are_named() {
        assert_eq!(printed("%d %s", &[Value::Number(1.0)]), "TooFewArguments");
        assert_eq!(printed("%d%z", &[Value::Number(1.0), Value::Number(1.0)]), "Improper(2)");
        assert!(is_number_format(b"a%.3gb"));
        assert!(!is_number_format(b"%d%d"));
        assert!(!is_number_format(b"%*d"));
    }
}
