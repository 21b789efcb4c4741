//! One row of the table: a call, or several taken in turn, and how it is timed.

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde_json::json;
use sparring_guest::step::{Observation, Status};

use super::{BenchError, Effort, Latency, Peer, measure};
use crate::batch::Call;
use crate::image::Image;
use crate::session::{Session, Stepper};

/// What a session has done before the operation is timed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nothing.
    Fresh,
    /// These calls, which all have to succeed.
    Calls(Vec<Call>),
}

/// Something to time.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name in the table.
    pub name: String,
    start: Start,
    calls: Vec<Call>,
    exit_code: Option<i32>,
    command: Option<String>,
    has_peer: bool,
}

impl Operation {
    /// Calls that are taken in turn, all from the same start.
    pub fn new(name: &str, calls: Vec<Call>) -> Self {
        Self { name: name.into(), start: Start::Fresh, calls, exit_code: None, command: None, has_peer: false }
    }

    /// A command line that ends with exit status 0.
    pub fn shell(name: &str, command: &str) -> Self {
        let call = Call::new("execute_bash", json!({ "command": command }).to_string());
        Self { exit_code: Some(0), command: Some(command.into()), ..Self::new(name, vec![call]) }
    }

    /// With another exit status than 0.
    #[must_use]
    pub fn exiting(mut self, exit_code: i32) -> Self {
        self.exit_code = Some(exit_code);
        self
    }

    /// The same calls from another start, under a name of its own.
    #[must_use]
    pub fn starting(mut self, name: &str, start: Start) -> Self {
        self.name = name.into();
        self.start = start;
        self
    }

    /// The real programs do the same and print the same.
    #[must_use]
    pub fn with_peer(mut self) -> Self {
        self.has_peer = true;
        self
    }

    /// Whether a session does something else before.
    pub fn has_start(&self) -> bool {
        self.start != Start::Fresh
    }

    /// A session ready for the operation.
    pub fn prepared(&self, fresh: Session, stepper: &mut Stepper) -> Result<Session, BenchError> {
        let mut session = fresh;
        if let Start::Calls(calls) = &self.start {
            for call in calls {
                let step = session.step(stepper, &call.raw())?;
                self.expect(&step.observation, None)?;
            }
        }
        Ok(session)
    }

    /// The calls that are taken in turn.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// Takes every call once and fails when one is not answered as it should be.
    pub fn check(&self, session: &Session, stepper: &mut Stepper) -> Result<(), BenchError> {
        for call in &self.calls {
            let step = session.fork().step(stepper, &call.raw())?;
            self.expect(&step.observation, self.exit_code)?;
        }
        Ok(())
    }

    /// Times the steps, each in a fork of `session`, so that all start from the same state.
    pub fn time_steps(&self, session: &Session, stepper: &mut Stepper, effort: &Effort) -> Result<Latency, BenchError> {
        self.check(session, stepper)?;
        let mut turns = self.calls.iter().cycle();
        measure(effort, || {
            let Some(call) = turns.next() else { return Ok(Duration::ZERO) };
            let mut fork = session.fork();
            let start = Instant::now();
            let step = fork.step(stepper, &call.raw())?;
            let elapsed = start.elapsed();
            black_box(step);
            Ok(elapsed)
        })
    }

    /// Times the guest's step function as this program's own machine code: no sandbox, no copies
    /// in and out, all blobs at hand.
    pub fn time_natively(&self, session: &Session, effort: &Effort) -> Result<Latency, BenchError> {
        let image = session.base().image();
        let inputs: Vec<Vec<u8>> =
            self.calls.iter().map(|call| session.step_input(&call.raw())).collect::<Result<_, _>>()?;
        let mut turns = inputs.iter().cycle();
        measure(effort, || {
            let Some(input) = turns.next() else { return Ok(Duration::ZERO) };
            let start = Instant::now();
            let output = native_step(image, black_box(input));
            let elapsed = start.elapsed();
            black_box(output);
            Ok(elapsed)
        })
    }

    /// The command line by which the real programs do the same. `None` when there is none, or when
    /// it prints something else than the step.
    pub fn peer_command(
        &self,
        peer: &mut Peer,
        session: &Session,
        stepper: &mut Stepper,
    ) -> Result<Option<&str>, BenchError> {
        let (Some(command), Some(call)) = (self.command.as_ref().filter(|_| self.has_peer), self.calls.first()) else {
            return Ok(None);
        };
        let step = session.fork().step(stepper, &call.raw())?;
        let ours = step.observation.text.split("\n[The command completed").next().unwrap_or_default();
        let is_same = on_screen(&peer.run(command)?) == ours;
        Ok(is_same.then_some(command))
    }

    /// Times the real programs in a shell that runs already, see [`Operation::peer_command`].
    pub fn time_peer(
        &self,
        peer: &mut Peer,
        session: &Session,
        stepper: &mut Stepper,
        effort: &Effort,
    ) -> Result<Option<Latency>, BenchError> {
        let Some(command) = self.peer_command(peer, session, stepper)? else { return Ok(None) };
        let timed = measure(effort, || {
            let start = Instant::now();
            black_box(peer.run(command)?);
            Ok::<_, BenchError>(start.elapsed())
        });
        timed.map(Some)
    }

    fn expect(&self, observation: &Observation, exit_code: Option<i32>) -> Result<(), BenchError> {
        if observation.status == Status::Ok && (exit_code.is_none() || observation.exit_code == exit_code) {
            return Ok(());
        }
        let observation = observation.text.chars().take(400).collect();
        Err(BenchError::Answer { operation: self.name.clone(), observation })
    }
}

/// The guest's step function as machine code of this program: the lower bound of a step.
pub fn native_step(image: &Image, input: &[u8]) -> Vec<u8> {
    sparring_guest::step(image.bytes(), input)
}

/// The programs' output as the profile shows it: no blanks at the ends of lines, none around.
fn on_screen(output: &str) -> String {
    let lines: Vec<&str> = output.lines().map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}
