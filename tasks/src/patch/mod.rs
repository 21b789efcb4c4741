//! Patches as text.

mod render;

pub use render::render;
