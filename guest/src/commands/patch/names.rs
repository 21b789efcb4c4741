//! File names in the headers of patches.

use crate::commands::calendar::days_from_civil;

/// A name from a header line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fetched {
    /// The name without the directories that are taken off; nothing for `/dev/null` and for a name
    /// with too few directories.
    pub(super) name: Option<Vec<u8>>,
    /// What follows the name, without the end of the line.
    pub(super) rest: Option<Vec<u8>>,
    /// Whether the line says that the file does not exist.
    pub(super) is_epoch: bool,
}

/// Reads a name and a time, as after `--- `. A name before a tab may have blanks in it.
pub(super) fn fetch(text: &[u8], strip: Option<usize>) -> Fetched {
    let text = text.trim_ascii_start();
    let (name, rest) = match quoted(text) {
        Some(found) => found,
        None if text.starts_with(b"\"") => return Fetched::default(),
        None => {
            let end = end_of_name(text);
            let (name, rest) = text.split_at(end);
            (name.to_vec(), rest)
        }
    };
    if name == b"/dev/null" {
        return Fetched { is_epoch: true, ..Fetched::default() };
    }
    let Some(name) = stripped(&name, strip) else { return Fetched::default() };
    let line = rest.strip_suffix(b"\n").unwrap_or(rest);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Fetched { name: Some(name.to_vec()), rest: Some(line.to_vec()), is_epoch: is_epoch(line) }
}

fn end_of_name(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        if byte.is_ascii_whitespace() || *byte == 11 {
            let after = text.get(at..).unwrap_or_default();
            let blanks = after.iter().take_while(|byte| byte.is_ascii_whitespace() && **byte != b'\t').count();
            let is_tab = after.get(blanks) == Some(&b'\t');
            // A blank belongs to the name when a tab comes later.
            if is_tab || !after.get(blanks..).is_some_and(|rest| rest.contains(&b'\t')) {
                return at;
            }
        }
        at += 1;
    }
    at
}

/// A name in double quotes with C escapes, and what follows.
pub(super) fn quoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut name = Vec::new();
    loop {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        match byte {
            b'"' => return Some((name, rest)),
            b'\\' => {
                let (&letter, after) = rest.split_first()?;
                rest = after;
                name.push(match letter {
                    b'a' => 7,
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 11,
                    b'\\' | b'"' => letter,
                    b'0'..=b'3' => {
                        let (digits, after) = rest.split_at_checked(2)?;
                        rest = after;
                        digits.iter().try_fold(letter - b'0', |value, digit| match digit {
                            b'0'..=b'7' => Some(value << 3 | (digit - b'0')),
                            _ => None,
                        })?
                    }
                    _ => return None,
                });
            }
            b'\n' => return None,
            _ => name.push(byte),
        }
    }
}

/// A name without its first directories.
pub(super) fn stripped(name: &[u8], strip: Option<usize>) -> Option<&[u8]> {
    let (mut left, mut start, mut at) = (strip.unwrap_or(usize::MAX), 0, 0);
    while let Some(byte) = name.get(at) {
        at += 1;
        if *byte == b'/' {
            at += name.get(at..).unwrap_or_default().iter().take_while(|byte| **byte == b'/').count();
            if left > 0 {
                left -= 1;
                start = at;
            }
        }
    }
    let rest = name.get(start..).unwrap_or_default();
    ((strip.is_none() || left == 0) && !rest.is_empty()).then_some(rest)
}

/// Whether a time is the start of 1970 in some time zone.
fn is_epoch(text: &[u8]) -> bool {
    const HOUR: i64 = 3600;
    seconds(text).is_some_and(|seconds| (-25 * HOUR + 1..26 * HOUR).contains(&seconds))
}

/// Seconds since 1970 of `2025-01-15 09:00:00.0 +0000` or `Wed Jan 15 09:00:00 2025`.
fn seconds(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let time = |text: &str| {
        let mut parts = text.split(':').map(|part| part.split('.').next().unwrap_or_default().parse::<i64>());
        let (hour, minute) = (parts.next()?.ok()?, parts.next()?.ok()?);
        Some(hour * 3600 + minute * 60 + parts.next().map_or(Ok(0), |second| second).ok()?)
    };
    match words.as_slice() {
        [date, clock, rest @ ..] if date.contains('-') => {
            let mut parts = date.split('-').map(str::parse::<i64>);
            let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
            let zone = match rest.first().and_then(|zone| zone.parse::<i64>().ok()) {
                Some(zone) => zone / 100 * 3600 + zone % 100 * 60,
                None => 0,
            };
            let days = days_from_civil(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?);
            Some(days * 86_400 + time(clock)? - zone)
        }
        [_, month, day, clock, year] => {
            const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
            let month = MONTHS.find(month).filter(|_| month.len() == 3)? / 3 + 1;
            let days = days_from_civil(year.parse().ok()?, month as u32, day.parse().ok()?);
            Some(days * 86_400 + time(clock)?)
        }
        _ => None,
    }
}

/// The best name: of the fewest directories, then the shortest last component, then the shortest,
/// then the first. `is_valid` is asked last, as it may say something.
pub(super) fn best(names: &[Option<Vec<u8>>], takes: &[bool]) -> Vec<usize> {
    let candidates: Vec<(usize, &[u8])> = names
        .iter()
        .enumerate()
        .filter(|(at, _)| takes.get(*at) == Some(&true))
        .filter_map(|(at, name)| name.as_deref().map(|name| (at, name)))
        .collect();
    let rank = |name: &[u8]| (components(name), name.rsplit(|b| *b == b'/').next().map_or(0, <[u8]>::len), name.len());
    let least = candidates.iter().map(|(_, name)| rank(name)).min();
    candidates.into_iter().filter(|(_, name)| Some(rank(name)) == least).map(|(at, _)| at).collect()
}

/// How many directories a name has.
pub(super) fn components(name: &[u8]) -> usize {
    let mut count = 0;
    for (at, byte) in name.iter().enumerate() {
        if *byte == b'/' && at > 0 && name.get(at - 1) != Some(&b'/') {
            count += 1;
        }
    }
    count
}

/// Whether a name stays below the directory.
pub(super) fn is_safe(name: &[u8]) -> bool {
    !name.starts_with(b"/") && !name.split(|byte| *byte == b'/').any(|part| part == b"..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_end_at_a_tab_or_blank() {
        let name = |text: &str| fetch(text.as_bytes(), Some(0)).name.map(|name| String::from_utf8(name).unwrap());
        assert_eq!(name("a/b\t2025-01-15 09:00:00 +0000\n").as_deref(), Some("a/b"));
        assert_eq!(name("a b\t2025-01-15\n").as_deref(), Some("a b"));
        assert_eq!(name("a b\n").as_deref(), Some("a"));
        assert_eq!(name("\"a\\tb\\303\\251\"\n").as_deref(), Some("a\tb\u{e9}"));
        assert_eq!(name("/dev/null\n"), None);
    }

    #[test]
    fn directories_are_taken_off() {
        assert_eq!(stripped(b"a/b//c", Some(1)), Some(&b"b//c"[..]));
        assert_eq!(stripped(b"a/b//c", Some(2)), Some(&b"c"[..]));
        assert_eq!(stripped(b"a/b", Some(2)), None);
        assert_eq!(stripped(b"a/b/c", None), Some(&b"c"[..]));
    }

    #[test]
    fn the_start_of_1970_means_no_file() {
        assert!(fetch(b"x\t1970-01-01 00:00:00.000000000 +0000\n", None).is_epoch);
        assert!(fetch(b"x\tThu Jan  1 00:00:00 1970\n", None).is_epoch);
        assert!(!fetch(b"x\t2025-01-15 09:00:00.000000000 +0000\n", None).is_epoch);
        assert!(!fetch(b"x\n", None).is_epoch);
    }
}
