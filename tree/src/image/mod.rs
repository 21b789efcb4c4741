//! The image: a [`Tree`](crate::Tree) as one flat block, read in place by guest and host.
//!
//! ```text
//! header (256 bytes)   magic, version, tree digest, offsets and lengths of the sections
//! entries              one fixed record an entry, in walk order; record 0 is the root
//! paths                the entries' paths, one after the other
//! slots                open-addressed hash table from path to entry
//! checkpoints          for every file the offset of each 64th line
//! digests              the content digest of each entry, for the host only
//! content              files and link targets, in walk order, page-aligned
//! postings             the search index of the content, see [`postings`]; may be empty
//! ```
//!
//! All numbers are little-endian `u32` unless said otherwise, and no field holds a pointer, so a
//! file that holds the block can be mapped anywhere. The guest trusts the block (it was checked
//! by the host, and a wrong number can only make it read other bytes of the same block); the host
//! checks a file with [`ImageView::validate`] before it is used.

mod facts;
mod format;
mod postings;
mod untracked;
mod view;
mod write;

pub use facts::{FileFacts, TextFlags};
pub use format::{IMAGE_VERSION, LINES_PER_CHECKPOINT};
pub use postings::{BlockSet, IndexPart, IndexWork, Postings};
pub use view::{Children, EntryView, ImageError, ImageView};
pub use write::{write, write_with};
