//! Every limit of a step: passes at the limit, stops one below with an answer that names it, and
//! the next step does not notice.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use sparring_fuzz::Call;
use sparring_guest::limits::Limits;
use sparring_guest::step::{Observation, Status};
use sparring_runtime::effect::{Effects, Refused};
use sparring_runtime::engine::Policy;
use sparring_runtime::session::Stepper;
use sparring_tests::world::{self, limited, step};

/// A limit and a command that needs some of it. Where what it needs can be counted by hand, that
/// number.
struct Case {
    field: &'static str,
    command: &'static str,
    needs: Option<u64>,
}

const CASES: [Case; 10] = [
    Case { field: "scan_bytes", command: "cat data/table.csv data/long_line.txt | wc -c", needs: None },
    Case { field: "match_steps", command: "grep -c '\\(.\\)\\1' README.md setup.cfg", needs: None },
    Case { field: "memory_bytes", command: "x=$(cat data/long_line.txt); y=$x$x$x; echo ${#y}", needs: None },
    Case { field: "pipe_bytes", command: "printf '%01000d' 0", needs: None },
    Case { field: "shell_steps", command: "for i in 1 2 3 4 5 6 7 8 9; do :; done", needs: None },
    Case { field: "nesting", command: "( ( ( ( ( ( echo $(echo $(echo deep)) ) ) ) ) ) )", needs: None },
    Case { field: "overlay_bytes", command: "printf '%01000d' 0 > made", needs: Some(1000) },
    Case { field: "overlay_files", command: "touch a b c d; mkdir e", needs: Some(5) },
    Case { field: "call_bytes", command: "echo as long as it is", needs: Some(39) },
    Case { field: "effects", command: "python a; python b; python c", needs: Some(3) },
];

fn with(field: &str, value: u64) -> Limits {
    let mut limits = serde_json::to_value(Limits::default()).expect("numbers");
    limits[field] = value.into();
    serde_json::from_value(limits).expect("the same fields")
}

fn fields() -> BTreeSet<String> {
    match serde_json::to_value(Limits::default()).expect("numbers") {
        Value::Object(fields) => fields.keys().cloned().collect(),
        other => panic!("limits are a struct: {other}"),
    }
}

fn stepper() -> Stepper {
    Stepper::new(world::engine(), Policy::Resident, Arc::new(Effects::new(vec![Arc::new(Refused)])))
}

fn run(stepper: &mut Stepper, case: &Case, value: u64) -> Observation {
    step(&mut limited("bash", with(case.field, value)), stepper, &Call::shell("bash", case.command)).observation
}

/// The least value with which the case passes.
fn least(stepper: &mut Stepper, case: &Case) -> u64 {
    let default = serde_json::to_value(Limits::default()).expect("numbers")[case.field].as_u64().expect("a number");
    let (mut fails, mut passes) = (0, default);
    while passes - fails > 1 {
        let middle = fails + (passes - fails) / 2;
        if run(stepper, case, middle).status == Status::Limit { fails = middle } else { passes = middle }
    }
    passes
}

#[test]
fn every_limit_has_a_case() {
    let cases: BTreeSet<String> = CASES.iter().map(|case| case.field.to_owned()).collect();
    assert_eq!(cases, fields());
}

#[test]
fn every_limit_passes_when_met_and_stops_one_below() {
    let mut stepper = stepper();
    for case in &CASES {
        let usual = step(&mut limited("bash", Limits::default()), &mut stepper, &Call::shell("bash", case.command));
        let least = least(&mut stepper, case);
        if let Some(needs) = case.needs {
            assert_eq!(least, needs, "{}", case.field);
        }
        assert!(least > 1, "`{}` does not use any {}", case.command, case.field);
        let met = run(&mut stepper, case, least);
        assert_eq!(met, usual.observation, "{}: at the limit of {least}", case.field);

        let mut session = limited("bash", with(case.field, least - 1));
        let stopped = step(&mut session, &mut stepper, &Call::shell("bash", case.command)).observation;
        assert_eq!(stopped.status, Status::Limit, "{}: one below {least}", case.field);
        assert!(stopped.text.contains(&format!("`{}`", case.field)), "{}", stopped.text);
        assert!(session.changes().expect("changes").is_empty(), "{}: nothing was changed", case.field);
        let again = step(&mut session, &mut stepper, &Call::shell("bash", case.command)).observation;
        assert_eq!(again, stopped, "{}: stops at the same place again", case.field);
        let next = step(&mut session, &mut stepper, &Call::shell("bash", "true")).observation;
        assert_eq!(next.status, Status::Ok, "{}: the next step is answered", case.field);
        let other = step(&mut limited("bash", Limits::default()), &mut stepper, &Call::shell("bash", case.command));
        assert_eq!(other.observation, usual.observation, "{}: the next session is not affected", case.field);
    }
}
