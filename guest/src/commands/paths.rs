//! `basename`, `dirname`, `readlink`, `realpath` as in GNU coreutils 9.1.

use super::common::{Fault, HELP, VERSION, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::{FileError, VirtualPath};

/// `basename`.
pub(super) const BASENAME: Command =
    Command { name: "basename", summary: "Print the last part of paths.", buffering: Buffering::Blocks, run: basename };
/// `dirname`.
pub(super) const DIRNAME: Command = Command {
    name: "dirname",
    summary: "Print paths without their last part.",
    buffering: Buffering::Blocks,
    run: dirname,
};
/// `readlink`.
pub(super) const READLINK: Command =
    Command { name: "readlink", summary: "Print targets of links.", buffering: Buffering::Blocks, run: readlink };
/// `realpath`.
pub(super) const REALPATH: Command =
    Command { name: "realpath", summary: "Print resolved paths.", buffering: Buffering::Blocks, run: realpath };

const BASENAME_TABLE: OptionTable = OptionTable {
    short: "+as:z",
    long: &[Long::flag("multiple", "a"), Long::value("suffix", "s"), Long::flag("zero", "z"), HELP, VERSION],
};

fn basename(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut several, mut suffix, mut end) = (false, None, b'\n');
    let mut operands = or_status!(context.options(BASENAME_TABLE, 1, |given| {
        match given.name {
            "a" => several = true,
            "s" => (several, suffix) = (true, given.value),
            _ => end = 0,
        }
        Ok(())
    })?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 1);
    }
    if !several {
        if let Some(extra) = operands.get(2) {
            return context.fail(Fault::usage_about("extra operand", extra), 1);
        }
        suffix = operands.get(1).copied();
        operands.truncate(1);
    }
    for operand in operands {
        let bare = operand.len() - operand.iter().rev().take_while(|byte| **byte == b'/').count();
        let mut name = match operand.get(..bare).unwrap_or_default() {
            b"" if operand.is_empty() => b"",
            b"" => &b"/"[..],
            bare => bare.rsplit(|byte| *byte == b'/').next().unwrap_or_default(),
        };
        if let Some(shorter) = suffix.and_then(|suffix| name.strip_suffix(suffix)).filter(|shorter| !shorter.is_empty())
            && name != b"/"
        {
            name = shorter;
        }
        context.out(&[name, &[end]].concat())?;
    }
    Ok(0)
}

const DIRNAME_TABLE: OptionTable = OptionTable { short: "z", long: &[Long::flag("zero", "z"), HELP, VERSION] };

fn dirname(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut end = b'\n';
    let operands = or_status!(context.options(DIRNAME_TABLE, 1, |_| {
        end = 0;
        Ok(())
    })?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 1);
    }
    for operand in operands {
        context.out(&[directory_of(operand), &[end]].concat())?;
    }
    Ok(0)
}

/// A path without its last part.
fn directory_of(path: &[u8]) -> &[u8] {
    let strip = |path: &[u8]| path.len() - path.iter().rev().take_while(|byte| **byte == b'/').count();
    let bare = path.get(..strip(path)).unwrap_or_default();
    match memchr::memrchr(b'/', bare) {
        None if bare.is_empty() && !path.is_empty() => b"/",
        None => b".",
        Some(at) => {
            let directory = bare.get(..at).unwrap_or_default();
            let directory = directory.get(..strip(directory)).unwrap_or_default();
            if directory.is_empty() { b"/" } else { directory }
        }
    }
}

/// Which parts of a path must exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Must {
    /// `-e`: all.
    All,
    /// `-f`: all but the last.
    AllButLast,
    /// `-m`: none.
    None,
}

/// Resolves a path as `canonicalize_file_name` does.
fn canonical(context: &Context<'_, '_>, name: &[u8], must: Must) -> Result<Vec<u8>, FileError> {
    let workspace = &context.machine.workspace;
    match (must, workspace.resolve(context.directory, name)) {
        (Must::All, Ok(path)) if workspace.node(&path).is_none() => Err(FileError::NotFound),
        (_, Ok(path)) => Ok(path.display()),
        (Must::None, Err(_)) if !name.is_empty() => {
            // As far as it exists, and the rest by its words.
            let mut path = if name.starts_with(b"/") { VirtualPath::ROOT } else { context.directory.clone() };
            for part in name.split(|byte| *byte == b'/').filter(|part| !part.is_empty()) {
                path = match workspace.resolve(&path, part) {
                    Ok(found) => found,
                    Err(_) if part == b".." => path.parent(),
                    Err(_) if part == b"." => path,
                    Err(_) => path.join(part),
                };
            }
            Ok(path.display())
        }
        (_, Err(error)) => Err(error),
    }
}

const READLINK_TABLE: OptionTable = OptionTable {
    short: "efmnqsvz",
    long: &[
        Long::flag("canonicalize", "f"),
        Long::flag("canonicalize-existing", "e"),
        Long::flag("canonicalize-missing", "m"),
        Long::flag("no-newline", "n"),
        Long::flag("quiet", "q"),
        Long::flag("silent", "q"),
        Long::flag("verbose", "v"),
        Long::flag("zero", "z"),
        HELP,
        VERSION,
    ],
};

fn readlink(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut must, mut has_end, mut end, mut verbose) = (None, true, b'\n', false);
    let operands = or_status!(context.options(READLINK_TABLE, 1, |given| {
        match given.name {
            "e" => must = Some(Must::All),
            "f" => must = Some(Must::AllButLast),
            "m" => must = Some(Must::None),
            "n" => has_end = false,
            "v" => verbose = true,
            "z" => end = 0,
            _ => verbose = false,
        }
        Ok(())
    })?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 1);
    }
    if operands.len() > 1 && !has_end {
        context.complain(b"ignoring --no-newline with multiple arguments")?;
        has_end = true;
    }
    let mut status = 0;
    for operand in operands {
        let result = match must {
            Some(must) => canonical(context, operand, must),
            None => match context.machine.workspace.stat_link(context.directory, operand) {
                Ok((_, node)) => node.target().map(<[u8]>::to_vec).ok_or(FileError::Invalid),
                Err(error) => Err(error),
            },
        };
        match result {
            Ok(mut text) => {
                if has_end {
                    text.push(end);
                }
                context.out(&text)?;
            }
            Err(error) => {
                status = 1;
                if verbose {
                    context.complain_about(b"", &quote::file_in_message(operand), error)?;
                }
            }
        }
    }
    Ok(status)
}

const REALPATH_TABLE: OptionTable = OptionTable {
    short: "eLmPqsz",
    long: &[
        Long::flag("canonicalize-existing", "e"),
        Long::flag("canonicalize-missing", "m"),
        Long::value("relative-to", "relative-to"),
        Long::value("relative-base", "relative-base"),
        Long::flag("quiet", "q"),
        Long::flag("strip", "s"),
        Long::flag("no-symlinks", "s"),
        Long::flag("zero", "z"),
        Long::flag("logical", "L"),
        Long::flag("physical", "P"),
        HELP,
        VERSION,
    ],
};

fn realpath(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut must, mut is_lexical, mut end, mut is_quiet) = (Must::AllButLast, false, b'\n', false);
    let (mut relative_to, mut relative_base) = (None, None);
    let operands = or_status!(context.options(REALPATH_TABLE, 1, |given| {
        match given.name {
            "e" => must = Must::All,
            "m" => must = Must::None,
            "s" => is_lexical = true,
            "q" => is_quiet = true,
            "z" => end = 0,
            "relative-to" => relative_to = given.value,
            "relative-base" => relative_base = given.value,
            _ => is_lexical = false,
        }
        Ok(())
    })?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 1);
    }
    let resolve = |context: &Context<'_, '_>, name: &[u8]| {
        if is_lexical && !name.is_empty() {
            let full = if name.starts_with(b"/") {
                name.to_vec()
            } else {
                [&context.directory.display()[..], b"/", name].concat()
            };
            let workspace = &context.machine.workspace;
            // Only a `..` looks at what it leaves.
            let mut path = VirtualPath::ROOT;
            for part in full.split(|byte| *byte == b'/').filter(|part| !part.is_empty() && *part != b".") {
                if part != b".." {
                    path = path.join(part);
                    continue;
                }
                if must != Must::None {
                    match workspace.stat(&VirtualPath::ROOT, path.as_bytes()) {
                        _ if path.is_root() => {}
                        Ok((_, node)) if node.kind() == sparring_tree::Kind::Directory => {}
                        Ok(_) => return Err(FileError::NotADirectory),
                        Err(error) => return Err(error),
                    }
                }
                path = path.parent();
            }
            if must == Must::All {
                workspace.stat(&VirtualPath::ROOT, &path.display())?;
            }
            return Ok(path.display());
        }
        canonical(context, name, must)
    };
    let mut bases = [None, None];
    for (slot, name) in bases.iter_mut().zip([relative_to.or(relative_base), relative_base]) {
        let Some(name) = name else { continue };
        match resolve(context, name) {
            Ok(path) => *slot = Some(path),
            Err(error) => {
                context.complain_about(b"", &quote::file_in_message(name), error)?;
                return Ok(1);
            }
        }
    }
    let is_below = |path: &[u8], base: &[u8]| {
        path == base || base == b"/" || path.strip_prefix(base).is_some_and(|rest| rest.starts_with(b"/"))
    };
    // A starting point outside the base makes all paths absolute.
    if let [Some(start), Some(base)] = &bases
        && !is_below(start, base)
    {
        bases[0] = None;
    }
    let mut status = 0;
    for operand in operands {
        match resolve(context, operand) {
            Ok(path) => {
                let is_inside = bases[1].as_ref().is_none_or(|base| is_below(&path, base));
                let mut text = match &bases[0] {
                    Some(base) if is_inside => super::link::relative(base, &path),
                    _ => path,
                };
                text.push(end);
                context.out(&text)?;
            }
            Err(error) => {
                status = 1;
                if !is_quiet {
                    context.complain_about(b"", &quote::file_in_message(operand), error)?;
                }
            }
        }
    }
    Ok(status)
}
