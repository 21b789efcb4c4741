//! What a step costs beside its work: an empty call on images of 64 MiB, by policy and number of images.
//!
//! `cargo run --release -p sparring-runtime --example engine_latency`

use std::error::Error;
use std::time::Instant;

use sparring_runtime::engine::{Engine, EngineConfig, ImageHandle, Place, Policy};

const IMAGE_BYTES: u64 = 64 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let engine = Engine::new(&EngineConfig::default())?;
    for (name, policy) in [("strict", Policy::Strict), ("resident", Policy::Resident)] {
        for images in [1, 16, 64, 256] {
            let images = (0..images).map(|_| sparse_image()).collect::<Result<Vec<_>, _>>()?;
            let mut place = engine.place();
            for image in &images {
                step(&mut place, image, policy)?;
            }
            let mut times = Vec::new();
            for image in images.iter().cycle().take(20_000) {
                let start = Instant::now();
                step(&mut place, image, policy)?;
                times.push(start.elapsed());
            }
            times.sort_unstable();
            let micros = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1e6;
            println!("{name:8} {:3} images: median {:6.2} us, p99 {:6.2} us", images.len(), micros(50), micros(99));
        }
    }
    Ok(())
}

fn step(place: &mut Place, image: &ImageHandle, policy: Policy) -> Result<usize, Box<dyn Error>> {
    Ok(place.run(image, policy, |input| input.write(b"nothing to do"), <[u8]>::len)?)
}

fn sparse_image() -> Result<ImageHandle, Box<dyn Error>> {
    let file = tempfile::tempfile()?;
    file.set_len(IMAGE_BYTES)?;
    Ok(ImageHandle::new(file, IMAGE_BYTES)?)
}
