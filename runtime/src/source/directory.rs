//! Reads a directory, or a work tree as git sees it.
//!
//! Everything is opened relative to the handle of the directory that it lies in, without following
//! links and without waiting for a fifo, so that nothing outside can be reached, not even when the
//! tree changes meanwhile.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, DirEntry, FileType, FileTypeExt, MetadataExt, OpenOptions, OpenOptionsExt};
use gix::index;
use rayon::prelude::*;
use rustix::fs::OFlags;
use sparring_tree::{Entry, Node, Tree, TreeBuilder, TreeError, TreeLimits, path as tree_path};

use super::error::SourceErrorKind;
use super::git::Repository;
use super::ignored::{IGNORE_FILE_BYTES, Rules};
use super::provenance::{Provenance, SourceKind};

/// No allocation of the index reader is larger than this many bytes; an entry takes about 200.
const INDEX_ALLOCATION_BYTES: usize = 1 << 28;

/// Reads a plain directory, without caches, what its ignore files name and what `exclude` names.
pub(super) fn read(
    path: &Path,
    exclude: &[String],
    limits: &TreeLimits,
) -> Result<(Tree, Provenance), SourceErrorKind> {
    let caches = Rules::caches();
    let walk = Walk::new(limits, exclude, None);
    let entries = walk.directory(&open_root(path)?, &Place::root(&caches))?;
    walk.finish(entries, SourceKind::Directory)
}

/// Reads all that an open directory holds, whatever ignore files say: what a layer is made of.
pub(super) fn read_all(directory: &Dir, limits: &TreeLimits) -> Result<Tree, SourceErrorKind> {
    let nothing = Rules::patterns(&[]);
    let mut walk = Walk::new(limits, &[], None);
    walk.ignores = false;
    let entries = walk.directory(directory, &Place::root(&nothing))?;
    Ok(walk.finish(entries, SourceKind::Directory)?.0)
}

/// Reads a work tree: the tracked files and those that no rule ignores, as they stand on disk.
pub(super) fn read_work_tree(path: &Path, limits: &TreeLimits) -> Result<(Tree, Provenance), SourceErrorKind> {
    let root = open_root(path)?;
    Repository::check_layout(&path.join(".git"))?;
    let git = open_directory(&root, OsStr::new(".git")).map_err(|error| SourceErrorKind::io(b".git", error))?;
    let index = path.join(".git/index");
    let tracked = if index.is_file() { tracked_paths(&index)? } else { Vec::new() };
    let exclude = match open_directory(&git, OsStr::new("info")) {
        Ok(info) => read_small(&info, "exclude", IGNORE_FILE_BYTES)
            .map_err(|error| SourceErrorKind::io(b".git/info/exclude", error))?,
        Err(_) => None,
    };
    let caches = Rules::caches();
    let rules = Rules::file(&caches, b"", exclude.as_deref().unwrap_or_default());
    let walk = Walk::new(limits, &[], Some(tracked));
    let entries = walk.directory(&root, &Place::root(&rules))?;
    walk.finish(entries, SourceKind::WorkTree)
}

fn open_root(path: &Path) -> Result<Dir, SourceErrorKind> {
    Dir::open_ambient_dir(path, ambient_authority()).map_err(|error| SourceErrorKind::io(b"", error))
}

/// Flags for opening one name of an open directory.
fn options(flags: OFlags) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).custom_flags((flags | OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32);
    options
}

fn open_directory(parent: &Dir, name: &OsStr) -> std::io::Result<Dir> {
    Ok(Dir::from_std_file(parent.open_with(name, &options(OFlags::DIRECTORY))?.into_std()))
}

/// Reads a regular file of at most `limit` bytes; `None` when there is no such file.
fn read_small(directory: &Dir, name: &str, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let Ok(file) = directory.open_with(name, &options(OFlags::empty())) else { return Ok(None) };
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(std::io::Error::other(format!("larger than {limit} bytes")));
    }
    Ok(Some(bytes))
}

/// The paths of a git index, sorted in walk order.
fn tracked_paths(path: &Path) -> Result<Vec<Vec<u8>>, SourceErrorKind> {
    let unreadable = SourceErrorKind::Repository(
        "the git index cannot be read; name a commit, or remove `.git` to read plain files",
    );
    let options = index::decode::Options {
        thread_limit: Some(1),
        alloc_limit_bytes: Some(INDEX_ALLOCATION_BYTES),
        ..Default::default()
    };
    let Ok(state) = index::File::at(path, gix::hash::Kind::Sha1, false, options) else { return Err(unreadable) };
    if state.link().is_some() {
        return Err(unreadable);
    }
    let mut paths: Vec<Vec<u8>> = state.entries().iter().map(|entry| entry.path(&state).to_vec()).collect();
    paths.sort_by(|a, b| tree_path::walk_order(a, b));
    Ok(paths)
}

/// Where a walk is.
struct Place<'a> {
    /// The directory's path; empty for the root.
    path: Vec<u8>,
    /// How many components it has.
    depth: usize,
    rules: &'a Rules<'a>,
    /// Set below an ignored directory of a work tree, of which git sees the tracked files only.
    only_tracked: bool,
}

impl<'a> Place<'a> {
    fn root(rules: &'a Rules<'a>) -> Self {
        Self { path: Vec::new(), depth: 0, rules, only_tracked: false }
    }
}

/// One walk over a tree, shared by the threads that read it.
struct Walk<'a> {
    limits: &'a TreeLimits,
    /// What the caller leaves out, whatever the rules of the source say.
    exclude: Rules<'a>,
    /// Whether ignore files are heeded.
    ignores: bool,
    /// The tracked paths of a work tree; `None` for a plain directory.
    tracked: Option<Vec<Vec<u8>>>,
    entries: AtomicUsize,
    bytes: AtomicU64,
    special_files: AtomicU64,
    submodules: AtomicU64,
}

impl<'a> Walk<'a> {
    fn new(limits: &'a TreeLimits, exclude: &[String], tracked: Option<Vec<Vec<u8>>>) -> Self {
        Self {
            limits,
            exclude: Rules::patterns(exclude),
            ignores: true,
            tracked,
            entries: AtomicUsize::new(0),
            bytes: AtomicU64::new(0),
            special_files: AtomicU64::new(0),
            submodules: AtomicU64::new(0),
        }
    }

    fn finish(self, entries: Vec<Entry>, kind: SourceKind) -> Result<(Tree, Provenance), SourceErrorKind> {
        let mut builder = TreeBuilder::new(*self.limits);
        for Entry { path, node } in entries {
            builder.insert(path, node)?;
        }
        let mut provenance = Provenance::new(kind);
        provenance.special_files = self.special_files.into_inner();
        provenance.submodules = self.submodules.into_inner();
        Ok((builder.finish()?, provenance))
    }

    /// Reads one directory and what lies below.
    fn directory(&self, directory: &Dir, place: &Place<'_>) -> Result<Vec<Entry>, SourceErrorKind> {
        let io = |error| SourceErrorKind::io(&place.path, error);
        let own = match directory.open_with(".gitignore", &options(OFlags::empty())) {
            Ok(file) if self.ignores && file.metadata().map_err(io)?.is_file() => {
                let content = self.ignore_file(&place.path, file.into_std())?;
                Some(Rules::file(place.rules, &place.path, &content))
            }
            _ => None,
        };
        let place = Place { path: place.path.clone(), rules: own.as_ref().unwrap_or(place.rules), ..*place };
        let children: Vec<DirEntry> = directory.entries().map_err(io)?.collect::<Result<_, _>>().map_err(io)?;
        let read: Vec<Vec<Entry>> =
            children.par_iter().map(|entry| self.child(directory, entry, &place)).collect::<Result<_, _>>()?;
        Ok(read.into_iter().flatten().collect())
    }

    fn ignore_file(&self, directory: &[u8], file: std::fs::File) -> Result<Vec<u8>, SourceErrorKind> {
        let inside = if directory.is_empty() { b".gitignore".to_vec() } else { [directory, b"/.gitignore"].concat() };
        let mut content = Vec::new();
        file.take(IGNORE_FILE_BYTES + 1)
            .read_to_end(&mut content)
            .map_err(|error| SourceErrorKind::io(&inside, error))?;
        if content.len() as u64 > IGNORE_FILE_BYTES {
            return Err(SourceErrorKind::IgnoreFile { inside, limit: IGNORE_FILE_BYTES });
        }
        Ok(content)
    }

    fn child(&self, directory: &Dir, entry: &DirEntry, place: &Place<'_>) -> Result<Vec<Entry>, SourceErrorKind> {
        let name = entry.file_name();
        if name == ".git" {
            return Ok(Vec::new());
        }
        let path = if place.path.is_empty() {
            name.as_bytes().to_vec()
        } else {
            [&place.path[..], b"/", name.as_bytes()].concat()
        };
        let kind = kind_of(directory, entry, &name).map_err(|error| SourceErrorKind::io(&path, error))?;
        let ignored = place.only_tracked || place.rules.ignores(&path, kind.is_dir());
        if ignored && !self.is_tracked(&path, kind.is_dir()) || self.exclude.ignores(&path, kind.is_dir()) {
            return Ok(Vec::new());
        }
        if !(kind.is_dir() || kind.is_file() || kind.is_symlink()) {
            self.special_files.fetch_add(1, Ordering::Relaxed);
            return Ok(Vec::new());
        }
        self.admit(&path, place.depth + 1)?;
        if kind.is_dir() {
            let below = Place { path, depth: place.depth + 1, rules: place.rules, only_tracked: ignored };
            return self.subdirectory(directory, &name, below);
        }
        let node = if kind.is_symlink() {
            let target = directory.read_link_contents(&name).map_err(|error| vanished(&path, error))?;
            Node::Link { target: target.into_os_string().into_vec().into() }
        } else {
            self.file(directory, &name, &path)?
        };
        Ok(vec![Entry { path, node }])
    }

    fn subdirectory(&self, parent: &Dir, name: &OsStr, place: Place<'_>) -> Result<Vec<Entry>, SourceErrorKind> {
        let directory = open_directory(parent, name).map_err(|error| vanished(&place.path, error))?;
        if self.tracked.is_some() && directory.symlink_metadata(".git").is_ok() {
            // Git does not look into another repository either.
            self.submodules.fetch_add(1, Ordering::Relaxed);
            return Ok(vec![Entry { path: place.path, node: Node::Directory }]);
        }
        let mut entries = self.directory(&directory, &place)?;
        if self.tracked.is_none() {
            // Git does not see empty directories; a plain directory keeps them.
            entries.push(Entry { path: place.path, node: Node::Directory });
        }
        Ok(entries)
    }

    fn is_tracked(&self, path: &[u8], is_directory: bool) -> bool {
        let Some(tracked) = &self.tracked else { return false };
        let at = tracked.partition_point(|other| tree_path::walk_order(other, path).is_lt());
        tracked.get(at).is_some_and(|next| next == path || is_directory && tree_path::is_below(next, path))
    }

    /// Holds the walk to its limits while it runs, so that no breach is read to its end first.
    fn admit(&self, path: &[u8], depth: usize) -> Result<(), SourceErrorKind> {
        if depth > self.limits.depth {
            return Err(TreeError::TooDeep { path: path.to_vec(), limit: self.limits.depth }.into());
        }
        tree_path::check(path).map_err(|error| TreeError::Path { path: path.to_vec(), error })?;
        if self.entries.fetch_add(1, Ordering::Relaxed) >= self.limits.entries {
            return Err(TreeError::TooManyEntries(self.limits.entries).into());
        }
        Ok(())
    }

    fn file(&self, directory: &Dir, name: &OsStr, path: &[u8]) -> Result<Node, SourceErrorKind> {
        let io = |error| SourceErrorKind::io(path, error);
        let file = directory.open_with(name, &options(OFlags::empty())).map_err(|error| vanished(path, error))?;
        let metadata = file.metadata().map_err(io)?;
        if !metadata.is_file() {
            return Err(SourceErrorKind::Changed(path.to_vec()));
        }
        let size = metadata.len();
        if size > self.limits.file_bytes {
            return Err(TreeError::FileTooLarge { path: path.to_vec(), limit: self.limits.file_bytes }.into());
        }
        if self.bytes.fetch_add(size, Ordering::Relaxed).saturating_add(size) > self.limits.bytes {
            return Err(TreeError::TooManyBytes(self.limits.bytes).into());
        }
        let mut content = Vec::with_capacity(size as usize + 1);
        file.into_std().take(size + 1).read_to_end(&mut content).map_err(io)?;
        if content.len() as u64 != size {
            return Err(SourceErrorKind::Changed(path.to_vec()));
        }
        Ok(Node::File { executable: metadata.mode() & 0o100 != 0, content: content.into() })
    }
}

/// An entry that was listed and is not there, or is something else by now.
fn vanished(path: &[u8], error: std::io::Error) -> SourceErrorKind {
    let raw = error.raw_os_error().map(rustix::io::Errno::from_raw_os_error);
    match raw {
        Some(rustix::io::Errno::NOENT | rustix::io::Errno::LOOP | rustix::io::Errno::NOTDIR) => {
            SourceErrorKind::Changed(path.to_vec())
        }
        _ => SourceErrorKind::io(path, error),
    }
}

/// What an entry is, asking again where the file system's listing does not say.
fn kind_of(directory: &Dir, entry: &DirEntry, name: &OsStr) -> std::io::Result<FileType> {
    let kind = entry.file_type()?;
    let known = kind.is_dir() || kind.is_file() || kind.is_symlink();
    if known || kind.is_fifo() || kind.is_socket() || kind.is_char_device() || kind.is_block_device() {
        return Ok(kind);
    }
    Ok(directory.symlink_metadata(name)?.file_type())
}
