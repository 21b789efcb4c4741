//! Whatever a model writes is answered by an observation: 100,000 malformed calls, no panic, no
//! error, every one typed, and the session answers the next call.

use std::collections::BTreeMap;

use sparring_fuzz::malformed::{self, Expected};
use sparring_fuzz::{Choices, oracle};
use sparring_guest::limits::Limits;
use sparring_guest::step::Status;
use sparring_runtime::engine::Policy;
use sparring_tests::world::{self, limited, shell, step, stepper};

const CALLS: usize = 50_000;
const BATCH: usize = 100;

fn hammer(profile: &str, seed: u64) {
    let mut choices = Choices::seeded(seed);
    let mut stepper = stepper(Policy::Resident);
    // Some of the calls are scripts; they are cut short so that the number of calls is what costs.
    let limits = Limits { shell_steps: 2_000, scan_bytes: 8 << 20, pipe_bytes: 1 << 20, ..Limits::default() };
    let mut seen: BTreeMap<(Expected, &str), usize> = BTreeMap::new();
    for _ in 0..CALLS / BATCH {
        let mut session = limited(profile, limits.clone());
        for _ in 0..BATCH {
            let (call, expected) = malformed::call(&mut choices, world::vocabulary(), profile);
            let before = session.save().expect("bytes");
            let steps = session.steps();
            let observation = step(&mut session, &mut stepper, &call).observation;
            oracle::check(profile, &observation).unwrap_or_else(|error| panic!("{error}: {call:?}"));
            match expected {
                Expected::BadCall => assert_eq!(observation.status, Status::BadCall, "{call:?}"),
                Expected::Limit => assert_eq!(observation.status, Status::Limit, "{} bytes", call.arguments.len()),
                Expected::Typed => {}
            }
            if matches!(observation.status, Status::BadCall | Status::Limit) {
                // Nothing but the number of steps has changed.
                assert_eq!(session.steps(), steps + 1);
                let after = session.save().expect("bytes");
                assert_eq!(after[..after.len() - 2], before[..before.len() - 2], "{call:?}");
            }
            *seen.entry((expected, observation.status.name())).or_default() += 1;
            if session.is_finished() {
                session = limited(profile, limits.clone());
            }
        }
        let probe = shell(&mut session, &mut stepper, "cd /testbed; echo alive $((6 * 7))");
        assert!(probe.contains("alive 42"), "{probe}");
    }
    println!("{profile}: {seen:?}");
    let refused: usize = seen.iter().filter(|((expected, _), _)| *expected == Expected::BadCall).map(|(_, n)| n).sum();
    assert!(refused > CALLS / 2, "{seen:?}");
}

#[test]
fn openhands_answers_malformed_calls() {
    hammer("openhands", 1);
}

#[test]
fn bash_answers_malformed_calls() {
    hammer("bash", 2);
}
