//! a daemon that is stopped and killed in the middle of runs costs no reward.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sparring_tasks::grading::grade;
use sparring_tasks::verdict::Cause;
use sparring_worker::container::{ContainerRunner, Daemon, Options};
use sparring_worker::evidence::EvidenceStore;
use sparring_worker::queue::{Policy, Queue as _, SqliteQueue};
use sparring_worker::worker::{Metrics, Options as WorkerOptions, Stage, Worker, work};

use crate::world::{PACKAGE, build_image, containers, count, world_alone};

/// A daemon of this test's own, so that it can be killed.
struct OwnDaemon {
    folder: tempfile::TempDir,
    child: Child,
    /// Below it, and not restarted, as where a supervisor starts both.
    containerd: Child,
    live_restore: bool,
}

impl OwnDaemon {
    fn start(live_restore: bool) -> Self {
        let folder = tempfile::Builder::new().prefix("sparring-daemon-").tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let log = std::fs::File::create(folder.path().join("containerd.log")).unwrap();
        let mut containerd = Command::new("containerd");
        containerd.args([
            "--address",
            &path("containerd.sock"),
            "--root",
            &path("containerd"),
            "--state",
            &path("state"),
        ]);
        let containerd = containerd.stdout(Stdio::null()).stderr(log).spawn().expect("containerd");
        let child = Self::spawn(folder.path(), live_restore);
        Self { folder, child, containerd, live_restore }
    }

    fn spawn(folder: &Path, live_restore: bool) -> Child {
        let path = |name: &str| folder.join(name).display().to_string();
        let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("log")).unwrap();
        let mut command = Command::new("dockerd");
        command
            .args(["--iptables=false", "--ip6tables=false", "--bridge=none", "--shutdown-timeout=3"])
            .arg(format!("--host=unix://{}", path("socket")))
            .args([format!("--data-root={}", path("data")), format!("--exec-root={}", path("run"))])
            .arg(format!("--pidfile={}", path("pid")))
            .arg(format!("--containerd={}", path("containerd.sock")))
            .stdout(Stdio::null())
            .stderr(log);
        if live_restore {
            command.arg("--live-restore");
        }
        command.spawn().expect("dockerd")
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    async fn connect(&self) -> Daemon {
        for _ in 0..300 {
            if let Ok(daemon) = Daemon::connect(Some(&self.socket())).await {
                return daemon;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{}", std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default());
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()));
    }

    /// Stops it, politely or not, and starts it again.
    async fn restart(&mut self, signal: &str) {
        self.signal(signal);
        let child = std::mem::replace(&mut self.child, Command::new("true").spawn().unwrap());
        let waited = tokio::task::spawn_blocking(move || {
            let mut child = child;
            child.wait()
        })
        .await;
        waited.unwrap().unwrap();
        let _ = std::fs::remove_file(self.folder.path().join("pid"));
        self.child = Self::spawn(self.folder.path(), self.live_restore);
    }
}

impl Drop for OwnDaemon {
    fn drop(&mut self) {
        self.signal("-TERM");
        let _ = self.child.wait();
        // Killed: it has nothing of anybody else's.
        let _ = self.containerd.kill();
        let _ = self.containerd.wait();
    }
}

/// What the worker saw over all restarts.
#[derive(Debug, Default)]
struct Seen {
    runs: AtomicUsize,
    daemons_faults: AtomicUsize,
    other_faults: AtomicUsize,
}

impl Seen {
    fn count(&self, stage: &Stage) {
        let counter = match stage {
            Stage::Ran(_) => &self.runs,
            Stage::Faulted(Cause::Daemon) => &self.daemons_faults,
            Stage::Faulted(_) => &self.other_faults,
            _ => return,
        };
        counter.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "fifty restarts of a daemon: cargo xtask nightly"]
async fn r_33_a_daemon_that_restarts_costs_no_reward() {
    let Some(world) = world_alone("restarts").await else { return };
    let restarts = count("SPARRING_RESTARTS", 50);
    let folder = tempfile::tempdir().unwrap();
    let seen = Arc::new(Seen::default());
    let (mut cursor, mut wrong, mut void, mut orphans) = (0, Vec::new(), Vec::new(), 0);
    let mut scored = 0;
    for live_restore in [false, true] {
        let mut own = OwnDaemon::start(live_restore);
        let daemon = own.connect().await;
        let image = build_image(&daemon, PACKAGE).await;
        let runner = ContainerRunner::new(daemon, Options::new("restarts")).unwrap();
        let policy = Policy { rest: Duration::from_millis(500), ..Policy::default() };
        let queue = SqliteQueue::open(&folder.path().join("queue.sqlite"), policy).await.unwrap();
        let mut options = WorkerOptions::new(format!("restarts {live_restore}"));
        options.idle = Duration::from_millis(50);
        let counter = seen.clone();
        options.observe = Arc::new(move |_, stage| counter.count(stage));
        let worker = Arc::new(Worker {
            queue: queue.clone(),
            runner: runner.clone(),
            grade,
            evidence: EvidenceStore::open(&folder.path().join("evidence")).unwrap(),
            metrics: Metrics::default(),
            options,
        });
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let working = tokio::spawn(work(worker, async move {
            let _ = ended.await;
        }));
        for round in 0..restarts / 2 {
            let mut job = world.pytest("import time\n\ndef test_it():\n    time.sleep(3)\n");
            job.image.name = image.name.clone();
            job.image.digest = Some(image.id.clone());
            job.seed = (round + usize::from(live_restore) * restarts) as u64;
            queue.submit(&job).await.unwrap();
            // At another moment of the run each time.
            tokio::time::sleep(Duration::from_millis(200 * (round as u64 * 7 % 15))).await;
            own.restart(if round % 2 == 0 { "-TERM" } else { "-KILL" }).await;
            own.connect().await;
            let verdicts = queue.watch(cursor, 1, Duration::from_secs(120)).await.unwrap();
            let delivered = verdicts.first().expect("a verdict within two minutes of the restart");
            cursor = delivered.cursor;
            match delivered.committed.verdict.value() {
                Some(1.0) => scored += 1,
                Some(_) => wrong.push(delivered.committed.verdict.clone()),
                None => void.push(delivered.committed.verdict.clone()),
            }
            runner.settle().await;
            runner.reap().await.unwrap();
            orphans += containers(&runner).await;
        }
        let _ = end.send(());
        working.await.unwrap();
    }
    let [runs, faults, others] = [&seen.runs, &seen.daemons_faults, &seen.other_faults];
    let [runs, faults, others] = [runs, faults, others].map(|counter| counter.load(Ordering::SeqCst));
    println!(
        "R-33: {restarts} restarts, half of them kills, half with live-restore: {scored} jobs scored 1, {} scored \
         wrongly, {} void; {runs} runs came to their end, {faults} were given back as the daemon's fault and run again, \
         {others} other faults; {orphans} orphans",
        wrong.len(),
        void.len()
    );
    assert!(wrong.is_empty() && void.is_empty() && others == 0, "{wrong:?} {void:?}");
    assert_eq!((scored, orphans), (restarts / 2 * 2, 0));
}
