//! what code sees and can do from inside of a container.

use serde_json::Value;

use crate::world::{log, world};

/// Each probe prints one line: its name, and `denied` or what it found.
const PROBES: &str = include_str!("probes.py");

/// Every probe and what has to come of it.
const EXPECTED: [(&str, &str); 27] = [
    ("network interfaces", "lo"),
    ("connect", "denied"),
    ("resolve", "denied"),
    ("capabilities", "0000000000000000"),
    ("no new privileges", "1"),
    ("seccomp", "2"),
    ("user", "1000:1000"),
    ("mount", "denied"),
    ("unshare", "denied"),
    ("keyctl", "denied"),
    ("ptrace", "denied"),
    ("bpf", "denied"),
    ("perf events", "denied"),
    ("io_uring", "denied"),
    ("userfaultfd", "denied"),
    ("vsock", "denied"),
    ("/proc/sys", "denied"),
    ("root file system", "denied"),
    ("daemon's socket", "denied"),
    ("GPU nodes", "denied"),
    ("block devices", "denied"),
    ("environment", "A GPU is void"),
    ("host name", "task"),
    ("processes", "bounded"),
    ("inodes", "bounded"),
    ("bytes", "bounded"),
    ("file size", "bounded"),
];

#[tokio::test(flavor = "multi_thread")]
async fn probes_from_inside_are_denied_or_bounded() {
    let Some(world) = world("probes").await else { return };
    let mut job = world.script(&format!("exec python3 - <<'PROBES'\n{PROBES}\nPROBES\n"));
    job.resources.processes = 64;
    let run = world.run(&job).await;
    let found: Value = serde_json::from_str(log(&run).lines().last().unwrap()).unwrap();
    for (name, expected) in EXPECTED {
        assert_eq!(found[name], expected, "{name}; all: {found:#}");
    }
    assert_eq!(found.as_object().unwrap().len(), EXPECTED.len());
    println!("R-51: {} probes, all denied or bounded", EXPECTED.len());
    world.runner.settle().await;
}

/// Shared memory and System V queues of one container are not another's.
#[tokio::test(flavor = "multi_thread")]
async fn shared_memory_is_not_shared_between_containers() {
    let Some(world) = world("shared memory").await else { return };
    let writer = world.script("echo secret > /dev/shm/note; cat /dev/shm/note");
    let mut reader = world.script("ls /dev/shm; test -e /dev/shm/note || echo nothing");
    reader.seed = 1;
    let (one, other) = tokio::join!(world.run(&writer), world.run(&reader));
    assert!(log(&one).contains("secret"));
    assert_eq!(log(&other), "nothing\n");
    world.runner.settle().await;
}
