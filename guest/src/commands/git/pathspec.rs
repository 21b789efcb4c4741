//! Path arguments: plain paths, directories, patterns, `:(exclude)`.

use super::wildmatch::{Pattern, is_glob};
use super::{Attempt, Git};
use crate::workspace::VirtualPath;

/// One path argument.
#[derive(Debug)]
pub(super) struct Item {
    /// As it was typed.
    pub(super) text: Vec<u8>,
    /// The path from the repository's root, empty for the root itself.
    pub(super) path: Vec<u8>,
    pattern: Option<Pattern>,
    /// Whether it names a directory by its last byte.
    pub(super) ends_in_slash: bool,
    is_excluded: bool,
}

/// Path arguments; none of them means every path.
#[derive(Debug, Default)]
pub(super) struct Pathspec {
    /// The arguments in order.
    pub(super) items: Vec<Item>,
}

impl Item {
    /// Whether the argument names this path or a directory above it.
    pub(super) fn matches(&self, path: &[u8]) -> bool {
        let is_at = path == self.path && !self.ends_in_slash;
        is_at
            || sparring_tree::path::is_below(path, &self.path)
            || self.pattern.as_ref().is_some_and(|pattern| pattern.matches(path))
    }

    /// Whether it is a pattern.
    pub(super) fn is_pattern(&self) -> bool {
        self.pattern.is_some()
    }
}

impl Pathspec {
    /// Whether a path is meant.
    pub(super) fn matches(&self, path: &[u8]) -> bool {
        let is_excluded = self.items.iter().any(|item| item.is_excluded && item.matches(path));
        let mut included = self.items.iter().filter(|item| !item.is_excluded).peekable();
        !is_excluded && (included.peek().is_none() || included.any(|item| item.matches(path)))
    }

    /// Whether everything in a directory is meant.
    pub(super) fn covers(&self, directory: &[u8]) -> bool {
        let mut included = self.included().peekable();
        included.peek().is_none() || included.any(|item| item.path == directory || item.matches(directory))
    }

    /// Whether there are no arguments.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The arguments that name paths to take.
    pub(super) fn included(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| !item.is_excluded)
    }
}

impl Git<'_, '_, '_> {
    /// Reads path arguments as seen from where the command runs.
    pub(super) fn pathspec(&mut self, arguments: &[&[u8]]) -> Attempt<Pathspec> {
        let mut items = Vec::new();
        for argument in arguments {
            items.push(self.pathspec_item(argument)?);
        }
        Ok(Pathspec { items })
    }

    fn pathspec_item(&mut self, argument: &[u8]) -> Attempt<Item> {
        let (mut text, mut is_excluded, mut from_top, mut is_literal) = (argument, false, false, false);
        if argument.is_empty() {
            return self.fatal(&[
                b"empty string is not a valid pathspec. please use . instead if you meant to match all paths",
            ]);
        }
        if let Some(long) = argument.strip_prefix(b":(") {
            let Some(end) = memchr::memchr(b')', long) else {
                return self.fatal(&[b"Missing ')' at the end of pathspec magic in '", argument, b"'"]);
            };
            for word in long.get(..end).unwrap_or_default().split(|&byte| byte == b',') {
                match word {
                    b"exclude" => is_excluded = true,
                    b"top" => from_top = true,
                    b"literal" => is_literal = true,
                    b"glob" | b"icase" | b"" => {}
                    _ => return self.fatal(&[b"Invalid pathspec magic '", word, b"' in '", argument, b"'"]),
                }
            }
            text = long.get(end + 1..).unwrap_or_default();
        } else if let Some(short) = argument.strip_prefix(b":") {
            text = short;
            while let Some((&sign, rest)) = text.split_first() {
                match sign {
                    b'!' | b'^' => is_excluded = true,
                    b'/' => from_top = true,
                    _ => break,
                }
                text = rest;
            }
            text = text.strip_prefix(b":").unwrap_or(text);
        }
        let path = self.inside_path(text, from_top, argument)?;
        let pattern = (!is_literal && is_glob(text)).then(|| Pattern::new(&path, false));
        let ends_in_slash = text.ends_with(b"/") && !path.is_empty();
        Ok(Item { text: argument.to_vec(), path, pattern, ends_in_slash, is_excluded })
    }

    /// A typed path as a path of the repository.
    pub(super) fn inside_path(&mut self, text: &[u8], from_top: bool, typed: &[u8]) -> Attempt<Vec<u8>> {
        let base = if from_top { VirtualPath::from_tree_path(&self.repository.root) } else { self.directory.clone() };
        let absolute = if text.starts_with(b"/") { text.to_vec() } else { [&base.display()[..], b"/", text].concat() };
        let leaves = leaves_the_root(&absolute);
        let place = VirtualPath::lexical(&absolute);
        match self.inside(place.as_bytes()) {
            Some(path) if !leaves => Ok(path.to_vec()),
            _ => {
                let root = VirtualPath::from_tree_path(&self.repository.root).display();
                self.fatal(&[typed, b": '", typed, b"' is outside repository at '", &root, b"'"])
            }
        }
    }
}

fn leaves_the_root(absolute: &[u8]) -> bool {
    let mut depth = 0_i64;
    for name in absolute.split(|&byte| byte == b'/') {
        match name {
            b"" | b"." => {}
            b".." => depth -= 1,
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}
