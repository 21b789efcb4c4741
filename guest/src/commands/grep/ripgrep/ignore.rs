//! Rules of `.gitignore`, `.ignore` and `.rgignore`, and the patterns of `-g`.

use crate::glob::{Glob, GlobOptions};

/// One line of an ignore file.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The components of the pattern; `None` is `**`.
    parts: Vec<Option<Glob>>,
    /// Held against the whole path below the file's directory rather than against the name.
    is_anchored: bool,
    directories_only: bool,
    /// `!`: shows again what an earlier rule hid.
    pub(super) shows: bool,
}

/// What rules say about a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    None,
    Hidden,
    Shown,
}

/// The rules of an ignore file.
pub(super) fn rules(text: &[u8]) -> Vec<Rule> {
    text.split(|byte| *byte == b'\n').filter_map(Rule::of_line).collect()
}

/// The last rule that fits decides.
pub(super) fn verdict(rules: &[Rule], path: &[u8], is_directory: bool) -> Verdict {
    match rules.iter().rev().find(|rule| rule.fits(path, is_directory)) {
        None => Verdict::None,
        Some(rule) if rule.shows => Verdict::Shown,
        Some(_) => Verdict::Hidden,
    }
}

impl Rule {
    fn of_line(line: &[u8]) -> Option<Self> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let end = line.iter().rposition(|byte| *byte != b' ').map_or(0, |at| at + 1);
        let line = line.get(..end)?;
        if line.is_empty() || line.starts_with(b"#") {
            return None;
        }
        Some(Self::new(line))
    }

    /// The rules of `-g`, whose braces stand for several patterns.
    pub(super) fn of_option(glob: &[u8]) -> Vec<Self> {
        let (sign, pattern) = match glob.strip_prefix(b"!") {
            Some(pattern) => (&b"!"[..], pattern),
            None => (&b""[..], glob),
        };
        let Some((before, list, after)) = braces(pattern) else { return vec![Self::new(glob)] };
        let choices = list.split(|byte| *byte == b',');
        choices.flat_map(|choice| Self::of_option(&[sign, before, choice, after].concat())).collect()
    }

    fn new(line: &[u8]) -> Self {
        let shows = line.starts_with(b"!");
        let line = if shows { line.get(1..).unwrap_or_default() } else { line };
        let directories_only = line.ends_with(b"/");
        let line = line.strip_suffix(b"/").unwrap_or(line);
        let is_anchored = line.contains(&b'/');
        let line = line.strip_prefix(b"/").unwrap_or(line);
        let parts = line.split(|byte| *byte == b'/');
        let parts = parts.map(|part| (part != b"**").then(|| Glob::new(part, GlobOptions::default()))).collect();
        Self { parts, is_anchored, directories_only, shows }
    }

    fn fits(&self, path: &[u8], is_directory: bool) -> bool {
        if self.directories_only && !is_directory {
            return false;
        }
        let names: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        if self.is_anchored {
            return fits(&self.parts, &names);
        }
        names.last().is_some_and(|name| match self.parts.as_slice() {
            [Some(glob)] => glob.matches(name),
            _ => true,
        })
    }
}

/// Whether components fit the components of a pattern. A `**` at the end needs something below.
fn fits(parts: &[Option<Glob>], names: &[&[u8]]) -> bool {
    match (parts, names) {
        ([], []) => true,
        ([None], names) => !names.is_empty(),
        ([None, rest @ ..], names) => {
            (0..=names.len()).any(|skipped| fits(rest, names.get(skipped..).unwrap_or_default()))
        }
        ([Some(glob), rest @ ..], [name, below @ ..]) => glob.matches(name) && fits(rest, below),
        _ => false,
    }
}

/// What stands before, in and behind the first braces.
fn braces(pattern: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let open = memchr::memchr(b'{', pattern)?;
    let close = open + memchr::memchr(b'}', pattern.get(open..)?)?;
    Some((pattern.get(..open)?, pattern.get(open + 1..close)?, pattern.get(close + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rule_that_fits_decides() {
        let rules = rules(b"# c\n*.log\n!keep.log\n/build\ndocs/*.txt\ntmp/\n**/gen/*.py\n");
        for (path, is_directory, expected) in [
            ("a/x.log", false, Verdict::Hidden),
            ("a/keep.log", false, Verdict::Shown),
            ("build", true, Verdict::Hidden),
            ("a/build", true, Verdict::None),
            ("docs/a.txt", false, Verdict::Hidden),
            ("docs/b/a.txt", false, Verdict::None),
            ("a/tmp", true, Verdict::Hidden),
            ("a/tmp", false, Verdict::None),
            ("a/gen/x.py", false, Verdict::Hidden),
        ] {
            assert_eq!(verdict(&rules, path.as_bytes(), is_directory), expected, "{path}");
        }
    }

    #[test]
    fn braces_stand_for_several_patterns() {
        let rules = Rule::of_option(b"*.{py,md}");
        assert_eq!(rules.len(), 2);
        assert_eq!(verdict(&rules, b"a/b.md", false), Verdict::Hidden);
    }
}
