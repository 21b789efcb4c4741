//! `du` as in GNU coreutils 9.1.

use sparring_tree::Kind;

use super::common::{Fault, HELP, VERSION, block_size, human_size, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::glob::{Glob, GlobOptions};
use crate::workspace::VirtualPath;
use crate::world;

/// `du`.
pub(super) const DU: Command = Command {
    name: "du",
    summary: "Print disk usage, as GNU coreutils 9.1 does.",
    buffering: Buffering::Blocks,
    run: du,
};

const TABLE: OptionTable = OptionTable {
    short: "0abd:chHklmst:xB:DLPSX:",
    long: &[
        Long::flag("all", "a"),
        Long::flag("apparent-size", "apparent-size"),
        Long::value("block-size", "block-size"),
        Long::flag("bytes", "b"),
        Long::flag("count-links", "l"),
        Long::flag("dereference", "L"),
        Long::value("exclude", "exclude"),
        Long::flag("human-readable", "h"),
        Long::flag("si", "si"),
        Long::value("max-depth", "d"),
        Long::flag("null", "0"),
        Long::flag("separate-dirs", "S"),
        Long::flag("summarize", "s"),
        Long::flag("total", "c"),
        Long::value("threshold", "t"),
        Long::perhaps("time", "ignored"),
        HELP,
        VERSION,
    ],
};

struct Settings {
    all: bool,
    apparent: bool,
    unit: u64,
    human: Option<u64>,
    depth: Option<usize>,
    separate: bool,
    excluded: Vec<Glob>,
    end: u8,
}

fn du(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings {
        all: false,
        apparent: false,
        unit: 1024,
        human: None,
        depth: None,
        separate: false,
        excluded: Vec::new(),
        end: b'\n',
    };
    let (mut summarizes, mut has_total) = (false, false);
    let (arguments, mut is_wrong) = (context.arguments, false);
    let operands = or_status!(context.options_with(arguments, TABLE, 1, |context, given| {
        let text = given.text();
        match given.name {
            "a" => settings.all = true,
            "b" => (settings.apparent, settings.unit, settings.human) = (true, 1, None),
            "apparent-size" => settings.apparent = true,
            "c" => has_total = true,
            "d" => match super::common::number(text, "") {
                Ok(depth) => settings.depth = Some(usize::try_from(depth).unwrap_or(usize::MAX)),
                Err(_) => {
                    is_wrong = true;
                    context.fail(Fault::about("invalid maximum depth", text), 1)?;
                }
            },
            "h" => settings.human = Some(1024),
            "si" => settings.human = Some(1000),
            "k" => (settings.unit, settings.human) = (1024, None),
            "m" => (settings.unit, settings.human) = (1 << 20, None),
            "B" | "block-size" => {
                let option = if given.name == "B" { "-B" } else { "--block-size" };
                match block_size(option, text) {
                    Ok(unit) => (settings.unit, settings.human) = (unit, None),
                    Err(fault) => return Ok(Err(fault)),
                }
            }
            "s" => summarizes = true,
            "S" => settings.separate = true,
            "exclude" => settings.excluded.push(Glob::new(text, GlobOptions::default())),
            "0" => settings.end = 0,
            _ => {}
        }
        Ok(Ok(()))
    })?);
    if is_wrong {
        return context.try_help(1);
    }
    if summarizes && settings.all {
        return context.fail(Fault::Usage(b"cannot both summarize and show all entries".to_vec()), 1);
    }
    if summarizes {
        match settings.depth {
            Some(0) => context.complain(b"warning: summarizing is the same as using --max-depth=0")?,
            Some(depth) => {
                let message = format!("warning: summarizing conflicts with --max-depth={depth}");
                context.complain(message.as_bytes())?;
                return context.try_help(1);
            }
            None => {}
        }
        settings.depth = Some(0);
    }
    let (mut total, mut status) = (0, 0);
    let mut seen: Vec<VirtualPath> = Vec::new();
    for operand in if operands.is_empty() { vec![&b"."[..]] } else { operands } {
        if operand.is_empty() {
            context.complain(b"invalid zero-length file name")?;
            status = 1;
            continue;
        }
        let found = context.machine.workspace.stat_link(context.directory, operand).map(|(path, _)| path);
        let path = match found {
            Ok(path) => path,
            Err(error) => {
                context.complain_about(b"cannot access ", &quote::always(operand), error)?;
                status = 1;
                continue;
            }
        };
        // What was counted is not counted again.
        if seen.iter().any(|earlier| *earlier == path || path.is_below(earlier)) {
            continue;
        }
        let mut out = Vec::new();
        total += settings.count(context, operand, &path, 0, &mut out)?.0;
        seen.push(path);
        context.out(&out)?;
    }
    if has_total {
        let line = [settings.size(total).as_bytes(), b"\ttotal", &[settings.end]].concat();
        context.out(&line)?;
    }
    Ok(status)
}

impl Settings {
    fn size(&self, bytes: u64) -> String {
        match self.human {
            Some(base) => human_size(bytes, base),
            None => bytes.div_ceil(self.unit).to_string(),
        }
    }

    /// Bytes of an entry with all below it, and without what its directories hold.
    fn count(
        &self,
        context: &Context<'_, '_>,
        name: &[u8],
        path: &VirtualPath,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Stoppable<(u64, u64)> {
        context.machine.budget.shell_step()?;
        let workspace = &context.machine.workspace;
        let base = name.rsplit(|byte| *byte == b'/').find(|part| !part.is_empty()).unwrap_or(name);
        if self.excluded.iter().any(|glob| glob.matches(base) || glob.matches(name)) {
            return Ok((0, 0));
        }
        let Some(node) = workspace.node(path) else { return Ok((0, 0)) };
        let own = match (self.apparent, node.kind()) {
            (false, _) => world::disk_usage(&node),
            (true, _) => node.size(),
        };
        let is_directory = node.kind() == Kind::Directory;
        let (mut sum, mut direct) = (own, own);
        if is_directory {
            for entry in workspace.list(path).unwrap_or_default() {
                let slash: &[u8] = if name.ends_with(b"/") { b"" } else { b"/" };
                let inner = [name, slash, &entry.name].concat();
                let (below, _) = self.count(context, &inner, &path.join(&entry.name), depth + 1, out)?;
                sum += below;
                if entry.kind != Kind::Directory {
                    direct += below;
                }
            }
        }
        let is_shown = (is_directory || self.all || depth == 0) && self.depth.is_none_or(|most| depth <= most);
        if is_shown {
            let shown = if self.separate && is_directory { direct } else { sum };
            out.extend_from_slice(&[self.size(shown).as_bytes(), b"\t", name, &[self.end]].concat());
        }
        Ok((sum, direct))
    }
}
