//! faults of the infrastructure are void, with the right cause, and never a score.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sparring_tasks::Verdict;
use sparring_tasks::execution::{Job, RewardKey};
use sparring_tasks::verdict::Cause;
use sparring_worker::evidence::EvidenceStore;
use sparring_worker::queue::{AnyQueue, Delivered, Policy, Queue, QueueError};
use sparring_worker::worker::{Metrics, Options, Worker, work};
use tokio::task::JoinSet;

use crate::fake::{FakeRunner, Play, grade};
use crate::store::{self, Kind, Store};
use crate::{Outcome, ensure};

const EACH: u64 = 50;

/// How each fault is injected, and what it has to be called.
fn faults() -> Vec<(&'static str, Cause, Play)> {
    let reported = |name: &'static str, cause: Cause| {
        (name, cause, Play { fault: Some((cause, name.to_owned())), ..Play::default() })
    };
    vec![
        reported("the daemon refuses connections", Cause::Daemon),
        reported("the daemon dies during the run", Cause::Daemon),
        reported("the daemon answers 500", Cause::Daemon),
        reported("the image is missing", Cause::Image),
        reported("the image has another digest", Cause::Image),
        reported("the registry refuses", Cause::Image),
        reported("files can't be staged", Cause::Worker),
        ("the runner panics", Cause::Worker, Play { panics: true, ..Play::default() }),
        ("the grader panics", Cause::Worker, Play { is_ungradable: true, ..Play::default() }),
        ("the run never ends", Cause::Timeout, Play { hangs: true, ..Play::default() }),
        ("the evidence can't be stored", Cause::Store, Play::default()),
        ("the worker dies", Cause::Poison, Play::default()),
    ]
}

pub(crate) fn check(kind: Kind) -> Outcome {
    let store = Store::start(kind);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let faults = faults();
    let mut expected: BTreeMap<RewardKey, (&str, Cause)> = BTreeMap::new();
    // A queue of its own for each fault; all at once, since most of the time is waiting.
    let mut injections = JoinSet::new();
    for (index, (name, cause, play)) in faults.iter().enumerate() {
        let plays = (0..EACH).map(|number| Play { number: index as u64 * EACH + number, ..play.clone() });
        let jobs: Vec<_> = plays.map(|play| play.job()).collect();
        expected.extend(jobs.iter().map(|job| (job.reward_key(), (*name, *cause))));
        let address = match kind {
            Kind::Sqlite => store.path(&format!("fault-{index}.sqlite")).display().to_string(),
            Kind::Nats => format!("{}/fault-{index}", store.address()),
        };
        let folder = store.path(&format!("fault-{index}"));
        injections.spawn_on(inject(address, jobs, *cause, folder), runtime.handle());
    }
    let mut verdicts: Vec<Delivered> = Vec::new();
    while let Some(injected) = runtime.block_on(injections.join_next()) {
        let more = injected.map_err(|error| error.to_string())?;
        verdicts.extend(more.map_err(|error| error.to_string())?);
    }
    let injected = faults.len() as u64 * EACH;
    let (mut void, mut scored, mut right) = (0, 0, 0);
    for verdict in &verdicts {
        let (name, cause) = expected[&verdict.key];
        match &verdict.committed.verdict {
            Verdict::Scored { .. } => scored += 1,
            Verdict::Void { cause: found, detail } => {
                void += 1;
                ensure!(*found == cause, "{name}: {found:?} ({detail}) instead of {cause:?}");
                right += 1;
            }
        }
    }
    ensure!((void, scored, right) == (injected, 0, injected), "void {void}, scored {scored}, cause right {right}");
    Ok(format!("{} faults, {EACH} of each: void {void}, scored {scored}, cause right {right}", faults.len()))
}

async fn inject(address: String, jobs: Vec<Job>, cause: Cause, folder: PathBuf) -> Result<Vec<Delivered>, QueueError> {
    // Only where a worker dies must the lease be short.
    let lease = if cause == Cause::Poison { Duration::from_millis(500) } else { Duration::from_secs(60) };
    let policy = Policy { lease, rest: Duration::from_millis(1), ..Policy::default() };
    let queue = store::open(&address, policy).await;
    queue.submit_all(&jobs).await?;
    match cause {
        Cause::Poison => let_workers_die(&queue).await?,
        _ => run_until_done(&folder, queue.clone(), cause == Cause::Store).await,
    }
    queue.watch(0, 1000, Duration::ZERO).await
}

async fn run_until_done(folder: &Path, queue: AnyQueue, without_evidence: bool) {
    std::fs::create_dir_all(folder).expect("a folder");
    let evidence_folder = folder.join("evidence");
    let evidence = EvidenceStore::open(&evidence_folder).expect("the folder of evidence");
    if without_evidence {
        std::fs::remove_dir_all(&evidence_folder).expect("the folder goes away");
    }
    let mut options = Options::new("w");
    options.concurrency = EACH as usize;
    options.idle = Duration::from_millis(5);
    options.margin = Duration::ZERO;
    let runner = FakeRunner { runs: folder.join("runs") };
    let worker = Worker { queue: queue.clone(), runner, grade, evidence, metrics: Metrics::default(), options };
    let done = async {
        let is_open = async || queue.counts().await.map_or(true, |counts| counts.open() > 0);
        while is_open().await {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    work(Arc::new(worker), done).await;
}

/// Every worker takes one job and is never heard of again.
async fn let_workers_die(queue: &AnyQueue) -> Result<(), QueueError> {
    let mut dead = 0;
    while queue.counts().await?.open() > 0 {
        dead += 1;
        if queue.lease(&format!("mortal {dead}"), &[]).await?.is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    Ok(())
}
