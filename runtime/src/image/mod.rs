//! Images on the host: built from a tree in parallel, kept as files, mapped read-only.
//!
//! An [`Image`] is one mapped file in the layout of [`sparring_tree::image`]. The [`ImageCache`]
//! keeps such files in a folder of its own, bounded in size and safe for several processes; every
//! file in it can be deleted at any time, at the price of building it again.

mod block;
mod cache;
mod error;
mod evict;
mod lock;
mod map_unsafe;
mod record;
mod storage;
#[cfg(test)]
mod tests;
mod trust;

pub use block::Image;
pub use cache::{ImageCache, Opened};
pub use error::{ImageCacheError, ImageCacheErrorKind};

use sparring_tree::{Kind, Node, Tree, TreeBuilder, TreeError, TreeLimits};

/// The tree that an image holds, copied out of it.
///
/// # Errors
/// When the image's entries make no tree: it is damaged.
pub fn tree_of(view: sparring_tree::ImageView<'_>) -> Result<Tree, TreeError> {
    let unlimited = TreeLimits { entries: usize::MAX, bytes: u64::MAX, file_bytes: u64::MAX, depth: usize::MAX };
    let mut builder = TreeBuilder::new(unlimited);
    for entry in (1..view.entry_count()).filter_map(|index| view.entry(index)) {
        let node = match entry.kind() {
            Kind::Directory => Node::Directory,
            Kind::File => Node::File { executable: entry.mode().is_executable(), content: entry.content().into() },
            Kind::Link => Node::Link { target: entry.content().into() },
        };
        let path = entry.path().to_vec();
        if entry.has_untracked() { builder.insert_untracked(path, node)? } else { builder.insert(path, node)? }
    }
    builder.finish()
}
