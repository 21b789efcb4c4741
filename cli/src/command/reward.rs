//! `sparring reward submit`, `status` and `watch`; `audit` is a file of its own.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use sparring_tasks::execution::Job;
use sparring_tasks::jsonl;
use sparring_worker::queue::{Address, AnyQueue, Counts, Deliveries, Policy, Queue, Submitted};

use super::audit;
use crate::{CommandError, table};

/// Verdicts of one read.
const BATCH: usize = 1000;
/// How long a read waits before the counts are looked at again.
const PATIENCE: Duration = Duration::from_secs(2);

/// The arguments of `sparring reward`.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: RewardCommand,
}

#[derive(Debug, clap::Args)]
struct Place {
    /// A file of this machine, or nats://HOST:PORT, or nats://HOST:PORT/NAME.
    #[arg(long, default_value = "sparring-queue.sqlite")]
    queue: String,
}

#[derive(Debug, Subcommand)]
enum RewardCommand {
    /// Hands jobs to the workers. A job that is there already is not run again.
    #[command(after_help = "Example:\n  sparring reward submit jobs.jsonl --queue nats://build-box:4222")]
    Submit {
        #[command(flatten)]
        place: Place,
        /// Jobs, one JSON line each.
        jobs: PathBuf,
        /// Prints a line for each job: its task, its key, and whether it was queued or joined.
        #[arg(long)]
        json: bool,
    },
    /// How many jobs are in which state.
    Status {
        #[command(flatten)]
        place: Place,
        /// Prints the counts as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints verdicts, one JSON line each, until every job has one.
    #[command(
        after_help = "With -o, a restart goes on where the file ends: each verdict is in it once.\n\nExample:\n  \
        sparring reward watch -o verdicts.jsonl"
    )]
    Watch {
        #[command(flatten)]
        place: Place,
        /// Appends to this file instead, and continues behind its last line.
        #[arg(short, long, conflicts_with = "cursor")]
        output: Option<PathBuf>,
        /// Begins behind the verdict with this cursor.
        #[arg(long, default_value_t = 0)]
        cursor: u64,
        /// Goes on when every job has its verdict.
        #[arg(long)]
        follow: bool,
    },
    /// Runs a share of the jobs that have a score again, on this machine, and compares. Fails when one of a thousand
    /// or more came out otherwise.
    #[command(after_help = "Example:\n  \
        sparring reward audit --evidence evidence -o audit.jsonl")]
    Audit {
        #[command(flatten)]
        place: Place,
        #[command(flatten)]
        arguments: audit::Arguments,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        match &arguments.command {
            RewardCommand::Submit { place, jobs, json } => submit(&place.open().await?, jobs, *json).await,
            RewardCommand::Status { place, json } => status(&place.open().await?, *json).await,
            RewardCommand::Watch { place, output, cursor, follow } => {
                watch(&place.open().await?, output.as_deref(), *cursor, *follow).await
            }
            RewardCommand::Audit { place, arguments } => audit::run(&place.open().await?, arguments).await,
        }
    })
}

impl Place {
    async fn open(&self) -> Result<AnyQueue, CommandError> {
        let address: Address = self.queue.parse().map_err(|error| CommandError::Usage(format!("{error}")))?;
        address.open(Policy::default()).await.map_err(CommandError::failed)
    }
}

async fn submit(queue: &AnyQueue, path: &Path, json: bool) -> Result<(), CommandError> {
    let file = File::open(path).map_err(|error| CommandError::Usage(format!("{}: {error}", path.display())))?;
    let jobs: Vec<Job> = jsonl::read(BufReader::new(file))
        .map_err(|error| CommandError::Failed(format!("{}: {error}", path.display())))?;
    let (mut queued, mut joined) = (0, 0);
    for batch in jobs.chunks(BATCH) {
        let answers = queue.submit_all(batch).await.map_err(CommandError::failed)?;
        for (job, answer) in batch.iter().zip(answers) {
            let is_new = matches!(answer, Submitted::Queued(_));
            queued += u64::from(is_new);
            joined += u64::from(!is_new);
            if json {
                let what = if is_new { "queued" } else { "joined" };
                let line = serde_json::json!({ "task_id": job.task_id, "key": answer.key(), "submitted": what });
                writeln!(std::io::stdout(), "{line}")?;
            }
        }
    }
    if !json {
        writeln!(std::io::stdout(), "{queued} jobs queued, {joined} were there already")?;
    }
    Ok(())
}

async fn status(queue: &AnyQueue, json: bool) -> Result<(), CommandError> {
    let counts = queue.counts().await.map_err(CommandError::failed)?;
    if json {
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&counts).map_err(CommandError::failed)?)?;
        return Ok(());
    }
    let Counts { queued, leased, scored, void, fenced } = counts;
    let rows = [("queued", queued), ("leased", leased), ("scored", scored), ("void", void), ("fenced", fenced)];
    let rows: Vec<_> = rows.iter().map(|(name, count)| vec![(*name).to_owned(), count.to_string()]).collect();
    table::print(&["state", "jobs"], &rows);
    Ok(())
}

async fn watch(queue: &AnyQueue, output: Option<&Path>, cursor: u64, follow: bool) -> Result<(), CommandError> {
    let named = |path: &Path, error: std::io::Error| CommandError::Failed(format!("{}: {error}", path.display()));
    let mut file = match output {
        Some(path) => Some((path, Deliveries::open(path).map_err(|error| named(path, error))?)),
        None => None,
    };
    let mut cursor = file.as_ref().map_or(cursor, |(_, deliveries)| deliveries.cursor());
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} verdicts {msg}");
    bar.set_style(style.map_err(CommandError::failed)?);
    loop {
        let counts = queue.counts().await.map_err(CommandError::failed)?;
        let done = counts.scored + counts.void;
        bar.set_length(done + counts.open());
        bar.set_position(done);
        bar.set_message(format!("{} running, {} void", counts.leased, counts.void));
        // Counted before: what is committed from now on is read below, or in the next round.
        let is_last = counts.open() == 0 && !follow;
        let patience = if is_last { Duration::ZERO } else { PATIENCE };
        let verdicts = queue.watch(cursor, BATCH, patience).await.map_err(CommandError::failed)?;
        match &mut file {
            Some((path, deliveries)) => {
                deliveries.append(&verdicts).map_err(|error| named(path, error))?;
            }
            None => bar.suspend(|| {
                let mut lines = std::io::stdout().lock();
                verdicts.iter().try_for_each(|verdict| {
                    let line = serde_json::to_string(verdict).map_err(CommandError::failed)?;
                    Ok::<_, CommandError>(writeln!(lines, "{line}")?)
                })
            })?,
        }
        cursor = verdicts.last().map_or(cursor, |last| last.cursor);
        if is_last && verdicts.len() < BATCH {
            bar.finish_and_clear();
            return Ok(());
        }
    }
}
