//! The simulated tools: one pure function from image, state and call to observation.

#[cfg(target_arch = "wasm32")]
mod abi_unsafe;
#[path = "arena_unsafe.rs"]
pub mod arena;
pub mod budget;
pub mod commands;
pub mod conversation;
pub mod editor;
pub mod glob;
pub mod limits;
pub mod machine;
pub mod matching;
pub mod profile;
mod python;
pub mod reference;
pub mod shell;
pub mod step;
pub mod window;
pub mod workspace;
pub mod world;

pub use step::step;
