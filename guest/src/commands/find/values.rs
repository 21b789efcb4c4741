//! Values of `find`'s predicates: numbers, kinds, dates.

use super::expression::Comparison;
use super::parse::Message;
use crate::commands::{calendar, quote};
use crate::workspace::FileError;
use crate::world;

/// What `-regextype` takes.
pub(super) const REGEX_TYPES: &str = "‘findutils-default’, ‘ed’, ‘emacs’, ‘gnu-awk’, ‘grep’, ‘posix-awk’, ‘awk’, ‘posix-basic’, \
                           ‘posix-egrep’, ‘egrep’, ‘posix-extended’, ‘posix-minimal-basic’, ‘sed’";

/// Predicates with a value, sorted, without their dash.
pub(super) const VALUED: &[&str] = &[
    "amin",
    "anewer",
    "atime",
    "cmin",
    "cnewer",
    "ctime",
    "fstype",
    "gid",
    "group",
    "ilname",
    "iname",
    "inum",
    "ipath",
    "iregex",
    "iwholename",
    "links",
    "lname",
    "maxdepth",
    "mindepth",
    "mmin",
    "mtime",
    "name",
    "newer",
    "path",
    "perm",
    "printf",
    "regex",
    "regextype",
    "samefile",
    "size",
    "type",
    "uid",
    "used",
    "user",
    "wholename",
    "xtype",
];

pub(super) fn missing(name: &[u8], error: FileError) -> Message {
    [&quote::curly(name)[..], b": ", error.message().as_bytes()].concat()
}

pub(super) fn comparison(text: &[u8]) -> Option<Comparison> {
    let (make, digits): (fn(u64) -> Comparison, _) = match text.split_first() {
        Some((b'+', rest)) => (Comparison::More, rest),
        Some((b'-', rest)) => (Comparison::Less, rest),
        _ => (Comparison::Equal, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok().map(make)
}

pub(super) fn kinds(word: &[u8], value: &[u8]) -> Result<Vec<u8>, Message> {
    let mut letters = Vec::new();
    if value.is_empty() {
        return Err([b"Arguments to ", word, b" should contain at least one letter"].concat());
    }
    let mut rest = value;
    loop {
        let Some((letter, after)) = rest.split_first() else {
            return Err(
                [b"Last file type in list argument to ", word, b" is missing, i.e., list is ending on: ','"].concat()
            );
        };
        if !b"bcdpflsD".contains(letter) {
            return Err([b"Unknown argument to ", word, b": ", &[*letter][..]].concat());
        }
        letters.push(*letter);
        match after.split_first() {
            None => return Ok(letters),
            Some((b',', after)) => rest = after,
            Some(_) => return Err([b"Must separate multiple arguments to ", word, b" using: ','"].concat()),
        }
    }
}

/// `2025-01-15`, `2025-01-15 12:00`, `@1736942400`, `now`, `today`, `yesterday`.
pub(crate) fn date(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.trim();
    match text {
        "now" | "today" => return Some(world::NOW),
        "yesterday" => return Some(world::NOW - 86_400),
        "tomorrow" => return Some(world::NOW + 86_400),
        _ => {}
    }
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().ok();
    }
    let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let mut parts = day.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (year, month, day): (i64, u32, u32) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let time = time.trim_end_matches(['Z']).trim_end_matches(" UTC");
    let mut clock = [0_i64; 3];
    for (slot, part) in clock.iter_mut().zip(time.split(':')) {
        *slot = part.split('.').next()?.parse().ok()?;
    }
    let is_valid = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&clock[0])
        && (0..60).contains(&clock[1])
        && (0..61).contains(&clock[2]);
    is_valid.then(|| calendar::days_from_civil(year, month, day) * 86_400 + clock[0] * 3600 + clock[1] * 60 + clock[2])
}
