//! Patches as text: written as git prints them, read as models write them, applied to files.

mod apply;
mod parse;
mod render;

pub use apply::{PatchApplyError, apply};
pub use parse::{FilePatch, Hunk, Line, PatchError, parse};
pub use render::render;
