//! Final rewards: real test runs on Docker workers, each committed exactly once.
//!
//! A trainer [`submit`](queue::Queue::submit)s a [`Job`](sparring_tasks::execution::Job); workers lease jobs, run
//! them with a [`Runner`](runner::Runner), keep the run in an [`EvidenceStore`](evidence::EvidenceStore), grade it
//! and commit the verdict ([`worker::work`]); the trainer reads verdicts by cursor. Nothing here depends on the
//! simulated tools.

pub mod admission;
pub mod audit;
#[cfg(feature = "container")]
pub mod container;
pub mod evidence;
pub mod queue;
pub mod runner;
#[cfg(test)]
mod samples;
pub mod worker;
