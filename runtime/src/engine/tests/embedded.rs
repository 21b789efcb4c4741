//! The guest that this crate was built with.

use super::{POLICIES, image};
use crate::engine::{Engine, EngineConfig};

fn engine() -> Engine {
    Engine::new(&EngineConfig::default()).expect("an engine")
}

#[test]
fn it_imports_nothing_and_exports_one_function() {
    let engine = engine();
    let module = engine.module();
    assert_eq!(module.imports().len(), 0);
    let mut exports: Vec<&str> = module.exports().map(|export| export.name()).collect();
    exports.sort_unstable();
    assert_eq!(exports, ["memory", "stack_low", "step"]);
}

#[test]
fn its_panics_reach_the_host() {
    let engine = engine();
    let mut region = engine.region().expect("a region");
    region.input().finish(0).expect("no input");
    region.spoil_version();
    let mut instance = engine.instantiate(&region).expect("an instance");
    instance.step().expect_err("a panic");
    let text = region.panic_text().expect("a text");
    assert!(text.contains("the host speaks another version"), "{text}");
    assert!(text.contains("guest/src/abi_unsafe.rs:"), "{text}");
}

#[test]
fn both_policies_agree_on_nonsense() {
    let engine = engine();
    let image = image(0, 4096);
    for call in [&b""[..], b"\0", b"nonsense", &[0xFF; 1000]] {
        let answers = POLICIES.map(|policy| {
            let answer = engine.place().run(&image, policy, |input| input.write(call), <[u8]>::to_vec);
            answer.map_err(|error| error.to_string())
        });
        assert_eq!(answers[0], answers[1]);
    }
}
