//! Which slot of the table three bytes of text belong to. Part of the format.

/// The content section is indexed in blocks of this many bytes, whatever files lie in them.
pub(super) const BLOCK_BYTES: usize = 8 << 10;
/// A block is listed for the grams that start in it and in this many bytes after it, so that a
/// literal of up to two bytes more that starts in a block has all of its grams there.
pub(super) const REACH: usize = 32;
/// A block with more slots than this is compressed or random data. Listing it would cost more than
/// searching it: it may hold everything.
pub(super) const CROWDED: usize = BLOCK_BYTES / 2;

const SYMBOL_BITS: u32 = 7;
const GRAM_MASK: u32 = (1 << (3 * SYMBOL_BITS)) - 1;
/// Slots of the table, as a power of two: at least this,
const LEAST_BITS: u32 = 6;
/// and at most this.
const MOST_BITS: u32 = 18;
/// Bytes of content for each slot, between the two bounds.
const BYTES_A_SLOT: usize = 64;

/// Letters of both cases are one symbol, so that one table serves both ways to search. The 26
/// places that this leaves among 128 hold all bytes above ASCII.
const SYMBOLS: [u8; 256] = {
    let mut symbols = [0_u8; 256];
    let mut byte = 0;
    while byte < 256 {
        let low = byte as u8;
        symbols[byte] = if low.is_ascii() { low.to_ascii_lowercase() } else { b'A' + low % 26 };
        byte += 1;
    }
    symbols
};

/// The power of two of slots for so much content.
pub(super) fn slot_bits(content_bytes: usize) -> u32 {
    (content_bytes / BYTES_A_SLOT).next_power_of_two().trailing_zeros().clamp(LEAST_BITS, MOST_BITS)
}

/// Calls `found` with the slot of each gram that starts in the first `starts` bytes of `text`, in
/// order. Grams with a newline are left out: no line holds one.
pub(super) fn each_slot(text: &[u8], starts: usize, bits: u32, mut found: impl FnMut(u32)) {
    let end = text.len().min(starts.saturating_add(2));
    let (mut gram, mut length) = (0_u32, 0_u32);
    for &byte in text.get(..end).unwrap_or(text) {
        if byte == b'\n' {
            length = 0;
            continue;
        }
        gram = (gram << SYMBOL_BITS | u32::from(SYMBOLS[usize::from(byte)])) & GRAM_MASK;
        length += 1;
        if length >= 3 {
            // Multiplicative hashing; the upper bits are the good ones.
            found(gram.wrapping_mul(0x9e37_79b1) >> (32 - bits));
        }
    }
}
