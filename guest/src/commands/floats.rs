//! Floating-point numbers as C's `printf` writes them.
//!
//! Only exact decimal expansions are used, so the text is the same on every machine.

/// The widest number that is written. Rust's formatting takes no more and panics above; nobody who
/// asks for more reads the difference.
pub(crate) const MOST_DIGITS: usize = u16::MAX as usize;

/// `%f`, `%e`, `%g` and their capitals; `%a` is written as `%g`.
pub(crate) fn format(value: f64, letter: u8, precision: Option<usize>, keeps_zeros: bool) -> String {
    let is_capital = letter.is_ascii_uppercase();
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let text = if value.is_nan() {
        "nan".to_owned()
    } else if value.is_infinite() {
        "inf".to_owned()
    } else {
        let value = value.abs();
        match letter.to_ascii_lowercase() {
            b'f' => format!("{value:.precision$}", precision = precision.unwrap_or(6).min(MOST_DIGITS)),
            b'e' => exponential(value, precision.unwrap_or(6)),
            _ => general(value, precision.unwrap_or(6).max(1), keeps_zeros),
        }
    };
    let text = format!("{sign}{text}");
    if is_capital { text.to_uppercase() } else { text }
}

fn exponential(value: f64, precision: usize) -> String {
    let precision = precision.min(MOST_DIGITS);
    let text = format!("{value:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

fn general(value: f64, precision: usize, keeps_zeros: bool) -> String {
    let scientific = exponential(value, precision - 1);
    let exponent: i32 = scientific.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or_default();
    let trim = |text: &str| -> String {
        if keeps_zeros || !text.contains('.') {
            return text.to_owned();
        }
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    if exponent < -4 || exponent >= precision as i32 {
        let (digits, tail) = scientific.split_once('e').unwrap_or((&scientific, "+00"));
        return format!("{}e{tail}", trim(digits));
    }
    let decimals = (precision as i32 - 1 - exponent).max(0) as usize;
    let decimals = decimals.min(MOST_DIGITS);
    trim(&format!("{value:.decimals$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_in_c() {
        assert_eq!(format(1.5, b'e', None, false), "1.500000e+00");
        assert_eq!(format(2.5, b'f', Some(0), false), "2");
        assert_eq!(format(3.5, b'g', None, false), "3.5");
        assert_eq!(format(1e10, b'g', None, false), "1e+10");
        assert_eq!(format(0.0001, b'g', None, false), "0.0001");
        assert_eq!(format(-0.0, b'f', Some(1), false), "-0.0");
    }
}
