//! R-54, and what else a test may use up.

use bollard::query_parameters::InspectContainerOptions;
use sparring_tasks::execution::{Exit, TestCommand};
use sparring_tasks::grading::grade;
use sparring_worker::runner::Runner as _;

use crate::world::{lease, log, world, world_alone};

/// Bytes of memory that this process has now.
pub(crate) fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gibibyte_of_output_is_bounded() {
    let Some(world) = world_alone("output").await else { return };
    let mut job = world.script("exec python3 -c \"import sys\nfor _ in range(16384): sys.stdout.write(('x' * 127 + chr(10)) * 512)\nprint('the end')\"");
    job.resources.timeout_seconds = 300;
    let before = resident();
    let (runner, lease) = (world.runner.clone(), lease(&job, 1));
    let own_job = job.clone();
    let running = tokio::spawn(async move { runner.run(&own_job, &lease).await });
    // While it runs, the daemon's files stay small; looked at from the machine itself, where that is possible.
    let docker = world.runner.daemon().docker().clone();
    let mut largest = 0;
    while !running.is_finished() {
        largest = largest.max(log_bytes(&docker, &job.reward_key().0.short()).await.unwrap_or(0));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let run = running.await.unwrap().unwrap();
    let grown = resident().saturating_sub(before);
    println!(
        "R-54: 1 GiB of output, {largest} bytes of log at the daemon, {grown} bytes of memory, kept {}",
        run.log.len()
    );
    assert!(log(&run).trim_end().ends_with("the end") && run.log_cut);
    assert!(run.log.len() <= (4 << 20) + 64 && largest <= 8 << 20 && grown <= 32 << 20);
    world.runner.settle().await;
}

/// The size of the log files of the container whose name holds this part.
async fn log_bytes(docker: &bollard::Docker, part: &str) -> Option<u64> {
    let listed = docker.list_containers(None::<bollard::query_parameters::ListContainersOptions>).await.ok()?;
    let mut names = listed.into_iter().flat_map(|container| container.names).flatten();
    let name = names.find(|name| name.contains(part))?;
    let name = name.trim_start_matches('/');
    let path = docker.inspect_container(name, None::<InspectContainerOptions>).await.ok()?.log_path?;
    let folder = std::fs::read_dir(std::path::Path::new(&path).parent()?).ok()?;
    Some(
        folder
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().contains("json.log"))
            .map(|entry| entry.metadata().map_or(0, |data| data.len()))
            .sum(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_is_bounded_and_told_from_a_failure() {
    let Some(world) = world("memory").await else { return };
    let mut job = world.script("exec python3 -c 'x = bytearray(1 << 30); print(len(x))'");
    job.resources.memory_mib = 64;
    assert_eq!(world.run(&job).await.exit, Exit::OutOfMemory);
    world.runner.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_of_a_pytest_run_cannot_be_changed() {
    let Some(world) = world("tree").await else { return };
    let job = world.pytest(
        "import os, pytest\n\ndef test_it():\n    for path in ['/testbed/x', '/testbed/toolz/x', '/sparring/x', '/sparring/report/x', '/sparring/runner.py', '/x']:\n        with pytest.raises(OSError):\n            open(path, 'w')\n    open('/scratch/x', 'w')\n    open('/tmp/x', 'w')\n",
    );
    let run = world.run(&job).await;
    let log = String::from_utf8_lossy(&run.log).into_owned();
    // The tests that must fail do, and pytest says so.
    assert_eq!(run.exit, Exit::Code(1), "{log}");
    let report = run.report.as_ref().unwrap();
    assert!(report.canaries.len() >= 6 && report.canaries.values().all(|seen| seen == "failed"), "{report:?}");
    assert_eq!(grade(&job, &run).value(), Some(1.0), "{:?}\n{log}", grade(&job, &run));
    world.runner.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_and_come_as_the_job_says() {
    let Some(world) = world("files").await else { return };
    let list = "import os\n\ndef test_it():\n    print(sorted(os.listdir('/testbed')), open('/testbed/toolz/new.py').read())\n";
    let mut job = world.pytest(list);
    if let TestCommand::Pytest { arguments } = &mut job.suite.command {
        arguments.push("-s".to_owned());
    }
    job.final_tree.written.insert("toolz/new.py".to_owned(), crate::world::file("NEW"));
    job.final_tree.deleted = vec!["versioneer.py".to_owned(), "tlz".to_owned()];
    let run = world.run(&job).await;
    let text = String::from_utf8_lossy(&run.log).into_owned();
    assert!(text.contains("'toolz'") && text.contains("NEW"), "{text}");
    assert!(!text.contains("'versioneer.py'") && !text.contains("'tlz'"), "{text}");
    let script = world.script("set -e; touch new; rm setup.py; ls; id -u");
    let text = log(&world.run(&script).await);
    assert!(text.contains("new\n") && text.contains("1000\n") && !text.contains("setup.py"), "{text}");
    let mut missing = world.job(TestCommand::Script { text: String::new() });
    missing.image.digest = Some("sha256:0".to_owned());
    let fault = world.runner.run(&missing, &lease(&missing, 1)).await.unwrap_err();
    assert_eq!(fault.cause, sparring_tasks::verdict::Cause::Image);
    world.runner.settle().await;
}
