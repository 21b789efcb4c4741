//! Which files rg looks at, in byte-wise order.

use sparring_tree::Kind;

use super::ignore::{Rule, Verdict, rules, verdict};
use super::options::Asked;
use crate::budget::Stoppable;
use crate::glob::{Glob, GlobOptions};
use crate::workspace::{FileError, Node, VirtualPath, Workspace};

/// What looking at a directory's entry costs of the scan budget.
const ENTRY_BYTES: u64 = 64;
/// Files with patterns of names to pass over; later ones weigh more.
const IGNORE_FILES: [&[u8]; 3] = [b".gitignore", b".ignore", b".rgignore"];

/// A file to look at.
pub(super) struct Found<'f> {
    /// As it is printed.
    pub(super) shown: &'f [u8],
    pub(super) path: &'f VirtualPath,
    /// It was named on the command line.
    pub(super) is_operand: bool,
}

/// What is done with a file; false ends the walk.
type Visit<'v> = dyn FnMut(Found<'_>) -> Stoppable<bool> + 'v;

/// Finds files below the operands.
pub(super) struct Walker<'w, 'a> {
    pub(super) workspace: &'w Workspace<'a>,
    pub(super) directory: &'w VirtualPath,
    pub(super) asked: &'w Asked,
}

/// A directory's rules, and how many bytes of a path lie above what they are about.
struct Layer {
    above: usize,
    rules: Vec<Rule>,
    /// The directory lies above the operand.
    is_outside: bool,
}

/// Where a walk has got to.
struct Below {
    depth: u64,
    /// What stands before paths that rules from above the operand are held against.
    twice: Option<Vec<u8>>,
}

impl Below {
    fn deeper(&self) -> Self {
        Self { depth: self.depth + 1, twice: self.twice.clone() }
    }
}

impl Walker<'_, '_> {
    /// Visits an operand, or everything below it.
    pub(super) fn walk(
        &self,
        operand: &[u8],
        is_implicit: bool,
        visit: &mut Visit<'_>,
    ) -> Stoppable<Result<(), FileError>> {
        let (path, kind) = match self.workspace.stat(self.directory, operand) {
            Ok((path, node)) => (path, node.kind()),
            Err(error) => return Ok(Err(error)),
        };
        if kind != Kind::Directory {
            visit(Found { shown: operand, path: &path, is_operand: true })?;
            return Ok(Ok(()));
        }
        let mut shown = if is_implicit { Vec::new() } else { operand.to_vec() };
        if !is_implicit && !shown.ends_with(b"/") {
            shown.push(b'/');
        }
        let mut layers = Vec::new();
        if !self.asked.no_ignore {
            self.layers_above(&path, &mut layers)?;
        }
        // ripgrep 13 holds the rules of directories above an operand against the operand's path with
        // the path below the current directory behind it, so that those with a slash rarely fit.
        let twice = match operand {
            b"." | b"./" => None,
            _ => Some([path.as_bytes(), b"/"].concat()),
        };
        let globs: Vec<Rule> = self.asked.globs.iter().flat_map(|glob| Rule::of_option(glob)).collect();
        self.directory(&path, &mut shown, &mut layers, &globs, &Below { depth: 1, twice }, visit)?;
        Ok(Ok(()))
    }

    /// The rules of the directories above one.
    fn layers_above(&self, path: &VirtualPath, layers: &mut Vec<Layer>) -> Stoppable<()> {
        let mut above = Vec::new();
        let mut at = path.clone();
        while !at.is_root() {
            at = at.parent();
            above.push(at.clone());
        }
        for directory in above.iter().rev() {
            self.push_layer(directory, true, layers)?;
        }
        Ok(())
    }

    fn push_layer(&self, directory: &VirtualPath, is_outside: bool, layers: &mut Vec<Layer>) -> Stoppable<()> {
        let mut own = Vec::new();
        for name in IGNORE_FILES {
            let path = directory.join(name);
            if matches!(self.workspace.node(&path).map(|node| node.kind()), Some(Kind::File))
                && let Ok(text) = self.workspace.read(&path)?
            {
                own.extend(rules(text));
            }
        }
        let above = if directory.is_root() { 0 } else { directory.as_bytes().len() + 1 };
        layers.push(Layer { above, rules: own, is_outside });
        Ok(())
    }

    fn directory(
        &self,
        directory: &VirtualPath,
        shown: &mut Vec<u8>,
        layers: &mut Vec<Layer>,
        globs: &[Rule],
        below: &Below,
        visit: &mut Visit<'_>,
    ) -> Stoppable<bool> {
        if self.asked.max_depth.is_some_and(|most| below.depth > most) {
            return Ok(true);
        }
        self.workspace.budget().enter()?;
        if !self.asked.no_ignore {
            self.push_layer(directory, false, layers)?;
        }
        let mut goes_on = true;
        let length = shown.len();
        for entry in self.workspace.list(directory).unwrap_or_default() {
            self.workspace.budget().scan(ENTRY_BYTES)?;
            let path = directory.join(&entry.name);
            let is_directory = entry.kind == Kind::Directory;
            let is_file = entry.kind == Kind::File && !matches!(self.workspace.node(&path), Some(Node::Device(_)));
            let twice = below
                .twice
                .as_ref()
                .map(|base| [base, shown.strip_prefix(b"./").unwrap_or(shown), &entry.name].concat());
            if !(is_directory || is_file) || self.is_left_out(&path, &entry.name, is_directory, layers, globs, &twice) {
                continue;
            }
            shown.extend_from_slice(&entry.name);
            if is_directory {
                shown.push(b'/');
                goes_on = self.directory(&path, shown, layers, globs, &below.deeper(), visit)?;
            } else {
                goes_on = visit(Found { shown, path: &path, is_operand: false })?;
            }
            shown.truncate(length);
            if !goes_on {
                break;
            }
        }
        if !self.asked.no_ignore {
            layers.pop();
        }
        self.workspace.budget().leave();
        Ok(goes_on)
    }

    fn is_left_out(
        &self,
        path: &VirtualPath,
        name: &[u8],
        is_directory: bool,
        layers: &[Layer],
        globs: &[Rule],
        twice: &Option<Vec<u8>>,
    ) -> bool {
        if !globs.is_empty() {
            // What `-g` says outweighs everything, and is about paths below the current directory.
            let above = if self.directory.is_root() { 0 } else { self.directory.as_bytes().len() + 1 };
            let below = path.as_bytes().get(above..).unwrap_or(name);
            match verdict(globs, below, is_directory) {
                // A `-g` without `!` names what to search.
                Verdict::Hidden => return false,
                Verdict::Shown => return true,
                Verdict::None if !is_directory && globs.iter().any(|rule| !rule.shows) => return true,
                Verdict::None => {}
            }
        }
        for layer in layers.iter().rev() {
            let whole = match twice {
                Some(twice) if layer.is_outside => twice,
                _ => path.as_bytes(),
            };
            match verdict(&layer.rules, whole.get(layer.above..).unwrap_or(name), is_directory) {
                Verdict::Hidden => return true,
                Verdict::Shown => return !is_directory && self.is_of_other_type(name),
                Verdict::None => {}
            }
        }
        (name.starts_with(b".") && !self.asked.hidden) || (!is_directory && self.is_of_other_type(name))
    }

    /// Whether `-t` and `-T` leave a file out.
    fn is_of_other_type(&self, name: &[u8]) -> bool {
        let fits =
            |globs: &[&str]| globs.iter().any(|glob| Glob::new(glob.as_bytes(), GlobOptions::default()).matches(name));
        let has = |wanted: bool| self.asked.types.iter().any(|(own, globs)| *own == wanted && fits(globs));
        has(false) || (!has(true) && self.asked.types.iter().any(|(wanted, _)| *wanted))
    }
}

/// The system's number of an error.
pub(super) const fn number(error: FileError) -> &'static [u8] {
    match error {
        FileError::PermissionDenied => b"13",
        FileError::NotADirectory => b"20",
        FileError::IsADirectory => b"21",
        FileError::NameTooLong => b"36",
        FileError::LinkLoop => b"40",
        _ => b"2",
    }
}
