//! `sparring replay`.

use std::path::PathBuf;

use sparring_runtime::dataset::DatasetFolder;
use sparring_runtime::engine::Policy;
use sparring_runtime::rollout::replay;

use crate::{CommandError, place};

/// The arguments of `sparring replay`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of a dataset.
    folder: PathBuf,
    /// Steps with a fresh instance each, instead of resident ones.
    #[arg(long)]
    strict: bool,
    /// Prints the report as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let folder = DatasetFolder::open(&arguments.folder).map_err(|error| CommandError::Usage(error.to_string()))?;
    let manifest = folder.manifest().map_err(CommandError::failed)?;
    let image = place::image_of_tree(&manifest.tree.to_string(), &manifest.source, manifest.commit.as_deref())?;
    let policy = if arguments.strict { Policy::Strict } else { Policy::Resident };
    let report = replay(&place::engine()?, &image, &folder, policy).map_err(CommandError::failed)?;
    if arguments.json {
        println!("{}", serde_json::to_string(&report).map_err(CommandError::failed)?);
    } else {
        for mismatch in report.mismatches.iter().take(20) {
            match mismatch.step {
                Some(step) => println!("{} step {step}: {}", mismatch.id, mismatch.what),
                None => println!("{}: {}", mismatch.id, mismatch.what),
            }
        }
        println!("{} rollouts, {} steps, {} rollouts differ", report.rollouts, report.steps, report.mismatches.len());
    }
    match report.mismatches.len() {
        0 => Ok(()),
        count => Err(CommandError::Failed(format!("{count} rollouts do not replay"))),
    }
}
