//! The last thing that happened to a key, replaced by compare-and-swap.

use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::LastRawMessageErrorKind;
use serde::{Deserialize, Serialize};
use sparring_tasks::Verdict;
use sparring_tasks::execution::RewardKey;

use super::Inner;
use super::contents::Shelved;
use crate::queue::{Committed, QueueError};

/// The version of this form.
const VERSION: u32 = 1;
/// The header that names the phase, so that counting need not read the messages.
pub(super) const PHASE: &str = "Sparring-Phase";

/// A message of `states`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct State {
    version: u32,
    pub(super) task_id: String,
    /// The job's message in the work queue. Another message with this key is a repetition.
    pub(super) message: u64,
    /// Grants so far.
    pub(super) attempts: u32,
    /// Workers that died with it.
    pub(super) deaths: u32,
    pub(super) phase: Phase,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub(super) enum Phase {
    /// A worker has it.
    Leased {
        /// Who.
        worker: String,
    },
    /// It waits for the next grant.
    Resting {
        /// Where it failed; empty when it did not.
        worker: String,
    },
    /// It has its verdict.
    Committed {
        /// Of the lease that committed.
        fence: u64,
        /// The verdict, unless it is too large for a message.
        verdict: VerdictMessage,
    },
}

/// A verdict, or where it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum VerdictMessage {
    Whole(Committed),
    Shelved { scored: bool, pieces: Shelved },
}

/// What became of a compare-and-swap.
pub(super) enum Swapped {
    /// The state is the new one, under this sequence number.
    To(u64),
    /// Somebody else was faster.
    Lost,
}

impl State {
    pub(super) fn new(task_id: &str, message: u64) -> Self {
        let phase = Phase::Resting { worker: String::new() };
        Self { version: VERSION, task_id: task_id.to_owned(), message, attempts: 0, deaths: 0, phase }
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, QueueError> {
        let state: Self = serde_json::from_slice(bytes).map_err(QueueError::store)?;
        if state.version != VERSION {
            let text = format!("a queue of version {}; this is version {VERSION}", state.version);
            return Err(QueueError::Address(text));
        }
        Ok(state)
    }

    fn phase_name(&self) -> &'static str {
        let scored = match &self.phase {
            Phase::Leased { .. } => return "leased",
            Phase::Resting { .. } => return "resting",
            Phase::Committed { verdict: VerdictMessage::Shelved { scored, .. }, .. } => *scored,
            Phase::Committed { verdict: VerdictMessage::Whole(committed), .. } => {
                matches!(committed.verdict, Verdict::Scored { .. })
            }
        };
        if scored { "scored" } else { "void" }
    }
}

impl Inner {
    /// The state of a key and its sequence number; `None` when nothing has happened to it yet.
    pub(super) async fn state(&self, key: &RewardKey) -> Result<Option<(u64, State)>, QueueError> {
        let subject = format!("{}.states.{key}", self.name);
        match self.states.get_last_raw_message_by_subject(&subject).await {
            Ok(message) => Ok(Some((message.sequence, State::read(&message.payload)?))),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(QueueError::store(error)),
        }
    }

    /// Replaces the state of a key if it is still the one with this sequence number (0: none).
    pub(super) async fn swap(&self, key: &RewardKey, last: u64, state: &State) -> Result<Swapped, QueueError> {
        let payload = serde_json::to_vec(state).map_err(QueueError::store)?;
        let publish = PublishMessage::build()
            .payload(payload.into())
            .header(PHASE, state.phase_name())
            .expected_last_subject_sequence(last);
        let subject = format!("{}.states.{key}", self.name);
        let sent = self.context.send_publish(subject, publish).await.map_err(QueueError::store)?;
        match sent.await {
            Ok(acknowledged) => Ok(Swapped::To(acknowledged.sequence)),
            Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(Swapped::Lost),
            Err(error) => Err(QueueError::store(error)),
        }
    }
}
