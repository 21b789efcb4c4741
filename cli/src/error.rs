//! Errors of the command and their exit statuses.

use std::process::ExitCode;

/// Why a command ended.
#[derive(Debug)]
pub(crate) enum CommandError {
    /// The work failed: exit status 1.
    Failed(String),
    /// The arguments make no sense: exit status 2.
    Usage(String),
    /// Nobody reads the output any more; not worth a word.
    OutputClosed,
}

impl CommandError {
    /// A failure with the causes below it.
    pub(crate) fn failed(error: impl std::error::Error) -> Self {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let cause_text = cause.to_string();
            if !text.contains(&cause_text) {
                text.push_str(": ");
                text.push_str(&cause_text);
            }
            source = cause.source();
        }
        Self::Failed(text)
    }

    /// Prints the error and names the exit status.
    pub(crate) fn report(self) -> ExitCode {
        if !matches!(self, Self::OutputClosed) {
            eprintln!("error: {self}");
        }
        match self {
            Self::Failed(_) | Self::OutputClosed => ExitCode::from(1),
            Self::Usage(_) => ExitCode::from(2),
        }
    }
}

impl std::fmt::Display for CommandError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Failed(text) | Self::Usage(text) => f.write_str(text),
            Self::OutputClosed => f.write_str("nobody reads the output any more"),
        }
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::failed(error),
        }
    }
}
