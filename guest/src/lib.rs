//! The simulated tools: one pure function from image, state and call to observation.

#[cfg(target_arch = "wasm32")]
mod abi_unsafe;
#[path = "arena_unsafe.rs"]
pub mod arena;
pub mod budget;
pub mod commands;
pub mod glob;
pub mod limits;
pub mod machine;
pub mod matching;
pub mod shell;
pub mod workspace;
pub mod world;

/// One step: the call in `input`, on the repository in `image`, to an encoded outcome.
pub fn step(_image: &[u8], input: &[u8]) -> Vec<u8> {
    input.to_vec()
}
