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

#[test]
fn swe_smith() {
    check("swe-smith", &[bash("ls"), bash("cat nosuch"), ("submit", json!({})), ("submit", json!({}))]);
}

#[test]
fn bash_1() {
    check(
        "bash-1",
        &[
            bash("ls && false"),
            bash("cat data/table.csv data/table.csv"),
            ("bash", json!({})),
            bash("echo MINI_SWE_AGENT_FINAL_OUTPUT; echo patch; false"),
        ],
    );
}

#[test]
fn cwm() {
    let edit = |block: &str| ("edit", json!({ "block": block }));
    let block = |path: &str, old: &str, new: &str| {
        edit(&format!("{path}\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE"))
    };
    check(
        "cwm",
        &[
            ("create", json!({ "block": "n.py\ndef f(a):\n    return a\n\n\ndef g(a):\n    return a\n" })),
            ("create", json!({ "block": "n.py\nx" })),
            ("create", json!({ "block": "no/where.py\nx" })),
            ("create", json!({ "block": "" })),
            block("n.py", "def f(a):", "def f(a, b):\n    # both"),
            block("n.py", "    return a", "    return b"),
            block("n.py", "return b", "x"),
            block("n.py", "nothing of it", "x"),
            block("gone.py", "a", "b"),
            edit("n.py"),
            edit(&"n.py\n<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n".repeat(2)),
            bash("cd data && ls; nosuch"),
            block("../n.py", "def g(a)", "def h(a)"),
            bash("git diff > /tmp/p; head -1 /tmp/p"),
            ("submit", json!({ "path": "/tmp/none" })),
            ("submit", json!({ "path": "table.csv" })),
            bash("git add -A; git diff --cached > /tmp/p"),
            ("submit", json!({ "path": "/tmp/p" })),
            ("view", json!({})),
        ],
    );
}

#[test]
fn r2e_gym() {
    let edit = |arguments: Value| ("file_editor", arguments);
    let run = |command: &str| ("execute_bash", json!({ "cmd": command }));
    check(
        "r2e-gym",
        &[
            edit(json!({ "command": "view", "path": "/testbed/package" })),
            edit(json!({ "command": "view", "path": "/testbed/README.md" })),
            edit(json!({ "command": "create", "path": "/testbed/n.py", "file_text":
                "class A:\n    \"\"\"a\n    b\n    c\n    d\n    \"\"\"\n    def f(self):\n        x = 1\n\ty = 2\n        z = 3\n        return x\n" })),
            edit(json!({ "command": "view", "path": "/testbed/n.py", "view_range": "[2, 4]" })),
            edit(json!({ "command": "view", "path": "/testbed/n.py", "view_range": [40, 50] })),
            edit(json!({ "command": "view", "path": "/testbed/n.py", "concise": true })),
            edit(
                json!({ "command": "str_replace", "path": "/testbed/n.py", "old_str": "\ty = 2", "new_str": "        y = 2" }),
            ),
            edit(json!({ "command": "view", "path": "/testbed/n.py", "concise": "True" })),
            edit(json!({ "command": "str_replace", "path": "/testbed/n.py", "old_str": "q", "new_str": "" })),
            edit(json!({ "command": "str_replace", "path": "/testbed/n.py", "old_str": "    ", "new_str": "" })),
            edit(json!({ "command": "insert", "path": "/testbed/n.py", "insert_line": 1, "new_str": "    w = 0" })),
            edit(json!({ "command": "insert", "path": "/testbed/n.py", "insert_line": 99, "new_str": "" })),
            edit(json!({ "command": "undo_edit", "path": "/testbed/n.py" })),
            edit(json!({ "command": "undo_edit", "path": "/testbed/README.md" })),
            edit(json!({ "command": "dance", "path": "/testbed/n.py" })),
            edit(json!({ "command": "view", "path": "/testbed/none.py" })),
            ("search", json!({ "search_term": "def merge_0" })),
            ("search", json!({ "search_term": "merge", "path": "/testbed/package/merge_0.py" })),
            ("search", json!({ "search_term": "nowhere to be found", "path": "package" })),
            ("search", json!({ "search_term": "x", "path": "none" })),
            run("ls; nosuch"),
            run("cd data"),
            run("seq 100"),
            run("echo one"),
            ("browser", json!({})),
            ("finish", json!({ "command": "submit", "result": "done" })),
        ],
    );
}

#[test]
fn codex() {
    let run = |command: &str| ("shell_command", json!({ "command": command }));
    let patch = |inner: &str| ("apply_patch", json!({ "input": format!("*** Begin Patch\n{inner}\n*** End Patch") }));
    check(
        "codex",
        &[
            run("ls && false"),
            ("shell_command", json!({ "command": "pwd", "workdir": "/testbed/data" })),
            ("shell_command", json!({ "command": "pwd", "workdir": "none" })),
            patch("*** Add File: new/a.py\n+def f(a):\n+    return a\n+\n+def g(a):\n+    return a"),
            patch("*** Update File: new/a.py\n@@ def g(a):\n-    return a\n+    return -a"),
            patch(
                "*** Update File: new/a.py\n*** Move to: new/b.py\n@@\n def f(a):\n-    return a  \n+    return a + 1",
            ),
            run("cat new/b.py"),
            patch("*** Update File: new/b.py\n@@ class A:\n-x\n+y"),
            patch("*** Update File: new/b.py\n@@\n-x\n-z\n+y"),
            patch("*** Update File: new/none.py\n@@\n-x\n+y"),
            patch("*** Delete File: new/none.py"),
            patch("*** Rename File: x"),
            ("apply_patch", json!({ "input": "*** Begin" })),
            run("apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: new/b.py\n@@\n+end\n*** End Patch\nEOF"),
            run("cd new && apply_patch '*** Begin Patch\n*** Delete File: b.py\n*** End Patch'; ls"),
            run("apply_patch x"),
            run("cat data/table.csv data/table.csv"),
            ("apply_patch", json!({})),
            ("browser", json!({})),
        ],
    );
}

#[test]
fn kimi_dev() {
    let path = "package/merge_0.py";
    check(
        "kimi-dev",
        &[
            ("open_file", json!({ "path": "data/table.csv", "line_number": 250, "context_lines": 6 })),
            ("goto_line", json!({ "n": 3 })),
            ("scroll_down", json!({})),
            ("scroll_up", json!({})),
            ("goto_line", json!({ "n": 9999 })),
            ("search_file", json!({ "term": "25,merge" })),
            ("search_dir", json!({ "term": "def merge_0" })),
            ("find_file", json!({ "name": "merge_*.py" })),
            ("open_file", json!({ "path": path, "context_lines": 4 })),
            ("goto_class_or_func", json!({ "name": "nothing" })),
            ("insert", json!({ "path": path, "insert_line": 0, "new_str": "import os\n" })),
            ("str_replace", json!({ "path": path, "old_str": "import os\n", "new_str": "import sys\n" })),
            ("str_replace", json!({ "path": path, "old_str": "not there", "new_str": "" })),
            ("insert", json!({ "path": path, "insert_line": 9999, "new_str": "" })),
            ("open_file", json!({ "path": "none.py" })),
            ("open_file", json!({})),
            ("bash", json!({ "command": "ls" })),
            ("stop", json!({})),
        ],
    );
}

#[test]
fn openhands_sdk() {
    let run = |command: &str| ("terminal", json!({ "command": command }));
    let mut calls = edits("file_editor");
    let tasks =
        json!([{ "title": "look", "status": "done" }, { "title": "edit", "notes": "carefully", "status": "todo" }]);
    calls.extend([
        run("ls; nosuch"),
        run("cd data"),
        run("pwd"),
        run("echo a\necho b"),
        run(""),
        ("terminal", json!({ "command": "pwd", "reset": true })),
        ("terminal", json!({ "command": "", "reset": true })),
        ("terminal", json!({ "command": "y", "is_input": true })),
        ("task_tracker", json!({ "command": "view" })),
        ("task_tracker", json!({ "command": "plan", "task_list": tasks })),
        ("task_tracker", json!({ "command": "view" })),
        ("glob", json!({ "pattern": "merge_*.py" })),
        ("glob", json!({ "pattern": "/testbed/package/**/split_*.py" })),
        ("glob", json!({ "pattern": "*.py", "path": "/none" })),
        ("grep", json!({ "pattern": "DEF MERGE_0" })),
        ("grep", json!({ "pattern": "def merge", "include": "*_12.py", "path": "/testbed/package" })),
        ("grep", json!({ "pattern": "nowhere to be found" })),
        ("think", json!({ "thought": "hm" })),
        ("grep", json!({})),
        ("browser", json!({})),
        ("finish", json!({ "message": "done" })),
    ]);
    check("openhands-sdk", &calls);
}
