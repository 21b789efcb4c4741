//! The path of `--runtime runsc`: the same jobs below gVisor come to the same scores.

use sparring_tasks::execution::{Exit, Job};
use sparring_tasks::grading::grade;

use crate::world::{World, log, world_of_gvisor};

async fn value(world: &World, job: &Job) -> Option<f64> {
    grade(job, &world.run(job).await).value()
}

#[tokio::test(flavor = "multi_thread")]
async fn scores_below_gvisor_are_the_same() {
    let Some(world) = world_of_gvisor("gvisor").await else { return };
    let kernel = log(&world.run(&world.script("cat /proc/version")).await);
    // gVisor's kernel calls itself so, whatever the machine's is.
    assert!(kernel.starts_with("Linux version 4.4.0 "), "{kernel}");
    let passing = world.pytest("import toolz\n\ndef test_it():\n    assert toolz.first([1]) == 1\n");
    let failing = world.pytest("def test_it():\n    assert False\n");
    let leaving = world.pytest("import os\n\ndef test_it():\n    os._exit(0)\n");
    let mut scores = Vec::new();
    for job in [&passing, &failing, &leaving] {
        scores.push(value(&world, job).await);
    }
    let mut endless = world.script("trap '' TERM; echo deaf; while :; do sleep 1000; done");
    endless.resources.timeout_seconds = 3;
    let ended = world.run(&endless).await;
    println!("runsc: {}: scores of passing, failing, os._exit: {scores:?}; {:?}", kernel.trim(), ended.exit);
    assert_eq!(scores, [Some(1.0), Some(0.0), Some(0.0)]);
    assert_eq!(ended.exit, Exit::TimedOut);
    world.runner.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn below_gvisor_nothing_is_reached_either() {
    let Some(world) = world_of_gvisor("gvisor inside").await else { return };
    let mut job = world.script(
        "id -u; grep CapEff /proc/self/status
for path in /x /testbed/../x /sparring/x /usr/x; do (echo > $path) 2>/dev/null && echo \"wrote $path\"; done
echo > /scratch/x && echo scratch
python3 - <<'END'
import os, socket
print(sorted(name for _, name in socket.if_nameindex()))
print(os.path.exists('/var/run/docker.sock'), os.environ.get('NVIDIA_VISIBLE_DEVICES'))
END",
    );
    job.resources.memory_mib = 256;
    let text = log(&world.run(&job).await);
    println!("runsc, from inside: {text}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "1000");
    assert!(lines.contains(&"CapEff:\t0000000000000000") && lines.contains(&"scratch"), "{text}");
    assert!(!text.contains("wrote") && lines.contains(&"False void"), "{text}");
    assert!(lines.contains(&"['lo']") || lines.contains(&"[]"), "{text}");
    world.runner.settle().await;
}
