//! Taking steps.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sparring_guest::machine::EffectResult;
use sparring_guest::step::{NewState, Observation, RawCall, Status, StepInput, StepOutput};
use sparring_tree::{BlobId, Digest, Hasher};

use super::{Session, StepError};
use crate::effect::{EffectQuestion, Effects};
use crate::engine::{Engine, Place, Policy};

/// Blobs of up to this many bytes travel with every call; larger ones when a step asks for them.
const EAGER_BLOB: usize = 4096;
/// At most this many bytes of blobs travel unasked.
const EAGER_TOTAL: usize = 16_384;

/// Where one thread steps sessions: a place in the engine, a policy, the effect handlers. Make one
/// for each thread.
#[derive(Debug)]
pub struct Stepper {
    place: Place,
    policy: Policy,
    effects: Arc<Effects>,
    input: Vec<u8>,
}

impl Stepper {
    /// A stepper on this engine.
    pub fn new(engine: &Engine, policy: Policy, effects: Arc<Effects>) -> Self {
        Self { place: engine.place(), policy, effects, input: Vec::new() }
    }

    /// The policy that it steps with.
    pub fn policy(&self) -> Policy {
        self.policy
    }
}

/// What one step gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What the model reads.
    pub observation: Observation,
    /// The results of the effects that the step needed, in order. Given to
    /// [`Session::step_with`], they replay the step without asking anybody.
    pub effects: Vec<EffectResult>,
    /// How long the step took, handlers included.
    pub elapsed: Duration,
    /// The step's identity, where it was asked for: [`Step::digest_with`].
    pub digest: Option<Digest>,
}

impl Step {
    /// The step's identity, for the files after it.
    pub fn digest_with(&self, files: &Digest) -> Digest {
        step_digest(&self.observation, files)
    }
}

/// A step's identity: observation, exit code and the files after it; never the encoding of the
/// state.
pub fn step_digest(observation: &Observation, files: &Digest) -> Digest {
    let mut hasher = Hasher::new("sparring step 1");
    hasher.bytes(observation.text.as_bytes());
    hasher.bytes(observation.status.name().as_bytes());
    hasher.number(observation.exit_code.map_or(u64::MAX, |code| code as u64));
    hasher.digest(files);
    hasher.finish()
}

/// What a run of the guest left to do.
enum Next {
    Done(Observation),
    MoreBlobs,
    Effect(EffectResult),
}

impl Session {
    /// Answers one call. Whatever the model wrote, the answer is an observation; an error is a
    /// fault of ours, and the session stays as it was.
    pub fn step(&mut self, stepper: &mut Stepper, call: &RawCall<'_>) -> Result<Step, StepError> {
        self.step_with(stepper, call, Vec::new())
    }

    /// As [`Session::step`], with results of effects that are known already: a replay.
    pub fn step_with(
        &mut self,
        stepper: &mut Stepper,
        call: &RawCall<'_>,
        effects: Vec<EffectResult>,
    ) -> Result<Step, StepError> {
        let start = Instant::now();
        let mut effects = effects;
        let mut wanted: Vec<BlobId> = Vec::new();
        let mut misses = 0;
        loop {
            let blobs = self.blobs_to_send(&wanted, misses);
            let mut input = std::mem::take(&mut stepper.input);
            input.clear();
            let message = StepInput {
                settings: self.base.encoded_settings(),
                base: self.base.encoded_overlay(),
                state: &self.state,
                call: *call,
                blobs,
                effects: std::mem::take(&mut effects),
            };
            input = postcard::to_extend(&message, input).map_err(|_| StepError::Protocol("step input".into()))?;
            effects = message.effects;
            let handle = self.base.image().handle().clone();
            let handlers = stepper.effects.clone();
            let next = stepper.place.run(
                &handle,
                stepper.policy,
                |buffer| buffer.write(&input),
                |output| self.receive(output, &handlers, &mut wanted),
            )?;
            stepper.input = input;
            match next? {
                Next::Done(observation) => {
                    self.steps += 1;
                    return Ok(Step { observation, effects, elapsed: start.elapsed(), digest: None });
                }
                Next::MoreBlobs => misses += 1,
                Next::Effect(result) => {
                    if effects.len() as u64 > self.base.settings().limits.effects {
                        return Err(StepError::Effects);
                    }
                    effects.push(result);
                }
            }
        }
    }

    /// Small blobs always; those that the step asked for; all once it has asked twice.
    fn blobs_to_send(&self, wanted: &[BlobId], misses: u32) -> Vec<(BlobId, &[u8])> {
        let mut total = 0;
        let is_sent = |id: &BlobId, bytes: &[u8], total: &mut usize| {
            if misses > 1 || wanted.contains(id) {
                return true;
            }
            let is_small = bytes.len() <= EAGER_BLOB && *total + bytes.len() <= EAGER_TOTAL;
            if is_small {
                *total += bytes.len();
            }
            is_small
        };
        let blobs = self.blobs.iter().filter(|(id, bytes)| is_sent(id, bytes, &mut total));
        blobs.map(|(id, bytes)| (*id, &**bytes)).collect()
    }

    /// Reads the guest's answer, which lies in memory that is wiped right after.
    fn receive(&mut self, output: &[u8], effects: &Effects, wanted: &mut Vec<BlobId>) -> Result<Next, StepError> {
        let output: StepOutput<'_> =
            postcard::from_bytes(output).map_err(|_| StepError::Protocol("step output".into()))?;
        match output {
            StepOutput::Done { observation, state } => {
                if let Some(new) = state {
                    self.accept(&new)?;
                }
                self.is_finished |= observation.status == Status::Finished;
                Ok(Next::Done(observation))
            }
            StepOutput::NeedBlob(id) => {
                if wanted.contains(&id) || self.blob(id).is_none() {
                    return Err(StepError::Protocol(format!("blob {}", id.0)));
                }
                wanted.push(id);
                Ok(Next::MoreBlobs)
            }
            StepOutput::NeedEffect { request, state } => {
                // The files as they are in the middle of the step: a fork that nobody keeps.
                let mut files = self.fork();
                files.accept(&state)?;
                let question = EffectQuestion { request: &request, session: &files };
                let name = || request.arguments.first().map(|name| String::from_utf8_lossy(name).into_owned());
                let result = effects.answer(&question)?;
                result.map(Next::Effect).ok_or_else(|| StepError::NoEffect(name().unwrap_or_default()))
            }
            StepOutput::BadInput(what) => Err(StepError::Protocol(what.into())),
        }
    }

    /// Takes a new state over.
    fn accept(&mut self, new: &NewState<'_>) -> Result<(), StepError> {
        let known: Vec<BlobId> = self.blobs.iter().map(|(id, _)| *id).collect();
        if new.fresh.is_empty() && known == new.live {
            self.state = new.state.into();
            return Ok(());
        }
        let mut blobs: Vec<(BlobId, Arc<[u8]>)> = Vec::with_capacity(new.live.len());
        for id in &new.live {
            let fresh = new.fresh.binary_search_by_key(id, |(id, _)| *id).ok().map(|at| Arc::from(new.fresh[at].1));
            let blob = fresh.or_else(|| self.blob(*id).cloned());
            blobs.push((*id, blob.ok_or_else(|| StepError::Protocol(format!("blob {}", id.0)))?));
        }
        self.blobs = blobs.into();
        self.state = new.state.into();
        Ok(())
    }
}
