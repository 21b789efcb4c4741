//! Reads a tar archive block by block.
//!
//! Advisory CVE-2025-62518 is what happens where two headers may disagree: one reader takes the
//! size of one and another that of the other, and each sees other files. Here a disagreement,
//! and whatever is not known, refuses the archive.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use sparring_tree::{Node, Tree, TreeLimits, path};
use tar::{Header, PaxExtensions};

use super::archive::{Capped, Collected, RATIO, damaged, refused};
use super::error::{ArchiveProblem, SourceErrorKind};
use super::provenance::{Provenance, SourceKind};

const BLOCK: usize = 512;
/// The largest extended header, in bytes; a path and a link of full length need 8 KiB.
const EXTENDED_BYTES: u64 = 64 * 1024;

/// Reads a tar archive, compressed with gzip or not.
pub(super) fn read(bytes: &[u8], gzip: bool, limits: &TreeLimits) -> Result<(Tree, Provenance), SourceErrorKind> {
    if !gzip {
        return read_blocks(&mut &bytes[..], limits);
    }
    let mut reader = Capped::new(MultiGzDecoder::new(bytes), bytes.len() as u64);
    let tree = read_blocks(&mut reader, limits);
    if reader.exceeded { Err(refused(b"", ArchiveProblem::Ratio { limit: RATIO })) } else { tree }
}

/// What extended headers say about the entry that follows them.
#[derive(Default)]
struct Extended {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
}

fn read_blocks(reader: &mut dyn Read, limits: &TreeLimits) -> Result<(Tree, Provenance), SourceErrorKind> {
    let mut collected = Collected::new(limits);
    let mut extended = Extended::default();
    let mut block = [0; BLOCK];
    loop {
        read_block(reader, &mut block)?;
        if block == [0; BLOCK] {
            if extended.path.is_some() || extended.link.is_some() || extended.size.is_some() {
                return Err(refused(b"", ArchiveProblem::ExtendedHeader));
            }
            read_end(reader)?;
            return collected.finish(true, Provenance::new(SourceKind::Tar));
        }
        let header = Header::from_byte_slice(&block);
        let shown = header.path_bytes().into_owned();
        check_checksum(header, &shown)?;
        let size = header.entry_size().map_err(|error| damaged(&shown, &error))?;
        match header.as_old().linkflag[0] {
            b'x' => read_pax(&read_extended(reader, size, &shown)?, &mut extended, &shown)?,
            // Global headers only repeat for all entries what may stand before each; the one that
            // git writes holds a comment.
            b'g' => {
                let mut global = Extended::default();
                read_pax(&read_extended(reader, size, &shown)?, &mut global, &shown)?;
                if global.path.is_some() || global.link.is_some() || global.size.is_some() {
                    return Err(refused(&shown, ArchiveProblem::ExtendedHeader));
                }
            }
            b'L' => set(&mut extended.path, without_nul(read_extended(reader, size, &shown)?), &shown)?,
            b'K' => set(&mut extended.link, without_nul(read_extended(reader, size, &shown)?), &shown)?,
            _ => read_entry(reader, header, size, std::mem::take(&mut extended), &mut collected)?,
        }
    }
}

fn read_entry(
    reader: &mut dyn Read,
    header: &Header,
    size: u64,
    extended: Extended,
    collected: &mut Collected,
) -> Result<(), SourceErrorKind> {
    let name = extended.path.unwrap_or_else(|| header.path_bytes().into_owned());
    let disagreement = |what: String| Err(refused(&name, ArchiveProblem::Disagreement(what)));
    if let Some(stated) = extended.size
        && stated != size
    {
        return disagreement(format!("size {stated} and size {size}"));
    }
    let is_file = match header.as_old().linkflag[0] {
        b'0' | 0 if name.ends_with(b"/") && size == 0 => false,
        b'0' | 0 if name.ends_with(b"/") => return disagreement("a directory's name and a file's size".into()),
        b'0' | 0 => true,
        b'2' | b'5' if size != 0 => return disagreement(format!("no content and size {size}")),
        b'2' => {
            let target = extended.link.or_else(|| header.link_name_bytes().map(|target| target.into_owned()));
            let target = target.unwrap_or_default();
            if target.is_empty() || target.len() > path::PATH_BYTES || target.contains(&0) {
                return disagreement("a link and no target".into());
            }
            return match collected.path(&name)? {
                Some(path) => collected.push(path, Node::Link { target: target.into() }),
                None => Ok(()),
            };
        }
        b'5' => false,
        b'1' => return Err(refused(&name, ArchiveProblem::HardLink)),
        b'3' | b'4' | b'6' => return Err(refused(&name, ArchiveProblem::Special)),
        b'S' => return Err(refused(&name, ArchiveProblem::Sparse)),
        other => return Err(refused(&name, ArchiveProblem::UnknownHeader(other))),
    };
    if extended.link.is_some() {
        return disagreement("a link's target and no link".into());
    }
    let path = collected.path(&name)?;
    let Some(path) = path else { return skip(reader, size) };
    if !is_file {
        return collected.push(path, Node::Directory);
    }
    collected.admit(&path, size)?;
    let content = read_content(reader, size)?;
    let mode = header.mode().map_err(|error| damaged(&name, &error))?;
    collected.push(path, Node::File { executable: mode & 0o100 != 0, content: content.into() })
}

fn read_block(reader: &mut dyn Read, block: &mut [u8; BLOCK]) -> Result<(), SourceErrorKind> {
    reader.read_exact(block).map_err(|error| damaged(b"", &error))
}

/// The content of an entry with its padding, which writers fill with zeros and readers skip.
fn read_content(reader: &mut dyn Read, size: u64) -> Result<Vec<u8>, SourceErrorKind> {
    // Grows with what really comes, so that a stated size alone reserves little.
    let mut content = Vec::with_capacity(size.min(1 << 20) as usize);
    let read = (&mut *reader).take(size).read_to_end(&mut content).map_err(|error| damaged(b"", &error))?;
    if read as u64 != size {
        return Err(refused(b"", ArchiveProblem::Damaged("unexpected end".into())));
    }
    let mut padding = [0; BLOCK];
    let padded = size.next_multiple_of(BLOCK as u64) - size;
    reader.read_exact(&mut padding[..padded as usize]).map_err(|error| damaged(b"", &error))?;
    Ok(content)
}

fn skip(reader: &mut dyn Read, size: u64) -> Result<(), SourceErrorKind> {
    let padded = size.checked_next_multiple_of(BLOCK as u64).unwrap_or(u64::MAX);
    let skipped = std::io::copy(&mut (&mut *reader).take(padded), &mut std::io::sink());
    if skipped.map_err(|error| damaged(b"", &error))? != padded {
        return Err(refused(b"", ArchiveProblem::Damaged("unexpected end".into())));
    }
    Ok(())
}

/// After the first zero block: only zeros up to the end of the file.
fn read_end(reader: &mut dyn Read) -> Result<(), SourceErrorKind> {
    let mut buffer = [0; 8192];
    let mut zeros = 0;
    loop {
        let count = reader.read(&mut buffer).map_err(|error| damaged(b"", &error))?;
        if count == 0 {
            break;
        }
        if buffer[..count].iter().any(|&byte| byte != 0) {
            return Err(refused(b"", ArchiveProblem::TrailingBytes));
        }
        zeros += count;
    }
    if zeros < BLOCK {
        return Err(refused(b"", ArchiveProblem::Damaged("no end marker".into())));
    }
    Ok(())
}

fn check_checksum(header: &Header, shown: &[u8]) -> Result<(), SourceErrorKind> {
    let bytes = header.as_bytes();
    let sum: u32 = bytes[..148].iter().chain(&bytes[156..]).map(|&byte| u32::from(byte)).sum::<u32>() + 8 * 32;
    match header.cksum() {
        Ok(stated) if stated == sum => Ok(()),
        _ => Err(refused(shown, ArchiveProblem::Checksum)),
    }
}

fn read_extended(reader: &mut dyn Read, size: u64, shown: &[u8]) -> Result<Vec<u8>, SourceErrorKind> {
    if size > EXTENDED_BYTES {
        return Err(refused(shown, ArchiveProblem::ExtendedHeader));
    }
    read_content(reader, size)
}

fn read_pax(content: &[u8], extended: &mut Extended, shown: &[u8]) -> Result<(), SourceErrorKind> {
    let malformed = || refused(shown, ArchiveProblem::ExtendedHeader);
    let mut length = 0;
    for record in PaxExtensions::new(content) {
        let record = record.map_err(|_| malformed())?;
        let (key, value) = (record.key_bytes(), record.value_bytes());
        let text_length = key.len() + value.len() + 3;
        // The record's own length is part of it; its digits are found by trying.
        length += (1..=6)
            .map(|digits| text_length + digits)
            .find(|all| all.to_string().len() + text_length == *all)
            .ok_or_else(malformed)?;
        match key {
            b"path" => set(&mut extended.path, value.to_vec(), shown)?,
            b"linkpath" => set(&mut extended.link, value.to_vec(), shown)?,
            b"size" => {
                let size =
                    std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
                set(&mut extended.size, size.and_then(|text| text.parse().ok()).ok_or_else(malformed)?, shown)?;
            }
            _ if key.starts_with(b"GNU.sparse.") => return Err(refused(shown, ArchiveProblem::Sparse)),
            b"hdrcharset" if value != b"BINARY" && value != b"ISO-IR 10646 2000 UTF-8" => return Err(malformed()),
            // Owners, times, comments and vendors' attributes, none of which a tree keeps.
            _ => {}
        }
    }
    // The records' reader stops at an empty line; nothing may hide behind one.
    if length == content.len() { Ok(()) } else { Err(malformed()) }
}

/// Takes a value that may be stated once.
fn set<T>(slot: &mut Option<T>, value: T, shown: &[u8]) -> Result<(), SourceErrorKind> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(refused(shown, ArchiveProblem::Disagreement("stated twice".into()))),
    }
}

/// GNU's long names end with a NUL.
fn without_nul(mut name: Vec<u8>) -> Vec<u8> {
    if name.last() == Some(&0) {
        name.pop();
    }
    name
}
