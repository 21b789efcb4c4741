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
    Done(Observation, Option<Accepted>),
    NeedBlob(BlobId),
    Effect(EffectResult),
}

/// A new state, out of the guest's memory.
struct Accepted {
    state: Arc<[u8]>,
    /// `None`: the session's blobs stay as they are.
    blobs: Option<Arc<[(BlobId, Arc<[u8]>)]>>,
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
        let Stepper { place, policy, effects: handlers, input } = stepper;
        let mut effects = effects;
        let mut wanted: Vec<BlobId> = Vec::new();
        loop {
            self.encode_input(call, self.blobs_to_send(&wanted), &mut effects, input)?;
            let next = place.run(
                self.base.image().handle(),
                *policy,
                |buffer| buffer.write(input),
                |output| self.receive(output, handlers),
            )?;
            match next? {
                Next::Done(observation, accepted) => {
                    if let Some(accepted) = accepted {
                        self.accept(accepted);
                    }
                    self.is_finished |= observation.status == Status::Finished;
                    self.steps += 1;
                    return Ok(Step { observation, effects, elapsed: start.elapsed(), digest: None });
                }
                Next::NeedBlob(id) => {
                    if wanted.contains(&id) {
                        return Err(StepError::Protocol(format!("blob {}", id.0)));
                    }
                    wanted.push(id);
                }
                Next::Effect(result) => {
                    if effects.len() as u64 > self.base.settings().limits.effects {
                        return Err(StepError::Effects);
                    }
                    effects.push(result);
                }
            }
        }
    }

    /// What the guest reads when this session takes a call, all blobs included: for running the
    /// guest's step function natively.
    pub fn step_input(&self, call: &RawCall<'_>) -> Result<Vec<u8>, StepError> {
        let blobs = self.blobs.iter().map(|(id, bytes)| (*id, &**bytes)).collect();
        let mut input = Vec::new();
        self.encode_input(call, blobs, &mut Vec::new(), &mut input)?;
        Ok(input)
    }

    /// Encodes a step's input into `buffer`, in place of what it held.
    fn encode_input(
        &self,
        call: &RawCall<'_>,
        blobs: Vec<(BlobId, &[u8])>,
        effects: &mut Vec<EffectResult>,
        buffer: &mut Vec<u8>,
    ) -> Result<(), StepError> {
        let message = StepInput {
            settings: self.base.encoded_settings(),
            base: self.base.encoded_overlay(),
            state: &self.state,
            call: *call,
            blobs,
            effects: std::mem::take(effects),
        };
        buffer.clear();
        let encoded = postcard::to_extend(&message, std::mem::take(buffer));
        *effects = message.effects;
        *buffer = encoded.map_err(|_| StepError::Protocol("step input".into()))?;
        Ok(())
    }

    /// Small blobs always; those that the step asked for; all once it has asked twice.
    fn blobs_to_send(&self, wanted: &[BlobId]) -> Vec<(BlobId, &[u8])> {
        let mut total = 0;
        let is_sent = |id: &BlobId, bytes: &[u8], total: &mut usize| {
            if wanted.len() > 1 || wanted.contains(id) {
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
    fn receive(&self, output: &[u8], effects: &Effects) -> Result<Next, StepError> {
        let output: StepOutput<'_> =
            postcard::from_bytes(output).map_err(|_| StepError::Protocol("step output".into()))?;
        match output {
            StepOutput::Done { observation, state } => {
                let accepted = state.map(|new| self.take_out(&new)).transpose()?;
                Ok(Next::Done(observation, accepted))
            }
            StepOutput::NeedBlob(id) => match self.blob(id) {
                Some(_) => Ok(Next::NeedBlob(id)),
                None => Err(StepError::Protocol(format!("blob {}", id.0))),
            },
            StepOutput::NeedEffect { request, state } => {
                // The files as they are in the middle of the step: a fork that nobody keeps.
                let mut files = self.fork();
                files.accept(self.take_out(&state)?);
                let question = EffectQuestion { request: &request, session: &files };
                let name = || request.arguments.first().map(|name| String::from_utf8_lossy(name).into_owned());
                let result = effects.answer(&question)?;
                result.map(Next::Effect).ok_or_else(|| StepError::NoEffect(name().unwrap_or_default()))
            }
            StepOutput::BadInput(what) => Err(StepError::Protocol(what.into())),
        }
    }

    /// Copies a new state out of the guest's memory, with the blobs that it names.
    fn take_out(&self, new: &NewState<'_>) -> Result<Accepted, StepError> {
        let is_known = self.blobs.iter().map(|(id, _)| id).eq(&new.live);
        if new.fresh.is_empty() && is_known {
            return Ok(Accepted { state: new.state.into(), blobs: None });
        }
        let mut blobs: Vec<(BlobId, Arc<[u8]>)> = Vec::with_capacity(new.live.len());
        for id in &new.live {
            let fresh = new.fresh.binary_search_by_key(id, |(id, _)| *id).ok().map(|at| Arc::from(new.fresh[at].1));
            let blob = fresh.or_else(|| self.blob(*id).cloned());
            blobs.push((*id, blob.ok_or_else(|| StepError::Protocol(format!("blob {}", id.0)))?));
        }
        Ok(Accepted { state: new.state.into(), blobs: Some(blobs.into()) })
    }

    fn accept(&mut self, accepted: Accepted) {
        self.state = accepted.state;
        if let Some(blobs) = accepted.blobs {
            self.blobs = blobs;
        }
    }
}
