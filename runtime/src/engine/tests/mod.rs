//! Tests of the engine: most run a small guest of their own, whose input says what it should do.

use std::fs::File;
use std::io::Write as _;

use super::{Engine, EngineConfig, EngineError, ImageHandle, Place, Policy};

mod backstop;
mod bulk;
mod cache;
mod embedded;
mod images;
mod isolation;
mod test_guest;

use test_guest::Order;

const POLICIES: [Policy; 2] = [Policy::Strict, Policy::Resident];

fn engine() -> Engine {
    Engine::with_guest(&EngineConfig::default(), &test_guest::build()).expect("an engine")
}

/// An image of `bytes` bytes, all of one value.
fn image(value: u8, bytes: usize) -> ImageHandle {
    image_of(&vec![value; bytes])
}

fn image_of(bytes: &[u8]) -> ImageHandle {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("room for it");
    reopened(file, bytes.len() as u64)
}

fn reopened(file: File, bytes: u64) -> ImageHandle {
    ImageHandle::new(file, bytes).expect("a short image")
}

/// Runs one step of the test guest and returns its output, which is its input but for one byte that
/// a load may have set.
fn step(place: &mut Place, image: &ImageHandle, policy: Policy, order: &Order) -> Result<Vec<u8>, EngineError> {
    place.run(image, policy, |input| input.write(&order.encode()), <[u8]>::to_vec)
}

fn assert_echoes(place: &mut Place, image: &ImageHandle, policy: Policy) {
    let order = Order::default();
    let output = step(place, image, policy, &order).expect("an echo");
    assert_eq!(output, order.encode());
}
