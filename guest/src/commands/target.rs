//! Where `cp`, `mv`, `ln` and `install` put things: a file, or a directory that takes several.

use sparring_tree::Kind;

use super::common::Fault;
use super::{Context, quote};
use crate::workspace::FileError;

/// Pairs of source and destination, as typed.
pub(super) type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// What `-t` and `-T` said.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Target<'c> {
    /// `-t`.
    pub(super) directory: Option<&'c [u8]>,
    /// `-T`.
    pub(super) is_file: bool,
    /// `cp -r .. dir` copies what is in `..` into the directory itself.
    pub(super) spreads_parent: bool,
}

impl<'c> Target<'c> {
    /// Takes `-t`; only one may be given.
    pub(super) fn set_directory(&mut self, name: Option<&'c [u8]>) -> Result<(), Fault> {
        if self.directory.is_some() {
            return Err(Fault::Message(b"multiple target directories specified".to_vec()));
        }
        self.directory = name;
        Ok(())
    }
}

/// Pairs sources with destinations.
pub(super) fn pairs(context: &Context<'_, '_>, operands: &[&[u8]], target: Target<'_>) -> Result<Pairs, Fault> {
    let Some(first) = operands.first() else { return Err(Fault::Usage(b"missing file operand".to_vec())) };
    let is_directory = |name: &[u8]| {
        let found = context.machine.workspace.stat(context.directory, name);
        found.map(|(_, node)| node.kind() == Kind::Directory)
    };
    let refuse = |name: &[u8], error: FileError| {
        Fault::Message([b"target ", &quote::always(name)[..], b": ", error.message().as_bytes()].concat())
    };
    let refuse_named = |name: &[u8], error: FileError| {
        Fault::Message([b"target directory ", &quote::always(name)[..], b": ", error.message().as_bytes()].concat())
    };
    if target.is_file {
        if target.directory.is_some() {
            return Err(Fault::Message(
                b"cannot combine --target-directory (-t) and --no-target-directory (-T)".to_vec(),
            ));
        }
        return match operands {
            [_] => Err(missing_destination(first)),
            [source, destination] => Ok(vec![(source.to_vec(), destination.to_vec())]),
            [_, _, extra, ..] => Err(Fault::Usage([b"extra operand ", &quote::always(extra)[..]].concat())),
            [] => Err(missing_destination(first)),
        };
    }
    let (sources, directory) = match target.directory {
        Some(directory) => match is_directory(directory) {
            Ok(true) => (operands, directory),
            Ok(false) => return Err(refuse_named(directory, FileError::NotADirectory)),
            Err(error) => return Err(refuse_named(directory, error)),
        },
        None => {
            let Some((last, sources)) = operands.split_last().filter(|(_, sources)| !sources.is_empty()) else {
                return Err(missing_destination(first));
            };
            match is_directory(last) {
                Ok(true) => (sources, *last),
                _ if sources.len() == 1 => {
                    return Ok(vec![(first.to_vec(), last.to_vec())]);
                }
                Ok(false) => return Err(refuse(last, FileError::NotADirectory)),
                Err(error) => return Err(refuse(last, error)),
            }
        }
    };
    Ok(sources.iter().map(|source| (source.to_vec(), inside(directory, source, target))).collect())
}

fn missing_destination(first: &[u8]) -> Fault {
    Fault::Usage([b"missing destination file operand after ", &quote::always(first)[..]].concat())
}

/// `directory/name-of-source`.
fn inside(directory: &[u8], source: &[u8], target: Target<'_>) -> Vec<u8> {
    let end = source.iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    let bare = source.get(..end).unwrap_or_default();
    let name = bare.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let slash: &[u8] = if directory.ends_with(b"/") { b"" } else { b"/" };
    if name == b".." && target.spreads_parent {
        return [directory, slash, b"."].concat();
    }
    [directory, slash, name].concat()
}
