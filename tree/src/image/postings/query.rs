//! Asks the index, in place.

use super::super::view::number;
use super::gram::{BLOCK_BYTES, REACH, each_slot};
use super::{BITS_AT, BLOCKS_AT, CROWDED_AT, row_bytes};

/// The grams of one literal that are looked up at most.
const MOST_GRAMS: usize = REACH + 1;
/// So few blocks are searched rather than asked about once more.
const FEW_BLOCKS: u32 = 2;

/// The index of an image.
#[derive(Clone, Copy, Debug)]
pub struct Postings<'a> {
    blocks: u32,
    bits: u32,
    crowded: &'a [u8],
    ends: &'a [u8],
    lists: &'a [u8],
}

impl<'a> Postings<'a> {
    /// Reads the head of the section; `None` when there is no index or none of this form.
    pub(in super::super) fn parse(section: &'a [u8]) -> Option<Self> {
        let (blocks, bits) = (number(section, BLOCKS_AT), number(section, BITS_AT));
        if blocks == 0 || !(1..32).contains(&bits) {
            return None;
        }
        let (crowded, rest) = section.get(CROWDED_AT..)?.split_at_checked(row_bytes(blocks as usize))?;
        let (ends, lists) = rest.split_at_checked(4_usize.checked_shl(bits)?)?;
        Some(Self { blocks, bits, crowded, ends, lists })
    }

    /// The blocks in which `literal` may start, in either case of its ASCII letters. `None` when
    /// the index knows nothing about it: it has no three bytes without a newline.
    pub fn blocks_with(&self, literal: &[u8]) -> Option<BlockSet> {
        let mut slots = [0_u32; MOST_GRAMS];
        let mut count = 0;
        each_slot(literal, MOST_GRAMS, self.bits, |slot| {
            if let Some(place) = slots.get_mut(count) {
                *place = slot;
                count += 1;
            }
        });
        let slots = slots.get(..count).filter(|slots| !slots.is_empty())?;
        let mut set: Option<BlockSet> = None;
        // Grams that share no byte say most together, so they come first.
        for slot in (0..3).flat_map(|phase| slots.iter().skip(phase).step_by(3)) {
            match &mut set {
                None => set = Some(self.list(*slot)),
                Some(set) => set.intersect(&self.list(*slot)),
            }
            if set.as_ref().is_some_and(|set| set.len() <= FEW_BLOCKS) {
                break;
            }
        }
        let mut set = set?;
        set.add_bits(self.crowded);
        Some(set)
    }

    fn end(&self, slot: u32) -> usize {
        number(self.ends, slot as usize * 4) as usize
    }

    /// The blocks that are listed for a slot.
    fn list(&self, slot: u32) -> BlockSet {
        let start = slot.checked_sub(1).map_or(0, |before| self.end(before));
        let list = self.lists.get(start..self.end(slot)).unwrap_or_default();
        let mut set = BlockSet { words: vec![0; row_bytes(self.blocks as usize) / 8] };
        if list.len() == row_bytes(self.blocks as usize) {
            set.add_bits(list);
        } else {
            set.add_gaps(list);
        }
        set
    }
}

/// A set of blocks of the content section: one bit for each block there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockSet {
    words: Vec<u64>,
}

impl BlockSet {
    /// How many blocks there are in the set.
    pub fn len(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// Adds the blocks of `other`, a set of the same image.
    pub fn unite(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(own, other)| *own |= other);
    }

    /// Keeps the blocks that `other`, a set of the same image, has too.
    pub fn intersect(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(own, other)| *own &= other);
    }

    /// Whether a block of the set holds a byte of `offset..offset + length` of the content.
    pub fn touches(&self, offset: u32, length: u32) -> bool {
        let Some(last) = length.checked_sub(1) else { return false };
        let last = offset.saturating_add(last) as usize / BLOCK_BYTES;
        self.next_from(offset as usize / BLOCK_BYTES).is_some_and(|block| block <= last)
    }

    /// The first offset of the content, from `offset` on, that lies in a block of the set.
    pub fn next_offset(&self, offset: u32) -> Option<u32> {
        let block = self.next_from(offset as usize / BLOCK_BYTES)?;
        u32::try_from(block * BLOCK_BYTES).ok().map(|start| start.max(offset))
    }

    /// The first block of the set that is not below `block`.
    fn next_from(&self, block: usize) -> Option<usize> {
        let first = self.words.get(block / 64)? & (u64::MAX << (block % 64));
        let rest = self.words.iter().enumerate().skip(block / 64 + 1);
        let mut words = std::iter::once((block / 64, first)).chain(rest.map(|(at, &word)| (at, word)));
        words.find(|(_, word)| *word != 0).map(|(at, word)| at * 64 + word.trailing_zeros() as usize)
    }

    fn add_bits(&mut self, bits: &[u8]) {
        let (words, _) = bits.as_chunks::<8>();
        self.words.iter_mut().zip(words).for_each(|(own, word)| *own |= u64::from_le_bytes(*word));
    }

    fn add_gaps(&mut self, list: &[u8]) {
        let (mut block, mut gap, mut shift) = (0_usize, 0_u32, 0_u32);
        for &byte in list {
            gap |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            shift += 7;
            if byte >= 0x80 {
                continue;
            }
            block = block.saturating_add(gap as usize);
            // Only a damaged list names a block that is not there.
            let Some(word) = self.words.get_mut(block / 64) else { return };
            *word |= 1 << (block % 64);
            (block, gap, shift) = (block + 1, 0, 0);
        }
    }
}
