//! Which files git would leave out: `.gitignore` files, `info/exclude` and caches.
//!
//! Rules come from the source alone, never from the user's or the machine's git configuration, so
//! that a source reads the same everywhere. Lines that are not UTF-8 or no valid pattern match
//! nothing, as in git.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// The largest ignore file that is read, in bytes.
pub(super) const IGNORE_FILE_BYTES: u64 = 256 * 1024;

/// What tools leave behind. Rules of the source come later and can take a line back.
const CACHES: &[&str] = &[
    ".git",
    ".hg",
    ".svn",
    "__pycache__",
    "*.pyc",
    "*.pyo",
    ".tox",
    ".nox",
    ".venv",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
];

/// The rules that hold in one directory: its own, then those of the directories above it.
pub(super) struct Rules<'a> {
    parent: Option<&'a Rules<'a>>,
    /// How many bytes of a path lead to the directory that the rules stand in.
    prefix: usize,
    matcher: Gitignore,
}

impl<'a> Rules<'a> {
    /// The rules of the weakest rank: caches.
    pub(super) fn caches() -> Self {
        Self { parent: None, prefix: 0, matcher: matcher(CACHES.iter().copied()) }
    }

    /// Patterns that stand at the root, alone.
    pub(super) fn patterns(patterns: &[String]) -> Self {
        Self { parent: None, prefix: 0, matcher: matcher(patterns.iter().map(String::as_str)) }
    }

    /// Adds an ignore file that stands in `directory` (the empty path is the root).
    pub(super) fn file(parent: &'a Rules<'a>, directory: &[u8], content: &[u8]) -> Self {
        let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
        let lines = content.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
        let prefix = if directory.is_empty() { 0 } else { directory.len() + 1 };
        Self { parent: Some(parent), prefix, matcher: matcher(lines) }
    }

    /// Whether git would leave out this path, given that it takes the directory it lies in.
    pub(super) fn ignores(&self, path: &[u8], is_directory: bool) -> bool {
        let mut rules = Some(self);
        while let Some(current) = rules {
            let relative = Path::new(OsStr::from_bytes(path.get(current.prefix..).unwrap_or_default()));
            match current.matcher.matched(relative, is_directory) {
                Match::Ignore(_) => return true,
                Match::Whitelist(_) => return false,
                Match::None => rules = current.parent,
            }
        }
        false
    }
}

fn matcher<'l>(lines: impl Iterator<Item = &'l str>) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    for line in lines {
        // Git drops a carriage return only as part of the pattern; patterns with one match nothing
        // on disk, so taking it off follows what people mean.
        if builder.add_line(None, line.trim_end_matches('\r')).is_err() {
            continue;
        }
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deeper_rules_win_and_lines_can_be_taken_back() {
        let caches = Rules::caches();
        let root = Rules::file(&caches, b"", b"*.log\n/build/\nsecret\n!keep.pyc\n\xff\xfe\n[\n");
        let deep = Rules::file(&root, b"a/b", b"!important.log\n/only\n");
        let cases: &[(&Rules<'_>, &[u8], bool, bool)] = &[
            (&root, b"x.log", false, true),
            (&root, b"a/x.log", false, true),
            (&root, b"build", true, true),
            (&root, b"build", false, false),
            (&root, b"a/build", true, false),
            (&root, b"a/__pycache__", true, true),
            (&root, b"m.pyc", false, true),
            (&root, b"keep.pyc", false, false),
            (&root, b".git", true, true),
            (&deep, b"a/b/important.log", false, false),
            (&deep, b"a/b/other.log", false, true),
            (&deep, b"a/b/only", false, true),
            (&deep, b"a/b/c/only", false, false),
        ];
        for (rules, path, is_directory, expected) in cases {
            assert_eq!(rules.ignores(path, *is_directory), *expected, "{}", path.escape_ascii());
        }
    }
}
