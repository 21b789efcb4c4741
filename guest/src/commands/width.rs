//! How many columns of a terminal a character takes up, as `wcwidth` of the GNU C library has it.

/// 0 for control and combining characters, 2 for East Asian wide ones and most pictures, 1 for the rest.
/// Ranges are rounded to whole blocks where a block is nearly uniform.
pub(crate) fn of(character: char) -> usize {
    const ZERO: &[(u32, u32)] = &[
        (0x0300, 0x036f),
        (0x0483, 0x0489),
        (0x0591, 0x05bd),
        (0x0610, 0x061a),
        (0x064b, 0x065f),
        (0x1ab0, 0x1aff),
        (0x1dc0, 0x1dff),
        (0x200b, 0x200f),
        (0x202a, 0x202e),
        (0x2060, 0x2064),
        (0x20d0, 0x20f0),
        (0xfe00, 0xfe0f),
        (0xfe20, 0xfe2f),
        (0xfeff, 0xfeff),
        (0xe0100, 0xe01ef),
    ];
    const TWO: &[(u32, u32)] = &[
        (0x1100, 0x115f),
        (0x231a, 0x231b),
        (0x2329, 0x232a),
        (0x23e9, 0x23ec),
        (0x25fd, 0x25fe),
        (0x2614, 0x2615),
        (0x2648, 0x2653),
        (0x26aa, 0x26ab),
        (0x26bd, 0x26be),
        (0x2705, 0x2705),
        (0x270a, 0x270b),
        (0x2728, 0x2728),
        (0x274c, 0x274c),
        (0x2753, 0x2755),
        (0x2795, 0x2797),
        (0x2b50, 0x2b50),
        (0x2b55, 0x2b55),
        (0x2e80, 0x303e),
        (0x3041, 0x33ff),
        (0x3400, 0x4dbf),
        (0x4e00, 0xa4cf),
        (0xa960, 0xa97c),
        (0xac00, 0xd7a3),
        (0xf900, 0xfaff),
        (0xfe30, 0xfe6f),
        (0xff01, 0xff60),
        (0xffe0, 0xffe6),
        (0x1f300, 0x1f64f),
        (0x1f680, 0x1f6ff),
        (0x1f900, 0x1f9ff),
        (0x20000, 0x3fffd),
    ];
    let number = character as u32;
    let is_in = |ranges: &[(u32, u32)]| {
        ranges
            .binary_search_by(|&(low, high)| {
                if high < number {
                    std::cmp::Ordering::Less
                } else if low > number {
                    std::cmp::Ordering::Greater
                } else {
                    std::cmp::Ordering::Equal
                }
            })
            .is_ok()
    };
    match number {
        0..0x20 | 0x7f..0xa0 => 0,
        0x20..0x300 => 1,
        _ if is_in(ZERO) => 0,
        _ if is_in(TWO) => 2,
        _ => 1,
    }
}

/// Columns of a text; a byte that is no text counts as one.
pub(crate) fn of_text(text: &[u8]) -> usize {
    text.utf8_chunks().map(|chunk| chunk.valid().chars().map(of).sum::<usize>() + chunk.invalid().len()).sum()
}

/// The first character of a text that is not empty: its bytes and its columns. A byte that is no
/// text, and a NUL, count as one column, as programs have it that print what they cannot read.
pub(crate) fn first(text: &[u8]) -> (usize, usize) {
    let start = text.get(..4).unwrap_or(text);
    match start.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
        Some('\0') | None => (1, 1),
        Some(character) => (character.len_utf8(), of(character)),
    }
}
