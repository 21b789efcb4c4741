//! Reads an image block in place.

use super::facts::{FileFacts, TextFlags};
use super::format::*;
use super::write::block_digest;
use crate::digest::Digest;
use crate::mode::{Kind, Mode};
use crate::path;

/// Why bytes are no image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The magic bytes are missing.
    #[error("not a Sparring image")]
    Foreign,
    /// Written in another layout; build it anew.
    #[error("image of version {0}, this build reads version {IMAGE_VERSION}")]
    Version(u32),
    /// Shorter than its header says.
    #[error("image is cut short")]
    Short,
    /// The bytes differ from those that were written.
    #[error("image is corrupt: {0}")]
    Corrupt(&'static str),
}

/// An image block, borrowed. Copying the view copies a few numbers.
#[derive(Clone, Copy)]
pub struct ImageView<'a> {
    header: &'a [u8],
    count: u32,
    sections: [&'a [u8]; SECTIONS],
}

impl<'a> ImageView<'a> {
    /// Reads the header. Costs the same for every size of image.
    pub fn parse(block: &'a [u8]) -> Result<Self, ImageError> {
        if block.len() < HEADER_BYTES || block[..8] != MAGIC {
            return Err(ImageError::Foreign);
        }
        let version = number(block, VERSION_AT);
        if version != IMAGE_VERSION {
            return Err(ImageError::Version(version));
        }
        let mut sections = [&b""[..]; SECTIONS];
        for (index, section) in sections.iter_mut().enumerate() {
            let offset = number(block, SECTIONS_AT + index * 8) as usize;
            let length = number(block, SECTIONS_AT + index * 8 + 4) as usize;
            *section = offset.checked_add(length).and_then(|end| block.get(offset..end)).ok_or(ImageError::Short)?;
        }
        let view = Self { header: &block[..HEADER_BYTES], count: number(block, COUNT_AT), sections };
        let records = view.section(Section::Entries).len();
        if view.count == 0 || records != view.count as usize * RECORD_BYTES {
            return Err(ImageError::Corrupt("entry count"));
        }
        if !(view.section(Section::Slots).len() / 4).is_power_of_two() {
            return Err(ImageError::Corrupt("path table"));
        }
        Ok(view)
    }

    /// Checks the bytes against the digest written with them; reads the whole block.
    pub fn validate(block: &[u8]) -> Result<(), ImageError> {
        let view = ImageView::parse(block)?;
        if view.header[BODY_DIGEST_AT..HEADER_BYTES] != block_digest(block).0 {
            return Err(ImageError::Corrupt("digest"));
        }
        Ok(())
    }

    pub(super) fn section(&self, section: Section) -> &'a [u8] {
        self.sections[section as usize]
    }

    /// The digest of the tree that the image holds.
    pub fn tree_digest(&self) -> Digest {
        let mut digest = [0; 32];
        digest.copy_from_slice(&self.header[TREE_DIGEST_AT..TREE_DIGEST_AT + 32]);
        Digest(digest)
    }

    /// How many entries there are, the root included.
    pub fn entry_count(&self) -> u32 {
        self.count
    }

    /// The root directory: entry 0, with the empty path.
    pub fn root(&self) -> EntryView<'a> {
        EntryView { image: *self, index: 0 }
    }

    /// The entry with this index, in walk order.
    pub fn entry(&self, index: u32) -> Option<EntryView<'a>> {
        (index < self.count).then_some(EntryView { image: *self, index })
    }

    /// The entry at a path (the empty path is the root).
    pub fn lookup(&self, path: &[u8]) -> Option<EntryView<'a>> {
        let slots = self.section(Section::Slots);
        let mask = slots.len() / 4 - 1;
        let mut at = path_hash(path) as usize & mask;
        // The table is at most half full, so a corrupt one is the only way to go round.
        for _ in 0..=mask {
            match number(slots, at * 4) {
                NO_ENTRY => return None,
                index => {
                    let entry = self.entry(index)?;
                    if entry.path() == path {
                        return Some(entry);
                    }
                }
            }
            at = (at + 1) & mask;
        }
        None
    }

    /// All files' bytes, one after the other; [`EntryView::content_offset`] says where one starts.
    pub fn content(&self) -> &'a [u8] {
        self.section(Section::Content)
    }

    /// The entry whose bytes hold this offset of [`ImageView::content`].
    pub fn entry_at_content(&self, offset: u32) -> Option<EntryView<'a>> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.entry(middle)?.content_offset() <= offset { low = middle + 1 } else { high = middle }
        }
        // Of several entries that start here, only the last can have bytes.
        let entry = self.entry(low.checked_sub(1)?)?;
        (offset - entry.content_offset() < entry.len()).then_some(entry)
    }
}

/// One entry of an image.
#[derive(Clone, Copy)]
pub struct EntryView<'a> {
    pub(super) image: ImageView<'a>,
    index: u32,
}

impl<'a> EntryView<'a> {
    fn number(&self, field: usize) -> u32 {
        number(self.image.section(Section::Entries), self.index as usize * RECORD_BYTES + field)
    }

    /// The entry's place in walk order.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// The path from the tree's root, empty for the root itself.
    pub fn path(&self) -> &'a [u8] {
        let length = self.number(PATH_LENGTH_AT) as u16;
        slice(self.image.section(Section::Paths), self.number(PATH_OFFSET_AT), u32::from(length))
    }

    /// The last component of the path.
    pub fn name(&self) -> &'a [u8] {
        path::name(self.path())
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        Kind::from_number((self.number(PATH_LENGTH_AT) >> 16) as u8).unwrap_or(Kind::File)
    }

    /// Its permission bits.
    pub fn mode(&self) -> Mode {
        Mode(self.number(MODE_AT) as u16)
    }

    /// What kind of text a file holds.
    pub fn flags(&self) -> TextFlags {
        TextFlags((self.number(PATH_LENGTH_AT) >> 24) as u8 & TextFlags::MASK)
    }

    /// Whether it is a file that no commit has, or a directory with such a file somewhere below.
    pub fn has_untracked(&self) -> bool {
        (self.number(PATH_LENGTH_AT) >> 24) as u8 & UNTRACKED != 0
    }

    /// The directory that it lies in; the root lies in itself.
    pub fn parent(&self) -> EntryView<'a> {
        EntryView { image: self.image, index: self.number(PARENT_AT).min(self.image.count - 1) }
    }

    /// The index after its last descendant.
    pub fn subtree_end(&self) -> u32 {
        // Never backwards, so that no walk can run in a circle.
        self.number(SUBTREE_END_AT).clamp(self.index + 1, self.image.count)
    }

    /// Its entries, in walk order.
    pub fn children(&self) -> Children<'a> {
        let end = if self.kind() == Kind::Directory { self.subtree_end() } else { self.index + 1 };
        Children { image: self.image, next: self.index + 1, end }
    }

    /// Bytes of a file or of a link's target.
    pub fn len(&self) -> u32 {
        self.number(CONTENT_LENGTH_AT)
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where its bytes start in [`ImageView::content`].
    pub fn content_offset(&self) -> u32 {
        self.number(CONTENT_OFFSET_AT)
    }

    /// A file's bytes or a link's target.
    pub fn content(&self) -> &'a [u8] {
        slice(self.image.content(), self.content_offset(), self.len())
    }

    /// The content's digest in the domain `content`.
    pub fn content_digest(&self) -> Digest {
        let mut digest = [0; 32];
        let bytes = slice(self.image.section(Section::Digests), self.index * 32, 32);
        if bytes.len() == 32 {
            digest.copy_from_slice(bytes);
        }
        Digest(digest)
    }

    /// How many newline bytes the file holds.
    pub fn newlines(&self) -> u32 {
        self.number(NEWLINES_AT)
    }

    /// Where line `line` (from 0) starts: the offset after the `line`-th newline, or `None` when
    /// there are fewer newlines.
    pub fn line_start(&self, line: u32) -> Option<u32> {
        if line > self.newlines() {
            return None;
        }
        let (mut at, mut left) = (0, line);
        if line >= LINES_PER_CHECKPOINT {
            at = self.checkpoint(line / LINES_PER_CHECKPOINT - 1);
            left = line % LINES_PER_CHECKPOINT;
        }
        if left == 0 {
            return Some(at);
        }
        let rest = self.content().get(at as usize..)?;
        memchr::memchr_iter(b'\n', rest).nth(left as usize - 1).map(|found| at + found as u32 + 1)
    }

    /// How many newlines stand before `offset`: the number (from 0) of the line it is in.
    pub fn line_of(&self, offset: u32) -> u32 {
        let (mut low, mut high) = (0, self.newlines() / LINES_PER_CHECKPOINT);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.checkpoint(middle) <= offset { low = middle + 1 } else { high = middle }
        }
        let start = if low == 0 { 0 } else { self.checkpoint(low - 1) };
        let between = slice(self.image.content(), self.content_offset() + start, offset.min(self.len()) - start);
        low * LINES_PER_CHECKPOINT + memchr::memchr_iter(b'\n', between).count() as u32
    }

    fn checkpoint(&self, index: u32) -> u32 {
        let at = (self.number(CHECKPOINT_AT) + index) as usize * 4;
        number(self.image.section(Section::Checkpoints), at).min(self.len())
    }

    /// The file's facts as they were written, for tests and for rebuilding.
    pub fn facts(&self) -> FileFacts {
        let checkpoints = (0..self.newlines() / LINES_PER_CHECKPOINT).map(|index| self.checkpoint(index)).collect();
        FileFacts { digest: self.content_digest(), newlines: self.newlines(), checkpoints, flags: self.flags() }
    }
}

/// The entries of one directory.
pub struct Children<'a> {
    image: ImageView<'a>,
    next: u32,
    end: u32,
}

impl<'a> Iterator for Children<'a> {
    type Item = EntryView<'a>;

    fn next(&mut self) -> Option<EntryView<'a>> {
        if self.next >= self.end {
            return None;
        }
        let entry = self.image.entry(self.next)?;
        self.next = entry.subtree_end();
        Some(entry)
    }
}

pub(super) fn number(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..at + 4) {
        Some(&[a, b, c, d]) => u32::from_le_bytes([a, b, c, d]),
        _ => 0,
    }
}

fn slice(bytes: &[u8], offset: u32, length: u32) -> &[u8] {
    let start = offset as usize;
    start.checked_add(length as usize).and_then(|end| bytes.get(start..end)).unwrap_or(b"")
}

#[cfg(test)]
mod tests {
    use super::super::write::write;
    use super::*;
    use crate::tree::{Node, Tree, TreeBuilder, TreeLimits};

    fn sample() -> (Tree, Vec<u8>) {
        let mut builder = TreeBuilder::new(TreeLimits::default());
        let long: String = (0..500).map(|line| format!("line {line}\n")).collect();
        let files: [(&str, &[u8]); 6] = [
            ("src/main.py", long.as_bytes()),
            ("src/empty.py", b""),
            ("src-x", b"no newline"),
            ("src/deep/er/file", b"\xff\x00"),
            ("README", "caf\u{e9}\n".as_bytes()),
            ("z", b"\n\n"),
        ];
        for (path, content) in files {
            builder.insert(path.into(), Node::File { executable: path == "src-x", content: content.into() }).unwrap();
        }
        builder.insert(b"link".to_vec(), Node::Link { target: b"src/main.py".as_slice().into() }).unwrap();
        let tree = builder.finish().unwrap();
        let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
        let block = write(&tree, &facts);
        (tree, block)
    }

    #[test]
    fn every_entry_reads_back() {
        let (tree, block) = sample();
        ImageView::validate(&block).unwrap();
        let image = ImageView::parse(&block).unwrap();
        assert_eq!(image.tree_digest(), tree.digest());
        assert_eq!(image.entry_count() as usize, tree.entries().len() + 1);
        for (index, entry) in tree.entries().iter().enumerate() {
            let read = image.lookup(&entry.path).unwrap();
            assert_eq!(read.index() as usize, index + 1);
            assert_eq!(
                (read.path(), read.kind(), read.mode()),
                (&entry.path[..], entry.node.kind(), entry.node.mode())
            );
            assert_eq!(read.content(), entry.node.bytes());
            assert_eq!(read.facts(), FileFacts::of(entry.node.bytes()));
            assert_eq!(read.parent().path(), path::parent(&entry.path));
            if !read.is_empty() {
                assert_eq!(image.entry_at_content(read.content_offset()).unwrap().index(), read.index());
            }
        }
        assert!(image.lookup(b"src/missing").is_none());
        let children: Vec<_> = image.lookup(b"src").unwrap().children().map(|entry| entry.name()).collect();
        assert_eq!(children, [&b"deep"[..], b"empty.py", b"main.py"]);
    }

    #[test]
    fn lines_and_offsets_agree() {
        let (_, block) = sample();
        let image = ImageView::parse(&block).unwrap();
        let entry = image.lookup(b"src/main.py").unwrap();
        let starts: Vec<u32> =
            std::iter::once(0).chain(memchr::memchr_iter(b'\n', entry.content()).map(|at| at as u32 + 1)).collect();
        for (line, &start) in starts.iter().enumerate() {
            assert_eq!(entry.line_start(line as u32), Some(start), "line {line}");
            assert_eq!(entry.line_of(start), line as u32);
        }
        assert_eq!(entry.line_start(starts.len() as u32), None);
    }

    #[test]
    fn damaged_blocks_are_refused_and_never_panic() {
        let (_, block) = sample();
        assert_eq!(ImageView::parse(b"other").err(), Some(ImageError::Foreign));
        let mut other = block.clone();
        other[VERSION_AT] = 99;
        assert_eq!(ImageView::parse(&other).err(), Some(ImageError::Version(99)));
        assert!(ImageView::validate(&block[..block.len() - 1]).is_err());
        for at in (0..block.len()).step_by(7) {
            let mut damaged = block.clone();
            damaged[at] ^= 0x55;
            assert!(ImageView::validate(&damaged).is_err(), "byte {at}");
            let Ok(image) = ImageView::parse(&damaged) else { continue };
            for index in 0..image.entry_count().min(100) {
                let entry = image.entry(index).unwrap();
                let _ = (entry.path(), entry.content(), entry.kind(), entry.line_start(65), entry.line_of(400));
                let _ = entry.children().take(100).count();
            }
        }
    }
}
