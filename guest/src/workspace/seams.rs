//! Whether an edited file may hold what a pattern requires, without putting it together.
//!
//! What an edit leaves of a file are pieces of the image, about which the index knows, and the
//! session's own bytes. A literal that lies in no piece of the image alone lies in the session's
//! bytes or across a seam: only these are searched.

use memchr::memmem;
use sparring_tree::content::PieceStore;
use sparring_tree::image::BlockSet;
use sparring_tree::{Content, PieceSource};

use super::Workspace;
use crate::budget::Stoppable;

/// Bytes of each side of a seam that are searched. A longer literal is taken to be there.
const MARGIN: usize = 128;

/// One clause of a pattern: each match contains one of the literals.
#[derive(Debug)]
pub(super) struct Clause {
    /// The blocks of the image's content that may hold one of them.
    pub(super) blocks: BlockSet,
    pub(super) literals: Vec<Vec<u8>>,
    /// The literals are in lower case and stand for either case.
    pub(super) ignore_case: bool,
}

/// Whether a content may satisfy all clauses.
pub(super) fn may_hold(workspace: &Workspace<'_>, content: &Content, clauses: &[Clause]) -> Stoppable<bool> {
    let mut seams: Option<Vec<u8>> = None;
    for clause in clauses {
        let is_piece_of_image = content.pieces().iter().filter(|piece| piece.source == PieceSource::Image);
        if is_piece_of_image.into_iter().any(|piece| clause.blocks.touches(piece.offset, piece.length))
            || clause.literals.iter().any(|literal| literal.len() > MARGIN)
        {
            continue;
        }
        let seams = match &mut seams {
            Some(seams) => seams,
            None => seams.insert(read_seams(workspace, content)?),
        };
        if clause.ignore_case {
            seams.make_ascii_lowercase();
        }
        if !clause.literals.iter().any(|literal| memmem::find(seams, literal).is_some()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The session's bytes of a file and what stands next to them and to the other bounds of pieces,
/// charged to the budget.
fn read_seams(workspace: &Workspace<'_>, content: &Content) -> Stoppable<Vec<u8>> {
    let mut seams = Vec::new();
    for piece in content.pieces() {
        let bytes = workspace.piece(piece)?;
        match bytes.len().checked_sub(MARGIN) {
            Some(last) if last > MARGIN && piece.source == PieceSource::Image => {
                seams.extend_from_slice(bytes.get(..MARGIN).unwrap_or_default());
                // What stands on either side of this was apart.
                seams.push(b'\n');
                seams.extend_from_slice(bytes.get(last..).unwrap_or_default());
            }
            _ => seams.extend_from_slice(bytes),
        }
    }
    workspace.budget().scan(seams.len() as u64)?;
    Ok(seams)
}
