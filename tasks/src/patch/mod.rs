//! Patches as text: what `git diff` prints for a list of changes.

mod render;

pub use render::render;
