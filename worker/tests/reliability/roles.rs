//! What the processes do that a test starts.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use sparring_tasks::execution::RewardKey;
use sparring_worker::evidence::{EvidenceStore, Step};
use sparring_worker::queue::{AnyQueue, Committed, Deliveries, Lease, Queue};
use sparring_worker::worker::{Metrics, Options, Stage, Worker, work};

use crate::fake::{FakeRunner, Play, grade, policy};
use crate::{clock, fences, process, store, write_faults};

pub(crate) fn play(role: &str) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(async {
        match role {
            "worker" => worker().await,
            "late" => late().await,
            "load" => load().await,
            "trainer" => trainer().await,
            "clock" => clock::role().await,
            "write-faults" => write_faults::role().await,
            _ => panic!("there is no role `{role}`"),
        }
    });
    ExitCode::SUCCESS
}

/// A setting that the parent gave.
pub(crate) fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

async fn queue() -> AnyQueue {
    store::open(&setting("ADDRESS"), policy()).await
}

pub(crate) fn say(line: &str) {
    let mut output = std::io::stdout().lock();
    // The parent may be gone; then this process ends soon.
    let _ = writeln!(output, "{line}").and_then(|()| output.flush());
}

/// Ready when the parent lets this process end, or is gone.
async fn until_parent_ends() {
    let wait = || std::io::stdin().read_to_end(&mut Vec::new());
    let _ = tokio::task::spawn_blocking(wait).await;
}

/// The name of a stage as a point at which workers are killed.
pub(crate) fn point(stage: &Stage) -> Option<&'static str> {
    Some(match stage {
        Stage::Leased => "leased",
        Stage::Starting => "starting",
        Stage::Heartbeat => "heartbeat",
        Stage::Ran(_) => "ran",
        Stage::Evidence(Step::Opened) => "evidence opened",
        Stage::Evidence(Step::Written) => "evidence written",
        Stage::Evidence(Step::Synced) => "evidence synced",
        Stage::Evidence(Step::Renamed) => "evidence renamed",
        Stage::Graded => "graded",
        Stage::Committed { .. } => "committed",
        Stage::Faulted(_) => "faulted",
        Stage::Returned => "returned",
        Stage::Fenced | Stage::Released | Stage::QueueFailed(_) => return None,
    })
}

/// The real loop over a fake runner. It kills itself where the plan says so.
async fn worker() {
    let folder = PathBuf::from(setting("FOLDER"));
    let plan: Vec<(RewardKey, String)> = std::fs::read(folder.join("plan.json"))
        .map(|bytes| serde_json::from_slice(&bytes).expect("a plan"))
        .unwrap_or_default();
    let plan: std::collections::BTreeMap<RewardKey, String> = plan.into_iter().collect();
    let mut options = Options::new(setting("NAME"));
    options.concurrency = std::env::var("CONCURRENCY").map_or(1, |number| number.parse().expect("a number"));
    options.idle = Duration::from_millis(20);
    options.observe = Arc::new(move |lease: &Lease, stage: &Stage| {
        let here = point(stage);
        if lease.attempt == 1 && here.is_some() && plan.get(&lease.key).map(String::as_str) == here {
            process::kill_self();
        }
        if matches!(stage, Stage::Starting | Stage::Fenced) {
            say(&format!("{stage:?} {}", lease.key));
        }
    });
    let worker = Worker {
        queue: queue().await,
        runner: FakeRunner { runs: folder.join("runs") },
        grade,
        evidence: EvidenceStore::open(&folder.join("evidence")).expect("the folder of evidence"),
        metrics: Metrics::default(),
        options,
    };
    work(Arc::new(worker), until_parent_ends()).await;
}

/// Takes one job, is stopped, and comes with its result when it is resumed.
async fn late() {
    let queue = store::open(&setting("ADDRESS"), fences::policy()).await;
    let name = setting("NAME");
    say("ready");
    let mut granted = None;
    for _ in 0..6000 {
        granted = queue.lease(&name, &[]).await.expect("a lease");
        if granted.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (job, lease) = granted.expect("a job for everyone");
    say("leased");
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
    let committed = committed(&Play::of(&job), &name);
    let mut held = queue.complete(&lease, &committed).await;
    while held.is_err() {
        // The connection may have died in the meantime.
        tokio::time::sleep(Duration::from_millis(50)).await;
        held = queue.complete(&lease, &committed).await;
    }
    say(&format!("{:?}", held.expect("an answer")));
}

/// Submits and completes jobs from a number on, and says what was acknowledged.
async fn load() {
    let queue = queue().await;
    for number in setting("FROM").parse::<u64>().expect("a number").. {
        let play = Play { number, ..Play::default() };
        let submitted = queue.submit(&play.job()).await.expect("a submission");
        say(&format!("submitted {}", submitted.key()));
        if let Some((job, lease)) = queue.lease("load", &[]).await.expect("a lease") {
            queue.complete(&lease, &committed(&Play::of(&job), "load")).await.expect("a commit");
            say(&format!("committed {}", lease.key));
        }
    }
}

/// Appends verdicts to its file, one at a time.
async fn trainer() {
    let queue = queue().await;
    let mut deliveries = Deliveries::open(&PathBuf::from(setting("FILE"))).expect("the file of verdicts");
    loop {
        let verdicts = queue.watch(deliveries.cursor(), 1, Duration::from_secs(1)).await.expect("verdicts");
        deliveries.append(&verdicts).expect("a line");
        verdicts.iter().for_each(|verdict| say(&verdict.key.to_string()));
    }
}

pub(crate) fn committed(play: &Play, worker: &str) -> Committed {
    let verdict = sparring_tasks::Verdict::Scored { value: play.value(), evidence: Vec::new() };
    Committed { verdict, evidence: None, worker: worker.to_owned(), elapsed_ms: 1 }
}
