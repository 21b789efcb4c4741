//! The files that a session sees: the image below, its own changes above, a few fixed
//! directories around.
//!
//! ```text
//! /testbed/...      the image, mounted where the session's settings say
//! /tmp, /root, ...  the empty directories of a slim container (see [`skeleton`])
//! anything          changed by the session: the overlay
//! ```
//!
//! A path is parsed once, by [`Workspace::resolve`], into a [`VirtualPath`]; no other path type
//! exists here, and nothing outside these three layers can be named.

mod blobs;
mod candidates;
pub(crate) mod device;
mod edit;
mod error;
mod list;
mod merge;
mod path;
mod read;
mod resolve;
mod seams;
mod skeleton;

pub use blobs::BlobStore;
pub use candidates::{Candidates, FileFilter};
pub use device::Device;
pub use error::FileError;
pub use list::{DirectoryEntry, Walked};
pub use path::VirtualPath;

use sparring_tree::content::{MissingBlob, PieceStore};
use sparring_tree::image::EntryView;
use sparring_tree::{BlobId, Change, Content, ImageView, Kind, Mode, Overlay};

use crate::budget::{Budget, Stop};
use crate::world::UMASK;
use std::cell::Cell;

/// What a path leads to, without following a link in its last component.
#[derive(Clone, Copy)]
pub enum Node<'w, 'a> {
    /// A directory of the skeleton or of the path to the mount point.
    Fixed,
    /// An entry of the image.
    Image(EntryView<'a>),
    /// An entry of the session's own (never [`Change::Removed`]).
    Changed(&'w Change),
    /// A device of `/dev`.
    Device(Device),
}

impl<'w> Node<'w, '_> {
    /// What it is; a device counts as a file.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Fixed => Kind::Directory,
            Self::Image(entry) => entry.kind(),
            Self::Changed(Change::Removed | Change::Directory { .. }) => Kind::Directory,
            Self::Changed(Change::File { .. }) | Self::Device(_) => Kind::File,
            Self::Changed(Change::Link { .. }) => Kind::Link,
        }
    }

    /// Its permission bits.
    pub fn mode(&self) -> Mode {
        match self {
            Self::Fixed => Mode::DIRECTORY,
            Self::Image(entry) => entry.mode(),
            Self::Changed(Change::Directory { mode, .. } | Change::File { mode, .. }) => *mode,
            Self::Changed(Change::Link { .. }) => Mode::LINK,
            Self::Changed(Change::Removed) => Mode(0),
            Self::Device(_) => Mode(0o666),
        }
    }

    /// Bytes of a file or of a link's target, 4096 for a directory (as ext4 and overlayfs say).
    pub fn size(&self) -> u64 {
        match self {
            Self::Fixed | Self::Changed(Change::Directory { .. }) => 4096,
            Self::Image(entry) if entry.kind() == Kind::Directory => 4096,
            Self::Image(entry) => u64::from(entry.len()),
            Self::Changed(Change::File { content, .. }) => content.len(),
            Self::Changed(Change::Link { target }) => target.len() as u64,
            Self::Changed(Change::Removed) | Self::Device(_) => 0,
        }
    }

    /// A link's target.
    pub fn target(&self) -> Option<&'w [u8]>
    where
        Self: 'w,
    {
        match self {
            Self::Image(entry) if entry.kind() == Kind::Link => Some(entry.content()),
            Self::Changed(Change::Link { target }) => Some(target),
            _ => None,
        }
    }
}

/// The files of one session during one step.
pub struct Workspace<'a> {
    image: ImageView<'a>,
    mount: VirtualPath,
    base: Overlay,
    overlay: Overlay,
    blobs: &'a BlobStore<'a>,
    budget: &'a Budget,
    /// Bytes of blobs that the session holds, those of this step included.
    blob_bytes: u64,
    changed: bool,
    /// Permission bits that new files and directories are made without.
    umask: u16,
    device_reads: Cell<u64>,
    /// A reader has asked for all that an endless device gives.
    is_endless: Cell<bool>,
}

impl<'a> Workspace<'a> {
    /// A session's files: `image` at `mount`, with the session's `overlay` above, which started as
    /// `base`. `blob_bytes` is what the session's blobs weigh.
    pub fn new(
        image: ImageView<'a>,
        mount: VirtualPath,
        base: Overlay,
        overlay: Overlay,
        blobs: &'a BlobStore<'a>,
        blob_bytes: u64,
        budget: &'a Budget,
    ) -> Self {
        Self {
            image,
            mount,
            base,
            overlay,
            blobs,
            budget,
            blob_bytes,
            changed: false,
            umask: UMASK,
            device_reads: Cell::new(0),
            is_endless: Cell::new(false),
        }
    }

    /// Where the image is mounted.
    pub fn mount(&self) -> &VirtualPath {
        &self.mount
    }

    /// The image below.
    pub fn image(&self) -> ImageView<'a> {
        self.image
    }

    /// What the task's base changes on top of the image: part of what counts as committed.
    pub fn base(&self) -> &Overlay {
        &self.base
    }

    /// The session's changes, those of the base included.
    pub fn overlay(&self) -> &Overlay {
        &self.overlay
    }

    /// Whether this step has changed anything.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// The budget that reads and writes are charged to.
    pub fn budget(&self) -> &'a Budget {
        self.budget
    }

    /// Permission bits that new files and directories are made without; `0022` at first.
    pub fn umask(&self) -> u16 {
        self.umask
    }

    /// Sets [`Workspace::umask`]: a shell does so when it starts, changes it or ends.
    pub fn set_umask(&mut self, umask: u16) {
        self.umask = umask & 0o777;
    }

    /// The blobs of the session.
    pub fn blobs(&self) -> &'a BlobStore<'a> {
        self.blobs
    }

    /// What stands at a path, links not followed.
    pub fn node(&self, path: &VirtualPath) -> Option<Node<'_, 'a>> {
        let bytes = path.as_bytes();
        match self.overlay.get(bytes) {
            Some(Change::Removed) => return None,
            Some(change @ (Change::File { .. } | Change::Link { .. } | Change::Directory { .. })) => {
                return Some(Node::Changed(change));
            }
            None => {}
        }
        if self.overlay.hides(bytes) {
            return None;
        }
        self.base_node(bytes)
    }

    /// As [`Workspace::node`], for a walk that knows whether the image is out of sight here.
    pub(super) fn node_in(&self, path: &VirtualPath, is_hidden: bool) -> Option<Node<'_, 'a>> {
        match self.overlay.get(path.as_bytes()) {
            Some(Change::Removed) => None,
            Some(change) => Some(Node::Changed(change)),
            None if is_hidden => None,
            None => self.base_node(path.as_bytes()),
        }
    }

    /// What stands at a path before any change of the session.
    pub(crate) fn base_node(&self, path: &[u8]) -> Option<Node<'static, 'a>> {
        if let Some(inside) = self.inside_mount(path) {
            return self.image.lookup(inside).map(Node::Image);
        }
        if let Some(device) = Device::at(path) {
            return Some(Node::Device(device));
        }
        let is_above_mount = path.is_empty() || sparring_tree::path::is_below(self.mount.as_bytes(), path);
        (is_above_mount || skeleton::contains(path)).then_some(Node::Fixed)
    }

    /// The path within the image, for a path at or below the mount point.
    pub fn inside_mount<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        let mount = self.mount.as_bytes();
        if mount.is_empty() {
            return Some(path);
        }
        match path.strip_prefix(mount)? {
            b"" => Some(b""),
            rest => rest.strip_prefix(b"/"),
        }
    }
}

impl<'a> PieceStore<'a> for Workspace<'a> {
    fn image(&self) -> ImageView<'a> {
        self.image
    }

    fn blob(&self, id: BlobId) -> Result<&'a [u8], MissingBlob> {
        self.blobs.get(id)
    }
}

impl From<MissingBlob> for Stop {
    fn from(missing: MissingBlob) -> Self {
        Self::NeedBlob(missing.0.0)
    }
}

/// A file's bytes, wherever they are.
pub(crate) fn content_of(node: &Node<'_, '_>) -> Option<Content> {
    match node {
        Node::Image(entry) if entry.kind() == Kind::File => Some(Content::of_entry(entry)),
        Node::Changed(Change::File { content, .. }) => Some(content.clone()),
        Node::Device(_) => Some(Content::default()),
        _ => None,
    }
}
