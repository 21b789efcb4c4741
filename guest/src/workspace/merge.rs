//! At the end of a step, what it wrote in many small pieces becomes one: a loop that appends a line
//! at a time leaves one blob, not thousands.

use sparring_tree::{BlobId, Change, Content, Piece, PieceSource};

use super::{BlobStore, Workspace};

impl Workspace<'_> {
    /// Joins neighbouring pieces that this step made, in every changed file.
    pub(crate) fn merge_fresh(&mut self) {
        let blobs = self.blobs;
        for change in self.overlay.changes_mut() {
            if let Change::File { content, .. } = change
                && content.pieces().windows(2).any(|pair| pair.iter().all(|piece| fresh(blobs, piece).is_some()))
            {
                *content = merged(blobs, content);
            }
        }
    }
}

/// The blob of this step that a piece lies in.
fn fresh(blobs: &BlobStore<'_>, piece: &Piece) -> Option<BlobId> {
    match piece.source {
        PieceSource::Blob(id) if blobs.is_fresh(id) => Some(id),
        _ => None,
    }
}

fn merged(blobs: &BlobStore<'_>, content: &Content) -> Content {
    let mut merged = Content::default();
    for run in content.pieces().chunk_by(|left, right| fresh(blobs, left).is_some() && fresh(blobs, right).is_some()) {
        let [_, _, ..] = run else {
            run.iter().for_each(|piece| merged.push(*piece));
            continue;
        };
        let mut bytes = Vec::new();
        for piece in run {
            let blob = fresh(blobs, piece).and_then(|id| blobs.get(id).ok()).unwrap_or_default();
            let start = piece.offset as usize;
            bytes.extend_from_slice(blob.get(start..start + piece.length as usize).unwrap_or_default());
        }
        merged.append(&blobs.make(bytes));
    }
    merged
}

#[cfg(test)]
mod tests {
    use sparring_tree::image::{FileFacts, write};
    use sparring_tree::{ImageView, Overlay, TreeBuilder, TreeLimits};

    use super::*;
    use crate::budget::Budget;
    use crate::limits::Limits;
    use crate::workspace::VirtualPath;

    #[test]
    fn a_thousand_appended_lines_are_one_blob() {
        let tree = TreeBuilder::new(TreeLimits::default()).finish().unwrap();
        let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
        let block = write(&tree, &facts);
        let budget = Budget::new(&Limits::default());
        let blobs = BlobStore::new(vec![(BlobId(3), b"older\n")], 4);
        let path = VirtualPath::lexical(b"/testbed/log");
        let mut overlay = Overlay::new();
        let content = Content::of_blob(BlobId(3), b"older\n");
        overlay.set(path.as_bytes(), Change::File { mode: sparring_tree::Mode::FILE, content });
        let image = ImageView::parse(&block).unwrap();
        let mount = VirtualPath::lexical(b"/testbed");
        let mut workspace = Workspace::new(image, mount, Overlay::new(), overlay, &blobs, 6, &budget);
        let mut expected = b"older\n".to_vec();
        for line in 0..1000 {
            let line = format!("{line}\n").into_bytes();
            expected.extend_from_slice(&line);
            workspace.append(&path, line).unwrap().unwrap();
        }
        assert_eq!(workspace.content(&path).unwrap().pieces().len(), 1001);
        workspace.merge_fresh();
        assert_eq!(workspace.content(&path).unwrap().pieces().len(), 2);
        assert_eq!(workspace.read(&path).unwrap().unwrap(), expected);
    }
}
