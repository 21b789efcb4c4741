//! Runs a command for real and simulated on equal files, and holds the two against each other.
//!
//! ```text
//! Files -> RealCopy (a tmpfs directory) -> the machine's program     -> Outcome \
//!       -> image at the same path       -> sparring_guest::commands  -> Outcome / equal?
//! ```

#![allow(dead_code, unreachable_pub, reason = "the command suites that use all of it come one by one")]

pub mod differential;
pub mod generate;
pub mod real;
pub mod simulated;

#[allow(unused_imports, reason = "the command suites that use all of it come one by one")]
pub use self::{
    differential::Differential,
    generate::{Generator, cases},
};

use std::collections::BTreeMap;

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum File {
    /// A directory.
    Directory,
    /// A file: whether it is executable, and its bytes.
    Regular(bool, Vec<u8>),
    /// A link and its target.
    Link(Vec<u8>),
}

impl File {
    /// A plain file.
    pub fn text(text: &str) -> Self {
        Self::Regular(false, text.as_bytes().to_vec())
    }
}

/// Paths, relative to the directory in which commands run, and what stands there.
pub type Files = BTreeMap<Vec<u8>, File>;

/// Plain files; their directories come with them.
pub fn files(list: &[(&str, &str)]) -> Files {
    let mut files = Files::new();
    for (path, text) in list {
        insert(&mut files, path.as_bytes(), File::text(text));
    }
    files
}

/// Adds a file with the directories above it.
pub fn insert(files: &mut Files, path: &[u8], file: File) {
    for (at, _) in path.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
        files.entry(path[..at].to_vec()).or_insert(File::Directory);
    }
    files.insert(path.to_vec(), file);
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Standard output and standard error as one pipe takes them.
    pub output: Vec<u8>,
    /// The exit status.
    pub status: i32,
    /// The files afterwards.
    pub files: Files,
}

/// The status of a command that did not end by itself: the simulated one met a limit, the real one
/// was ended after [`real::PATIENCE`].
pub const STOPPED: i32 = -1;

/// A command line of words.
pub fn words(line: &[&str]) -> Vec<Vec<u8>> {
    line.iter().map(|word| word.as_bytes().to_vec()).collect()
}
