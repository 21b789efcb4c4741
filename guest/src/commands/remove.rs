//! `rm` and `unlink` as in GNU coreutils 9.1.

use sparring_tree::Kind;

use super::common::{Fault, HELP, VERSION, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::{FileError, Node, VirtualPath};

/// `rm`.
pub(super) const RM: Command = Command { name: "rm", summary: "Remove files.", buffering: Buffering::Blocks, run: rm };
/// `unlink`.
pub(super) const UNLINK: Command =
    Command { name: "unlink", summary: "Remove one file.", buffering: Buffering::Blocks, run: unlink };

const TABLE: OptionTable = OptionTable {
    short: "dfirvIR",
    long: &[
        Long::flag("force", "f"),
        Long::perhaps("interactive", "interactive"),
        Long::flag("one-file-system", "ignored"),
        Long::flag("no-preserve-root", "no-preserve-root"),
        Long::perhaps("preserve-root", "ignored"),
        Long::flag("recursive", "r"),
        Long::flag("dir", "d"),
        Long::flag("verbose", "v"),
        HELP,
        VERSION,
    ],
};

#[derive(Clone, Copy, Default)]
struct Settings {
    force: bool,
    recursive: bool,
    empty_directories: bool,
    verbose: bool,
    asks: bool,
    asks_once: bool,
}

fn rm(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings::default();
    let arguments = context.arguments;
    let mut reader = super::options::OptionReader::new(TABLE, arguments);
    let is_bad = loop {
        match reader.next_option() {
            Ok(Some(_)) => {}
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    if let Some(error) = is_bad {
        context.complain(&error.0)?;
        // A file of that name may have been meant.
        let is_file = |word: &&Vec<u8>| {
            word.starts_with(b"-") && context.machine.workspace.stat_link(context.directory, word).is_ok()
        };
        if let Some(word) = arguments.iter().skip(1).find(is_file) {
            let dotted = quote::shell_escape(&[b"./", word.as_slice()].concat());
            let line = [b"Try 'rm ", &dotted[..], b"' to remove the file ", &quote::always(word), b".\n"].concat();
            context.error(&line)?;
        }
        return context.try_help(1);
    }
    let outcome = context.options(TABLE, 1, |given| {
        match given.name {
            "f" => (settings.force, settings.asks, settings.asks_once) = (true, false, false),
            "i" => (settings.force, settings.asks, settings.asks_once) = (false, true, false),
            "I" => (settings.force, settings.asks, settings.asks_once) = (false, false, true),
            "interactive" => match given.value {
                None | Some(b"always" | b"yes") => (settings.force, settings.asks) = (false, true),
                Some(b"once") => (settings.force, settings.asks_once) = (false, true),
                Some(_) => (settings.asks, settings.asks_once) = (false, false),
            },
            "r" | "R" => settings.recursive = true,
            "d" => settings.empty_directories = true,
            "v" => settings.verbose = true,
            _ => {}
        }
        Ok(())
    })?;
    let operands = match outcome {
        Ok(operands) => operands,
        Err(status) => return Ok(status),
    };
    if operands.is_empty() {
        if settings.force {
            return Ok(0);
        }
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 1);
    }
    if settings.asks_once && (settings.recursive || operands.len() > 3) {
        let count = operands.len();
        let how = if settings.recursive { " recursively" } else { "" };
        let plural = if count == 1 { "" } else { "s" };
        if !ask(context, format!("remove {count} argument{plural}{how}? ").as_bytes())? {
            return Ok(0);
        }
    }
    let mut status = 0;
    for operand in operands {
        // Of several slashes at the end one is left.
        let bare = operand.len() - operand.iter().rev().take_while(|byte| **byte == b'/').count();
        let operand = operand.get(..(bare + 1).min(operand.len())).unwrap_or(operand);
        if !remove_operand(context, operand, settings)? {
            status = 1;
        }
    }
    Ok(status)
}

fn remove_operand(context: &mut Context<'_, '_>, operand: &[u8], settings: Settings) -> Stoppable<bool> {
    let cannot = |context: &mut Context<'_, '_>, error: FileError| -> Stoppable<bool> {
        context.complain_about(b"cannot remove ", &quote::always(operand), error)?;
        Ok(false)
    };
    let bare_length = operand.len() - operand.iter().rev().take_while(|byte| **byte == b'/').count();
    let bare = operand.get(..bare_length).unwrap_or_default();
    let last = bare.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let is_dot = matches!(last, b"." | b"..");
    if settings.recursive && is_dot {
        return refuse_dot(context, operand);
    }
    let found = context.machine.workspace.stat_link(context.directory, operand).map(|(path, node)| (path, node.kind()));
    let (path, kind) = match found {
        Ok(found) => found,
        Err(FileError::NotFound | FileError::NotADirectory) if settings.force => return Ok(true),
        Err(error) => return cannot(context, error),
    };
    if path.is_root() && settings.recursive {
        context.complain(b"it is dangerous to operate recursively on '/'")?;
        context.complain(b"use --no-preserve-root to override this failsafe")?;
        return Ok(false);
    }
    if kind == Kind::Directory && !settings.recursive {
        let is_empty = context.machine.workspace.list(&path).unwrap_or_default().is_empty();
        if !settings.empty_directories {
            return cannot(context, FileError::IsADirectory);
        }
        if !is_empty {
            return cannot(context, FileError::NotEmpty);
        }
        if is_dot {
            return refuse_dot(context, operand);
        }
    }
    remove(context, operand, &path, settings)
}

fn refuse_dot(context: &mut Context<'_, '_>, operand: &[u8]) -> Stoppable<bool> {
    let shown = quote::always(operand);
    context.complain(&[b"refusing to remove '.' or '..' directory: skipping ", &shown[..]].concat())?;
    Ok(false)
}

/// Removes an entry and all below it, asking and telling as set; false after a failure.
fn remove(context: &mut Context<'_, '_>, name: &[u8], path: &VirtualPath, settings: Settings) -> Stoppable<bool> {
    let is_silent = !settings.verbose && !settings.asks;
    let Some(kind) = context.machine.workspace.node(path).map(|node| node.kind()) else { return Ok(true) };
    let mut is_whole = true;
    if kind == Kind::Directory && !is_silent {
        let entries = context.machine.workspace.list(path).unwrap_or_default();
        if settings.asks && !entries.is_empty() {
            let question = [b"descend into directory ", &quote::always(name)[..], b"? "].concat();
            if !ask(context, &question)? {
                return Ok(true);
            }
        }
        for entry in entries {
            context.machine.budget.shell_step()?;
            let slash: &[u8] = if name.ends_with(b"/") { b"" } else { b"/" };
            let inner = [name, slash, &entry.name].concat();
            is_whole &= remove(context, &inner, &path.join(&entry.name), settings)?;
        }
        if !context.machine.workspace.list(path).unwrap_or_default().is_empty() {
            return Ok(is_whole);
        }
    }
    if settings.asks {
        let what = match context.machine.workspace.node(path) {
            Some(Node::Device(_)) => "character special file",
            Some(node) if node.kind() == Kind::Link => "symbolic link",
            Some(node) if node.kind() == Kind::Directory => "directory",
            Some(node) if node.size() == 0 => "regular empty file",
            _ => "regular file",
        };
        let question = [b"remove ", what.as_bytes(), b" ", &quote::always(name)[..], b"? "].concat();
        if !ask(context, &question)? {
            return Ok(true);
        }
    }
    if let Err(error) = context.machine.workspace.remove(path)? {
        context.complain_about(b"cannot remove ", &quote::always(name), error)?;
        return Ok(false);
    }
    if settings.verbose {
        let what: &[u8] = if kind == Kind::Directory { b"removed directory " } else { b"removed " };
        context.out(&[what, &quote::always(name), b"\n"].concat())?;
    }
    Ok(is_whole)
}

/// Asks on standard error and reads the answer from standard input.
pub(super) fn ask(context: &mut Context<'_, '_>, question: &[u8]) -> Stoppable<bool> {
    context.flush()?;
    let name = super::base_name(context.name());
    context.error(&[name, b": ", question].concat())?;
    let answer = context.input_line()?.unwrap_or_default();
    Ok(matches!(answer.first(), Some(b'y' | b'Y')))
}

fn unlink(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    const NONE: OptionTable = OptionTable { short: "", long: &[HELP, VERSION] };
    let operands = or_status!(context.options(NONE, 1, |_| Ok(()))?);
    let [operand] = operands.as_slice() else {
        return match operands.get(1) {
            Some(extra) => context.fail(Fault::usage_about("extra operand", extra), 1),
            None => context.fail(Fault::Usage(b"missing operand".to_vec()), 1),
        };
    };
    let found = context.machine.workspace.stat_link(context.directory, operand).map(|(path, node)| (path, node.kind()));
    let result = match found {
        Ok((_, Kind::Directory)) => Err(FileError::IsADirectory),
        Ok((path, _)) => context.machine.workspace.remove(&path)?,
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => Ok(0),
        Err(error) => {
            context.complain_about(b"cannot unlink ", &quote::always(operand), error)?;
            Ok(1)
        }
    }
}
