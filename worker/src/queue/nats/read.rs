//! Reading `states` from a cursor on.

use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull};
use futures_util::StreamExt;
use sparring_tasks::execution::RewardKey;
use sparring_tree::Digest;
use tokio::time::Instant;

use super::state::{PHASE, Phase, State, VerdictMessage};
use super::{ANSWER, Inner};
use crate::queue::{Counts, Delivered, QueueError};

/// Messages of one request.
const BATCH: usize = 256;
/// A reader that is gone is forgotten by the server after this.
const FORGOTTEN: Duration = Duration::from_secs(120);
/// Messages of a batch follow each other within this; else the batch is over.
const GAP: Duration = Duration::from_millis(500);
/// One request waits at most so long.
const WAIT: Duration = Duration::from_secs(30);

/// A consumer of the server, and how far it was read.
struct Reader {
    consumer: PullConsumer,
    headers_only: bool,
    progress: Progress,
}

/// What was read of a consumer. The server counts a message as delivered when it has sent it, and on a busy machine it
/// may come when nobody listens any more: so what comes next is only taken when nothing is missing in between.
#[derive(Debug, Default, PartialEq, Eq)]
struct Progress {
    /// Messages of this consumer that were read.
    delivered: u64,
    /// The last one's number in the stream.
    seen: u64,
    /// How many were to come behind it.
    pending: u64,
}

impl Progress {
    /// Takes the consumer's message with this number, unless one before it is missing.
    fn takes(&mut self, number: u64, in_stream: u64, pending: u64) -> bool {
        if number != self.delivered + 1 {
            return false;
        }
        *self = Self { delivered: number, seen: in_stream, pending };
        true
    }
}

impl Inner {
    pub(super) async fn watch(
        &self,
        cursor: u64,
        limit: usize,
        patience: Duration,
    ) -> Result<Vec<Delivered>, QueueError> {
        let until = Instant::now() + patience;
        let mut verdicts = Vec::new();
        if limit == 0 {
            return Ok(verdicts);
        }
        let mut reader = self.reader(cursor, false).await?;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let wait = if verdicts.is_empty() { left.min(WAIT) } else { Duration::ZERO };
            let batch = self.batch(&mut reader, wait).await?;
            let is_over = batch.is_empty() && (!verdicts.is_empty() || left.is_zero());
            for message in batch {
                if let Some(delivered) = self.delivered(&message).await? {
                    verdicts.push(delivered);
                }
                if verdicts.len() == limit {
                    break;
                }
            }
            if is_over || verdicts.len() == limit {
                break;
            }
        }
        self.end(&reader).await;
        Ok(verdicts)
    }

    pub(super) async fn counts(&self) -> Result<Counts, QueueError> {
        let mut counts = Counts::default();
        let mut reader = self.reader(0, true).await?;
        loop {
            let batch = self.batch(&mut reader, Duration::ZERO).await?;
            if batch.is_empty() {
                break;
            }
            for message in batch {
                let phase = message.headers.as_ref().and_then(|headers| headers.get(PHASE));
                match phase.map(async_nats::HeaderValue::as_str) {
                    Some("leased") => counts.leased += 1,
                    Some("scored") => counts.scored += 1,
                    Some("void") => counts.void += 1,
                    _ => {}
                }
            }
        }
        self.end(&reader).await;
        let messages = |stream: &async_nats::jetstream::stream::Stream| {
            let stream = stream.clone();
            async move {
                let mut stream = stream;
                stream.info().await.map(|info| info.state.messages).map_err(QueueError::store)
            }
        };
        counts.queued = messages(&self.jobs).await?.saturating_sub(counts.leased);
        counts.fenced = messages(&self.fenced).await?;
        Ok(counts)
    }

    async fn reader(&self, cursor: u64, headers_only: bool) -> Result<Reader, QueueError> {
        let deliver_policy = match cursor {
            0 => DeliverPolicy::All,
            _ => DeliverPolicy::ByStartSequence { start_sequence: cursor + 1 },
        };
        let config = pull::Config {
            deliver_policy,
            ack_policy: AckPolicy::None,
            inactive_threshold: FORGOTTEN,
            headers_only,
            ..pull::Config::default()
        };
        let consumer = self.states.create_consumer(config).await.map_err(QueueError::store)?;
        let progress = Progress { seen: cursor, pending: consumer.cached_info().num_pending, delivered: 0 };
        Ok(Reader { consumer, headers_only, progress })
    }

    /// The next messages; waits up to `wait` for the first. None is left out: where one got lost on its way, it is
    /// asked for again.
    async fn batch(&self, reader: &mut Reader, wait: Duration) -> Result<Vec<Message>, QueueError> {
        let read = async {
            // Longer each time: where nothing came, the machine may be busy.
            let mut gap = GAP;
            loop {
                let (messages, is_one_lost) = self.read(reader, wait, gap).await?;
                if is_one_lost {
                    self.end(reader).await;
                    *reader = self.reader(reader.progress.seen, reader.headers_only).await?;
                    gap *= 2;
                }
                if !is_one_lost || !messages.is_empty() {
                    return Ok::<_, QueueError>(messages);
                }
            }
        };
        let messages = tokio::time::timeout(ANSWER + wait, read).await.map_err(QueueError::store)??;
        if messages.is_empty() {
            self.check_connection()?;
        }
        Ok(messages)
    }

    /// What one request brings, and whether something got lost before it or behind it.
    async fn read(
        &self,
        reader: &mut Reader,
        wait: Duration,
        gap: Duration,
    ) -> Result<(Vec<Message>, bool), QueueError> {
        let Reader { consumer, progress, .. } = reader;
        let mut messages: Vec<Message> = Vec::new();
        let mut at_hand = consumer.fetch().max_messages(BATCH).messages().await.map_err(QueueError::store)?;
        // The server announces as many as were pending when it was asked. One that is replaced meanwhile
        // never comes, and then nothing says that the batch is over.
        while let Ok(Some(message)) = tokio::time::timeout(gap, at_hand.next()).await {
            let message = message.map_err(QueueError::store)?;
            let info = message.info().map_err(QueueError::store)?;
            if !progress.takes(info.consumer_sequence, info.stream_sequence, info.pending) {
                return Ok((messages, true));
            }
            messages.push(message);
            if progress.pending == 0 {
                break;
            }
        }
        if !messages.is_empty() {
            return Ok((messages, false));
        }
        if progress.pending > 0 {
            return Ok((messages, true));
        }
        if !wait.is_zero() {
            let waiting = consumer.batch().max_messages(1).expires(wait).messages().await;
            let mut waiting = waiting.map_err(QueueError::store)?;
            // The server says when the time is over, but not after it has lost a race with a message.
            if let Ok(Some(message)) = tokio::time::timeout(wait + GAP, waiting.next()).await {
                let message = message.map_err(QueueError::store)?;
                let info = message.info().map_err(QueueError::store)?;
                if !progress.takes(info.consumer_sequence, info.stream_sequence, info.pending) {
                    return Ok((messages, true));
                }
                messages.push(message);
            }
        }
        Ok((messages, false))
    }

    async fn delivered(&self, message: &Message) -> Result<Option<Delivered>, QueueError> {
        let state = State::read(&message.payload)?;
        let Phase::Committed { fence, verdict } = state.phase else { return Ok(None) };
        let key = message.subject.rsplit('.').next().and_then(Digest::from_hex).map(RewardKey);
        let key = key.ok_or_else(|| QueueError::Store(format!("`{}` is no subject of a state", message.subject)))?;
        let committed = match verdict {
            VerdictMessage::Whole(committed) => committed,
            VerdictMessage::Shelved { pieces, .. } => {
                let bytes = self.unshelve(&format!("verdict.{fence}"), &key, &pieces).await?;
                serde_json::from_slice(&bytes).map_err(QueueError::store)?
            }
        };
        let cursor = message.info().map_err(QueueError::store)?.stream_sequence;
        Ok(Some(Delivered { cursor, key, task_id: state.task_id, committed }))
    }

    /// Tells the server that a reader is done; else it forgets it by itself.
    async fn end(&self, reader: &Reader) {
        let _ = self.states.delete_consumer(&reader.consumer.cached_info().name).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_behind_a_message_that_is_missing() {
        let mut progress = Progress { seen: 40, ..Progress::default() };
        assert!(progress.takes(1, 42, 3) && progress.takes(2, 47, 2));
        let before = Progress { delivered: 2, seen: 47, pending: 2 };
        assert_eq!(progress, before);
        assert!(!progress.takes(4, 50, 0), "the third got lost");
        assert_eq!(progress, before, "and is asked for from here");
    }
}
