//! What ends a lease: a verdict, a fault, or a release.

use std::time::Duration;

use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{AckKind, Message};
use sparring_tasks::Verdict;
use sparring_tasks::execution::{Fault, RewardKey};

use super::Inner;
use super::contents::PIECE;
use super::grant::nak;
use super::state::{Phase, State, Swapped, VerdictMessage};
use crate::queue::{Committed, Held, Lease, QueueError};

impl Inner {
    pub(super) async fn heartbeat(&self, lease: &Lease) -> Result<Held, QueueError> {
        if self.held(lease).await?.is_none() {
            self.holdings.drop_lease(lease);
            return Ok(Held::Fenced);
        }
        if let Some(message) = self.holdings.message(lease) {
            message.ack_with(AckKind::Progress).await.map_err(QueueError::store)?;
        }
        Ok(Held::Yes)
    }

    pub(super) async fn complete(&self, lease: &Lease, committed: &Committed) -> Result<Held, QueueError> {
        let message = self.holdings.message(lease);
        let held = match self.held(lease).await? {
            Some(state) => self.commit(&lease.key, lease.fence, state, committed, message.as_ref()).await?,
            None => false,
        };
        // An answer that got lost on its way is asked for again.
        let is_held = held || self.was_committed(lease).await?;
        if !is_held {
            let publish = PublishMessage::build().payload(Vec::new().into());
            let subject = format!("{}.fenced.{}", self.name, lease.key);
            let sent = self.context.send_publish(subject, publish).await.map_err(QueueError::store)?;
            sent.await.map_err(QueueError::store)?;
        }
        self.holdings.drop_lease(lease);
        Ok(if is_held { Held::Yes } else { Held::Fenced })
    }

    pub(super) async fn fail(&self, lease: &Lease, fault: &Fault) -> Result<Held, QueueError> {
        let (state, message) = (self.held(lease).await?, self.holdings.message(lease));
        let held = match (state, message) {
            (Some(state), Some(message)) => {
                let next = self.policy.after_fault(&lease.key, state.attempts, fault);
                self.give_back(&lease.key, lease.fence, state, &lease.worker, next, &message).await?
            }
            _ => false,
        };
        self.holdings.drop_lease(lease);
        Ok(if held { Held::Yes } else { Held::Fenced })
    }

    pub(super) async fn release(&self, lease: &Lease) -> Result<Held, QueueError> {
        let (state, message) = (self.held(lease).await?, self.holdings.message(lease));
        let mut held = Held::Fenced;
        if let (Some(mut state), Some(message)) = (state, message) {
            state.attempts = state.attempts.saturating_sub(1);
            state.phase = Phase::Resting { worker: String::new() };
            if let Swapped::To(_) = self.swap(&lease.key, lease.fence, &state).await? {
                nak(&message, Duration::ZERO).await?;
                held = Held::Yes;
            }
        }
        self.holdings.drop_lease(lease);
        Ok(held)
    }

    /// The state of a lease that is current.
    async fn held(&self, lease: &Lease) -> Result<Option<State>, QueueError> {
        let state = self.state(&lease.key).await?;
        Ok(state.filter(|(last, _)| *last == lease.fence).map(|(_, state)| state))
    }

    async fn was_committed(&self, lease: &Lease) -> Result<bool, QueueError> {
        let state = self.state(&lease.key).await?;
        Ok(matches!(state, Some((_, State { phase: Phase::Committed { fence, .. }, .. })) if fence == lease.fence))
    }

    /// Commits a verdict if the state is still the one with this sequence number. A committed state is never
    /// replaced: whoever finds it stops.
    pub(super) async fn commit(
        &self,
        key: &RewardKey,
        fence: u64,
        mut state: State,
        committed: &Committed,
        message: Option<&Message>,
    ) -> Result<bool, QueueError> {
        let bytes = serde_json::to_vec(committed).map_err(QueueError::store)?;
        let verdict = if bytes.len() <= PIECE {
            VerdictMessage::Whole(committed.clone())
        } else {
            let scored = matches!(committed.verdict, Verdict::Scored { .. });
            // A shelf of the fence's own: a late result must not overwrite the committed one.
            let kind = format!("verdict.{fence}");
            VerdictMessage::Shelved { scored, pieces: self.shelve(&kind, key, &bytes).await? }
        };
        state.phase = Phase::Committed { fence, verdict };
        if let Swapped::Lost = self.swap(key, fence, &state).await? {
            return Ok(false);
        }
        // The verdict stands. What follows only tidies: a message that is delivered again finds the verdict.
        if let Some(message) = message {
            let _ = message.double_ack().await;
        }
        let _ = self.clear_shelf("job", key).await;
        Ok(true)
    }
}
