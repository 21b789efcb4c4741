//! Where each number of an image stands. Any change here raises [`IMAGE_VERSION`].

/// The version of the layout; files of other versions are rebuilt.
pub const IMAGE_VERSION: u32 = 3;
/// The first eight bytes of every image.
pub(super) const MAGIC: [u8; 8] = *b"SPARRING";
/// Every this many lines a checkpoint stands: a line is found by at most this many steps.
pub const LINES_PER_CHECKPOINT: u32 = 64;
/// The content section starts at a multiple of this.
pub(super) const PAGE: usize = 4096;

pub(super) const HEADER_BYTES: usize = 256;
pub(super) const VERSION_AT: usize = 8;
pub(super) const COUNT_AT: usize = 12;
pub(super) const TREE_DIGEST_AT: usize = 16;
pub(super) const SECTIONS_AT: usize = 48;
/// The digest of everything else, which ends the header; checked before a file is trusted.
pub(super) const BODY_DIGEST_AT: usize = 224;

/// The sections in the order in which the header names them, each as offset and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Entries = 0,
    Paths = 1,
    Slots = 2,
    Checkpoints = 3,
    Digests = 4,
    Content = 5,
    Postings = 6,
}

/// How many sections the header names.
pub(super) const SECTIONS: usize = 7;

/// One entry's record.
pub(super) const RECORD_BYTES: usize = 36;
pub(super) const PATH_OFFSET_AT: usize = 0;
pub(super) const PATH_LENGTH_AT: usize = 4; // u16
pub(super) const KIND_AT: usize = 6; // u8
pub(super) const FLAGS_AT: usize = 7; // u8
/// In the flags' byte, beside those of the text: a file in no commit, or a directory that holds such a file.
pub(super) const UNTRACKED: u8 = 0x80;
pub(super) const MODE_AT: usize = 8; // u16
pub(super) const PARENT_AT: usize = 12;
pub(super) const SUBTREE_END_AT: usize = 16;
pub(super) const CONTENT_OFFSET_AT: usize = 20;
pub(super) const CONTENT_LENGTH_AT: usize = 24;
pub(super) const NEWLINES_AT: usize = 28;
pub(super) const CHECKPOINT_AT: usize = 32;

/// An empty slot of the path table.
pub(super) const NO_ENTRY: u32 = u32::MAX;

/// The hash of a path: FNV-1a over 64 bits, folded. Part of the format.
pub(super) fn path_hash(path: &[u8]) -> u32 {
    let hash = path
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    (hash ^ (hash >> 32)) as u32
}
