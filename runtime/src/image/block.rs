//! One image: a tree as a file that is mapped read-only.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use sparring_tree::image::{FileFacts, write_with};
use sparring_tree::{Digest, ImageView, Tree};

use super::error::ImageCacheErrorKind;
use super::map_unsafe::Map;
use crate::engine::ImageHandle;

/// An image that sessions share. Open as long as the value lives; dropping it unmaps the file.
#[derive(Debug)]
pub struct Image {
    handle: ImageHandle,
    map: Map,
    tree_digest: Digest,
    path: Option<PathBuf>,
}

impl Image {
    /// Builds an image in memory, without a cache: for tests and for trees that nobody opens again.
    ///
    /// # Errors
    /// When the memory cannot be had.
    pub fn build(tree: &Tree) -> io::Result<Self> {
        Self::in_memory(&build_block(tree, &facts(tree)))
    }

    /// As [`Image::build`], but without a search index: every search reads every file. What the
    /// index is measured and tested against.
    ///
    /// # Errors
    /// When the memory cannot be had.
    pub fn build_without_index(tree: &Tree) -> io::Result<Self> {
        Self::in_memory(&write_with(tree, &facts(tree), |_| Vec::new()))
    }

    fn in_memory(block: &[u8]) -> io::Result<Self> {
        let mut file = File::from(memfd_create("sparring image", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
        file.write_all(block)?;
        fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
        Self::open(file, None).map_err(io::Error::other)
    }

    /// Maps an image file without reading its body.
    pub(super) fn open(file: File, path: Option<PathBuf>) -> Result<Self, ImageCacheErrorKind> {
        let map = Map::of(&file)?;
        let tree_digest = ImageView::parse(map.bytes())?.tree_digest();
        let handle = ImageHandle::new(file, map.bytes().len() as u64)?;
        Ok(Self { handle, map, tree_digest, path })
    }

    /// The image, to read in place.
    pub fn view(&self) -> ImageView<'_> {
        ImageView::parse(self.map.bytes()).expect("the header was read when the image was opened")
    }

    /// The whole block.
    pub fn bytes(&self) -> &[u8] {
        self.map.bytes()
    }

    /// The engine's handle to this image; always the same one, so that places recognise it.
    pub fn handle(&self) -> &ImageHandle {
        &self.handle
    }

    /// The file that holds the block and nothing else.
    pub fn file(&self) -> &File {
        self.handle.file()
    }

    /// Bytes of the block, and of the file.
    pub fn len(&self) -> u64 {
        self.map.bytes().len() as u64
    }

    /// Never true: even an empty tree's image has a header.
    pub fn is_empty(&self) -> bool {
        self.map.bytes().is_empty()
    }

    /// The digest of the tree that the image holds.
    pub fn tree_digest(&self) -> Digest {
        self.tree_digest
    }

    /// Where the file lies; `None` for one in memory. The file may be evicted while it is open.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

/// The facts of a tree's entries, worked out on all threads of rayon's pool.
pub(super) fn facts(tree: &Tree) -> Vec<FileFacts> {
    tree.entries().par_iter().map(|entry| FileFacts::of(entry.node.bytes())).collect()
}

/// The block of a tree, its index made on all threads of rayon's pool.
pub(super) fn build_block(tree: &Tree, facts: &[FileFacts]) -> Vec<u8> {
    write_with(tree, facts, |work| (0..work.parts()).into_par_iter().map(|part| work.part(part)).collect())
}
