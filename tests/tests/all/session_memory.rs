//! What an idle session costs, in bytes that are counted.

use serde_json::json;
use sparring_fuzz::Call;
use sparring_runtime::engine::Policy;
use sparring_tests::world::{session, shell, step, stepper};

/// Three steps as the design counts them: look, replace ten lines of a large file, look again.
const STEPS: usize = 6 << 10;

#[test]
fn a_session_that_has_not_stepped_shares_everything() {
    let session = session("openhands");
    assert!(session.private_bytes() < 200, "{}", session.private_bytes());
}

#[test]
fn three_steps_cost_a_few_kilobytes() {
    let mut stepper = stepper(Policy::Resident);
    let mut session = session("openhands");
    shell(&mut session, &mut stepper, "cd /testbed && sed -n '1,20p' data/table.csv");
    // A file of 60 KB that belongs to the session.
    let line = "0123456789 the quick brown fox jumps over the lazy dog, line after line after line";
    let text: String = (1..=700).map(|number| format!("{line} {number}\n")).collect();
    let create = json!({ "command": "create", "path": "/testbed/large.txt", "file_text": text });
    step(&mut session, &mut stepper, &Call::new("str_replace_editor", &create));
    let large = session.private_bytes();
    assert!(large > 50_000, "{large}: the file is the session's own");

    // A fork shares it, and so does an edit of ten lines in it.
    let mut fork = session.fork();
    assert!(fork.private_bytes() < 200, "{}: a fork costs nothing until it steps", fork.private_bytes());
    let old: String = (101..=110).map(|number| format!("{line} {number}\n")).collect();
    let new: String = (101..=110).map(|number| format!("replaced {number}\n")).collect();
    let arguments = json!({ "command": "str_replace", "path": "/testbed/large.txt", "old_str": old, "new_str": new });
    let edited = step(&mut fork, &mut stepper, &Call::new("str_replace_editor", &arguments)).observation;
    assert!(edited.text.contains("replaced 105"), "{}", edited.text);
    shell(&mut fork, &mut stepper, "sed -n '100,112p' large.txt");
    assert!(fork.private_bytes() < STEPS, "{} bytes after three steps", fork.private_bytes());
}

#[test]
fn reading_costs_nothing() {
    let mut stepper = stepper(Policy::Resident);
    let mut session = session("bash");
    let before = session.private_bytes();
    for command in ["cat data/table.csv", "grep -rn def .", "find . -type f | wc -l", "ls -laR"] {
        shell(&mut session, &mut stepper, command);
    }
    assert_eq!(session.private_bytes(), before);
}

#[test]
fn what_is_undone_is_given_back() {
    let mut stepper = stepper(Policy::Resident);
    let mut session = session("bash");
    let untouched = session.files_digest().expect("files");
    shell(&mut session, &mut stepper, "cat data/table.csv data/table.csv > made; sed -i 's/a/b/g' data/table.csv");
    assert!(session.private_bytes() > 10_000);
    shell(&mut session, &mut stepper, "rm made; git checkout data/table.csv");
    assert!(session.private_bytes() < 1000, "{}", session.private_bytes());
    assert_eq!(session.files_digest().expect("files"), untouched);
}
