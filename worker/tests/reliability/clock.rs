//! the wall clock jumps by a day, to and fro, at every reading; leases and commits do not notice.

use std::time::{Duration, SystemTime};

use sparring_worker::queue::{Held, Queue};

use crate::fake::{Play, policy};
use crate::process::{Process, command};
use crate::roles::{committed, say, setting};
use crate::store::{self, Kind, Store};
use crate::{Outcome, ensure, shim};

const JOBS: u64 = 20;
const ROUNDS: usize = 10;

pub(crate) fn check(kind: Kind) -> Outcome {
    let store = Store::start(kind);
    let library = shim::build(&store.path(""))?;
    let mut command = command("clock");
    command.env("ADDRESS", store.address()).env("LD_PRELOAD", library).env("SHIM_CLOCK", "1");
    let mut process = Process::start(command);
    let summary = std::iter::from_fn(|| process.line()).last().unwrap_or_default();
    match summary.strip_prefix("done: ") {
        Some(counts) if process.finish() => Ok(counts.to_owned()),
        _ => Err(summary),
    }
}

pub(crate) async fn role() {
    match hold().await {
        Ok(counts) => say(&format!("done: {counts}")),
        Err(reason) => {
            say(&reason);
            std::process::exit(1);
        }
    }
}

/// Largest jump between two readings of the wall clock, in hours.
#[expect(clippy::disallowed_methods, reason = "the test is about what this clock does")]
fn jump() -> u64 {
    let (first, second) = (SystemTime::now(), SystemTime::now());
    let apart = second.duration_since(first).unwrap_or_else(|error| error.duration());
    apart.as_secs() / 3600
}

async fn hold() -> Outcome {
    let jump = jump();
    ensure!(jump >= 47, "the clock jumped by {jump} hours only: the test tests nothing");
    let text = |error: sparring_worker::queue::QueueError| error.to_string();
    let policy = sparring_worker::queue::Policy { lease: Duration::from_secs(60), ..policy() };
    let queue = store::open(&setting("ADDRESS"), policy).await;
    let jobs: Vec<_> = (0..JOBS).map(|number| Play { number, ..Play::default() }.job()).collect();
    queue.submit_all(&jobs).await.map_err(text)?;
    let mut leases = Vec::new();
    while let Some(granted) = queue.lease("w", &[]).await.map_err(text)? {
        leases.push(granted);
    }
    ensure!(leases.len() as u64 == JOBS, "{} of {JOBS} jobs were granted", leases.len());
    let (mut early, mut extra) = (0, 0);
    for _ in 0..ROUNDS {
        early += usize::from(queue.lease("other", &[]).await.map_err(text)?.is_some());
        for (_, lease) in &leases {
            early += usize::from(queue.heartbeat(lease).await.map_err(text)? != Held::Yes);
        }
    }
    for (job, lease) in &leases {
        let held = queue.complete(lease, &committed(&Play::of(job), "w")).await.map_err(text)?;
        early += usize::from(held != Held::Yes);
    }
    let verdicts = queue.watch(0, 1000, Duration::ZERO).await.map_err(text)?;
    extra += verdicts.len().abs_diff(JOBS as usize);
    ensure!(early == 0 && extra == 0, "early expiries {early}, extra commits {extra}");
    Ok(format!("jumps of {jump} hours at every reading: {JOBS} leases, early expiries {early}, extra commits {extra}"))
}
