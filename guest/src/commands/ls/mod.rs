//! `ls` as in GNU coreutils 9.1.
//!
//! ```text
//! settings (options) -> entry (collect, sort) -> name (quoting, indicator) -> columns | long
//! ```

mod columns;
mod entry;
mod long;
mod name;
mod options;
mod settings;

use sparring_tree::Kind;

use super::{Buffering, Command, Context, common::or_status, quote};
use crate::budget::Stoppable;
use crate::workspace::{FileError, VirtualPath};
use entry::Entry;
use settings::{Layout, Settings};

/// `ls`.
pub(super) const LS: Command = Command {
    name: "ls",
    summary: "List directories, as GNU coreutils 9.1 does; all files have one of two times.",
    buffering: Buffering::Blocks,
    run,
};

/// `dir`: `ls -C -b`.
pub(super) const DIR: Command =
    Command { name: "dir", summary: "List directories in columns.", buffering: Buffering::Blocks, run };

/// A directory to list: its name as typed, and where it is.
struct Directory {
    name: Vec<u8>,
    path: VirtualPath,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (settings, operands) = or_status!(settings::read(context)?);
    let mut listing =
        Listing { settings: &settings, status: 0, is_first: true, names: operands.len() > 1, has_colored: false };
    let (mut files, mut directories) = (Vec::new(), Vec::new());
    for operand in if operands.is_empty() { vec![&b"."[..]] } else { operands } {
        let workspace = &context.machine.workspace;
        // A link to a directory is listed unless its own line is asked for.
        let follows = settings.follows_all
            || (settings.follows_operands.unwrap_or(
                !settings.lists_directories_themselves && settings.layout != Layout::Long && !settings.has_classify,
            ));
        let place = if follows {
            match workspace.stat(context.directory, operand) {
                Err(FileError::NotFound) if !(settings.follows_all || settings.follows_operands == Some(true)) => {
                    workspace.stat_link(context.directory, operand)
                }
                found => found,
            }
        } else {
            workspace.stat_link(context.directory, operand)
        };
        let found = place.map(|(path, node)| (path.clone(), Entry::new(operand, &path, &node, workspace)));
        match found {
            Ok((path, entry)) if entry.kind == Kind::Directory && !settings.lists_directories_themselves => {
                directories.push((entry, Directory { name: operand.to_vec(), path }));
            }
            Ok((_, entry)) => files.push(entry),
            Err(error) => {
                context.complain_about(b"cannot access ", &quote::always(operand), error)?;
                listing.status = 2;
            }
        }
    }
    entry::sort(&mut files, &settings);
    if !files.is_empty() {
        listing.is_first = false;
        listing.print(context, &files)?;
    }
    let mut order: Vec<Entry> = directories.iter().map(|(entry, _)| entry.clone()).collect();
    entry::sort(&mut order, &settings);
    let names = listing.names || settings.is_recursive;
    for entry in order {
        let Some(at) = directories.iter().position(|(other, _)| other.name == entry.name) else { continue };
        let (_, directory) = directories.swap_remove(at);
        listing.directory(context, directory, names)?;
    }
    Ok(listing.status)
}

struct Listing<'s> {
    settings: &'s Settings,
    status: u8,
    is_first: bool,
    names: bool,
    /// The first colour of all is preceded by a reset.
    has_colored: bool,
}

impl Listing<'_> {
    fn directory(&mut self, context: &mut Context<'_, '_>, directory: Directory, has_name: bool) -> Stoppable<()> {
        context.machine.budget.shell_step()?;
        let settings = self.settings;
        if has_name {
            let blank: &[u8] = if self.is_first { b"" } else { b"\n" };
            let name = name::directory_label(&directory.name, settings);
            context.out(&[blank, name.as_slice(), b":\n"].concat())?;
        }
        self.is_first = false;
        let mut entries = entry::collect(&context.machine.workspace, &directory.path, settings);
        entry::sort(&mut entries, settings);
        if settings.layout == Layout::Long || settings.shows_blocks {
            let total: u64 = entries.iter().map(|entry| entry.usage).sum();
            context.out(format!("total {}\n", settings.blocks(total)).as_bytes())?;
        }
        self.print(context, &entries)?;
        if !settings.is_recursive {
            return Ok(());
        }
        for entry in entries {
            if entry.kind != Kind::Directory || matches!(entry.name.as_slice(), b"." | b"..") {
                continue;
            }
            let slash: &[u8] = if directory.name.ends_with(b"/") { b"" } else { b"/" };
            let name = [&directory.name, slash, &entry.name].concat();
            let path = directory.path.join(&entry.name);
            self.directory(context, Directory { name, path }, true)?;
        }
        Ok(())
    }

    fn print(&mut self, context: &mut Context<'_, '_>, entries: &[Entry]) -> Stoppable<()> {
        let settings = self.settings;
        let mut out = match settings.layout {
            Layout::Long => long::lines(entries, settings),
            Layout::OnePerLine => columns::one_per_line(entries, settings),
            Layout::Down => columns::table(entries, settings, true),
            Layout::Across => columns::table(entries, settings, false),
            Layout::Commas => columns::commas(entries, settings),
        };
        if !self.has_colored
            && let Some(at) = memchr::memchr(0x1b, &out).filter(|_| settings.has_colors)
        {
            self.has_colored = true;
            out.splice(at..at, *b"\x1b[0m");
        }
        context.out(&out)
    }
}
