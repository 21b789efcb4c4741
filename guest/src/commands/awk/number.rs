//! Numbers and their texts, as the C library's `strtod` and mawk's 32-bit integers have them.

use super::format;

/// The largest integer that prints without a point or exponent whatever the format says.
const LARGEST: f64 = 2_147_483_647.0;

/// The number that a text begins with, after spaces, and how many bytes it takes up; 0 when there
/// is none.
pub(super) fn leading(text: &[u8]) -> (f64, usize) {
    let spaces = text.iter().take_while(|byte| is_space(**byte)).count();
    let mut at = spaces;
    let negative = text.get(at) == Some(&b'-');
    if matches!(text.get(at), Some(b'-' | b'+')) {
        at += 1;
    }
    let rest = text.get(at..).unwrap_or_default();
    let (value, length) = match rest {
        [b'0', b'x' | b'X', after @ ..] => match hexadecimal(after) {
            Some((value, length)) => (value, length + 2),
            None => (0.0, 1),
        },
        _ => decimal(rest).or_else(|| named(rest)).unwrap_or((0.0, 0)),
    };
    if length == 0 {
        return (0.0, 0);
    }
    (if negative { -value } else { value }, at + length)
}

/// Space to awk: in fields, and before numbers.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// A decimal number with a fraction and an exponent.
fn decimal(text: &[u8]) -> Option<(f64, usize)> {
    let whole = digits(text);
    let mut length = whole;
    if text.get(whole) == Some(&b'.') {
        let fraction = digits(text.get(whole + 1..)?);
        if whole + fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    }
    if length == 0 {
        return None;
    }
    if let Some(b'e' | b'E') = text.get(length) {
        let sign = usize::from(matches!(text.get(length + 1), Some(b'-' | b'+')));
        let exponent = digits(text.get(length + 1 + sign..).unwrap_or_default());
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    let number = std::str::from_utf8(text.get(..length)?).ok()?;
    Some((number.parse().ok()?, length))
}

/// `inf`, `infinity`, `nan`, in any case.
fn named(text: &[u8]) -> Option<(f64, usize)> {
    let begins = |name: &[u8]| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    match () {
        () if begins(b"infinity") => Some((f64::INFINITY, 8)),
        () if begins(b"inf") => Some((f64::INFINITY, 3)),
        () if begins(b"nan") => Some((f64::NAN, 3)),
        () => None,
    }
}

/// What follows `0x`: digits, a fraction and a binary exponent.
fn hexadecimal(text: &[u8]) -> Option<(f64, usize)> {
    let (mut value, mut scale, mut length, mut count) = (0.0_f64, 0_i32, 0, 0);
    let mut in_fraction = false;
    while let Some(&byte) = text.get(length) {
        match char::from(byte).to_digit(16) {
            Some(digit) => {
                value = value * 16.0 + f64::from(digit);
                count += 1;
                if in_fraction {
                    scale -= 4;
                }
            }
            None if byte == b'.' && !in_fraction => in_fraction = true,
            None => break,
        }
        length += 1;
    }
    if count == 0 {
        return None;
    }
    if let Some(b'p' | b'P') = text.get(length) {
        let sign = usize::from(matches!(text.get(length + 1), Some(b'-' | b'+')));
        let number = text.get(length + 1 + sign..).unwrap_or_default();
        let exponent = digits(number);
        if exponent > 0 {
            let size = std::str::from_utf8(number.get(..exponent)?).ok()?.parse().unwrap_or(i32::MAX / 4).min(1 << 20);
            scale += if text.get(length + 1) == Some(&b'-') { -size } else { size };
            length += 1 + sign + exponent;
        }
    }
    Some((value * f64::powi(2.0, scale), length))
}

/// The number that a whole text from outside stands for; `None` when it is text. Spaces around it
/// do not count.
pub(super) fn looks_numeric(text: &[u8]) -> Option<f64> {
    let start = text.iter().position(|byte| !is_space(*byte))?;
    let end = text.iter().rposition(|byte| !is_space(*byte))? + 1;
    let core = text.get(start..end)?;
    if !core.last().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'.')
        || !core.first().is_some_and(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'))
    {
        return None;
    }
    let (number, length) = leading(core);
    (length == core.len() && number.is_finite()).then_some(number)
}

/// The number as a 32-bit integer; what does not fit becomes the nearest end.
pub(super) fn integer(number: f64) -> i32 {
    if number >= LARGEST {
        return i32::MAX;
    }
    if number > -LARGEST { number as i32 } else { -i32::MAX }
}

/// The number as an unsigned 32-bit integer; what does not fit becomes the nearest end.
pub(super) fn unsigned(number: f64) -> u32 {
    // The cast saturates, and sends what is no number to 0.
    number as u32
}

/// The integer that the number is, when it is one of 32 bits.
pub(super) fn exact_integer(number: f64) -> Option<i32> {
    let whole = integer(number);
    (f64::from(whole) == number).then_some(whole)
}

/// The number's text: integers as such, the rest by `format`.
pub(super) fn text(number: f64, format: &[u8]) -> Vec<u8> {
    match exact_integer(number) {
        Some(whole) => whole.to_string().into_bytes(),
        None => format::one_number(format, number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_what_a_text_begins_with() {
        for (text, number, length) in [
            ("12abc", 12.0, 2),
            (" -3.5e2x", -350.0, 7),
            ("1e", 1.0, 1),
            (".5.", 0.5, 2),
            (".", 0.0, 0),
            ("0x1A", 26.0, 4),
            ("0xg", 0.0, 1),
            ("+inf", f64::INFINITY, 4),
            ("x", 0.0, 0),
        ] {
            assert_eq!(leading(text.as_bytes()), (number, length), "{text}");
        }
    }

    #[test]
    fn integers_end_at_32_bits() {
        assert_eq!(text(2_147_483_647.0, b"%.6g"), b"2147483647");
        assert_eq!(text(2_147_483_648.0, b"%.6g"), b"2.14748e+09");
        assert_eq!(text(-0.0, b"%.6g"), b"0");
        assert_eq!(text(0.1, b"%.6g"), b"0.1");
    }

    #[test]
    fn input_looks_numeric_as_a_whole_or_not_at_all() {
        assert_eq!(looks_numeric(b" 1.50 "), Some(1.5));
        assert_eq!(looks_numeric(b"0x11"), Some(17.0));
        assert_eq!(looks_numeric(b"0x1A"), None);
        assert_eq!(looks_numeric(b"1 2"), None);
        assert_eq!(looks_numeric(b""), None);
        assert_eq!(looks_numeric(b"nan"), None);
    }
}
