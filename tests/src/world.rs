//! Engine, images and sessions for tests.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sparring_fuzz::{Call, Vocabulary, sample};
use sparring_guest::limits::Limits;
use sparring_guest::step::Settings;
use sparring_runtime::effect::Effects;
use sparring_runtime::engine::{Engine, EngineConfig, Policy};
use sparring_runtime::image::Image;
use sparring_runtime::session::{Base, Session, Step, Stepper};
use sparring_tree::Digest;

/// Both profiles that a session can have.
pub const PROFILES: [&str; 2] = ["openhands", "bash"];

/// Both policies.
pub const POLICIES: [Policy; 2] = [Policy::Strict, Policy::Resident];

/// The engine of the test run. The guest is compiled once. Its backstop is far away: a machine that has other things
/// to do must not stop a step.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    let config = EngineConfig { step_deadline: Duration::from_secs(600), ..EngineConfig::default() };
    ENGINE.get_or_init(|| Engine::new(&config).expect("an engine"))
}

/// The image of the sample tree.
pub fn image() -> &'static Arc<Image> {
    static IMAGE: OnceLock<Arc<Image>> = OnceLock::new();
    IMAGE.get_or_init(|| Arc::new(Image::build(&sample::tree()).expect("an image")))
}

/// The words of the sample tree.
pub fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
    VOCABULARY.get_or_init(|| Vocabulary::of(image().view(), "/testbed"))
}

/// Settings of a profile, everything else at its default.
pub fn settings(profile: &str) -> Settings {
    Settings { profile: profile.into(), ..Settings::default() }
}

/// A session on the sample.
pub fn session(profile: &str) -> Session {
    limited(profile, Limits::default())
}

/// A session on the sample with limits of its own.
pub fn limited(profile: &str, limits: Limits) -> Session {
    on(image(), Settings { limits, ..settings(profile) })
}

/// A session on some image.
pub fn on(image: &Arc<Image>, settings: Settings) -> Session {
    Session::new(Base::new(image.clone(), settings).expect("a base"))
}

/// A stepper that refuses effects.
pub fn stepper(policy: Policy) -> Stepper {
    Stepper::new(engine(), policy, Arc::new(Effects::default()))
}

/// Steps and expects an observation, whatever was called.
pub fn step(session: &mut Session, stepper: &mut Stepper, call: &Call) -> Step {
    session.step(stepper, &call.raw()).unwrap_or_else(|error| panic!("{call:?}: {error}"))
}

/// The identity of a step that a session has just taken.
pub fn digest(session: &Session, step: &Step) -> Digest {
    step.digest_with(&session.files_digest().expect("files"))
}

/// Runs a command of the session's shell and returns what the model reads.
pub fn shell(session: &mut Session, stepper: &mut Stepper, command: &str) -> String {
    let profile = session.base().settings().profile.clone();
    step(session, stepper, &Call::shell(&profile, command)).observation.text
}
