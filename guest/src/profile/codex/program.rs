//! `apply_patch` as a program of the shell.

use super::{apply, patch};
use crate::budget::Stoppable;
use crate::commands::{Buffering, Command, Context};

/// The program.
pub(super) const APPLY_PATCH: Command =
    Command { name: "apply_patch", summary: "edit files by a patch, as Codex does", buffering: Buffering::Direct, run };

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let text = match context.arguments.get(1..).unwrap_or_default() {
        [] => context.input()?,
        [text] => text.clone(),
        _ => {
            context.error(b"Error: apply_patch accepts exactly one argument.\n")?;
            return Ok(2);
        }
    };
    let Ok(text) = String::from_utf8(text) else {
        context.error(b"Error: apply_patch requires a UTF-8 PATCH argument.\n")?;
        return Ok(1);
    };
    if text.is_empty() {
        context.error(b"Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply-patch\n")?;
        return Ok(2);
    }
    let outcome = match patch::parse(&text) {
        Ok(hunks) => apply::apply(&hunks, context.directory, &mut context.machine.workspace)?,
        Err(patch::ParseError::Patch(message)) => Err(format!("Invalid patch: {message}")),
        Err(patch::ParseError::Hunk { message, line }) => Err(format!("Invalid patch hunk on line {line}: {message}")),
    };
    match outcome {
        Ok(summary) => {
            context.out(summary.as_bytes())?;
            Ok(0)
        }
        Err(problem) => {
            context.error(format!("{problem}\n").as_bytes())?;
            Ok(1)
        }
    }
}
