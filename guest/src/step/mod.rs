//! One step: a call in, an observation out, as a pure function of image, state, call and effect
//! results.

mod call;
mod observation;
mod protocol;
mod state;
mod syntax;

pub use call::{Arguments, RawCall, Value};
pub use observation::{Observation, Status};
pub use protocol::{NewState, Settings, StepInput, StepOutput};
pub use state::{STATE_VERSION, SessionState};
pub use syntax::{CallSyntax, ParsedCall};

use sparring_tree::{BlobId, ImageView, Overlay};

use crate::budget::{Budget, Stop};
use crate::limits::LimitKind;
use crate::machine::{Effects, Machine, Provenance};
use crate::profile::{self, Profile, variation};
use crate::workspace::{BlobStore, VirtualPath, Workspace};

/// Runs one step: `input` is an encoded [`StepInput`], the answer an encoded [`StepOutput`].
///
/// It never panics on what a model can influence: image, call and state. Input that no host of
/// this version writes is answered by [`StepOutput::BadInput`].
pub fn step(image: &[u8], input: &[u8]) -> Vec<u8> {
    run(image, input).unwrap_or_else(|fault| encode(&StepOutput::BadInput(fault)))
}

fn encode(output: &StepOutput<'_>) -> Vec<u8> {
    postcard::to_allocvec(output).unwrap_or_default()
}

fn run(image: &[u8], input: &[u8]) -> Result<Vec<u8>, &'static str> {
    let input: StepInput<'_> = postcard::from_bytes(input).map_err(|_| "step input")?;
    let settings: Settings = postcard::from_bytes(input.settings).map_err(|_| "settings")?;
    let image = ImageView::parse(image).map_err(|_| "image")?;
    let profile = profile::find(&settings.profile).ok_or("profile")?;
    let mount = VirtualPath::lexical(settings.root.as_bytes());
    let base: Overlay = match input.base {
        [] => Overlay::new(),
        bytes => postcard::from_bytes(bytes).map_err(|_| "base")?,
    };
    let mut state = match input.state {
        [] => SessionState::new(profile.initial_state(&mount), base.clone()),
        bytes => SessionState::decode(bytes).ok_or("state")?,
    };
    if state.is_finished {
        let observation =
            Observation::new("The session has finished; no further calls are answered.", Status::Finished);
        return Ok(encode(&StepOutput::Done { observation, state: None }));
    }
    if (input.call.tool.len() + input.call.arguments.len()) as u64 > settings.limits.call_bytes {
        let observation = limit_observation(profile, LimitKind::CallBytes);
        return Ok(encode(&StepOutput::Done { observation, state: None }));
    }

    let variation = &settings.variation;
    let call = match variation::base_call(variation, &input.call) {
        Ok(call) => call,
        Err(text) => {
            let observation = variation.shown(Observation::new(profile::head(&text, 1_000), Status::BadCall));
            return Ok(encode(&StepOutput::Done { observation, state: None }));
        }
    };

    let budget = Budget::new(&settings.limits);
    let blobs = BlobStore::new(input.blobs, state.next_blob);
    let before = state.profile.clone();
    let overlay = std::mem::take(&mut state.overlay);
    let workspace = Workspace::new(image, mount, base, overlay, &blobs, state.blob_bytes(), &budget);
    let mut machine = Machine::new(workspace, Effects::new(input.effects), profile.terminal());
    machine.git = state.git.clone();
    let answer = profile.step(&call, &mut state.profile, &mut machine);
    let provenance = machine.effects.provenance();
    match answer {
        Ok(observation) => {
            let mut observation = variation.shown(observation);
            observation.provenance = provenance;
            state.is_finished = observation.status == Status::Finished;
            let is_changed = machine.workspace.is_changed()
                || state.is_finished
                || state.profile != before
                || state.git != machine.git;
            if !is_changed {
                return Ok(encode(&StepOutput::Done { observation, state: None }));
            }
            state.git = std::mem::take(&mut machine.git);
            let encoded = settle(&mut state, &mut machine.workspace, &blobs);
            Ok(encode(&StepOutput::Done { observation, state: Some(encoded.view(&blobs)) }))
        }
        Err(Stop::Limit(kind)) => {
            let mut observation = limit_observation(profile, kind);
            observation.provenance = provenance.max(Provenance::Exact);
            Ok(encode(&StepOutput::Done { observation, state: None }))
        }
        // Every process ends it; a profile's tool writes to no pipe.
        Err(Stop::BrokenPipe) => Err("broken pipe"),
        Err(Stop::NeedBlob(id)) => Ok(encode(&StepOutput::NeedBlob(BlobId(id)))),
        Err(Stop::NeedEffect(_)) => {
            let request = machine.effects.pending().cloned().ok_or("effect")?;
            state.git = std::mem::take(&mut machine.git);
            let encoded = settle(&mut state, &mut machine.workspace, &blobs);
            Ok(encode(&StepOutput::NeedEffect { request, state: encoded.view(&blobs) }))
        }
    }
}

/// What the model reads when a step did too much.
fn limit_observation(profile: &dyn Profile, kind: LimitKind) -> Observation {
    let text = format!(
        "The command was stopped: it went over this environment's limit `{}`. Nothing was changed.",
        kind.name()
    );
    let text = profile.frame_limit(&text);
    Observation::new(text, Status::Limit)
}

/// A state's bytes and the blobs that it names.
struct Settled {
    state: Vec<u8>,
    live: Vec<BlobId>,
}

impl Settled {
    fn view<'s>(&'s self, blobs: &'s BlobStore<'_>) -> NewState<'s> {
        // Blobs that nothing names any more (an edit that was undone) do not leave the step.
        let fresh = blobs.fresh().filter(|(id, _)| self.live.binary_search(id).is_ok()).collect();
        NewState { state: &self.state, fresh, live: self.live.clone() }
    }
}

fn settle(state: &mut SessionState, workspace: &mut Workspace<'_>, blobs: &BlobStore<'_>) -> Settled {
    workspace.merge_fresh();
    state.overlay = workspace.overlay().clone();
    state.next_blob = blobs.next_id();
    let live = state.live_blobs();
    let known = std::mem::take(&mut state.blobs).into_iter();
    let fresh = blobs.fresh().map(|(id, bytes)| (id, bytes.len() as u32));
    state.blobs = known.chain(fresh).filter(|(id, _)| live.binary_search(id).is_ok()).collect();
    Settled { state: state.encode(), live }
}
