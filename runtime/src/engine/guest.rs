//! The guest as the build left it: a module without data, and its static data beside it.

use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/guest.rs"));

/// A module and the static data that belongs to it.
#[derive(Clone, Debug)]
pub(super) struct Guest {
    pub(super) module: Cow<'static, [u8]>,
    /// From [`STATIC_BASE`](sparring_tree::layout::STATIC_BASE) on; zero from its end to `static_end`.
    pub(super) data: Cow<'static, [u8]>,
    /// The first address of static data that may be written to.
    pub(super) mutable_base: u32,
    /// One past the static data's last address.
    pub(super) static_end: u32,
    pub(super) digest: [u8; 32],
}

impl Guest {
    /// The guest that this crate was built with.
    pub(super) fn embedded() -> Self {
        Self {
            module: Cow::Borrowed(include_bytes!(concat!(env!("OUT_DIR"), "/guest.wasm"))),
            data: Cow::Borrowed(include_bytes!(concat!(env!("OUT_DIR"), "/guest.data"))),
            mutable_base: MUTABLE_BASE,
            static_end: STATIC_END,
            digest: DIGEST,
        }
    }
}

/// BLAKE3 over the embedded guest's code and data: two builds with the same digest give the same observations.
pub const fn guest_digest() -> [u8; 32] {
    DIGEST
}
