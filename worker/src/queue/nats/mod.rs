//! The queue on a NATS server with JetStream: for workers on several machines. Needs a server of 2.9 or later.
//!
//! Four streams: `jobs` (a work queue; a message is gone when its job has a verdict), `states` (one message for
//! each key: the last thing that happened to it), `contents` (what is too large for a message, in pieces) and
//! `fenced` (one empty message for each late result). All that must not happen twice goes through `states`:
//! its messages are replaced by compare-and-swap on the sequence number of the one before. That number is the
//! fence of a lease and the cursor of a verdict.
//!
//! The server delivers a job again when its lease has not been prolonged (`ack_wait`). How often is counted
//! here and not by the server's `max_deliver`, which would leave a job without a verdict when its last worker
//! dies. The server acknowledges before it has synced its disk: verdicts survive its death, and a power cut
//! only on a cluster or with its option `sync_interval` at `always` (server 2.10).

mod contents;
mod grant;
mod read;
mod settle;
mod state;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::context::Context;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{ContextBuilder, stream};
use futures_util::{StreamExt, TryStreamExt};
use sparring_tasks::execution::{Fault, Job, RewardKey};

use super::{Committed, Counts, Delivered, Held, Lease, Policy, Queue, QueueError, Submitted};
use contents::JobMessage;
use grant::Holdings;

/// Jobs are spread over so many consumers by their image, so that a worker can ask for images at hand first.
/// A work queue forbids consumers that overlap, so the number is part of the queue's form.
const BUCKETS: u8 = 16;
/// The server forgets the keys of submissions after this. Later repetitions are noticed by `states`.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(3600);
/// Answers of the server are waited for so long.
const ANSWER: Duration = Duration::from_secs(5);
/// Submissions on their way at once.
const IN_FLIGHT: usize = 64;

/// A queue on a server. Clones share one connection.
#[derive(Clone)]
pub struct NatsQueue {
    inner: Arc<Inner>,
}

struct Inner {
    /// In front of every subject and stream.
    name: String,
    policy: Policy,
    context: Context,
    jobs: stream::Stream,
    states: stream::Stream,
    contents: stream::Stream,
    fenced: stream::Stream,
    buckets: Vec<PullConsumer>,
    holdings: Holdings,
    /// Which bucket is asked first; moves on with every lease.
    turn: AtomicU64,
}

impl std::fmt::Debug for NatsQueue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("NatsQueue").field("name", &self.inner.name).finish_non_exhaustive()
    }
}

impl NatsQueue {
    /// Connects to `nats://HOST:PORT`, or `nats://HOST:PORT/NAME` for one of several queues on a server, and
    /// makes the streams where they are missing.
    pub async fn connect(address: &str, policy: Policy) -> Result<Self, QueueError> {
        let (server, name) = split(address)?;
        let client = async_nats::ConnectOptions::new()
            .name("sparring")
            .connection_timeout(ANSWER)
            .request_timeout(Some(ANSWER))
            // A cut network is noticed by silence; two silent intervals end the connection.
            .ping_interval(Duration::from_secs(5))
            .connect(server)
            .await
            .map_err(|error| QueueError::Address(format!("{server}: {error}")))?;
        let context = ContextBuilder::new().timeout(ANSWER).ack_timeout(ANSWER).build(client);
        let stream = |kind: &str, change: stream::Config| {
            let config =
                stream::Config { name: format!("{name}-{kind}"), subjects: vec![format!("{name}.{kind}.>")], ..change };
            let context = context.clone();
            async move { context.get_or_create_stream(config).await.map_err(QueueError::store) }
        };
        let work_queue = stream::RetentionPolicy::WorkQueue;
        let jobs =
            stream::Config { retention: work_queue, duplicate_window: DUPLICATE_WINDOW, ..stream::Config::default() };
        let last = stream::Config { max_messages_per_subject: 1, ..stream::Config::default() };
        let jobs = stream("jobs", jobs).await?;
        let states = stream("states", last.clone()).await?;
        let contents = stream("contents", last).await?;
        let fenced = stream("fenced", stream::Config::default()).await?;
        let mut buckets = Vec::new();
        for bucket in 0..BUCKETS {
            let config = pull::Config {
                durable_name: Some(format!("bucket-{bucket:x}")),
                filter_subject: format!("{name}.jobs.{bucket:x}.*"),
                ack_policy: AckPolicy::Explicit,
                ack_wait: policy.lease,
                max_deliver: -1,
                max_ack_pending: 1_000_000,
                ..pull::Config::default()
            };
            buckets.push(jobs.create_consumer(config).await.map_err(QueueError::store)?);
        }
        let inner = Inner {
            name: name.to_owned(),
            policy,
            context,
            jobs,
            states,
            contents,
            fenced,
            buckets,
            holdings: Holdings::default(),
            turn: AtomicU64::new(0),
        };
        Ok(Self { inner: Arc::new(inner) })
    }
}

/// The server's address and the queue's name.
fn split(address: &str) -> Result<(&str, &str), QueueError> {
    let authority = address.find("://").map_or(0, |at| at + 3);
    let (server, name) = match address[authority..].find('/') {
        Some(slash) => (&address[..authority + slash], &address[authority + slash + 1..]),
        None => (address, ""),
    };
    let name = if name.is_empty() { "sparring" } else { name };
    if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return Ok((server, name));
    }
    Err(QueueError::Address(format!("`{name}` is no name of a queue: letters, digits, - and _ are")))
}

impl Inner {
    /// Jobs of one image are in one bucket.
    fn bucket(image: &str) -> u8 {
        sparring_tree::Digest::of("sparring bucket", image.as_bytes()).0[0] % BUCKETS
    }

    /// Tells silence that means nothing from that of a server out of reach.
    fn check_connection(&self) -> Result<(), QueueError> {
        match self.context.client().connection_state() {
            async_nats::connection::State::Connected => Ok(()),
            _ => Err(QueueError::Store("the server is out of reach".to_owned())),
        }
    }

    async fn submit(&self, job: &Job) -> Result<Submitted, QueueError> {
        let key = job.reward_key();
        if self.state(&key).await?.is_some() {
            return Ok(Submitted::Joined(key));
        }
        let message = self.shelve_job(&key, job).await?;
        let subject = format!("{}.jobs.{:x}.{key}", self.name, Self::bucket(&job.image.name));
        let publish = PublishMessage::build().payload(message.to_bytes()?.into()).message_id(key.to_string());
        let acknowledged = self
            .context
            .send_publish(subject, publish)
            .await
            .map_err(QueueError::store)?
            .await
            .map_err(QueueError::store)?;
        Ok(if acknowledged.duplicate { Submitted::Joined(key) } else { Submitted::Queued(key) })
    }

    async fn shelve_job(&self, key: &RewardKey, job: &Job) -> Result<JobMessage, QueueError> {
        let bytes = serde_json::to_vec(job).map_err(QueueError::store)?;
        if bytes.len() <= contents::PIECE {
            return Ok(JobMessage::Whole(Box::new(job.clone())));
        }
        Ok(JobMessage::Shelved(self.shelve("job", key, &bytes).await?))
    }
}

impl Queue for NatsQueue {
    async fn submit_all(&self, jobs: &[Job]) -> Result<Vec<Submitted>, QueueError> {
        for job in jobs {
            job.check()?;
        }
        let submissions = jobs.iter().cloned().map(|job| {
            let inner = self.inner.clone();
            async move { inner.submit(&job).await }
        });
        futures_util::stream::iter(submissions).buffered(IN_FLIGHT).try_collect().await
    }

    async fn lease(&self, worker: &str, images: &[String]) -> Result<Option<(Job, Lease)>, QueueError> {
        self.inner.lease(worker, images).await
    }

    async fn heartbeat(&self, lease: &Lease) -> Result<Held, QueueError> {
        self.inner.heartbeat(lease).await
    }

    async fn complete(&self, lease: &Lease, committed: &Committed) -> Result<Held, QueueError> {
        self.inner.complete(lease, committed).await
    }

    async fn fail(&self, lease: &Lease, fault: &Fault) -> Result<Held, QueueError> {
        self.inner.fail(lease, fault).await
    }

    async fn release(&self, lease: &Lease) -> Result<Held, QueueError> {
        self.inner.release(lease).await
    }

    async fn watch(&self, cursor: u64, limit: usize, patience: Duration) -> Result<Vec<Delivered>, QueueError> {
        self.inner.watch(cursor, limit, patience).await
    }

    async fn counts(&self) -> Result<Counts, QueueError> {
        self.inner.counts().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_s_name_is_behind_the_server() {
        assert_eq!(split("nats://host:4222").unwrap(), ("nats://host:4222", "sparring"));
        assert_eq!(split("nats://host:4222/").unwrap(), ("nats://host:4222", "sparring"));
        assert_eq!(split("nats://host/run_7").unwrap(), ("nats://host", "run_7"));
        assert!(split("nats://host/a.b").is_err());
    }
}
