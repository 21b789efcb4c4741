//! What a fuzzer calls: bytes in, a panic for a bug. The targets in `cargo-fuzz/` are these
//! functions under their names, and the corpus runs through them as plain tests.

use std::sync::OnceLock;

use sparring_guest::limits::Limits;
use sparring_guest::profile::NAMES;
use sparring_guest::step::Settings;
use sparring_tree::ImageView;

use crate::{Call, Choices, NativeSession, Vocabulary, hostile, malformed, oracle, sample, trace};

/// A target and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets. The corpus of each lies in `corpus/NAME`.
pub const TARGETS: [Target; 5] =
    [("arguments", arguments), ("image", image), ("input", input), ("script", script), ("trace", trace)];

/// The bytes are a call's arguments as a model wrote them, to every tool of every profile.
pub fn arguments(bytes: &[u8]) {
    let arguments = String::from_utf8_lossy(bytes).into_owned();
    for profile in NAMES {
        let tools = crate::surface::of(profile).tools.iter().map(|tool| tool.name.clone());
        for tool in tools.chain([String::new()]) {
            answer(profile, &[Call { tool, arguments: arguments.clone() }]);
        }
    }
}

/// The bytes are a script for the shell of every profile; a second step sees what it left.
pub fn script(bytes: &[u8]) {
    let script = String::from_utf8_lossy(bytes).into_owned();
    for profile in NAMES {
        answer(profile, &[Call::shell(profile, &script), Call::shell(profile, "echo $? $_; ls -la; git diff")]);
    }
}

/// The bytes are the choices of the generators: realistic, malformed and hostile calls.
pub fn trace(bytes: &[u8]) {
    let mut choices = Choices::of_bytes(bytes);
    let profile = choices.pick(&NAMES);
    let vocabulary = Vocabulary::of(sample::view(sample_image()), "/testbed");
    let mut calls = Vec::new();
    while !choices.is_exhausted() && calls.len() < 16 {
        calls.push(match choices.below(4) {
            0 | 1 => trace::call(&mut choices, &vocabulary, profile),
            2 => malformed::call(&mut choices, &vocabulary, profile).0,
            _ => Call::shell(profile, &hostile::script(&mut choices, &vocabulary)),
        });
    }
    answer(profile, &calls);
}

/// The bytes are what a host sends: the guest answers, whatever they are.
pub fn input(bytes: &[u8]) {
    let output = sparring_guest::step(sample_image(), bytes);
    assert!(!output.is_empty(), "every input has an answer");
}

/// The bytes are an image's file: refused, or readable to its end.
pub fn image(bytes: &[u8]) {
    let _refused = ImageView::validate(bytes);
    let Ok(view) = ImageView::parse(bytes) else { return };
    for entry in (0..view.entry_count().min(1000)).filter_map(|index| view.entry(index)) {
        let _found = view.lookup(entry.path());
        let _read = (entry.kind(), entry.mode(), entry.content().len(), entry.line_start(3), entry.parent().index());
    }
}

fn sample_image() -> &'static [u8] {
    static IMAGE: OnceLock<Vec<u8>> = OnceLock::new();
    IMAGE.get_or_init(sample::image)
}

/// Takes the calls in a session of small budgets; every answer must be typed and within its caps.
fn answer(profile: &str, calls: &[Call]) {
    let limits = Limits {
        scan_bytes: 1 << 20,
        match_steps: 20_000,
        pipe_bytes: 256 << 10,
        shell_steps: 500,
        nesting: 24,
        ..Limits::default()
    };
    let mut session =
        NativeSession::new(sample_image(), Settings { profile: profile.into(), limits, ..Settings::default() });
    for call in calls {
        let observation = session.step(call).unwrap_or_else(|fault| panic!("{fault}: {call:?}"));
        oracle::check(profile, &observation).unwrap_or_else(|error| panic!("{error}: {call:?}"));
    }
    session.files_digest().unwrap_or_else(|fault| panic!("{fault}: {calls:?}"));
}
