//! Containers: jobs run for real, by Docker or podman, on code that nobody trusts.
//!
//! [`policy::configuration`] is the whole of what a container may do. [`ContainerRunner`] makes one for each job,
//! lays the job's files into it, waits for its main process (the tests themselves), fetches what it reported, and
//! removes it, whatever happens: at the end, at the deadline, when its future is dropped, and, should the worker die,
//! by the [reaper](ContainerRunner::reap) of the next one.

mod archive;
pub mod build;
mod daemon;
mod image;
mod labels;
mod log;
mod overlay;
mod owner;
pub mod policy;
mod program;
mod reaper;
mod runner;
#[cfg(test)]
mod samples;
pub mod seccomp;
mod tree;
mod wait;

pub use daemon::{Daemon, DaemonError};
pub use labels::{DEADLINE, FENCE, OWNER, REWARD_KEY};
pub use owner::Owner;
pub use reaper::EVERY as REAPED_EVERY;
pub use runner::{Container, ContainerRunner, Options};
