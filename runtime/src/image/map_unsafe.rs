//! Maps a file for reading.
#![allow(unsafe_code, reason = "a mapping's bytes are outside the language's control")]

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// A file's bytes, mapped read-only.
#[derive(Debug)]
pub(super) struct Map(Mmap);

impl Map {
    /// Maps all of a file.
    pub(super) fn of(file: &File) -> io::Result<Self> {
        // SAFETY: the bytes are read as `&[u8]`, so nobody may write to them or cut the file short.
        // The file is either sealed memory of this process, or lies in the cache's folder, which
        // is closed to other users and whose files are complete before they get their name and
        // are only ever replaced or unlinked, which leaves a mapping as it is.
        unsafe { Mmap::map(file) }.map(Self)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
