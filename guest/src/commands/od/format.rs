//! How `od` writes values: the types of `-t`.

use crate::commands::common::Fault;
use crate::commands::quote;

/// What stands for the first characters of ASCII with `-t a`.
const NAMES: [&str; 33] = [
    "nul", "soh", "stx", "etx", "eot", "enq", "ack", "bel", "bs", "ht", "nl", "vt", "ff", "cr", "so", "si", "dle",
    "dc1", "dc2", "dc3", "dc4", "nak", "syn", "etb", "can", "em", "sub", "esc", "fs", "gs", "rs", "us", "sp",
];

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Signed,
    Unsigned,
    Octal,
    Hexadecimal,
    Named,
    Character,
}

/// One line of each block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    pub(super) kind: Kind,
    /// Bytes of a value.
    pub(super) size: usize,
    /// Whether the bytes follow as text.
    pub(super) has_text: bool,
}

impl Format {
    pub(super) const fn new(kind: Kind, size: usize) -> Self {
        Self { kind, size, has_text: false }
    }

    /// The most columns that a value takes up.
    pub(super) const fn columns(self) -> usize {
        match (self.kind, self.size) {
            (Kind::Signed, 1) => 4,
            (Kind::Signed, 2) => 6,
            (Kind::Signed, 4) => 11,
            (Kind::Unsigned | Kind::Octal, 1) | (Kind::Named | Kind::Character, _) => 3,
            (Kind::Unsigned, 2) => 5,
            (Kind::Unsigned, 4) => 10,
            (Kind::Octal, 2) => 6,
            (Kind::Octal, 4) => 11,
            (Kind::Octal, _) => 22,
            (Kind::Hexadecimal, size) => size * 2,
            (Kind::Signed | Kind::Unsigned, _) => 20,
        }
    }

    pub(super) fn text(self, bytes: &[u8], is_big_endian: bool) -> String {
        let mut wide = [0; 8];
        for (to, from) in wide.iter_mut().zip(bytes) {
            *to = *from;
        }
        if is_big_endian && let Some(used) = wide.get_mut(..self.size) {
            used.reverse();
        }
        let value = u64::from_le_bytes(wide);
        let columns = self.columns();
        match self.kind {
            Kind::Octal => format!("{value:0columns$o}"),
            Kind::Hexadecimal => format!("{value:0columns$x}"),
            Kind::Unsigned => value.to_string(),
            Kind::Signed => {
                let shift = 64 - 8 * self.size as u32;
                (((value << shift) as i64) >> shift).to_string()
            }
            Kind::Named => match value & 0x7f {
                0x7f => "del".to_owned(),
                code => match NAMES.get(code as usize) {
                    Some(name) => (*name).to_owned(),
                    None => char::from(code as u8).to_string(),
                },
            },
            Kind::Character => match value as u8 {
                0 => "\\0".to_owned(),
                7 => "\\a".to_owned(),
                8 => "\\b".to_owned(),
                b'\t' => "\\t".to_owned(),
                b'\n' => "\\n".to_owned(),
                11 => "\\v".to_owned(),
                12 => "\\f".to_owned(),
                b'\r' => "\\r".to_owned(),
                code @ b' '..=b'~' => char::from(code).to_string(),
                code => format!("{code:03o}"),
            },
        }
    }
}

/// The formats of `-t`: letters, each with a size, and `z` for the text.
pub(super) fn formats(text: &[u8]) -> Result<Vec<Format>, Fault> {
    let mut formats = Vec::new();
    let mut rest = text;
    while let Some((&letter, after)) = rest.split_first() {
        rest = after;
        let kind = match letter {
            b'a' => Kind::Named,
            b'c' => Kind::Character,
            b'd' => Kind::Signed,
            b'u' => Kind::Unsigned,
            b'o' => Kind::Octal,
            b'x' => Kind::Hexadecimal,
            b'f' => return Err(Fault::Message(b"floating-point types are not simulated".to_vec())),
            _ => {
                let head = [b"invalid character '", &[letter][..], b"' in type string "].concat();
                return Err(Fault::Message([&head[..], &quote::curly(text)].concat()));
            }
        };
        let mut size = if matches!(kind, Kind::Named | Kind::Character) { 1 } else { 4 };
        if !matches!(kind, Kind::Named | Kind::Character) {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (number, after) = rest.split_at(digits);
            if digits > 0 {
                rest = after;
                let number = std::str::from_utf8(number).unwrap_or_default();
                size = match number.parse() {
                    Ok(size @ (1 | 2 | 4 | 8)) => size,
                    _ => {
                        let tail = format!(";\nthis system doesn't provide a {number}-byte integral type");
                        let head = [&b"invalid type string "[..], &quote::curly(text)].concat();
                        return Err(Fault::Message([&head[..], tail.as_bytes()].concat()));
                    }
                };
            } else if let Some((letter @ (b'C' | b'S' | b'I' | b'L'), after)) = rest.split_first() {
                rest = after;
                size = match letter {
                    b'C' => 1,
                    b'S' => 2,
                    b'I' => 4,
                    _ => 8,
                };
            }
        }
        let after = rest.strip_prefix(b"z");
        rest = after.unwrap_or(rest);
        formats.push(Format { kind, size, has_text: after.is_some() });
    }
    Ok(formats)
}
