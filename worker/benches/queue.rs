//! What a lease and a commit cost with a few and with many jobs in the queue, and whether many slow them:
//! `cargo bench -p sparring-worker --features nats --bench queue`. Prints a table; a number behind `--` is the larger
//! count. The rows of NATS need `nats-server`; what is missing is named.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sparring_tasks::Verdict;
use sparring_tasks::execution::{
    Expected, Files, Grading, ImageReference, JOB_VERSION, Job, Resources, Suite, TestCommand,
};
use sparring_worker::queue::{Address, AnyQueue, Committed, Policy, Queue};

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

/// A server of this bench's own, ended with it.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a server over a folder. Gives its address; `None` when it is not installed.
fn start_nats(folder: &Path) -> Option<(Server, String)> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
    let mut command = Command::new("nats-server");
    command.args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"]).arg(folder);
    let server = Server(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?);
    Some((server, format!("nats://127.0.0.1:{port}")))
}

/// Opens a queue; a server that has just started may need a moment.
async fn open(address: &str) -> AnyQueue {
    let address: Address = address.parse().expect("an address");
    for _ in 0..50 {
        if let Ok(queue) = address.open(Policy::default()).await {
            return queue;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    address.open(Policy::default()).await.expect("a queue")
}

/// Prints the row of a queue with this many jobs. Gives the medians of a lease and of a commit.
async fn row(name: &str, queue: &AnyQueue, jobs: usize) -> [Duration; 2] {
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
    println!(
        "{name:<7} {jobs:>9}  {each:>12.1?}  {lease:>12.1?}  {slow_lease:>12.1?}  {commit:>12.1?}  {slow_commit:>12.1?}"
    );
    [lease, commit]
}

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let is_test = std::env::args().any(|argument| argument == "--test");
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let many = asked.unwrap_or(if is_test { 2_000 } else { 100_000 });
    println!(
        "{:<7} {:>9}  {:>12}  {:>12}  {:>12}  {:>12}  {:>12}",
        "queue", "jobs", "submit each", "lease p50", "p99", "commit p50", "p99"
    );
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for name in ["sqlite", "nats"] {
        let mut medians = Vec::new();
        for jobs in [1_000, many] {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let (_server, address) = if name == "sqlite" {
                (None, folder.path().join("queue.sqlite").display().to_string())
            } else if cfg!(not(feature = "nats")) {
                println!("nats    SKIPPED: built without the feature `nats`");
                break;
            } else if let Some((server, address)) = start_nats(folder.path()) {
                (Some(server), address)
            } else {
                println!("nats    SKIPPED: `nats-server` is not on PATH");
                break;
            };
            medians.push(runtime.block_on(async { row(name, &open(&address).await, jobs).await }));
        }
        if let [few, much] = medians[..] {
            let [lease, commit] = [0, 1].map(|at| much[at].as_secs_f64() / few[at].as_secs_f64());
            println!("{name:<7} with {many} jobs a lease costs {lease:.2} times, a commit {commit:.2} times as much");
        }
    }
}
