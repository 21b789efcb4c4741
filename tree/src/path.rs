//! Paths inside a tree: bytes, relative, components separated by one `/`.
//!
//! Paths are compared in *walk order*: component by component, each byte-wise. This is the order
//! in which a walk that sorts every directory visits a tree, and it keeps each directory's
//! descendants together. It differs from plain byte order where a name continues with a byte
//! below `/` (`a`, `a/x`, `a-b` here; `a`, `a-b`, `a/x` byte-wise).

use std::cmp::Ordering;

/// The longest name of one component, in bytes, as Linux has it.
pub const NAME_BYTES: usize = 255;
/// The longest path, in bytes, as Linux has it.
pub const PATH_BYTES: usize = 4096;

/// Why a path cannot be in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// The path is empty or has an empty component (`a//b`, `/a`, `a/`).
    #[error("empty path component")]
    Empty,
    /// A component is `.` or `..`.
    #[error("`.` or `..` as a path component")]
    Dots,
    /// A NUL byte.
    #[error("NUL byte in a path")]
    Nul,
    /// A component is longer than [`NAME_BYTES`].
    #[error("file name longer than {NAME_BYTES} bytes")]
    LongName,
    /// The whole path is longer than [`PATH_BYTES`].
    #[error("path longer than {PATH_BYTES} bytes")]
    LongPath,
}

/// Checks that `path` may stand in a tree.
pub fn check(path: &[u8]) -> Result<(), PathError> {
    if path.len() > PATH_BYTES {
        return Err(PathError::LongPath);
    }
    for name in path.split(|&byte| byte == b'/') {
        match name {
            b"" => return Err(PathError::Empty),
            b"." | b".." => return Err(PathError::Dots),
            _ if name.len() > NAME_BYTES => return Err(PathError::LongName),
            _ if name.contains(&0) => return Err(PathError::Nul),
            _ => {}
        }
    }
    Ok(())
}

/// Compares two paths in walk order.
pub fn walk_order(a: &[u8], b: &[u8]) -> Ordering {
    let common = a.len().min(b.len());
    match a[..common].iter().zip(&b[..common]).position(|(x, y)| x != y) {
        // A separator ends a component, and an ended component sorts first.
        Some(at) => rank(a[at]).cmp(&rank(b[at])),
        None => a.len().cmp(&b.len()),
    }
}

fn rank(byte: u8) -> u16 {
    if byte == b'/' { 0 } else { u16::from(byte) + 1 }
}

/// The path of the directory that holds `path`; the empty path for a top-level entry.
pub fn parent(path: &[u8]) -> &[u8] {
    match memchr::memrchr(b'/', path) {
        Some(at) => &path[..at],
        None => b"",
    }
}

/// The last component.
pub fn name(path: &[u8]) -> &[u8] {
    match memchr::memrchr(b'/', path) {
        Some(at) => &path[at + 1..],
        None => path,
    }
}

/// Whether `path` is below directory `directory` (not `directory` itself). Everything but the
/// root is below the root, the empty path.
pub fn is_below(path: &[u8], directory: &[u8]) -> bool {
    if directory.is_empty() {
        return !path.is_empty();
    }
    path.len() > directory.len() && path.starts_with(directory) && path[directory.len()] == b'/'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walk_order_keeps_descendants_together() {
        let mut paths: Vec<&[u8]> = vec![b"a-b", b"a/x", b"a", b"ab", b"a/x/y", b"a/x-y", b"B"];
        paths.sort_by(|a, b| walk_order(a, b));
        let expected: Vec<&[u8]> = vec![b"B", b"a", b"a/x", b"a/x/y", b"a/x-y", b"a-b", b"ab"];
        assert_eq!(paths, expected);
    }

    #[test]
    fn hostile_paths_are_refused() {
        for (path, error) in [
            (&b""[..], PathError::Empty),
            (b"/etc/passwd", PathError::Empty),
            (b"a//b", PathError::Empty),
            (b"a/", PathError::Empty),
            (b"a/../b", PathError::Dots),
            (b"./a", PathError::Dots),
            (b"a\0b", PathError::Nul),
        ] {
            assert_eq!(check(path), Err(error), "{}", path.escape_ascii());
        }
        assert_eq!(check(&[b'a'; 256]), Err(PathError::LongName));
        assert_eq!(check(&[b"aa/".repeat(2000).as_slice(), b"b"].concat()), Err(PathError::LongPath));
        assert_eq!(check(b"..a/b..c/ \xff"), Ok(()));
    }
}
