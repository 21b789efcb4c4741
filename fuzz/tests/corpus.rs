//! The fuzzers' corpus as plain tests, and a few thousand random inputs beside it.

use std::path::Path;

use sparring_fuzz::Choices;
use sparring_fuzz::targets::TARGETS;

#[test]
fn every_target_has_a_corpus_and_passes_it() {
    for (name, target) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
        let mut files: Vec<_> =
            std::fs::read_dir(&folder).expect("a corpus").map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{name} has no corpus");
        for file in files {
            target(&std::fs::read(&file).expect("a file"));
        }
    }
}

#[test]
fn every_target_survives_random_bytes() {
    for (at, (_, target)) in TARGETS.iter().enumerate() {
        let mut choices = Choices::seeded(at as u64);
        for _ in 0..300 {
            let bytes: Vec<u8> = (0..choices.between(0, 200)).map(|_| choices.bits() as u8).collect();
            target(&bytes);
        }
    }
}

#[test]
fn every_target_stands_in_the_fuzzers_manifest() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("cargo-fuzz");
    let text = std::fs::read_to_string(manifest.join("Cargo.toml")).expect("a manifest");
    for (name, _) in TARGETS {
        assert!(text.contains(&format!("name = \"{name}\"")), "{name} is missing in the manifest");
        let glue = std::fs::read_to_string(manifest.join(format!("targets/{name}.rs"))).expect("its glue");
        assert!(glue.contains(&format!("targets::{name}(bytes)")), "{name}: {glue}");
    }
}
