//! A thousand random sequences of edits each: OpenHands' editor beside the real one (openhands-aci,
//! where `SPARRING_ACI_PYTHON` names an interpreter that has it), Anthropic's and SWE-agent's beside
//! a model of them in Python that was written apart from the guest.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sparring_fuzz::{Call, Choices, NativeSession};
use sparring_guest::step::Settings;
use sparring_tree::image::{FileFacts, write};
use sparring_tree::{Node, TreeBuilder, TreeLimits};

const SEQUENCES: u64 = 1000;
const CALLS: usize = 14;

/// Files that every sequence starts from.
const FILES: [(&str, &str); 8] = [
    ("a.py", "import os\n\n\ndef first(x):\n\treturn x\n\n\ndef second(x):\n\treturn x\n\n\nclass Third:\n    pass\n"),
    ("b.txt", "one\ntwo\nthree"),
    ("crlf.txt", "one\r\ntwo\r\n\r\nfour\r\n"),
    ("blank", "\n\n\n"),
    ("package/c.py", "x = 1\ny = 2\nx = 1\n"),
    ("package/inner/d.py", "größe = \"µ\"\n# naïve\n"),
    ("package/inner/deep/e.py", "pass\n"),
    (".hidden/f.py", "pass\n"),
];

/// Lines of which texts are made.
const LINES: [&str; 9] = ["x = 1", "\treturn x", "    pass", "", "def f(a):", "# größe", "two", "a\tb\tc", "  y"];

struct Sequence {
    root: PathBuf,
    calls: Vec<Value>,
}

fn text(choices: &mut Choices<'_>) -> String {
    let lines: Vec<&str> = (0..choices.between(1, 4)).map(|_| choices.pick(&LINES)).collect();
    let end = if choices.percent(60) { "\n" } else { "" };
    lines.join("\n") + end
}

fn call(choices: &mut Choices<'_>, root: &Path, has_undo: bool) -> Value {
    let inside = |name: &str| root.join(name).to_str().expect("UTF-8").to_owned();
    let names: Vec<&str> = FILES.iter().map(|(name, _)| *name).chain(["new.py", "package/new.py"]).collect();
    let path = match choices.below(20) {
        0 => "a.py".to_owned(),
        1 => inside("none.py"),
        2 => inside("package"),
        _ => inside(choices.pick(&names)),
    };
    match choices.below(10) {
        0 => {
            json!({ "command": "view", "path": inside(choices.pick(&["", "package", "package/inner"])).trim_end_matches('/') })
        }
        1 => json!({ "command": "view", "path": path }),
        2 => {
            let (first, last) = (choices.below(9) as i64, choices.below(14) as i64 - 1);
            json!({ "command": "view", "path": path, "view_range": [first, last] })
        }
        3 => json!({ "command": "create", "path": path, "file_text": text(choices) }),
        4 => json!({ "command": "insert", "path": path, "insert_line": choices.below(10), "new_str": text(choices) }),
        5 if has_undo => json!({ "command": "undo_edit", "path": path }),
        _ => {
            let old = match choices.below(3) {
                0 => choices.pick(&LINES[..3]).to_owned(),
                1 => text(choices),
                _ => choices
                    .pick(&["import os\n", "def second", "two\nthree", "class Third:\n    pass", " two ", "x"])
                    .to_owned(),
            };
            json!({ "command": "str_replace", "path": path, "old_str": old, "new_str": text(choices) })
        }
    }
}

/// Makes the files of a sequence and its calls; every file is looked at in the end.
fn sequence(folder: &Path, seed: u64, has_undo: bool) -> Sequence {
    let root = folder.join(seed.to_string());
    for (name, content) in FILES {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a new folder");
        std::fs::write(path, content).expect("a new file");
    }
    let mut choices = Choices::seeded(seed);
    let mut calls: Vec<Value> = (0..CALLS).map(|_| call(&mut choices, &root, has_undo)).collect();
    calls.extend(FILES.iter().map(|(name, _)| json!({ "command": "view", "path": root.join(name).to_str() })));
    Sequence { root, calls }
}

fn image() -> Vec<u8> {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    for (name, content) in FILES {
        let node = Node::File { executable: false, content: content.as_bytes().into() };
        builder.insert(name.as_bytes().to_vec(), node).expect("good paths");
    }
    let tree = builder.finish().expect("a tree");
    let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
    write(&tree, &facts)
}

/// The answers of the other side, one list a sequence.
fn others(python: &str, script: &str, flavor: &str, sequences: &[Sequence]) -> Vec<Vec<String>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editor").join(script);
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the interpreter starts");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let answers = sequences.iter().map(|sequence| {
        let job = json!({ "root": sequence.root.to_str(), "flavor": flavor, "calls": sequence.calls });
        writeln!(input, "{job}").expect("it listens");
        let line = output.next().expect("it answers").expect("UTF-8");
        serde_json::from_str(&line).expect("a list of texts")
    });
    let answers = answers.collect();
    drop(input);
    assert!(child.wait().expect("it ends").success());
    answers
}

/// The one place that compares.
fn check(profile: &str, tool: &str, python: &str, script: &str) {
    let folder = std::env::temp_dir().join(format!("sparring-editors-{}-{profile}", std::process::id()));
    let has_undo = profile != "anthropic";
    let sequences: Vec<Sequence> = (0..SEQUENCES).map(|seed| sequence(&folder, seed, has_undo)).collect();
    let real = others(python, script, profile, &sequences);
    let image = image();
    let (mut calls, mut edits, mut differing) = (0, 0, Vec::new());
    for (seed, (sequence, real)) in sequences.iter().zip(&real).enumerate() {
        let root = sequence.root.to_str().expect("UTF-8").to_owned();
        let settings = Settings { profile: profile.into(), root, ..Settings::default() };
        let mut session = NativeSession::new(&image, settings);
        for (call, real) in sequence.calls.iter().zip(real) {
            let answer = session.step(&Call::new(tool, call)).expect("an observation").text;
            let answer =
                answer.strip_prefix("OBSERVATION:\n").and_then(|text| text.strip_suffix('\n')).unwrap_or(&answer);
            calls += 1;
            edits += usize::from(real.contains("has been edited"));
            if answer != real {
                differing.push(format!("{profile}, sequence {seed}: {call}\n--- other\n{real}\n--- here\n{answer}"));
                break;
            }
        }
    }
    let _removed = std::fs::remove_dir_all(&folder);
    println!("{profile}: {SEQUENCES} sequences, {calls} calls, {edits} edits, {} differ", differing.len());
    assert!(edits as u64 > SEQUENCES / 2, "too few edits prove little");
    assert!(differing.is_empty(), "{} sequences differ; the first:\n{}", differing.len(), differing[0]);
}

#[test]
fn openhands_edits_as_the_real_editor_does() {
    match std::env::var("SPARRING_ACI_PYTHON") {
        Ok(python) if !python.is_empty() => check("openhands", "str_replace_editor", &python, "real.py"),
        _ => {
            println!(
                "SKIPPED: OpenHands' editor beside the real one: SPARRING_ACI_PYTHON names no interpreter that has \
                      openhands-aci 0.3.3 (it needs Python 3.12; .ci/run makes one where there is)"
            );
        }
    }
}

#[test]
fn anthropic_edits_as_the_model_of_it_does() {
    check("anthropic-20250124", "str_replace_editor", "python3", "model.py");
    check("anthropic", "str_replace_based_edit_tool", "python3", "model.py");
}

#[test]
fn swe_agent_edits_as_the_model_of_it_does() {
    check("swe-agent-editor", "str_replace_editor", "python3", "model.py");
}
