//! The real tools beside the simulated ones: the same command on the same tree, compared byte for
//! byte in output, exit status and files.
//!
//! The real side is `bash -c` in a [`container`](Container) on this machine, the simulated side a
//! session with the profile `plain`. Where no real tool can be run, steps that were recorded in runs
//! of agents take its place ([`Recording`], [`Replay`]).

mod container;
mod error;
mod family;
mod list;
mod outcome;
mod real_tree;
mod recorded;
mod report;
mod simulation;

pub use container::{Container, TIME_LIMIT_SECONDS};
pub use error::FidelityError;
pub use family::families;
pub use list::{CommandList, ListedCommand, is_source};
pub use outcome::{Changes, Differences, FileState, Outcome};
pub use real_tree::RealTree;
pub use recorded::{Check, Observed, RecordedReport, RecordedStep, Recording, Replay, Scaffold};
pub use report::{FirstDifference, Report, Tally};
pub use simulation::Simulation;

use std::sync::Arc;

use sparring_guest::profile::plain;

use crate::engine::Engine;
use crate::image::Image;

/// Both sides of one repository.
#[derive(Debug)]
pub struct Comparison {
    container: Container,
    tree: RealTree,
    simulation: Simulation,
    root: String,
}

impl Comparison {
    /// Starts a container with the image's tree at `root`, an absolute path, and the session's
    /// base beside it.
    pub fn new(image: &Arc<Image>, root: &str, engine: &Engine) -> Result<Self, FidelityError> {
        let simulation = Simulation::new(image, root, engine)?;
        let container = Container::start()?;
        let mount = root.trim_matches('/').as_bytes();
        let tree = RealTree::new(container.root(), mount, image.view())?;
        Ok(Self { container, tree, simulation, root: root.to_owned() })
    }

    /// Runs a command on both sides, each on the fresh tree: first real, then simulated.
    pub fn run(&mut self, command: &str) -> Result<(Outcome, Outcome), FidelityError> {
        let ran = self.container.run(&self.root, command)?;
        let changes = self.tree.take_changes()?;
        let real = Outcome { output: plain::readable(&ran.output).into_bytes(), exit_code: ran.exit_code, changes };
        let simulated = self.simulation.run(command)?;
        Ok((real, simulated))
    }
}
