//! What one session has written, no other session sees: 10,000 reuses of the same memory, also
//! after steps that were stopped or lost. The engine's own tests look at the memory itself;
//! this one asks as an agent would.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use sparring_fuzz::Call;
use sparring_guest::limits::Limits;
use sparring_guest::step::Status;
use sparring_runtime::effect::{Effects, Predicted, Refused};
use sparring_runtime::engine::{Engine, EngineConfig, EngineError};
use sparring_runtime::session::{Session, StepError, Stepper};
use sparring_tests::world::{self, POLICIES, limited, session, step};

const REUSES: usize = 10_000;

/// A text that stands nowhere else, another one each round.
fn canary(round: usize) -> String {
    format!("CANARY{:016x}", (round as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// Everything that an agent could look at.
const PROBES: [&str; 3] = [
    "env; set; alias; declare -p; pwd; echo \"$SECRET ${LIST[@]} $OLDPWD $_ $!\"; ls -la / /tmp /root /testbed",
    "find / -newer /testbed/setup.cfg; cat /tmp/* /testbed/made* /root/* 2>&1; git status; history",
    "grep -r CANARY /testbed /tmp /root; head -c 20000 /dev/urandom | grep -c CANARY; x=; echo \"$x\"",
];

/// A session that must not know any canary.
fn probe(profile: &str, stepper: &mut Stepper, round: usize, canary: &str) {
    let mut session = session(profile);
    let observation = step(&mut session, stepper, &Call::shell(profile, PROBES[round % PROBES.len()])).observation;
    assert!(!observation.text.contains("CANARY"), "round {round}: {}", observation.text);
    let state = session.save().expect("bytes");
    assert!(!state.windows(6).any(|window| window == b"CANARY"), "round {round}: {canary} in the state");
}

/// A session that writes its canary wherever it can.
fn write(profile: &str, stepper: &mut Stepper, canary: &str) {
    let mut session = session(profile);
    let command = format!(
        "export SECRET={canary}; LIST=({canary} b); alias c='echo {canary}'; f() {{ echo {canary}; }}; \
         echo {canary} > /tmp/{canary}; printf '{canary}%.0s' {{1..50}} > made; cat made | sort | grep -o {canary} | wc -l"
    );
    let observation = step(&mut session, stepper, &Call::shell(profile, &command)).observation;
    assert_eq!(observation.status, Status::Ok, "{}", observation.text);
    assert!(observation.text.contains("50"), "{}", observation.text);
    let state = session.save().expect("bytes");
    assert!(state.windows(canary.len()).any(|window| window == canary.as_bytes()), "the canary was written");
}

#[test]
fn nothing_is_seen_in_ten_thousand_reuses() {
    for policy in POLICIES {
        let mut stepper = world::stepper(policy);
        for round in 0..REUSES / 2 {
            let canary = canary(round);
            let profile = world::PROFILES[round % 2];
            write(profile, &mut stepper, &canary);
            probe(profile, &mut stepper, round, &canary);
        }
    }
}

#[test]
fn nothing_is_seen_after_a_budget_stop() {
    let limits = Limits { shell_steps: 200, ..Limits::default() };
    for policy in POLICIES {
        let mut stepper = world::stepper(policy);
        for round in 0..500 {
            let canary = canary(round);
            let profile = world::PROFILES[round % 2];
            let mut session = limited(profile, limits.clone());
            let command = format!("export SECRET={canary}; while :; do x=\"$x{canary}\"; echo $x >> /tmp/made; done");
            let observation = step(&mut session, &mut stepper, &Call::shell(profile, &command)).observation;
            assert_eq!(observation.status, Status::Limit);
            assert!(!observation.text.contains(&canary));
            assert!(session.changes().expect("changes").is_empty(), "a stopped step leaves nothing");
            probe(profile, &mut stepper, round, &canary);
        }
    }
}

#[test]
fn nothing_is_seen_after_the_backstop() {
    let config = EngineConfig { step_deadline: Duration::from_millis(40), ..EngineConfig::default() };
    let engine = Engine::new(&config).expect("an engine");
    let limits = Limits { shell_steps: u64::MAX, scan_bytes: u64::MAX, pipe_bytes: u64::MAX, ..Limits::default() };
    for policy in POLICIES {
        let mut stepper = Stepper::new(&engine, policy, Arc::new(Effects::default()));
        for round in 0..8 {
            let canary = canary(round);
            let mut session = limited("bash", limits.clone());
            let call = Call::shell("bash", &format!("x={canary}; while :; do y=$x; done"));
            let error = session.step(&mut stepper, &call.raw()).expect_err("it never ends by itself");
            assert!(matches!(error, StepError::Engine(EngineError::Backstop)), "{error}");
            // The session is as it was, and answers.
            assert_eq!(session.steps(), 0);
            let observation = step(&mut session, &mut stepper, &Call::shell("bash", "echo $x on")).observation;
            assert!(observation.text.contains("on\n") && !observation.text.contains(&canary));
            probe("bash", &mut stepper, round, &canary);
        }
    }
}

#[test]
fn nothing_is_seen_after_a_step_that_was_lost() {
    // The handler panics in the middle of the step, and the caller catches it.
    let panicking = Predicted::new(|question| {
        let is_fatal = question.request.arguments.iter().any(|argument| argument == b"panic");
        assert!(!is_fatal, "a handler's own fault");
        None
    });
    let effects = Arc::new(Effects::new(vec![Arc::new(panicking), Arc::new(Refused)]));
    for policy in POLICIES {
        let mut stepper = Stepper::new(world::engine(), policy, effects.clone());
        for round in 0..300 {
            let canary = canary(round);
            let mut session: Session = session("openhands");
            let command = format!("export SECRET={canary}; echo {canary} > /tmp/made; python panic {canary}");
            let call = Call::shell("openhands", &command);
            let lost = catch_unwind(AssertUnwindSafe(|| session.step(&mut stepper, &call.raw())));
            assert!(lost.is_err(), "the handler panics");
            assert_eq!(session.steps(), 0);
            let observation = step(&mut session, &mut stepper, &Call::shell("openhands", PROBES[0])).observation;
            assert!(!observation.text.contains(&canary), "the lost step left something: {}", observation.text);
            probe("openhands", &mut stepper, round, &canary);
        }
    }
}
