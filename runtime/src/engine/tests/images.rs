//! Many images in few regions, and what an image may be.

use std::thread;

use sparring_tree::layout::{IMAGE_BASE, INPUT_BASE, MAX_INPUT_BYTES};

use super::test_guest::{LOADED, Order, build};
use super::{POLICIES, assert_echoes, engine, image, reopened, step};
use crate::engine::{Engine, EngineConfig, EngineError, ImageHandle, Policy};

#[test]
fn more_images_than_regions() {
    let config = EngineConfig { regions_per_place: 4, ..EngineConfig::default() };
    let engine = Engine::with_guest(&config, &build()).expect("an engine");
    let images: Vec<ImageHandle> = (1..=11).map(|value| image(value, 4096 * usize::from(value))).collect();
    for policy in POLICIES {
        let mut place = engine.place();
        for round in 0..5 {
            for (value, image) in (1_u8..).zip(&images) {
                let last = IMAGE_BASE + image.bytes() - 1;
                let output = step(&mut place, image, policy, &Order::load(last)).expect("a byte");
                assert_eq!(output[LOADED], value, "round {round}");
            }
        }
        assert_eq!(place.regions().expect("wiped regions").count(), 4);
    }
}

#[test]
fn a_longer_image_leaves_nothing_behind_a_shorter_one() {
    let config = EngineConfig { regions_per_place: 1, ..EngineConfig::default() };
    let engine = Engine::with_guest(&config, &build()).expect("an engine");
    let (long, short, empty) = (image(3, 100_000), image(4, 10), image(0, 0));
    for policy in POLICIES {
        let mut place = engine.place();
        for next in [&short, &empty] {
            let output = step(&mut place, &long, policy, &Order::load(IMAGE_BASE + 99_999)).expect("a byte");
            assert_eq!(output[LOADED], 3);
            let behind = IMAGE_BASE + next.bytes().next_multiple_of(4096);
            let error = step(&mut place, next, policy, &Order::load(behind)).expect_err("a trap");
            assert!(matches!(error, EngineError::Trap { .. }));
        }
    }
}

#[test]
fn a_longer_image_is_refused_than_its_file() {
    let file = tempfile::tempfile().expect("a temporary file");
    assert!(matches!(ImageHandle::new(file, 1), Err(EngineError::ImageLength { bytes: 1 })));
    let file = tempfile::tempfile().expect("a temporary file");
    file.set_len(3 << 30).expect("a sparse file");
    assert!(matches!(ImageHandle::new(file, 3 << 30), Err(EngineError::ImageLength { .. })));
}

#[test]
fn a_large_image_is_mapped_up_to_its_end() {
    let file = tempfile::tempfile().expect("a temporary file");
    file.set_len(2000 << 20).expect("a sparse file");
    let image = reopened(file, 2000 << 20);
    let mut place = engine().place();
    step(&mut place, &image, Policy::Strict, &Order::load(IMAGE_BASE + (2000 << 20) - 1)).expect("a byte");
}

#[test]
fn inputs_of_any_length_come_back() {
    let engine = engine();
    let image = image(1, 5000);
    for policy in POLICIES {
        let mut place = engine.place();
        for bytes in [0, 1, 4095, 3 << 20, 10] {
            let sent = vec![0; bytes];
            let came = place.run(&image, policy, |input| input.write(&sent), <[u8]>::to_vec);
            assert_eq!(came.expect("an echo"), sent);
        }
        let refused = place.run(
            &image,
            policy,
            |input| {
                input.write(&[0; 10]);
                for _ in 0..=MAX_INPUT_BYTES >> 24 {
                    input.write(&vec![0; 1 << 24]);
                }
                input.write(&[0; 10]);
            },
            |_| (),
        );
        assert!(matches!(refused, Err(EngineError::InputTooLong { limit: MAX_INPUT_BYTES })));
        assert_echoes(&mut place, &image, policy);
    }
}

#[test]
fn places_work_side_by_side() {
    let engine = engine();
    let image = image(9, 1 << 20);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut place = engine.place();
                for round in 0..500_u32 {
                    let policy = POLICIES[round as usize % 2];
                    let order = Order::load(IMAGE_BASE + round * 2000);
                    let output = step(&mut place, &image, policy, &order).expect("a byte");
                    assert_eq!(output[LOADED], 9);
                    let clean = step(&mut place, &image, policy, &Order::load(INPUT_BASE + 50));
                    assert_eq!(clean.expect("a byte")[LOADED], 0);
                }
            });
        }
    });
}
