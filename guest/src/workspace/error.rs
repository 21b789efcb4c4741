//! Why a file operation fails, with the text that a Linux program prints for it.

/// A failed file operation, as the kernel would report it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileError {
    /// ENOENT.
    NotFound,
    /// ENOTDIR.
    NotADirectory,
    /// EISDIR.
    IsADirectory,
    /// EEXIST.
    Exists,
    /// ENOTEMPTY.
    NotEmpty,
    /// ELOOP: more than 40 symbolic links.
    LinkLoop,
    /// ENAMETOOLONG.
    NameTooLong,
    /// EACCES.
    PermissionDenied,
    /// EBUSY: the root, a mount point.
    Busy,
    /// EINVAL.
    Invalid,
}

impl FileError {
    /// What `strerror` says.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotFound => "No such file or directory",
            Self::NotADirectory => "Not a directory",
            Self::IsADirectory => "Is a directory",
            Self::Exists => "File exists",
            Self::NotEmpty => "Directory not empty",
            Self::LinkLoop => "Too many levels of symbolic links",
            Self::NameTooLong => "File name too long",
            Self::PermissionDenied => "Permission denied",
            Self::Busy => "Device or resource busy",
            Self::Invalid => "Invalid argument",
        }
    }
}

impl std::fmt::Display for FileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.message())
    }
}
