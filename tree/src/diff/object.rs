//! Names of git objects: the SHA-1 of a blob, and what git takes for binary.

use std::fmt;

use sha1::{Digest, Sha1};

/// A SHA-1 object name, shown as 40 hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct ObjectId(pub [u8; 20]);

impl ObjectId {
    /// All zeros: no object.
    pub const NULL: Self = Self([0; 20]);

    /// The name of an object of a kind (`blob`, `tree`, `commit`, `tag`) with these bytes.
    pub fn of(kind: &str, bytes: &[u8]) -> Self {
        let mut hasher = Sha1::new();
        hasher.update(format!("{kind} {}\0", bytes.len()));
        hasher.update(bytes);
        Self(hasher.finalize().into())
    }

    /// The first `digits` hexadecimal digits.
    pub fn short(&self, digits: usize) -> String {
        let mut text = self.to_string();
        text.truncate(digits);
        text
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectId({self})")
    }
}

/// Whether git takes a file for binary: a NUL among its first 8,000 bytes.
pub fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(8000)]).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_git() {
        assert_eq!(ObjectId::of("blob", b"").to_string(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(ObjectId::of("tree", b"").to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
        assert_eq!(ObjectId::of("blob", b"hello\n").short(7), "ce01362");
    }
}
