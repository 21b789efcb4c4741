//! `tree` as in Debian's tree 2.1.

use sparring_tree::{Kind, Mode};

use super::common::{Fault, human_size, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context};
use crate::budget::Stoppable;
use crate::glob::{Glob, GlobOptions};
use crate::workspace::{Node, VirtualPath};
use crate::world;

/// `tree`.
pub(super) const TREE: Command = Command {
    name: "tree",
    summary: "Draw directories, as tree 2.1 does; -a -d -f -L -I -P -s -h -p -F -i and --noreport.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "adfiL:I:P:shpFnCrtQNv",
    long: &[
        Long::flag("noreport", "noreport"),
        Long::flag("dirsfirst", "dirsfirst"),
        Long::flag("help", "help"),
        Long::flag("version", "version"),
        Long::flag("prune", "prune"),
        Long::flag("gitignore", "ignored"),
        Long::value("charset", "charset"),
    ],
};

#[derive(Default)]
struct Settings {
    all: bool,
    only_directories: bool,
    full_paths: bool,
    no_lines: bool,
    level: Option<usize>,
    excluded: Vec<Glob>,
    wanted: Vec<Glob>,
    sizes: Option<bool>,
    modes: bool,
    marks: bool,
    reversed: bool,
    directories_first: bool,
    no_report: bool,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings::default();
    let patterns = |text: &[u8]| -> Vec<Glob> {
        text.split(|byte| *byte == b'|').map(|part| Glob::new(part, GlobOptions::default())).collect()
    };
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "a" => settings.all = true,
            "d" => settings.only_directories = true,
            "f" => settings.full_paths = true,
            "i" => settings.no_lines = true,
            "L" => match super::common::number(given.text(), "") {
                Ok(level) if level > 0 => settings.level = usize::try_from(level).ok(),
                _ => return Err(Fault::Message(b"Invalid level, must be greater than 0.".to_vec())),
            },
            "I" => settings.excluded.extend(patterns(given.text())),
            "P" => settings.wanted.extend(patterns(given.text())),
            "s" => settings.sizes = Some(false),
            "h" => settings.sizes = Some(true),
            "p" => settings.modes = true,
            "F" => settings.marks = true,
            "r" => settings.reversed = true,
            "dirsfirst" => settings.directories_first = true,
            "noreport" => settings.no_report = true,
            _ => {}
        }
        Ok(())
    })?);
    let mut drawing = Drawing { settings: &settings, out: Vec::new(), directories: 0, files: 0 };
    let mut status = 0;
    for operand in if operands.is_empty() { vec![&b"."[..]] } else { operands } {
        let found = context.machine.workspace.stat(context.directory, operand);
        match found.map(|(path, node)| (path, node.kind())) {
            Ok((path, Kind::Directory)) => {
                drawing.out.extend_from_slice(operand);
                drawing.out.push(b'\n');
                drawing.directories += 1;
                drawing.level(context, operand, &path, &mut Vec::new(), 1)?;
            }
            _ => {
                drawing.out.extend_from_slice(operand);
                drawing.out.extend_from_slice(b"  [error opening dir]\n");
                status = 2;
            }
        }
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
    fn level(
        &mut self,
        context: &Context<'_, '_>,
        name: &[u8],
        path: &VirtualPath,
        indents: &mut Vec<bool>,
        depth: usize,
    ) -> Stoppable<()> {
        context.machine.budget.shell_step()?;
        let settings = self.settings;
        if settings.level.is_some_and(|most| depth > most) {
            return Ok(());
        }
        let workspace = &context.machine.workspace;
        let mut entries = workspace.list(path).unwrap_or_default();
        entries.retain(|entry| {
            let is_directory = entry.kind == Kind::Directory;
            (settings.all || !entry.name.starts_with(b"."))
                && (!settings.only_directories || is_directory)
                && !settings.excluded.iter().any(|glob| glob.matches(&entry.name))
                && (settings.wanted.is_empty()
                    || is_directory
                    || settings.wanted.iter().any(|glob| glob.matches(&entry.name)))
        });
        if settings.reversed {
            entries.reverse();
        }
        if settings.directories_first {
            entries.sort_by_key(|entry| entry.kind != Kind::Directory);
        }
        let count = entries.len();
        for (at, entry) in entries.into_iter().enumerate() {
            let is_last = at + 1 == count;
            if !settings.no_lines {
                for goes_on in indents.iter() {
                    self.out.extend_from_slice(if *goes_on { "│\u{a0}\u{a0} ".as_bytes() } else { b"    " });
                }
                self.out.extend_from_slice(if is_last { "└── ".as_bytes() } else { "├── ".as_bytes() });
            }
            let place = path.join(&entry.name);
            let Some(node) = workspace.node(&place) else { continue };
            self.details(&node);
            let full = [name, if name.ends_with(b"/") { &b""[..] } else { b"/" }, &entry.name].concat();
            self.out.extend_from_slice(if settings.full_paths { &full } else { &entry.name });
            self.mark(node.kind(), node.mode());
            let mut leads_to_directory = entry.kind == Kind::Directory;
            if let Some(target) = node.target() {
                self.out.extend_from_slice(b" -> ");
                self.out.extend_from_slice(target);
                if let Ok((_, end)) = workspace.stat(&VirtualPath::ROOT, place.as_bytes()) {
                    leads_to_directory = end.kind() == Kind::Directory;
                    self.mark(end.kind(), end.mode());
                }
            }
            self.out.push(b'\n');
            if leads_to_directory {
                self.directories += 1;
            } else {
                self.files += 1;
            }
            if entry.kind == Kind::Directory {
                indents.push(!is_last);
                self.level(context, &full, &place, indents, depth + 1)?;
                indents.pop();
            }
        }
        Ok(())
    }

    /// `[drwxr-xr-x 4.0K]` in front of a name.
    fn details(&mut self, node: &Node<'_, '_>) {
        let settings = self.settings;
        let mut parts = Vec::new();
        if settings.modes {
            let mode = world::mode_text(node.kind(), node.mode(), matches!(node, Node::Device(_)));
            parts.push(String::from_utf8_lossy(&mode).into_owned());
        }
        match settings.sizes {
            Some(true) => parts.push(format!("{:>4}", human_size(node.size(), 1024))),
            Some(false) => parts.push(format!("{:>11}", node.size())),
            None => {}
        }
        if !parts.is_empty() {
            self.out.extend_from_slice(format!("[{}]  ", parts.join(" ")).as_bytes());
        }
    }

    fn mark(&mut self, kind: Kind, mode: Mode) {
        if !self.settings.marks {
            return;
        }
        match kind {
            Kind::Directory => self.out.push(b'/'),
            Kind::File if mode.0 & 0o111 != 0 => self.out.push(b'*'),
            _ => {}
        }
    }
}
