//! Finds out what a path is, and reads it as that.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sparring_tree::{Digest, Hasher, Layer, Tree, TreeLimits};

use super::error::{ArchiveProblem, SourceError, SourceErrorKind};
use super::git::Repository;
use super::provenance::{LayerProvenance, Provenance};
use super::{archive, directory, git_tree, tar, zip};

/// What to leave out of a Python standard library, so that it holds library code only: installed
/// packages, tests and bundled wheels. For [`Source::directory_filtered`].
pub const PYTHON_LIBRARY_EXCLUDES: &[&str] = &[
    "site-packages",
    "dist-packages",
    "test",
    "tests",
    "idle_test",
    "lib2to3/tests",
    "ensurepip/_bundled",
    "lib-dynload",
    "config-*",
];

/// The largest archive that is read, in bytes of the file itself.
const ARCHIVE_BYTES: u64 = 1 << 30;
/// Raised when the same source may read as another tree.
const READER_VERSION: u64 = 1;

/// Where a repository comes from.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    what: What,
    layers: Vec<Layer>,
}

#[derive(Debug)]
enum What {
    Directory { exclude: Vec<String> },
    WorkTree,
    Commit { repository: Repository, commit: gix::ObjectId },
    Tar { bytes: Vec<u8>, gzip: bool },
    Zip { bytes: Vec<u8>, wheel: bool },
}

impl Source {
    /// Opens a source.
    ///
    /// - A git repository (its work tree's root, its `.git` or a bare one) with `commit` (a full
    ///   or short object name, a branch, a tag or `HEAD`) is that commit: its files, links and
    ///   directories, and nothing of any other commit. Without `commit`, a bare repository is its
    ///   `HEAD`, and a work tree is its files as `git status` sees them.
    /// - Another directory is its files, without caches and what its own `.gitignore` files name.
    /// - A tar, tar.gz, zip or wheel is its entries, without the single top folder that source
    ///   distributions have.
    ///
    /// # Errors
    /// When there is nothing at `path`, when it is none of these, when the repository reaches
    /// outside itself, or when `commit` names no commit of it.
    pub fn open(path: &Path, commit: Option<&str>) -> Result<Self, SourceError> {
        let what = Self::detect(path, commit).map_err(|kind| SourceError::new(path, kind))?;
        Ok(Self { path: path.to_owned(), what, layers: Vec::new() })
    }

    /// A plain directory without what `exclude` names, as patterns in the syntax of `.gitignore`.
    ///
    /// # Errors
    /// When `path` is no directory.
    pub fn directory_filtered(path: &Path, exclude: &[&str]) -> Result<Self, SourceError> {
        if !path.is_dir() {
            return Err(SourceError::new(path, SourceErrorKind::Missing));
        }
        let exclude = exclude.iter().map(|&pattern| pattern.to_owned()).collect();
        Ok(Self { path: path.to_owned(), what: What::Directory { exclude }, layers: Vec::new() })
    }

    /// Puts layers on top, the lowest first: what the container's image has and the commit lacks.
    pub fn with_layers(mut self, layers: impl IntoIterator<Item = Layer>) -> Self {
        self.layers.extend(layers);
        self
    }

    fn detect(path: &Path, commit: Option<&str>) -> Result<What, SourceErrorKind> {
        let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => SourceErrorKind::Missing,
            _ => SourceErrorKind::io(b"", error),
        })?;
        if metadata.is_dir() {
            let inside = path.join(".git");
            let has_dot_git = inside.symlink_metadata().is_ok();
            let bare = !has_dot_git && Repository::looks_like(path);
            return match commit {
                None if bare => Self::commit_of(path, "HEAD"),
                None if has_dot_git => Ok(What::WorkTree),
                None => Ok(What::Directory { exclude: Vec::new() }),
                Some(revision) if has_dot_git => Self::commit_of(&inside, revision),
                Some(revision) if bare => Self::commit_of(path, revision),
                Some(_) => Err(SourceErrorKind::CommitWithoutRepository),
            };
        }
        if !metadata.is_file() {
            return Err(SourceErrorKind::Unrecognized);
        }
        if commit.is_some() {
            return Err(SourceErrorKind::CommitWithoutRepository);
        }
        Self::detect_archive(path)
    }

    fn commit_of(git_directory: &Path, revision: &str) -> Result<What, SourceErrorKind> {
        let repository = Repository::open(git_directory)?;
        let commit = repository.resolve(revision)?;
        Ok(What::Commit { repository, commit })
    }

    fn detect_archive(path: &Path) -> Result<What, SourceErrorKind> {
        let mut bytes = Vec::new();
        File::open(path)
            .and_then(|file| file.take(ARCHIVE_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|error| SourceErrorKind::io(b"", error))?;
        if bytes.len() as u64 > ARCHIVE_BYTES {
            return Err(archive::refused(b"", ArchiveProblem::TooLarge { limit: ARCHIVE_BYTES }));
        }
        let wheel = path.extension().is_some_and(|extension| extension == "whl");
        if bytes.starts_with(&[0x1f, 0x8b]) {
            Ok(What::Tar { bytes, gzip: true })
        } else if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            Ok(What::Zip { bytes, wheel })
        } else if bytes.get(257..262) == Some(b"ustar") || path.extension().is_some_and(|extension| extension == "tar")
        {
            Ok(What::Tar { bytes, gzip: false })
        } else if bytes.starts_with(b"BZh") {
            Err(SourceErrorKind::Compression("bzip2"))
        } else if bytes.starts_with(b"\xfd7zXZ\0") {
            Err(SourceErrorKind::Compression("xz"))
        } else if bytes.starts_with(b"\x28\xb5\x2f\xfd") {
            Err(SourceErrorKind::Compression("zstd"))
        } else {
            Err(SourceErrorKind::Unrecognized)
        }
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The full name of the commit, when the source is one.
    pub fn commit(&self) -> Option<String> {
        match &self.what {
            What::Commit { commit, .. } => Some(commit.to_string()),
            _ => None,
        }
    }

    /// An identity that can be had without reading the source: two sources with equal identities
    /// read as equal trees. A commit has its name, since every object is checked against its own
    /// when it is read; an archive has its bytes. A directory has none, because no set of times
    /// and sizes proves that its files are what they were.
    pub fn identity(&self, limits: &TreeLimits) -> Option<Digest> {
        let mut hasher = Hasher::new("sparring source");
        hasher.number(READER_VERSION);
        hasher.number(limits.entries as u64).number(limits.bytes).number(limits.file_bytes).number(limits.depth as u64);
        match &self.what {
            What::Commit { commit, .. } => hasher.bytes(b"commit").bytes(commit.as_bytes()),
            What::Tar { bytes, gzip } => hasher.bytes(b"tar").number(u64::from(*gzip)).bytes(bytes),
            What::Zip { bytes, wheel } => hasher.bytes(b"zip").number(u64::from(*wheel)).bytes(bytes),
            What::Directory { .. } | What::WorkTree => return None,
        };
        self.layers.iter().for_each(|layer| _ = hasher.digest(&layer.digest()));
        Some(hasher.finish())
    }

    /// Reads the source.
    ///
    /// # Errors
    /// When it breaks one of `limits`, holds what no tree may hold, cannot be read, or a layer does not fit.
    pub fn read(&self, limits: &TreeLimits) -> Result<(Tree, Provenance), SourceError> {
        let read = match &self.what {
            What::Directory { exclude } => directory::read(&self.path, exclude, limits),
            What::WorkTree => directory::read_work_tree(&self.path, limits),
            What::Commit { repository, commit } => git_tree::read(repository, *commit, limits),
            What::Tar { bytes, gzip } => tar::read(bytes, *gzip, limits),
            What::Zip { bytes, wheel } => zip::read(bytes, *wheel, limits),
        };
        read.and_then(|read| self.layered(read, limits)).map_err(|kind| SourceError::new(&self.path, kind))
    }

    fn layered(
        &self,
        (mut tree, mut provenance): (Tree, Provenance),
        limits: &TreeLimits,
    ) -> Result<(Tree, Provenance), SourceErrorKind> {
        for layer in &self.layers {
            tree = tree.with_layer(layer, limits)?;
            let digest = layer.digest().to_string();
            provenance.layers.push(LayerProvenance { name: layer.name.clone(), digest });
        }
        Ok((tree, provenance))
    }
}
