//! How a step or an engine can fail. Every one of these is a fault of ours, never the model's.

use std::io;
use std::path::PathBuf;

/// A fault of ours: the caller voids what it was computing and never scores it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The guest trapped without having said why.
    #[error("the guest trapped: {message}")]
    Trap {
        /// The engine's name for the trap.
        message: String,
    },
    /// The guest panicked.
    #[error("the guest panicked: {text}")]
    Panic {
        /// The panic's message and place in the guest's source.
        text: String,
    },
    /// The step took longer than [`EngineConfig::step_deadline`](super::EngineConfig::step_deadline).
    #[error("the step was stopped at its deadline")]
    Backstop,
    /// The guest's arena was full.
    #[error("the guest ran out of memory")]
    ArenaExhausted,
    /// The guest named an output outside of its memory.
    #[error("the guest left an invalid output: {bytes} bytes at {address:#x}")]
    Output {
        /// Where the output should be.
        address: u32,
        /// How long it should be.
        bytes: u32,
    },
    /// The input is longer than a step can take.
    #[error("an input of more than {limit} bytes does not fit into a step")]
    InputTooLong {
        /// [`MAX_INPUT_BYTES`](sparring_tree::layout::MAX_INPUT_BYTES).
        limit: u32,
    },
    /// The image is longer than the guest's address space allows, or longer than its file.
    #[error("an image of {bytes} bytes cannot be mapped")]
    ImageLength {
        /// The length that was asked for.
        bytes: u64,
    },
    /// The kernel refused memory or a mapping.
    #[error("cannot map memory for a step")]
    Memory(#[source] io::Error),
    /// The folder for compiled guests cannot be used.
    #[error("cannot use the cache folder {}: {reason}", path.display())]
    Cache {
        /// The folder or a file in it.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The engine itself refused its configuration or the guest.
    #[error("the wasm engine failed: {0}")]
    Engine(String),
}

impl From<rustix::io::Errno> for EngineError {
    fn from(error: rustix::io::Errno) -> Self {
        Self::Memory(error.into())
    }
}

impl From<wasmtime::Error> for EngineError {
    fn from(error: wasmtime::Error) -> Self {
        Self::Engine(format!("{error:#}"))
    }
}
