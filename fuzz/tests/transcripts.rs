//! One short session of each profile, word for word: what a model reads is a surface that changes
//! only on purpose. `SPARRING_BLESS=1` writes the files anew.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use sparring_fuzz::{Call, NativeSession, sample};
use sparring_guest::step::Settings;

fn check(profile: &str, calls: &[(&str, Value)]) {
    let image = sample::image();
    let mut session = NativeSession::new(&image, Settings { profile: profile.into(), ..Settings::default() });
    let mut text = String::new();
    for (tool, arguments) in calls {
        let observation = session.step(&Call::new(tool, arguments)).expect("an observation");
        let _written = write!(
            text,
            ">>> {tool} {arguments}\n<<< {} {:?}\n{}\n",
            observation.status.name(),
            observation.exit_code,
            observation.text
        );
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts").join(format!("{profile}.txt"));
    if std::env::var_os("SPARRING_BLESS").is_some_and(|value| !value.is_empty()) {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(&path, &text).expect("the transcript can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{profile}");
}

fn bash(command: &str) -> (&'static str, Value) {
    ("bash", json!({ "command": command }))
}

fn windowed() -> Vec<(&'static str, Value)> {
    vec![
        ("open", json!({ "path": "data/table.csv", "line_number": 250 })),
        ("scroll_down", json!({})),
        ("goto", json!({ "line_number": 9999 })),
        ("search_file", json!({ "search_term": "25,merge" })),
        ("search_dir", json!({ "search_term": "def merge_0" })),
        ("find_file", json!({ "file_name": "merge_*.py", "dir": "package" })),
        ("create", json!({ "filename": "new.py" })),
        ("edit", json!({ "start_line": 1, "end_line": 1, "replacement_text": "def f(a):\n    return a" })),
        ("edit", json!({ "start_line": 2, "end_line": 2, "replacement_text": "    return b" })),
        ("edit", json!({ "start_line": 2, "end_line": 2, "replacement_text": "     return a\n   x" })),
        ("open", json!({ "path": "data" })),
        ("open", json!({ "path": "nowhere.py" })),
        ("open", json!({ "file": "a" })),
        bash("cd data && ls"),
        bash("echo 'open"),
        bash("vim x"),
        bash("true"),
        ("submit", json!({})),
    ]
}

#[test]
fn swe_agent() {
    check("swe-agent", &windowed());
}

#[test]
fn swe_agent_06() {
    check("swe-agent-0.6", &windowed());
}

fn edits(tool: &'static str) -> Vec<(&'static str, Value)> {
    vec![
        (tool, json!({ "command": "view", "path": "/testbed/package" })),
        (tool, json!({ "command": "create", "path": "/testbed/n.py", "file_text": "a = 1\n\tb = 2\nc = 3\n" })),
        (tool, json!({ "command": "view", "path": "/testbed/n.py" })),
        (tool, json!({ "command": "view", "path": "/testbed/n.py", "view_range": [2, 9] })),
        (tool, json!({ "command": "view", "path": "/testbed/n.py", "view_range": [2, -1] })),
        (tool, json!({ "command": "str_replace", "path": "/testbed/n.py", "old_str": " = ", "new_str": "=" })),
        (
            tool,
            json!({ "command": "str_replace", "path": "/testbed/n.py", "old_str": "c = 3", "new_str": "c = 4\nd = 5" }),
        ),
        (tool, json!({ "command": "insert", "path": "/testbed/n.py", "insert_line": 1, "new_str": "z = 0" })),
        (tool, json!({ "command": "undo_edit", "path": "/testbed/n.py" })),
        (tool, json!({ "command": "view", "path": "n.py" })),
        (tool, json!({ "command": "create", "path": "/testbed/n.py", "file_text": "" })),
        (tool, json!({ "command": "dance", "path": "/testbed/n.py" })),
    ]
}

#[test]
fn swe_agent_editor() {
    let mut calls = edits("str_replace_editor");
    calls.extend([bash("cat n.py; nosuch"), ("submit", json!({})), ("submit", json!({}))]);
    check("swe-agent-editor", &calls);
}

#[test]
fn anthropic() {
    let mut calls = edits("str_replace_based_edit_tool");
    calls.extend([
        bash("cat n.py"),
        bash("echo out; nosuch"),
        ("bash", json!({ "restart": true })),
        ("bash", json!({})),
    ]);
    check("anthropic", &calls);
}

#[test]
fn anthropic_20250124() {
    check("anthropic-20250124", &edits("str_replace_editor"));
}
