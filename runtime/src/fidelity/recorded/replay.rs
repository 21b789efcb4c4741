//! Taking recorded steps again.

use std::sync::Arc;

use sparring_guest::step::{RawCall, Settings};

use super::recording::RecordedStep;
use super::scaffold::Scaffold;
use super::tally::RecordedReport;
use crate::effect::Effects;
use crate::engine::{Engine, Policy};
use crate::fidelity::FidelityError;
use crate::image::Image;
use crate::session::{Base, Session, Stepper};

/// Where recorded runs are taken again.
#[derive(Debug)]
pub struct Replay {
    stepper: Stepper,
}

impl Replay {
    /// A replay on this engine. Programs that the guest cannot compute are refused.
    pub fn new(engine: &Engine) -> Self {
        Self { stepper: Stepper::new(engine, Policy::Resident, Arc::new(Effects::default())) }
    }

    /// Takes a run's steps again on the tree of its commit and adds what came of them to the
    /// report.
    pub fn run(
        &mut self,
        image: &Arc<Image>,
        steps: &[&RecordedStep],
        report: &mut RecordedReport,
    ) -> Result<(), FidelityError> {
        let Some(first) = steps.first() else { return Ok(()) };
        let Some(scaffold) = Scaffold::named(&first.scaffold) else {
            report.not_run += steps.len() as u64;
            return Ok(());
        };
        let settings =
            Settings { profile: scaffold.profile().into(), root: scaffold.root(&first.repo), ..Settings::default() };
        let base = Base::new(image.clone(), settings)?;
        let mut run = Run { scaffold, session: Session::new(base.clone()), open: None };
        let mut before: Option<&RecordedStep> = None;
        for step in steps {
            if !scaffold.has_state() {
                run.session = Session::new(base.clone());
            }
            run.set_up(&mut self.stepper, step, before)?;
            let observation = run.act(&mut self.stepper, &step.action)?;
            report.add(scaffold, step, scaffold.as_recorded(&observation));
            before = Some(step);
        }
        Ok(())
    }
}

/// A session in the middle of a run.
struct Run {
    scaffold: Scaffold,
    session: Session,
    /// The open file, as the last prompt named it.
    open: Option<String>,
}

impl Run {
    /// Brings directory and open file to where the recording says that they were: steps between
    /// two recorded ones are missing.
    fn set_up(
        &mut self,
        stepper: &mut Stepper,
        step: &RecordedStep,
        before: Option<&RecordedStep>,
    ) -> Result<(), FidelityError> {
        let told = match self.scaffold {
            Scaffold::SweAgent06 => step.state.as_ref(),
            // Told after each step: the one before tells, if it is there.
            Scaffold::SweAgentEditor => match before.filter(|before| before.step + 1 == step.step) {
                Some(before) => before.state.as_ref(),
                None => step.state.as_ref().filter(|_| !step.action.contains("cd ")),
            },
            Scaffold::Mini1 | Scaffold::Mini2 | Scaffold::Live => None,
        };
        let Some(told) = told else { return Ok(()) };
        if let Some(directory) = &told.working_dir {
            let directory = quoted(directory);
            self.act(stepper, &format!("mkdir -p {directory} && cd {directory}"))?;
        }
        if let Some(folder) = folder_of_created(step) {
            self.act(stepper, &format!("mkdir -p {}", quoted(folder)))?;
        }
        if let Some(file) = told.open_file.as_ref().filter(|file| *file != "n/a")
            && self.open.as_ref() != Some(file)
        {
            self.act(stepper, &format!("open {}", quoted(file)))?;
        }
        Ok(())
    }

    fn act(&mut self, stepper: &mut Stepper, action: &str) -> Result<String, FidelityError> {
        let arguments = serde_json::json!({ "command": action }).to_string();
        let step = self.session.step(stepper, &RawCall { tool: "bash", arguments: &arguments })?;
        let text = step.observation.text;
        if self.scaffold == Scaffold::SweAgent06 {
            let (_, prompt) = text.rsplit_once("(Open file: ").unwrap_or_default();
            self.open = prompt.split_once(")\n").map(|(file, _)| file.to_owned());
        }
        Ok(text)
    }
}

/// The folder of a file that the step is known to have made: a missing step may have made it.
fn folder_of_created(step: &RecordedStep) -> Option<&str> {
    let first = step.observation.lines().next()?;
    let opened = || first.strip_prefix("[File: ")?.rsplit_once(" (").map(|(path, _)| path);
    let path = match step.action.starts_with("create ") {
        true => opened()?,
        false => first.strip_prefix("File created successfully at: ")?,
    };
    path.trim().rsplit_once('/').map(|(folder, _)| folder).filter(|folder| !folder.is_empty())
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
