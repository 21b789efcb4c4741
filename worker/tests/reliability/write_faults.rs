//! every write in turn fails for a while. Nothing half-written is accepted, and all goes on by itself.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sparring_tasks::execution::{Exit, Run};
use sparring_worker::evidence::{EvidenceStore, Record};
use sparring_worker::queue::{Committed, Deliveries, Held, Policy, Queue, SqliteQueue};

use crate::fake::{Play, grade};
use crate::process::{Process, command};
use crate::roles::{say, setting};
use crate::store::{Kind, Store, lines};
use crate::{Outcome, ensure, is_nightly, shim};

const WRITES: i64 = 200;
const FAULTS: [&str; 3] = ["ENOSPC", "EIO", "short write"];
const JOBS: u64 = 6;
/// A call is repeated so often at most: each fault lasts for three writes.
const TRIES: usize = 8;

pub(crate) fn check(_kind: Kind) -> Outcome {
    let store = Store::start(Kind::Sqlite);
    // In memory where there is such a place: what counts here are errors, not what a disk keeps.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    let folder = folder.map_err(|error| error.to_string())?;
    let library = shim::build(&store.path(""))?;
    let control = store.path("control");
    std::fs::write(&control, [0xff; 16]).map_err(|error| error.to_string())?;
    let mut command = command("write-faults");
    command.env("LD_PRELOAD", library).env("SHIM_FAULTS", &control).env("CONTROL", &control);
    command.env("FOLDER", folder.path()).env("EVERY", if is_nightly() { "1" } else { "3" });
    let mut process = Process::start(command);
    let summary = std::iter::from_fn(|| process.line()).last().unwrap_or_default();
    match summary.strip_prefix("done: ") {
        Some(counts) if process.finish() => Ok(counts.to_owned()),
        _ => Err(summary),
    }
}

/// Runs one episode for each write and fault; with EVERY=3 the faults take turns.
pub(crate) async fn role() {
    let (mut episodes, mut hit, mut refused) = (0, 0, 0);
    for number in 0..WRITES {
        for fault in 0..FAULTS.len() as i64 {
            if setting("EVERY") == "3" && number % 3 != fault {
                continue;
            }
            match episode(number, fault).await {
                Ok((was_hit, errors)) => {
                    episodes += 1;
                    hit += u64::from(was_hit);
                    refused += errors;
                }
                Err(reason) => {
                    say(&format!("{} at write {number}: {reason}", FAULTS[fault as usize]));
                    std::process::exit(1);
                }
            }
        }
    }
    if hit < episodes {
        say(&format!("only {hit} of {episodes} faults were met: an episode writes too little"));
        std::process::exit(1);
    }
    say(&format!(
        "done: faults at each of the first {WRITES} writes, {hit} met: calls refused {refused}, partial records \
         accepted 0, all resumed"
    ));
}

/// Sets the shim: so many writes succeed, then this fault.
fn arm(writes: i64, fault: i64) {
    use std::os::unix::fs::FileExt;
    let file = std::fs::OpenOptions::new().write(true).open(setting("CONTROL")).expect("the control file");
    // The kind first; it is the count that arms.
    file.write_all_at(&fault.to_le_bytes(), 8).expect("the kind");
    file.write_all_at(&writes.to_le_bytes(), 0).expect("the count");
}

/// How many writes are left before the fault; -3 and below: it is over.
fn left() -> i64 {
    let bytes = std::fs::read(setting("CONTROL")).expect("the control file");
    i64::from_le_bytes(bytes[..8].try_into().expect("eight bytes"))
}

/// Calls until it succeeds, and counts the refusals.
macro_rules! insist {
    ($errors:ident, $call:expr) => {{
        let mut result = $call;
        for _ in 0..TRIES {
            if result.is_ok() {
                break;
            }
            $errors += 1;
            result = $call;
        }
        result.map_err(|error| format!("{}: {error}", stringify!($call)))?
    }};
}

async fn episode(number: i64, fault: i64) -> Result<(bool, u64), String> {
    let folder = PathBuf::from(setting("FOLDER")).join(format!("episode-{number}-{fault}"));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    arm(number, fault);
    let outcome = work(&folder).await;
    let was_hit = left() < 0;
    arm(i64::MAX, 0);
    let errors = outcome?;
    examine(&folder).await?;
    std::fs::remove_dir_all(&folder).map_err(|error| error.to_string())?;
    Ok((was_hit, errors))
}

/// Takes jobs all the way from submission to a trainer's file.
async fn work(folder: &Path) -> Result<u64, String> {
    let mut errors = 0;
    let path = folder.join("queue.sqlite");
    let queue = insist!(errors, SqliteQueue::open(&path, Policy::default()).await);
    let evidence = insist!(errors, EvidenceStore::open(&folder.join("evidence")));
    let mut deliveries = insist!(errors, Deliveries::open(&folder.join("verdicts.jsonl")));
    for number in 0..JOBS {
        let job = Play { number, ..Play::default() }.job();
        insist!(errors, queue.submit(&job).await);
        let (job, lease) = insist!(errors, queue.lease("w", &[]).await).ok_or("the job is gone")?;
        if insist!(errors, queue.heartbeat(&lease).await) != Held::Yes {
            return Err("the lease is gone".to_owned());
        }
        let run = run(&Play::of(&job));
        let record = Record::new("w", lease.fence, job, run);
        let digest = insist!(errors, evidence.store(&record, &mut |_| ()));
        let verdict = grade(&record.job, &record.run);
        let committed = Committed { verdict, evidence: Some(digest), worker: "w".to_owned(), elapsed_ms: 1 };
        if insist!(errors, queue.complete(&lease, &committed).await) != Held::Yes {
            return Err("the commit was refused".to_owned());
        }
        let verdicts = insist!(errors, queue.watch(deliveries.cursor(), 10, Duration::ZERO).await);
        insist!(errors, deliveries.append(&verdicts));
    }
    Ok(errors)
}

fn run(play: &Play) -> Run {
    let log = format!("value {} of grant 1\n", play.value()).into_bytes();
    Run { exit: Exit::Code(0), elapsed_ms: 1, log, log_cut: false, report: None, tampering: Vec::new() }
}

/// What is there afterwards, as new processes would find it.
async fn examine(folder: &Path) -> Result<(), String> {
    let text = |error: io::Error| error.to_string();
    let queue = SqliteQueue::open(&folder.join("queue.sqlite"), Policy::default()).await;
    let verdicts = queue.map_err(|error| error.to_string())?.watch(0, 100, Duration::ZERO).await;
    let verdicts = verdicts.map_err(|error| error.to_string())?;
    let keys: BTreeSet<_> = verdicts.iter().map(|verdict| verdict.key).collect();
    ensure!(verdicts.len() as u64 == JOBS && keys.len() == verdicts.len(), "{} verdicts", verdicts.len());
    let evidence = EvidenceStore::open(&folder.join("evidence")).map_err(text)?;
    for verdict in &verdicts {
        let digest = verdict.committed.evidence.ok_or("a verdict without evidence")?;
        let record = evidence.load(&digest).map_err(text)?;
        ensure!(grade(&record.job, &record.run) == verdict.committed.verdict, "evidence of another verdict");
    }
    let deliveries = Deliveries::open(&folder.join("verdicts.jsonl")).map_err(text)?;
    ensure!(deliveries.cut() == 0, "{} bytes of a half-written line", deliveries.cut());
    ensure!(lines(&folder.join("verdicts.jsonl")).len() as u64 == JOBS, "a line is missing");
    Ok(())
}
