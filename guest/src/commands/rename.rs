//! `mv` as in GNU coreutils 9.1.

use sparring_tree::Kind;

use super::common::{HELP, VERSION, or_status};
use super::options::{Long, OptionTable};
use super::target::{self, Target};
use super::{Buffering, Command, Context, quote, remove::ask};
use crate::budget::Stoppable;
use crate::workspace::{FileError, VirtualPath};
use crate::world;

/// `mv`.
pub(super) const MV: Command =
    Command { name: "mv", summary: "Move files, as GNU coreutils 9.1 does.", buffering: Buffering::Blocks, run };

const TABLE: OptionTable = OptionTable {
    short: "bfint:uvS:TZ",
    long: &[
        Long::perhaps("backup", "b"),
        Long::flag("force", "f"),
        Long::flag("interactive", "i"),
        Long::flag("no-clobber", "n"),
        Long::flag("no-target-directory", "T"),
        Long::flag("strip-trailing-slashes", "ignored"),
        Long::value("suffix", "S"),
        Long::value("target-directory", "t"),
        Long::flag("update", "u"),
        Long::flag("verbose", "v"),
        HELP,
        VERSION,
    ],
};

#[derive(Default)]
struct Settings<'c> {
    asks: bool,
    keeps_existing: bool,
    only_newer: bool,
    verbose: bool,
    target: Target<'c>,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings::default();
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "f" => (settings.asks, settings.keeps_existing) = (false, false),
            "i" => (settings.asks, settings.keeps_existing) = (true, false),
            "n" => (settings.asks, settings.keeps_existing) = (false, true),
            "t" => settings.target.set_directory(given.value)?,
            "T" => settings.target.is_file = true,
            "u" => settings.only_newer = true,
            "v" => settings.verbose = true,
            _ => {}
        }
        Ok(())
    })?);
    let pairs = match target::pairs(context, &operands, settings.target) {
        Ok(pairs) => pairs,
        Err(fault) => return context.fail(fault, 1),
    };
    let mut status = 0;
    let (mut seen, mut made) = (Vec::new(), Vec::new());
    for (source, destination) in pairs {
        // Only a directory that could not be moved is still there.
        let from = context.machine.workspace.resolve_link(context.directory, &source).ok();
        if from.as_ref().is_some_and(|path| seen.contains(path)) {
            let shown = quote::always(&source);
            context.complain(&[b"warning: source directory ", &shown[..], b" specified more than once"].concat())?;
            continue;
        }
        let place = context.machine.workspace.resolve_link(context.directory, &destination).ok();
        match move_one(context, &source, &destination, &settings, &made)? {
            Ok(()) => made.extend(place),
            Err(message) => {
                // Of what could not be moved, mv remembers only this.
                if message.windows(INTO_ITSELF.len()).any(|part| part == INTO_ITSELF) {
                    seen.extend(from);
                }
                context.complain(&message)?;
                status = 1;
            }
        }
    }
    Ok(status)
}

/// What is said of a directory that should go below itself.
const INTO_ITSELF: &[u8] = b" to a subdirectory of itself, ";

fn move_one(
    context: &mut Context<'_, '_>,
    source: &[u8],
    destination: &[u8],
    settings: &Settings<'_>,
    made: &[VirtualPath],
) -> Stoppable<Result<(), Vec<u8>>> {
    let workspace = &context.machine.workspace;
    let (from, kind, age) = match workspace.stat_link(context.directory, source) {
        Ok((path, node)) => (path, node.kind(), world::modified(&node)),
        Err(error) => {
            return Ok(Err([b"cannot stat ", &quote::always(source)[..], b": ", error.message().as_bytes()].concat()));
        }
    };
    let names = [&quote::always(source)[..], b" to ", &quote::always(destination)].concat();
    let cannot = |error: FileError| Ok(Err([b"cannot move ", &names[..], b": ", error.message().as_bytes()].concat()));
    let bare = destination.strip_suffix(b"/").filter(|bare| !bare.is_empty()).unwrap_or(destination);
    let to = match workspace.resolve_link(context.directory, bare) {
        Ok(path) => path,
        Err(FileError::NotADirectory) => {
            if is_dot(source) {
                return cannot(FileError::Busy);
            }
            let name = quote::always(destination);
            return Ok(Err([b"cannot stat ", &name[..], b": Not a directory"].concat()));
        }
        Err(error) => return cannot(error),
    };
    let existing = workspace.node(&to).map(|node| (node.kind(), world::modified(&node)));
    if existing.is_none() && destination.ends_with(b"/") && kind != Kind::Directory {
        return cannot(FileError::NotADirectory);
    }
    if let Some((there, modified)) = existing {
        if settings.keeps_existing {
            return Ok(Ok(()));
        }
        if to == from {
            let message = [&quote::always(source)[..], b" and ", &quote::always(destination), b" are the same file"];
            return Ok(Err(message.concat()));
        }
        if settings.only_newer && modified >= age {
            return Ok(Ok(()));
        }
        if settings.asks && !ask(context, &[b"overwrite ", &quote::always(destination)[..], b"? "].concat())? {
            return Ok(Ok(()));
        }
        if there != Kind::Directory && kind != Kind::Directory && made.contains(&to) {
            let names = [&quote::always(destination)[..], b" with ", &quote::always(source)].concat();
            return Ok(Err([b"will not overwrite just-created ", &names[..]].concat()));
        }
        if kind != Kind::Directory && there == Kind::Directory {
            let name = quote::always(destination);
            return Ok(Err([b"cannot overwrite directory ", &name[..], b" with non-directory"].concat()));
        }
        if kind == Kind::Directory && there != Kind::Directory {
            let names = [&quote::always(destination)[..], b" with directory ", &quote::always(source)].concat();
            return Ok(Err([b"cannot overwrite non-directory ", &names[..]].concat()));
        }
    }
    if is_dot(source) || settings.target.is_file && is_dot(destination) {
        return cannot(FileError::Busy);
    }
    if to.is_below(&from) {
        let names = [&quote::always(source)[..], INTO_ITSELF, &quote::always(destination)];
        return Ok(Err([b"cannot move ", &names.concat()[..]].concat()));
    }
    match context.machine.workspace.rename(&from, &to)? {
        Ok(()) => {
            if settings.verbose {
                let line = [b"renamed ", &quote::always(source)[..], b" -> ", &quote::always(destination), b"\n"];
                context.out(&line.concat())?;
            }
            Ok(Ok(()))
        }
        Err(error) => cannot(error),
    }
}

/// Whether the last component of a name is `.` or `..`.
fn is_dot(name: &[u8]) -> bool {
    let bare = name.len() - name.iter().rev().take_while(|byte| **byte == b'/').count();
    let last = name.get(..bare).unwrap_or_default().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    matches!(last, b"." | b"..")
}
