//! How a worker works.

use std::sync::Arc;
use std::time::Duration;

use super::stage::Observer;

/// The settings of a worker. [`Options::new`] has the defaults.
#[derive(Clone)]
pub struct Options {
    /// Who it is, in leases, verdicts and evidence: unique among the workers of a queue, and new with every
    /// start of the process.
    pub name: String,
    /// Jobs at once; at least 1.
    pub concurrency: usize,
    /// How long to wait when there is no job; 1 second.
    pub idle: Duration,
    /// How long jobs may go on after the signal to end; 1 minute.
    pub grace: Duration,
    /// How long a run may take beyond the job's own timeout, for staging and removal, until it counts as a
    /// fault of the worker; 10 minutes. The runner keeps the job's timeout itself.
    pub margin: Duration,
    /// Told of every stage of every job, from any thread; nobody.
    pub observe: Observer,
}

impl Options {
    /// The defaults, with one job at once.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            concurrency: 1,
            idle: Duration::from_secs(1),
            grace: Duration::from_secs(60),
            margin: Duration::from_secs(600),
            observe: Arc::new(|_, _| ()),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, concurrency, idle, grace, margin, observe: _ } = self;
        formatter
            .debug_struct("Options")
            .field("name", name)
            .field("concurrency", concurrency)
            .field("idle", idle)
            .field("grace", grace)
            .field("margin", margin)
            .finish_non_exhaustive()
    }
}
