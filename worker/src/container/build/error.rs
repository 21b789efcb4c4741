//! Why an image was not built.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Why an image was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file of the machine or of the stage.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A program that could not be started, or failed.
    #[error("`{program}` failed: {output}")]
    Program {
        /// What was run.
        program: String,
        /// What it said at last.
        output: String,
    },
    /// The package has no source distribution that can be used.
    #[error("{package}: {reason}")]
    Package {
        /// The requirement.
        package: String,
        /// Why.
        reason: String,
    },
    /// The stage is not what it should be.
    #[error("the image's files: {0}")]
    Stage(String),
    /// The daemon refused.
    #[error("the daemon: {0}")]
    Daemon(String),
}

impl BuildError {
    pub(super) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |error| Self::File { path: path.to_owned(), error }
    }
}

/// Runs a program to its end and gives its output, or the end of what it said.
pub(super) fn run(command: &mut Command) -> Result<String, BuildError> {
    let program = format!("{command:?}").replace('"', "");
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => return Err(BuildError::Program { program, output: error.to_string() }),
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(8)..].join("\n");
    Err(BuildError::Program { program, output: format!("{}: {last}", output.status) })
}
