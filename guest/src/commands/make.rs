//! `mkdir`, `rmdir`, `touch` as in GNU coreutils 9.1.

use sparring_tree::{Kind, Mode};

use super::common::{Fault, HELP, VERSION, or_status};
use super::mode::ModeChange;
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `mkdir`.
pub(super) const MKDIR: Command =
    Command { name: "mkdir", summary: "Make directories.", buffering: Buffering::Blocks, run: mkdir };
/// `rmdir`.
pub(super) const RMDIR: Command =
    Command { name: "rmdir", summary: "Remove empty directories.", buffering: Buffering::Blocks, run: rmdir };
/// `touch`.
pub(super) const TOUCH: Command = Command {
    name: "touch",
    summary: "Make empty files; times are checked, not kept.",
    buffering: Buffering::Blocks,
    run: touch,
};

const MKDIR_TABLE: OptionTable = OptionTable {
    short: "pm:vZ",
    long: &[
        Long::perhaps("context", "Z"),
        Long::value("mode", "m"),
        Long::flag("parents", "p"),
        Long::flag("verbose", "v"),
        HELP,
        VERSION,
    ],
};

fn mkdir(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut parents, mut verbose, mut mode) = (false, false, None);
    let operands = or_status!(context.options(MKDIR_TABLE, 1, |given| {
        match given.name {
            "p" => parents = true,
            "v" => verbose = true,
            "m" => mode = given.value,
            _ => {}
        }
        Ok(())
    })?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 1);
    }
    let change = match mode.map(|text| (text, ModeChange::parse(text))) {
        Some((text, None)) => return context.fail(Fault::about("invalid mode", text), 1),
        Some((_, change)) => change,
        None => None,
    };
    let mut status = 0;
    for operand in operands {
        if let Err((name, error)) = make_one(context, operand, parents, verbose)? {
            context.complain_about(b"cannot create directory ", &quote::curly(&name), error)?;
            status = 1;
            continue;
        }
        if let Some(change) = &change
            && let Ok(path) = context.machine.workspace.resolve(context.directory, operand)
        {
            let mode = change.apply(Mode(0o777), true, context.machine.workspace.umask());
            let _kept = context.machine.workspace.set_mode(&path, mode)?;
        }
    }
    Ok(status)
}

type Made = Result<(), (Vec<u8>, FileError)>;

fn make_one(context: &mut Context<'_, '_>, operand: &[u8], parents: bool, verbose: bool) -> Stoppable<Made> {
    if parents {
        // Every prefix that ends before a slash, then the whole.
        let trimmed = operand.len() - operand.iter().rev().take_while(|byte| **byte == b'/').count();
        for (at, byte) in operand.iter().enumerate() {
            if *byte != b'/' || at == 0 || at >= trimmed || operand.get(at - 1) == Some(&b'/') {
                continue;
            }
            let prefix = operand.get(..at).unwrap_or_default();
            match context.machine.workspace.stat(context.directory, prefix).map(|(_, node)| node.kind()) {
                Ok(Kind::Directory) => {}
                Ok(_) => return Ok(Err((prefix.to_vec(), FileError::NotADirectory))),
                Err(FileError::NotFound) => {
                    if let Err(error) = make_plain(context, prefix, verbose)? {
                        return Ok(Err((prefix.to_vec(), error)));
                    }
                }
                Err(error) => return Ok(Err((prefix.to_vec(), error))),
            }
        }
        if context
            .machine
            .workspace
            .stat(context.directory, operand)
            .is_ok_and(|(_, node)| node.kind() == Kind::Directory)
        {
            return Ok(Ok(()));
        }
    }
    Ok(make_plain(context, operand, verbose)?.map_err(|error| (operand.to_vec(), error)))
}

fn make_plain(context: &mut Context<'_, '_>, name: &[u8], verbose: bool) -> Stoppable<Result<(), FileError>> {
    let bare = name.strip_suffix(b"/").filter(|bare| !bare.is_empty()).unwrap_or(name);
    let workspace = &mut context.machine.workspace;
    let made = match workspace.resolve_link(context.directory, bare) {
        Ok(path) => workspace.make_directory(&path)?,
        Err(error) => Err(error),
    };
    if made.is_ok() && verbose {
        context.out(&[b"mkdir: created directory ", &quote::always(name)[..], b"\n"].concat())?;
    }
    Ok(made)
}

const RMDIR_TABLE: OptionTable = OptionTable {
    short: "pv",
    long: &[
        Long::flag("ignore-fail-on-non-empty", "ignore"),
        Long::flag("path", "p"),
        Long::flag("parents", "p"),
        Long::flag("verbose", "v"),
        HELP,
        VERSION,
    ],
};

fn rmdir(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut parents, mut verbose, mut ignores) = (false, false, false);
    let operands = or_status!(context.options(RMDIR_TABLE, 1, |given| {
        match given.name {
            "p" => parents = true,
            "v" => verbose = true,
            _ => ignores = true,
        }
        Ok(())
    })?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 1);
    }
    let mut status = 0;
    for operand in operands {
        let mut name = operand.to_vec();
        let mut is_first = true;
        loop {
            if verbose {
                context.out(&[b"rmdir: removing directory, ", &quote::always(&name)[..], b"\n"].concat())?;
            }
            match remove_empty(context, &name)? {
                Ok(()) => {}
                Err(FileError::NotEmpty) if ignores => break,
                Err(error) => {
                    let what: &[u8] = if is_first { b"failed to remove " } else { b"failed to remove directory " };
                    context.complain_about(what, &quote::always(&name), error)?;
                    status = 1;
                    break;
                }
            }
            while name.ends_with(b"/") {
                name.pop();
            }
            let Some(slash) = memchr::memrchr(b'/', &name).filter(|slash| parents && *slash > 0) else { break };
            name.truncate(slash);
            while name.ends_with(b"/") {
                name.pop();
            }
            is_first = false;
        }
    }
    Ok(status)
}

fn remove_empty(context: &mut Context<'_, '_>, name: &[u8]) -> Stoppable<Result<(), FileError>> {
    let workspace = &mut context.machine.workspace;
    if matches!(name, b".") || name.ends_with(b"/.") {
        return Ok(Err(FileError::Invalid));
    }
    let bare_length = name.len() - name.iter().rev().take_while(|byte| **byte == b'/').count();
    let bare = name.get(..bare_length).filter(|bare| !bare.is_empty()).unwrap_or(name);
    let found = workspace.stat_link(context.directory, bare).map(|(path, node)| (path, node.kind()));
    match found {
        Err(error) => Ok(Err(error)),
        Ok((path, Kind::Directory)) => {
            if !workspace.list(&path).unwrap_or_default().is_empty() {
                return Ok(Err(FileError::NotEmpty));
            }
            workspace.remove(&path)
        }
        Ok(_) => Ok(Err(FileError::NotADirectory)),
    }
}

const TOUCH_TABLE: OptionTable = OptionTable {
    short: "acd:fhmr:t:",
    long: &[
        Long::value("time", "time"),
        Long::flag("no-create", "c"),
        Long::value("date", "d"),
        Long::value("reference", "r"),
        Long::flag("no-dereference", "h"),
        HELP,
        VERSION,
    ],
};

fn touch(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut creates = true;
    let (mut reference, mut date, mut stamp) = (None, None, None);
    let operands = or_status!(context.options(TOUCH_TABLE, 1, |given| {
        match given.name {
            "c" => creates = false,
            "h" => creates = false,
            "r" => reference = given.value,
            "d" => date = given.value,
            "t" => {
                stamp = given.value;
                if !is_stamp(given.text()) {
                    return Err(Fault::about("invalid date format", given.text()));
                }
            }
            _ => {}
        }
        Ok(())
    })?);
    if stamp.is_some() && (date.is_some() || reference.is_some()) {
        return context.fail(Fault::Usage(b"cannot specify times from more than one source".to_vec()), 1);
    }
    if let Some(name) = reference
        && let Err(error) = context.machine.workspace.stat(context.directory, name).map(|_| ())
    {
        context.complain_about(b"failed to get attributes of ", &quote::always(name), error)?;
        return Ok(1);
    }
    if let Some(date) = date
        && super::find::date(date).is_none()
    {
        return context.fail(Fault::about("invalid date format", date), 1);
    }
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing file operand".to_vec()), 1);
    }
    let mut status = 0;
    for operand in operands {
        if operand == b"-" {
            continue;
        }
        let workspace = &mut context.machine.workspace;
        let mut is_times = !creates;
        let result = match workspace.resolve(context.directory, operand) {
            Ok(path) if workspace.node(&path).is_some() => Ok(()),
            Ok(_) if !creates => Ok(()),
            Ok(path) if operand.ends_with(b"/") => {
                is_times = workspace.node(&path.parent()).is_some();
                Err(FileError::NotFound)
            }
            Ok(path) => workspace.write(&path, Vec::new())?,
            Err(FileError::NotFound) if !creates => Ok(()),
            Err(error) => {
                is_times |= error == FileError::NotADirectory && operand.ends_with(b"/");
                Err(error)
            }
        };
        if let Err(error) = result {
            let what: &[u8] = if is_times { b"setting times of " } else { b"cannot touch " };
            context.complain_about(what, &quote::always(operand), error)?;
            status = 1;
        }
    }
    Ok(status)
}

/// `[[CC]YY]MMDDhhmm[.ss]`.
fn is_stamp(text: &[u8]) -> bool {
    let (digits, seconds) = match memchr::memchr(b'.', text) {
        Some(at) => (text.get(..at).unwrap_or_default(), text.get(at + 1..)),
        None => (text, None),
    };
    let all_digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    matches!(digits.len(), 8 | 10 | 12)
        && all_digits(digits)
        && seconds.is_none_or(|seconds| seconds.len() == 2 && all_digits(seconds))
}

/// The mode of a new file made from one of this mode.
pub(super) fn without_umask(context: &Context<'_, '_>, mode: Mode) -> Mode {
    Mode(mode.0 & 0o777 & !context.machine.workspace.umask())
}
