//! the store is killed under load, and nothing that was acknowledged is lost.

use std::collections::BTreeSet;
use std::time::Duration;

use sparring_worker::queue::Queue;

use crate::fake::{Play, policy};
use crate::process::{Process, command};
use crate::roles::committed;
use crate::store::{Kind, Store};
use crate::{Outcome, ensure, is_nightly};

/// Numbers of one round's jobs.
const STRIDE: u64 = 10_000;

/// What was acknowledged.
#[derive(Default)]
struct Acknowledged {
    submitted: BTreeSet<String>,
    committed: BTreeSet<String>,
}

impl Acknowledged {
    fn note(&mut self, line: &str) {
        match line.split_once(' ') {
            Some(("submitted", key)) => self.submitted.insert(key.to_owned()),
            Some(("committed", key)) => self.committed.insert(key.to_owned()),
            _ => false,
        };
    }
}

/// After how many acknowledgements the kill of a round comes: spread evenly, the same every time.
fn patience(round: u64) -> usize {
    (round.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize % 40 + 1
}

pub(crate) fn check(kind: Kind) -> Outcome {
    let mut store = Store::start(kind);
    let rounds: u64 = if is_nightly() { 50 } else { 10 };
    let mut acknowledged = Acknowledged::default();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for round in 0..rounds {
        match kind {
            Kind::Sqlite => kill_process(&store, round, &mut acknowledged),
            Kind::Nats => runtime.block_on(kill_server(&mut store, round, &mut acknowledged)),
        }
    }
    let queue = runtime.block_on(store.open(policy()));
    let jobs = |round| (0..STRIDE).map(move |number| Play { number: round * STRIDE + number, ..Play::default() }.job());
    let verdicts = runtime.block_on(queue.watch(0, usize::MAX, Duration::ZERO)).map_err(|error| error.to_string())?;
    let there: BTreeSet<String> = verdicts.iter().map(|verdict| verdict.key.to_string()).collect();
    let lost = acknowledged.committed.difference(&there).count();
    ensure!(there.len() == verdicts.len(), "{} verdicts of {} keys", verdicts.len(), there.len());
    // A submission that is there is joined, one that got lost would be queued anew.
    let mut lost_jobs = 0;
    for round in 0..rounds {
        for job in jobs(round).take(100).filter(|job| acknowledged.submitted.contains(&job.reward_key().to_string())) {
            let submitted = runtime.block_on(queue.submit(&job)).map_err(|error| error.to_string())?;
            lost_jobs += usize::from(submitted == sparring_worker::queue::Submitted::Queued(submitted.key()));
        }
    }
    let (jobs, rewards) = (acknowledged.submitted.len(), acknowledged.committed.len());
    ensure!(lost == 0 && lost_jobs == 0, "of {rewards} rewards {lost} were lost, of {jobs} jobs {lost_jobs}");
    ensure!(rewards as u64 > rounds, "only {rewards} rewards were acknowledged at all");
    Ok(format!(
        "{rounds} kills under load: of {rewards} acknowledged rewards lost {lost}, of {jobs} jobs lost {lost_jobs}"
    ))
}

/// The store of the file is the process that writes to it.
fn kill_process(store: &Store, round: u64, acknowledged: &mut Acknowledged) {
    let mut command = command("load");
    command.env("ADDRESS", store.address()).env("FROM", (round * STRIDE).to_string());
    let mut process = Process::start(command);
    for _ in 0..patience(round) {
        if let Some(line) = process.line() {
            acknowledged.note(&line);
        }
    }
    process.kill().iter().for_each(|line| acknowledged.note(line));
}

async fn kill_server(store: &mut Store, round: u64, acknowledged: &mut Acknowledged) {
    let queue = store.open(policy()).await;
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let load = tokio::spawn(async move {
        for number in round * STRIDE.. {
            let play = Play { number, ..Play::default() };
            let Ok(submitted) = queue.submit(&play.job()).await else { return };
            let _ = sender.send(format!("submitted {}", submitted.key()));
            let Ok(Some((job, lease))) = queue.lease("load", &[]).await else { return };
            let Ok(_) = queue.complete(&lease, &committed(&Play::of(&job), "load")).await else { return };
            let _ = sender.send(format!("committed {}", lease.key));
        }
    });
    for _ in 0..patience(round) {
        if let Some(line) = receiver.recv().await {
            acknowledged.note(&line);
        }
    }
    store.kill_server();
    load.abort();
    // What was acknowledged before the server died.
    while let Ok(line) = receiver.try_recv() {
        acknowledged.note(&line);
    }
    store.start_server();
}
