//! Rows that take minutes: `cargo xtask nightly` runs them, the ordinary tests leave them out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bollard::query_parameters::{ListContainersOptions, ListVolumesOptions};
use sparring_tasks::execution::{Exit, JobFile};
use sparring_tasks::grading::{attacks, grade, is_flagged};
use sparring_tasks::verdict::Cause;
use sparring_worker::container::{ContainerRunner, Daemon, OWNER, Options};
use sparring_worker::runner::Runner as _;

use crate::world::{PACKAGE, World, build_image, lease, world_alone};

/// How often something is repeated: the promise's number, or what the variable says.
fn count(variable: &str, promised: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(promised)
}

async fn volumes(world: &World) -> BTreeSet<String> {
    let listed = world.runner.daemon().docker().list_volumes(None::<ListVolumesOptions>).await.unwrap();
    listed.volumes.unwrap_or_default().into_iter().map(|volume| volume.name).collect()
}

async fn containers(runner: &ContainerRunner) -> usize {
    let filters = [("label".to_owned(), vec![OWNER.to_owned()])].into();
    let options = ListContainersOptions { all: true, filters: Some(filters), ..ListContainersOptions::default() };
    runner.daemon().docker().list_containers(Some(options)).await.unwrap().len()
}

/// Free bytes of the file system of the temporary folder, as `df` counts them.
fn free_bytes(path: &str) -> u64 {
    let output = Command::new("df").args(["-B1", "--output=avail", path]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().last().unwrap().trim().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a thousand containers: cargo xtask nightly"]
async fn r_52_a_thousand_containers_leave_nothing() {
    let Some(world) = world_alone("thousand").await else { return };
    let count = count("SPARRING_CONTAINERS", 1000);
    let root = world.runner.daemon().docker().info().await.unwrap().docker_root_dir.unwrap();
    let volumes_before = volumes(&world).await;
    world.run(&world.pytest("def test_it():\n    pass\n")).await;
    world.runner.settle().await;
    let free = free_bytes(&root);
    let begin = Instant::now();
    let (mut done, mut running) = (0, tokio::task::JoinSet::new());
    while done < count {
        while running.len() < 4 && done + running.len() < count {
            let mut job = world.pytest("def test_it():\n    pass\n");
            job.seed = (done + running.len()) as u64;
            let runner = world.runner.clone();
            running.spawn(async move { runner.run(&job, &lease(&job, 1)).await });
        }
        let run = running.join_next().await.unwrap().unwrap().unwrap();
        assert_eq!(run.exit, Exit::Code(1));
        done += 1;
    }
    let seconds = begin.elapsed().as_secs_f64();
    world.runner.settle().await;
    let used = free.saturating_sub(free_bytes(&root));
    let left = containers(&world.runner).await;
    let left_volumes = volumes(&world).await.difference(&volumes_before).count();
    println!(
        "R-52: {count} containers in {seconds:.0} s: {left} containers and {left_volumes} volumes left, {used} bytes of disk"
    );
    assert_eq!((left, left_volumes), (0, 0));
    assert!(used <= 50 << 20, "{used}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: cargo xtask nightly"]
async fn overhead_of_a_job_and_memory_of_eight_at_once() {
    let Some(world) = world_alone("overhead").await else { return };
    let job = |seed: u64| {
        let mut job = world.pytest("def test_it():\n    pass\n");
        job.seed = seed;
        job
    };
    world.run(&job(0)).await;
    let mut overheads = Vec::new();
    for seed in 1..=20 {
        let job = job(seed);
        let begin = Instant::now();
        let run = world.run(&job).await;
        overheads.push(begin.elapsed().as_millis() as u64 - run.elapsed_ms);
        world.runner.settle().await;
    }
    overheads.sort_unstable();
    let before = crate::bounds::resident();
    let mut running = tokio::task::JoinSet::new();
    for seed in 100..108 {
        let (job, runner) = (job(seed), world.runner.clone());
        running.spawn(async move { runner.run(&job, &lease(&job, 1)).await });
    }
    let mut peak = before;
    while !running.is_empty() {
        peak = peak.max(crate::bounds::resident());
        let _ = tokio::time::timeout(Duration::from_millis(20), running.join_next()).await;
    }
    let grown = peak - before;
    println!(
        "overhead beyond the tests' own time: median {} ms, most {} ms; 8 at once: {grown} bytes more, {peak} in all",
        overheads[10], overheads[19]
    );
    assert!(overheads[10] <= 600 && grown <= 50 << 20, "{overheads:?}");
    world.runner.settle().await;
}

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

#[tokio::test(flavor = "multi_thread")]
#[ignore = "fifty restarts of a daemon: cargo xtask nightly"]
async fn r_33_a_daemon_that_restarts_costs_no_reward() {
    let Some(mut world) = world_alone("restarts").await else { return };
    let restarts = count("SPARRING_RESTARTS", 50);
    let (mut scored, mut faults, mut wrong, mut orphans) = (0, 0, Vec::new(), 0);
    for live_restore in [false, true] {
        let mut own = OwnDaemon::start(live_restore);
        let daemon = own.connect().await;
        world.image = build_image(&daemon, PACKAGE).await;
        let runner = ContainerRunner::new(daemon, Options::new("restarts")).unwrap();
        world.runner = runner.clone();
        for round in 0..restarts / 2 {
            let mut job = world.pytest("import time\n\ndef test_it():\n    time.sleep(3)\n");
            job.seed = round as u64;
            let (own_runner, own_job) = (runner.clone(), job.clone());
            let running = tokio::spawn(async move { own_runner.run(&own_job, &lease(&own_job, 1)).await });
            // At another moment of the run each time.
            tokio::time::sleep(Duration::from_millis(200 * (round as u64 * 7 % 15))).await;
            own.restart(if round % 2 == 0 { "-TERM" } else { "-KILL" }).await;
            own.connect().await;
            match running.await.unwrap() {
                Ok(run) => {
                    let verdict = grade(&job, &run);
                    if verdict.value() == Some(1.0) { scored += 1 } else { wrong.push(verdict) }
                }
                Err(fault) => {
                    assert_eq!(fault.cause, Cause::Daemon, "{fault}");
                    faults += 1;
                }
            }
            runner.settle().await;
            runner.reap().await.unwrap();
            orphans += containers(&runner).await;
        }
    }
    println!(
        "R-33: {restarts} restarts: {scored} runs whole, {faults} faults of the daemon, {} wrong scores, {orphans} orphans",
        wrong.len()
    );
    assert!(wrong.is_empty() && orphans == 0, "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a container for each attack: cargo xtask nightly"]
async fn r_41_no_attack_is_rewarded_in_a_container() {
    let Some(world) = world_alone("attacks").await else { return };
    let (mut rewarded, mut unflagged) = (Vec::new(), Vec::new());
    let corpus = attacks::corpus();
    let controls = [attacks::solution(), attacks::nothing()];
    for (at, attack) in controls.iter().chain(&corpus).enumerate() {
        // A folder that the image does not have: the job brings the whole package along.
        let (mut job, _) = attacks::job(attack, &world.image.name, "/attacked").unwrap();
        let gone = job.final_tree.deleted.clone();
        job.pristine.deleted.clear();
        for entry in attacks::base().unwrap().entries() {
            let path = String::from_utf8(entry.path.clone()).unwrap();
            let is_file = entry.node.kind() == sparring_tree::mode::Kind::File;
            let is_kept = !gone.iter().any(|gone| path == *gone || path.starts_with(&format!("{gone}/")));
            if is_file && is_kept && !job.final_tree.written.contains_key(&path) {
                let file = JobFile { mode: 0o644, link: false, bytes: entry.node.bytes().to_vec() };
                job.final_tree.written.insert(path, file);
            }
        }
        job.final_tree.deleted.clear();
        let run = world.run(&job).await;
        let verdict = grade(&job, &run);
        let log = String::from_utf8_lossy(&run.log);
        match at {
            0 => assert_eq!(verdict.value(), Some(1.0), "the solution: {verdict:?}\n{log}"),
            1 => assert_eq!(verdict.value(), Some(0.0), "nothing: {verdict:?}\n{log}"),
            _ if verdict.value() == Some(1.0) => rewarded.push(&attack.name),
            _ if !is_flagged(&verdict) => unflagged.push(&attack.name),
            _ => {}
        }
    }
    let attacks = corpus.len();
    let flagged = attacks - unflagged.len();
    println!(
        "R-41 in containers: {attacks} attacks, {} rewarded, {flagged} flagged; not flagged: {unflagged:?}",
        rewarded.len()
    );
    assert!(rewarded.is_empty() && flagged * 100 >= attacks * 95, "{rewarded:?}");
    world.runner.settle().await;
}
