//! Files that are laid over a container's own: whole files and deletions, never a diff.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sparring_tree::Digest;

/// What differs from an image's files below one folder. Paths are relative, with `/` between their
/// components; a path of a job is text, since a container's command line has to name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// Whole files and links, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub written: BTreeMap<String, JobFile>,
    /// Paths that are removed, with all below them, before anything is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deleted: Vec<String>,
}

/// One whole file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobFile {
    /// The permission bits below `0o777`; a link's are ignored.
    pub mode: u32,
    /// Whether the bytes are the target of a symbolic link.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub link: bool,
    /// The content. In JSON: text where it is UTF-8, else `{"base64": "..."}`.
    #[serde(with = "content")]
    pub bytes: Vec<u8>,
}

impl Files {
    /// The identity of these changes.
    pub fn digest(&self) -> Digest {
        let mut hasher = sparring_tree::Hasher::new("sparring job files 1");
        hasher.number(self.written.len() as u64);
        for (path, file) in &self.written {
            hasher.bytes(path.as_bytes()).number(u64::from(file.mode)).number(u64::from(file.link)).bytes(&file.bytes);
        }
        let mut deleted: Vec<&String> = self.deleted.iter().collect();
        deleted.sort();
        deleted.dedup();
        for path in deleted {
            hasher.bytes(path.as_bytes());
        }
        hasher.finish()
    }

    /// The bytes of all contents together.
    pub fn bytes(&self) -> usize {
        self.written.values().map(|file| file.bytes.len()).sum()
    }

    /// The first path that is not relative and free of `.` and `..`, if there is one: such a path could
    /// leave the folder that the files are laid into.
    pub fn unsafe_path(&self) -> Option<&str> {
        let is_safe = |path: &str| {
            !path.is_empty() && !path.contains('\0') && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
        };
        self.written.keys().chain(&self.deleted).map(String::as_str).find(|path| !is_safe(path))
    }
}

mod content {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Written<'a> {
        Text(std::borrow::Cow<'a, str>),
        Bytes { base64: String },
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Written::Text(text.into()),
            Err(_) => Written::Bytes { base64: STANDARD.encode(bytes) },
        }
        .serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Text(text) => Ok(text.into_owned().into_bytes()),
            Written::Bytes { base64 } => STANDARD.decode(base64).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> JobFile {
        JobFile { mode: 0o644, link: false, bytes: bytes.to_vec() }
    }

    #[test]
    fn contents_survive_json() {
        let mut files = Files { deleted: vec!["gone".to_owned()], ..Files::default() };
        files.written.insert("a.py".to_owned(), file(b"x = 1\n"));
        files.written.insert("b.bin".to_owned(), file(b"\xff\x00"));
        let text = serde_json::to_string(&files).unwrap();
        assert!(text.contains(r#""bytes":"x = 1\n""#) && text.contains(r#"{"base64":"/wA="}"#), "{text}");
        assert_eq!(serde_json::from_str::<Files>(&text).unwrap(), files);
    }

    #[test]
    fn the_digest_sees_every_part() {
        let base = Files { written: [("a".to_owned(), file(b"1"))].into(), deleted: vec!["b".to_owned()] };
        let mut others = vec![base.clone(); 4];
        others[0].written.insert("c".to_owned(), file(b""));
        others[1].deleted.push("c".to_owned());
        others[2].written.get_mut("a").unwrap().mode = 0o755;
        others[3].written.get_mut("a").unwrap().bytes.push(0);
        let digests: std::collections::BTreeSet<_> = others.iter().chain([&base]).map(Files::digest).collect();
        assert_eq!(digests.len(), 5);
        let doubled = Files { deleted: vec!["b".to_owned(), "b".to_owned()], ..base.clone() };
        assert_eq!(doubled.digest(), base.digest());
    }

    #[test]
    fn paths_stay_inside() {
        for (path, safe) in
            [("a/b", true), ("/a", false), ("a/../b", false), ("", false), ("a//b", false), ("./a", false)]
        {
            let files = Files { deleted: vec![path.to_owned()], ..Files::default() };
            assert_eq!(files.unsafe_path().is_none(), safe, "{path}");
        }
    }
}
