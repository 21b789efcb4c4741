//! The two sides of a comparison, and the lines above their differences.

use sparring_tree::Kind;

use super::line::Lines;
use super::settings::{Settings, Style};
use crate::commands::calendar::{self, Moment};
use crate::commands::quote;
use crate::workspace::VirtualPath;

/// One side of a comparison.
#[derive(Clone, Debug)]
pub(super) struct Side {
    /// As it is printed.
    pub(super) name: Vec<u8>,
    /// Where it is; nothing for standard input and for a file that counts as empty.
    pub(super) path: Option<VirtualPath>,
    pub(super) is_input: bool,
    pub(super) kind: Kind,
    pub(super) size: u64,
    pub(super) modified: i64,
}

impl Side {
    pub(super) fn is_missing(&self) -> bool {
        self.path.is_none() && !self.is_input
    }

    /// A file that is not there and counts as an empty one, of the other's kind.
    pub(super) fn missing(name: Vec<u8>, kind: Kind) -> Self {
        Self { name, path: None, is_input: false, kind, size: 0, modified: 0 }
    }

    pub(super) fn what(&self) -> &'static str {
        match self.kind {
            Kind::Directory => "directory",
            Kind::Link => "symbolic link",
            Kind::File if self.size == 0 => "regular empty file",
            Kind::File => "regular file",
        }
    }
}

/// The command line, when directories are compared, and the two header lines.
pub(super) fn begin(out: &mut Lines<'_>, settings: &Settings<'_>, is_below: bool, sides: [&Side; 2]) {
    if is_below {
        out.text("diff");
        out.out.extend_from_slice(&settings.switches);
        for (at, side) in sides.into_iter().enumerate() {
            out.text(" ");
            match settings.labels.get(at) {
                Some(label) => out.out.extend_from_slice(label),
                None => out.out.extend_from_slice(&escaped(&side.name)),
            }
        }
        out.text("\n");
    }
    let marks = match settings.style {
        Style::Unified => ["--- ", "+++ "],
        Style::Context => ["*** ", "--- "],
        _ => return,
    };
    for (at, (mark, side)) in marks.into_iter().zip(sides).enumerate() {
        out.text(mark);
        match settings.labels.get(at) {
            Some(label) => out.out.extend_from_slice(label),
            None => {
                out.out.extend_from_slice(&escaped(&side.name));
                let moment = Moment::of(side.modified);
                out.text("\t");
                out.out.extend_from_slice(&calendar::format(b"%Y-%m-%d %H:%M:%S.%N %z", &moment));
            }
        }
        out.text("\n");
    }
}

/// A name in an output's header: in double quotes with C escapes where it is unusual.
fn escaped(name: &[u8]) -> Vec<u8> {
    let is_unusual = |byte: &u8| matches!(byte, 0..=b' ' | b'"' | b'\\' | 0x80..);
    if !name.iter().any(is_unusual) {
        return name.to_vec();
    }
    let mut text = vec![b'"'];
    for &byte in name {
        match byte {
            b'"' | b'\\' => text.extend_from_slice(&[b'\\', byte]),
            0x80.. => text.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
            0..b' ' => text.extend_from_slice(&quote::c_escape(&[byte], b"")),
            _ => text.push(byte),
        }
    }
    text.push(b'"');
    text
}
