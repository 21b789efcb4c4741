//! The stages that a job goes through at a worker: for logs, metrics, and tests that kill a worker at each.

use std::sync::Arc;

use sparring_tasks::verdict::Cause;

use crate::evidence;
use crate::queue::Lease;

/// Somebody who is told of each stage.
pub type Observer = Arc<dyn Fn(&Lease, &Stage) + Send + Sync>;

/// Where a job is at a worker, roughly in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It was granted.
    Leased,
    /// The runner is about to get it.
    Starting,
    /// Its lease was prolonged while it runs.
    Heartbeat,
    /// The runner brought a run, which took so many milliseconds.
    Ran(u64),
    /// Its evidence is being stored.
    Evidence(evidence::Step),
    /// It has a verdict, which is about to be committed.
    Graded,
    /// The verdict is committed; whether it is a score.
    Committed {
        /// `Scored`, not `Void`.
        scored: bool,
    },
    /// A fault of the infrastructure was met.
    Faulted(Cause),
    /// After a fault the job was given back.
    Returned,
    /// The lease was over before the job was: what was done is dropped.
    Fenced,
    /// The worker ends and gave the job back.
    Released,
    /// The queue did not answer.
    QueueFailed(String),
}
