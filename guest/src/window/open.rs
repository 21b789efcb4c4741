//! `open`, `goto`, `scroll_down`, `scroll_up`.

use std::borrow::Cow;

use sparring_tree::Kind;

use super::Dialect;
use super::file::{Text, digits, python_integer};
use super::position;
use crate::budget::Stoppable;
use crate::commands::Context;

pub(super) fn open(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    open_arguments(context, context.arguments)
}

/// As [`open`], with another command line.
pub(super) fn open_arguments(context: &mut Context<'_, '_>, arguments: &[Vec<u8>]) -> Stoppable<u8> {
    let path = arguments.get(1).filter(|path| !path.is_empty());
    let line = arguments.get(2);
    match context.dialect() {
        Dialect::Middle => open_06(context, path, line.filter(|line| !line.is_empty())).map(|()| 0),
        Dialect::First => open_1(context, arguments.get(1), line),
    }
}

fn open_06(context: &mut Context<'_, '_>, path: Option<&Vec<u8>>, line: Option<&Vec<u8>>) -> Stoppable<()> {
    let Some(path) = path else { return context.say(b"Usage: open <file>") };
    let line = match line.map(|line| digits(line).ok_or(line)) {
        None => None,
        Some(Ok(line)) => Some(line),
        Some(Err(_)) => {
            return context.out(b"Usage: open <file> [<line_number>]\nError: <line_number> must be a number\n");
        }
    };
    let (resolved, kind) = match context.machine.workspace.stat(context.directory, path) {
        Ok((resolved, node)) => (resolved, node.kind()),
        Err(_) => return context.say(&[b"File ", path.as_slice(), b" not found"].concat()),
    };
    if kind == Kind::Directory {
        return context.say(&directory_error(path));
    }
    let Ok(bytes) = context.machine.workspace.read(&resolved)? else {
        return context.say(&[b"File ", path.as_slice(), b" not found"].concat());
    };
    let text = Text::new(Dialect::Middle, Cow::Borrowed(bytes));
    let position = match line {
        None => super::WINDOW / 2,
        Some(line) => match set_inside(context, line, text.total)? {
            Some(line) => line,
            None => position::at_line(Dialect::Middle, line),
        },
    };
    let path = resolved.display();
    context.machine.window.file = Some(path.clone());
    context.show(&path, &text, position)
}

/// Warns of a line outside the file; returns the one that is taken instead.
fn set_inside(context: &mut Context<'_, '_>, line: i64, total: i64) -> Stoppable<Option<i64>> {
    let (what, instead) = match line {
        line if line > total => (format!("greater than the number of lines in the file ({total})"), total),
        line if line < 1 => ("less than 1".into(), 1),
        _ => return Ok(None),
    };
    let text = format!("Warning: <line_number> ({line}) is {what}\nWarning: Setting <line_number> to {instead}\n");
    context.out(text.as_bytes())?;
    Ok(Some(instead))
}

fn directory_error(path: &[u8]) -> Vec<u8> {
    [b"Error: ", path, b" is a directory. You can only open files. Use cd or ls to navigate directories."].concat()
}

fn open_1(context: &mut Context<'_, '_>, path: Option<&Vec<u8>>, line: Option<&Vec<u8>>) -> Stoppable<u8> {
    let Some(path) = path else {
        let Some((path, text)) = context.open_file()? else {
            context.say(b"Usage: open \"<file>\"")?;
            return Ok(1);
        };
        let position = context.machine.window.position;
        context.show(&path, &text, position)?;
        return Ok(0);
    };
    if path.is_empty() {
        context.say(b"No file open. Use the open command first.")?;
        return Ok(1);
    }
    let shown = crate::editor::python_path(&String::from_utf8_lossy(path)).into_bytes();
    let (resolved, kind) = match context.machine.workspace.stat(context.directory, &shown) {
        Ok((resolved, node)) => (resolved, node.kind()),
        Err(_) => {
            context.say(&[b"Error: File ", shown.as_slice(), b" not found"].concat())?;
            return Ok(1);
        }
    };
    if kind == Kind::Directory {
        context.say(&directory_error(&shown))?;
        return Ok(1);
    }
    let Ok(bytes) = context.machine.workspace.read(&resolved)? else { return Ok(1) };
    let text = Text::new(Dialect::First, Cow::Borrowed(bytes));
    context.machine.window.file = Some(resolved.display());
    // The window of the file before stays where it was, as far as this file goes.
    let kept = position::clamp(Dialect::First, context.machine.window.position, text.total, super::WINDOW);
    context.machine.window.position = kept;
    let line = match line.map(|line| python_integer(line)) {
        None => kept,
        Some(None) => {
            context.out(b"Usage: open \"<file>\" [<line_number>]\nError: <line_number> must be a number\n")?;
            return Ok(1);
        }
        Some(Some(line)) => set_inside(context, line, text.total)?.unwrap_or(line),
    };
    context.show(&shown, &text, position::at_line(Dialect::First, line))?;
    Ok(0)
}

pub(super) fn goto(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let arguments = context.arguments.get(1..).unwrap_or_default();
    if arguments.len() > 1 {
        context.say(b"goto allows only one line number at a time.")?;
        return Ok(failure(context));
    }
    let argument = arguments.first();
    let usage = b"Usage: goto <line>";
    let not_a_number = b"Usage: goto <line>\nError: <line> must be a number\n";
    let (line, file) = match context.dialect() {
        Dialect::Middle => {
            let Some(file) = context.open_file()? else { return no_file(context) };
            let Some(argument) = argument.filter(|argument| !argument.is_empty()) else {
                context.say(usage)?;
                return Ok(0);
            };
            let Some(line) = digits(argument) else {
                context.out(not_a_number)?;
                return Ok(0);
            };
            (line, file)
        }
        Dialect::First => {
            let Some(argument) = argument else {
                context.say(usage)?;
                return Ok(1);
            };
            let Some(line) = python_integer(argument) else {
                context.out(not_a_number)?;
                return Ok(1);
            };
            let Some(file) = context.open_file()? else { return no_file(context) };
            (line, file)
        }
    };
    let (path, text) = file;
    if line > text.total {
        context.say(format!("Error: <line> must be less than or equal to {}", text.total).as_bytes())?;
        return Ok(failure(context));
    }
    context.show(&path, &text, position::at_line(context.dialect(), line))?;
    Ok(0)
}

pub(super) fn scroll_down(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    scroll(context, true)
}

pub(super) fn scroll_up(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    scroll(context, false)
}

fn scroll(context: &mut Context<'_, '_>, down: bool) -> Stoppable<u8> {
    let Some((path, text)) = context.open_file()? else { return no_file(context) };
    let dialect = context.dialect();
    let position = position::clamp(dialect, context.machine.window.position, text.total, super::WINDOW);
    context.show(&path, &text, position::scrolled(position, down))?;
    Ok(0)
}

/// Says that no file is open; or, in 1.x, that the open one is gone.
pub(super) fn no_file(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    match (context.dialect(), context.machine.window.file.clone()) {
        (Dialect::First, Some(path)) => context.say(&[b"Error: File ", path.as_slice(), b" not found"].concat())?,
        _ => context.say(b"No file open. Use the open command first.")?,
    }
    Ok(failure(context))
}

/// The exit status after a refusal: the shell functions of 0.6 only print.
fn failure(context: &Context<'_, '_>) -> u8 {
    u8::from(context.dialect() == Dialect::First)
}
