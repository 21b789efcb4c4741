//! Python source that nests as deep as it may, and deeper: it is linted on the guest's small stack, or
//! left alone, and never ends a step.

use serde_json::json;
use sparring_fuzz::Call;
use sparring_guest::step::Status;
use sparring_tests::world::{POLICIES, session, step, stepper};

/// Source around the bounds of the guest's parser.
fn texts() -> Vec<String> {
    let blocks = |count: usize| -> String { (0..count).map(|depth| format!("{}if x:\n", " ".repeat(depth))).collect() };
    let mut texts = Vec::new();
    for count in [60, 79, 95, 150, 3000] {
        let pad = " ".repeat(count.min(79));
        let blocks = blocks(count.min(79));
        for (open, close) in [("(", ")"), ("[", "]"), ("{1: ", "}"), ("f(", ")"), ("f'{", "}'"), ("(-", ")"), ("", "")]
        {
            texts.push(format!("{blocks}{pad}y = {}1{}\n", open.repeat(count), close.repeat(count)));
        }
        for chain in ["-", "not ", "1**", "1+", "a.", "1 if 1 else ", "lambda: ", "await ", "a()."] {
            texts.push(format!("{blocks}{pad}y = {}a\n", chain.repeat(count)));
        }
    }
    texts.push(blocks(500));
    texts.push("class A:\n".repeat(500));
    texts.push("x = [\n".repeat(500));
    texts
}

#[test]
fn deep_source_is_no_fault() {
    for policy in POLICIES {
        let mut stepper = stepper(policy);
        let mut session = session("swe-agent");
        let created = step(&mut session, &mut stepper, &Call::new("create", &json!({ "filename": "deep.py" })));
        assert_eq!(created.observation.status, Status::Ok);
        for text in texts() {
            let edit = json!({ "start_line": 1, "end_line": 100_000, "replacement_text": text });
            let observation = step(&mut session, &mut stepper, &Call::new("edit", &edit)).observation;
            assert_eq!(observation.status, Status::Ok, "{:.200}: {:.300}", text, observation.text);
        }
    }
}
