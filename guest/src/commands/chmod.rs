//! `chmod` as in GNU coreutils 9.1.

use sparring_tree::{Kind, Mode};

use super::common::{Fault, HELP, VERSION, or_status};
use super::mode::ModeChange;
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::{FileError, VirtualPath};
use crate::world;

/// `chmod`.
pub(super) const CHMOD: Command = Command {
    name: "chmod",
    summary: "Change permissions, as GNU coreutils 9.1 does.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "Rcfvr::w::x::X::s::t::u::g::o::a::,::+::=::0::1::2::3::4::5::6::7::",
    long: &[
        Long::flag("changes", "c"),
        Long::flag("recursive", "R"),
        Long::flag("no-preserve-root", "ignored"),
        Long::flag("preserve-root", "ignored"),
        Long::flag("quiet", "f"),
        Long::value("reference", "reference"),
        Long::flag("silent", "f"),
        Long::flag("verbose", "v"),
        HELP,
        VERSION,
    ],
};

#[derive(Clone, Copy, Default)]
struct Settings {
    recursive: bool,
    tells_changes: bool,
    is_quiet: bool,
    is_verbose: bool,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings::default();
    let mut reference = None;
    let mut dashed: Vec<u8> = Vec::new();
    let arguments = context.arguments;
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "R" => settings.recursive = true,
            "c" => (settings.tells_changes, settings.is_verbose) = (true, false),
            "f" => settings.is_quiet = true,
            "v" => (settings.is_verbose, settings.tells_changes) = (true, false),
            "reference" => reference = given.value,
            "ignored" => {}
            // `-x` is a mode that begins with a dash.
            _ => {
                if !dashed.is_empty() {
                    dashed.push(b',');
                }
                dashed.extend_from_slice(arguments.get(given.argument).map_or(&b""[..], Vec::as_slice));
            }
        }
        Ok(())
    })?);
    if reference.is_some() && !dashed.is_empty() {
        return context.fail(Fault::Usage(b"cannot combine mode and --reference options".to_vec()), 1);
    }
    let mut files = operands.as_slice();
    let mut mode: Option<&[u8]> = None;
    if !dashed.is_empty() {
        mode = Some(&dashed);
    } else if reference.is_none()
        && let Some((first, rest)) = files.split_first()
    {
        (mode, files) = (Some(*first), rest);
    }
    if files.is_empty() {
        return match mode.filter(|_| dashed.is_empty()) {
            Some(mode) => context.fail(Fault::usage_about("missing operand after", mode), 1),
            None => context.fail(Fault::Usage(b"missing operand".to_vec()), 1),
        };
    }
    let change = match (reference, mode) {
        (Some(name), _) => match context.machine.workspace.stat(context.directory, name) {
            Ok((_, node)) => ModeChange::parse(format!("0{:04o}", node.mode().0).as_bytes()),
            Err(error) => {
                context.complain_about(b"failed to get attributes of ", &quote::always(name), error)?;
                return Ok(1);
            }
        },
        (None, Some(text)) => match ModeChange::parse(text) {
            None => return context.fail(Fault::usage_about("invalid mode:", text), 1),
            change => change,
        },
        (None, None) => None,
    };
    let Some(change) = change else { return Ok(1) };
    let mut is_whole = true;
    for file in files {
        let workspace = &context.machine.workspace;
        match workspace.stat(context.directory, file).map(|(path, _)| path) {
            Ok(path) => is_whole &= change_one(context, file, &path, &change, settings)?,
            Err(error) => {
                is_whole = false;
                let is_dangling = error == FileError::NotFound && workspace.stat_link(context.directory, file).is_ok();
                if !settings.is_quiet {
                    let name = quote::always(file);
                    if is_dangling {
                        context.complain(&[b"cannot operate on dangling symlink ", &name[..]].concat())?;
                    } else {
                        context.complain_about(b"cannot access ", &name, error)?;
                    }
                }
                if settings.is_verbose {
                    context.out(&[&quote::always(file)[..], b" could not be accessed\n"].concat())?;
                }
            }
        }
    }
    Ok(u8::from(!is_whole))
}

fn change_one(
    context: &mut Context<'_, '_>,
    name: &[u8],
    path: &VirtualPath,
    change: &ModeChange,
    settings: Settings,
) -> Stoppable<bool> {
    context.machine.budget.shell_step()?;
    let Some((kind, old)) = context.machine.workspace.node(path).map(|node| (node.kind(), node.mode())) else {
        return Ok(true);
    };
    // A walk never follows links.
    if kind == Kind::Link {
        if settings.is_verbose {
            let shown = quote::always(name);
            let line = [b"neither symbolic link ", &shown[..], b" nor referent has been changed\n"].concat();
            context.out(&line)?;
        }
        return Ok(true);
    }
    let new = change.apply(old, kind == Kind::Directory, context.machine.workspace.umask());
    if new != old
        && let Err(error) = context.machine.workspace.set_mode(path, new)?
    {
        context.complain_about(b"changing permissions of ", &quote::always(name), error)?;
        return Ok(false);
    }
    let text = |mode: Mode| {
        let letters = world::mode_text(Kind::File, mode, false);
        format!("{:04o} ({})", mode.0, String::from_utf8_lossy(letters.get(1..).unwrap_or_default()))
    };
    let outcome = if new != old && (settings.is_verbose || settings.tells_changes) {
        Some(format!(" changed from {} to {}\n", text(old), text(new)))
    } else if settings.is_verbose {
        Some(format!(" retained as {}\n", text(new)))
    } else {
        None
    };
    if let Some(outcome) = outcome {
        context.out(&[b"mode of ", &quote::always(name)[..], outcome.as_bytes()].concat())?;
    }
    let mut is_whole = true;
    if settings.recursive && kind == Kind::Directory {
        for entry in context.machine.workspace.list(path).unwrap_or_default() {
            let slash: &[u8] = if name.ends_with(b"/") { b"" } else { b"/" };
            let inner = [name, slash, &entry.name].concat();
            is_whole &= change_one(context, &inner, &path.join(&entry.name), change, settings)?;
        }
    }
    Ok(is_whole)
}
