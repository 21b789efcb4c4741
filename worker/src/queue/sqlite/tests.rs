//! The queue in one file, call by call.

use sparring_tasks::Verdict;
use sparring_tasks::verdict::Cause;

use super::*;
use crate::samples::{job, job_of};

struct World {
    folder: tempfile::TempDir,
    queue: SqliteQueue,
}

fn policy() -> Policy {
    Policy { lease: Duration::from_secs(600), rest: Duration::ZERO, ..Policy::default() }
}

async fn world(policy: Policy) -> World {
    let folder = tempfile::tempdir().unwrap();
    let queue = SqliteQueue::open(&folder.path().join("queue.sqlite"), policy).await.unwrap();
    World { folder, queue }
}

fn scored(value: f64) -> Committed {
    let verdict = Verdict::Scored { value, evidence: Vec::new() };
    Committed { verdict, evidence: None, worker: "w".to_owned(), elapsed_ms: 5 }
}

impl World {
    /// Ends every lease and rest, as if their time had come.
    async fn time_passes(&self) {
        let update = "UPDATE jobs SET due = 0 WHERE state IN (2, 3)";
        self.queue
            .with(move |connection, _, _| connection.execute(update, []).map_err(QueueError::store))
            .await
            .unwrap();
    }

    async fn take(&self, worker: &str) -> (Job, Lease) {
        self.queue.lease(worker, &[]).await.unwrap().expect("a job to take")
    }

    async fn verdicts(&self) -> Vec<Delivered> {
        self.queue.watch(0, 100, Duration::ZERO).await.unwrap()
    }
}

fn cause(delivered: &Delivered) -> Option<Cause> {
    match delivered.committed.verdict {
        Verdict::Void { cause, .. } => Some(cause),
        Verdict::Scored { .. } => None,
    }
}

#[tokio::test]
async fn equal_keys_share_one_run_before_and_after_its_verdict() {
    let world = world(policy()).await;
    let key = job("a").reward_key();
    let mut same = job("a");
    same.resources.timeout_seconds += 1;
    let answers = world.queue.submit_all(&[job("a"), same.clone(), job("b")]).await.unwrap();
    assert_eq!(answers[..2], [Submitted::Queued(key), Submitted::Joined(key)]);
    let (leased, lease) = world.take("w").await;
    assert_eq!((&leased, lease.key, lease.fence, lease.attempt), (&job("a"), key, 1, 1));
    assert_eq!(world.queue.complete(&lease, &scored(1.0)).await.unwrap(), Held::Yes);
    assert_eq!(world.queue.submit(&same).await.unwrap(), Submitted::Joined(key));
    let verdicts = world.verdicts().await;
    assert_eq!((verdicts.len(), verdicts[0].key, verdicts[0].task_id.as_str()), (1, key, "a"));
    assert_eq!(verdicts[0].committed, scored(1.0));
    let counts = Counts { queued: 1, scored: 1, ..Counts::default() };
    assert_eq!(world.queue.counts().await.unwrap(), counts);
}

#[tokio::test]
async fn a_lease_that_is_over_can_change_nothing_and_late_results_are_counted() {
    let world = world(policy()).await;
    world.queue.submit(&job("a")).await.unwrap();
    let (_, first) = world.take("one").await;
    world.time_passes().await;
    // Over even before somebody else has the job.
    assert_eq!(world.queue.heartbeat(&first).await.unwrap(), Held::Fenced);
    assert_eq!(world.queue.complete(&first, &scored(0.0)).await.unwrap(), Held::Fenced);
    world.queue.counts().await.unwrap();
    world.time_passes().await;
    let (_, second) = world.take("two").await;
    assert_eq!((second.fence, second.attempt), (2, 2));
    assert_eq!(world.queue.complete(&first, &scored(0.0)).await.unwrap(), Held::Fenced);
    let fault = Fault::new(Cause::Daemon, "late");
    assert_eq!(world.queue.fail(&first, &fault).await.unwrap(), Held::Fenced);
    assert_eq!(world.queue.release(&first).await.unwrap(), Held::Fenced);
    assert_eq!(world.queue.heartbeat(&second).await.unwrap(), Held::Yes);
    assert_eq!(world.queue.complete(&second, &scored(1.0)).await.unwrap(), Held::Yes);
    // The answer got lost, so the same worker asks again.
    assert_eq!(world.queue.complete(&second, &scored(1.0)).await.unwrap(), Held::Yes);
    assert_eq!(world.queue.complete(&first, &scored(0.0)).await.unwrap(), Held::Fenced);
    let counts = Counts { scored: 1, fenced: 3, ..Counts::default() };
    assert_eq!(world.queue.counts().await.unwrap(), counts);
    assert_eq!(world.verdicts().await.len(), 1);
}

#[tokio::test]
async fn a_fault_of_the_last_attempt_is_void_with_its_cause() {
    let world = world(policy()).await;
    world.queue.submit(&job("a")).await.unwrap();
    for attempt in 1..=3 {
        let (_, lease) = world.take("w").await;
        assert_eq!(lease.attempt, attempt);
        let fault = Fault::new(Cause::Image, "no such image");
        assert_eq!(world.queue.fail(&lease, &fault).await.unwrap(), Held::Yes);
    }
    assert!(world.queue.lease("w", &[]).await.unwrap().is_none());
    let verdicts = world.verdicts().await;
    assert_eq!(verdicts.iter().map(cause).collect::<Vec<_>>(), [Some(Cause::Image)]);
}

#[tokio::test]
async fn a_job_that_kills_two_workers_is_poison_and_those_beside_it_are_not() {
    let world = world(policy()).await;
    let names = ["poison", "beside 1", "beside 2"];
    world.queue.submit_all(&names.map(job)).await.unwrap();
    for _ in names {
        world.take("one").await;
    }
    // The worker dies with all three, and the next one too while it holds the poison.
    world.time_passes().await;
    world.queue.counts().await.unwrap();
    world.time_passes().await;
    let (suspect, _) = world.take("two").await;
    assert_eq!(suspect.task_id, "poison");
    assert!(world.queue.lease("two", &[]).await.unwrap().is_none(), "one suspect at once");
    world.time_passes().await;
    for name in &names[1..] {
        let (beside, lease) = world.take("three").await;
        assert_eq!(beside.task_id, *name);
        world.queue.complete(&lease, &scored(1.0)).await.unwrap();
    }
    let verdicts = world.verdicts().await;
    let causes: Vec<_> = verdicts.iter().map(|verdict| (verdict.task_id.as_str(), cause(verdict))).collect();
    assert_eq!(causes, [("poison", Some(Cause::Poison)), ("beside 1", None), ("beside 2", None)]);
}

#[tokio::test]
async fn images_at_hand_and_other_workers_failures_are_preferred() {
    let world = world(policy()).await;
    world.queue.submit_all(&[job_of("a", "x"), job_of("b", "y"), job_of("c", "y")]).await.unwrap();
    let at_hand = ["z".to_owned(), "y".to_owned()];
    let (first, lease) = world.queue.lease("one", &at_hand).await.unwrap().unwrap();
    assert_eq!(first.task_id, "b");
    world.queue.fail(&lease, &Fault::new(Cause::Daemon, "gone")).await.unwrap();
    let (second, _) = world.queue.lease("one", &at_hand).await.unwrap().unwrap();
    assert_eq!(second.task_id, "c", "not the one that failed here");
    let (third, _) = world.queue.lease("one", &at_hand).await.unwrap().unwrap();
    assert_eq!(third.task_id, "a", "not the one that failed here, though its image is at hand");
    let (last, _) = world.queue.lease("one", &at_hand).await.unwrap().unwrap();
    assert_eq!(last.task_id, "b", "better here than nowhere");
}

#[tokio::test]
async fn watchers_continue_at_their_cursor_and_wait() {
    let world = world(policy()).await;
    world.queue.submit_all(&["a", "b", "c"].map(job)).await.unwrap();
    for _ in 0..2 {
        let (_, lease) = world.take("w").await;
        world.queue.complete(&lease, &scored(1.0)).await.unwrap();
    }
    let first = world.queue.watch(0, 1, Duration::ZERO).await.unwrap();
    let second = world.queue.watch(first[0].cursor, 10, Duration::ZERO).await.unwrap();
    assert_eq!((first.len(), second.len()), (1, 1));
    let waiting = world.queue.clone();
    let cursor = second[0].cursor;
    let watcher = tokio::spawn(async move { waiting.watch(cursor, 10, Duration::from_secs(60)).await.unwrap() });
    let (_, lease) = world.take("w").await;
    world.queue.complete(&lease, &scored(0.0)).await.unwrap();
    let third = watcher.await.unwrap();
    assert_eq!((third.len(), third[0].task_id.as_str()), (1, "c"));
}

#[tokio::test]
async fn leases_of_another_boot_are_over_and_other_files_are_refused() {
    let world = world(policy()).await;
    let path = world.folder.path().join("queue.sqlite");
    world.queue.submit(&job("a")).await.unwrap();
    let (_, lease) = world.take("w").await;
    world
        .queue
        .with(|connection, _, _| {
            connection.execute("UPDATE jobs SET boot = 'an earlier one'", []).map_err(QueueError::store)
        })
        .await
        .unwrap();
    let reopened = SqliteQueue::open(&path, policy()).await.unwrap();
    assert_eq!(reopened.complete(&lease, &scored(1.0)).await.unwrap(), Held::Fenced);
    assert_eq!(reopened.counts().await.unwrap().leased, 0);

    let set = |pragma: &'static str| async move {
        let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        Connection::open(&path).unwrap().execute_batch(pragma).unwrap();
        SqliteQueue::open(&path, policy()).await.unwrap_err().to_string()
    };
    assert!(set("CREATE TABLE other (x)").await.contains("some other database"));
    let newer = "CREATE TABLE jobs (x); PRAGMA application_id = 0x53706172; PRAGMA user_version = 2";
    assert!(set(newer).await.contains("a queue of version 2"));
}

#[tokio::test]
async fn grants_commits_and_counts_are_answered_by_indexes() {
    let world = world(policy()).await;
    let queries = [
        "SELECT position FROM jobs WHERE state = 0 ORDER BY position LIMIT 64",
        "SELECT position FROM jobs INDEXED BY jobs_by_image WHERE state = 0 AND image = 'x' ORDER BY position LIMIT 8",
        "SELECT position FROM jobs WHERE state = 1 ORDER BY position LIMIT 1",
        "SELECT 1 FROM jobs WHERE worker = 'w' AND state = 2 AND deaths > 0",
        "SELECT position FROM jobs INDEXED BY jobs_by_due WHERE state IN (2, 3) AND due <= 5 ORDER BY due LIMIT 256",
        "SELECT position FROM jobs WHERE key = x'00' AND fence = 1 AND state = 2 AND due > 3 AND boot = ''",
        "SELECT cursor FROM verdicts JOIN jobs USING (position) WHERE cursor > 5 ORDER BY cursor LIMIT 9",
    ];
    for query in queries {
        let plan: Vec<String> = world
            .queue
            .with(move |connection, _, _| {
                let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
                Ok(explain.query_map([], |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap())
            })
            .await
            .unwrap();
        assert!(plan.iter().all(|step| step.starts_with("SEARCH")), "{query}: {plan:?}");
    }
}
