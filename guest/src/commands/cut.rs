//! `cut` as in GNU coreutils 9.1 (characters are bytes there).

use super::common::{Fault, HELP, VERSION, lines, or_standard_input, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;

/// `cut`.
pub(super) const CUT: Command =
    Command { name: "cut", summary: "Print parts of lines.", buffering: Buffering::Blocks, run };

const TABLE: OptionTable = OptionTable {
    short: "b:c:d:f:nsz",
    long: &[
        Long::value("bytes", "b"),
        Long::value("characters", "c"),
        Long::value("fields", "f"),
        Long::value("delimiter", "d"),
        Long::flag("only-delimited", "s"),
        Long::value("output-delimiter", "output-delimiter"),
        Long::flag("complement", "complement"),
        Long::flag("zero-terminated", "z"),
        HELP,
        VERSION,
    ],
};

#[derive(Default)]
struct Settings {
    is_fields: bool,
    ranges: Vec<(u64, u64)>,
    delimiter: u8,
    between: Option<Vec<u8>>,
    only_delimited: bool,
    end: u8,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings { delimiter: b'\t', end: b'\n', ..Settings::default() };
    let (mut list, mut is_complement, mut has_delimiter) = (None, false, false);
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "b" | "c" | "f" => {
                if list.is_some() {
                    return Err(Fault::Usage(b"only one list may be specified".to_vec()));
                }
                list = given.value;
                settings.is_fields = given.name == "f";
            }
            "d" => {
                has_delimiter = true;
                settings.delimiter = match given.text() {
                    b"" => 0,
                    [byte] => *byte,
                    _ => return Err(Fault::Usage(b"the delimiter must be a single character".to_vec())),
                };
            }
            "s" => settings.only_delimited = true,
            "output-delimiter" => settings.between = Some(given.text().to_vec()),
            "complement" => is_complement = true,
            "z" => settings.end = 0,
            _ => {}
        }
        Ok(())
    })?);
    let Some(list) = list else {
        return context.fail(Fault::Usage(b"you must specify a list of bytes, characters, or fields".to_vec()), 1);
    };
    if !settings.is_fields && (has_delimiter || settings.only_delimited) {
        let message: &[u8] = if has_delimiter {
            b"an input delimiter may be specified only when operating on fields"
        } else {
            b"suppressing non-delimited lines makes sense\n\tonly when operating on fields"
        };
        return context.fail(Fault::Usage(message.to_vec()), 1);
    }
    settings.ranges = match ranges(list, settings.is_fields, is_complement) {
        Ok(ranges) => ranges,
        Err(fault) => return context.fail(fault, 1),
    };
    let mut status = 0;
    for name in or_standard_input(operands) {
        let Some(text) = context.open_or_complain(name)? else {
            status = 1;
            continue;
        };
        let mut out = Vec::with_capacity(text.len());
        for line in lines(&text, settings.end) {
            let line = line.strip_suffix(&[settings.end]).unwrap_or(line);
            settings.line(line, &mut out);
        }
        context.out(&out)?;
    }
    Ok(status)
}

impl Settings {
    fn has(&self, place: u64) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&place))
    }

    fn line(&self, line: &[u8], out: &mut Vec<u8>) {
        if !self.is_fields {
            let mut last_range = None;
            for (at, byte) in line.iter().enumerate() {
                let place = at as u64 + 1;
                let Some(range) = self.ranges.iter().position(|(low, high)| (*low..=*high).contains(&place)) else {
                    continue;
                };
                if let Some(between) = &self.between
                    && last_range.is_some_and(|last| last != range)
                {
                    out.extend_from_slice(between);
                }
                last_range = Some(range);
                out.push(*byte);
            }
            out.push(self.end);
            return;
        }
        if !line.contains(&self.delimiter) {
            if !self.only_delimited {
                out.extend_from_slice(line);
                out.push(self.end);
            }
            return;
        }
        let default = [self.delimiter];
        let between = self.between.as_deref().unwrap_or(&default);
        let mut is_first = true;
        for (at, field) in line.split(|byte| *byte == self.delimiter).enumerate() {
            if self.has(at as u64 + 1) {
                if !std::mem::take(&mut is_first) {
                    out.extend_from_slice(between);
                }
                out.extend_from_slice(field);
            }
        }
        out.push(self.end);
    }
}

/// Reads `1,3-5,7-`; sorted, overlapping ranges joined.
fn ranges(list: &[u8], is_fields: bool, is_complement: bool) -> Result<Vec<(u64, u64)>, Fault> {
    let what = if is_fields { "field" } else { "byte/character position" };
    let mut ranges = Vec::new();
    for part in list.split(|byte| matches!(byte, b',' | b' ' | b'\t')) {
        let bad_value = || {
            let text = if is_fields { "invalid field value" } else { "invalid byte/character position" };
            let digits = part.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'-').count();
            Fault::usage_about(text, part.get(digits..).unwrap_or_default())
        };
        let zero = || {
            Fault::Usage(if is_fields {
                b"fields are numbered from 1".to_vec()
            } else {
                b"byte/character positions are numbered from 1".to_vec()
            })
        };
        let number = |text: &[u8]| -> Result<Option<u64>, Fault> {
            if text.is_empty() {
                return Ok(None);
            }
            if !text.iter().all(u8::is_ascii_digit) {
                return Err(bad_value());
            }
            match std::str::from_utf8(text).unwrap_or_default().parse() {
                Ok(0) => Err(zero()),
                Ok(value) => Ok(Some(value)),
                Err(_) => {
                    let kind = if is_fields { "field number" } else { "byte/character offset" };
                    let message = [kind.as_bytes(), b" ", &quote::curly(text)[..], b" is too large"].concat();
                    Err(Fault::Usage(message))
                }
            }
        };
        match memchr::memchr(b'-', part) {
            None => match number(part)? {
                Some(value) => ranges.push((value, value)),
                None => return Err(zero()),
            },
            Some(dash) => {
                let (low, high) = (part.get(..dash).unwrap_or_default(), part.get(dash + 1..).unwrap_or_default());
                if high.contains(&b'-') {
                    return Err(Fault::Usage(
                        format!("invalid {what} range")
                            .replace("byte/character position", "byte or character")
                            .into_bytes(),
                    ));
                }
                match (number(low)?, number(high)?) {
                    (None, None) => return Err(Fault::Usage(b"invalid range with no endpoint: -".to_vec())),
                    (low, high) => {
                        let (low, high) = (low.unwrap_or(1), high.unwrap_or(u64::MAX));
                        if high < low {
                            return Err(Fault::Usage(b"invalid decreasing range".to_vec()));
                        }
                        ranges.push((low, high));
                    }
                }
            }
        }
    }
    ranges.sort_unstable();
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (low, high) in ranges {
        match joined.last_mut() {
            Some(last) if low <= last.1 => last.1 = last.1.max(high),
            _ => joined.push((low, high)),
        }
    }
    if !is_complement {
        return Ok(joined);
    }
    let mut rest = Vec::new();
    let mut next = 1;
    for (low, high) in joined {
        if next < low {
            rest.push((next, low - 1));
        }
        next = high.saturating_add(1);
    }
    if next != u64::MAX {
        rest.push((next, u64::MAX));
    }
    Ok(rest)
}
