//! Which deleted files live on under a new name: git's measure of similarity and its pairing.

use super::object::{ObjectId, is_binary};
use super::patch::{FileDiff, Side};
use crate::mode::Kind;
use crate::path;

/// Equality, in git's units.
const MOST: u64 = 60_000;
/// What counts as a rename: half of the bytes.
const LEAST: u64 = MOST / 2;
/// A file of the same name elsewhere is taken for a rename from this on, before others are
/// compared.
const LEAST_FOR_SAME_NAME: u64 = MOST * 3 / 4;
/// With more comparisons than this many squared, git looks for equal files only.
const LIMIT: usize = 1000;

/// How much of the two files is the same, from 0 to 60,000: bytes of `new` that come from `old`,
/// counted by lines or by 64 bytes, over the size of the larger one.
pub fn similarity(old: &[u8], new: &[u8]) -> u64 {
    if !may_be_similar(old, new) {
        return 0;
    }
    let larger = old.len().max(new.len()) as u64;
    common(&chunks(old), &chunks(new)) * MOST / larger
}

/// Whether the sizes leave room for a rename.
fn may_be_similar(old: &[u8], new: &[u8]) -> bool {
    let (larger, smaller) = (old.len().max(new.len()) as u64, old.len().min(new.len()) as u64);
    larger > 0 && larger * (MOST - LEAST) >= (larger - smaller) * MOST
}

/// How many bytes of the second are in the first.
fn common(old: &[(u32, u64)], new: &[(u32, u64)]) -> u64 {
    let (mut copied, mut at) = (0, 0);
    for (hash, bytes) in old {
        while new.get(at).is_some_and(|(other, _)| other < hash) {
            at += 1;
        }
        if let Some((other, others)) = new.get(at)
            && other == hash
        {
            copied += bytes.min(others);
            at += 1;
        }
    }
    copied
}

/// Bytes per hash of a line or of 64 bytes, sorted by hash, as git 2.39 has them.
fn chunks(bytes: &[u8]) -> Vec<(u32, u64)> {
    const HASHES: u32 = 107_927;
    let text = !is_binary(bytes);
    let mut found: Vec<(u32, u64)> = Vec::new();
    let (mut low, mut high, mut count) = (0_u32, 0_u32, 0_u64);
    for (at, &byte) in bytes.iter().enumerate() {
        if text && byte == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
            continue;
        }
        let before = low;
        low = ((low << 7) ^ (high >> 25)).wrapping_add(u32::from(byte));
        high = (high << 7) ^ (before >> 25);
        count += 1;
        if count == 64 || byte == b'\n' {
            found.push((low.wrapping_add(high.wrapping_mul(0x61)) % HASHES, count));
            (low, high, count) = (0, 0, 0);
        }
    }
    // What follows the last whole chunk is not counted: git does so since 2.44 only.
    found.sort_unstable_by_key(|(hash, _)| *hash);
    found.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        kept.1 += if same { next.1 } else { 0 };
        same
    });
    found
}

struct Deleted<'a> {
    change: FileDiff<'a>,
    side: Side<'a>,
    id: ObjectId,
    used: bool,
}

/// Replaces deletions and creations of similar files by renames, as `git diff` does by default.
/// The changes come and go sorted by path.
pub fn pair_renames<'a>(changes: Vec<FileDiff<'a>>) -> Vec<FileDiff<'a>> {
    let is_deleted = |change: &FileDiff<'_>| change.old.is_some() && change.new.is_none();
    let is_created = |change: &FileDiff<'_>| change.old.is_none() && change.new.is_some();
    if !changes.iter().any(is_deleted) || !changes.iter().any(is_created) {
        return changes;
    }
    let mut deleted = Vec::new();
    let mut created = Vec::new();
    let mut paired = Vec::new();
    for change in changes {
        match (change.old, change.new) {
            (Some(side), None) => deleted.push(Deleted { change, side, id: side.object_id(), used: false }),
            (None, Some(side)) => created.push((change, side, side.object_id())),
            _ => paired.push(change),
        }
    }
    pair_equal(&mut deleted, &mut created, &mut paired);
    pair_same_names(&mut deleted, &mut created, &mut paired);
    pair_similar(&mut deleted, &mut created, &mut paired);
    paired.extend(created.into_iter().map(|(change, ..)| change));
    paired.extend(deleted.into_iter().filter(|source| !source.used).map(|source| source.change));
    paired.sort_by_key(|change| change.new_path);
    paired
}

type Created<'a> = (FileDiff<'a>, Side<'a>, ObjectId);

fn rename<'a>(source: &mut Deleted<'a>, new: &Created<'a>, score: u64) -> FileDiff<'a> {
    source.used = true;
    let (old_path, new_path) = (source.change.old_path, new.0.new_path);
    FileDiff { old_path, new_path, old: Some(source.side), new: Some(new.1), rename_score: Some(score as u32) }
}

/// Files with equal bytes; of several, one of the same name is taken.
fn pair_equal<'a>(deleted: &mut [Deleted<'a>], created: &mut Vec<Created<'a>>, paired: &mut Vec<FileDiff<'a>>) {
    created.retain(|new| {
        let equal = |source: &&mut Deleted<'a>| !source.used && source.id == new.2 && source.side.kind == new.1.kind;
        let name = path::name(new.0.new_path);
        let best = deleted.iter_mut().filter(equal).min_by_key(|source| path::name(source.change.old_path) != name);
        best.map(|source| paired.push(rename(source, new, MOST))).is_none()
    });
}

/// Files whose name occurs once on either side.
fn pair_same_names<'a>(deleted: &mut [Deleted<'a>], created: &mut Vec<Created<'a>>, paired: &mut Vec<FileDiff<'a>>) {
    let name_counts = |name: &[u8], names: &mut dyn Iterator<Item = &'a [u8]>| {
        names.filter(|other| path::name(other) == name).count()
    };
    let new_paths: Vec<_> = created.iter().map(|new| new.0.new_path).collect();
    created.retain(|new| {
        let name = path::name(new.0.new_path);
        let mut olds = deleted.iter().filter(|source| !source.used).map(|source| source.change.old_path);
        if name_counts(name, &mut olds) != 1 || name_counts(name, &mut new_paths.iter().copied()) != 1 {
            return true;
        }
        let Some(source) = deleted.iter_mut().find(|source| !source.used && path::name(source.change.old_path) == name)
        else {
            return true;
        };
        match score(source, new) {
            score if score >= LEAST_FOR_SAME_NAME => {
                paired.push(rename(source, new, score));
                false
            }
            _ => true,
        }
    });
}

/// The most similar pairs first.
fn pair_similar<'a>(deleted: &mut [Deleted<'a>], created: &mut Vec<Created<'a>>, paired: &mut Vec<FileDiff<'a>>) {
    let sources = deleted.iter().filter(|source| !source.used).count();
    if sources * created.len() > LIMIT * LIMIT {
        return;
    }
    // Each file is cut once, however many it is held against.
    let old_chunks: Vec<_> = deleted.iter().map(|source| (!source.used).then(|| chunks(source.side.bytes))).collect();
    let mut candidates = Vec::new();
    for (to, new) in created.iter().enumerate() {
        let new_chunks = chunks(new.1.bytes);
        for (from, source) in deleted.iter().enumerate() {
            let Some(old_chunks) = &old_chunks[from] else { continue };
            let (old_bytes, new_bytes) = (source.side.bytes, new.1.bytes);
            if source.side.kind != Kind::File || new.1.kind != Kind::File || !may_be_similar(old_bytes, new_bytes) {
                continue;
            }
            let score = common(old_chunks, &new_chunks) * MOST / old_bytes.len().max(new_bytes.len()) as u64;
            if score >= LEAST {
                let same_name = path::name(source.change.old_path) == path::name(new.0.new_path);
                candidates.push((score, same_name, from, to));
            }
        }
    }
    candidates.sort_by_key(|(score, same_name, ..)| std::cmp::Reverse((*score, *same_name)));
    let mut taken = vec![false; created.len()];
    for (score, _, from, to) in candidates {
        if !deleted[from].used && !taken[to] {
            taken[to] = true;
            paired.push(rename(&mut deleted[from], &created[to], score));
        }
    }
    let mut taken = taken.into_iter();
    created.retain(|_| !taken.next().unwrap_or(false));
}

fn score(source: &Deleted<'_>, new: &Created<'_>) -> u64 {
    if source.side.kind != Kind::File || new.1.kind != Kind::File {
        return 0;
    }
    similarity(source.side.bytes, new.1.bytes)
}
