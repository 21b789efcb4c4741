//! Opens the object database of a git repository and nothing else of it.
//!
//! No configuration, hook, attribute, replacement or reflog is read, and what would lead out of
//! the repository (alternates, gitfiles, work trees of another repository, links) refuses it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::hash::Kind as HashKind;
use gix::objs::{Find, Kind, compute_hash};
use gix::odb::{Header, Store};
use gix::{ObjectId, refs};

use super::error::SourceErrorKind;

/// A handle on the object database for one thread.
pub(super) type Objects = gix::odb::HandleArc;

/// The largest object besides blobs, in bytes: a tree of 400,000 entries fits.
const STRUCTURE_BYTES: u64 = 32 << 20;
/// No allocation of the pack reader is larger than this many bytes: a blob may have 512 MiB.
const ALLOCATION_BYTES: usize = 1 << 30;
/// How deep directories of references may lie.
const LAYOUT_DEPTH: usize = 32;

/// A repository, opened for reading objects.
pub(super) struct Repository {
    store: Arc<Store>,
    pub(super) references: refs::file::Store,
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("git_directory", &self.references.git_dir()).finish_non_exhaustive()
    }
}

impl Repository {
    /// Whether a directory has the parts of a git directory.
    pub(super) fn looks_like(directory: &Path) -> bool {
        directory.join("HEAD").is_file() && directory.join("objects").is_dir() && directory.join("refs").is_dir()
    }

    /// Opens the git directory at `path` (a `.git` or a bare repository).
    pub(super) fn open(path: &Path) -> Result<Self, SourceErrorKind> {
        Self::check_layout(path)?;
        let options = gix::odb::store::init::Options {
            use_multi_pack_index: false,
            alloc_limit_bytes: Some(ALLOCATION_BYTES),
            // Alternates are refused, so that nothing is relative to the current directory.
            current_dir: Some(PathBuf::from("/")),
            ..Default::default()
        };
        let store = Store::at_opts(path.join("objects"), HashKind::Sha1, &mut std::iter::empty(), options)
            .map_err(|error| SourceErrorKind::io(b"objects", error))?;
        let references = refs::file::Store::at_opts(path.to_owned(), HashKind::Sha1, Default::default());
        Ok(Self { store: Arc::new(store), references })
    }

    /// Refuses a git directory that leads out of itself.
    pub(super) fn check_layout(path: &Path) -> Result<(), SourceErrorKind> {
        let kind = fs::symlink_metadata(path).map_err(|error| SourceErrorKind::io(b".git", error))?.file_type();
        if !kind.is_dir() {
            return Err(SourceErrorKind::Repository(
                "`.git` is a file or a link that leads to a repository elsewhere; name that repository instead",
            ));
        }
        if !Self::looks_like(path) {
            return Err(SourceErrorKind::Repository("`.git` is no git directory; remove it to read plain files"));
        }
        if fs::symlink_metadata(path.join("commondir")).is_ok() {
            return Err(SourceErrorKind::Repository(
                "this is a work tree of another repository; name that repository instead",
            ));
        }
        for alternates in ["objects/info/alternates", "objects/info/http-alternates"] {
            if fs::symlink_metadata(path.join(alternates)).is_ok() {
                return Err(SourceErrorKind::Repository(
                    "the repository takes objects from another one; run `git repack -a -d` and remove `objects/info/alternates`",
                ));
            }
        }
        if path.join("reftable").is_dir() {
            return Err(SourceErrorKind::Repository(
                "references are stored as reftable, which is not read; run `git refs migrate --ref-format=files`",
            ));
        }
        for name in ["HEAD", "packed-refs", "index"] {
            match fs::symlink_metadata(path.join(name)) {
                Ok(metadata) if !metadata.file_type().is_file() => return Err(leads_out()),
                _ => {}
            }
        }
        for name in ["objects", "refs"] {
            check_below(&path.join(name), LAYOUT_DEPTH)?;
        }
        Ok(())
    }

    /// A handle for this thread.
    pub(super) fn objects(&self) -> Objects {
        self.store.to_cache_arc()
    }
}

/// Everything below has to be directories and regular files: a link leads out, and opening a fifo
/// would wait forever.
fn check_below(directory: &Path, depth: usize) -> Result<(), SourceErrorKind> {
    let io = |error| SourceErrorKind::io(b".git", error);
    let kind = fs::symlink_metadata(directory).map_err(io)?.file_type();
    if !kind.is_dir() || depth == 0 {
        return Err(leads_out());
    }
    for entry in fs::read_dir(directory).map_err(io)? {
        let entry = entry.map_err(io)?;
        let kind = entry.file_type().map_err(io)?;
        if kind.is_dir() {
            check_below(&entry.path(), depth - 1)?;
        } else if !kind.is_file() {
            return Err(leads_out());
        }
    }
    Ok(())
}

fn leads_out() -> SourceErrorKind {
    SourceErrorKind::Repository("the git directory holds links or special files; clone it with `git clone --no-local`")
}

/// The size of an object and its kind, without unpacking it; `None` when it is not there.
pub(super) fn header(objects: &Objects, id: ObjectId) -> Result<Option<(Kind, u64)>, SourceErrorKind> {
    let header = objects.try_header(&id).map_err(|error| damaged(id, b"", &error))?;
    Ok(header.map(|header| (header.kind(), header.size())))
}

/// Reads an object of at most `limit` bytes and checks it against its name.
pub(super) fn object(
    objects: &Objects,
    id: ObjectId,
    expected: Kind,
    inside: &[u8],
    limit: u64,
    buffer: &mut Vec<u8>,
) -> Result<(), SourceErrorKind> {
    let problem = |problem: String| SourceErrorKind::Object { id: id.to_string(), inside: inside.to_vec(), problem };
    let Some((kind, size)) = header(objects, id)? else {
        return Err(problem("missing; the clone is shallow, partial or damaged".into()));
    };
    if kind != expected {
        return Err(problem(format!("is a {kind}, not a {expected}")));
    }
    if size > limit {
        return Err(problem(format!("has {size} bytes, more than {limit}")));
    }
    buffer.clear();
    let data = objects.try_find(&id, buffer).map_err(|error| damaged(id, inside, &error))?;
    let Some(data) = data else { return Err(problem("missing".into())) };
    let (kind, length) = (data.kind, data.data.len() as u64);
    if kind != expected || length != size {
        return Err(problem("changed while it was read".into()));
    }
    match compute_hash(HashKind::Sha1, kind, data.data) {
        Ok(computed) if computed == id => Ok(()),
        _ => Err(problem("has other bytes than its name says".into())),
    }
}

/// Reads a tree, a commit or a tag.
pub(super) fn structure(
    objects: &Objects,
    id: ObjectId,
    expected: Kind,
    inside: &[u8],
    buffer: &mut Vec<u8>,
) -> Result<(), SourceErrorKind> {
    object(objects, id, expected, inside, STRUCTURE_BYTES, buffer)
}

pub(super) fn damaged(id: ObjectId, inside: &[u8], error: &dyn std::fmt::Display) -> SourceErrorKind {
    SourceErrorKind::Object { id: id.to_string(), inside: inside.to_vec(), problem: format!("damaged ({error})") }
}
