//! Runs the guest: one pure step at a time, in memory that can reach nothing.
//!
//! An [`Engine`] holds the compiled guest and is shared by all threads. Each thread steps in a
//! [`Place`] of its own, which keeps a bounded number of prepared address spaces, one per image that it
//! served last. A step writes its input, runs, and hands its output to a closure; afterwards no byte of
//! it is left anywhere that another step could read.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use sparring_runtime::engine::{Engine, EngineConfig, ImageHandle, Policy};
//!
//! let engine = Engine::new(&EngineConfig::default())?;
//! let file = std::fs::File::open("some.image")?;
//! let bytes = file.metadata()?.len();
//! let image = ImageHandle::new(file, bytes)?;
//! let mut place = engine.place();
//! let answer = place.run(&image, Policy::Strict, |input| input.write(b"call"), |output| {
//!     output.to_vec()
//! })?;
//! # drop(answer);
//! # Ok(())
//! # }
//! ```

#[path = "cache_unsafe.rs"]
mod cache;
mod config;
mod error;
mod guest;
mod image;
#[path = "memory_unsafe.rs"]
mod memory;
mod place;
#[path = "region_unsafe.rs"]
mod region;
mod shared;
mod watchdog;
#[path = "wipe_unsafe.rs"]
mod wipe;

#[cfg(test)]
mod tests;

pub use config::{EngineConfig, Policy};
pub use error::EngineError;
pub use guest::guest_digest;
pub use image::ImageHandle;
pub use place::Place;
pub use region::InputBuffer;
pub use shared::Engine;
