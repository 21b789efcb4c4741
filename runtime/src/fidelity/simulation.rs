//! The simulated side: every command in a session of its own.

use std::sync::Arc;

use sparring_guest::profile::plain;
use sparring_guest::step::{RawCall, Settings, Status};

use super::FidelityError;
use super::outcome::{FileState, Outcome};
use crate::effect::Effects;
use crate::engine::{Engine, Policy};
use crate::image::Image;
use crate::session::{Base, Session, Stepper};

/// See the module.
#[derive(Debug)]
pub struct Simulation {
    base: Arc<Base>,
    stepper: Stepper,
}

impl Simulation {
    /// Sessions on an image that is seen at `root`. Programs that the guest cannot compute are
    /// refused.
    pub fn new(image: &Arc<Image>, root: &str, engine: &Engine) -> Result<Self, FidelityError> {
        let settings = Settings { profile: plain::NAME.into(), root: root.into(), ..Settings::default() };
        let base = Base::new(image.clone(), settings)?;
        let stepper = Stepper::new(engine, Policy::Resident, Arc::new(Effects::default()));
        Ok(Self { base, stepper })
    }

    /// Runs `bash -c command` on the fresh tree.
    pub fn run(&mut self, command: &str) -> Result<Outcome, FidelityError> {
        let mut session = Session::new(self.base.clone());
        let arguments = serde_json::json!({ "command": command }).to_string();
        let step = session.step(&mut self.stepper, &RawCall { tool: "bash", arguments: &arguments })?;
        let is_stopped = step.observation.status == Status::Limit;
        let changes = session.changes_everywhere()?.into_iter().map(|change| {
            let state = change.new.map(|node| FileState { kind: node.kind, mode: node.mode.0, bytes: node.bytes });
            (change.path, state)
        });
        Ok(Outcome {
            output: step.observation.text.into_bytes(),
            exit_code: step.observation.exit_code.filter(|_| !is_stopped),
            changes: changes.collect(),
        })
    }
}
