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
