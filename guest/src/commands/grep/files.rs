//! Which files are searched, and in which order.

use sparring_tree::Kind;

use super::TROUBLE;
use super::search::Searcher;
use super::settings::{Directories, ListFiles, NamePattern, Settings};
use crate::budget::{Stop, Stoppable};
use crate::commands::Sink;
use crate::limits::LimitKind;
use crate::matching::Pattern;
use crate::shell::pattern::{PatternOptions, matches};
use crate::workspace::{FileError, FileFilter, Node, VirtualPath, Walked, Workspace};

/// Searches all operands; returns the exit status.
pub(super) fn search_all(
    workspace: &Workspace<'_>,
    directory: &VirtualPath,
    settings: &Settings,
    pattern: &Pattern,
    input: &[u8],
    output: Option<&VirtualPath>,
    sink: &mut Sink,
) -> Stoppable<u8> {
    let names = match settings.file_names {
        Some(shown) => Names { operands: shown, found: shown },
        None => Names { operands: settings.operands.len() > 1, found: true },
    };
    let searcher = Searcher::new(settings, pattern, workspace.budget(), sink);
    let filter = FileFilter::new(pattern.required_literals().filter(|_| !settings.invert));
    let mut search =
        Search { workspace, directory, settings, output, names, searcher, filter, found: false, trouble: false };
    let mut input = Some(input);
    for operand in &settings.operands {
        // Standard input can be read once.
        if operand == b"-" {
            let selected = search.searcher.search(
                &settings.label,
                input.take().unwrap_or_default(),
                names.operands,
                i64::MAX as u64,
            )?;
            search.count(&settings.label, selected, names.operands)?;
        } else {
            search.operand(operand)?;
        }
        if search.is_done() {
            return Ok(0);
        }
    }
    Ok(if search.trouble { TROUBLE } else { u8::from(!search.found) })
}

/// Where file names stand before lines.
#[derive(Clone, Copy)]
struct Names {
    /// Before the lines of a file that is an operand.
    operands: bool,
    /// Before the lines of a file that was found in a directory.
    found: bool,
}

struct Search<'s, 'a> {
    workspace: &'s Workspace<'a>,
    directory: &'s VirtualPath,
    settings: &'s Settings,
    /// The file that standard output goes to.
    output: Option<&'s VirtualPath>,
    names: Names,
    searcher: Searcher<'s>,
    filter: FileFilter<'s>,
    found: bool,
    trouble: bool,
}

impl<'a> Search<'_, 'a> {
    /// Whether `-q` has its answer.
    fn is_done(&self) -> bool {
        self.settings.quiet && self.found
    }

    fn complain(&mut self, name: &[u8], message: &str) {
        self.trouble = true;
        if !self.settings.no_messages {
            self.searcher.sink.complain([name, b": ", message.as_bytes()].concat());
        }
    }

    fn operand(&mut self, name: &[u8]) -> Stoppable<()> {
        let workspace = self.workspace;
        let (path, node) = match workspace.stat(self.directory, name) {
            Ok(found) => found,
            Err(error) => {
                self.complain(name, error.message());
                return Ok(());
            }
        };
        let is_directory = node.kind() == Kind::Directory;
        if self.skips_operand(name, is_directory)? {
            return Ok(());
        }
        if !is_directory {
            return self.file(name, &path, &node, self.names.operands);
        }
        match self.settings.directories {
            Directories::Skip => Ok(()),
            Directories::Read => {
                self.complain(name, FileError::IsADirectory.message());
                self.count(name, 0, self.names.operands)
            }
            Directories::Recurse => {
                let mut prefix = shorten(name).to_vec();
                if self.settings.implicit_directory {
                    prefix.clear();
                } else if !prefix.ends_with(b"/") {
                    prefix.push(b'/');
                }
                if self.settings.follow && self.workspace.may_have_links(&path) {
                    return self.follow(&mut prefix, &path, &mut vec![path.clone()]);
                }
                self.walk(prefix, &path)
            }
        }
    }

    /// Searches a tree without following links.
    fn walk(&mut self, mut shown: Vec<u8>, top: &VirtualPath) -> Stoppable<()> {
        let prefix = shown.len();
        let inside = if top.is_root() { 0 } else { top.as_bytes().len() + 1 };
        let workspace = self.workspace;
        let candidates = match self.tells_of_every_file() {
            true => None,
            false => self.filter.of_tree(workspace, top),
        };
        let mut visit = |path: &VirtualPath, node: &Node<'_, 'a>| {
            match node.kind() {
                Kind::Directory if self.excludes(path.name(), &self.settings.excluded_directories)? => {
                    return Ok(Walked::Prune);
                }
                Kind::File
                    if !matches!(node, Node::Device(_)) && !self.excludes(path.name(), &self.settings.names)? =>
                {
                    shown.truncate(prefix);
                    shown.extend_from_slice(path.as_bytes().get(inside..).unwrap_or_default());
                    self.file(&shown, path, node, self.names.found)?;
                }
                _ => {}
            }
            Ok(if self.is_done() { Walked::Stop } else { Walked::On })
        };
        match candidates {
            Some(candidates) => workspace.walk_candidates(top, &candidates, &mut visit),
            None => workspace.walk(top, &mut visit),
        }
    }

    /// Whether something is printed about files without a selected line too: a count, the name, or
    /// that it is the file that the output goes to.
    fn tells_of_every_file(&self) -> bool {
        let overlay = self.workspace.overlay();
        self.settings.count
            || self.settings.list == ListFiles::NotMatching
            || self.output.is_some_and(|output| overlay.get(output.as_bytes()).is_none())
    }

    /// Searches a tree through all of its links. `above` are the directories that lead here.
    fn follow(&mut self, shown: &mut Vec<u8>, directory: &VirtualPath, above: &mut Vec<VirtualPath>) -> Stoppable<()> {
        let workspace = self.workspace;
        let length = shown.len();
        for entry in workspace.list(directory).unwrap_or_default() {
            workspace.budget().shell_step()?;
            shown.truncate(length);
            shown.extend_from_slice(&entry.name);
            match workspace.stat(directory, &entry.name) {
                Err(error) => {
                    if !self.excludes(&entry.name, &self.settings.names)? {
                        self.complain(shown, error.message());
                    }
                }
                Ok((path, node)) if node.kind() == Kind::Directory => {
                    if self.excludes(&entry.name, &self.settings.excluded_directories)? {
                        continue;
                    }
                    if above.contains(&path) {
                        if !self.settings.no_messages {
                            self.searcher.sink.complain([shown, &b": warning: recursive directory loop"[..]].concat());
                        }
                        continue;
                    }
                    shown.push(b'/');
                    above.push(path.clone());
                    self.follow(shown, &path, above)?;
                    above.pop();
                }
                Ok((path, node)) => {
                    if !self.excludes(&entry.name, &self.settings.names)? {
                        self.file(shown, &path, &node, self.names.found)?;
                    }
                }
            }
            if self.is_done() {
                break;
            }
        }
        shown.truncate(length);
        Ok(())
    }

    fn file(&mut self, shown: &[u8], path: &VirtualPath, node: &Node<'_, 'a>, with_name: bool) -> Stoppable<()> {
        if self.output == Some(path) && !self.settings.prints_no_lines() && self.settings.max_count > 1 {
            self.complain(shown, "input file is also the output");
            return Ok(());
        }
        if !self.is_candidate(node)? {
            return self.count(shown, 0, with_name);
        }
        match self.workspace.read(path)? {
            Ok(bytes) => {
                let selected = self.searcher.search(shown, bytes, with_name, bytes.len() as u64)?;
                self.count(shown, selected, with_name)
            }
            Err(error) => {
                self.complain(shown, error.message());
                Ok(())
            }
        }
    }

    /// Whether a file may have a selected line. The one place that decides it.
    fn is_candidate(&mut self, node: &Node<'_, 'a>) -> Stoppable<bool> {
        self.filter.admits_node(self.workspace, node)
    }

    fn count(&mut self, shown: &[u8], selected: u64, with_name: bool) -> Stoppable<()> {
        self.found |= selected > 0;
        self.searcher.finish_file(shown, selected, with_name);
        if self.searcher.sink.out.len() as u64 > self.workspace.budget().limits().pipe_bytes {
            return Err(Stop::Limit(LimitKind::PipeBytes));
        }
        Ok(())
    }

    /// Whether `--include` and the like leave out an operand, whose name may end with what they
    /// name.
    fn skips_operand(&self, name: &[u8], is_directory: bool) -> Stoppable<bool> {
        if !is_directory {
            return self.excludes_suffix(name, &self.settings.names);
        }
        if self.settings.directories == Directories::Skip {
            return Ok(true);
        }
        if self.settings.implicit_directory {
            return Ok(false);
        }
        self.excludes_suffix(name, &self.settings.excluded_directories)
    }

    fn excludes_suffix(&self, name: &[u8], patterns: &[NamePattern]) -> Stoppable<bool> {
        self.decide(patterns, |pattern| {
            let starts = name.windows(2).enumerate().filter(|(_, pair)| pair[0] == b'/' && pair[1] != b'/');
            for start in std::iter::once(0).chain(starts.map(|(at, _)| at + 1)) {
                if self.fits(pattern, name.get(start..).unwrap_or_default())? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    fn excludes(&self, name: &[u8], patterns: &[NamePattern]) -> Stoppable<bool> {
        self.decide(patterns, |pattern| self.fits(pattern, name))
    }

    /// The last pattern that fits decides; when none does, the first one says what is usual.
    fn decide(&self, patterns: &[NamePattern], fits: impl Fn(&[u8]) -> Stoppable<bool>) -> Stoppable<bool> {
        for pattern in patterns.iter().rev() {
            if fits(&pattern.pattern)? {
                return Ok(!pattern.include);
            }
        }
        Ok(patterns.first().is_some_and(|pattern| pattern.include))
    }

    fn fits(&self, pattern: &[u8], name: &[u8]) -> Stoppable<bool> {
        matches(pattern, name, PatternOptions::default(), self.workspace.budget())
    }
}

/// A directory's name as `fts` takes it: of several slashes at the end one stays.
fn shorten(name: &[u8]) -> &[u8] {
    let mut end = name.len();
    while end > 2 && name.get(end - 2..end) == Some(b"//") {
        end -= 1;
    }
    name.get(..end).unwrap_or(name)
}
