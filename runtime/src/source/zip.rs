//! Reads a zip archive or a wheel.
//!
//! A zip names every entry twice, in its central directory and before its bytes. Both have to
//! agree, entries must not overlap (the zip bombs that need no nesting are made so), and nothing
//! may stand before, between or after them that one reader sees and another does not.

use std::io::{Cursor, Read};

use sparring_tree::{Node, Tree, TreeError, TreeLimits, path};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::archive::{Collected, RATIO, damaged, grown, refused};
use super::error::{ArchiveProblem, SourceErrorKind};
use super::provenance::{Provenance, SourceKind};

/// The bits of a Unix mode that say what a file is, and their values.
const TYPE_BITS: u32 = 0o170_000;
const REGULAR: u32 = 0o100_000;
const DIRECTORY: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

/// Reads a zip archive. A wheel has no top folder to take off.
pub(super) fn read(bytes: &[u8], wheel: bool, limits: &TreeLimits) -> Result<(Tree, Provenance), SourceErrorKind> {
    check_end(bytes)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| problem(b"", error))?;
    if archive.len() > limits.entries {
        return Err(TreeError::TooManyEntries(limits.entries).into());
    }
    if archive.offset() != 0 {
        return Err(refused(b"", ArchiveProblem::Disagreement("bytes before the first entry".into())));
    }
    archive.validate_header_consistency().map_err(|error| match error {
        ZipError::InvalidArchive(what) => refused(b"", ArchiveProblem::Disagreement(what.into_owned())),
        other => problem(b"", other),
    })?;
    let mut collected = Collected::new(limits);
    let mut total = 0_u64;
    for index in 0..archive.len() {
        read_entry(&mut archive, index, &mut collected, &mut total)?;
        if total > grown(bytes.len() as u64) {
            return Err(refused(b"", ArchiveProblem::Ratio { limit: RATIO }));
        }
    }
    collected.finish(!wheel, Provenance::new(SourceKind::Zip))
}

/// The end record has to end the file; a second one within a comment would be another archive.
fn check_end(bytes: &[u8]) -> Result<(), SourceErrorKind> {
    let signature = b"PK\x05\x06";
    let tail = &bytes[bytes.len().saturating_sub(22 + usize::from(u16::MAX))..];
    let mut ends = tail.windows(signature.len()).enumerate().filter(|(_, window)| window == signature);
    let Some((at, _)) = ends.next_back() else {
        return Err(refused(b"", ArchiveProblem::Damaged("no end record".into())));
    };
    let record = &tail[at..];
    match record.get(20..22) {
        Some(&[low, high]) if 22 + usize::from(u16::from_le_bytes([low, high])) == record.len() => Ok(()),
        _ => Err(refused(b"", ArchiveProblem::TrailingBytes)),
    }
}

fn read_entry(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    collected: &mut Collected,
    total: &mut u64,
) -> Result<(), SourceErrorKind> {
    let entry = archive.by_index_raw(index).map_err(|error| problem(b"", error))?;
    let name = entry.name_raw().to_vec();
    if entry.encrypted() {
        return Err(refused(&name, ArchiveProblem::Encrypted));
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(refused(&name, ArchiveProblem::Method(entry.compression().to_string())));
    }
    // Only the upper half of a Unix archive's attributes is a mode.
    let mode = entry.external_attributes() >> 16;
    let (size, compressed) = (entry.size(), entry.compressed_size());
    drop(entry);
    let is_directory = match mode & TYPE_BITS {
        0 => name.ends_with(b"/"),
        REGULAR | LINK if name.ends_with(b"/") => {
            return Err(refused(&name, ArchiveProblem::Disagreement("a directory's name and a file's mode".into())));
        }
        REGULAR | LINK => false,
        DIRECTORY => true,
        _ => return Err(refused(&name, ArchiveProblem::Special)),
    };
    let Some(path) = collected.path(&name)? else { return Ok(()) };
    if is_directory {
        if size != 0 {
            return Err(refused(&name, ArchiveProblem::Disagreement(format!("a directory and size {size}"))));
        }
        return collected.push(path, Node::Directory);
    }
    if size > grown(compressed) {
        return Err(refused(&name, ArchiveProblem::Ratio { limit: RATIO }));
    }
    *total = total.saturating_add(size);
    collected.admit(&path, size)?;
    let mut content = Vec::with_capacity(size.min(1 << 20) as usize);
    let mut entry = archive.by_index(index).map_err(|error| problem(&name, error))?;
    (&mut entry).take(size + 1).read_to_end(&mut content).map_err(|error| damaged(&name, &error))?;
    if content.len() as u64 != size {
        let what = format!("size {size} and {} bytes or more", content.len());
        return Err(refused(&name, ArchiveProblem::Disagreement(what)));
    }
    if mode & TYPE_BITS != LINK {
        return collected.push(path, Node::File { executable: mode & 0o100 != 0, content: content.into() });
    }
    if content.is_empty() || content.len() > path::PATH_BYTES || content.contains(&0) {
        return Err(refused(&name, ArchiveProblem::Disagreement("a link and no target".into())));
    }
    collected.push(path, Node::Link { target: content.into() })
}

fn problem(inside: &[u8], error: ZipError) -> SourceErrorKind {
    damaged(inside, &error)
}
