//! Writes a tree as an image block.

use super::facts::FileFacts;
use super::format::*;
use super::postings::{IndexPart, IndexWork, assemble};
use crate::digest::{Digest, Hasher};
use crate::layout::MAX_IMAGE_BYTES;
use crate::path;
use crate::tree::Tree;

/// Writes `tree` as one block with a search index. `facts` are the entries' [`FileFacts`], in the
/// tree's order (directories and links have them too, of their bytes).
///
/// The same tree gives the same bytes on every machine. Trees within
/// [`TreeLimits`](crate::TreeLimits) always fit the format's 32-bit offsets.
///
/// # Panics
/// When `facts` and the tree's entries differ in number.
pub fn write(tree: &Tree, facts: &[FileFacts]) -> Vec<u8> {
    write_with(tree, facts, |work| (0..work.parts()).map(|part| work.part(part)).collect())
}

/// As [`write`], with the index made by `index`: it returns all parts of the work, in order, and
/// may do them on many threads. When it returns none, the image gets no index and every search
/// reads every file.
///
/// # Panics
/// As [`write`], and when `index` returns some parts but not all.
pub fn write_with(tree: &Tree, facts: &[FileFacts], index: impl FnOnce(&IndexWork<'_>) -> Vec<IndexPart>) -> Vec<u8> {
    let entries = tree.entries();
    assert_eq!(entries.len(), facts.len(), "one set of facts for each entry");
    let count = entries.len() + 1;
    let tree_digest = tree.digest_of_contents(facts.iter().map(|facts| facts.digest));

    let path_bytes: usize = entries.iter().map(|entry| entry.path.len()).sum();
    let checkpoint_count: usize = facts.iter().map(|facts| facts.checkpoints.len()).sum();
    let content_bytes = tree.content_bytes() as usize;
    let slots = (count * 2).next_power_of_two();
    // The last one is known when the content is in place.
    let lengths = [count * RECORD_BYTES, path_bytes, slots * 4, checkpoint_count * 4, count * 32, content_bytes, 0];
    let mut offsets = [0_usize; SECTIONS];
    let mut end = HEADER_BYTES;
    for (section, length) in lengths.iter().enumerate() {
        let unit = if section == Section::Content as usize { PAGE } else { 64 };
        offsets[section] = end.next_multiple_of(unit);
        end = offsets[section] + length;
    }

    let mut block = Vec::with_capacity(end + content_bytes / 4);
    block.resize(HEADER_BYTES, 0);
    block[..8].copy_from_slice(&MAGIC);
    put(&mut block, VERSION_AT, IMAGE_VERSION);
    put(&mut block, COUNT_AT, count as u32);
    block[TREE_DIGEST_AT..TREE_DIGEST_AT + 32].copy_from_slice(&tree_digest.0);
    for (section, (offset, length)) in offsets.iter().zip(lengths).enumerate() {
        put(&mut block, SECTIONS_AT + section * 8, *offset as u32);
        put(&mut block, SECTIONS_AT + section * 8 + 4, length as u32);
    }

    block.resize(offsets[Section::Entries as usize], 0);
    write_records(&mut block, tree, facts);
    block.resize(offsets[Section::Paths as usize], 0);
    entries.iter().for_each(|entry| block.extend_from_slice(&entry.path));
    block.resize(offsets[Section::Slots as usize], 0);
    for slot in path_slots(tree, slots) {
        block.extend_from_slice(&slot.to_le_bytes());
    }
    block.resize(offsets[Section::Checkpoints as usize], 0);
    for checkpoint in facts.iter().flat_map(|facts| &facts.checkpoints) {
        block.extend_from_slice(&checkpoint.to_le_bytes());
    }
    block.resize(offsets[Section::Digests as usize], 0);
    block.extend_from_slice(&Digest::of("content", b"").0);
    facts.iter().for_each(|facts| block.extend_from_slice(&facts.digest.0));
    let content_at = offsets[Section::Content as usize];
    block.resize(content_at, 0);
    entries.iter().for_each(|entry| block.extend_from_slice(entry.node.bytes()));
    block.resize(offsets[Section::Postings as usize], 0);
    let postings = postings(&block[content_at..content_at + content_bytes], index);
    // A tree that fills the guest's address space is searched without an index.
    if block.len() + postings.len() <= MAX_IMAGE_BYTES as usize {
        put(&mut block, SECTIONS_AT + Section::Postings as usize * 8 + 4, postings.len() as u32);
        block.extend_from_slice(&postings);
    }

    let body = block_digest(&block);
    block[BODY_DIGEST_AT..BODY_DIGEST_AT + 32].copy_from_slice(&body.0);
    block
}

fn postings(content: &[u8], index: impl FnOnce(&IndexWork<'_>) -> Vec<IndexPart>) -> Vec<u8> {
    let work = IndexWork::new(content);
    let parts = index(&work);
    if parts.is_empty() {
        return Vec::new();
    }
    assert_eq!(parts.len(), work.parts(), "all parts of the index or none");
    assemble(content.len(), &parts)
}

/// The digest of a block without the field that holds it.
pub(super) fn block_digest(block: &[u8]) -> Digest {
    Hasher::new("image block").bytes(&block[..BODY_DIGEST_AT]).bytes(&block[HEADER_BYTES..]).finish()
}

fn put(block: &mut [u8], at: usize, number: u32) {
    block[at..at + 4].copy_from_slice(&number.to_le_bytes());
}

/// Records of the root and of all entries.
fn write_records(block: &mut Vec<u8>, tree: &Tree, facts: &[FileFacts]) {
    let entries = tree.entries();
    let first = block.len();
    let mut record = [0_u8; RECORD_BYTES];
    record[MODE_AT..MODE_AT + 2].copy_from_slice(&0o755_u16.to_le_bytes());
    put(&mut record, SUBTREE_END_AT, entries.len() as u32 + 1);
    block.extend_from_slice(&record);

    // Indexes of the directories that the current entry lies in, the root first.
    let mut open: Vec<u32> = vec![0];
    let (mut path_offset, mut content_offset, mut checkpoint) = (0_u32, 0_u32, 0_u32);
    for (position, (entry, facts)) in entries.iter().zip(facts).enumerate() {
        let index = position as u32 + 1;
        while let Some(&directory) = open.last() {
            let path = if directory == 0 { &b""[..] } else { &entries[directory as usize - 1].path };
            if path::is_below(&entry.path, path) {
                break;
            }
            put(block, first + directory as usize * RECORD_BYTES + SUBTREE_END_AT, index);
            open.pop();
        }
        let bytes = entry.node.bytes().len() as u32;
        let mut record = [0_u8; RECORD_BYTES];
        put(&mut record, PATH_OFFSET_AT, path_offset);
        record[PATH_LENGTH_AT..PATH_LENGTH_AT + 2].copy_from_slice(&(entry.path.len() as u16).to_le_bytes());
        record[KIND_AT] = entry.node.kind() as u8;
        record[FLAGS_AT] = facts.flags.0;
        record[MODE_AT..MODE_AT + 2].copy_from_slice(&entry.node.mode().0.to_le_bytes());
        put(&mut record, PARENT_AT, open.last().copied().unwrap_or(0));
        put(&mut record, SUBTREE_END_AT, index + 1);
        put(&mut record, CONTENT_OFFSET_AT, content_offset);
        put(&mut record, CONTENT_LENGTH_AT, bytes);
        put(&mut record, NEWLINES_AT, facts.newlines);
        put(&mut record, CHECKPOINT_AT, checkpoint);
        block.extend_from_slice(&record);
        if entry.node == crate::Node::Directory {
            open.push(index);
        }
        path_offset += entry.path.len() as u32;
        content_offset += bytes;
        checkpoint += facts.checkpoints.len() as u32;
    }
    mark_untracked(&mut block[first..], tree);
    for directory in open {
        put(block, first + directory as usize * RECORD_BYTES + SUBTREE_END_AT, entries.len() as u32 + 1);
    }
}

/// Marks the untracked files and every directory above them.
fn mark_untracked(records: &mut [u8], tree: &Tree) {
    for untracked in tree.untracked() {
        let found = tree.entries().binary_search_by(|entry| path::walk_order(&entry.path, untracked));
        let mut index = found.map_or(0, |position| position + 1);
        loop {
            let record = index * RECORD_BYTES;
            records[record + FLAGS_AT] |= UNTRACKED;
            if index == 0 {
                break;
            }
            index = super::view::number(records, record + PARENT_AT) as usize;
        }
    }
}

/// The open-addressed table from path to entry; at most half full.
fn path_slots(tree: &Tree, slots: usize) -> Vec<u32> {
    let mut table = vec![NO_ENTRY; slots];
    let paths = std::iter::once(&b""[..]).chain(tree.entries().iter().map(|entry| entry.path.as_slice()));
    for (index, path) in paths.enumerate() {
        let mut at = path_hash(path) as usize & (slots - 1);
        while table[at] != NO_ENTRY {
            at = (at + 1) & (slots - 1);
        }
        table[at] = index as u32;
    }
    table
}
