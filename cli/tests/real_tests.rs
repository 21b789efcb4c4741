//! The command with a container daemon: the whole loop on three packages, a second look at its rewards, and a worker
//! that is killed. Without a daemon each test says that it was skipped; with `SPARRING_REQUIRE=all` it fails instead.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bollard::query_parameters::ListContainersOptions;
use serde_json::Value;
use sparring_tasks::execution::{
    Expected, Files, Grading, ImageReference, JOB_VERSION, Job, Resources, Suite, TestCommand,
};
use sparring_worker::container::{Daemon, REWARD_KEY};

/// The daemon, or `None` where there is none.
async fn daemon() -> Option<Daemon> {
    match Daemon::connect(None).await {
        Ok(daemon) => Some(daemon),
        Err(error) => {
            let all = std::env::var_os("SPARRING_REQUIRE").is_some_and(|value| value == "all");
            assert!(!all, "{error}, and SPARRING_REQUIRE=all asks for everything");
            eprintln!("SKIPPED: this test needs a container daemon: {error}");
            None
        }
    }
}

/// A cache folder that later runs find again, with the packages that were fetched already.
fn cache() -> PathBuf {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache");
    let sources = cache.join("sources");
    std::fs::create_dir_all(&sources).unwrap();
    if let Some(folder) = std::env::var_os("SPARRING_TEST_PACKAGES").filter(|folder| !folder.is_empty()) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let to = sources.join(path.file_name().unwrap());
            if path.to_string_lossy().ends_with(".tar.gz") && !to.exists() {
                std::fs::copy(&path, to).unwrap();
            }
        }
    }
    cache
}

/// The command with these words.
fn sparring(words: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sparring"));
    command.args(words.split_whitespace()).env("SPARRING_CACHE", cache());
    command
}

/// The JSON object that a command prints which ends well.
fn json(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{text}\n{errors}", output.status);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{command:?}: {error} in {text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_command_line_from_rollouts_to_rewards_on_three_packages() {
    if daemon().await.is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let begin = Instant::now();
    let demo = json(sparring("demo --tests --json --output").arg(folder.path()));
    let results = demo["results"].as_array().unwrap();
    for result in results {
        println!(
            "{} {}: {} judged, reward {}",
            result["package"], result["policy"], result["judged"], result["mean_reward"]
        );
    }
    println!("the loop on three packages: {:.0} s", begin.elapsed().as_secs_f64());
    for package in ["toolz==1.0.0", "cachetools==5.5.0", "inflection==0.5.1"] {
        for (policy, reward) in [("oracle", 1.0), ("noop", 0.0), ("another bug", 0.0)] {
            let is_it = |result: &&Value| result["package"] == package && result["policy"] == policy;
            let result = results.iter().find(is_it).unwrap_or_else(|| panic!("{package}, {policy}: {demo}"));
            assert_eq!((&result["mean_reward"], &result["void"]), (&reward.into(), &0.into()), "{demo}");
            assert!(result["judged"].as_u64() >= Some(1), "{demo}");
            if policy == "another bug" {
                continue;
            }
            // The dataset's records have the rewards.
            let dataset = std::fs::read_to_string(result["dataset"].as_str().unwrap()).unwrap();
            let records: Vec<Value> = dataset.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert_eq!(records.len() as u64, result["judged"].as_u64().unwrap());
            assert!(records.iter().all(|record| record["reward"] == reward), "{dataset}");
        }
    }

    // all of them again, from their evidence.
    let verdicts = std::fs::read_to_string(folder.path().join("verdicts.jsonl")).unwrap().lines().count();
    let audit = || {
        let mut command = sparring("reward audit --share 1");
        command.arg("--queue").arg(folder.path().join("jobs.sqlite"));
        command.arg("--evidence").arg(folder.path().join("evidence"));
        command.arg("--output").arg(folder.path().join("audit.jsonl"));
        json(&mut command)
    };
    let tally = audit();
    println!("R-45: {tally} of {verdicts} rewards");
    assert_eq!((&tally["audited"], &tally["disagreed"], &tally["void"]), (&verdicts.into(), &0.into(), &0.into()));
    let lines = || std::fs::read_to_string(folder.path().join("audit.jsonl")).unwrap();
    let before = lines();
    for line in before.lines() {
        let audited: Value = serde_json::from_str(line).unwrap();
        let [first, second] = ["first", "second"].map(|side| audited[side]["evidence"].as_str().unwrap().to_owned());
        for digest in [&first, &second] {
            assert!(folder.path().join("evidence").join(&digest[..2]).join(format!("{digest}.json")).exists());
        }
        assert_ne!(audited["first"]["worker"], audited["second"]["worker"]);
    }
    // What was audited is not audited again.
    assert_eq!((audit(), lines()), (tally, before));
}

/// A child that ends with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The containers of a job, made or running, looked for until there are so many.
async fn wait_for_containers(daemon: &Daemon, key: &str, count: usize, patience: Duration) {
    let options = ListContainersOptions {
        all: true,
        filters: Some([("label".to_owned(), vec![format!("{REWARD_KEY}={key}")])].into()),
        ..ListContainersOptions::default()
    };
    let begin = Instant::now();
    loop {
        let listed = daemon.docker().list_containers(Some(options.clone())).await.unwrap();
        let is_running =
            listed.iter().all(|container| format!("{:?}", container.state).to_lowercase().contains("running"));
        if listed.len() == count && is_running {
            return;
        }
        assert!(begin.elapsed() < patience, "{count} containers were waited for: {listed:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_container_of_a_killed_worker_goes_without_another_one() {
    let Some(daemon) = daemon().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let image = json(&mut sparring("worker image build sparring-test/killed:1 --package inflection==0.5.1"));
    let job = Job {
        version: JOB_VERSION,
        task_id: format!("killed {}", std::process::id()),
        image: ImageReference {
            name: "sparring-test/killed:1".to_owned(),
            digest: image["id"].as_str().map(str::to_owned),
        },
        workdir: "/testbed".to_owned(),
        final_tree: Files::default(),
        pristine: Files::default(),
        tampering: Vec::new(),
        suite: Suite {
            command: TestCommand::Script { text: "sleep 3000".to_owned() },
            parser: "pytest".to_owned(),
            environment: Default::default(),
        },
        expected: Expected { fail_to_pass: vec!["test".to_owned()], pass_to_pass: Vec::new() },
        grading: Grading::Strict,
        // Its deadline is nothing that anybody here waits for.
        resources: Resources { timeout_seconds: 3600, ..Resources::default() },
        seed: 0,
    };
    let queue = folder.path().join("queue.sqlite");
    let jobs = folder.path().join("jobs.jsonl");
    std::fs::write(&jobs, serde_json::to_string(&job).unwrap() + "\n").unwrap();
    let submitted = sparring("reward submit").arg(&jobs).arg("--queue").arg(&queue).output().unwrap();
    assert!(submitted.status.success(), "{submitted:?}");

    let mut worker = sparring("worker");
    worker.arg("--queue").arg(&queue).stdin(Stdio::null()).stderr(Stdio::null());
    let mut worker = Running(worker.spawn().unwrap());
    let key = job.reward_key().to_string();
    wait_for_containers(&daemon, &key, 1, Duration::from_secs(120)).await;
    worker.0.kill().unwrap();
    worker.0.wait().unwrap();
    let begin = Instant::now();
    // Its lease alone lasts a minute.
    wait_for_containers(&daemon, &key, 0, Duration::from_secs(60)).await;
    println!("a killed worker's container was gone after {:.1} s", begin.elapsed().as_secs_f64());
    let status = json(sparring("reward status --json").arg("--queue").arg(&queue));
    assert_eq!((&status["scored"], &status["void"]), (&0.into(), &0.into()), "{status}");
}
