//! A file's bytes as a list of pieces of the image and of shared blobs.
//!
//! An edit of a large file keeps the untouched ranges where they are, in the image that all
//! sessions share, and adds one small blob. Reading some lines costs what those lines cost, not
//! what the file weighs.

use crate::image::{EntryView, ImageView};

/// Names a blob of a session: a byte string that no step changes once it is made. Numbers grow
/// and are never used again within a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct BlobId(pub u32);

/// Where a piece's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PieceSource {
    /// In the image; the offset counts from the start of [`ImageView::content`].
    Image,
    /// In a blob of the session.
    Blob(BlobId),
}

/// A range of bytes of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Piece {
    /// Where the bytes are.
    pub source: PieceSource,
    /// Where in the source they start.
    pub offset: u32,
    /// How many there are; never 0 inside a [`Content`].
    pub length: u32,
    /// How many of them are newlines.
    pub newlines: u32,
}

/// A blob whose bytes are needed and not at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("blob {} is not at hand", .0.0)]
pub struct MissingBlob(pub BlobId);

/// Finds the bytes of pieces.
pub trait PieceStore<'a> {
    /// The image that image pieces lie in.
    fn image(&self) -> ImageView<'a>;
    /// A blob's bytes.
    fn blob(&self, id: BlobId) -> Result<&'a [u8], MissingBlob>;

    /// The bytes of one piece. A piece that points outside its source has no bytes.
    fn piece(&self, piece: &Piece) -> Result<&'a [u8], MissingBlob> {
        let source = match piece.source {
            PieceSource::Image => self.image().content(),
            PieceSource::Blob(id) => self.blob(id)?,
        };
        let start = piece.offset as usize;
        Ok(start.checked_add(piece.length as usize).and_then(|end| source.get(start..end)).unwrap_or(b""))
    }

    /// The first `length` bytes of a piece as a piece of their own.
    fn prefix(&self, piece: &Piece, length: u32) -> Result<Piece, MissingBlob> {
        let newlines = match piece.source {
            // The image's line index answers without reading the range.
            PieceSource::Image => match self.image().entry_at_content(piece.offset) {
                Some(entry) if piece.offset + piece.length - entry.content_offset() <= entry.len() => {
                    let start = piece.offset - entry.content_offset();
                    entry.line_of(start + length) - entry.line_of(start)
                }
                _ => count_newlines(self.piece(piece)?, length),
            },
            PieceSource::Blob(_) => count_newlines(self.piece(piece)?, length),
        };
        Ok(Piece { length, newlines, ..*piece })
    }
}

fn count_newlines(bytes: &[u8], length: u32) -> u32 {
    let bytes = bytes.get(..length as usize).unwrap_or(bytes);
    memchr::memchr_iter(b'\n', bytes).count() as u32
}

/// A file's bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Content {
    pieces: Vec<Piece>,
}

impl Content {
    /// The bytes of a file of the image.
    pub fn of_entry(entry: &EntryView<'_>) -> Self {
        let mut content = Self::default();
        content.push(Piece {
            source: PieceSource::Image,
            offset: entry.content_offset(),
            length: entry.len(),
            newlines: entry.newlines(),
        });
        content
    }

    /// The bytes of one whole blob.
    pub fn of_blob(id: BlobId, bytes: &[u8]) -> Self {
        let length = bytes.len() as u32;
        let mut content = Self::default();
        content.push(Piece {
            source: PieceSource::Blob(id),
            offset: 0,
            length,
            newlines: count_newlines(bytes, length),
        });
        content
    }

    /// The pieces in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// How many bytes there are.
    pub fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| u64::from(piece.length)).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// How many newline bytes there are.
    pub fn newlines(&self) -> u32 {
        self.pieces.iter().map(|piece| piece.newlines).sum()
    }

    /// Adds a piece at the end; one that continues the last piece becomes part of it.
    pub fn push(&mut self, piece: Piece) {
        if piece.length == 0 {
            return;
        }
        if let Some(last) = self.pieces.last_mut()
            && last.source == piece.source
            && last.offset + last.length == piece.offset
        {
            last.length += piece.length;
            last.newlines += piece.newlines;
            return;
        }
        self.pieces.push(piece);
    }

    /// Adds all bytes of `other` at the end.
    pub fn append(&mut self, other: &Self) {
        other.pieces.iter().for_each(|piece| self.push(*piece));
    }

    /// The bytes from `start` to `end` (both clamped to the length) as a content of their own.
    pub fn range<'a>(&self, start: u64, end: u64, store: &impl PieceStore<'a>) -> Result<Self, MissingBlob> {
        let mut range = Self::default();
        let mut at = 0;
        for piece in &self.pieces {
            let (first, last) = (at, at + u64::from(piece.length));
            at = last;
            if last <= start || first >= end {
                continue;
            }
            let skip = start.saturating_sub(first) as u32;
            let keep = (end.min(last) - first) as u32;
            let mut part = if keep < piece.length { store.prefix(piece, keep)? } else { *piece };
            if skip > 0 {
                let before = store.prefix(piece, skip)?;
                part.offset += skip;
                part.length -= skip;
                part.newlines -= before.newlines;
            }
            range.push(part);
        }
        Ok(range)
    }

    /// The content with the bytes from `start` to `end` replaced by `middle`.
    pub fn splice<'a>(
        &self,
        start: u64,
        end: u64,
        middle: &Self,
        store: &impl PieceStore<'a>,
    ) -> Result<Self, MissingBlob> {
        let mut spliced = self.range(0, start, store)?;
        spliced.append(middle);
        spliced.append(&self.range(end, u64::MAX, store)?);
        Ok(spliced)
    }

    /// Where line `line` (from 0) starts: after the `line`-th newline. `None` when there are fewer
    /// newlines.
    pub fn line_start<'a>(&self, line: u32, store: &impl PieceStore<'a>) -> Result<Option<u64>, MissingBlob> {
        let (mut left, mut at) = (line, 0);
        for piece in &self.pieces {
            if left == 0 {
                break;
            }
            if left > piece.newlines {
                left -= piece.newlines;
                at += u64::from(piece.length);
                continue;
            }
            return Ok(newline_in(piece, left, store)?.map(|within| at + within));
        }
        Ok((left == 0).then_some(at))
    }

    /// All bytes, when they lie in one place; otherwise `None`.
    pub fn contiguous<'a>(&self, store: &impl PieceStore<'a>) -> Result<Option<&'a [u8]>, MissingBlob> {
        match self.pieces.as_slice() {
            [] => Ok(Some(b"")),
            [piece] => store.piece(piece).map(Some),
            _ => Ok(None),
        }
    }

    /// Appends all bytes to `out`.
    pub fn read_into<'a>(&self, out: &mut Vec<u8>, store: &impl PieceStore<'a>) -> Result<(), MissingBlob> {
        out.reserve(self.len() as usize);
        for piece in &self.pieces {
            out.extend_from_slice(store.piece(piece)?);
        }
        Ok(())
    }
}

/// The offset within the piece after its `count`-th newline (from 1).
fn newline_in<'a>(piece: &Piece, count: u32, store: &impl PieceStore<'a>) -> Result<Option<u64>, MissingBlob> {
    if piece.source == PieceSource::Image
        && let Some(entry) = store.image().entry_at_content(piece.offset)
        && piece.offset + piece.length - entry.content_offset() <= entry.len()
    {
        let start = piece.offset - entry.content_offset();
        let line = entry.line_of(start) + count;
        return Ok(entry.line_start(line).map(|at| u64::from(at - start)));
    }
    let bytes = store.piece(piece)?;
    Ok(memchr::memchr_iter(b'\n', bytes).nth(count as usize - 1).map(|at| at as u64 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{FileFacts, write};
    use crate::tree::{Node, TreeBuilder, TreeLimits};

    struct Store<'a> {
        image: ImageView<'a>,
        blobs: &'a [Vec<u8>],
    }

    impl<'a> PieceStore<'a> for Store<'a> {
        fn image(&self) -> ImageView<'a> {
            self.image
        }

        fn blob(&self, id: BlobId) -> Result<&'a [u8], MissingBlob> {
            self.blobs.get(id.0 as usize).map(Vec::as_slice).ok_or(MissingBlob(id))
        }
    }

    fn image(text: &str) -> Vec<u8> {
        let mut builder = TreeBuilder::new(TreeLimits::default());
        for path in ["before", "file", "later"] {
            let content = if path == "file" { text } else { "x\ny\n" };
            builder.insert(path.into(), Node::File { executable: false, content: content.as_bytes().into() }).unwrap();
        }
        let tree = builder.finish().unwrap();
        let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
        write(&tree, &facts)
    }

    #[test]
    fn random_edits_equal_edits_of_plain_bytes() {
        let text: String = (0..300).map(|line| format!("{line} some text\n")).collect();
        let block = image(&text);
        let blobs: Vec<Vec<u8>> = (0..40).map(|n| format!("new {n}\n").repeat(n % 5).into_bytes()).collect();
        let store = Store { image: ImageView::parse(&block).unwrap(), blobs: &blobs };
        let mut content = Content::of_entry(&store.image.lookup(b"file").unwrap());
        let mut plain = text.into_bytes();
        let mut seed = 7_u64;
        for (id, blob) in blobs.iter().enumerate() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let start = (seed >> 33) as usize % (plain.len() + 1);
            let end = (start + (seed >> 20) as usize % 60).min(plain.len());
            let middle = Content::of_blob(BlobId(id as u32), blob);
            content = content.splice(start as u64, end as u64, &middle, &store).unwrap();
            plain.splice(start..end, blob.iter().copied());

            let mut read = Vec::new();
            content.read_into(&mut read, &store).unwrap();
            assert_eq!(read, plain);
            assert_eq!(content.newlines() as usize, memchr::memchr_iter(b'\n', &plain).count());
            for line in [0, 1, 64, 100, content.newlines(), content.newlines() + 1] {
                let expected = match line {
                    0 => Some(0),
                    _ => memchr::memchr_iter(b'\n', &plain).nth(line as usize - 1).map(|at| at as u64 + 1),
                };
                assert_eq!(content.line_start(line, &store).unwrap(), expected, "line {line}");
            }
        }
    }

    #[test]
    fn a_missing_blob_is_named() {
        let block = image("a\n");
        let store = Store { image: ImageView::parse(&block).unwrap(), blobs: &[] };
        let content = Content::of_blob(BlobId(3), b"text");
        assert_eq!(content.contiguous(&store), Err(MissingBlob(BlobId(3))));
    }
}
