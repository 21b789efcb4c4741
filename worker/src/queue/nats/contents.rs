//! What is too large for one message, in pieces.

use async_nats::jetstream::message::PublishMessage;
use serde::{Deserialize, Serialize};
use sparring_tasks::execution::{Job, RewardKey};
use sparring_tree::Digest;

use super::Inner;
use crate::queue::QueueError;

/// Bytes of a piece, and of what still goes into a message whole. The server's default limit is 1 MiB, and a
/// piece comes back in base64.
pub(super) const PIECE: usize = 256 * 1024;

/// A message of the work queue.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum JobMessage {
    Whole(Box<Job>),
    Shelved(Shelved),
}

/// Where the pieces are and what they make together.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Shelved {
    digest: Digest,
    pieces: usize,
}

impl JobMessage {
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, QueueError> {
        serde_json::to_vec(self).map_err(QueueError::store)
    }
}

impl Inner {
    /// Stores bytes of a key; `kind` tells jobs from verdicts. Storing the same again changes nothing.
    pub(super) async fn shelve(&self, kind: &str, key: &RewardKey, bytes: &[u8]) -> Result<Shelved, QueueError> {
        let mut pieces = 0;
        for piece in bytes.chunks(PIECE) {
            let subject = format!("{}.contents.{kind}.{key}.{pieces}", self.name);
            let publish = PublishMessage::build().payload(piece.to_vec().into());
            let sent = self.context.send_publish(subject, publish).await.map_err(QueueError::store)?;
            sent.await.map_err(QueueError::store)?;
            pieces += 1;
        }
        Ok(Shelved { digest: Digest::of("sparring contents", bytes), pieces })
    }

    /// Reads them back.
    pub(super) async fn unshelve(&self, kind: &str, key: &RewardKey, shelved: &Shelved) -> Result<Vec<u8>, QueueError> {
        let mut bytes = Vec::new();
        for piece in 0..shelved.pieces {
            let subject = format!("{}.contents.{kind}.{key}.{piece}", self.name);
            let message = self.contents.get_last_raw_message_by_subject(&subject).await.map_err(QueueError::store)?;
            bytes.extend_from_slice(&message.payload);
        }
        if Digest::of("sparring contents", &bytes) != shelved.digest {
            return Err(QueueError::Store(format!("the contents of {kind} {key} are other bytes")));
        }
        Ok(bytes)
    }

    /// Gives the space of a job back once it has its verdict.
    pub(super) async fn clear_shelf(&self, kind: &str, key: &RewardKey) -> Result<(), QueueError> {
        let subject = format!("{}.contents.{kind}.{key}.>", self.name);
        self.contents.purge().filter(subject).await.map_err(QueueError::store)?;
        Ok(())
    }
}
