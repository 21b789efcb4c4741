//! What a finished session leaves behind.

use std::sync::Arc;

use sparring_tree::diff::{FileDiff, Side};
use sparring_tree::difference::{State, differences};
use sparring_tree::{Digest, Kind, Mode, Overlay};

use super::files::SessionFiles;
use super::{Base, SessionError};

/// What stood or stands at a path, with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalNode {
    /// What it is.
    pub kind: Kind,
    /// Its permission bits.
    pub mode: Mode,
    /// A file's bytes or a link's target.
    pub bytes: Vec<u8>,
}

/// A path of the repository that the agent changed. Directories are not named; they follow from
/// the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalChange {
    /// From the repository's root.
    pub path: Vec<u8>,
    /// Before.
    pub old: Option<FinalNode>,
    /// After; `None` when it was removed.
    pub new: Option<FinalNode>,
}

/// A session that has ended: it cannot step any more.
#[derive(Clone, Debug)]
pub struct Finished {
    /// What the session started from.
    pub base: Arc<Base>,
    /// The identity of the final files.
    pub digest: Digest,
    /// What the agent changed, in walk order.
    pub changes: Vec<FinalChange>,
    /// How many steps it took.
    pub steps: u32,
}

impl Finished {
    /// The changes as `git diff` prints them.
    pub fn diff(&self) -> Vec<u8> {
        diff(&self.changes)
    }
}

pub(super) fn diff(changes: &[FinalChange]) -> Vec<u8> {
    fn side(node: &FinalNode) -> Side<'_> {
        Side::new(node.kind, node.mode, &node.bytes)
    }
    let files = changes
        .iter()
        .map(|change| FileDiff::at(&change.path, change.old.as_ref().map(side), change.new.as_ref().map(side)));
    sparring_tree::diff::tree(files)
}

pub(super) fn changes<'s>(
    files: &SessionFiles<'s>,
    before: &'s Overlay,
    after: &'s Overlay,
) -> Result<Vec<FinalChange>, SessionError> {
    let mount = files.of(after).mount;
    let mut changes = Vec::new();
    for change in changes_everywhere(files, before, after)? {
        let inside = match mount {
            b"" => Some(change.path.as_slice()),
            mount => change.path.strip_prefix(mount).and_then(|rest| rest.strip_prefix(b"/")),
        };
        let Some(path) = inside else { continue };
        let path = path.to_vec();
        let no_directory = |node: &FinalNode| node.kind != Kind::Directory;
        let (old, new) = (change.old.filter(no_directory), change.new.filter(no_directory));
        if old.is_some() || new.is_some() {
            changes.push(FinalChange { path, old, new });
        }
    }
    Ok(changes)
}

/// Directories too, and outside the repository: absolute paths without the leading `/`.
pub(super) fn changes_everywhere<'s>(
    files: &SessionFiles<'s>,
    before: &'s Overlay,
    after: &'s Overlay,
) -> Result<Vec<FinalChange>, SessionError> {
    let node = |state: Option<State<'s>>| -> Result<Option<FinalNode>, SessionError> {
        let Some(state) = state else { return Ok(None) };
        Ok(Some(FinalNode { kind: state.kind(), mode: state.mode(), bytes: state.bytes(files)? }))
    };
    let mut changes = Vec::new();
    for difference in differences(files.of(before), files.of(after), files)? {
        changes.push(FinalChange { path: difference.path, old: node(difference.old)?, new: node(difference.new)? });
    }
    Ok(changes)
}
