//! Rows that take minutes: `cargo xtask nightly` runs them, the ordinary tests leave them out.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use bollard::query_parameters::ListVolumesOptions;
use sparring_tasks::execution::Exit;
use sparring_worker::runner::Runner as _;

use crate::world::{World, containers, count, lease, world_alone};

async fn volumes(world: &World) -> BTreeSet<String> {
    let listed = world.runner.daemon().docker().list_volumes(None::<ListVolumesOptions>).await.unwrap();
    listed.volumes.unwrap_or_default().into_iter().map(|volume| volume.name).collect()
}

/// Bytes that the files below a folder take on their disk. Free space would count what others write.
fn disk_bytes(folder: &str) -> u64 {
    let output = Command::new("du").args(["-sxB1", folder]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().next().and_then(|bytes| bytes.parse().ok()).expect("the daemon's folder can be read")
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
    let before = disk_bytes(&root);
    let begin = Instant::now();
    let jobs = (0..count).map(|seed| {
        let mut job = world.pytest("def test_it():\n    pass\n");
        job.seed = seed as u64;
        job
    });
    world.run_all(jobs, 4, |_, run, _| assert_eq!(run.exit, Exit::Code(1))).await;
    let seconds = begin.elapsed().as_secs_f64();
    world.runner.settle().await;
    let used = disk_bytes(&root).saturating_sub(before);
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
