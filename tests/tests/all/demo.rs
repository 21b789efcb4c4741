//! `sparring demo` on a small tree: the bounds of the rewards, the cache, the one JSON object.

use sparring_tests::{command, tree_files};

#[test]
fn the_oracle_finds_all_and_doing_nothing_finds_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = folder.path().join("tree");
    std::fs::create_dir(&tree).expect("a folder");
    tree_files::directory(&tree);
    // Functions of one name, which the scripted policy can tell apart only by looking at each; it
    // looks at six. They also make this an image that no other test has put into the cache.
    for number in 0..60 {
        let source = format!(
            "def process(values):\n    \"\"\"Change the values as step number {number} of the whole pipeline asks \
             for.\"\"\"\n    changed = [value + {number} for value in values]\n    return changed\n"
        );
        std::fs::write(tree.join(format!("package/step_{number:02}.py")), source).expect("a file");
    }
    let tree = tree.to_str().expect("UTF-8");
    let output = |name: &str| folder.path().join(name).to_str().expect("UTF-8").to_owned();
    let run = |name: &str| {
        command::json(&["demo", tree, "--sessions", "300", "--tasks", "100", "--json", "-o", &output(name)])
    };
    let first = run("first");
    assert_eq!(first["image_cached"], false);
    assert_eq!(first["tasks"], 100, "{first}");
    let mean = |policy: &str| first["policies"][policy]["summary"]["mean_reward"].as_f64().expect("a mean");
    assert_eq!(mean("oracle"), 1.0);
    assert_eq!(mean("noop"), 0.0);
    assert!(mean("scripted") > 0.0 && mean("scripted") < 1.0, "{}", mean("scripted"));
    for policy in ["oracle", "noop", "scripted"] {
        let part = &first["policies"][policy];
        assert_eq!(part["summary"]["rollouts"], 300, "{part}");
        assert_eq!(part["summary"]["void"], 0, "{part}");
        let dataset = part["dataset"].as_str().expect("a folder");
        let lines =
            std::fs::read_to_string(format!("{dataset}/trajectories.jsonl")).expect("a dataset").lines().count();
        assert_eq!(lines, 300);
        command::succeed(&["replay", dataset]);
    }
    assert!(first["peak_memory_bytes"].as_u64().is_some_and(|bytes| bytes > 0));

    let second = run("second");
    assert_eq!(second["image_cached"], true);
    assert_eq!(second["tree"], first["tree"]);
    let scripted = &second["policies"]["scripted"]["summary"];
    assert_eq!(scripted["mean_reward"], first["policies"]["scripted"]["summary"]["mean_reward"]);
    assert_eq!(scripted["steps"], first["policies"]["scripted"]["summary"]["steps"]);
}

#[test]
fn a_tree_that_is_not_there_is_bad_usage() {
    let output = command::sparring(&["demo", "/no/such/tree"]).output().expect("the command runs");
    assert_eq!(output.status.code(), Some(2), "{}", command::describe(&output));
    let output = command::sparring(&["demo", "--json"]).env("PATH", "/nowhere").output().expect("the command runs");
    assert_eq!(output.status.code(), Some(2), "{}", command::describe(&output));
    assert!(String::from_utf8_lossy(&output.stderr).contains("sparring demo PATH"), "{}", command::describe(&output));
}
