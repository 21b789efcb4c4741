//! What a lease and a commit cost with a few and with many jobs in the queue:
//! `cargo bench -p sparring-worker --bench queue`. Prints a table; a number behind `--` is the larger count.

use std::time::{Duration, Instant};

use sparring_tasks::Verdict;
use sparring_tasks::execution::{
    Expected, Files, Grading, ImageReference, JOB_VERSION, Job, Resources, Suite, TestCommand,
};
use sparring_worker::queue::{Committed, Policy, Queue, SqliteQueue};

/// Jobs that are taken through the queue for each row.
const SAMPLES: usize = 500;
const BATCH: usize = 10_000;

fn job(number: usize) -> Job {
    Job {
        version: JOB_VERSION,
        task_id: format!("task {number}"),
        image: ImageReference { name: format!("image {}", number % 500), digest: None },
        workdir: "/testbed".to_owned(),
        final_tree: Files::default(),
        pristine: Files::default(),
        tampering: Vec::new(),
        suite: Suite {
            command: TestCommand::Pytest { arguments: vec!["tests".to_owned()] },
            parser: String::new(),
            environment: std::collections::BTreeMap::new(),
        },
        expected: Expected { fail_to_pass: vec!["test".to_owned()], pass_to_pass: Vec::new() },
        grading: Grading::Strict,
        resources: Resources::default(),
        seed: 0,
    }
}

fn percentiles(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort_unstable();
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

async fn row(jobs: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let queue = SqliteQueue::open(&folder.path().join("queue.sqlite"), Policy::default()).await.expect("a queue");
    let started = Instant::now();
    let all: Vec<Job> = (0..jobs).map(job).collect();
    for batch in all.chunks(BATCH) {
        queue.submit_all(batch).await.expect("a submission");
    }
    let submitted = started.elapsed();
    let at_hand: Vec<String> = (0..20).map(|number| format!("image {}", number * 7)).collect();
    let (mut leases, mut commits) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let started = Instant::now();
        let (_, lease) = queue.lease("w", &at_hand).await.expect("an answer").expect("a job");
        leases.push(started.elapsed());
        let verdict = Verdict::Scored { value: 1.0, evidence: Vec::new() };
        let committed = Committed { verdict, evidence: None, worker: "w".to_owned(), elapsed_ms: 1 };
        let started = Instant::now();
        queue.complete(&lease, &committed).await.expect("an answer");
        commits.push(started.elapsed());
    }
    let ((lease, slow_lease), (commit, slow_commit)) = (percentiles(leases), percentiles(commits));
    let each = submitted / u32::try_from(jobs).unwrap_or(u32::MAX);
    println!("{jobs:>9}  {each:>12.1?}  {lease:>12.1?}  {slow_lease:>12.1?}  {commit:>12.1?}  {slow_commit:>12.1?}");
}

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let is_test = std::env::args().any(|argument| argument == "--test");
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let many = asked.unwrap_or(if is_test { 2_000 } else { 100_000 });
    println!(
        "{:>9}  {:>12}  {:>12}  {:>12}  {:>12}  {:>12}",
        "jobs", "submit each", "lease p50", "p99", "commit p50", "p99"
    );
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for jobs in [1_000, many] {
        runtime.block_on(row(jobs));
    }
}
