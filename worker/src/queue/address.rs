//! Which queue: a file of this machine or a NATS server.

use std::path::PathBuf;
use std::time::Duration;

use sparring_tasks::execution::{Fault, Job};

#[cfg(feature = "nats")]
use super::NatsQueue;
use super::{Committed, Counts, Delivered, Held, Lease, Policy, Queue, QueueError, SqliteQueue, Submitted};

/// The name of a queue: `nats://HOST:PORT`, or a path, with or without `sqlite:` in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// One file, for processes of one machine.
    Sqlite(PathBuf),
    /// A server with JetStream, for several machines.
    Nats(String),
}

impl std::str::FromStr for Address {
    type Err = QueueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("nats://") || text.starts_with("tls://") {
            return Ok(Self::Nats(text.to_owned()));
        }
        if text.contains("://") {
            return Err(QueueError::Address(format!("`{text}` is neither a path nor a nats:// address")));
        }
        match text.strip_prefix("sqlite:").unwrap_or(text) {
            "" => Err(QueueError::Address("the address of a queue is empty".to_owned())),
            path => Ok(Self::Sqlite(path.into())),
        }
    }
}

impl Address {
    /// Opens the queue, and makes it first where it is missing.
    pub async fn open(&self, policy: Policy) -> Result<AnyQueue, QueueError> {
        match self {
            Self::Sqlite(path) => Ok(AnyQueue::Sqlite(SqliteQueue::open(path, policy).await?)),
            #[cfg(feature = "nats")]
            Self::Nats(address) => Ok(AnyQueue::Nats(NatsQueue::connect(address, policy).await?)),
            #[cfg(not(feature = "nats"))]
            Self::Nats(address) => Err(QueueError::Address(format!("{address}: built without the feature `nats`"))),
        }
    }
}

/// Either queue.
#[derive(Clone, Debug)]
pub enum AnyQueue {
    /// One file.
    Sqlite(SqliteQueue),
    /// A server.
    #[cfg(feature = "nats")]
    Nats(NatsQueue),
}

macro_rules! either {
    ($self:ident, $queue:ident => $call:expr) => {
        match $self {
            AnyQueue::Sqlite($queue) => $call.await,
            #[cfg(feature = "nats")]
            AnyQueue::Nats($queue) => $call.await,
        }
    };
}

impl Queue for AnyQueue {
    async fn submit_all(&self, jobs: &[Job]) -> Result<Vec<Submitted>, QueueError> {
        either!(self, queue => queue.submit_all(jobs))
    }

    async fn lease(&self, worker: &str, images: &[String]) -> Result<Option<(Job, Lease)>, QueueError> {
        either!(self, queue => queue.lease(worker, images))
    }

    async fn heartbeat(&self, lease: &Lease) -> Result<Held, QueueError> {
        either!(self, queue => queue.heartbeat(lease))
    }

    async fn complete(&self, lease: &Lease, committed: &Committed) -> Result<Held, QueueError> {
        either!(self, queue => queue.complete(lease, committed))
    }

    async fn fail(&self, lease: &Lease, fault: &Fault) -> Result<Held, QueueError> {
        either!(self, queue => queue.fail(lease, fault))
    }

    async fn release(&self, lease: &Lease) -> Result<Held, QueueError> {
        either!(self, queue => queue.release(lease))
    }

    async fn watch(&self, cursor: u64, limit: usize, patience: Duration) -> Result<Vec<Delivered>, QueueError> {
        either!(self, queue => queue.watch(cursor, limit, patience))
    }

    async fn counts(&self) -> Result<Counts, QueueError> {
        either!(self, queue => queue.counts())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let parse = |text: &str| text.parse::<Address>().map_err(|error| error.to_string());
        assert_eq!(parse("jobs.sqlite"), Ok(Address::Sqlite("jobs.sqlite".into())));
        assert_eq!(parse("sqlite:/a/jobs"), Ok(Address::Sqlite("/a/jobs".into())));
        assert_eq!(parse("nats://host:4222"), Ok(Address::Nats("nats://host:4222".to_owned())));
        assert!(parse("").is_err() && parse("sqlite:").is_err());
        assert_eq!(parse("redis://h"), Err("`redis://h` is neither a path nor a nats:// address".to_owned()));
    }
}
