//! Counters of a worker, as Prometheus reads them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sparring_tasks::verdict::Cause;

use super::Stage;
use crate::queue::QueueError;

/// What a worker has done since it started.
#[derive(Debug)]
pub struct Metrics {
    running: AtomicI64,
    leases: AtomicU64,
    heartbeats: AtomicU64,
    scored: AtomicU64,
    void: AtomicU64,
    fenced: AtomicU64,
    returned: AtomicU64,
    released: AtomicU64,
    queue_errors: AtomicU64,
    runs: AtomicU64,
    run_milliseconds: AtomicU64,
    faults: Mutex<BTreeMap<Cause, u64>>,
    /// When the queue last answered, and the last error if one came since.
    queue: Mutex<(Instant, Option<String>)>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            running: AtomicI64::default(),
            leases: AtomicU64::default(),
            heartbeats: AtomicU64::default(),
            scored: AtomicU64::default(),
            void: AtomicU64::default(),
            fenced: AtomicU64::default(),
            returned: AtomicU64::default(),
            released: AtomicU64::default(),
            queue_errors: AtomicU64::default(),
            runs: AtomicU64::default(),
            run_milliseconds: AtomicU64::default(),
            faults: Mutex::default(),
            queue: Mutex::new((Instant::now(), None)),
        }
    }
}

/// Counts a job as running until it is dropped.
pub(super) struct Running<'a>(&'a Metrics);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Relaxed);
    }
}

impl Metrics {
    pub(super) fn running(&self) -> Running<'_> {
        self.running.fetch_add(1, Relaxed);
        Running(self)
    }

    pub(super) fn count(&self, stage: &Stage) {
        let counter = match stage {
            Stage::Leased => &self.leases,
            Stage::Heartbeat => &self.heartbeats,
            Stage::Committed { scored: true } => &self.scored,
            Stage::Committed { scored: false } => &self.void,
            Stage::Returned => &self.returned,
            Stage::Fenced => &self.fenced,
            Stage::Released => &self.released,
            Stage::Ran(milliseconds) => {
                self.run_milliseconds.fetch_add(*milliseconds, Relaxed);
                &self.runs
            }
            Stage::Faulted(cause) => {
                *self.faults.lock().unwrap_or_else(PoisonError::into_inner).entry(*cause).or_default() += 1;
                return;
            }
            Stage::QueueFailed(error) => return self.failed(error.clone()),
            Stage::Starting | Stage::Evidence(_) | Stage::Graded => return,
        };
        counter.fetch_add(1, Relaxed);
        if !matches!(stage, Stage::Ran(_)) {
            self.queue_answered();
        }
    }

    pub(super) fn queue_answered(&self) {
        *self.queue.lock().unwrap_or_else(PoisonError::into_inner) = (Instant::now(), None);
    }

    pub(super) fn queue_failed(&self, error: &QueueError) {
        self.failed(error.to_string());
    }

    fn failed(&self, error: String) {
        self.queue_errors.fetch_add(1, Relaxed);
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(error);
    }

    /// Jobs that run at this moment.
    pub fn running_jobs(&self) -> i64 {
        self.running.load(Relaxed)
    }

    /// Results and leases that were over before their job was.
    pub fn fenced(&self) -> u64 {
        self.fenced.load(Relaxed)
    }

    /// What is wrong, if the queue has failed and not answered for longer than this.
    pub fn complaint(&self, patience: Duration) -> Option<String> {
        let (answered, error) = &*self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let error = error.as_ref().filter(|_| answered.elapsed() > patience)?;
        Some(format!("the queue has not answered for {} s: {error}", answered.elapsed().as_secs()))
    }

    /// The text format of Prometheus.
    pub fn render(&self) -> String {
        let mut text = String::new();
        let mut metric = |name: &str, kind: &str, help: &str, samples: &[(String, String)]| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "# HELP sparring_worker_{name} {help}\n# TYPE sparring_worker_{name} {kind}");
            for (labels, value) in samples {
                let _ = writeln!(text, "sparring_worker_{name}{labels} {value}");
            }
        };
        let plain = |counter: &AtomicU64| vec![(String::new(), counter.load(Relaxed).to_string())];
        metric("jobs_running", "gauge", "Jobs that run now.", &[(String::new(), self.running_jobs().to_string())]);
        metric("leases_total", "counter", "Jobs that were granted.", &plain(&self.leases));
        metric("heartbeats_total", "counter", "Leases that were prolonged.", &plain(&self.heartbeats));
        let verdict =
            |kind: &str, counter: &AtomicU64| (format!("{{verdict=\"{kind}\"}}"), counter.load(Relaxed).to_string());
        let verdicts = [verdict("scored", &self.scored), verdict("void", &self.void)];
        metric("verdicts_total", "counter", "Verdicts that were committed.", &verdicts);
        let faults: Vec<_> = self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone().into_iter().collect();
        let faults: Vec<(String, String)> = faults
            .into_iter()
            .map(|(cause, count)| {
                let name = serde_json::to_string(&cause).unwrap_or_default();
                (format!("{{cause={name}}}"), count.to_string())
            })
            .collect();
        metric("faults_total", "counter", "Faults of the infrastructure, by boundary.", &faults);
        metric("returned_total", "counter", "Jobs that were given back after a fault.", &plain(&self.returned));
        metric("fenced_total", "counter", "Jobs whose lease was over before they were.", &plain(&self.fenced));
        metric("released_total", "counter", "Jobs that were given back at the end.", &plain(&self.released));
        metric("queue_errors_total", "counter", "Calls of the queue that failed.", &plain(&self.queue_errors));
        metric("runs_total", "counter", "Test runs that took place.", &plain(&self.runs));
        let seconds = self.run_milliseconds.load(Relaxed) as f64 / 1000.0;
        let seconds = [(String::new(), seconds.to_string())];
        metric("run_seconds_total", "counter", "Time of all test runs together.", &seconds);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_rendered_and_faults_keep_their_causes() {
        let metrics = Metrics::default();
        let running = metrics.running();
        for stage in [
            Stage::Leased,
            Stage::Ran(1500),
            Stage::Committed { scored: true },
            Stage::Faulted(Cause::Daemon),
            Stage::Faulted(Cause::Daemon),
            Stage::Fenced,
        ] {
            metrics.count(&stage);
        }
        let text = metrics.render();
        for line in [
            "sparring_worker_jobs_running 1",
            "sparring_worker_leases_total 1",
            "sparring_worker_verdicts_total{verdict=\"scored\"} 1",
            "sparring_worker_verdicts_total{verdict=\"void\"} 0",
            "sparring_worker_faults_total{cause=\"daemon\"} 2",
            "sparring_worker_fenced_total 1",
            "sparring_worker_run_seconds_total 1.5",
        ] {
            assert!(text.lines().any(|found| found == line), "no `{line}` in\n{text}");
        }
        drop(running);
        assert_eq!(metrics.running_jobs(), 0);
    }

    #[test]
    fn a_queue_that_fails_is_a_complaint_until_it_answers() {
        let metrics = Metrics::default();
        assert_eq!(metrics.complaint(Duration::ZERO), None);
        metrics.queue_failed(&QueueError::Store("gone".to_owned()));
        assert_eq!(metrics.complaint(Duration::from_secs(3600)), None);
        assert!(metrics.complaint(Duration::ZERO).is_some_and(|text| text.contains("gone")));
        metrics.queue_answered();
        assert_eq!(metrics.complaint(Duration::ZERO), None);
    }
}
