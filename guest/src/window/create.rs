//! `create`.

use super::{Dialect, open};
use crate::budget::Stoppable;
use crate::commands::Context;
use crate::workspace::FileError;

pub(super) fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    match context.dialect() {
        Dialect::Middle => create_06(context),
        Dialect::First => create_1(context),
    }
}

fn create_06(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let Some(path) = context.arguments.get(1).filter(|path| !path.is_empty()) else {
        context.say(b"Usage: create <filename>")?;
        return Ok(0);
    };
    if context.machine.workspace.stat(context.directory, path).is_ok() {
        context.say(&[b"Error: File '", path.as_slice(), b"' already exists."].concat())?;
    } else if let Err(error) = write(context, path, b"\n")? {
        context.error(&[b"bash: ", path.as_slice(), b": ", error.message().as_bytes(), b"\n"].concat())?;
    }
    // Whatever happened, the file is opened, without the arguments after its name.
    let arguments = [b"open".to_vec(), path.clone()];
    open::open_arguments(context, &arguments)
}

fn create_1(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let Some(path) = context.arguments.get(1) else {
        context.say(b"Usage: create <filename>")?;
        return Ok(1);
    };
    let shown = crate::editor::python_path(&String::from_utf8_lossy(path)).into_bytes();
    if let Some(parent) = shown.iter().rposition(|byte| *byte == b'/').and_then(|at| shown.get(..at.max(1))) {
        context.launch(&[b"mkdir".to_vec(), b"-p".to_vec(), b"--".to_vec(), parent.to_vec()])?;
    }
    if context.machine.workspace.stat(context.directory, &shown).is_ok() {
        context.say(&[b"Warning: File '", shown.as_slice(), b"' already exists."].concat())?;
        return Ok(1);
    }
    if let Err(error) = write(context, &shown, b"")? {
        context.say(format!("Error: {}: {}", error.message(), String::from_utf8_lossy(&shown)).as_bytes())?;
        return Ok(1);
    }
    context.machine.window.position = 0;
    let arguments = [b"open".to_vec(), shown];
    open::open_arguments(context, &arguments)
}

fn write(context: &mut Context<'_, '_>, path: &[u8], bytes: &[u8]) -> Stoppable<Result<(), FileError>> {
    match context.machine.workspace.resolve(context.directory, path) {
        Ok(resolved) => context.machine.workspace.write(&resolved, bytes.to_vec()),
        Err(error) => Ok(Err(error)),
    }
}
