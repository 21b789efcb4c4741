//! how runs end that do not want to, and what is left behind.

use std::time::{Duration, Instant};

use bollard::query_parameters::ListContainersOptions;
use sparring_tasks::execution::{Exit, Job};
use sparring_tasks::grading::grade;
use sparring_worker::container::{ContainerRunner, FENCE, OWNER, REWARD_KEY};
use sparring_worker::runner::Runner as _;

use crate::world::{lease, world};

/// How many containers the daemon has for a job.
async fn containers(runner: &ContainerRunner, job: &Job) -> usize {
    let options = ListContainersOptions {
        all: true,
        filters: Some([("label".to_owned(), vec![format!("{REWARD_KEY}={}", job.reward_key())])].into()),
        ..ListContainersOptions::default()
    };
    runner.daemon().docker().list_containers(Some(options)).await.unwrap().len()
}

/// Scripts that do not end by themselves, each in its own way.
const ENDLESS: [&str; 4] = [
    "echo waiting; sleep 1000",
    "trap '' TERM INT HUP; echo deaf; while :; do sleep 1000; done",
    "echo forking; while :; do (trap '' TERM; sleep 1000) & sleep 0.01; done",
    "echo left behind; (setsid sleep 1000 &) ; exec python3 -c 'import time, signal\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(1000)'",
];

#[tokio::test(flavor = "multi_thread")]
async fn at_the_deadline_the_container_goes_whatever_it_does() {
    let Some(world) = world("deadline").await else { return };
    let mut late = Vec::new();
    for (at, script) in ENDLESS.iter().enumerate() {
        let mut job = world.script(script);
        job.resources.timeout_seconds = 2;
        job.resources.processes = 64;
        job.seed = at as u64;
        let run = world.run(&job).await;
        assert_eq!(run.exit, Exit::TimedOut, "{script}");
        let first = script.split([' ', ';']).nth(1).unwrap();
        assert!(String::from_utf8_lossy(&run.log).contains(first) || script.starts_with("trap"), "{script}");
        // `run` returns when it is gone; what it took beyond the deadline is what the reply took.
        let begin = Instant::now();
        assert_eq!(containers(&world.runner, &job).await, 0, "{script}");
        late.push((run.elapsed_ms.saturating_sub(2000), begin.elapsed().as_millis()));
    }
    println!("R-53: milliseconds beyond the deadline at its notice, and of the look afterwards: {late:?}");
    assert!(late.iter().all(|(over, _)| *over <= 5000), "{late:?}");
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
    let of_other = make("other", "other", "99999999999").await;
    let reaped = world.runner.reap().await.unwrap();
    assert!(reaped.contains(&of_dead_self) && reaped.contains(&late_of_other), "{reaped:?}");
    assert!(!reaped.contains(&of_other) && !reaped.contains(&living.name().to_owned()), "{reaped:?}");
    let force = bollard::query_parameters::RemoveContainerOptions { force: true, ..Default::default() };
    docker.remove_container(&of_other, Some(force)).await.unwrap();
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
