//! What an image knows about one file besides its bytes. Pure, so that a builder can work out
//! the facts of many files in parallel.

use super::format::LINES_PER_CHECKPOINT;
use crate::digest::Digest;

/// What kind of text a file holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextFlags(pub u8);

impl TextFlags {
    const NUL: u8 = 1;
    const INVALID_UTF8: u8 = 2;
    const NOT_ASCII: u8 = 4;
    const CARRIAGE_RETURN: u8 = 8;
    /// The bits that text has no use for.
    pub(super) const MASK: u8 = 15;

    /// Looks at all bytes once.
    pub fn of(content: &[u8]) -> Self {
        let mut flags = 0;
        if memchr::memchr(0, content).is_some() {
            flags |= Self::NUL;
        }
        if memchr::memchr(b'\r', content).is_some() {
            flags |= Self::CARRIAGE_RETURN;
        }
        if !content.is_ascii() {
            flags |= Self::NOT_ASCII;
            if std::str::from_utf8(content).is_err() {
                flags |= Self::INVALID_UTF8;
            }
        }
        Self(flags)
    }

    /// Whether a NUL byte stands in the file.
    pub fn has_nul(self) -> bool {
        self.0 & Self::NUL != 0
    }

    /// Whether the bytes are valid UTF-8.
    pub fn is_utf8(self) -> bool {
        self.0 & Self::INVALID_UTF8 == 0
    }

    /// Whether a carriage return stands in the file.
    pub fn has_carriage_return(self) -> bool {
        self.0 & Self::CARRIAGE_RETURN != 0
    }

    /// Whether all bytes are below 128.
    pub fn is_ascii(self) -> bool {
        self.0 & Self::NOT_ASCII == 0
    }
}

/// Everything that an image stores about one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// The digest of the bytes in the domain `content`.
    pub digest: Digest,
    /// How many newline bytes there are.
    pub newlines: u32,
    /// Where lines 64, 128, ... (counted from 0) start.
    pub checkpoints: Vec<u32>,
    /// What kind of text it is.
    pub flags: TextFlags,
}

impl FileFacts {
    /// Works out the facts of one file of less than 4 GiB.
    pub fn of(content: &[u8]) -> Self {
        let mut checkpoints = Vec::new();
        let mut newlines = 0_u32;
        for at in memchr::memchr_iter(b'\n', content) {
            newlines += 1;
            if newlines.is_multiple_of(LINES_PER_CHECKPOINT) {
                checkpoints.push(at as u32 + 1);
            }
        }
        Self { digest: Digest::of("content", content), newlines, checkpoints, flags: TextFlags::of(content) }
    }
}
