//! The memory of live sessions, measured in a process that has done nothing else.

use std::process::Command;

use sparring_runtime::bench::{SessionMemory, Subject, memory_per_session};
use sparring_runtime::engine::Policy;

use super::report::MemoryFigures;
use super::steps;
use crate::{CommandError, place};

/// Starts this program again for the image of `subject`.
pub(super) fn measure_apart(subject: &Subject, sessions: usize) -> Result<MemoryFigures, CommandError> {
    let tree = subject.base().image().tree_digest().to_string();
    let output = Command::new(std::env::current_exe()?)
        .args(["bench", "--memory-of", &tree, "--sessions", &sessions.to_string()])
        .output()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(CommandError::Failed(format!("the measurement of memory ended: {}", text.trim())));
    }
    let memory: SessionMemory = serde_json::from_slice(&output.stdout).map_err(CommandError::failed)?;
    Ok(memory.into())
}

/// Measures in this process.
pub(super) fn run(tree: &str, sessions: usize) -> Result<(), CommandError> {
    let image = place::image_of_tree(tree, "", None)?;
    let subject = Subject::new(image).map_err(CommandError::failed)?;
    let mut stepper = steps::stepper(&place::engine()?, Policy::Resident);
    let memory = memory_per_session(&subject, &mut stepper, sessions / 10, sessions).map_err(CommandError::failed)?;
    println!("{}", serde_json::to_string(&memory).map_err(CommandError::failed)?);
    Ok(())
}
