//! Jobs on their way to workers and verdicts on their way back: at least once run, exactly once committed.
//!
//! [`SqliteQueue`] is one file for the processes of one machine; `NatsQueue` (feature `nats`) serves several
//! machines. [`Address`] names either, [`AnyQueue`] is either. [`Policy`] says when a job is tried again and
//! when it is void; both queues keep to it.

mod address;
mod deliveries;
#[cfg(feature = "nats")]
mod nats;
mod policy;
mod sqlite;

pub use address::{Address, AnyQueue};
pub use deliveries::Deliveries;
#[cfg(feature = "nats")]
pub use nats::NatsQueue;
pub use policy::Policy;
pub use sqlite::SqliteQueue;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use sparring_tasks::Verdict;
use sparring_tasks::execution::{Job, RewardKey};
use sparring_tree::Digest;

/// A durable queue. Every method may be called from any process at any time, and repeated after an error.
pub trait Queue: Send + Sync + 'static {
    /// Adds jobs, each unless one with its key is there: then one verdict will serve both. Jobs are durable
    /// once this returns; after an error some may have been added.
    fn submit_all(&self, jobs: &[Job]) -> impl Future<Output = Result<Vec<Submitted>, QueueError>> + Send;

    /// Adds one job.
    fn submit(&self, job: &Job) -> impl Future<Output = Result<Submitted, QueueError>> + Send {
        let submitted = self.submit_all(std::slice::from_ref(job));
        async move { submitted.await?.pop().ok_or_else(|| QueueError::Store("no answer to a submission".to_owned())) }
    }

    /// Takes a job that nobody holds, if there is one; `images` are the ones that this worker has at hand,
    /// whose jobs are preferred, as are jobs that did not fail at this worker. Each grant raises the job's
    /// fence. A worker holds at most one job at once with which a worker has died before, so that a job that
    /// kills its workers is told from those that ran beside it. Dropping the future may leave a job leased.
    fn lease(
        &self,
        worker: &str,
        images: &[String],
    ) -> impl Future<Output = Result<Option<(Job, Lease)>, QueueError>> + Send;

    /// Says that the holder still works on it: the lease lasts for its whole time again from now on.
    fn heartbeat(&self, lease: &Lease) -> impl Future<Output = Result<Held, QueueError>> + Send;

    /// Commits a verdict: once for each key, and by the current holder only. Repeating a call that took place
    /// answers [`Held::Yes`] again.
    fn complete(&self, lease: &Lease, committed: &Committed) -> impl Future<Output = Result<Held, QueueError>> + Send;

    /// Gives a job back after a fault of the infrastructure. After the last attempt its verdict is
    /// [`Verdict::Void`] with the fault's cause.
    fn fail(
        &self,
        lease: &Lease,
        fault: &sparring_tasks::execution::Fault,
    ) -> impl Future<Output = Result<Held, QueueError>> + Send;

    /// Gives a job back that nothing is wrong with: the worker goes. The attempt does not count.
    fn release(&self, lease: &Lease) -> impl Future<Output = Result<Held, QueueError>> + Send;

    /// Verdicts that were committed after `cursor` (0: from the beginning), in the order of their commits, at
    /// most `limit`; waits up to `patience` for the first one.
    fn watch(
        &self,
        cursor: u64,
        limit: usize,
        patience: Duration,
    ) -> impl Future<Output = Result<Vec<Delivered>, QueueError>> + Send;

    /// How many jobs are in which state.
    fn counts(&self) -> impl Future<Output = Result<Counts, QueueError>> + Send;
}

/// What became of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Submitted {
    /// It waits for a worker.
    Queued(RewardKey),
    /// A job with the same key was there already.
    Joined(RewardKey),
}

/// The right to run one job for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The job's key.
    pub key: RewardKey,
    /// Who holds it.
    pub worker: String,
    /// Raised by each grant of this job: a result of an earlier grant is refused.
    pub fence: u64,
    /// For how long it lasts without a heartbeat.
    pub lasts: Duration,
    /// Grants of this job so far, this one included.
    pub attempt: u32,
}

/// Whether a lease is still the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// It is, and what was asked for took place.
    Yes,
    /// Somebody else got the job, or its verdict is there already. Nothing was changed.
    Fenced,
}

/// A verdict with where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Committed {
    /// The verdict.
    pub verdict: Verdict,
    /// The worker's folder of evidence holds the run under this digest.
    pub evidence: Option<Digest>,
    /// Who ran it.
    pub worker: String,
    /// Milliseconds of the run; 0 when there was none.
    pub elapsed_ms: u64,
}

/// A committed verdict as a trainer reads it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivered {
    /// Continue after this one.
    pub cursor: u64,
    /// The job's key.
    pub key: RewardKey,
    /// The job's task.
    pub task_id: String,
    /// The verdict.
    #[serde(flatten)]
    pub committed: Committed,
}

/// Jobs by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Waiting for a worker, or for the next attempt.
    pub queued: u64,
    /// Held by a worker.
    pub leased: u64,
    /// With a verdict that is a score.
    pub scored: u64,
    /// With a verdict that is void.
    pub void: u64,
    /// Results that came too late, from a lease that was over, and were dropped.
    pub fenced: u64,
}

impl Counts {
    /// Jobs without a verdict.
    pub fn open(&self) -> u64 {
        self.queued + self.leased
    }
}

impl Submitted {
    /// The job's key.
    pub fn key(&self) -> RewardKey {
        match self {
            Self::Queued(key) | Self::Joined(key) => *key,
        }
    }
}

/// Why a queue could not do what it was asked. Nothing was accepted; the call may be repeated.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The store failed.
    #[error("the queue's store: {0}")]
    Store(String),
    /// The job can't be run by anybody.
    #[error(transparent)]
    Job(#[from] sparring_tasks::execution::JobError),
    /// The address names no queue, or one of another version.
    #[error("{0}")]
    Address(String),
}

impl QueueError {
    fn store(error: impl std::fmt::Display) -> Self {
        Self::Store(error.to_string())
    }
}
