//! The worker's loop: lease, run, keep the evidence, grade, commit.
//!
//! Every job is a task of its own that beats its lease's heart while the tests run. A result is committed by a
//! lease that is current or not at all; a fault of the infrastructure gives the job back and is never a score.

mod endpoint;
mod job;
mod metrics;
mod options;
mod stage;
#[cfg(test)]
mod tests;

pub use endpoint::serve;
pub use metrics::Metrics;
pub use options::Options;
pub use stage::{Observer, Stage};

use std::sync::Arc;
use std::time::Duration;

use sparring_tasks::Verdict;
use sparring_tasks::execution::{Job, Run};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::evidence::EvidenceStore;
use crate::queue::Queue;
use crate::runner::Runner;

/// After an error of the queue, the next try waits this long.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// How a run becomes a verdict: a pure function, so that the same evidence gives the same verdict anywhere.
pub trait Grade: Fn(&Job, &Run) -> Verdict + Send + Sync + 'static {}

impl<G: Fn(&Job, &Run) -> Verdict + Send + Sync + 'static> Grade for G {}

/// Everything a worker works with.
#[derive(Debug)]
pub struct Worker<Q, R, G> {
    /// Where jobs come from and verdicts go.
    pub queue: Q,
    /// Who runs the tests.
    pub runner: R,
    /// Who judges them.
    pub grade: G,
    /// Where runs are kept.
    pub evidence: EvidenceStore,
    /// What is counted.
    pub metrics: Metrics,
    /// How it works.
    pub options: Options,
}

/// Works until `shutdown` is ready. Then it takes no more jobs, lets those that run end within
/// [`Options::grace`], and gives the rest back to the queue.
pub async fn work<Q: Queue, R: Runner, G: Grade>(worker: Arc<Worker<Q, R, G>>, shutdown: impl Future<Output = ()>) {
    let mut shutdown = std::pin::pin!(shutdown);
    let (stop, stopped) = watch::channel(false);
    let mut running = JoinSet::new();
    loop {
        while running.try_join_next().is_some() {}
        let pause = if running.len() >= worker.options.concurrency.max(1) {
            None
        } else {
            let images = worker.runner.images().await;
            // Not part of any select: a lease that was granted and not heard of would have to run out.
            match worker.queue.lease(&worker.options.name, &images).await {
                Ok(Some((job, lease))) => {
                    worker.at(&lease, &Stage::Leased);
                    running.spawn(job::go_through(worker.clone(), job, lease, stopped.clone()));
                    Some(Duration::ZERO)
                }
                Ok(None) => {
                    worker.metrics.queue_answered();
                    Some(worker.options.idle)
                }
                Err(error) => {
                    worker.metrics.queue_failed(&error);
                    Some(AFTER_ERROR)
                }
            }
        };
        let may_lease_again = async {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => {
                    running.join_next().await;
                }
            }
        };
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            () = may_lease_again => {}
        }
    }
    let all_ended = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(worker.options.grace, all_ended).await.is_err() {
        // Whoever still runs gives its job back and ends.
        stop.send_replace(true);
        while running.join_next().await.is_some() {}
    }
}

impl<Q, R, G> Worker<Q, R, G> {
    /// Counts a stage and tells the observer.
    fn at(&self, lease: &crate::queue::Lease, stage: &Stage) {
        self.metrics.count(stage);
        (self.options.observe)(lease, stage);
    }
}
