//! `seq` as in GNU coreutils 9.1, computed in decimals.

use super::common::{Fault, HELP, VERSION, or_status};
use super::floats::MOST_DIGITS;
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context};
use crate::budget::Stoppable;

/// `seq`.
pub(super) const SEQ: Command = Command { name: "seq", summary: "Print numbers.", buffering: Buffering::Blocks, run };

const TABLE: OptionTable = OptionTable {
    short: "+f:s:w",
    long: &[Long::flag("equal-width", "w"), Long::value("format", "f"), Long::value("separator", "s"), HELP, VERSION],
};

/// A decimal: `digits / 10^places`.
#[derive(Clone, Copy, Debug)]
struct Decimal {
    digits: i128,
    places: u32,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut separator, mut format, mut equal) = (b"\n".to_vec(), None, false);
    // A negative number is no option.
    let mut arguments = context.arguments.to_vec();
    let is_negative = |word: &Vec<u8>| matches!(word.as_slice(), [b'-', b'0'..=b'9' | b'.', ..]);
    let mut at = 1;
    while let Some(word) = arguments.get(at) {
        if is_negative(word) {
            arguments.insert(at, b"--".to_vec());
            break;
        }
        if !word.starts_with(b"-") || word == b"--" {
            break;
        }
        let takes_next = matches!(word.as_slice(), b"-s" | b"-f" | b"--separator" | b"--format");
        at += 1 + usize::from(takes_next);
    }
    let operands = or_status!(context.options_of(&arguments, TABLE, 1, |given| {
        match given.name {
            "w" => equal = true,
            "f" => format = given.value,
            _ => separator = given.text().to_vec(),
        }
        Ok(())
    })?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 1);
    }
    if let Some(extra) = operands.get(3) {
        return context.fail(Fault::usage_about("extra operand", extra), 1);
    }
    if format.is_some() && equal {
        let message = b"format string may not be specified when printing equal width strings".to_vec();
        return context.fail(Fault::Usage(message), 1);
    }
    let mut numbers = Vec::new();
    for operand in &operands {
        match decimal(operand) {
            Some(number) if number.digits == 0 && numbers.len() == 1 && operands.len() == 3 => {
                return context.fail(Fault::usage_about("invalid Zero increment value:", operand), 1);
            }
            Some(number) => numbers.push(number),
            None => return context.fail(Fault::usage_about("invalid floating point argument:", operand), 1),
        }
    }
    let one = Decimal { digits: 1, places: 0 };
    let (first, step, last) = match numbers.as_slice() {
        [last] => (one, one, *last),
        [first, last] => (*first, one, *last),
        [first, step, last] => (*first, *step, *last),
        _ => return Ok(1),
    };
    let shown = first.places.max(step.places);
    let places = shown.max(last.places);
    let scale = |number: Decimal| number.digits.checked_mul(10_i128.checked_pow(places - number.places)?);
    let (Some(first), Some(step), Some(last)) = (scale(first), scale(step), scale(last)) else {
        return context.fail(Fault::Message(b"number too large".to_vec()), 1);
    };
    let text = |value: i128| -> String {
        let factor = 10_i128.pow(places);
        let sign = if value < 0 { "-" } else { "" };
        let (whole, fraction) =
            (value.unsigned_abs() / factor.unsigned_abs(), value.unsigned_abs() % factor.unsigned_abs());
        if shown == 0 {
            return format!("{sign}{whole}");
        }
        let all = format!("{fraction:0width$}", width = (places as usize).min(MOST_DIGITS));
        format!("{sign}{whole}.{}", all.get(..shown as usize).unwrap_or(&all))
    };
    let width = if equal { text(first).len().max(text(last).len()) } else { 0 };
    let mut out = Vec::new();
    let mut value = first;
    let mut is_first = true;
    while if step > 0 { value <= last } else { value >= last } {
        if !std::mem::take(&mut is_first) {
            out.extend_from_slice(&separator);
        }
        let mut number = text(value);
        if number.len() < width {
            let (sign, digits) = number.strip_prefix('-').map_or(("", number.as_str()), |digits| ("-", digits));
            number = format!("{sign}{digits:0>fill$}", fill = (width - sign.len()).min(MOST_DIGITS));
        }
        match format {
            Some(format) => {
                let printed = super::printf::print(format, &[number.into_bytes()], super::printf::Flavour::Program);
                out.extend_from_slice(&printed.out);
            }
            None => out.extend_from_slice(number.as_bytes()),
        }
        if out.len() > 1 << 15 {
            context.out(&out)?;
            out.clear();
        }
        value += step;
    }
    if !is_first {
        out.push(b'\n');
    }
    context.out(&out)?;
    Ok(0)
}

fn decimal(text: &[u8]) -> Option<Decimal> {
    let text = std::str::from_utf8(text).ok()?.trim_start();
    let (mantissa, exponent) =
        text.split_once(['e', 'E']).map_or((text, 0), |(m, e)| (m, e.parse::<i32>().unwrap_or(99)));
    let (sign, digits) = match mantissa.as_bytes().first()? {
        b'-' => (-1, mantissa.get(1..)?),
        b'+' => (1, mantissa.get(1..)?),
        _ => (1, mantissa),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if (whole.is_empty() && fraction.is_empty()) || whole.len() + fraction.len() > 25 || exponent.abs() > 10 {
        return None;
    }
    if !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let all = format!("{whole}{fraction}");
    let mut digits: i128 = all.parse().ok()?;
    let mut places = fraction.len() as i32 - exponent;
    if places < 0 {
        digits = digits.checked_mul(10_i128.pow(places.unsigned_abs()))?;
        places = 0;
    }
    Some(Decimal { digits: sign * digits, places: places as u32 })
}
