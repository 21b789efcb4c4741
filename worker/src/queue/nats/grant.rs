//! Granting leases.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::jetstream::{AckKind, Message};
use futures_util::StreamExt;
use sparring_tasks::Verdict;
use sparring_tasks::execution::{Job, RewardKey};
use sparring_tasks::verdict::Cause;
use sparring_tree::Digest;

use super::contents::JobMessage;
use super::state::{Phase, State, Swapped};
use super::{BUCKETS, Inner};
use crate::queue::policy::Next;
use crate::queue::{Committed, Lease, QueueError};

/// A job that should go to somebody else is offered again after this.
const ELSEWHERE: Duration = Duration::from_millis(500);
/// A server that was asked for a message and counted one which was settled meanwhile says nothing.
const SILENCE: Duration = Duration::from_secs(1);
/// Messages that one call looks at before it says that there is nothing.
const LOOKS: usize = 256;
/// Each lease of this number looks at the buckets in turn, whatever images are at hand.
const FAIR: u64 = 16;

/// What this process has leased: the messages that a verdict acknowledges.
#[derive(Default)]
pub(super) struct Holdings(Mutex<Held>);

#[derive(Default)]
struct Held {
    jobs: BTreeMap<RewardKey, Holding>,
    /// Failed here, and left to others once already.
    left: BTreeSet<(RewardKey, u32)>,
}

struct Holding {
    fence: u64,
    worker: String,
    is_suspect: bool,
    message: Message,
}

impl Holdings {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The message of a lease, if it was granted to this process.
    pub(super) fn message(&self, lease: &Lease) -> Option<Message> {
        let held = self.lock();
        let holding = held.jobs.get(&lease.key).filter(|holding| holding.fence == lease.fence)?;
        Some(holding.message.clone())
    }

    pub(super) fn drop_lease(&self, lease: &Lease) {
        let mut held = self.lock();
        if held.jobs.get(&lease.key).is_some_and(|holding| holding.fence == lease.fence) {
            held.jobs.remove(&lease.key);
        }
    }

    fn holds_suspect(&self, worker: &str) -> bool {
        self.lock().jobs.values().any(|holding| holding.is_suspect && holding.worker == worker)
    }

    /// Whether a job that failed here should be left to others: once for each attempt.
    fn leave(&self, key: RewardKey, attempts: u32) -> bool {
        self.lock().left.insert((key, attempts))
    }
}

/// What a message of the work queue turned out to be.
enum Offer {
    Granted(Box<Job>, Lease),
    /// Nothing for this worker now.
    Passed,
}

impl Inner {
    pub(super) async fn lease(&self, worker: &str, images: &[String]) -> Result<Option<(Job, Lease)>, QueueError> {
        let mut looks = 0;
        for bucket in self.order(images) {
            while let Some(message) = self.next_message(bucket).await? {
                if let Offer::Granted(job, lease) = self.consider(message, worker).await? {
                    return Ok(Some((*job, lease)));
                }
                looks += 1;
                if looks == LOOKS {
                    return Ok(None);
                }
            }
        }
        Ok(None)
    }

    /// Buckets with images at hand first; among the others everyone gets its turn.
    fn order(&self, images: &[String]) -> Vec<u8> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let mut order: Vec<u8> = Vec::new();
        if turn % FAIR != FAIR - 1 {
            order.extend(images.iter().map(|image| Self::bucket(image)));
        }
        order.extend((0..BUCKETS).map(|step| ((turn + u64::from(step)) % u64::from(BUCKETS)) as u8));
        let mut seen = BTreeSet::new();
        order.retain(|bucket| seen.insert(*bucket));
        order
    }

    async fn next_message(&self, bucket: u8) -> Result<Option<Message>, QueueError> {
        let fetch = async {
            let consumer = &self.buckets[usize::from(bucket)];
            let mut messages = consumer.fetch().max_messages(1).messages().await.map_err(QueueError::store)?;
            messages.next().await.transpose().map_err(QueueError::store)
        };
        match tokio::time::timeout(SILENCE, fetch).await {
            Ok(message) => message,
            Err(_) => self.check_connection().map(|()| None),
        }
    }

    async fn consider(&self, message: Message, worker: &str) -> Result<Offer, QueueError> {
        let info = message.info().map_err(QueueError::store)?;
        let number = info.stream_sequence;
        let text = message.subject.rsplit('.').next().unwrap_or_default();
        let key = Digest::from_hex(text).map(RewardKey);
        let key = key.ok_or_else(|| QueueError::Store(format!("`{}` is no subject of a job", message.subject)))?;
        let (last, state) = match self.state(&key).await? {
            Some((last, state)) => (last, Some(state)),
            None => (0, None),
        };
        let mut state = match state {
            None => State::new("", number),
            Some(state) if matches!(state.phase, Phase::Committed { .. }) || state.message != number => {
                // Its verdict is there, or another message of the key carries it.
                message.double_ack().await.map_err(QueueError::store)?;
                return Ok(Offer::Passed);
            }
            Some(state) => state,
        };
        match &state.phase {
            // Delivered again though somebody has it: that lease was not prolonged.
            Phase::Leased { worker: dead } => {
                state.deaths += 1;
                let next = self.policy.after_death(&key, state.attempts, state.deaths, dead);
                let dead = dead.clone();
                self.give_back(&key, last, state, &dead, next, &message).await?;
                return Ok(Offer::Passed);
            }
            Phase::Resting { worker: failed_at } => {
                let is_second_suspect = state.deaths > 0 && self.holdings.holds_suspect(worker);
                if is_second_suspect || (failed_at == worker && self.holdings.leave(key, state.attempts)) {
                    nak(&message, ELSEWHERE).await?;
                    return Ok(Offer::Passed);
                }
            }
            Phase::Committed { .. } => return Ok(Offer::Passed),
        }
        self.grant(message, key, last, state, worker).await
    }

    async fn grant(
        &self,
        message: Message,
        key: RewardKey,
        last: u64,
        mut state: State,
        worker: &str,
    ) -> Result<Offer, QueueError> {
        // Before the grant: contents that can't be read now can be next time.
        let content = match serde_json::from_slice(&message.payload) {
            Ok(JobMessage::Whole(job)) => Ok(*job),
            Ok(JobMessage::Shelved(shelved)) => {
                let bytes = self.unshelve("job", &key, &shelved).await?;
                serde_json::from_slice::<Job>(&bytes)
            }
            Err(error) => Err(error),
        };
        if let Ok(job) = &content {
            state.task_id.clone_from(&job.task_id);
        }
        state.attempts += 1;
        state.phase = Phase::Leased { worker: worker.to_owned() };
        let fence = match self.swap(&key, last, &state).await? {
            Swapped::To(fence) => fence,
            Swapped::Lost => return Ok(Offer::Passed),
        };
        let job = match content {
            Ok(job) => job,
            Err(error) => {
                let verdict = Verdict::Void { cause: Cause::Store, detail: format!("the stored job: {error}") };
                let committed = Committed { verdict, evidence: None, worker: worker.to_owned(), elapsed_ms: 0 };
                self.commit(&key, fence, state, &committed, Some(&message)).await?;
                return Ok(Offer::Passed);
            }
        };
        let lease = Lease { key, worker: worker.to_owned(), fence, lasts: self.policy.lease, attempt: state.attempts };
        let holding = Holding { fence, worker: worker.to_owned(), is_suspect: state.deaths > 0, message };
        self.holdings.lock().jobs.insert(key, holding);
        Ok(Offer::Granted(Box::new(job), lease))
    }

    /// Ends a grant without a result: the job rests, or is void.
    pub(super) async fn give_back(
        &self,
        key: &RewardKey,
        last: u64,
        mut state: State,
        worker: &str,
        next: Next,
        message: &Message,
    ) -> Result<bool, QueueError> {
        match next {
            Next::Over(verdict) => {
                let committed = Committed { verdict, evidence: None, worker: worker.to_owned(), elapsed_ms: 0 };
                self.commit(key, last, state, &committed, Some(message)).await
            }
            Next::Again(rest) => {
                state.phase = Phase::Resting { worker: worker.to_owned() };
                match self.swap(key, last, &state).await? {
                    // Only who ended the lease may bring the message back: nobody else's is disturbed.
                    Swapped::To(_) => nak(message, rest).await.map(|()| true),
                    Swapped::Lost => Ok(false),
                }
            }
        }
    }
}

/// Has a message delivered again after this long.
pub(super) async fn nak(message: &Message, after: Duration) -> Result<(), QueueError> {
    let after = (!after.is_zero()).then_some(after);
    message.ack_with(AckKind::Nak(after)).await.map_err(QueueError::store)
}
