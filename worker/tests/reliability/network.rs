//! Two workers in two network namespaces and one server: one is cut off in the middle of its tests, and no
//! reward is lost or changed.

use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sparring_worker::queue::Queue;

use crate::fake::{Play, policy};
use crate::process::{Process, ROLE, command};
use crate::store::{self, Kind};
use crate::{Outcome, ensure};

const JOBS: u64 = 60;

/// Three namespaces: the server's, and one for each worker, each linked to the server's alone. The trainer,
/// outside, has a link of its own.
struct Network {
    id: u32,
}

impl Network {
    fn name(&self, part: &str) -> String {
        format!("sparring-{}-{part}", self.id)
    }

    fn up(id: u32) -> Result<Self, String> {
        let network = Self { id };
        for part in ["server", "a", "b"] {
            ip(&format!("netns add {}", network.name(part)))?;
        }
        let server = network.name("server");
        for (number, part) in [(0, "trainer"), (1, "a"), (2, "b")] {
            let (near, far) = (format!("sp{id}{number}s"), format!("sp{id}{number}c"));
            ip(&format!("link add {near} netns {server} type veth peer name {far}"))?;
            let side = match part {
                "trainer" => String::new(),
                _ => {
                    ip(&format!("link set {far} netns {}", network.name(part)))?;
                    format!("-n {} ", network.name(part))
                }
            };
            ip(&format!("-n {server} address add 10.213.{number}.1/24 dev {near}"))?;
            ip(&format!("-n {server} link set {near} up"))?;
            ip(&format!("{side}address add 10.213.{number}.2/24 dev {far}"))?;
            ip(&format!("{side}link set {far} up"))?;
        }
        Ok(network)
    }

    /// Cuts a worker's link, or mends it.
    fn link_of_a(&self, state: &str) -> Result<(), String> {
        ip(&format!("-n {} link set sp{}1s {state}", self.name("server"), self.id))
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for part in ["server", "a", "b"] {
            // The links go with their namespace.
            let _ = ip(&format!("netns delete {}", self.name(part)));
        }
    }
}

fn ip(arguments: &str) -> Result<(), String> {
    let output = Command::new("ip").args(arguments.split(' ')).output().map_err(|error| format!("ip: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("ip {arguments}: {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}

/// Why no namespaces can be made here.
pub(crate) fn lacks() -> Option<String> {
    let probe = format!("sparring-probe-{}", std::process::id());
    match ip(&format!("netns add {probe}")) {
        Ok(()) => ip(&format!("netns delete {probe}")).err(),
        Err(error) => Some(format!("network namespaces need root: {error}")),
    }
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn check(_kind: Kind) -> Outcome {
    let network = Network::up(std::process::id() % 100_000)?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let server = Command::new("ip")
        .args(["netns", "exec", &network.name("server"), "nats-server", "-js", "-p", "4222", "-sd"])
        .arg(folder.path().join("jetstream"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(Server)
        .map_err(|error| format!("nats-server: {error}"))?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let queue = runtime.block_on(store::open("nats://10.213.0.1:4222", policy()));
    let plays: Vec<Play> = (0..JOBS).map(|number| Play { number, milliseconds: 400, ..Play::default() }).collect();
    let jobs: Vec<_> = plays.iter().map(Play::job).collect();
    runtime.block_on(queue.submit_all(&jobs)).map_err(|error| error.to_string())?;

    let worker = |part: &str, number: u32| {
        let mut inner = Command::new("ip");
        inner.args(["netns", "exec", &network.name(part)]).arg(command("worker").get_program());
        inner.env(ROLE, "worker").env("NAME", part).env("CONCURRENCY", "2").env("FOLDER", folder.path());
        inner.env("ADDRESS", format!("nats://10.213.{number}.1:4222"));
        Process::start(inner)
    };
    let (mut a, mut b) = (worker("a", 1), worker("b", 2));
    // In the middle of a test: both have begun their third, which takes 400 ms.
    for worker in [&mut a, &mut b] {
        for _ in 0..3 {
            ensure!(worker.line().is_some_and(|line| line.starts_with("Starting")), "a worker got no job");
        }
    }
    network.link_of_a("down")?;
    let until = Instant::now() + Duration::from_secs(120);
    let mut verdicts = Vec::new();
    while (verdicts.len() as u64) < JOBS {
        ensure!(Instant::now() < until, "{} of {JOBS} verdicts after two minutes", verdicts.len());
        let more = runtime.block_on(queue.watch(0, 1000, Duration::from_millis(200)));
        verdicts = more.map_err(|error| error.to_string())?;
    }
    network.link_of_a("up")?;
    // Its late results must be refused: it says so, once for each job that it held.
    let fenced = std::iter::from_fn(|| a.line()).filter(|line| line.starts_with("Fenced")).take(2).count();
    let after = runtime.block_on(queue.watch(0, 1000, Duration::ZERO)).map_err(|error| error.to_string())?;
    let ended_well = a.finish() && b.finish();
    let keys: BTreeSet<_> = verdicts.iter().map(|verdict| verdict.key).collect();
    let right = plays.iter().filter(|play| {
        let key = play.job().reward_key();
        verdicts.iter().any(|found| found.key == key && found.committed.verdict.value() == Some(play.value()))
    });
    let right = right.count() as u64;
    let by = |name: &str| verdicts.iter().filter(|verdict| verdict.committed.worker == name).count();
    ensure!(right == JOBS && keys.len() == verdicts.len(), "{right} of {JOBS} rewards are right");
    ensure!(after == verdicts, "the late worker changed verdicts");
    ensure!(by("a") > 0 && by("b") > 0 && ended_well, "a did {}, b did {}", by("a"), by("b"));
    drop(server);
    Ok(format!(
        "{JOBS} jobs, two namespaces, one worker cut off in its tests: rewards lost 0 (a {}, b {}), late results \
         fenced {fenced}",
        by("a"),
        by("b")
    ))
}
