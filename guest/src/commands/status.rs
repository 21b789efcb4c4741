//! `stat` as in GNU coreutils 9.1.

use sparring_tree::Kind;

use super::calendar::{self, Moment};
use super::common::{Fault, HELP, VERSION, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;
use crate::workspace::{Node, VirtualPath};
use crate::world;

/// `stat`.
pub(super) const STAT: Command = Command {
    name: "stat",
    summary: "Print what is known of files; -f is refused.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "c:fLt",
    long: &[
        Long::flag("dereference", "L"),
        Long::flag("file-system", "f"),
        Long::value("format", "c"),
        Long::value("printf", "printf"),
        Long::flag("terse", "t"),
        Long::value("cached", "cached"),
        HELP,
        VERSION,
    ],
};

const TERSE: &[u8] = b"%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o";

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut format, mut end, mut follows) = (None, &b"\n"[..], false);
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "c" => (format, end) = (Some(given.text().to_vec()), &b"\n"[..]),
            "printf" => {
                let mut text = Vec::new();
                super::escapes::expand(given.text(), super::escapes::Style::Format, &mut text);
                (format, end) = (Some(text), &b""[..]);
            }
            "L" => follows = true,
            "t" => format = Some(TERSE.to_vec()),
            "f" => return Err(Fault::Message(b"file systems are not simulated".to_vec())),
            _ => {}
        }
        Ok(())
    })?);
    if operands.is_empty() {
        return context.fail(Fault::Usage(b"missing operand".to_vec()), 1);
    }
    let mut status = 0;
    for operand in operands {
        let workspace = &context.machine.workspace;
        let found = if follows {
            workspace.stat(context.directory, operand)
        } else {
            workspace.stat_link(context.directory, operand)
        };
        let text = match found {
            Ok((path, node)) => {
                let entry = Entry { name: operand, path, node, context };
                match &format {
                    Some(format) => [&entry.format(format)[..], end].concat(),
                    None => entry.report(),
                }
            }
            Err(error) => {
                context.complain_about(b"cannot statx ", &quote::always(operand), error)?;
                status = 1;
                continue;
            }
        };
        context.out(&text)?;
    }
    Ok(status)
}

struct Entry<'e, 'c, 'a> {
    name: &'e [u8],
    path: VirtualPath,
    node: Node<'e, 'a>,
    context: &'e Context<'c, 'a>,
}

impl Entry<'_, '_, '_> {
    fn is_device(&self) -> bool {
        matches!(self.node, Node::Device(_))
    }

    /// The default report.
    fn report(&self) -> Vec<u8> {
        let device: &[u8] = if self.is_device() {
            b"  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-10i  Links: %-5h Device type: %t,%T\n"
        } else {
            b"  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\nDevice: %Hd,%Ld\tInode: %-10i  Links: %h\n"
        };
        let rest = b"Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\nAccess: %x\nModify: %y\nChange: %z\n Birth: %w\n";
        let mut text = self.format(&[device, rest].concat());
        // The report names files without quotes.
        let quoted = self.directive(b'N', None).unwrap_or_default();
        let bare = match self.node.target() {
            Some(target) => [self.name, b" -> ", target].concat(),
            None => self.name.to_vec(),
        };
        if let Some(at) = memchr::memmem::find(&text, &quoted) {
            text.splice(at..at + quoted.len(), bare);
        }
        text
    }

    fn format(&self, format: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(&byte) = format.get(at) {
            at += 1;
            if byte != b'%' {
                out.push(byte);
                continue;
            }
            let start = at;
            let (mut left, mut zeros) = (false, false);
            while let Some(flag) = format.get(at).filter(|byte| b"-+ #0'I".contains(byte)) {
                left |= *flag == b'-';
                zeros |= *flag == b'0';
                at += 1;
            }
            let number = |at: &mut usize| {
                let mut value = 0_usize;
                while let Some(digit) = format.get(*at).filter(|byte| byte.is_ascii_digit()) {
                    value = (value * 10 + usize::from(digit - b'0')).min(10_000);
                    *at += 1;
                }
                value
            };
            let width = number(&mut at);
            let mut precision = None;
            if format.get(at) == Some(&b'.') {
                at += 1;
                precision = Some(number(&mut at));
            }
            let modifier = match (format.get(at), format.get(at + 1)) {
                (Some(modifier @ (b'H' | b'L')), Some(b'd' | b'r')) => {
                    at += 1;
                    Some(*modifier)
                }
                _ => None,
            };
            let Some(&letter) = format.get(at) else {
                out.push(b'%');
                out.extend_from_slice(format.get(start..).unwrap_or_default());
                break;
            };
            at += 1;
            if letter == b'%' {
                out.push(b'%');
                continue;
            }
            let Some(mut text) = self.directive(letter, modifier) else {
                out.extend_from_slice(b"?");
                continue;
            };
            let is_time = matches!(letter, b'X' | b'Y' | b'Z' | b'W');
            if let Some(precision) = precision {
                if is_time && precision > 0 {
                    text.push(b'.');
                    text.extend(std::iter::repeat_n(b'0', precision));
                } else if !is_time {
                    text.truncate(precision);
                }
            }
            let fill = width.saturating_sub(text.len());
            if left {
                out.extend_from_slice(&text);
                out.extend(std::iter::repeat_n(b' ', fill));
            } else {
                out.extend(std::iter::repeat_n(if zeros { b'0' } else { b' ' }, fill));
                out.extend_from_slice(&text);
            }
        }
        out
    }

    fn directive(&self, letter: u8, modifier: Option<u8>) -> Option<Vec<u8>> {
        let node = &self.node;
        let workspace = &self.context.machine.workspace;
        let modified = world::modified(node);
        let kind_bits: u32 = match node.kind() {
            Kind::Directory => 0o040_000,
            Kind::Link => 0o120_000,
            Kind::File if self.is_device() => 0o020_000,
            Kind::File => 0o100_000,
        };
        let text = match letter {
            b'n' => return Some(self.name.to_vec()),
            b'N' => {
                let mut text = quote::always(self.name);
                if let Some(target) = node.target() {
                    text.extend_from_slice(b" -> ");
                    text.extend_from_slice(&quote::always(target));
                }
                return Some(text);
            }
            b'a' => format!("{:o}", node.mode().0),
            b'A' => return Some(world::mode_text(node.kind(), node.mode(), self.is_device()).to_vec()),
            b'b' => (world::disk_usage(node) / 512).to_string(),
            b'B' => "512".to_owned(),
            b'C' => "?".to_owned(),
            b'd' => match modifier {
                Some(b'H') => (world::DEVICE >> 8).to_string(),
                Some(_) => (world::DEVICE & 0xff).to_string(),
                None => world::DEVICE.to_string(),
            },
            b'D' => format!("{:x}", world::DEVICE),
            b'f' => format!("{:x}", kind_bits | u32::from(node.mode().0)),
            b'F' => match node.kind() {
                Kind::Directory => "directory",
                Kind::Link => "symbolic link",
                Kind::File if self.is_device() => "character special file",
                Kind::File if node.size() == 0 => "regular empty file",
                Kind::File => "regular file",
            }
            .to_owned(),
            b'g' | b'u' => world::USER_ID.to_string(),
            b'G' | b'U' => world::USER.to_owned(),
            b'h' => world::link_count(workspace, &self.path, node).to_string(),
            b'i' => world::inode(&self.path).to_string(),
            b'm' => "/".to_owned(),
            b'o' => world::BLOCK.to_string(),
            b'r' | b'R' => "0".to_owned(),
            b's' => node.size().to_string(),
            b't' => if self.is_device() { "1" } else { "0" }.to_owned(),
            b'T' => {
                if let Node::Device(device) = node {
                    format!("{:x}", device.minor())
                } else {
                    "0".to_owned()
                }
            }
            b'w' | b'x' | b'y' | b'z' => {
                return Some(calendar::format(b"%Y-%m-%d %H:%M:%S.000000000 %z", &Moment::of(modified)));
            }
            b'W' | b'X' | b'Y' | b'Z' => modified.to_string(),
            _ => return None,
        };
        Some(text.into_bytes())
    }
}
