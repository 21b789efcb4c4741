//! Makes the index of a content section, in parts that know nothing of each other.

use super::gram::{BLOCK_BYTES, CROWDED, REACH, each_slot, slot_bits};
use super::{BITS_AT, BLOCKS_AT, CROWDED_AT, row_bytes};

/// Blocks of one part: 4 MiB of content.
const PART_BLOCKS: usize = 512;

/// The work of indexing a content section, to be done in any order and on any number of threads.
#[derive(Clone, Copy, Debug)]
pub struct IndexWork<'a> {
    content: &'a [u8],
}

/// The lists of one stretch of the content.
#[derive(Debug)]
pub struct IndexPart {
    /// Blocks of this part that are crowded, counted from its first.
    crowded: Vec<u32>,
    /// Where each slot's list ends in `lists`.
    ends: Vec<u32>,
    /// Each slot's blocks, counted from the part's first, as gaps.
    lists: Vec<u8>,
}

impl<'a> IndexWork<'a> {
    pub(in super::super) fn new(content: &'a [u8]) -> Self {
        Self { content }
    }

    /// How many parts there are; none without content.
    pub fn parts(&self) -> usize {
        self.content.len().div_ceil(BLOCK_BYTES * PART_BLOCKS)
    }

    /// Does one part.
    ///
    /// # Panics
    /// When `part` is not below [`IndexWork::parts`].
    pub fn part(&self, part: usize) -> IndexPart {
        let bits = slot_bits(self.content.len());
        let slots = 1_usize << bits;
        let first = part * PART_BLOCKS;
        let blocks = (self.content.len().div_ceil(BLOCK_BYTES) - first).min(PART_BLOCKS);
        let mut crowded = Vec::new();
        // The slots of each block, one block after the other.
        let (mut found, mut found_ends) = (Vec::<u32>::new(), Vec::with_capacity(blocks));
        let mut counts = vec![0_u32; slots];
        let mut seen = vec![0_u64; slots.div_ceil(64)];
        for block in 0..blocks {
            let start = found.len();
            let text = &self.content[(first + block) * BLOCK_BYTES..];
            each_slot(text, BLOCK_BYTES + REACH, bits, |slot| {
                let (word, bit) = (&mut seen[slot as usize / 64], 1 << (slot % 64));
                if *word & bit == 0 {
                    *word |= bit;
                    found.push(slot);
                }
            });
            found[start..].iter().for_each(|&slot| seen[slot as usize / 64] = 0);
            if found.len() - start > CROWDED {
                found.truncate(start);
                crowded.push(block as u32);
            }
            found[start..].iter().for_each(|&slot| counts[slot as usize] += 1);
            found_ends.push(found.len());
        }
        let (ends, lists) = transpose(&found, &found_ends, &counts);
        IndexPart { crowded, ends, lists }
    }
}

/// From the slots of each block to the blocks of each slot, as gaps.
fn transpose(found: &[u32], found_ends: &[usize], counts: &[u32]) -> (Vec<u32>, Vec<u8>) {
    // Where the next block of each slot goes.
    let mut next = Vec::with_capacity(counts.len());
    let mut total = 0;
    for count in counts {
        next.push(total);
        total += count;
    }
    let mut blocks = vec![0_u16; found.len()];
    let mut start = 0;
    for (block, &end) in found_ends.iter().enumerate() {
        for &slot in &found[start..end] {
            let place = &mut next[slot as usize];
            blocks[*place as usize] = block as u16;
            *place += 1;
        }
        start = end;
    }
    let mut lists = Vec::with_capacity(found.len() + found.len() / 8);
    let mut ends = Vec::with_capacity(counts.len());
    for (&end, &count) in next.iter().zip(counts) {
        let mut expected = 0;
        for &block in &blocks[(end - count) as usize..end as usize] {
            put_gap(u32::from(block) - expected, &mut lists);
            expected = u32::from(block) + 1;
        }
        ends.push(lists.len() as u32);
    }
    (ends, lists)
}

fn put_gap(mut gap: u32, lists: &mut Vec<u8>) {
    while gap >= 0x80 {
        lists.push(gap as u8 | 0x80);
        gap >>= 7;
    }
    lists.push(gap as u8);
}

/// Puts the parts together, which are all parts of the work on `content_bytes` in order.
pub(in super::super) fn assemble(content_bytes: usize, parts: &[IndexPart]) -> Vec<u8> {
    let blocks = content_bytes.div_ceil(BLOCK_BYTES);
    let slots = 1_usize << slot_bits(content_bytes);
    let row = row_bytes(blocks);
    let ends_at = CROWDED_AT + row;
    let lists_at = ends_at + slots * 4;
    let list_bytes: usize = parts.iter().map(|part| part.lists.len()).sum();
    let mut section = Vec::with_capacity(lists_at + list_bytes);
    section.resize(lists_at, 0);
    section[BLOCKS_AT..BLOCKS_AT + 4].copy_from_slice(&(blocks as u32).to_le_bytes());
    section[BITS_AT..BITS_AT + 4].copy_from_slice(&slots.trailing_zeros().to_le_bytes());
    for (index, part) in parts.iter().enumerate() {
        for block in &part.crowded {
            set(&mut section[CROWDED_AT..ends_at], index * PART_BLOCKS + *block as usize);
        }
    }
    for slot in 0..slots {
        let start = section.len();
        append(&mut section, parts, slot);
        if section.len() - start >= row {
            let bits = as_bits(&section[start..], row);
            section.truncate(start);
            section.extend_from_slice(&bits);
        }
        let end = (section.len() - lists_at) as u32;
        section[ends_at + slot * 4..ends_at + slot * 4 + 4].copy_from_slice(&end.to_le_bytes());
    }
    section
}

/// Appends a slot's list of all parts.
fn append(section: &mut Vec<u8>, parts: &[IndexPart], slot: usize) {
    // The block after the last one listed.
    let mut expected = 0;
    for (index, part) in parts.iter().enumerate() {
        let start = slot.checked_sub(1).map_or(0, |before| part.ends[before]) as usize;
        let list = &part.lists[start..part.ends[slot] as usize];
        if list.is_empty() {
            continue;
        }
        let first = (index * PART_BLOCKS) as u32;
        let mut last = first;
        let mut length_of_first = 0;
        each_block(list, |block, read| {
            if length_of_first == 0 {
                length_of_first = read;
                put_gap(first + block - expected, section);
            }
            last = first + block;
        });
        section.extend_from_slice(&list[length_of_first..]);
        expected = last + 1;
    }
}

/// Calls `found` with each block of a list of gaps, and with how many bytes were read up to it.
fn each_block(list: &[u8], mut found: impl FnMut(u32, usize)) {
    let (mut block, mut gap, mut shift) = (0_u32, 0_u32, 0);
    for (at, &byte) in list.iter().enumerate() {
        gap |= u32::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            block += gap;
            found(block, at + 1);
            (block, gap, shift) = (block + 1, 0, 0);
        }
    }
}

fn as_bits(list: &[u8], row: usize) -> Vec<u8> {
    let mut bits = vec![0; row];
    each_block(list, |block, _| set(&mut bits, block as usize));
    bits
}

fn set(bits: &mut [u8], block: usize) {
    bits[block / 8] |= 1 << (block % 8);
}
