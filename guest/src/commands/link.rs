//! `ln` as in GNU coreutils 9.1. A hard link is a copy: trees have none.

use sparring_tree::Kind;

use super::common::{Fault, HELP, VERSION, or_status};
use super::options::{Long, OptionTable};
use super::target::{self, Target};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::FileError;

/// `ln`.
pub(super) const LN: Command = Command {
    name: "ln",
    summary: "Make links, as GNU coreutils 9.1 does; hard links are copies.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "bdfinrst:vFLPS:T",
    long: &[
        Long::perhaps("backup", "b"),
        Long::flag("directory", "d"),
        Long::flag("no-dereference", "n"),
        Long::flag("no-target-directory", "T"),
        Long::flag("force", "f"),
        Long::flag("interactive", "i"),
        Long::value("suffix", "S"),
        Long::value("target-directory", "t"),
        Long::flag("logical", "L"),
        Long::flag("physical", "P"),
        Long::flag("relative", "r"),
        Long::flag("symbolic", "s"),
        Long::flag("verbose", "v"),
        HELP,
        VERSION,
    ],
};

#[derive(Default)]
struct Settings<'c> {
    is_symbolic: bool,
    force: bool,
    keeps_links: bool,
    is_relative: bool,
    verbose: bool,
    target: Target<'c>,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings::default();
    let arguments = context.arguments;
    let mut operands = or_status!(context.options_with(arguments, TABLE, 1, |context, given| {
        match given.name {
            "s" => settings.is_symbolic = true,
            "f" => settings.force = true,
            "n" => settings.keeps_links = true,
            "r" => settings.is_relative = true,
            "v" => settings.verbose = true,
            "t" => {
                // Looked at once, before anything else.
                let name = given.text();
                if let Err(fault) = settings.target.set_directory(given.value) {
                    return Ok(Err(fault));
                }
                let found = context.machine.workspace.stat(context.directory, name).map(|(_, node)| node.kind());
                let shown = quote::always(name);
                match found {
                    Ok(Kind::Directory) => {}
                    Ok(_) => return Ok(Err(Fault::Message([b"target ", &shown[..], b" is not a directory"].concat()))),
                    Err(error) => {
                        let why = error.message().as_bytes();
                        return Ok(Err(Fault::Message([b"failed to access ", &shown[..], b": ", why].concat())));
                    }
                }
            }
            "T" => settings.target.is_file = true,
            _ => {}
        }
        Ok(Ok(()))
    })?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing file operand".to_vec()), 1);
    }
    if settings.target.directory.is_some() && settings.target.is_file {
        let message = b"cannot combine --target-directory and --no-target-directory".to_vec();
        return context.fail(Fault::Message(message), 1);
    }
    let is_pair = operands.len() == 2;
    // One operand alone is linked into the current directory; `-n` takes a link to a directory as
    // the file that it is.
    if operands.len() == 1 && settings.target.directory.is_none() && !settings.target.is_file {
        operands.push(b".");
    }
    if settings.keeps_links
        && settings.target.directory.is_none()
        && operands.len() == 2
        && let Some(last) = operands.last()
        && context.machine.workspace.stat_link(context.directory, last).is_ok_and(|(_, n)| n.kind() == Kind::Link)
    {
        settings.target.is_file = true;
    }
    // A link to nothing fails before it is known what its name leads to.
    if settings.is_symbolic && settings.target.directory.is_none() && is_pair && operands[0].is_empty() {
        settings.target.is_file = true;
    }
    let pairs = match target::pairs(context, &operands, settings.target) {
        Ok(pairs) => pairs,
        Err(Fault::Usage(message)) if message.starts_with(b"missing destination") => {
            return context.fail(Fault::Usage(message), 1);
        }
        Err(fault) => return context.fail(fault, 1),
    };
    let mut status = 0;
    for (source, name) in pairs {
        if let Err(message) = link_one(context, &source, &name, &settings)? {
            context.complain(&message)?;
            status = 1;
        }
    }
    Ok(status)
}

fn link_one(
    context: &mut Context<'_, '_>,
    source: &[u8],
    name: &[u8],
    settings: &Settings<'_>,
) -> Stoppable<Result<(), Vec<u8>>> {
    let why = |error: FileError| error.message().as_bytes().to_vec();
    let workspace = &mut context.machine.workspace;
    let original = if settings.is_symbolic {
        None
    } else {
        match workspace.stat_link(context.directory, source).map(|(path, node)| (path, node.kind())) {
            Err(error) => {
                return Ok(Err([b"failed to access ", &quote::always(source)[..], b": ", &why(error)].concat()));
            }
            Ok((_, Kind::Directory)) => {
                let shown = quote::file_in_message(source);
                return Ok(Err([&shown[..], b": hard link not allowed for directory"].concat()));
            }
            Ok((path, _)) => Some(path),
        }
    };
    let kind: &[u8] = if settings.is_symbolic { b"symbolic" } else { b"hard" };
    let failed = |error: FileError| {
        let mut message = [b"failed to create ", kind, b" link ", &quote::always(name)[..]].concat();
        if settings.is_symbolic && source.is_empty() {
            message.extend_from_slice(b" -> ''");
        }
        if !settings.is_symbolic && error != FileError::Exists {
            message.extend_from_slice(b" => ");
            message.extend_from_slice(&quote::always(source));
        }
        message.extend_from_slice(b": ");
        message.extend_from_slice(&why(error));
        Ok(Err(message))
    };
    let place = match workspace.resolve_link(context.directory, name.strip_suffix(b"/").unwrap_or(name)) {
        Ok(place) => place,
        Err(FileError::NotADirectory) if settings.force => {
            return Ok(Err([b"failed to access ", &quote::always(name)[..], b": Not a directory"].concat()));
        }
        Err(error) => return failed(error),
    };
    let is_directory = workspace.node(&place).is_some_and(|node| node.kind() == Kind::Directory);
    if settings.is_symbolic && source.is_empty() && !(settings.force && is_directory && !name.ends_with(b"/")) {
        return failed(FileError::NotFound);
    }
    if let Some(there) = workspace.node(&place).map(|node| node.kind()) {
        if !settings.force {
            return failed(FileError::Exists);
        }
        if there == Kind::Directory {
            return Ok(Err([&quote::file_in_message(name)[..], b": cannot overwrite directory"].concat()));
        }
        let end = workspace.stat(context.directory, source).ok().map(|(path, _)| path);
        if original.as_ref() == Some(&place) || end.as_ref() == Some(&place) {
            let names = [&quote::always(source)[..], b" and ", &quote::always(name), b" are the same file"];
            return Ok(Err(names.concat()));
        }
        let _gone = workspace.remove(&place)?;
    }
    if name.ends_with(b"/") && workspace.node(&place).is_none() {
        return failed(FileError::NotFound);
    }
    let text = match (&original, settings.is_relative) {
        (None, true) => match workspace.resolve(context.directory, source) {
            Ok(end) => relative(place.parent().as_bytes(), end.as_bytes()),
            Err(_) => {
                let absolute = [&context.directory.display()[..], b"/", source].concat();
                let full = if source.starts_with(b"/") { source } else { &absolute };
                relative(place.parent().as_bytes(), crate::workspace::VirtualPath::lexical(full).as_bytes())
            }
        },
        _ => source.to_vec(),
    };
    let made = match &original {
        None if text.is_empty() => Err(FileError::NotFound),
        None => workspace.make_link(&place, &text)?,
        Some(path) => workspace.copy(path, &place)?,
    };
    if let Err(error) = made {
        return failed(error);
    }
    if settings.verbose {
        let arrow: &[u8] = if settings.is_symbolic { b" -> " } else { b" => " };
        context.out(&[&quote::always(name)[..], arrow, &quote::always(&text), b"\n"].concat())?;
    }
    Ok(Ok(()))
}

/// The way from one directory to a path, both without a leading slash.
pub(super) fn relative(directory: &[u8], path: &[u8]) -> Vec<u8> {
    let split = |path: &'_ [u8]| -> Vec<Vec<u8>> {
        path.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).map(<[u8]>::to_vec).collect()
    };
    let (from, to) = (split(directory), split(path));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut parts: Vec<&[u8]> = vec![b".."; from.len() - common];
    parts.extend(to.iter().skip(common).map(Vec::as_slice));
    if parts.is_empty() { b".".to_vec() } else { parts.join(&b'/') }
}
