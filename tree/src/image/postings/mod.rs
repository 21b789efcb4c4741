//! The search index of an image: which blocks of its content may hold three given bytes.
//!
//! ```text
//! u32          blocks
//! u32          slots, as a power of two
//! bits         one for each block: it is crowded and may hold everything
//! u32 each     for each slot where its list ends; the first list starts at 0
//! lists        a slot's blocks: gaps as LEB128, or one bit for each block where that is shorter
//! ```
//!
//! Bits stand in little-endian words of 64. A list of exactly the length of a row of bits is one.
//!
//! The content section is cut into blocks of 8 KiB, which do not care for the bounds of files:
//! many small files share a block, a large file has many, and both the size of the index and what
//! a hit costs stay the same. An index can only rule blocks out; what is left is searched.

mod build;
mod gram;
mod query;

pub use build::{IndexPart, IndexWork};
pub use query::{BlockSet, Postings};

pub(super) use build::assemble;

use super::format::Section;
use super::view::ImageView;

const BLOCKS_AT: usize = 0;
const BITS_AT: usize = 4;
const CROWDED_AT: usize = 8;

/// Bytes of one bit for each block.
fn row_bytes(blocks: usize) -> usize {
    blocks.div_ceil(64) * 8
}

impl<'a> ImageView<'a> {
    /// The search index; `None` when the image was written without one.
    pub fn postings(&self) -> Option<Postings<'a>> {
        Postings::parse(self.section(Section::Postings))
    }

    /// How many bytes the search index takes up.
    pub fn index_bytes(&self) -> usize {
        self.section(Section::Postings).len()
    }
}

#[cfg(test)]
mod tests;
