//! From a test run to a verdict.
//!
//! [`grade`] is the whole judgement. What has to happen before a run is here as well: [`protect`] separates what an
//! agent may change from what belongs to the tests, [`canary`] makes tests that must fail, [`runner`] holds the
//! program that runs pytest in a container, [`log`] reads the logs of suites that write no JUnit file, and [`attacks`]
//! are the tricks that all of this is tested against.
//! `docs/grading.md` has the rules and threats.

pub mod attacks;
pub mod canary;
mod compatible;
pub mod flag;
pub mod junit;
pub mod log;
mod names;
pub mod protect;
pub mod runner;
mod strict;

pub use flag::{Flag, FlagKind};

use crate::execution::{Grading, Job, Run};
use crate::verdict::{Cause, Verdict};

/// Judges a run by the job's rules.
///
/// A score is 0 or 1. Tests that time out, run out of memory or end the runner score 0; so does a run that was
/// tampered with, with the words of a [`Flag`] in its evidence. Void is only what a worker did wrong: a job that
/// cannot be judged, or a pytest run without a report.
pub fn grade(job: &Job, run: &Run) -> Verdict {
    if let Err(error) = job.check() {
        return Verdict::Void { cause: Cause::Worker, detail: error.to_string() };
    }
    match job.grading {
        Grading::Strict => strict::grade(job, run),
        Grading::SweBench => compatible::swe_bench(job, run),
        Grading::SweSmith => compatible::swe_smith(job, run),
    }
}

/// Whether a verdict says that something was tampered with: in the tree, by the tests, or on the way.
pub fn is_flagged(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Void { cause, .. } => *cause == Cause::Tampered,
        Verdict::Scored { .. } => verdict.failures().any(|evidence| {
            FlagKind::ALL.into_iter().any(|kind| evidence.detail.starts_with(&format!("{}: ", kind.words())))
        }),
    }
}
