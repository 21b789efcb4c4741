//! Why a source cannot be read. Each message names the source and, where there is one, the way out.

use std::io;
use std::path::{Path, PathBuf};

use sparring_tree::TreeError;

/// A source that cannot be opened or read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read source `{}`: {kind}", path.display())]
pub struct SourceError {
    /// The source as the caller named it.
    pub path: PathBuf,
    /// What is wrong.
    #[source]
    pub kind: SourceErrorKind,
}

impl SourceError {
    /// Attaches the source's name to what went wrong.
    pub(crate) fn new(path: &Path, kind: impl Into<SourceErrorKind>) -> Self {
        Self { path: path.to_owned(), kind: kind.into() }
    }
}

/// What is wrong with a source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceErrorKind {
    /// Nothing stands at the path.
    #[error("no such file or directory")]
    Missing,
    /// Neither a directory nor an archive that can be read.
    #[error("neither a directory, a git repository, nor a tar, tar.gz, zip or wheel archive")]
    Unrecognized,
    /// A compression other than gzip.
    #[error("archives compressed with {0} cannot be read; repack it as tar.gz or zip")]
    Compression(&'static str),
    /// A commit was asked for where there is no repository.
    #[error("a commit was given, but this is no git repository; leave the commit out")]
    CommitWithoutRepository,
    /// The operating system refused.
    #[error("`{}`: {error}", inside.escape_ascii())]
    Io {
        /// The path inside the source; empty for the source itself.
        inside: Vec<u8>,
        /// What it said.
        #[source]
        error: io::Error,
    },
    /// A path, a size or a count that no tree may have.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// Something wrote to the directory while it was read.
    #[error("`{}` changed while it was read; read the source again when nothing writes to it", .0.escape_ascii())]
    Changed(Vec<u8>),
    /// A `.gitignore` of more than 256 KiB.
    #[error("`{}` is larger than {limit} bytes, which no ignore file needs", inside.escape_ascii())]
    IgnoreFile {
        /// The file.
        inside: Vec<u8>,
        /// The limit in bytes.
        limit: u64,
    },
    /// A repository that reaches outside itself or is laid out in a way that is not read.
    #[error("{0}")]
    Repository(&'static str),
    /// A revision that names no commit of the repository.
    #[error("revision `{revision}` {problem}")]
    Revision {
        /// The revision as given.
        revision: String,
        /// Why it names no commit.
        problem: &'static str,
    },
    /// A git object that is missing, damaged or not what it should be.
    #[error("git object {id}{}: {problem}", at(.inside))]
    Object {
        /// Its name in hexadecimal digits.
        id: String,
        /// Where in the commit it stands; empty when that is not known.
        inside: Vec<u8>,
        /// What is wrong with it.
        problem: String,
    },
    /// A manifest of a layer that cannot be understood.
    #[error("layer: {0}")]
    Layer(String),
    /// A layer that does not fit the source.
    #[error(transparent)]
    LayerDoesNotFit(#[from] sparring_tree::LayerError),
    /// An archive that is refused.
    #[error("archive{}: {problem}", at(.inside))]
    Archive {
        /// The entry; empty for the archive as a whole.
        inside: Vec<u8>,
        /// What is wrong with it.
        problem: ArchiveProblem,
    },
}

fn at(inside: &[u8]) -> String {
    if inside.is_empty() { String::new() } else { format!(" at `{}`", inside.escape_ascii()) }
}

impl SourceErrorKind {
    /// An error of the operating system about a path inside the source.
    pub(crate) fn io(inside: &[u8], error: io::Error) -> Self {
        Self::Io { inside: inside.to_vec(), error }
    }
}

/// Why an archive is refused. Any disagreement within an archive refuses all of it, since two
/// readers could see two different trees in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveProblem {
    /// The archive ends before its end, or its compressed stream is damaged.
    #[error("cut short or damaged ({0})")]
    Damaged(String),
    /// Bytes follow where the archive says that it ended.
    #[error("bytes follow after its end")]
    TrailingBytes,
    /// A header whose checksum is wrong.
    #[error("wrong header checksum")]
    Checksum,
    /// A header that no rule here knows, so that its meaning is not guessed.
    #[error("unknown header type `{}`", .0.escape_ascii())]
    UnknownHeader(u8),
    /// Two headers say different things about one entry.
    #[error("headers disagree: {0}")]
    Disagreement(String),
    /// An extended header that is malformed or too large.
    #[error("malformed extended header")]
    ExtendedHeader,
    /// A sparse file.
    #[error("sparse files are not read")]
    Sparse,
    /// A device, a fifo or a socket.
    #[error("devices, fifos and sockets are not read")]
    Special,
    /// A hard link.
    #[error("hard links are not read; repack the archive with `--hard-dereference`")]
    HardLink,
    /// An encrypted entry.
    #[error("encrypted entries are not read")]
    Encrypted,
    /// A compression method other than stored and deflate.
    #[error("compression method {0} is not read")]
    Method(String),
    /// More than a hundred times larger than its compressed form.
    #[error("grows to more than {limit} times its size")]
    Ratio {
        /// The limit.
        limit: u64,
    },
    /// The compressed archive alone is larger than a tree may be.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// No entry at all.
    #[error("holds no entry")]
    Empty,
}
