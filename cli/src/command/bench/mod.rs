//! `sparring bench`: what a step costs on a repository, and whether the project's goals hold.

mod goals;
mod images;
mod memory;
mod report;
mod steps;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sparring_runtime::bench::{self, Effort, Subject};
use sparring_runtime::engine::{Engine, Policy};
use sparring_runtime::image::{Image, ImageCache};
use sparring_tree::TreeLimits;

use crate::{CommandError, place};
use report::Report;

/// Bytes of the tree that is made where no repository is given.
const GENERATED_BYTES: usize = 64 << 20;

/// The arguments of `sparring bench`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    sparring bench                        on 64 MiB of generated Python\n  \
    sparring bench --repo . --json        on your repository, one JSON object\n  \
    sparring bench --quick                the table of steps only, in some seconds")]
pub(crate) struct Arguments {
    /// A directory, a git repository, a tar, tar.gz, zip or wheel. Default: a generated tree of
    /// 64 MiB.
    #[arg(long)]
    repo: Option<PathBuf>,
    /// Seconds for each figure of the table.
    #[arg(long, default_value_t = 0.5)]
    seconds: f64,
    /// Leaves out memory, threads, building and many images.
    #[arg(long)]
    quick: bool,
    /// Leaves out the real programs, which need the tree on disk.
    #[arg(long)]
    no_peers: bool,
    /// Live sessions for the figure of memory.
    #[arg(long, default_value_t = 100_000)]
    sessions: usize,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
    /// Measures memory only, on the cached image of this tree; prints JSON. The command runs itself
    /// so: memory that a process has freed would hide what its sessions need.
    #[arg(long, hide = true)]
    memory_of: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    if !(arguments.seconds > 0.0 && arguments.seconds < 3600.0) || arguments.sessions < 100 {
        return Err(CommandError::Usage("--seconds is above 0 and --sessions at least 100".into()));
    }
    if let Some(tree) = &arguments.memory_of {
        return memory::run(tree, arguments.sessions);
    }
    let effort = Effort { time: Duration::from_secs_f64(arguments.seconds), ..Effort::default() };
    let image = image(arguments)?;
    let engine = place::engine()?;
    let subject = Subject::new(image.clone()).map_err(CommandError::failed)?;
    let mut report = Report::new(&image, arguments.repo.as_deref());
    steps::measure(&engine, &subject, &effort, !arguments.no_peers, &mut report)?;
    if !arguments.quick {
        whole(&engine, &subject, arguments, &mut report)?;
    }
    goals::judge(&mut report);
    match arguments.json {
        true => println!("{}", serde_json::to_string(&report).map_err(CommandError::failed)?),
        false => report.print(),
    }
    Ok(())
}

/// The figures that take longer than a row of the table.
fn whole(engine: &Engine, subject: &Subject, arguments: &Arguments, report: &mut Report) -> Result<(), CommandError> {
    report.images = Some(images::measure(engine)?);
    for policy in [Policy::Resident, Policy::Strict] {
        let scaling = bench::scaling(engine, subject, policy, 4_000).map_err(CommandError::failed)?;
        report.threads.push((policy, scaling).into());
    }
    report.memory = Some(memory::measure_apart(subject, arguments.sessions)?);
    Ok(())
}

/// The image to measure on. A generated one lies in the cache like any other.
fn image(arguments: &Arguments) -> Result<Arc<Image>, CommandError> {
    if let Some(repo) = &arguments.repo {
        return Ok(place::image(&place::source(repo, None)?)?.image);
    }
    let tree = bench::generated_tree(GENERATED_BYTES, 1).map_err(CommandError::failed)?;
    place::image_cache()?.open_or_build_tree(&tree).map_err(CommandError::failed)
}

/// A cache that goes with the value.
fn temporary_cache() -> Result<ImageCache, CommandError> {
    ImageCache::new(None, TreeLimits::default().bytes).map_err(CommandError::failed)
}
