//! `sparring reward audit`.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use sparring_tasks::grading::grade;
use sparring_tasks::jsonl;
use sparring_worker::audit::{Audited, Tally, again, is_chosen};
use sparring_worker::evidence::EvidenceStore;
use sparring_worker::queue::{AnyQueue, Queue as _};

use crate::CommandError;
use crate::containers::{self, DaemonArguments};

/// Verdicts of one read.
const BATCH: usize = 1000;

/// The arguments of `sparring reward audit`, beside its queue.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The workers' folder of evidence, or a copy. The second runs are kept in it too.
    #[arg(long)]
    evidence: PathBuf,
    /// Which share of the scores is run again; which ones depends on nothing but their jobs.
    #[arg(long, default_value_t = 0.01)]
    share: f64,
    /// Where both runs of each job are written, one JSON line each. Those that are there already are not run again.
    #[arg(short, long)]
    output: PathBuf,
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(crate) async fn run(queue: &AnyQueue, arguments: &Arguments) -> Result<(), CommandError> {
    if !(0.0..=1.0).contains(&arguments.share) {
        return Err(CommandError::Usage(format!("a share lies between 0 and 1, {} does not", arguments.share)));
    }
    let named = |error: std::io::Error| CommandError::Failed(format!("{}: {error}", arguments.output.display()));
    let mut file = OpenOptions::new().read(true).append(true).create(true).open(&arguments.output).map_err(named)?;
    let before: Vec<Audited> = jsonl::read(BufReader::new(File::open(&arguments.output).map_err(named)?))
        .map_err(|error| CommandError::Failed(format!("{}: {error}", arguments.output.display())))?;
    let mut tally = Tally::default();
    before.iter().for_each(|audited| tally.count(audited));
    let done: BTreeSet<_> = before.iter().map(|audited| audited.key).collect();

    let containers = containers::connect(&arguments.daemon).await?;
    let evidence = EvidenceStore::open(&arguments.evidence)?;
    let me = format!("{}/{}", containers.owner.name(), std::process::id());
    let mut cursor = 0;
    loop {
        let verdicts = queue.watch(cursor, BATCH, Duration::ZERO).await.map_err(CommandError::failed)?;
        let Some(last) = verdicts.last() else { break };
        cursor = last.cursor;
        let chosen = |delivered: &&_| is_chosen(delivered, arguments.share);
        for delivered in verdicts.iter().filter(chosen).filter(|delivered| !done.contains(&delivered.key)) {
            let audited = again(&containers.runner, &grade, &evidence, delivered, &me).await;
            let audited = audited.map_err(CommandError::failed)?;
            let mut line = serde_json::to_string(&audited).map_err(CommandError::failed)?;
            line.push('\n');
            file.write_all(line.as_bytes()).map_err(named)?;
            if audited.agrees() == Some(false) {
                eprintln!("{}: the runs of job {} disagree", audited.task_id, audited.key);
            }
            tally.count(&audited);
        }
    }
    containers.runner.settle().await;
    println!("{}", serde_json::to_string(&tally).map_err(CommandError::failed)?);
    if tally.holds() {
        return Ok(());
    }
    Err(CommandError::Failed(format!("{} of {} rewards came out otherwise", tally.disagreed, tally.audited)))
}
