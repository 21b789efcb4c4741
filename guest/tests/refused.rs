//! What a container without a network and without a person at the keys answers, and that it is
//! labelled so. The texts are those of curl 7.88, Wget 1.21, apt 2.6, git 2.39 and bash 5.2 in Debian
//! 12 with no network.

use sparring_guest::machine::Provenance;
use sparring_guest::step::{RawCall, Settings, StepInput, StepOutput, step};
use sparring_tree::image::{FileFacts, write};
use sparring_tree::{TreeBuilder, TreeLimits};

/// Runs a command line; what it printed, its exit status and its label.
fn run(line: &str) -> (String, Option<i32>, Provenance) {
    let tree = TreeBuilder::new(TreeLimits::default()).finish().expect("an empty tree is good");
    let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
    let settings = Settings { profile: "plain".into(), ..Settings::default() };
    let settings = postcard::to_allocvec(&settings).expect("settings serialise");
    let arguments = serde_json::json!({ "command": line }).to_string();
    let call = RawCall { tool: "bash", arguments: &arguments };
    let input = StepInput { settings: &settings, base: &[], state: &[], call, blobs: Vec::new(), effects: Vec::new() };
    let answer = step(&write(&tree, &facts), &postcard::to_allocvec(&input).expect("the input serialises"));
    match postcard::from_bytes(&answer).expect("the answer reads back") {
        StepOutput::Done { observation, .. } => (observation.text, observation.exit_code, observation.provenance),
        other => panic!("{other:?}"),
    }
}

#[test]
fn refused_programs_answer_and_are_labelled() {
    let wget = "--2025-01-15 12:00:00--  http://e.com/x\nResolving e.com (e.com)... failed: Temporary failure in name \
                resolution.\nwget: unable to resolve host address ‘e.com’\n";
    let lists = "Reading package lists...\nBuilding dependency tree...\nReading state information...\n";
    for (line, text, status) in [
        ("curl -sS https://e.com/x", "curl: (6) Could not resolve host: e.com\n".to_owned(), 6),
        ("curl -s http://u:p@e.com:81/x?y", String::new(), 6),
        (
            "curl -fsSL http://localhost:8000/",
            "curl: (7) Failed to connect to localhost port 8000 after 0 ms: Couldn't connect to server\n".into(),
            7,
        ),
        ("curl -s -o /dev/null -w '%{http_code}\\n' e.com", "000\n".into(), 6),
        ("wget e.com/x", wget.into(), 4),
        ("wget -nv -O made http://e.com; ls", "wget: unable to resolve host address ‘e.com’\nmade\n".into(), 0),
        (
            "apt-get install -y foo bar=1",
            format!("{lists}E: Unable to locate package foo\nE: Unable to locate package bar\n"),
            100,
        ),
        ("apt-get -qq install foo", "E: Unable to locate package foo\n".into(), 100),
        (
            "git clone https://e.com/a/b",
            "Cloning into 'b'...\nfatal: unable to access 'https://e.com/a/b/': Could not resolve host: e.com\n".into(),
            128,
        ),
        ("sudo ls", "bash: line 1: sudo: command not found\n".into(), 127),
        ("vim a.txt", "bash: line 1: vim: command not found\n".into(), 127),
        ("docker ps | cat", "bash: line 1: docker: command not found\n".into(), 0),
        ("npm install", "bash: line 1: npm: command not found\n".into(), 127),
    ] {
        assert_eq!(run(line), (text, Some(status), Provenance::Refused), "{line}");
    }
}

#[test]
fn background_jobs_run_at_once_and_are_labelled() {
    for (line, text) in [
        ("sleep 100 & echo started; wait; echo done", "started\ndone\n"),
        ("echo job > f & wait $!; cat f", "job\n"),
        ("(false; exit 3) & wait %1; echo $?", "3\n"),
        ("for i in 1 2; do : & done; wait; jobs; echo none", "none\n"),
        ("echo a > f; tail -f f", "a\n"),
    ] {
        assert_eq!(run(line), (text.into(), Some(0), Provenance::Refused), "{line}");
    }
}

#[test]
fn what_is_merely_wrong_is_not_labelled() {
    for line in ["nosuchprogram", "curl", "wget", "echo ok", "ls | less", "apt-get --nope", "git clone"] {
        assert_eq!(run(line).2, Provenance::Exact, "{line}");
    }
    assert_eq!(run("echo a > f; less f; more f; less none").0, "a\na\nnone: No such file or directory\n");
}
