//! The escapes of GNU sed: `\t`, `\x41`, `\o101`, `\d065`, `\cA`.

/// The character that an escape stands for, given what follows the backslash, and how long that
/// is. `None` when it is no escape of this kind.
pub(super) fn character(rest: &[u8]) -> Option<(u8, usize)> {
    let first = *rest.first()?;
    let (base, most) = match first {
        b'a' => return Some((7, 1)),
        b'f' => return Some((12, 1)),
        b'n' => return Some((b'\n', 1)),
        b'r' => return Some((b'\r', 1)),
        b't' => return Some((b'\t', 1)),
        b'v' => return Some((11, 1)),
        b'c' => return rest.get(1).map(|byte| (byte.to_ascii_uppercase() ^ 0x40, 2)),
        b'd' => (10, 3),
        b'o' => (8, 3),
        b'x' => (16, 2),
        _ => return None,
    };
    let digits = rest.iter().skip(1).take(most).take_while(|byte| char::from(**byte).is_digit(base));
    let (mut value, mut length) = (0_u32, 1);
    for digit in digits {
        value = value * base + char::from(*digit).to_digit(base).unwrap_or(0);
        length += 1;
    }
    (length > 1).then_some((value as u8, length))
}

/// The text of `a`, `i` and `c`: escapes resolved, other backslashes dropped.
pub(super) fn text(raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        at += 1;
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        let rest = raw.get(at..).unwrap_or_default();
        match character(rest) {
            Some((byte, length)) => {
                text.push(byte);
                at += length;
            }
            None => {
                text.extend(rest.first());
                at += 1;
            }
        }
    }
    text
}

/// A regular expression with its character escapes resolved; the others are the matcher's.
pub(super) fn regex(raw: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        at += 1;
        if byte != b'\\' {
            text.push(byte);
            continue;
        }
        let rest = raw.get(at..).unwrap_or_default();
        match character(rest) {
            Some((byte, length)) => {
                text.push(byte);
                at += length;
            }
            None => {
                text.push(b'\\');
                text.extend(rest.first());
                at += 1;
            }
        }
    }
    text
}

/// The length of the UTF-8 character at the start; 1 for a byte that starts none.
pub(super) fn character_length(text: &[u8]) -> usize {
    let length = match text.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return 1,
    };
    match text.get(..length).map(std::str::from_utf8) {
        Some(Ok(_)) => length,
        _ => 1,
    }
}
