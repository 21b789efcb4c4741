//! The contract of a real test run: what a worker is given ([`Job`]), what it brings back ([`Run`]),
//! and how that becomes a [`Verdict`](crate::Verdict).
//!
//! Plain data: queues carry it, workers execute it, graders judge it. Nothing here knows of containers.

mod files;
mod job;
mod run;

pub use files::{Files, JobFile};
pub use job::{
    Device, Expected, Grading, ImageReference, JOB_VERSION, Job, JobError, Resources, RewardKey, Suite, TestCommand,
};
pub use run::{Exit, Fault, Report, Run};
