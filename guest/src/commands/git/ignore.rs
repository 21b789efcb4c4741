//! Which untracked files `.gitignore` files hide.

use std::collections::BTreeMap;

use super::wildmatch::Pattern;
use super::{Attempt, Git};

/// The `.gitignore` files that were read so far, by their directory.
#[derive(Debug, Default)]
pub(super) struct Ignores {
    files: BTreeMap<Vec<u8>, Vec<Rule>>,
}

#[derive(Debug)]
struct Rule {
    pattern: Pattern,
    /// Shows again what an earlier rule hid.
    shows: bool,
    directories_only: bool,
    /// Held against the path below the file's directory rather than against the name.
    whole_path: bool,
}

impl Git<'_, '_, '_> {
    /// Whether a path is ignored, on its own account or because a directory above it is.
    pub(super) fn is_ignored(&self, ignores: &mut Ignores, path: &[u8], is_directory: bool) -> Attempt<bool> {
        for end in memchr::memchr_iter(b'/', path) {
            if self.is_matched(ignores, path.get(..end).unwrap_or_default(), true)? {
                return Ok(true);
            }
        }
        self.is_matched(ignores, path, is_directory)
    }

    /// Whether the rules hide this very path; the nearest file and the last rule in it decide.
    fn is_matched(&self, ignores: &mut Ignores, path: &[u8], is_directory: bool) -> Attempt<bool> {
        let mut directory = sparring_tree::path::parent(path);
        loop {
            if !ignores.files.contains_key(directory) {
                let rules = self.read_rules(directory)?;
                ignores.files.insert(directory.to_vec(), rules);
            }
            let below = if directory.is_empty() { path } else { path.get(directory.len() + 1..).unwrap_or_default() };
            let rules = ignores.files.get(directory).map_or(&[][..], Vec::as_slice);
            let decided = rules.iter().rev().find(|rule| {
                let text = if rule.whole_path { below } else { sparring_tree::path::name(path) };
                (is_directory || !rule.directories_only) && rule.pattern.matches(text)
            });
            if let Some(rule) = decided {
                return Ok(!rule.shows);
            }
            if directory.is_empty() {
                return Ok(false);
            }
            directory = sparring_tree::path::parent(directory);
        }
    }

    fn read_rules(&self, directory: &[u8]) -> Attempt<Vec<Rule>> {
        let path = if directory.is_empty() { b".gitignore".to_vec() } else { [directory, b"/.gitignore"].concat() };
        let Some(blob @ super::delta::Blob::File { .. }) = self.worktree_blob(&path) else { return Ok(Vec::new()) };
        let bytes = self.bytes(&blob)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        Ok(bytes.split(|&byte| byte == b'\n').filter_map(rule).collect())
    }
}

fn rule(line: &[u8]) -> Option<Rule> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut line = line;
    while let Some(shorter) = line.strip_suffix(b" ")
        && !shorter.ends_with(b"\\")
    {
        line = shorter;
    }
    if line.is_empty() || line.starts_with(b"#") {
        return None;
    }
    let shows = line.starts_with(b"!");
    let line = if shows { line.get(1..)? } else { line };
    let directories_only = line.ends_with(b"/");
    let line = line.strip_suffix(b"/").unwrap_or(line);
    let whole_path = line.contains(&b'/');
    let line = line.strip_prefix(b"/").unwrap_or(line);
    Some(Rule { pattern: Pattern::new(line, whole_path), shows, directories_only, whole_path })
}
