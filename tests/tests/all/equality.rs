//! Same call, same state, same image: byte-equal observation, on any thread, in any order, under
//! either policy, natively and in wasm. A thousand traces say so.

use std::sync::{Arc, OnceLock};

use sparring_fuzz::{Call, Choices, NativeSession, oracle, sample, trace};
use sparring_guest::step::Status;
use sparring_runtime::batch::{Batch, BatchOptions, Call as BatchCall, SessionId};
use sparring_runtime::engine::Policy;
use sparring_runtime::image::{Image, ImageCache};
use sparring_runtime::session::{Session, Stepper};
use sparring_tests::world::{self, PROFILES, digest, session, settings, step, stepper};
use sparring_tree::Digest;

const TRACES: u64 = 1000;
const CALLS: usize = 8;

/// A trace and the digests of its steps, as the reference run gave them.
struct Known {
    profile: &'static str,
    calls: Vec<Call>,
    digests: Vec<Digest>,
}

/// The reference: resident, one thread, in order, never forked.
fn known() -> &'static [Known] {
    static KNOWN: OnceLock<Vec<Known>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut stepper = stepper(Policy::Resident);
        let mut changed = 0;
        let known: Vec<Known> = (0..TRACES)
            .map(|seed| {
                let profile = PROFILES[seed as usize % 2];
                let calls = trace::realistic(&mut Choices::seeded(seed), world::vocabulary(), profile, CALLS);
                let mut session = session(profile);
                let digests = run(&mut session, &mut stepper, &calls);
                changed += usize::from(!session.changes().expect("changes").is_empty());
                Known { profile, calls, digests }
            })
            .collect();
        // Traces that change nothing would prove little.
        assert!(changed > TRACES as usize / 4, "only {changed} traces change files");
        known
    })
}

fn run(session: &mut Session, stepper: &mut Stepper, calls: &[Call]) -> Vec<Digest> {
    let mut steps = Vec::with_capacity(calls.len());
    for call in calls {
        let taken = step(session, stepper, call);
        steps.push(digest(session, &taken));
    }
    steps
}

/// The one place that compares.
fn check(what: &str, seed: usize, known: &Known, found: &[Digest]) {
    let at = known.digests.iter().zip(found).position(|(expected, found)| expected != found);
    if let Some(at) = at {
        panic!("{what}: trace {seed} ({}) differs at step {at}: {:?}", known.profile, known.calls[at]);
    }
    assert_eq!(known.digests.len(), found.len(), "{what}: trace {seed}");
}

#[test]
fn strict_equals_resident() {
    let mut strict = stepper(Policy::Strict);
    for (seed, known) in known().iter().enumerate() {
        check("strict", seed, known, &run(&mut session(known.profile), &mut strict, &known.calls));
    }
}

/// Every profile there is, with calls made from its schemas.
#[test]
fn all_profiles_are_the_same_under_both_policies_and_natively() {
    let (mut strict, mut resident) = (stepper(Policy::Strict), stepper(Policy::Resident));
    let image = sample::image();
    for profile in sparring_guest::profile::NAMES {
        for seed in 0..TRACES / 25 {
            let calls = trace::realistic(&mut Choices::seeded(seed), world::vocabulary(), profile, CALLS);
            let (mut first, mut second) = (session(profile), session(profile));
            let mut native = NativeSession::new(&image, settings(profile));
            for call in &calls {
                let one = step(&mut first, &mut strict, call);
                let other = step(&mut second, &mut resident, call);
                assert_eq!(digest(&first, &one), digest(&second, &other), "{profile}, trace {seed}: {call:?}");
                let reference = native.step(call).unwrap_or_else(|fault| panic!("{profile}: {fault}: {call:?}"));
                if !oracle::is_machine_limit(&one.observation) {
                    assert_eq!(one.observation, reference, "{profile}, trace {seed}: {call:?}");
                }
                oracle::check(profile, &one.observation).unwrap_or_else(|error| panic!("{profile}: {error}: {call:?}"));
            }
        }
    }
}

#[test]
fn threads_and_order_do_not_matter() {
    for (threads, policy) in [(1, Policy::Resident), (2, Policy::Resident), (2, Policy::Strict)] {
        let options = BatchOptions { threads, policy, digests: true, ..BatchOptions::default() };
        let batch = Batch::new(world::engine(), &options).expect("threads");
        let known = known();
        let mut found: Vec<Vec<Digest>> = known.iter().map(|_| Vec::new()).collect();
        let ids: Vec<SessionId> = known.iter().map(|known| batch.insert(session(known.profile))).collect();
        let send = |trace: usize, at: usize| {
            let call = &known[trace].calls[at];
            batch.send(ids[trace], BatchCall::new(&*call.tool, &*call.arguments)).expect("a free session");
        };
        // Always one of the waiting sessions, chosen by a seed: up to 64 are on their way at once.
        let mut choices = Choices::seeded(threads as u64);
        let mut waiting: Vec<usize> = (0..known.len()).collect();
        let mut flying = 0;
        loop {
            while flying < 64 && !waiting.is_empty() {
                let trace = waiting.swap_remove(choices.below(waiting.len()));
                send(trace, found[trace].len());
                flying += 1;
            }
            let Some((id, result)) = batch.recv() else { break };
            flying -= 1;
            let trace = ids.binary_search(&id).expect("a session of ours");
            let taken = result.unwrap_or_else(|error| panic!("trace {trace}: {error}"));
            found[trace].push(taken.digest.expect("digests were asked for"));
            if found[trace].len() < known[trace].calls.len() {
                waiting.push(trace);
            }
        }
        for (seed, (known, found)) in known.iter().zip(&found).enumerate() {
            check(&format!("{threads} threads, {policy:?}"), seed, known, found);
        }
    }
}

#[test]
fn forks_do_not_matter() {
    let mut stepper = stepper(Policy::Resident);
    for (seed, known) in known().iter().enumerate() {
        let mut choices = Choices::seeded(seed as u64);
        let mut session = session(known.profile);
        let mut found = Vec::new();
        for call in &known.calls {
            // The fork goes astray first; then either of the two goes on with the trace.
            let mut other = session.fork();
            let mut same = session.fork();
            step(&mut other, &mut stepper, &trace::call(&mut choices, world::vocabulary(), known.profile));
            let (taken, again) = (step(&mut session, &mut stepper, call), step(&mut same, &mut stepper, call));
            assert_eq!(digest(&session, &taken), digest(&same, &again), "fork: trace {seed}");
            if choices.percent(50) {
                session = same;
            }
            found.push(digest(&session, &taken));
        }
        check("forked", seed, known, &found);
    }
}

#[test]
fn saved_and_restored_sessions_go_on() {
    let mut stepper = stepper(Policy::Resident);
    for (seed, known) in known().iter().enumerate() {
        let mut session = session(known.profile);
        let mut found = Vec::new();
        for call in &known.calls {
            let saved = session.save().expect("bytes");
            session = Session::restore(session.base().clone(), &saved).expect("a session");
            let taken = step(&mut session, &mut stepper, call);
            found.push(digest(&session, &taken));
        }
        check("restored", seed, known, &found);
    }
}

#[test]
fn an_image_built_twice_is_the_same_image() {
    let again = Image::build(&sample::tree()).expect("an image");
    assert_eq!(again.bytes(), world::image().bytes());
    assert_eq!(again.bytes(), sample::image());
    let cache = ImageCache::new(None, 1 << 30).expect("a cache");
    let cached = cache.open_or_build_tree(&sample::tree()).expect("an image");
    assert_eq!(cached.bytes(), again.bytes());
    let mut stepper = stepper(Policy::Resident);
    let images = [Arc::new(again), cached];
    for (seed, known) in known().iter().enumerate() {
        let mut session = world::on(&images[seed % 2], settings(known.profile));
        check("rebuilt image", seed, known, &run(&mut session, &mut stepper, &known.calls));
    }
}

#[test]
fn native_equals_wasm() {
    let mut stepper = stepper(Policy::Resident);
    let image = sample::image();
    for (seed, known) in known().iter().enumerate() {
        let mut session = session(known.profile);
        let mut native = NativeSession::new(&image, settings(known.profile));
        for (at, call) in known.calls.iter().enumerate() {
            let wasm = step(&mut session, &mut stepper, call).observation;
            let observation = native.step(call).unwrap_or_else(|fault| panic!("native: trace {seed}: {fault}"));
            assert_eq!(observation, wasm, "trace {seed} step {at}: {call:?}");
            assert_eq!(native.files_digest().expect("files"), session.files_digest().expect("files"));
            oracle::check(known.profile, &wasm).unwrap_or_else(|error| panic!("{error}: {call:?}"));
            assert_ne!(wasm.status, Status::BadCall, "{call:?}");
        }
    }
}
