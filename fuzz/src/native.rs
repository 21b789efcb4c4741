//! A session on the guest's function as native code: the reference that wasm is compared with.

use std::sync::Arc;

use sparring_guest::machine::{EffectRequest, EffectResult, Provenance};
use sparring_guest::profile;
use sparring_guest::step::{NewState, Observation, SessionState, Settings, StepInput, StepOutput};
use sparring_guest::workspace::VirtualPath;
use sparring_tree::content::{MissingBlob, PieceStore};
use sparring_tree::difference::{Files, files_digest};
use sparring_tree::{BlobId, Digest, ImageView, Overlay};

use crate::Call;

/// The guest did not keep its side of the protocol: always a bug.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub String);

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// One session. Effects are refused as the runtime's `Refused` does.
#[derive(Clone, Debug)]
pub struct NativeSession<'i> {
    image: &'i [u8],
    settings: Settings,
    encoded_settings: Vec<u8>,
    state: Vec<u8>,
    blobs: Vec<(BlobId, Arc<[u8]>)>,
}

impl<'i> NativeSession<'i> {
    /// A session that has not stepped yet.
    pub fn new(image: &'i [u8], settings: Settings) -> Self {
        let encoded_settings = postcard::to_allocvec(&settings).expect("settings can always be encoded");
        Self { image, settings, encoded_settings, state: Vec::new(), blobs: Vec::new() }
    }

    /// Answers one call. Everything but an observation is a fault.
    pub fn step(&mut self, call: &Call) -> Result<Observation, Fault> {
        let mut effects: Vec<EffectResult> = Vec::new();
        loop {
            let input = StepInput {
                settings: &self.encoded_settings,
                base: &[],
                state: &self.state,
                call: call.raw(),
                blobs: self.blobs.iter().map(|(id, bytes)| (*id, &**bytes)).collect(),
                effects: effects.clone(),
            };
            let input = postcard::to_allocvec(&input).map_err(|error| Fault(error.to_string()))?;
            let output = sparring_guest::step(self.image, &input);
            match postcard::from_bytes(&output).map_err(|error| Fault(format!("step output: {error}")))? {
                StepOutput::Done { observation, state } => {
                    if let Some(new) = state {
                        self.accept(&new)?;
                    }
                    return Ok(observation);
                }
                StepOutput::NeedEffect { request, .. } => {
                    if effects.len() as u64 > self.settings.limits.effects {
                        return Err(Fault("effects without end".into()));
                    }
                    effects.push(refuse(&request));
                }
                StepOutput::NeedBlob(id) => return Err(Fault(format!("blob {} was sent", id.0))),
                StepOutput::BadInput(what) => return Err(Fault(format!("bad input: {what}"))),
            }
        }
    }

    /// The identity of the session's files.
    pub fn files_digest(&self) -> Result<Digest, Fault> {
        let mount = VirtualPath::lexical(self.settings.root.as_bytes());
        let view = self.view()?;
        let overlay = match self.state.is_empty() {
            true => Overlay::new(),
            false => self.decoded()?.overlay,
        };
        let store = Store { view, blobs: &self.blobs };
        let files = Files { image: view, mount: mount.as_bytes(), overlay: &overlay };
        files_digest(files, &store).map_err(|error| Fault(error.to_string()))
    }

    /// The encoded state; empty before the first change.
    pub fn state(&self) -> &[u8] {
        &self.state
    }

    /// The state as the guest reads it.
    pub fn decoded(&self) -> Result<SessionState, Fault> {
        if self.state.is_empty() {
            let profile = profile::find(&self.settings.profile).ok_or_else(|| Fault("profile".into()))?;
            let mount = VirtualPath::lexical(self.settings.root.as_bytes());
            return Ok(SessionState::new(profile.initial_state(&mount), Overlay::new()));
        }
        SessionState::decode(&self.state).ok_or_else(|| Fault("the state cannot be read".into()))
    }

    fn view(&self) -> Result<ImageView<'i>, Fault> {
        ImageView::parse(self.image).map_err(|error| Fault(error.to_string()))
    }

    fn accept(&mut self, new: &NewState<'_>) -> Result<(), Fault> {
        let mut blobs = Vec::with_capacity(new.live.len());
        for id in &new.live {
            let fresh = new.fresh.iter().find(|(other, _)| other == id).map(|(_, bytes)| Arc::from(*bytes));
            let known = || self.blobs.iter().find(|(other, _)| other == id).map(|(_, bytes)| bytes.clone());
            let blob = fresh.or_else(known).ok_or_else(|| Fault(format!("blob {} is nowhere", id.0)))?;
            blobs.push((*id, blob));
        }
        self.blobs = blobs;
        self.state = new.state.to_vec();
        Ok(())
    }
}

struct Store<'a> {
    view: ImageView<'a>,
    blobs: &'a [(BlobId, Arc<[u8]>)],
}

impl<'a> PieceStore<'a> for Store<'a> {
    fn image(&self) -> ImageView<'a> {
        self.view
    }

    fn blob(&self, id: BlobId) -> Result<&'a [u8], MissingBlob> {
        self.blobs.iter().find(|(other, _)| *other == id).map(|(_, bytes)| &**bytes).ok_or(MissingBlob(id))
    }
}

fn refuse(request: &EffectRequest) -> EffectResult {
    let name = request.arguments.first().map_or(&b""[..], Vec::as_slice);
    EffectResult {
        request: request.digest(),
        output: vec![(true, [b"bash: ", name, b": command not found\n"].concat())],
        status: 127,
        changes: Vec::new(),
        provenance: Provenance::Refused,
    }
}
