//! Kinds and permission bits of tree entries.

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum Kind {
    /// A directory.
    Directory = 0,
    /// A regular file.
    File = 1,
    /// A symbolic link; its content is the target's text and nothing follows it outside a session.
    Link = 2,
}

impl Kind {
    /// The kind with this number in an image; `None` for a number no kind has.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::Directory, Self::File, Self::Link].into_iter().find(|kind| *kind as u8 == number)
    }
}

/// The twelve permission bits, as `chmod` writes them (`0o644`).
///
/// A tree knows only what git knows: files are `0o644` or `0o755`, directories `0o755`, links
/// `0o777`. A session may set any bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Mode(pub u16);

impl Mode {
    /// A file that is not executable.
    pub const FILE: Self = Self(0o644);
    /// An executable file.
    pub const EXECUTABLE: Self = Self(0o755);
    /// A directory.
    pub const DIRECTORY: Self = Self(0o755);
    /// A symbolic link.
    pub const LINK: Self = Self(0o777);

    /// Whether the owner may execute it: the one bit that git keeps.
    pub fn is_executable(self) -> bool {
        self.0 & 0o100 != 0
    }

    /// What git would check out for it: `0o755` or `0o644`.
    pub fn as_git(self) -> Self {
        if self.is_executable() { Self::EXECUTABLE } else { Self::FILE }
    }
}
