//! `tree` as in Debian's tree 2.1.

mod arguments;

use sparring_tree::{Kind, Mode};

use super::common::human_size;
use super::{Buffering, Command, Context};
use crate::budget::Stoppable;
use crate::workspace::{Node, VirtualPath};
use crate::world;
use arguments::{Refusal, Settings};

/// `tree`.
pub(super) const TREE: Command = Command {
    name: "tree",
    summary: "Draw directories, as tree 2.1 does; -a -d -f -i -L -I -P -s -h -p -F -Q -r, --prune, --dirsfirst, --noreport.",
    buffering: Buffering::Blocks,
    run,
};

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let arguments = context.arguments.get(1..).unwrap_or_default();
    let (settings, operands) = match arguments::read(arguments) {
        Ok(read) => read,
        Err(Refusal::Text(text)) => {
            context.out(&text)?;
            return Ok(0);
        }
        Err(Refusal::Message(message)) => {
            context.complain(&message)?;
            return Ok(1);
        }
        Err(Refusal::Usage(message)) => {
            context.complain(&message)?;
            context.error(arguments::USAGE)?;
            return Ok(1);
        }
    };
    let mut drawing = Drawing { settings: &settings, out: Vec::new(), directories: 0, files: 0 };
    let mut status = 0;
    for operand in if operands.is_empty() { vec![&b"."[..]] } else { operands } {
        status = drawing.operand(context, operand)?.max(status);
    }
    if !settings.no_report {
        let plural = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let mut report = format!("\n{}", plural(drawing.directories, "directory", "directories"));
        if !settings.only_directories {
            report += &format!(", {}", plural(drawing.files, "file", "files"));
        }
        drawing.out.extend_from_slice(report.as_bytes());
        drawing.out.push(b'\n');
    }
    let out = drawing.out;
    context.out(&out)?;
    Ok(status)
}

struct Drawing<'s> {
    settings: &'s Settings,
    out: Vec<u8>,
    directories: usize,
    files: usize,
}

impl Drawing<'_> {
    /// One operand and what lies below it; the status that follows.
    fn operand(&mut self, context: &Context<'_, '_>, operand: &[u8]) -> Stoppable<u8> {
        let workspace = &context.machine.workspace;
        let itself = workspace.stat_link(context.directory, operand);
        if let Ok((_, node)) = &itself {
            self.details(node);
        }
        // With full paths a slash at the end would be doubled.
        let trimmed = operand.len() - operand.iter().rev().take_while(|byte| **byte == b'/').count();
        let name = if self.settings.full_paths { &operand[..trimmed.max(1).min(operand.len())] } else { operand };
        self.name(name);
        if let Ok((_, node)) = &itself {
            self.mark(node.kind(), node.mode());
            if node.kind() == Kind::Link && self.settings.marks && !self.settings.only_directories {
                self.out.push(b'@');
            }
        }
        let found = workspace.stat(context.directory, operand).map(|(path, node)| (path, node.kind()));
        if let Ok((path, Kind::Directory)) = found {
            self.out.push(b'\n');
            self.level(context, name, &path, &mut Vec::new(), 1)?;
            return Ok(0);
        }
        self.out.extend_from_slice(b"  [error opening dir]\n");
        // What is there is counted, and its failure forgotten; only what is not there at all fails.
        if itself.is_err() {
            return Ok(2);
        }
        self.files += 1;
        Ok(0)
    }

    /// The entries of the directory `path` that are shown, in order; `depth` is theirs.
    fn shown(&self, context: &Context<'_, '_>, path: &VirtualPath, depth: usize) -> Stoppable<Vec<Shown>> {
        let (settings, workspace) = (self.settings, &context.machine.workspace);
        let mut entries = Vec::new();
        if settings.level.is_some_and(|most| depth > most) {
            return Ok(entries);
        }
        for entry in workspace.list(path).unwrap_or_default() {
            let place = path.join(&entry.name);
            let leads_to_directory = entry.kind == Kind::Directory
                || entry.kind == Kind::Link
                    && workspace
                        .stat(&VirtualPath::ROOT, place.as_bytes())
                        .is_ok_and(|(_, node)| node.kind() == Kind::Directory);
            let is_shown = (settings.all || !entry.name.starts_with(b"."))
                && (!settings.only_directories || leads_to_directory)
                && !settings.excluded.iter().any(|glob| glob.matches(&entry.name))
                && (settings.wanted.is_empty()
                    || entry.kind == Kind::Directory
                    || settings.wanted.iter().any(|glob| glob.matches(&entry.name)));
            let is_pruned = || -> Stoppable<bool> {
                Ok(settings.prunes
                    && !settings.only_directories
                    && leads_to_directory
                    && (entry.kind == Kind::Link || !self.holds_files(context, &place, depth + 1)?))
            };
            if is_shown && !is_pruned()? {
                entries.push(Shown { name: entry.name.to_vec(), place, kind: entry.kind, leads_to_directory });
            }
        }
        if settings.reversed {
            entries.reverse();
        }
        if let Some(is_first) = settings.directories_first {
            entries.sort_by_key(|entry| entry.leads_to_directory != is_first);
        }
        Ok(entries)
    }

    /// Whether anything is left of `path` when empty directories are left out.
    fn holds_files(&self, context: &Context<'_, '_>, path: &VirtualPath, depth: usize) -> Stoppable<bool> {
        context.machine.budget.shell_step()?;
        Ok(!self.shown(context, path, depth)?.is_empty())
    }

    fn level(
        &mut self,
        context: &Context<'_, '_>,
        name: &[u8],
        path: &VirtualPath,
        indents: &mut Vec<bool>,
        depth: usize,
    ) -> Stoppable<()> {
        context.machine.budget.shell_step()?;
        let (settings, workspace) = (self.settings, &context.machine.workspace);
        let entries = self.shown(context, path, depth)?;
        let count = entries.len();
        // The directory that was asked for counts when something of it is shown.
        if depth == 1 && count > 0 {
            self.directories += 1;
        }
        for (at, entry) in entries.into_iter().enumerate() {
            let is_last = at + 1 == count;
            if !settings.no_lines {
                for goes_on in indents.iter() {
                    self.out.extend_from_slice(if *goes_on { "│\u{a0}\u{a0} ".as_bytes() } else { b"    " });
                }
                self.out.extend_from_slice(if is_last { "└── ".as_bytes() } else { "├── ".as_bytes() });
            }
            let Some(node) = workspace.node(&entry.place) else { continue };
            self.details(&node);
            let full = [name, if name.ends_with(b"/") { &b""[..] } else { b"/" }, &entry.name].concat();
            self.name(if settings.full_paths { &full } else { &entry.name });
            self.mark(node.kind(), node.mode());
            if let Some(target) = node.target() {
                self.out.extend_from_slice(b" -> ");
                self.name(target);
                if let Ok((_, end)) = workspace.stat(&VirtualPath::ROOT, entry.place.as_bytes()) {
                    self.mark(end.kind(), end.mode());
                }
            }
            self.out.push(b'\n');
            if entry.leads_to_directory {
                self.directories += 1;
            } else {
                self.files += 1;
            }
            if entry.kind == Kind::Directory {
                indents.push(!is_last);
                self.level(context, &full, &entry.place, indents, depth + 1)?;
                indents.pop();
            }
        }
        Ok(())
    }

    fn name(&mut self, name: &[u8]) {
        let quote: &[u8] = if self.settings.quotes { b"\"" } else { b"" };
        for part in [quote, name, quote] {
            self.out.extend_from_slice(part);
        }
    }

    /// `[drwxr-xr-x 4.0K]` in front of a name.
    fn details(&mut self, node: &Node<'_, '_>) {
        let settings = self.settings;
        let mut parts = Vec::new();
        if settings.modes {
            let mode = world::mode_text(node.kind(), node.mode(), matches!(node, Node::Device(_)));
            parts.push(String::from_utf8_lossy(&mode).into_owned());
        }
        match (settings.sizes, settings.human) {
            (true, true) => parts.push(format!("{:>4}", human_size(node.size(), 1024))),
            (true, false) => parts.push(format!("{:>11}", node.size())),
            (false, _) => {}
        }
        if !parts.is_empty() {
            self.out.extend_from_slice(format!("[{}]  ", parts.join(" ")).as_bytes());
        }
    }

    /// What `-F` adds to a name; nothing where directories alone are shown.
    fn mark(&mut self, kind: Kind, mode: Mode) {
        if !self.settings.marks || self.settings.only_directories {
            return;
        }
        match kind {
            Kind::Directory => self.out.push(b'/'),
            Kind::File if mode.0 & 0o111 != 0 => self.out.push(b'*'),
            _ => {}
        }
    }
}

/// An entry of a directory that is shown.
struct Shown {
    name: Vec<u8>,
    place: VirtualPath,
    kind: Kind,
    leads_to_directory: bool,
}
