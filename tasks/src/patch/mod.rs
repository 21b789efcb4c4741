//! Patches as text: written as git prints them, read as models write them.

mod parse;
mod render;

pub use parse::{FilePatch, Hunk, Line, PatchError, parse};
pub use render::render;
