//! Measures what steps cost, for `sparring bench` and the criterion benches.
//!
//! A [`Subject`] is a repository with operations that fit it: files to view, a unique passage to
//! replace, a word to search for. Each [`Operation`] is timed in a session under both policies,
//! as the same guest function compiled natively, and where a real program does the same, as that
//! program in a shell of its own ([`Peer`]). Every timed run has its observation checked first: a
//! figure of a step that did something else is no figure.

mod generated;
mod latency;
mod memory;
mod operation;
mod peer;
mod search;
mod subject;
mod threads;

pub use generated::generated_tree;
pub use latency::{Effort, Latency, measure};
pub use memory::{SessionMemory, memory_per_session};
pub use operation::{Operation, Start, native_step};
pub use peer::Peer;
pub use search::{CLASSES, INDEXED, SCANNED, Searches};
pub use subject::Subject;
pub use threads::{Scaling, scaling};

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A session could not be made.
    #[error(transparent)]
    Session(#[from] crate::session::SessionError),
    /// A step failed: a fault of ours.
    #[error(transparent)]
    Step(#[from] crate::session::StepError),
    /// The generated tree was refused, or a tree could not be read back.
    #[error(transparent)]
    Tree(#[from] sparring_tree::TreeError),
    /// A file or a peer could not be used.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The repository has nothing to do this with.
    #[error("the repository has no {0}")]
    Missing(&'static str),
    /// A step answered something else than its operation is about.
    #[error("`{operation}` was answered by: {observation}")]
    Answer {
        /// The operation's name.
        operation: String,
        /// What the model would have read.
        observation: String,
    },
}
