//! Comparisons of numbers, sizes and months.

use std::cmp::Ordering;

use super::key::skip_blanks;

/// A number as `sort -n` reads it: sign, digits before and after the point.
struct Decimal<'t> {
    is_negative: bool,
    whole: &'t [u8],
    fraction: &'t [u8],
    rest: &'t [u8],
}

fn decimal(text: &[u8]) -> Decimal<'_> {
    let text = skip_blanks(text);
    let (is_negative, digits) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, text),
    };
    let split = |text: &'_ [u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (whole, after) = digits.split_at(split(digits));
    let (fraction, rest) = match after.split_first() {
        Some((b'.', after)) => after.split_at(split(after)),
        _ => (&b""[..], after),
    };
    let zeros = whole.iter().take_while(|digit| **digit == b'0').count();
    let end = fraction.len() - fraction.iter().rev().take_while(|digit| **digit == b'0').count();
    Decimal {
        is_negative,
        whole: whole.get(zeros..).unwrap_or_default(),
        fraction: fraction.get(..end).unwrap_or_default(),
        rest,
    }
}

impl Decimal<'_> {
    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.is_empty()
    }
}

fn compare_decimals(a: &Decimal<'_>, b: &Decimal<'_>) -> Ordering {
    let size = || {
        a.whole.len().cmp(&b.whole.len()).then_with(|| a.whole.cmp(b.whole)).then_with(|| a.fraction.cmp(b.fraction))
    };
    match (a.is_negative && !a.is_zero(), b.is_negative && !b.is_zero()) {
        (false, false) => size(),
        (true, true) => size().reverse(),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}

/// `-n`: of any length, exactly.
pub(super) fn numeric(a: &[u8], b: &[u8]) -> Ordering {
    compare_decimals(&decimal(a), &decimal(b))
}

/// `-h`: by suffix first, then by number.
pub(super) fn human(a: &[u8], b: &[u8]) -> Ordering {
    let order = |number: &Decimal<'_>| -> i32 {
        let suffix = number.rest.first().copied().unwrap_or_default();
        let order = b"KMGTPEZY".iter().position(|letter| *letter == suffix).map_or(0, |at| at as i32 + 1);
        let order = if suffix == b'k' { 1 } else { order };
        match number.is_zero() {
            true => 0,
            false if number.is_negative => -order,
            false => order,
        }
    };
    let (a, b) = (decimal(a), decimal(b));
    order(&a).cmp(&order(&b)).then_with(|| compare_decimals(&a, &b))
}

/// `-g`: as floating-point numbers; what is none comes first, then NaN.
pub(super) fn general(a: &[u8], b: &[u8]) -> Ordering {
    let parse = |text: &[u8]| -> Option<f64> {
        let text = skip_blanks(text);
        let (is_negative, digits) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest));
        if let Some(hexadecimal) = digits.strip_prefix(b"0x").or_else(|| digits.strip_prefix(b"0X")) {
            let digits = hexadecimal.iter().map_while(|byte| char::from(*byte).to_digit(16));
            let value = digits.fold(0.0, |value, digit| value * 16.0 + f64::from(digit));
            return Some(if is_negative { -value } else { value });
        }
        let longest = text.len().min(300);
        (1..=longest).rev().find_map(|end| std::str::from_utf8(text.get(..end)?).ok()?.parse().ok())
    };
    match (parse(a), parse(b)) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan())),
    }
}

/// `-M`: 1 to 12, 0 for what is no month.
pub(super) fn month(text: &[u8]) -> usize {
    const NAMES: [&[u8]; 12] =
        [b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV", b"DEC"];
    let start = skip_blanks(text).get(..3).unwrap_or_default().to_ascii_uppercase();
    NAMES.iter().position(|name| *name == start.as_slice()).map_or(0, |at| at + 1)
}
