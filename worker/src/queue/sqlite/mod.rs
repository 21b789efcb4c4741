//! The queue as one SQLite file: for a trainer and its workers on one machine.
//!
//! Write-ahead log, `synchronous = FULL`: what was answered survives a power cut. Leases are measured by the
//! machine's clock of time since boot, never by the wall clock. Containers that share a file must not have a
//! time namespace of their own.

mod clock;
mod grant;
mod read;
mod schema;
mod settle;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use sparring_tasks::execution::{Fault, Job};

use super::{Committed, Counts, Delivered, Held, Lease, Policy, Queue, QueueError, Submitted};
use schema::state;

/// How often a watcher looks at the file.
const LOOK: Duration = Duration::from_millis(50);

/// A queue in one file. Clones share one connection.
#[derive(Clone)]
pub struct SqliteQueue {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    policy: Policy,
    boot: String,
    connection: Mutex<Connection>,
}

impl std::fmt::Debug for SqliteQueue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SqliteQueue").field("path", &self.inner.path).finish_non_exhaustive()
    }
}

impl SqliteQueue {
    /// Opens the queue in this file, and makes it first where it is missing.
    pub async fn open(path: &Path, policy: Policy) -> Result<Self, QueueError> {
        let path = path.to_owned();
        blocking(move || {
            let boot = clock::boot().map_err(QueueError::store)?;
            let mut connection = schema::open(&path)?;
            settle::after_boot(&mut connection, &boot)?;
            Ok(Self { inner: Arc::new(Inner { path, policy, boot, connection: Mutex::new(connection) }) })
        })
        .await
    }

    /// Runs work on the connection, on a thread that may block.
    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection, &Policy, &clock::Reading) -> Result<T, QueueError> + Send + 'static,
    ) -> Result<T, QueueError> {
        let inner = self.inner.clone();
        blocking(move || {
            // A panic inside a transaction has rolled it back: the connection is sound.
            let mut connection = inner.connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection, &inner.policy, &clock::read(&inner.boot))
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, QueueError> + Send + 'static,
) -> Result<T, QueueError> {
    tokio::task::spawn_blocking(work).await.map_err(QueueError::store)?
}

/// A transaction that will write: it takes the file's lock at once, so that what it reads stays true.
fn begin(connection: &mut Connection) -> Result<Transaction<'_>, QueueError> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(QueueError::store)
}

impl Queue for SqliteQueue {
    async fn submit_all(&self, jobs: &[Job]) -> Result<Vec<Submitted>, QueueError> {
        let mut rows = Vec::with_capacity(jobs.len());
        for job in jobs {
            job.check()?;
            let content = serde_json::to_vec(job).map_err(QueueError::store)?;
            rows.push((job.reward_key(), job.task_id.clone(), job.image.name.clone(), content));
        }
        self.with(move |connection, _, _| {
            let transaction = begin(connection)?;
            let mut answers = Vec::with_capacity(rows.len());
            for (key, task_id, image, content) in rows {
                let position: Option<i64> = transaction
                    .prepare_cached(
                        "INSERT INTO jobs (key, task_id, image, state) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT (key) DO NOTHING RETURNING position",
                    )
                    .and_then(|mut insert| {
                        insert.query_row(params![key.0.0, task_id, image, state::QUEUED], |row| row.get(0)).optional()
                    })
                    .map_err(QueueError::store)?;
                let Some(position) = position else {
                    answers.push(Submitted::Joined(key));
                    continue;
                };
                transaction
                    .prepare_cached("INSERT INTO contents VALUES (?1, ?2)")
                    .and_then(|mut insert| insert.execute(params![position, content]))
                    .map_err(QueueError::store)?;
                answers.push(Submitted::Queued(key));
            }
            transaction.commit().map_err(QueueError::store)?;
            Ok(answers)
        })
        .await
    }

    async fn lease(&self, worker: &str, images: &[String]) -> Result<Option<(Job, Lease)>, QueueError> {
        let (worker, images) = (worker.to_owned(), images.to_vec());
        self.with(move |connection, policy, now| grant::grant(connection, policy, now, &worker, &images)).await
    }

    async fn heartbeat(&self, lease: &Lease) -> Result<Held, QueueError> {
        let lease = lease.clone();
        self.with(move |connection, policy, now| settle::heartbeat(connection, policy, now, &lease)).await
    }

    async fn complete(&self, lease: &Lease, committed: &Committed) -> Result<Held, QueueError> {
        let (lease, committed) = (lease.clone(), committed.clone());
        self.with(move |connection, _, now| settle::complete(connection, now, &lease, &committed)).await
    }

    async fn fail(&self, lease: &Lease, fault: &Fault) -> Result<Held, QueueError> {
        let (lease, fault) = (lease.clone(), fault.clone());
        self.with(move |connection, policy, now| settle::fail(connection, policy, now, &lease, &fault)).await
    }

    async fn release(&self, lease: &Lease) -> Result<Held, QueueError> {
        let lease = lease.clone();
        self.with(move |connection, _, now| settle::release(connection, now, &lease)).await
    }

    async fn watch(&self, cursor: u64, limit: usize, patience: Duration) -> Result<Vec<Delivered>, QueueError> {
        let until = tokio::time::Instant::now() + patience;
        loop {
            // Where every worker is gone, it is the watcher who sees that their leases are over.
            self.with(settle::revive_due).await?;
            let verdicts = self.with(move |connection, _, _| read::verdicts(connection, cursor, limit)).await?;
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            if !verdicts.is_empty() || limit == 0 || left.is_zero() {
                return Ok(verdicts);
            }
            tokio::time::sleep(LOOK.min(left)).await;
        }
    }

    async fn counts(&self) -> Result<Counts, QueueError> {
        self.with(|connection, policy, now| {
            settle::revive_due(connection, policy, now)?;
            read::counts(connection)
        })
        .await
    }
}

#[cfg(test)]
mod tests;
