//! Absolute paths inside a session.

use sparring_tree::path;

/// An absolute path without links, `.` and `..`: what [`super::Workspace::resolve`] returns.
/// Kept without the leading `/`; the empty path is the root.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct VirtualPath(Vec<u8>);

impl VirtualPath {
    /// The root.
    pub const ROOT: Self = Self(Vec::new());

    /// An absolute path as text, taken by its words alone: `.` and empty components vanish, `..`
    /// takes the component before it away.
    pub fn lexical(text: &[u8]) -> Self {
        let mut path = Self::ROOT;
        for name in text.split(|&byte| byte == b'/') {
            match name {
                b"" | b"." => {}
                b".." => path.pop(),
                _ => path.push(name),
            }
        }
        path
    }

    /// From bytes that are a tree path already, or empty.
    pub fn from_tree_path(path: &[u8]) -> Self {
        Self(path.to_vec())
    }

    /// Without the leading `/`.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// With the leading `/`, as `pwd` prints it.
    pub fn display(&self) -> Vec<u8> {
        let mut text = Vec::with_capacity(self.0.len() + 1);
        text.push(b'/');
        text.extend_from_slice(&self.0);
        text
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The last component; empty for the root.
    pub fn name(&self) -> &[u8] {
        path::name(&self.0)
    }

    /// The directory that holds it; the root is its own.
    pub fn parent(&self) -> Self {
        Self(path::parent(&self.0).to_vec())
    }

    /// The path of an entry of this directory.
    pub fn join(&self, name: &[u8]) -> Self {
        let mut path = self.clone();
        path.push(name);
        path
    }

    /// Whether this path lies below `directory`.
    pub fn is_below(&self, directory: &Self) -> bool {
        path::is_below(&self.0, &directory.0)
    }

    pub(super) fn push(&mut self, name: &[u8]) {
        if !self.0.is_empty() {
            self.0.push(b'/');
        }
        self.0.extend_from_slice(name);
    }

    pub(super) fn pop(&mut self) {
        let end = path::parent(&self.0).len();
        self.0.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_alone_never_leave_the_root() {
        for (text, expected) in
            [("/", "/"), ("/a/./b//c/", "/a/b/c"), ("/../../a", "/a"), ("/a/b/../../..", "/"), ("a", "/a")]
        {
            assert_eq!(VirtualPath::lexical(text.as_bytes()).display(), expected.as_bytes(), "{text}");
        }
    }
}
