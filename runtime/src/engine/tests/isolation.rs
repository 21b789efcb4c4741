//! No byte of a step survives it, and a stray access is an error, not the end of the process.

use sparring_tree::layout::{ARENA_BASE, IMAGE_BASE, INPUT_BASE, STACK_BYTES, STATIC_BASE};

use super::test_guest::{LOADED, MUTABLE_BASE, Order, SECRET, STATIC_END};
use super::{POLICIES, assert_echoes, engine, image, step};
use crate::engine::{EngineError, Place, Policy};

/// Past everything that the tests below write.
const ARENA_CHECKED: usize = 4 << 20;

fn assert_fresh(place: &mut Place, arena_bytes: usize) {
    for region in place.regions().expect("wiped regions") {
        for (found, fresh) in region.writable(arena_bytes) {
            let (head, zeros) = found.split_at(fresh.len());
            assert!(head == fresh, "static data is as it was built");
            // In chunks, since this runs ten thousand times.
            let (chunks, rest) = zeros.as_chunks::<64>();
            let clean = chunks.iter().all(|chunk| *chunk == [0; 64]) && rest.iter().all(|byte| *byte == 0);
            assert!(clean, "a byte of a step is left");
        }
    }
}

#[test]
fn nothing_survives_ten_thousand_steps() {
    let engine = engine();
    let image = image(1, 5000);
    let mut place = engine.place();
    let secrets = [
        Order::fill(0, STACK_BYTES),
        Order::fill(MUTABLE_BASE, STATIC_END - MUTABLE_BASE),
        Order::fill(INPUT_BASE + 4096, 10_000),
        // Beyond what is wiped by hand.
        Order::fill(ARENA_BASE + (1 << 20) - 5000, 20_000),
    ];
    for round in 0..10_000 {
        let policy = POLICIES[round % 2];
        step(&mut place, &image, policy, &secrets[round / 2 % secrets.len()]).expect("a filled memory");
        let far = if round % 100 == 0 { ARENA_CHECKED } else { 64 << 10 };
        assert_fresh(&mut place, far);
    }
    let whole = (IMAGE_BASE - ARENA_BASE) as usize;
    assert_fresh(&mut place, whole);
    assert_eq!(place.regions().expect("wiped regions").count(), 1);
}

/// Strict steps' regions wait for each other before the kernel wipes them.
#[test]
fn no_step_sees_a_region_that_waits() {
    let engine = engine();
    let image = image(1, 5000);
    let mut place = engine.place();
    let places = [100, MUTABLE_BASE, INPUT_BASE + 4096, ARENA_BASE + (900 << 10), ARENA_BASE + (3 << 20)];
    for round in 0..1000 {
        let address = places[round % places.len()];
        let fresh = if address == MUTABLE_BASE { 0x22 } else { 0 };
        // Twice with the same policy, so that both kinds of step follow both kinds.
        let policy = POLICIES[round / 2 % 2];
        let seen = step(&mut place, &image, policy, &Order::load(address)).expect("a byte");
        assert_eq!(seen[LOADED], fresh, "{address:#x} in round {round}");
        step(&mut place, &image, policy, &Order::fill(address, 4096)).expect("a filled memory");
    }
}

#[test]
fn a_strict_step_is_reset_up_to_the_arenas_end() {
    let engine = engine();
    let image = image(1, 5000);
    let mut place = engine.place();
    // At the very end of the arena.
    step(&mut place, &image, Policy::Strict, &Order::fill(IMAGE_BASE - 100, 100)).expect("a filled memory");
    assert_fresh(&mut place, (IMAGE_BASE - ARENA_BASE) as usize);
}

#[test]
fn nothing_survives_a_fault() {
    let engine = engine();
    let image = image(1, 5000);
    for policy in POLICIES {
        let mut place = engine.place();
        for order in [
            Order::fill(INPUT_BASE + 4096, 10_000).then_panic(),
            Order::fill(0, STACK_BYTES).then_panic(),
            Order::fill(IMAGE_BASE - 100, 200),
        ] {
            assert_echoes(&mut place, &image, policy);
            step(&mut place, &image, policy, &order).expect_err("a fault");
            assert_echoes(&mut place, &image, policy);
            assert_fresh(&mut place, ARENA_CHECKED);
        }
    }
}

#[test]
fn nothing_survives_a_closure_that_panics() {
    let engine = engine();
    let image = image(1, 5000);
    for policy in POLICIES {
        let mut place = engine.place();
        for inside_write in [true, false] {
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                place.run(
                    &image,
                    policy,
                    |input| {
                        input.write(&Order::default().encode());
                        input.write(&[SECRET; 100_000]);
                        assert!(!inside_write, "on purpose");
                    },
                    |_| panic!("on purpose"),
                )
            }));
            assert!(caught.is_err());
            assert_echoes(&mut place, &image, policy);
            assert_fresh(&mut place, ARENA_CHECKED);
        }
    }
}

#[test]
fn stray_accesses_trap() {
    let engine = engine();
    let image = image(1, 5000);
    let last_static_page = STATIC_END.next_multiple_of(4096);
    let holes = [last_static_page, ARENA_BASE - 1, IMAGE_BASE + 8192, u32::MAX];
    let constants = [STATIC_BASE, MUTABLE_BASE - 1, IMAGE_BASE, IMAGE_BASE + 4999];
    for policy in POLICIES {
        let mut place = engine.place();
        for address in holes {
            let error = step(&mut place, &image, policy, &Order::load(address)).expect_err("a trap");
            assert!(matches!(error, EngineError::Trap { .. }), "{address:#x}: {error}");
            assert_echoes(&mut place, &image, policy);
        }
        for address in constants.into_iter().chain(holes) {
            let error = step(&mut place, &image, policy, &Order::fill(address, 1)).expect_err("a trap");
            assert!(matches!(error, EngineError::Trap { .. }), "{address:#x}: {error}");
            assert_echoes(&mut place, &image, policy);
        }
        for (address, value) in
            [(STATIC_BASE, 0x11), (MUTABLE_BASE, 0x22), (IMAGE_BASE + 4999, 1), (IMAGE_BASE + 5000, 0)]
        {
            let output = step(&mut place, &image, policy, &Order::load(address)).expect("a byte");
            assert_eq!(output[LOADED], value, "{address:#x}");
        }
    }
}

#[test]
fn faults_say_what_they_are() {
    let engine = engine();
    let image = image(1, 5000);
    for policy in POLICIES {
        let mut place = engine.place();
        let mut fails = |order: Order| step(&mut place, &image, policy, &order).expect_err("a fault");
        let panicked = fails(Order::default().then_panic());
        assert!(matches!(panicked, EngineError::Panic { text } if text == "boom"));
        assert!(matches!(fails(Order::default().then_run_out_of_memory()), EngineError::ArenaExhausted));
        let output = fails(Order::default().then_name_a_bad_output());
        assert!(matches!(output, EngineError::Output { address: 0xFFFF_FFFC, .. }));
    }
}
