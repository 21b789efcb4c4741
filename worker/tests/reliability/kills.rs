//! workers are killed at every point, and every reward is there once, with its evidence.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sparring_tasks::execution::RewardKey;
use sparring_worker::evidence::EvidenceStore;
use sparring_worker::queue::{Delivered, Queue};

use crate::fake::{Play, grade, policy};
use crate::process::{Process, command};
use crate::store::{Kind, Store, lines};
use crate::{Outcome, ensure, is_nightly};

const POINTS: [&str; 13] = [
    "leased",
    "starting",
    "running",
    "heartbeat",
    "ran",
    "evidence opened",
    "evidence written",
    "evidence synced",
    "evidence renamed",
    "graded",
    "committed",
    "faulted",
    "returned",
];
const WORKERS: usize = 8;

/// How many jobs there are, and of how many of them the worker is killed.
fn sizes() -> (u64, u64) {
    if is_nightly() { (1000, 300) } else { (200, 65) }
}

pub(crate) fn check(kind: Kind) -> Outcome {
    let store = Store::start(kind);
    let (all_jobs, all_kills) = sizes();
    let plays: Vec<Play> = (0..all_jobs).map(|number| play(number, number < all_kills)).collect();
    let plan: Vec<(RewardKey, &str)> =
        plays.iter().filter_map(|play| Some((play.job().reward_key(), play.kill_at.as_deref()?))).collect();
    std::fs::write(store.path("plan.json"), serde_json::to_vec(&plan).expect("plain data")).expect("the plan");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let queue = runtime.block_on(store.open(policy()));
    let jobs: Vec<_> = plays.iter().map(Play::job).collect();
    runtime.block_on(queue.submit_all(&jobs)).map_err(|error| error.to_string())?;

    let mut started = 0;
    let mut next = || {
        started += 1;
        let mut command = command("worker");
        command.env("ADDRESS", store.address()).env("FOLDER", store.path(""));
        Process::start({
            command.env("NAME", format!("worker {started}"));
            command
        })
    };
    let mut workers: Vec<Process> = (0..WORKERS).map(|_| next()).collect();
    let (mut kills, mut printed) = (0, Vec::new());
    let mut verdicts: Vec<Delivered> = Vec::new();
    let until = std::time::Instant::now() + Duration::from_secs(900);
    while (verdicts.len() as u64) < all_jobs || kills < all_kills {
        ensure!(std::time::Instant::now() < until, "{} verdicts and {kills} kills after 900 s", verdicts.len());
        for worker in &mut workers {
            if worker.has_ended() {
                printed.extend(std::mem::replace(worker, next()).kill());
                kills += 1;
            }
        }
        let cursor = verdicts.last().map_or(0, |last| last.cursor);
        let more = runtime.block_on(queue.watch(cursor, 1000, Duration::from_millis(20)));
        verdicts.extend(more.map_err(|error| error.to_string())?);
    }
    let mut all_ended_well = 0;
    for (well, lines) in workers.into_iter().map(Process::finish_with_lines) {
        all_ended_well += usize::from(well);
        printed.extend(lines);
    }
    ensure!(all_ended_well == WORKERS, "only {all_ended_well} of {WORKERS} workers drained");
    ensure!(kills == all_kills, "{kills} kills");
    let again = runtime.block_on(queue.watch(0, 10_000, Duration::ZERO)).map_err(|error| error.to_string())?;
    ensure!(again == verdicts, "a second reader saw other verdicts");

    let expected: BTreeMap<RewardKey, &Play> = plays.iter().map(|play| (play.job().reward_key(), play)).collect();
    let keys: BTreeSet<RewardKey> = verdicts.iter().map(|verdict| verdict.key).collect();
    let missing = expected.keys().filter(|key| !keys.contains(key)).count();
    let duplicate = verdicts.len() - keys.len();
    let contradictory = verdicts
        .iter()
        .filter(|verdict| verdict.committed.verdict.value() != expected.get(&verdict.key).map(|play| play.value()))
        .count();
    let evidence = EvidenceStore::open(&store.evidence()).map_err(|error| error.to_string())?;
    let resolvable = verdicts.iter().filter(|verdict| is_proved(&evidence, verdict)).count();
    let runs = lines(&store.path("runs")).len() as u64;
    ensure!(
        (missing, duplicate, contradictory) == (0, 0, 0),
        "missing {missing}, duplicate {duplicate}, contradictory {contradictory}"
    );
    ensure!(resolvable == verdicts.len(), "only {resolvable} of {} verdicts have their evidence", verdicts.len());
    // A lease that ran out under a live worker, because the machine is busy: it says so, and the run is one more.
    let overtaken = printed.iter().filter(|line| line.starts_with("Fenced")).count() as u64;
    ensure!(runs <= all_jobs + all_kills + overtaken, "{runs} runs, {overtaken} of them beside a live worker");
    Ok(format!(
        "{all_jobs} jobs, {kills} workers killed at {} points: missing {missing}, duplicate {duplicate}, \
         contradictory {contradictory}, runs {runs} ({overtaken} because of load); R-46: evidence of {resolvable} of {}",
        POINTS.len(),
        verdicts.len()
    ))
}

/// The jobs of all kills are different ones: no job kills two workers.
fn play(number: u64, is_killed: bool) -> Play {
    let kill_at = is_killed.then(|| POINTS[number as usize % POINTS.len()].to_owned());
    let milliseconds = match kill_at.as_deref() {
        // Longer than a third of the lease, else there is no heartbeat.
        Some("heartbeat") => 1500,
        _ => 2,
    };
    let fault_first = matches!(kill_at.as_deref(), Some("faulted" | "returned"));
    Play { number, milliseconds, kill_at, fault_first, ..Play::default() }
}

/// Whether the evidence is there, is of this very job, and gives the same verdict again.
fn is_proved(evidence: &EvidenceStore, verdict: &Delivered) -> bool {
    let record = verdict.committed.evidence.and_then(|digest| evidence.load(&digest).ok());
    record.is_some_and(|record| {
        record.job.reward_key() == verdict.key
            && record.worker == verdict.committed.worker
            && record.run.elapsed_ms == verdict.committed.elapsed_ms
            && grade(&record.job, &record.run) == verdict.committed.verdict
    })
}
