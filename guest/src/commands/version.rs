//! Order of names with numbers in them, as `sort -V` and `ls -v` have it.

use std::cmp::Ordering;

/// Compares two names: runs of digits by value, a `~` before everything, letters before other
/// characters; file name suffixes count only between otherwise equal names.
pub(crate) fn compare(a: &[u8], b: &[u8]) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    // Empty, `.`, `..`, then hidden names come first.
    let rank = |name: &[u8]| match name {
        b"" => 0,
        b"." => 1,
        b".." => 2,
        _ if name.starts_with(b".") => 3,
        _ => 4,
    };
    match (rank(a), rank(b)) {
        (3, 3) => {}
        (x, y) if x != y => return x.cmp(&y),
        _ => {}
    }
    let hidden = rank(a) == 3;
    let (a, b) = if hidden { (a.get(1..).unwrap_or(a), b.get(1..).unwrap_or(b)) } else { (a, b) };
    let (stem_a, stem_b) = (stem(a), stem(b));
    let suffixes_differ = a.get(stem_a.len()..) != b.get(stem_b.len()..);
    let by_stem = if suffixes_differ || stem_a != stem_b { revision(stem_a, stem_b) } else { Ordering::Equal };
    by_stem.then_with(|| revision(a, b))
}

/// The name without suffixes like `.tar.gz`: a dot, a letter or `~`, then letters, digits or `~`.
fn stem(name: &[u8]) -> &[u8] {
    let mut end = name.len();
    while let Some(dot) = memchr::memrchr(b'.', name.get(..end).unwrap_or_default()) {
        let suffix = name.get(dot + 1..end).unwrap_or_default();
        let is_suffix = suffix.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'~')
            && suffix.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'~');
        if !is_suffix || dot == 0 {
            break;
        }
        end = dot;
    }
    name.get(..end).unwrap_or(name)
}

/// Debian's comparison of versions.
fn revision(mut a: &[u8], mut b: &[u8]) -> Ordering {
    let weight = |byte: Option<&u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(byte) if byte.is_ascii_digit() => 0,
        Some(byte) if byte.is_ascii_alphabetic() => i32::from(*byte),
        Some(byte) => i32::from(*byte) + 256,
    };
    let is_text = |part: &[u8]| part.first().is_some_and(|byte| !byte.is_ascii_digit());
    while !a.is_empty() || !b.is_empty() {
        while is_text(a) || is_text(b) {
            match weight(a.first()).cmp(&weight(b.first())) {
                Ordering::Equal => {}
                other => return other,
            }
            a = a.get(1..).unwrap_or_default();
            b = b.get(1..).unwrap_or_default();
        }
        let digits = |part: &mut &[u8]| {
            let zeros = part.iter().take_while(|byte| **byte == b'0').count();
            let rest = part.get(zeros..).unwrap_or_default();
            let (number, after) = rest.split_at(rest.iter().take_while(|byte| byte.is_ascii_digit()).count());
            let number = number.to_vec();
            *part = after;
            number
        };
        let (x, y) = (digits(&mut a), digits(&mut b));
        match x.len().cmp(&y.len()).then_with(|| x.cmp(&y)) {
            Ordering::Equal => {}
            other => return other,
        }
    }
    Ordering::Equal
}
