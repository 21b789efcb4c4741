//! how runs end that do not want to, and what is left behind.

use std::time::Duration;

use bollard::query_parameters::ListContainersOptions;
use sparring_tasks::execution::{Exit, Job, Run};
use sparring_tasks::grading::grade;
use sparring_worker::container::{ContainerRunner, FENCE, OWNER, Owner, REWARD_KEY};
use sparring_worker::runner::Runner as _;

use crate::world::{count, lease, world};

/// How many containers the daemon has for a job.
async fn containers(runner: &ContainerRunner, job: &Job) -> usize {
    let options = ListContainersOptions {
        all: true,
        filters: Some([("label".to_owned(), vec![format!("{REWARD_KEY}={}", job.reward_key())])].into()),
        ..ListContainersOptions::default()
    };
    runner.daemon().docker().list_containers(Some(options)).await.unwrap().len()
}

/// Scripts that do not end by themselves, each in its own way, and what they say first.
const ENDLESS: [(&str, &str); 4] = [
    ("waiting", "echo waiting; sleep 1000"),
    ("deaf", "trap '' TERM INT HUP; echo deaf; while :; do sleep 1000; done"),
    ("forking", "echo forking; while :; do (trap '' TERM; sleep 1000) & sleep 0.01; done"),
    (
        "left behind",
        "echo left behind; (setsid sleep 1000 &) ; exec python3 -c 'import time, signal\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(1000)'",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn at_the_deadline_the_container_goes_whatever_it_does() {
    const SECONDS: u32 = 2;
    let Some(world) = world("deadline").await else { return };
    let count = count("SPARRING_DEADLINES", 24);
    let jobs = (0..count).map(|at| {
        let mut job = world.script(ENDLESS[at % ENDLESS.len()].1);
        job.resources.timeout_seconds = SECONDS;
        job.resources.processes = 64;
        job.seed = at as u64;
        job
    });
    // `run` returns when the container is gone. Making it and laying its files is in the time too, so that the
    // promise is kept more than it asks for.
    let mut late = Vec::new();
    let jobs: Vec<Job> = jobs.collect();
    let note = |at: usize, run: Run, took: Duration| {
        let (word, script) = ENDLESS[at % ENDLESS.len()];
        assert_eq!(run.exit, Exit::TimedOut, "{script}");
        assert!(String::from_utf8_lossy(&run.log).contains(word), "{script}");
        late.push(took.as_millis() as u64 - u64::from(SECONDS) * 1000);
    };
    world.run_all(jobs.clone(), 4, note).await;
    for job in &jobs {
        assert_eq!(containers(&world.runner, job).await, 0);
    }
    late.sort_unstable();
    let [median, p99, most] = [late[count / 2], late[(count * 99).div_ceil(100) - 1], late[count - 1]];
    println!(
        "R-53: {count} runs past their deadline, {} ways: from the deadline until the container is gone, with what \
         making it took: median {median} ms, p99 {p99} ms, most {most} ms",
        ENDLESS.len()
    );
    assert!(p99 <= 5000, "{late:?}");
    world.runner.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_run_leaves_nothing() {
    let Some(world) = world("dropped").await else { return };
    let job = world.script("sleep 1000");
    let (runner, own_job, own_lease) = (world.runner.clone(), job.clone(), lease(&job, 1));
    let running = tokio::spawn(async move { runner.run(&own_job, &own_lease).await });
    while containers(&world.runner, &job).await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    running.abort();
    assert!(running.await.is_err());
    world.runner.settle().await;
    // A container that was being made when the run was dropped is the reaper's.
    world.runner.reap().await.unwrap();
    assert_eq!(containers(&world.runner, &job).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reaper_takes_the_forgotten_and_spares_the_living() {
    let Some(world) = world("reaper").await else { return };
    let docker = world.runner.daemon().docker();
    let job = world.script("sleep 1000");
    let living = world.runner.create(&job, &lease(&job, 1)).await.unwrap();
    let inspected = docker.inspect_container(living.name(), None).await.unwrap();
    let owner = inspected.config.unwrap().labels.unwrap()[OWNER].clone();
    let make = async |name: &str, owner: &str, deadline: &str| {
        let labels = [(OWNER, owner), ("sparring.deadline", deadline), (FENCE, "1")];
        let body = bollard::models::ContainerCreateBody {
            image: Some(world.image.name.clone()),
            entrypoint: Some(vec!["true".to_owned()]),
            labels: Some(labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into()),
            network_disabled: Some(true),
            ..Default::default()
        };
        let name = format!("sparring-test-{name}-{}", std::process::id());
        let options =
            bollard::query_parameters::CreateContainerOptions { name: Some(name.clone()), ..Default::default() };
        docker.create_container(Some(options), body).await.unwrap();
        name
    };
    let of_dead_self = make("self", &owner, "99999999999").await;
    let late_of_other = make("late", "other", "1").await;
    // Names of workers are locks: whose process has ended, nobody holds.
    let folder = tempfile::tempdir().unwrap();
    let [dead, alive] = [(), ()].map(|()| Owner::take(folder.path()).unwrap().unwrap());
    let of_dead_other = make("dead", dead.name(), "99999999999").await;
    let of_alive_other = make("alive", alive.name(), "99999999999").await;
    drop(dead);
    let of_other = make("other", "other", "99999999999").await;
    let reaped = world.runner.reap().await.unwrap();
    assert!(reaped.contains(&of_dead_self) && reaped.contains(&late_of_other), "{reaped:?}");
    assert!(reaped.contains(&of_dead_other) && !reaped.contains(&of_alive_other), "{reaped:?}");
    assert!(!reaped.contains(&of_other) && !reaped.contains(&living.name().to_owned()), "{reaped:?}");
    let force = bollard::query_parameters::RemoveContainerOptions { force: true, ..Default::default() };
    for name in [of_other, of_alive_other] {
        docker.remove_container(&name, Some(force.clone())).await.unwrap();
    }
    drop(living);
    world.runner.settle().await;
    assert_eq!(containers(&world.runner, &job).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_end_early_earn_nothing() {
    let Some(world) = world("early").await else { return };
    let job = world.pytest("import os\n\ndef test_it():\n    os._exit(0)\n");
    let run = world.run(&job).await;
    // The runner watches from another process and says what it saw.
    let report = run.report.as_ref().unwrap();
    assert_eq!(report.records["test_it.py::test_it"], "started", "{report:?}");
    assert_eq!(grade(&job, &run).value(), Some(0.0));
    // Here the runner itself goes.
    let job = world.pytest("import os\n\ndef test_it():\n    os.kill(os.getppid(), 9)\n");
    let run = world.run(&job).await;
    assert_eq!(run.report.as_ref().unwrap().nonce, "");
    assert_eq!(grade(&job, &run).value(), Some(0.0));
    let job = world.script("kill -9 $$");
    assert_eq!(world.run(&job).await.exit, Exit::Code(137));
    world.runner.settle().await;
}
