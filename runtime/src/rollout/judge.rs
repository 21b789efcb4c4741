//! Between tasks and sessions: a task's base, and what a session left.

use std::sync::Arc;

use sparring_guest::step::Settings;
use sparring_tasks::change::Change;
use sparring_tasks::verdict::Cause;
use sparring_tasks::{Task, Verdict, edit};
use sparring_tree::{Kind, Node};

use crate::image::Image;
use crate::session::{Base, BaseEdit, FinalChange, FinalNode, SessionError};

/// The base that all sessions of a task share.
pub fn base_of(task: &Task, image: &Arc<Image>, settings: &Settings) -> Result<Arc<Base>, SessionError> {
    let mut edits = Vec::new();
    for (path, of_file) in edit::by_file(&task.edits) {
        // Offsets count in the file as it is in the image, so the last edit goes first.
        edits.extend(of_file.into_iter().rev().map(|edit| BaseEdit::Splice {
            path: path.as_bytes().to_vec(),
            start: edit.start as u64,
            end: edit.end as u64,
            replacement: edit.replacement.clone().into_bytes(),
        }));
    }
    let settings = Settings { root: task.root.clone(), ..settings.clone() };
    Base::with_edits(image.clone(), settings, &edits)
}

/// A session's changes as verifiers read them.
pub(super) fn changes(changes: &[FinalChange]) -> Vec<Change> {
    let change = |change: &FinalChange| Change {
        path: change.path.clone(),
        before: change.old.as_ref().map(node),
        after: change.new.as_ref().map(node),
    };
    changes.iter().map(change).collect()
}

fn node(node: &FinalNode) -> Node {
    match node.kind {
        Kind::Directory => Node::Directory,
        Kind::File => Node::File { executable: node.mode.is_executable(), content: node.bytes.as_slice().into() },
        Kind::Link => Node::Link { target: node.bytes.as_slice().into() },
    }
}

/// The verdict when something of ours failed.
pub(super) fn void(detail: impl ToString) -> Verdict {
    Verdict::Void { cause: Cause::Sandbox, detail: detail.to_string() }
}
