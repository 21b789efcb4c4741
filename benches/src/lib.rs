//! What the benches share: an engine, and a subject of a size that suits a quick run.

use std::sync::{Arc, OnceLock};

use sparring_runtime::bench::{Subject, generated_tree};
use sparring_runtime::engine::{Engine, EngineConfig, Policy};
use sparring_runtime::image::Image;
use sparring_runtime::session::Stepper;

/// Bytes of the tree that steps are timed on, unless `SPARRING_BENCH_BYTES` says otherwise.
const SUBJECT_BYTES: usize = 64 << 20;

/// Both policies and their names.
pub const POLICIES: [(&str, Policy); 2] = [("strict", Policy::Strict), ("resident", Policy::Resident)];

/// The engine of this process.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(&EngineConfig::default()).expect("the guest compiles"))
}

/// A stepper of its own, with nothing warm in it.
pub fn stepper(policy: Policy) -> Stepper {
    Stepper::new(engine(), policy, Arc::default())
}

/// The subject of a generated tree, made once.
pub fn subject() -> &'static Subject {
    static SUBJECT: OnceLock<Subject> = OnceLock::new();
    SUBJECT.get_or_init(|| {
        let asked = std::env::var("SPARRING_BENCH_BYTES").ok();
        let bytes = asked.map_or(SUBJECT_BYTES, |text| text.parse().expect("SPARRING_BENCH_BYTES is a number"));
        small_subject(bytes, 1)
    })
}

/// A subject of so many bytes, in memory.
pub fn small_subject(bytes: usize, seed: u64) -> Subject {
    let tree = generated_tree(bytes, seed).expect("the tree is within its limits");
    Subject::new(Arc::new(Image::build(&tree).expect("there is memory"))).expect("the tree has what is measured")
}
