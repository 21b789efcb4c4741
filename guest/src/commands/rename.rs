//! `mv` as in GNU coreutils 9.1.

use sparring_tree::Kind;

use super::common::{HELP, VERSION, or_status};
use super::options::{Long, OptionTable};
use super::target::{self, Target};
use super::{Buffering, Command, Context, quote, remove::ask};
use crate::budget::Stoppable;
use crate::workspace::FileError;
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
        if let Ok((path, node)) = context.machine.workspace.stat_link(context.directory, &source)
            && node.kind() == Kind::Directory
        {
            if seen.contains(&path) {
                let shown = quote::always(&source);
                context
                    .complain(&[b"warning: source directory ", &shown[..], b" specified more than once"].concat())?;
                continue;
            }
            seen.push(path);
        }
        let place = context.machine.workspace.resolve_link(context.directory, &destination).ok();
        let is_there = context.machine.workspace.stat_link(context.directory, &source).is_ok();
        if is_there && place.as_ref().is_some_and(|place| made.contains(place)) {
            let names = [&quote::always(&destination)[..], b" with ", &quote::always(&source)].concat();
            context.complain(&[b"will not overwrite just-created ", &names[..]].concat())?;
            status = 1;
            continue;
        }
        match move_one(context, &source, &destination, &settings)? {
            Ok(()) => made.extend(place),
            Err(message) => {
                context.complain(&message)?;
                status = 1;
            }
        }
    }
    Ok(status)
}

fn move_one(
    context: &mut Context<'_, '_>,
    source: &[u8],
    destination: &[u8],
    settings: &Settings<'_>,
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
            let name = quote::always(destination);
            return Ok(Err([b"failed to access ", &name[..], b": Not a directory"].concat()));
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
        if kind != Kind::Directory && there == Kind::Directory {
            let name = quote::always(destination);
            return Ok(Err([b"cannot overwrite directory ", &name[..], b" with non-directory"].concat()));
        }
        if kind == Kind::Directory && there != Kind::Directory {
            let names = [&quote::always(destination)[..], b" with directory ", &quote::always(source)].concat();
            return Ok(Err([b"cannot overwrite non-directory ", &names[..]].concat()));
        }
    }
    let bare_length = source.len() - source.iter().rev().take_while(|byte| **byte == b'/').count();
    let last = source.get(..bare_length).unwrap_or_default().rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    if matches!(last, b"." | b"..") {
        return cannot(FileError::Busy);
    }
    if to.is_below(&from) {
        let names = [&quote::always(source)[..], b" to a subdirectory of itself, ", &quote::always(destination)];
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
