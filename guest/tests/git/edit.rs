//! Changes of files that both sides make.

use crate::Files;

/// A change.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// Writes a file, with the directories above it.
    Write(String, Vec<u8>),
    /// Removes a file or a directory.
    Remove(String),
    /// Makes a file executable or not.
    Mode(String, bool),
    /// Puts a link where nothing is.
    Link(String, String),
    /// Moves a file where nothing is.
    Rename(String, String),
}

impl Edit {
    /// Whether the files allow it. Commands change files, so an edit drawn before may not fit.
    pub(crate) fn is_possible(&self, files: &Files) -> bool {
        let kind = |path: &str| files.get(path).map(|(kind, ..)| *kind);
        let has_room =
            |path: &str| path.match_indices('/').all(|(end, _)| matches!(kind(&path[..end]), None | Some('d')));
        match self {
            Self::Write(path, _) => has_room(path) && matches!(kind(path), None | Some('f')),
            Self::Remove(path) => kind(path).is_some(),
            Self::Mode(path, _) => kind(path) == Some('f'),
            Self::Link(path, _) => has_room(path) && kind(path).is_none(),
            Self::Rename(from, to) => kind(from) == Some('f') && has_room(to) && kind(to).is_none(),
        }
    }
}

impl std::fmt::Display for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Write(path, bytes) => write!(f, "write {path} ({} bytes)", bytes.len()),
            Self::Remove(path) => write!(f, "rm -r {path}"),
            Self::Mode(path, executable) => write!(f, "chmod {}x {path}", if *executable { '+' } else { '-' }),
            Self::Link(path, target) => write!(f, "ln -s {target} {path}"),
            Self::Rename(from, to) => write!(f, "mv {from} {to}"),
        }
    }
}
