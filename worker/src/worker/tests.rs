//! The loop with runners that play a part, over the SQLite queue.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use sparring_tasks::execution::Fault;
use sparring_tasks::verdict::{Cause, Evidence};

use super::*;
use crate::queue::{Delivered, Lease, Policy, SqliteQueue};
use crate::samples;

/// What the runner does with a job, by the first word of its task's name.
#[derive(Default)]
struct Player {
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Runner for Player {
    async fn run(&self, job: &Job, _lease: &Lease) -> Result<Run, Fault> {
        let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        let part = job.task_id.split(' ').next().unwrap_or_default();
        let run = match part {
            "fault" => Err(Fault::new(Cause::Daemon, "no daemon")),
            "panic" => panic!("a runner that panics"),
            "hang" => std::future::pending().await,
            _ => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok(samples::run())
            }
        };
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        run
    }
}

fn grade(job: &Job, _run: &Run) -> Verdict {
    assert!(!job.task_id.starts_with("ungradable"), "a grader that panics");
    Verdict::all(vec![Evidence::passed("it ran")])
}

type Grader = fn(&Job, &Run) -> Verdict;
type Stages = Arc<Mutex<Vec<(String, Stage)>>>;

struct World {
    _folder: tempfile::TempDir,
    worker: Arc<Worker<SqliteQueue, Player, Grader>>,
    stages: Stages,
}

async fn world(policy: Policy, change: impl FnOnce(&mut Options)) -> World {
    let folder = tempfile::tempdir().unwrap();
    let stages = Stages::default();
    let mut options = Options::new("w");
    options.idle = Duration::from_millis(10);
    options.margin = Duration::ZERO;
    let seen = stages.clone();
    options.observe = Arc::new(move |lease, stage| seen.lock().unwrap().push((lease.key.to_string(), stage.clone())));
    change(&mut options);
    let worker = Arc::new(Worker {
        queue: SqliteQueue::open(&folder.path().join("queue.sqlite"), policy).await.unwrap(),
        runner: Player::default(),
        grade: grade as Grader,
        evidence: EvidenceStore::open(&folder.path().join("evidence")).unwrap(),
        metrics: Metrics::default(),
        options,
    });
    World { _folder: folder, worker, stages }
}

fn quick() -> Policy {
    Policy { rest: Duration::from_millis(1), ..Policy::default() }
}

impl World {
    async fn submit(&self, tasks: &[&str]) {
        for task in tasks {
            let mut job = samples::job(task);
            job.resources.timeout_seconds = 1;
            self.worker.queue.submit(&job).await.unwrap();
        }
    }

    /// Works until so many verdicts are there.
    async fn until(&self, count: usize) -> Vec<Delivered> {
        let enough = async {
            loop {
                let verdicts = self.worker.queue.watch(0, 1000, Duration::from_secs(1)).await.unwrap();
                if verdicts.len() >= count {
                    return;
                }
            }
        };
        work(self.worker.clone(), enough).await;
        self.worker.queue.watch(0, 1000, Duration::ZERO).await.unwrap()
    }
}

#[tokio::test]
async fn a_job_goes_through_every_stage_and_its_evidence_gives_the_verdict_again() {
    let world = world(quick(), |_| ()).await;
    world.submit(&["a"]).await;
    let verdicts = world.until(1).await;
    let committed = &verdicts[0].committed;
    let record = world.worker.evidence.load(&committed.evidence.unwrap()).unwrap();
    assert_eq!((record.job.task_id.as_str(), record.worker.as_str(), record.fence), ("a", "w", 1));
    assert_eq!(grade(&record.job, &record.run), committed.verdict);
    assert_eq!((committed.verdict.value(), committed.elapsed_ms), (Some(1.0), 7));
    use crate::evidence::Step;
    let stages: Vec<Stage> = world.stages.lock().unwrap().iter().map(|(_, stage)| stage.clone()).collect();
    let evidence = [Step::Opened, Step::Written, Step::Synced, Step::Renamed].map(Stage::Evidence);
    let mut expected = vec![Stage::Leased, Stage::Starting, Stage::Ran(7)];
    expected.extend(evidence);
    expected.extend([Stage::Graded, Stage::Committed { scored: true }]);
    assert_eq!(stages, expected);
}

#[tokio::test]
async fn faults_panics_and_runs_without_end_are_void_and_never_a_score() {
    let world = world(quick(), |options| options.concurrency = 4).await;
    world.submit(&["fault", "panic", "ungradable", "hang", "fine"]).await;
    let verdicts = world.until(5).await;
    let cause_of = |task: &str| match &verdicts.iter().find(|found| found.task_id == task).unwrap().committed.verdict {
        Verdict::Void { cause, .. } => Some(*cause),
        Verdict::Scored { .. } => None,
    };
    assert_eq!(cause_of("fault"), Some(Cause::Daemon));
    assert_eq!(cause_of("panic"), Some(Cause::Worker));
    assert_eq!(cause_of("ungradable"), Some(Cause::Worker));
    assert_eq!(cause_of("hang"), Some(Cause::Timeout));
    assert_eq!(cause_of("fine"), None);
    assert_eq!(world.worker.metrics.running_jobs(), 0);
}

#[tokio::test]
async fn no_more_jobs_run_at_once_than_were_asked_for() {
    let world = world(quick(), |options| options.concurrency = 3).await;
    let names: Vec<String> = (0..12).map(|number| format!("job {number}")).collect();
    world.submit(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert_eq!(world.until(12).await.len(), 12);
    // Fewer, where the machine is too busy to start the third before the first has ended.
    assert!((1..=3).contains(&world.worker.runner.most_at_once.load(Ordering::SeqCst)));
}

#[tokio::test]
async fn a_worker_that_ends_lets_jobs_end_and_gives_back_what_does_not() {
    let world = world(quick(), |options| {
        options.concurrency = 2;
        options.grace = Duration::from_millis(300);
    })
    .await;
    world.submit(&["hang", "quick"]).await;
    let both_run = async {
        while world.worker.runner.at_once.load(Ordering::SeqCst) < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    work(world.worker.clone(), both_run).await;
    let counts = world.worker.queue.counts().await.unwrap();
    assert_eq!((counts.scored, counts.queued, counts.leased), (1, 1, 0));
    let (_, lease) = world.worker.queue.lease("other", &[]).await.unwrap().unwrap();
    assert_eq!((lease.attempt, lease.fence), (1, 2), "an attempt that was given back does not count");
}

#[tokio::test]
async fn heartbeats_keep_a_run_that_is_longer_than_its_lease() {
    let policy = Policy { lease: Duration::from_millis(150), ..quick() };
    let world = world(policy, |options| {
        options.margin = Duration::from_secs(60);
        options.grace = Duration::ZERO;
    })
    .await;
    world.submit(&["hang"]).await;
    let many_beats = async {
        let beats = || world.stages.lock().unwrap().iter().filter(|(_, stage)| *stage == Stage::Heartbeat).count();
        while beats() < 10 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let counts = world.worker.queue.counts().await.unwrap();
        assert_eq!((counts.leased, counts.queued), (1, 0));
    };
    work(world.worker.clone(), many_beats).await;
}
