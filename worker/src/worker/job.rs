//! One job at a worker, from its lease to its end.

use std::sync::Arc;
use std::time::Duration;

use sparring_tasks::Verdict;
use sparring_tasks::execution::{Fault, Job};
use sparring_tasks::verdict::Cause;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep};

use super::{Grade, Stage, Worker};
use crate::evidence::Record;
use crate::queue::{Committed, Held, Lease, Queue, QueueError};
use crate::runner::Runner;

/// A queue that does not answer is asked for this many leases' time before a result is given up. The result
/// stays good as long as nobody else got the job.
const PATIENCE: u32 = 10;
/// Between two tries.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// How the running of a job ended.
enum Ended {
    Verdict(Committed),
    Fault(Fault),
    /// Somebody else has the job.
    Lost,
    /// The worker ends.
    Stopped,
}

/// Takes a job through all stages.
pub(super) async fn go_through<Q: Queue, R: Runner, G: Grade>(
    worker: Arc<Worker<Q, R, G>>,
    job: Job,
    lease: Lease,
    mut stop: watch::Receiver<bool>,
) {
    let _running = worker.metrics.running();
    let ended = run_with_heartbeat(&worker, job, &lease, &mut stop).await;
    let is_fault = matches!(ended, Ended::Fault(_));
    let held = match &ended {
        Ended::Verdict(committed) => {
            let settled = settle(&worker, &lease, &mut stop, || worker.queue.complete(&lease, committed)).await;
            if settled == Some(Held::Yes) {
                let scored = matches!(committed.verdict, Verdict::Scored { .. });
                worker.at(&lease, &Stage::Committed { scored });
            }
            settled
        }
        Ended::Fault(fault) => {
            worker.at(&lease, &Stage::Faulted(fault.cause));
            settle(&worker, &lease, &mut stop, || worker.queue.fail(&lease, fault)).await
        }
        Ended::Lost => Some(Held::Fenced),
        Ended::Stopped => {
            let released = worker.queue.release(&lease).await.ok();
            if released == Some(Held::Yes) {
                worker.at(&lease, &Stage::Released);
            }
            released
        }
    };
    match held {
        Some(Held::Fenced) => worker.at(&lease, &Stage::Fenced),
        Some(Held::Yes) if is_fault => worker.at(&lease, &Stage::Returned),
        _ => {}
    }
}

/// Runs the tests in a task of their own, so that nothing that they do can delay the heartbeat.
async fn run_with_heartbeat<Q: Queue, R: Runner, G: Grade>(
    worker: &Arc<Worker<Q, R, G>>,
    job: Job,
    lease: &Lease,
    stop: &mut watch::Receiver<bool>,
) -> Ended {
    let limit = Duration::from_secs(job.resources.timeout_seconds.into()) + worker.options.margin;
    let mut limit = std::pin::pin!(sleep(limit));
    // Dropped with this function: the run is then abandoned.
    let mut execution = JoinSet::new();
    execution.spawn(execute(worker.clone(), job, lease.clone()));
    let third = (lease.lasts / 3).max(Duration::from_millis(1));
    let mut beat = interval_at(Instant::now() + third, third);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            joined = execution.join_next() => return match joined {
                Some(Ok(Ok(committed))) => Ended::Verdict(committed),
                Some(Ok(Err(fault))) => Ended::Fault(fault),
                Some(Err(error)) => Ended::Fault(Fault::new(Cause::Worker, format!("the runner: {error}"))),
                None => Ended::Fault(Fault::new(Cause::Worker, "the runner is gone")),
            },
            _ = beat.tick() => match worker.queue.heartbeat(lease).await {
                Ok(Held::Yes) => {
                    heard = Instant::now();
                    worker.at(lease, &Stage::Heartbeat);
                }
                Ok(Held::Fenced) => return Ended::Lost,
                Err(error) => {
                    worker.at(lease, &Stage::QueueFailed(error.to_string()));
                    if heard.elapsed() > lease.lasts * PATIENCE {
                        return Ended::Lost;
                    }
                }
            },
            () = &mut limit => {
                execution.shutdown().await;
                return Ended::Fault(Fault::new(Cause::Timeout, "the run did not end by itself"));
            }
            () = stopped(stop) => {
                execution.shutdown().await;
                return Ended::Stopped;
            }
        }
    }
}

/// Runs, keeps the evidence, grades.
async fn execute<Q: Queue, R: Runner, G: Grade>(
    worker: Arc<Worker<Q, R, G>>,
    job: Job,
    lease: Lease,
) -> Result<Committed, Fault> {
    worker.at(&lease, &Stage::Starting);
    let run = worker.runner.run(&job, &lease).await?;
    worker.at(&lease, &Stage::Ran(run.elapsed_ms));
    let judge = move || {
        let record = Record::new(&lease.worker, lease.fence, job, run);
        let digest = worker
            .evidence
            .store(&record, &mut |step| worker.at(&lease, &Stage::Evidence(step)))
            .map_err(|error| Fault::new(Cause::Store, format!("evidence: {error}")))?;
        let verdict = (worker.grade)(&record.job, &record.run);
        worker.at(&lease, &Stage::Graded);
        let elapsed_ms = record.run.elapsed_ms;
        Ok(Committed { verdict, evidence: Some(digest), worker: record.worker, elapsed_ms })
    };
    let judged = tokio::task::spawn_blocking(judge).await;
    judged.unwrap_or_else(|error| Err(Fault::new(Cause::Worker, format!("grading: {error}"))))
}

/// Asks the queue until it answers. `None`: it never did, or the worker has to end.
async fn settle<Q: Queue, R: Runner, G: Grade, F: Future<Output = Result<Held, QueueError>>>(
    worker: &Worker<Q, R, G>,
    lease: &Lease,
    stop: &mut watch::Receiver<bool>,
    ask: impl Fn() -> F,
) -> Option<Held> {
    let until = Instant::now() + lease.lasts * PATIENCE;
    loop {
        match ask().await {
            Ok(held) => return Some(held),
            Err(error) => worker.at(lease, &Stage::QueueFailed(error.to_string())),
        }
        if Instant::now() > until {
            return None;
        }
        tokio::select! {
            () = sleep(TRY_AGAIN) => {}
            () = stopped(stop) => return None,
        }
    }
}

/// Ready when the worker has to end at once.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending().await
    }
}
