//! Thousands of rollouts at once: tasks in, records out.

mod judge;
pub mod policy;
mod replay;
mod run;

pub use judge::base_of;
pub use policy::{Action, Policy, PolicyKind};
pub use replay::{Mismatch, ReplayReport, replay};
pub use run::{OnFinished, Progress, RolloutError, RolloutOptions, RolloutReport, run};
