//! Characters in bytes that are mostly, but not always, UTF-8.

/// What stands at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    /// A character and its length in bytes.
    Char(char, usize),
    /// A byte that starts no character.
    Invalid(u8),
    /// The end of the text.
    End,
}

/// Decodes what starts at `position`.
pub(super) fn decode(text: &[u8], position: usize) -> Decoded {
    let Some(&first) = text.get(position) else {
        return Decoded::End;
    };
    if first.is_ascii() {
        return Decoded::Char(char::from(first), 1);
    }
    let length = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => return Decoded::Invalid(first),
    };
    let character = text
        .get(position..position + length)
        .and_then(|bytes| std::str::from_utf8(bytes).ok())
        .and_then(|text| text.chars().next());
    character.map_or(Decoded::Invalid(first), |character| Decoded::Char(character, length))
}

/// The length of what starts at `position`: of a character, of one stray byte, 0 at the end.
/// Tools step over an empty match by it.
pub fn step_length(text: &[u8], position: usize) -> usize {
    match decode(text, position) {
        Decoded::Char(_, length) => length,
        Decoded::Invalid(_) => 1,
        Decoded::End => 0,
    }
}

/// What ends at `position`; [`Decoded::End`] at the start of the text.
pub(super) fn before(text: &[u8], position: usize) -> Decoded {
    let Some(&last) = position.checked_sub(1).and_then(|last| text.get(last)) else {
        return Decoded::End;
    };
    if last.is_ascii() {
        return Decoded::Char(char::from(last), 1);
    }
    let whole = (2..=4).find_map(|length| {
        let decoded = decode(text, position.checked_sub(length)?);
        matches!(decoded, Decoded::Char(_, found) if found == length).then_some(decoded)
    });
    whole.unwrap_or(Decoded::Invalid(last))
}

/// Whether `position` lies inside of a character: how many bytes of it are still to come.
pub(super) fn inside(text: &[u8], position: usize) -> usize {
    let continues = |byte: &u8| (0x80..0xC0).contains(byte);
    if !text.get(position).is_some_and(continues) {
        return 0;
    }
    let reach = (1..=3).find_map(|back| {
        let start = position.checked_sub(back)?;
        match decode(text, start) {
            Decoded::Char(_, length) if length > back => Some(length - back),
            _ => None,
        }
    });
    reach.unwrap_or(0)
}
