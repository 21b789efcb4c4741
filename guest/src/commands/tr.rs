//! `tr` as in GNU coreutils 9.1: bytes, not characters.

use super::common::{Fault, HELP, VERSION, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context};
use crate::budget::Stoppable;

/// `tr`.
pub(super) const TR: Command =
    Command { name: "tr", summary: "Replace or delete bytes.", buffering: Buffering::Blocks, run };

const TABLE: OptionTable = OptionTable {
    short: "+AcCdst",
    long: &[
        Long::flag("complement", "c"),
        Long::flag("delete", "d"),
        Long::flag("squeeze-repeats", "s"),
        Long::flag("truncate-set1", "t"),
        HELP,
        VERSION,
    ],
};

/// A set of bytes, in order.
struct Set {
    bytes: Vec<u8>,
    /// Where `[x*]` fills up, and with what.
    fill: Option<(usize, u8)>,
    /// `[:lower:]` and `[:upper:]`, which pair up.
    cases: Vec<(usize, bool)>,
    has_other_class: bool,
    has_equivalence: bool,
    ends_with_class: bool,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut is_complement, mut deletes, mut squeezes, mut truncates) = (false, false, false, false);
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "c" | "C" => is_complement = true,
            "d" => deletes = true,
            "s" => squeezes = true,
            "t" => truncates = true,
            _ => {}
        }
        Ok(())
    })?);
    let translates = operands.len() == 2 && !deletes;
    let least = if deletes == squeezes { 2 } else { 1 };
    let most = if deletes && !squeezes { 1 } else { 2 };
    if operands.len() < least {
        return match operands.first() {
            None => context.fail(Fault::Usage(b"missing operand".to_vec()), 1),
            Some(first) => {
                let Fault::Usage(message) = Fault::usage_about("missing operand after", first) else { return Ok(1) };
                context.complain(&message)?;
                let hint: &[u8] = if squeezes {
                    b"Two strings must be given when both deleting and squeezing repeats.\n"
                } else {
                    b"Two strings must be given when translating.\n"
                };
                context.error(hint)?;
                context.try_help(1)
            }
        };
    }
    if let Some(extra) = operands.get(most) {
        let Fault::Usage(message) = Fault::usage_about("extra operand", extra) else { return Ok(1) };
        context.complain(&message)?;
        if operands.len() == 2 {
            context.error(b"Only one string may be given when deleting without squeezing repeats.\n")?;
        }
        return context.try_help(1);
    }
    let mut sets = Vec::new();
    for operand in &operands {
        match parse(operand) {
            Ok(set) => sets.push(set),
            Err(message) => {
                context.complain(&message)?;
                return Ok(1);
            }
        }
    }
    let mut sets = sets.into_iter();
    let Some(mut first) = sets.next() else { return Ok(1) };
    let second = sets.next();
    if first.fill.is_some() {
        context.complain(b"the [c*] repeat construct may not appear in string1")?;
        return Ok(1);
    }
    if translates && second.as_ref().is_some_and(|second| second.has_equivalence) {
        context.complain(b"[=c=] expressions may not appear in string2 when translating")?;
        return Ok(1);
    }
    if !translates && second.as_ref().is_some_and(|second| second.fill.is_some()) {
        context.complain(b"the [c*] construct may appear in string2 only when translating")?;
        return Ok(1);
    }
    let has_class = first.has_other_class || !first.cases.is_empty();
    let first_cases = first.cases.clone();
    if is_complement {
        let mut is_in = [false; 256];
        first.bytes.iter().for_each(|byte| is_in[usize::from(*byte)] = true);
        first.bytes = (0..=255_u8).filter(|byte| !is_in[usize::from(*byte)]).collect();
        first.cases.clear();
    }
    let mut map: [u8; 256] = std::array::from_fn(|at| at as u8);
    let mut squeezed = [false; 256];
    let mut deleted = [false; 256];
    if translates {
        let Some(mut second) = second else { return Ok(1) };
        if second.has_other_class {
            context.complain(
                b"when translating, the only character classes that may appear in\nstring2 are 'upper' and 'lower'",
            )?;
            return Ok(1);
        }
        let is_misaligned =
            !is_complement && second.cases.iter().any(|(at, _)| !first_cases.iter().any(|(other, _)| other == at));
        if is_misaligned {
            context.complain(b"misaligned [:upper:] and/or [:lower:] construct")?;
            return Ok(1);
        }
        if let Some((at, byte)) = second.fill {
            let missing = first.bytes.len().saturating_sub(second.bytes.len());
            second.bytes.splice(at..at, std::iter::repeat_n(byte, missing));
        }
        if second.bytes.is_empty() && !first.bytes.is_empty() && !truncates {
            context.complain(b"when not truncating set1, string2 must be non-empty")?;
            return Ok(1);
        }
        // Without `-t` the second set is made as long as the first.
        let is_as_long = !truncates || second.bytes.len() == first.bytes.len();
        if truncates {
            first.bytes.truncate(second.bytes.len());
        }
        if second.ends_with_class && !truncates && first.bytes.len() > second.bytes.len() {
            context.complain(
                b"when translating with string1 longer than string2,\nthe latter string must not end with a character class",
            )?;
            return Ok(1);
        }
        let is_one =
            second.bytes.windows(2).all(|pair| pair.first() == pair.last()) && second.bytes.len() <= first.bytes.len();
        if is_complement && has_class && !(is_one && is_as_long) {
            context.complain(
                b"when translating with complemented character classes,\nstring2 must map all characters in the domain to one",
            )?;
            return Ok(1);
        }
        let last = second.bytes.last().copied().unwrap_or_default();
        for (at, byte) in first.bytes.iter().enumerate() {
            map[usize::from(*byte)] = second.bytes.get(at).copied().unwrap_or(last);
        }
        if squeezes {
            second.bytes.iter().for_each(|byte| squeezed[usize::from(*byte)] = true);
        }
    } else {
        if deletes {
            first.bytes.iter().for_each(|byte| deleted[usize::from(*byte)] = true);
        }
        if squeezes {
            let set = if deletes { second.as_ref().map_or(&first, |second| second) } else { &first };
            set.bytes.iter().for_each(|byte| squeezed[usize::from(*byte)] = true);
        }
    }
    let input = context.input()?;
    let mut out = Vec::with_capacity(input.len());
    let mut last = None;
    for byte in input {
        if deleted[usize::from(byte)] {
            continue;
        }
        let byte = map[usize::from(byte)];
        if squeezed[usize::from(byte)] && last == Some(byte) {
            continue;
        }
        last = Some(byte);
        out.push(byte);
    }
    context.out(&out)?;
    Ok(0)
}

fn parse(text: &[u8]) -> Result<Set, Vec<u8>> {
    let mut set = Set {
        bytes: Vec::new(),
        fill: None,
        cases: Vec::new(),
        has_other_class: false,
        has_equivalence: false,
        ends_with_class: false,
    };
    let letters = unescape(text);
    let mut at = 0;
    while let Some(&(byte, is_escaped)) = letters.get(at) {
        let plain = |at: usize, wanted: u8| letters.get(at) == Some(&(wanted, false));
        if byte == b'[' && !is_escaped {
            if plain(at + 1, b':')
                && let Some(length) = (at + 2..letters.len()).find(|end| plain(*end, b':') && plain(end + 1, b']'))
            {
                let name: Vec<u8> =
                    letters.get(at + 2..length).unwrap_or_default().iter().map(|(byte, _)| *byte).collect();
                let Some(members) = class(&name) else {
                    return Err([b"invalid character class ", &super::quote::curly(&name)[..]].concat());
                };
                match name.as_slice() {
                    b"lower" | b"upper" => set.cases.push((set.bytes.len(), name == b"upper")),
                    _ => set.has_other_class = true,
                }
                set.bytes.extend(members);
                at = length + 2;
                set.ends_with_class = at >= letters.len();
                continue;
            }
            if plain(at + 1, b'=') && plain(at + 3, b'=') && plain(at + 4, b']') {
                set.bytes.extend(letters.get(at + 2).map(|(byte, _)| *byte));
                set.has_equivalence = true;
                at += 5;
                continue;
            }
            if plain(at + 2, b'*')
                && let Some(end) = (at + 3..letters.len()).find(|end| plain(*end, b']'))
            {
                let digits: Vec<u8> =
                    letters.get(at + 3..end).unwrap_or_default().iter().map(|(byte, _)| *byte).collect();
                if digits.iter().all(u8::is_ascii_digit) {
                    let repeated = letters.get(at + 1).map_or(0, |(byte, _)| *byte);
                    let base = if digits.first() == Some(&b'0') { 8 } else { 10 };
                    let number = std::str::from_utf8(&digits).unwrap_or_default();
                    let count = usize::from_str_radix(number, base).unwrap_or(0).min(1 << 16);
                    if count == 0 {
                        if set.fill.is_some() {
                            return Err(b"only one [c*] repeat construct may appear in string2".to_vec());
                        }
                        set.fill = Some((set.bytes.len(), repeated));
                    } else {
                        set.bytes.extend(std::iter::repeat_n(repeated, count));
                    }
                    at = end + 1;
                    continue;
                }
            }
        }
        if plain(at + 1, b'-')
            && let Some(&(high, _)) = letters.get(at + 2)
        {
            if high < byte {
                let range: Vec<u8> = [byte, b'-', high].to_vec();
                let shown = super::quote::c_escape(&range, b"");
                let text = [b"range-endpoints of '", &shown[..], b"' are in reverse collating sequence order"].concat();
                return Err(text);
            }
            set.bytes.extend(byte..=high);
            at += 3;
            continue;
        }
        set.bytes.push(byte);
        at += 1;
    }
    Ok(set)
}

/// Bytes, each with whether a backslash stood before it.
fn unescape(text: &[u8]) -> Vec<(u8, bool)> {
    let mut letters = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += 1;
        if byte != b'\\' {
            letters.push((byte, false));
            continue;
        }
        let Some(&next) = text.get(at) else {
            letters.push((b'\\', true));
            break;
        };
        at += 1;
        let value = match next {
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'0'..=b'7' => {
                let mut value = u32::from(next - b'0');
                for _ in 0..2 {
                    match text.get(at) {
                        Some(digit @ b'0'..=b'7') if value * 8 + u32::from(digit - b'0') < 256 => {
                            value = value * 8 + u32::from(digit - b'0');
                            at += 1;
                        }
                        _ => break,
                    }
                }
                value as u8
            }
            other => other,
        };
        letters.push((value, true));
    }
    letters
}

fn class(name: &[u8]) -> Option<Vec<u8>> {
    let has: fn(&u8) -> bool = match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |byte| byte.is_ascii_graphic() || *byte == b' ',
        b"punct" => u8::is_ascii_punctuation,
        b"space" => |byte| matches!(byte, b' ' | 9..=13),
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    };
    Some((0..=255_u8).filter(has).collect())
}
