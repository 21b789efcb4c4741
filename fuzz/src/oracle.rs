//! What must hold for every answer, whatever was asked.

use sparring_guest::profile;
use sparring_guest::step::{Observation, Status};

/// The most characters that an observation of a profile has: what its scaffold shows of a long
/// output, and room for the scaffold's own frame around it.
pub fn cap(profile: &str) -> usize {
    profile::find(profile).and_then(|profile| profile.shown()).unwrap_or(usize::MAX)
}

/// Whether an answer is one that a model may get: within its cap, its parts consistent.
pub fn check(profile: &str, observation: &Observation) -> Result<(), String> {
    let characters = observation.text.chars().count();
    // What ends a session is its submission, which the scaffold hands over whole.
    if characters > cap(profile) && observation.status != Status::Finished {
        return Err(format!("an observation of {characters} characters; at most {} are shown", cap(profile)));
    }
    if let Some(code) = observation.exit_code {
        if !(0..=255).contains(&code) {
            return Err(format!("exit status {code}"));
        }
        if matches!(observation.status, Status::BadCall | Status::Limit) {
            return Err(format!("status {} with an exit status", observation.status.name()));
        }
    }
    if observation.text.is_empty() && matches!(observation.status, Status::BadCall | Status::Limit | Status::ToolError)
    {
        return Err(format!("status {} without a text", observation.status.name()));
    }
    Ok(())
}

/// Whether an answer names a limit that only the wasm guest has: it measures its own arena and
/// stack, which a native run does not have.
pub fn is_machine_limit(observation: &Observation) -> bool {
    observation.status == Status::Limit
        && (observation.text.contains("`memory_bytes`") || observation.text.contains("`nesting`"))
}
