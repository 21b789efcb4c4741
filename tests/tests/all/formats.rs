//! Every serialised format carries a version, and its bytes do not change without it.
//!
//! Each format has a golden file with the version and the bytes of a fixed example. With
//! `SPARRING_BLESS=1` a golden file is written anew, but only when the version has changed too: to
//! change the bytes of a format, raise its version first.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use sparring_fuzz::Call;
use sparring_guest::machine::{EffectChange, EffectResult, Provenance};
use sparring_guest::profile;
use sparring_guest::step::{STATE_VERSION, SessionState, Settings, Status};
use sparring_guest::workspace::VirtualPath;
use sparring_runtime::dataset::{
    EndReason, Function, MANIFEST_VERSION, Manifest, Message, RECORD_VERSION, Record, RecordStep, ToolCall,
};
use sparring_runtime::effect::Recorded;
use sparring_runtime::engine::Policy;
use sparring_runtime::image::Image;
use sparring_runtime::session::SAVE_VERSION;
use sparring_tasks::task::TASK_VERSION;
use sparring_tasks::verdict::Evidence;
use sparring_tasks::{Verdict, function_localization, task};
use sparring_tests::world;
use sparring_tree::image::IMAGE_VERSION;
use sparring_tree::{BlobId, Change, Content, Digest, Mode, Node, Overlay, Tree, TreeBuilder, TreeLimits};

/// Compares an example's text with its golden file. The one place that reads and writes them.
fn check(name: &str, version: u32, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{name}.txt"));
    let found = format!("version {version}\n{text}\n");
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    if golden == found {
        return;
    }
    let has_same_version = golden.lines().next() == found.lines().next();
    if std::env::var_os("SPARRING_BLESS").is_some_and(|value| !value.is_empty()) && !has_same_version {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(&path, found).expect("the golden file can be written");
        return;
    }
    assert!(!has_same_version, "the format `{name}` has changed and is still version {version}: raise it\n{found}");
    panic!("`{name}` is now version {version}: look at the change, then run `cargo xtask bless`\n{found}");
}

fn hex(bytes: &[u8]) -> String {
    let lines: Vec<String> =
        bytes.chunks(40).map(|line| line.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
    lines.join("\n")
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("plain data")
}

/// A tree with one of everything.
fn tree() -> Tree {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    let mut put = |path: &str, node| builder.insert(path.as_bytes().to_vec(), node).expect("a good path");
    let python = "def double(number):\n    \"\"\"Return twice the number that was given, whatever it is.\"\"\"\n    \
                  total = number + number\n    return total\n";
    put("a.py", Node::File { executable: false, content: python.as_bytes().into() });
    put("bin/run", Node::File { executable: true, content: (&b"#!/bin/sh\r\n\xff\n"[..]).into() });
    put("bin/link", Node::Link { target: (&b"../a.py"[..]).into() });
    put("empty", Node::File { executable: false, content: (&b""[..]).into() });
    builder.finish().expect("a tree")
}

#[test]
fn the_image() {
    let image = Image::build(&tree()).expect("an image");
    let header = &image.bytes()[..256];
    assert_eq!(header[8..12], IMAGE_VERSION.to_le_bytes(), "the version stands in the header");
    let text = format!("{} bytes, {}\n{}", image.len(), Digest::of("golden", image.bytes()), hex(header));
    check("image", IMAGE_VERSION, &text);
}

#[test]
fn the_state() {
    for name in profile::NAMES {
        let mut overlay = Overlay::new();
        overlay.set(b"testbed/a.py", Change::Removed);
        overlay.set(b"testbed/new", Change::Directory { mode: Mode::DIRECTORY, hides: true });
        let content = Content::of_blob(BlobId(3), b"one\ntwo\n");
        overlay.set(b"testbed/new/file", Change::File { mode: Mode::FILE, content });
        overlay.set(b"tmp/link", Change::Link { target: b"/testbed".to_vec() });
        let profile = profile::find(name).expect("a profile of ours");
        let state = SessionState::new(profile.initial_state(&VirtualPath::lexical(b"/testbed")), overlay);
        let bytes = state.encode();
        assert_eq!(bytes[0], STATE_VERSION);
        assert_eq!(SessionState::decode(&bytes).as_ref(), Some(&state));
        let newer = [&[STATE_VERSION + 1], &bytes[1..]].concat();
        assert_eq!(SessionState::decode(&newer), None, "another version is refused");
        check(&format!("state_{name}"), u32::from(STATE_VERSION), &hex(&bytes));
    }
}

#[test]
fn the_saved_session() {
    let image = Arc::new(Image::build(&tree()).expect("an image"));
    let mut session = world::on(&image, Settings { profile: "bash".into(), ..Settings::default() });
    let call = Call::shell("bash", "mkdir new; echo one > new/file; rm empty; ln -s a.py link");
    world::step(&mut session, &mut world::stepper(Policy::Resident), &call);
    let bytes = session.save().expect("bytes");
    check("saved_session", SAVE_VERSION, &hex(&bytes));
    let mut newer = bytes.clone();
    newer[0] = SAVE_VERSION as u8 + 1;
    sparring_runtime::session::Session::restore(session.base().clone(), &newer).expect_err("another version");
}

fn effect() -> EffectResult {
    EffectResult {
        request: Digest::of("golden", b"request"),
        output: vec![(false, b"out\n".to_vec()), (true, b"err \xff\n".to_vec())],
        status: 3,
        changes: vec![
            EffectChange::Write { path: b"testbed/x".to_vec(), bytes: b"x\n".to_vec() },
            EffectChange::Remove { path: b"testbed/y".to_vec() },
            EffectChange::Directory { path: b"testbed/z".to_vec() },
        ],
        provenance: Provenance::Recorded,
    }
}

#[test]
fn the_recorded_line() {
    let recorded = Recorded::default();
    recorded.record(Digest::of("golden", b"key"), effect());
    let mut line = Vec::new();
    recorded.write(&mut line).expect("memory");
    let line = String::from_utf8(line).expect("JSON");
    let value: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    let version = value["version"].as_u64().expect("a version") as u32;
    check("recorded", version, line.trim_end());
    assert_eq!(Recorded::default().read(Cursor::new(line)).expect("our own line"), 1);
}

#[test]
fn the_record() {
    let message = |role: &str, content: &str| Message {
        role: role.into(),
        content: content.into(),
        tool_calls: Vec::new(),
        tool_call_id: None,
    };
    let function = Function { name: "execute_bash".into(), arguments: "{\"command\": \"ls\"}".into() };
    let call = ToolCall { id: "call_0".into(), kind: "function".into(), function };
    let record = Record {
        version: RECORD_VERSION,
        id: "task#0".into(),
        task: "task".into(),
        sample: 0,
        policy: "scripted".into(),
        messages: vec![
            message("user", "Find it."),
            Message { tool_calls: vec![call], ..message("assistant", "") },
            Message { tool_call_id: Some("call_0".into()), ..message("tool", "a.py\n") },
        ],
        steps: vec![RecordStep {
            digest: Digest::of("golden", b"step"),
            status: Status::Ok,
            exit_code: Some(0),
            provenance: Provenance::Exact,
            elapsed_ns: 1234,
            effects: vec![effect()],
        }],
        end_reason: EndReason::MaxSteps,
        reward: Some(0.5),
        verdict: Verdict::Scored {
            value: 0.5,
            evidence: vec![Evidence { check: "there".into(), passed: false, detail: "it is not".into() }],
        },
        diff: "diff --git a/a.py b/a.py\n".into(),
        files: Digest::of("golden", b"files"),
    };
    let text = json(&record);
    assert_eq!(serde_json::from_str::<Record>(&text).expect("a record"), record);
    check("record", RECORD_VERSION, &text);
}

#[test]
fn the_manifest() {
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        source: "/somewhere".into(),
        commit: Some("main".into()),
        tree: Digest::of("golden", b"tree"),
        profile: "openhands".into(),
        policy: "oracle".into(),
        sessions: 10,
        max_steps: 50,
        guest: "0".repeat(64),
        sparring: "0.1.0".into(),
    };
    check("manifest", MANIFEST_VERSION, &json(&manifest));
}

#[test]
fn the_task() {
    let source = task::Source::of("/somewhere", None, &tree());
    let options = function_localization::Options { count: 1, seed: 1, ..function_localization::Options::default() };
    let generated = function_localization::generate(&tree(), &source, &options);
    let task = generated.tasks.first().unwrap_or_else(|| panic!("no task: {:?}", generated.skipped));
    assert_eq!(task.version, TASK_VERSION);
    // The form alone: a prompt's wording may change without a new version.
    let mut task = task.clone();
    task.prompt = "Find it.".into();
    check("task", TASK_VERSION, &json(&task));
}
