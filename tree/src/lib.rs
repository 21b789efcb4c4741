//! What every other crate of Sparring speaks: paths, bytes, modes, digests, trees, the overlay of
//! a session, diffs, and the flat image block.
//!
//! A [`Tree`] is one snapshot of a repository, without history. An [`image`] is the same snapshot
//! as one flat block that guest and host read in place. An [`Overlay`] holds what a session has
//! changed on top of it, as pieces of the image and of shared blobs.
//!
//! Nothing here touches a file system: readers and writers of real files live in the runtime.

pub mod content;
pub mod diff;
pub mod difference;
pub mod digest;
pub mod image;
mod layer;
pub mod layout;
pub mod mode;
pub mod overlay;
pub mod path;
mod tree;

pub use content::{BlobId, Content, Piece, PieceSource};
pub use digest::{Digest, Hasher};
pub use image::{ImageError, ImageView};
pub use layer::{Layer, LayerChange, LayerError};
pub use mode::{Kind, Mode};
pub use overlay::{Change, Overlay};
pub use tree::{Entry, Node, Tree, TreeBuilder, TreeError, TreeLimits};
