//! Final rewards: real test runs on Docker workers, each committed exactly once.
//!
//! A trainer [`submit`](queue::Queue::submit)s a [`Job`](sparring_tasks::execution::Job); workers lease jobs, run
//! them with a [`Runner`](runner::Runner), grade what came back and commit the verdict; the trainer reads verdicts
//! by cursor. Nothing here depends on the simulated tools.

pub mod queue;
pub mod runner;
