//! A step that overstays loses its memory, and nobody else does.

use std::time::Duration;

use sparring_tree::layout::INPUT_BASE;

use super::test_guest::{Order, build};
use super::{POLICIES, assert_echoes, image, step};
use crate::engine::{Engine, EngineConfig, EngineError};

#[test]
fn an_endless_step_is_stopped() {
    let config = EngineConfig { step_deadline: Duration::from_millis(40), ..EngineConfig::default() };
    let engine = Engine::with_guest(&config, &build()).expect("an engine");
    let image = image(1, 5000);
    for policy in POLICIES {
        let mut place = engine.place();
        for order in [Order::default().then_loop(), Order::fill(INPUT_BASE + 4096, 10_000).then_loop()] {
            assert_echoes(&mut place, &image, policy);
            let before = place.regions().expect("wiped regions").count();
            let error = step(&mut place, &image, policy, &order).expect_err("a stop");
            assert!(matches!(error, EngineError::Backstop), "{error}");
            let left = place.regions().expect("wiped regions").count();
            assert_eq!(left, before - 1, "its memory is not used again");
            assert_echoes(&mut place, &image, policy);
        }
    }
}

#[test]
fn checked_loops_are_stopped_without_touching_memory() {
    let config =
        EngineConfig { step_deadline: Duration::from_millis(40), checked_loops: true, ..EngineConfig::default() };
    let engine = Engine::with_guest(&config, &build()).expect("an engine");
    let image = image(1, 5000);
    for policy in POLICIES {
        let mut place = engine.place();
        assert_echoes(&mut place, &image, policy);
        let error = step(&mut place, &image, policy, &Order::default().then_spin()).expect_err("a stop");
        assert!(matches!(error, EngineError::Backstop), "{error}");
        assert_echoes(&mut place, &image, policy);
    }
}

#[test]
fn short_steps_are_left_alone_for_longer_than_a_deadline() {
    let config = EngineConfig { step_deadline: Duration::from_millis(8), ..EngineConfig::default() };
    let engine = Engine::with_guest(&config, &build()).expect("an engine");
    let image = image(1, 5000);
    let mut place = engine.place();
    let first = engine.deadline();
    let mut steps = 0_u64;
    // Until the watchdog has looked more often than any one step may last.
    while engine.deadline() < first.later(20) {
        assert_echoes(&mut place, &image, POLICIES[steps as usize % 2]);
        steps += 1;
    }
    assert!(steps > 0);
}
