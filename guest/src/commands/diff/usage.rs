//! How the programs of diffutils refuse a command line: each line begins with the program's name.

use crate::budget::Stoppable;
use crate::commands::options::OptionError;
use crate::commands::{Context, base_name};

use super::TROUBLE;

/// What is wrong with the command line.
pub(in crate::commands) struct Usage {
    text: Vec<u8>,
    points_to_help: bool,
}

impl Usage {
    /// A message, and where to find help.
    pub(in crate::commands) fn new(text: &str) -> Self {
        Self { text: text.as_bytes().to_vec(), points_to_help: true }
    }

    /// As [`Usage::new`], with a word in plain quotes.
    pub(in crate::commands) fn about(text: &str, word: &[u8]) -> Self {
        Self { text: [text.as_bytes(), b" '", word, b"'"].concat(), points_to_help: true }
    }

    /// Only a message.
    pub(in crate::commands) fn fatal(text: &str) -> Self {
        Self { points_to_help: false, ..Self::new(text) }
    }
}

impl From<OptionError> for Usage {
    fn from(error: OptionError) -> Self {
        Self { text: error.0, points_to_help: true }
    }
}

/// Prints what is wrong. Returns the exit status.
pub(in crate::commands) fn trouble(context: &mut Context<'_, '_>, usage: &Usage) -> Stoppable<u8> {
    let name = base_name(context.name());
    context.complain(&usage.text)?;
    if usage.points_to_help {
        context.complain(&[b"Try '", name, b" --help' for more information."].concat())?;
    }
    Ok(TROUBLE)
}

/// A short answer to `--help` and `--version`, as [`Context::options`] gives it.
pub(in crate::commands) fn about(context: &mut Context<'_, '_>, what: &str, operands: &str) -> Stoppable<u8> {
    let name = String::from_utf8_lossy(base_name(context.name())).into_owned();
    let text = match what {
        "help" => format!("Usage: {name} [OPTION]... {operands}\n"),
        _ => format!("{name} (GNU diffutils) 3.8\n"),
    };
    context.out(text.as_bytes())?;
    Ok(0)
}
