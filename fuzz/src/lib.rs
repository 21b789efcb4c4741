//! Generators, oracles and a shrinker for everything that a model may send.
//!
//! ```text
//! Choices -> Vocabulary -> traces of calls -> NativeSession -> oracle -> shrink
//! ```
//!
//! All choices come from one place ([`Choices`]): a seed for plain tests and `sparring fuzz`, the
//! fuzzer's bytes for the targets in `cargo-fuzz/`. The same seed gives the same calls on every
//! machine. Nothing here knows about wasm: [`NativeSession`] runs the guest's function natively,
//! and whoever has an engine compares it with that.
//!
//! ```
//! use sparring_fuzz::{Choices, NativeSession, Vocabulary, oracle, sample, trace};
//! use sparring_guest::step::Settings;
//!
//! let image = sample::image();
//! let vocabulary = Vocabulary::of(sample::view(&image), "/testbed");
//! let calls = trace::realistic(&mut Choices::seeded(1), &vocabulary, "openhands", 5);
//! let mut session = NativeSession::new(&image, Settings::default());
//! for call in &calls {
//!     let observation = session.step(call).expect("never a fault");
//!     oracle::check("openhands", &observation).expect("a typed answer within its caps");
//! }
//! ```

mod choices;
mod command_line;
pub mod hostile;
pub mod malformed;
mod native;
pub mod oracle;
pub mod sample;
mod shrink;
mod surface;
pub mod targets;
pub mod trace;
mod vocabulary;

pub use choices::Choices;
pub use command_line::command_line;
pub use native::{Fault, NativeSession};
pub use shrink::shrink;
pub use trace::Call;
pub use vocabulary::{TextFile, Vocabulary};
