//! `sparring rollout` killed in the middle and started again: nothing that was finished is lost or
//! doubled, and the dataset is the one of a run that was never killed.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use sparring_tests::{command, tree_files};

const SESSIONS: usize = 1500;

/// The records of a folder by id, without what only says how long things took.
fn records(folder: &Path) -> BTreeMap<String, Value> {
    let text = std::fs::read_to_string(folder.join("trajectories.jsonl")).expect("a dataset");
    assert!(text.ends_with('\n'), "the last line is whole");
    let mut records = BTreeMap::new();
    for line in text.lines() {
        let mut record: Value = serde_json::from_str(line).expect("a record");
        for step in record["steps"].as_array_mut().expect("steps") {
            step.as_object_mut().expect("a step").remove("elapsed_ns");
        }
        let id = record["id"].as_str().expect("an id").to_owned();
        let doubled = records.insert(id.clone(), record);
        assert!(doubled.is_none(), "{id} stands twice");
    }
    records
}

fn whole_lines(folder: &Path) -> usize {
    let text = std::fs::read(folder.join("trajectories.jsonl")).unwrap_or_default();
    text.iter().filter(|byte| **byte == b'\n').count()
}

#[test]
fn a_killed_rollout_goes_on_where_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let text = |name: &str| path(name).to_str().expect("UTF-8").to_owned();
    std::fs::create_dir(path("tree")).expect("a folder");
    tree_files::directory(&path("tree"));
    let (tree, tasks) = (text("tree"), text("tasks.jsonl"));
    let generate =
        ["tasks", "generate", "--kind", "function_localization", "--repo", &tree, "--count", "40", "--seed", "1"];
    command::succeed(&[&generate[..], &["-o", &tasks]].concat());
    command::succeed(&["tasks", "validate", &tasks]);

    let sessions = SESSIONS.to_string();
    let rollout = |name: &str| -> Vec<String> {
        let arguments = ["rollout", "--tasks", &tasks, "--policy", "scripted", "--sessions", &sessions, "--json", "-o"];
        arguments.iter().map(|word| (*word).to_owned()).chain([text(name)]).collect()
    };
    let run = |name: &str| {
        let arguments = rollout(name);
        command::json(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    run("whole");
    let expected = records(&path("whole"));
    assert_eq!(expected.len(), SESSIONS);

    let mut killed_in_the_middle = 0;
    for (seed, lines) in [20, 300, 900].into_iter().enumerate() {
        let name = format!("killed{seed}");
        let arguments = rollout(&name);
        let mut child = command::sparring(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the command starts");
        while whole_lines(&path(&name)) < lines && child.try_wait().expect("a child").is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        child.kill().expect("SIGKILL");
        child.wait().expect("it is gone");
        let kept = whole_lines(&path(&name));
        killed_in_the_middle += usize::from(kept < SESSIONS);
        assert!(!path(&name).join("summary.json").exists() || kept == SESSIONS, "a summary means the end");
        if seed == 1 {
            // As a machine that loses power leaves it: half a line at the end.
            let file = std::fs::OpenOptions::new().append(true).open(path(&name).join("trajectories.jsonl"));
            file.expect("a dataset").write_all(b"{\"version\":1,\"id\":\"torn").expect("half a line");
        }
        let before = std::fs::read(path(&name).join("trajectories.jsonl")).expect("a dataset");
        let whole = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);

        run(&name);
        let after = std::fs::read(path(&name).join("trajectories.jsonl")).expect("a dataset");
        assert!(after.starts_with(&before[..whole]), "what was finished stays as it was");
        let found = records(&path(&name));
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (id, record) in &found {
            assert_eq!(record, &expected[id], "{id}");
        }
        // Once more: there is nothing left to do.
        run(&name);
        assert!(std::fs::read(path(&name).join("trajectories.jsonl")).expect("a dataset") == after);
        for policy in [&["--json"][..], &["--json", "--strict"]] {
            let report = command::json(&[&["replay", &text(&name)][..], policy].concat());
            assert_eq!(report["rollouts"], SESSIONS, "{report}");
            assert_eq!(report["mismatches"], Value::Array(Vec::new()));
        }
    }
    assert!(killed_in_the_middle > 0, "every run ended before it could be killed");
}

#[test]
fn a_changed_record_does_not_replay() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let text = |name: &str| path(name).to_str().expect("UTF-8").to_owned();
    std::fs::create_dir(path("tree")).expect("a folder");
    tree_files::directory(&path("tree"));
    let (tree, tasks, data) = (text("tree"), text("tasks.jsonl"), text("data"));
    let generate =
        ["tasks", "generate", "--kind", "function_localization", "--repo", &tree, "--count", "5", "-o", &tasks];
    command::succeed(&generate);
    command::succeed(&["rollout", "--tasks", &tasks, "--policy", "oracle", "-o", &data]);
    command::succeed(&["replay", &data]);

    let file = path("data").join("trajectories.jsonl");
    let whole = std::fs::read_to_string(&file).expect("a dataset");
    let digest = "\"digest\":\"";
    let at = whole.find(digest).expect("a digest") + digest.len();
    let other = if whole.as_bytes()[at] == b'0' { "1" } else { "0" };
    std::fs::write(&file, format!("{}{other}{}", &whole[..at], &whole[at + 1..])).expect("a dataset");
    let output = command::sparring(&["replay", &data]).output().expect("the command runs");
    assert_eq!(output.status.code(), Some(1), "{}", command::describe(&output));
}
