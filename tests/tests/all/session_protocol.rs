//! `sparring session` as any language sees it: lines in, lines out, over a directory, a git commit
//! and a source distribution.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use sparring_tests::{command, need, tree_files};

/// A running `sparring session`.
struct Talk {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Talk {
    fn start(repository: &Path, more: &[&str]) -> Self {
        let mut arguments = vec!["session", "--repo", repository.to_str().expect("a path in UTF-8")];
        arguments.extend(more);
        let mut child = command::sparring(&arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        Self { child, input, output }
    }

    /// Sends a line and reads the answer to it.
    fn line(&mut self, line: &[u8]) -> Value {
        let input = self.input.as_mut().expect("an open input");
        input.write_all(line).and_then(|()| input.write_all(b"\n")).expect("it listens");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("it answers");
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer:?}"))
    }

    fn say(&mut self, value: &Value) -> Value {
        self.line(value.to_string().as_bytes())
    }

    fn bash(&mut self, command: &str) -> Value {
        self.say(&json!({ "tool": "execute_bash", "arguments": { "command": command } }))
    }

    /// Closes the input; the command must end well.
    fn end(mut self) {
        self.input = None;
        assert!(self.child.wait().expect("it ends").success());
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.input = None;
        // Already ended, unless the test failed in between.
        let _ended = self.child.wait();
    }
}

fn text(answer: &Value) -> &str {
    answer["observation"].as_str().unwrap_or_else(|| panic!("no observation in {answer}"))
}

/// What every answer to a call has.
fn check_step(answer: &Value, status: &str, step: u64) {
    assert_eq!(answer["status"], status, "{answer}");
    assert_eq!(answer["step"], step, "{answer}");
    assert!(answer["observation"].is_string() && answer["provenance"].is_string(), "{answer}");
    assert!(answer["step_us"].is_number() && answer["digest"].is_string(), "{answer}");
    assert!(answer["exit_code"].is_null() || answer["exit_code"].is_i64(), "{answer}");
}

#[test]
fn one_conversation_over_three_kinds_of_source() {
    if !need::program("git") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let plain = folder.path().join("plain");
    let repository = folder.path().join("repository");
    let archive = folder.path().join("sample-1.0.tar.gz");
    for path in [&plain, &repository] {
        std::fs::create_dir(path).expect("a folder");
        tree_files::directory(path);
    }
    tree_files::source_distribution(&archive);
    tree_files::commit(&repository, "first");
    let tagged = Command::new("git").args(["tag", "first"]).current_dir(&repository).status();
    assert!(tagged.is_ok_and(|status| status.success()));
    // What is not in the commit is not in the session, whatever lies in the work tree.
    std::fs::write(repository.join("later.txt"), "later").expect("a file");
    tree_files::commit(&repository, "second");
    std::fs::write(repository.join("README.md"), "changed").expect("a file");
    // What git would leave out of a directory is left out.
    std::fs::write(plain.join("left_out.pyc"), "bytes").expect("a file");

    let mut conversations = Vec::new();
    for (path, more) in [(&plain, &[][..]), (&repository, &["--commit", "first"]), (&archive, &[])] {
        let mut talk = Talk::start(path, more);
        let mut answers = Vec::new();
        for (index, command) in [
            "ls -a",
            "cat README.md data/up",
            "find . | sort",
            "sed -i 's/LIMIT/BOUND/' tools/*.py",
            "git diff | head -20",
        ]
        .into_iter()
        .enumerate()
        {
            let answer = talk.bash(command);
            check_step(&answer, "ok", index as u64 + 1);
            answers.push((text(&answer).to_owned(), answer["digest"].clone()));
        }
        assert!(answers[0].0.contains("README.md") && !answers[0].0.contains("later"), "{answers:?}");
        assert!(answers[2].0.contains("./data/ünïcode näme.txt") && !answers[2].0.contains("pyc"), "{answers:?}");
        let diff = talk.say(&json!({ "control": "diff" }));
        answers.push((diff["diff"].as_str().expect("a diff").to_owned(), Value::Null));
        conversations.push(answers);
        talk.end();
    }
    assert_eq!(conversations[0], conversations[1], "a directory and a commit");
    assert_eq!(conversations[0], conversations[2], "a directory and a source distribution");
}

#[test]
fn controls_answer_as_the_design_says() {
    let folder = tempfile::tempdir().expect("a folder");
    tree_files::directory(folder.path());
    let mut talk = Talk::start(folder.path(), &[]);

    let tools = talk.say(&json!({ "control": "tools" }));
    assert_eq!((&tools["control"], &tools["ok"]), (&json!("tools"), &json!(true)));
    let names: Vec<&str> =
        tools["tools"].as_array().expect("tools").iter().filter_map(|tool| tool["function"]["name"].as_str()).collect();
    assert_eq!(names, ["execute_bash", "str_replace_editor", "think", "finish"]);

    let first = talk.bash("echo one > made.txt; echo done");
    check_step(&first, "ok", 1);
    assert_eq!((&first["exit_code"], &first["provenance"]), (&json!(0), &json!("exact")));
    let diff = talk.say(&json!({ "control": "diff" }));
    assert_eq!(diff["ok"], true);
    assert!(diff["diff"].as_str().is_some_and(|diff| diff.contains("+one") && diff.contains("b/made.txt")), "{diff}");

    // A fork goes its own way, and the first session does not notice.
    assert_eq!(talk.say(&json!({ "control": "fork", "as": "b" }))["ok"], true);
    let taken = talk.say(&json!({ "control": "fork", "as": "b" }));
    assert!(taken["ok"] == false && taken["error"].is_string(), "{taken}");
    let main = talk.say(&json!({ "control": "fork", "as": "main" }));
    assert_eq!(main["ok"], false, "{main}");
    assert_eq!(talk.say(&json!({ "control": "use", "session": "b" }))["ok"], true);
    let forked = talk.bash("cat made.txt; rm made.txt");
    check_step(&forked, "ok", 2);
    assert!(text(&forked).contains("one"));
    let gone = talk.say(&json!({ "control": "diff" }));
    assert_eq!(gone["diff"], "");
    assert_eq!(talk.say(&json!({ "control": "use", "session": "main" }))["ok"], true);
    let kept = talk.bash("cat made.txt");
    check_step(&kept, "ok", 2);
    assert!(text(&kept).contains("one"), "{kept}");
    assert_eq!(talk.say(&json!({ "control": "use", "session": "nobody" }))["ok"], false);

    // Finishing ends this session and no other.
    let finished = talk.say(&json!({ "control": "finish" }));
    assert_eq!(finished["ok"], true);
    assert!(finished["diff"].as_str().is_some_and(|diff| diff.contains("+one")), "{finished}");
    assert!(finished["digest"].is_string());
    check_step(&talk.bash("ls"), "finished", 2);
    assert_eq!(talk.say(&json!({ "control": "finish" }))["ok"], false);
    assert_eq!(talk.say(&json!({ "control": "use", "session": "b" }))["ok"], true);
    check_step(&talk.bash("ls"), "ok", 3);
    // The agent's own way to finish.
    let last = talk.say(&json!({ "tool": "finish", "arguments": { "message": "bye" } }));
    check_step(&last, "finished", 4);
    assert_eq!(talk.bash("ls")["status"], "finished");
    talk.end();
}

#[test]
fn an_element_of_tool_calls_is_a_call() {
    let folder = tempfile::tempdir().expect("a folder");
    tree_files::directory(folder.path());
    let mut talk = Talk::start(folder.path(), &["--profile", "bash", "--root", "/srv/tree"]);
    for arguments in [json!("{\"command\": \"pwd\"}"), json!({ "command": "pwd" })] {
        let call =
            json!({ "id": "call_1", "type": "function", "function": { "name": "bash", "arguments": arguments } });
        let answer = talk.say(&call);
        assert_eq!(answer["status"], "ok");
        assert_eq!(text(&answer), "<returncode>0</returncode>\n<output>\n/srv/tree\n</output>");
    }
    talk.end();
}

#[test]
fn a_line_that_is_no_call_is_answered_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    tree_files::directory(folder.path());
    let mut talk = Talk::start(folder.path(), &[]);
    let before = talk.bash("true");
    let deep = [b"{\"tool\": ".as_slice(), &b"[".repeat(200_000)].concat();
    let long = [b"{\"tool\": \"".as_slice(), &b"x".repeat(17 << 20), b"\"}"].concat();
    let lines: [&[u8]; 16] = [
        b"nonsense",
        b"{",
        b"[]",
        b"1",
        b"null",
        b"\"ls\"",
        b"{}",
        b"{\"tool\": 5}",
        b"{\"tool\": null}",
        b"{\"function\": {}}",
        b"{\"function\": \"ls\"}",
        b"\xff\xfe",
        b"{\"tool\": \"a\"} {\"tool\": \"b\"}",
        b"\x00",
        &deep,
        &long,
    ];
    for line in lines {
        let answer = talk.line(line);
        let shown = String::from_utf8_lossy(&line[..line.len().min(40)]).into_owned();
        assert_eq!(answer["status"], "bad_call", "{shown}: {answer}");
        assert_eq!(answer["step"], 1, "{shown}");
        assert!(answer["observation"].as_str().is_some_and(|text| text.len() < 1000), "{shown}");
    }
    for control in [json!(1), json!(null), json!("explode"), json!(["diff"])] {
        let answer = talk.say(&json!({ "control": control }));
        assert!(answer["ok"] == false && answer["error"].is_string(), "{answer}");
    }
    for control in ["fork", "use"] {
        assert_eq!(talk.say(&json!({ "control": control }))["ok"], false);
    }
    // A call that the profile refuses is a step like any other.
    check_step(&talk.say(&json!({ "tool": "no_such_tool" })), "bad_call", 2);
    check_step(&talk.say(&json!({ "tool": "execute_bash", "arguments": "{\"command\": " })), "bad_call", 3);
    let after = talk.bash("true");
    check_step(&after, "ok", 4);
    assert_eq!(after["digest"], before["digest"]);
    talk.end();
}

#[test]
fn bad_usage_is_exit_status_two() {
    for arguments in [
        &["session", "--repo", "/no/such/place"][..],
        &["session"],
        &["session", "--repo", "src", "--profile", "nobody"],
        &["session", "--repo", "src", "--root", "relative"],
        &["fuzz", "nobody"],
        &["nonsense"],
    ] {
        let output = command::sparring(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .output()
            .expect("the command runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", command::describe(&output));
        assert!(!output.stderr.is_empty(), "{arguments:?} says why");
    }
}
