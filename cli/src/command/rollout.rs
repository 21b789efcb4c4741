//! `sparring rollout`.

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressStyle};
use sparring_guest::step::Settings;
use sparring_runtime::dataset::{DatasetFolder, MANIFEST_VERSION, Manifest};
use sparring_runtime::engine::{Engine, guest_digest};
use sparring_runtime::image::Image;
use sparring_runtime::rollout::{PolicyKind, RolloutOptions, RolloutReport, run as run_rollouts};
use sparring_tasks::Task;

use super::tasks;
use crate::{CommandError, place};

/// The policies that need no model.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PolicyArgument {
    /// Reads the gold: the upper bound.
    Oracle,
    /// Does nothing: the lower bound.
    Noop,
    /// Explores with real calls, by rules.
    Scripted,
}

impl From<PolicyArgument> for PolicyKind {
    fn from(argument: PolicyArgument) -> Self {
        match argument {
            PolicyArgument::Oracle => Self::Oracle,
            PolicyArgument::Noop => Self::Noop,
            PolicyArgument::Scripted => Self::Scripted,
        }
    }
}

/// The arguments of `sparring rollout`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    sparring rollout --tasks tasks.jsonl --policy scripted --sessions 1000 -o rollouts")]
pub(crate) struct Arguments {
    /// A file that `sparring tasks generate` wrote.
    #[arg(long)]
    tasks: PathBuf,
    /// Who chooses the calls.
    #[arg(long)]
    policy: PolicyArgument,
    /// Rollouts; the tasks are gone through again until there are so many. Default: one a task.
    #[arg(long)]
    sessions: Option<usize>,
    /// Steps after which a rollout ends.
    #[arg(long, default_value_t = 50)]
    max_steps: u32,
    /// The folder of the dataset. A folder of the same run is continued.
    #[arg(short, long)]
    output: PathBuf,
    /// Prints the summary as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let tasks = tasks::read(&arguments.tasks)?;
    let Some(first) = tasks.first() else {
        return Err(CommandError::Usage(format!("{} holds no tasks", arguments.tasks.display())));
    };
    if let Some(other) = tasks.iter().find(|task| task.source.tree != first.source.tree) {
        return Err(CommandError::Usage(format!(
            "the tasks are of several repositories (`{}` and `{}`); give each repository's tasks a file of their own",
            first.id, other.id
        )));
    }
    let image = place::image_of_tree(&first.source.tree, &first.source.spec, first.source.commit.as_deref())?;
    let mut options = RolloutOptions::new(arguments.policy.into(), arguments.sessions.unwrap_or(tasks.len()));
    options.max_steps = arguments.max_steps;
    let (folder, report) = execute(&place::engine()?, &image, &tasks, &options, &arguments.output)?;
    if arguments.json {
        println!("{}", serde_json::to_string(&report.summary).map_err(CommandError::failed)?);
        return Ok(());
    }
    let summary = &report.summary;
    println!(
        "{} rollouts in {} ({} resumed), {} steps in {:.1} s, mean reward {}",
        summary.rollouts,
        folder.path().display(),
        report.resumed,
        report.steps,
        report.seconds,
        summary.mean_reward.map_or("none".into(), |mean| format!("{mean:.3}")),
    );
    Ok(())
}

/// Runs rollouts into a folder, with a progress bar on standard error when that is a terminal.
pub(crate) fn execute(
    engine: &Engine,
    image: &Arc<Image>,
    tasks: &[Task],
    options: &RolloutOptions,
    output: &std::path::Path,
) -> Result<(DatasetFolder, RolloutReport), CommandError> {
    let source = &tasks[0].source;
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        source: source.spec.clone(),
        commit: source.commit.clone(),
        tree: image.tree_digest(),
        profile: Settings::default().profile,
        policy: options.policy.name().into(),
        sessions: options.sessions,
        max_steps: options.max_steps,
        guest: sparring_tree::Digest(guest_digest()).to_string(),
        sparring: env!("CARGO_PKG_VERSION").into(),
    };
    let folder = DatasetFolder::create(output, &manifest, tasks).map_err(CommandError::failed)?;
    let bar = ProgressBar::new(options.sessions as u64);
    if let Ok(style) = ProgressStyle::with_template("{msg:>9} {wide_bar} {pos}/{len} rollouts, {eta} left") {
        bar.set_style(style);
    }
    bar.set_message(options.policy.name());
    let report = run_rollouts(engine, image, tasks, &folder, options, &mut |progress| {
        bar.set_position(progress.done as u64);
    });
    bar.finish_and_clear();
    Ok((folder, report.map_err(CommandError::failed)?))
}
