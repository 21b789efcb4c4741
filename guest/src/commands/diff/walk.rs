//! Which files are compared with which, and what is said of those that are not.

use std::borrow::Cow;

use sparring_tree::Kind;

use super::header::{Side, begin};
use super::hunk;
use super::line::Lines;
use super::settings::{Settings, Style};
use super::texts::{Texts, is_ed, lacks_newline, prepared};
use super::{TROUBLE, context as with_context, normal, side};
use crate::budget::Stoppable;
use crate::commands::Context;
use crate::workspace::FileError;
use crate::world;

/// Two files differ.
const DIFFERENT: u8 = 1;
/// So many bytes at the start decide whether a file is a text.
const LOOK: usize = 4096;

/// A comparison of two operands.
pub(super) struct Walk<'w, 'c, 'a> {
    context: &'w mut Context<'c, 'a>,
    settings: &'w Settings<'c>,
    /// Whether files inside two directories are compared.
    is_below: bool,
}

impl<'w, 'c, 'a> Walk<'w, 'c, 'a> {
    pub(super) fn new(context: &'w mut Context<'c, 'a>, settings: &'w Settings<'c>) -> Self {
        Self { context, settings, is_below: false }
    }

    /// Compares two operands.
    pub(super) fn pair(&mut self, old: &[u8], new: &[u8]) -> Stoppable<u8> {
        let settings = self.settings;
        let mut sides = [self.look(old), self.look(new)];
        for at in 0..2 {
            let may_be_missing = settings.new_file || (at == 0 && settings.new_first_file);
            let other = sides.get(1 - at).and_then(|side| side.as_ref().ok()).map(|side| side.kind);
            if let Some(side) = sides.get_mut(at)
                && let (Err((name, FileError::NotFound)), true, Some(kind)) = (&*side, may_be_missing, other)
            {
                *side = Ok(Side::missing(name.clone(), kind));
            }
        }
        let mut status = 0;
        for side in &sides {
            if let Err((name, error)) = side {
                self.context.complain(&[name, &b": "[..], error.message().as_bytes()].concat())?;
                status = TROUBLE;
            }
        }
        let [Ok(mut old), Ok(mut new)] = sides else { return Ok(status) };
        if (old.kind == Kind::Directory) != (new.kind == Kind::Directory) {
            let (file, directory) = if old.kind == Kind::Directory { (&new, &mut old) } else { (&old, &mut new) };
            if file.is_input {
                self.context.complain(b"cannot compare '-' to a directory")?;
                return Ok(TROUBLE);
            }
            match self.look(&joined(&directory.name, last_component(&file.name))) {
                Ok(side) => *directory = side,
                Err((name, error)) => {
                    self.context.complain(&[&name[..], b": ", error.message().as_bytes()].concat())?;
                    return Ok(TROUBLE);
                }
            }
        }
        self.compare(&old, &new)
    }

    fn look(&self, name: &[u8]) -> Result<Side, (Vec<u8>, FileError)> {
        if name == b"-" {
            return Ok(Side {
                name: name.to_vec(),
                path: None,
                is_input: true,
                kind: Kind::File,
                size: 0,
                modified: world::NOW,
            });
        }
        let workspace = &self.context.machine.workspace;
        let found = if self.settings.follows_links {
            workspace.stat(self.context.directory, name)
        } else {
            workspace.stat_link(self.context.directory, name)
        };
        let (path, node) = found.map_err(|error| (name.to_vec(), error))?;
        Ok(Side {
            name: name.to_vec(),
            path: Some(path),
            is_input: false,
            kind: node.kind(),
            size: node.size(),
            modified: world::modified(&node),
        })
    }

    fn compare(&mut self, old: &Side, new: &Side) -> Stoppable<u8> {
        let settings = self.settings;
        let is_same = (old.is_input && new.is_input) || (old.path.is_some() && old.path == new.path);
        // Side by side, equal lines are printed too.
        let is_silent = settings.style != Style::Side || settings.no_common;
        let status = if (old.is_missing() && new.is_missing()) || (is_same && is_silent) {
            0
        } else {
            match (old.kind, new.kind) {
                (Kind::Directory, Kind::Directory) if self.is_below && !settings.is_recursive => {
                    let names = [b"Common subdirectories: ", &old.name[..], b" and ", &new.name, b"\n"].concat();
                    self.context.out(&names)?;
                    0
                }
                (Kind::Directory, Kind::Directory) => self.directories(old, new)?,
                (Kind::File, Kind::File) => self.files(old, new)?,
                (Kind::Link, Kind::Link) => self.links(old, new)?,
                _ => {
                    let text =
                        [b"File ", self.shown(0, old), b" is a ", old.what().as_bytes(), b" while file "].concat();
                    let rest = [self.shown(1, new), b" is a ", new.what().as_bytes(), b"\n"].concat();
                    self.context.out(&[text, rest].concat())?;
                    DIFFERENT
                }
            }
        };
        if status != 0 {
            self.context.flush()?;
        } else if settings.reports_identical && old.kind != Kind::Directory {
            let names = [b"Files ", self.shown(0, old), b" and ", self.shown(1, new), b" are identical\n"].concat();
            self.context.out(&names)?;
        }
        Ok(status)
    }

    /// The label of a side, or its name.
    fn shown<'s>(&'s self, at: usize, side: &'s Side) -> &'s [u8] {
        self.settings.labels.get(at).copied().unwrap_or(&side.name)
    }

    fn links(&mut self, old: &Side, new: &Side) -> Stoppable<u8> {
        let workspace = &self.context.machine.workspace;
        let target = |side: &Side| {
            let node = side.path.as_ref().and_then(|path| workspace.node(path));
            node.and_then(|node| node.target().map(<[u8]>::to_vec))
        };
        if target(old) == target(new) {
            return Ok(0);
        }
        if let Some(missing) = [old, new].into_iter().find(|side| target(side).is_none()) {
            let message = [&missing.name[..], b": No such file or directory"].concat();
            self.context.complain(&message)?;
            return Ok(TROUBLE);
        }
        let names = [b"Symbolic links ", &old.name[..], b" and ", &new.name, b" differ\n"].concat();
        self.context.out(&names)?;
        Ok(DIFFERENT)
    }

    fn directories(&mut self, old: &Side, new: &Side) -> Stoppable<u8> {
        let was_below = std::mem::replace(&mut self.is_below, true);
        self.context.machine.budget.enter()?;
        let mut names: Vec<(Vec<u8>, bool, bool)> = Vec::new();
        for (name, is_old) in
            self.names(old).into_iter().map(|n| (n, true)).chain(self.names(new).into_iter().map(|n| (n, false)))
        {
            match names.binary_search_by(|(other, ..)| other.cmp(&name)) {
                Ok(at) => names.get_mut(at).into_iter().for_each(|entry| entry.2 = true),
                Err(at) => names.insert(at, (name, is_old, !is_old)),
            }
        }
        let mut status = 0;
        for (name, in_old, in_new) in names {
            self.context.machine.budget.scan(name.len() as u64)?;
            status = status.max(self.entry(old, new, &name, in_old, in_new)?);
        }
        self.context.machine.budget.leave();
        self.is_below = was_below;
        Ok(status)
    }

    fn names(&self, side: &Side) -> Vec<Vec<u8>> {
        let Some(path) = &side.path else { return Vec::new() };
        let entries = self.context.machine.workspace.list(path).unwrap_or_default();
        let excluded = |name: &[u8]| self.settings.excluded.iter().any(|glob| glob.matches(name));
        entries.into_iter().map(|entry| entry.name).filter(|name| !excluded(name)).collect()
    }

    fn entry(&mut self, old: &Side, new: &Side, name: &[u8], in_old: bool, in_new: bool) -> Stoppable<u8> {
        let settings = self.settings;
        let fills = settings.new_file || (in_new && settings.new_first_file);
        let only_in = |directory: &Side| [b"Only in ", &directory.name[..], b": ", name, b"\n"].concat();
        if !(fills || (in_old && in_new)) {
            let text = only_in(if in_old { old } else { new });
            self.context.out(&text)?;
            return Ok(DIFFERENT);
        }
        let (old_name, new_name) = (joined(&old.name, name), joined(&new.name, name));
        let sides = match (in_old, in_new) {
            (true, true) => [self.look(&old_name), self.look(&new_name)],
            (true, false) => {
                let side = self.look(&old_name);
                let kind = side.as_ref().map_or(Kind::File, |side| side.kind);
                [side, Ok(Side::missing(new_name, kind))]
            }
            _ => {
                let side = self.look(&new_name);
                let kind = side.as_ref().map_or(Kind::File, |side| side.kind);
                [Ok(Side::missing(old_name, kind)), side]
            }
        };
        let mut status = 0;
        for side in &sides {
            if let Err((name, error)) = side {
                self.context.complain(&[name, &b": "[..], error.message().as_bytes()].concat())?;
                status = TROUBLE;
            }
        }
        let [Ok(old_side), Ok(new_side)] = sides else { return Ok(status) };
        self.compare(&old_side, &new_side)
    }

    fn read(&mut self, side: &Side) -> Stoppable<Cow<'a, [u8]>> {
        if side.is_input {
            return Ok(Cow::Owned(self.context.input()?));
        }
        let Some(path) = &side.path else { return Ok(Cow::Borrowed(b"")) };
        Ok(Cow::Borrowed(self.context.machine.workspace.read(path)?.unwrap_or_default()))
    }

    fn files(&mut self, old: &Side, new: &Side) -> Stoppable<u8> {
        let settings = self.settings;
        let old_bytes = self.read(old)?;
        let new_bytes = if old.is_input && new.is_input { old_bytes.clone() } else { self.read(new)? };
        let is_binary = |bytes: &[u8]| !settings.is_text && memchr::memchr(0, head(bytes)).is_some();
        if settings.is_quick() || is_binary(&old_bytes) || is_binary(&new_bytes) {
            if old_bytes == new_bytes {
                return Ok(0);
            }
            return self.say_different(old, new, !settings.is_brief);
        }
        let incomplete: Vec<Vec<u8>> = [(old, &old_bytes), (new, &new_bytes)]
            .into_iter()
            .enumerate()
            .filter(|(_, (_, bytes))| is_ed(settings.style) && lacks_newline(bytes))
            .map(|(at, (side, _))| self.shown(at, side).to_vec())
            .collect();
        let (old_bytes, new_bytes) = (prepared(old_bytes, settings), prepared(new_bytes, settings));
        let budget = self.context.machine.budget;
        let texts = Texts::compare(&old_bytes, &new_bytes, settings, budget)?;
        let hunks = match settings.style {
            Style::Context | Style::Unified => hunk::with_context(&texts, settings, budget)?,
            _ => hunk::single(&texts, settings, budget)?,
        };
        let mut is_different = !hunks.is_empty();
        if is_different && matches!(settings.style, Style::Context | Style::Unified) {
            // A hunk of ignorable changes only may have joined nothing.
            is_different = !hunk::single(&texts, settings, budget)?.is_empty();
        }
        if settings.is_brief {
            return if is_different { self.say_different(old, new, false) } else { Ok(0) };
        }
        let mut out = Lines::new(settings);
        match settings.style {
            Style::Side if !settings.no_common || is_different => {
                begin(&mut out, settings, self.is_below, [old, new]);
                side::write(&mut out, &texts, &hunks, settings);
            }
            _ if !is_different => {}
            Style::Unified => {
                begin(&mut out, settings, self.is_below, [old, new]);
                with_context::write_unified(&mut out, &texts, &hunks, settings, budget)?;
            }
            Style::Context => {
                begin(&mut out, settings, self.is_below, [old, new]);
                with_context::write_context(&mut out, &texts, &hunks, settings, budget)?;
            }
            Style::Normal => {
                begin(&mut out, settings, self.is_below, [old, new]);
                normal::write(&mut out, &texts, &hunks);
            }
            style => {
                begin(&mut out, settings, self.is_below, [old, new]);
                normal::write_script(&mut out, &texts, &hunks, style);
            }
        }
        let text = out.out;
        self.context.out(&text)?;
        for name in &incomplete {
            // The original's text ends in a newline, and so does the message.
            self.context.complain(&[&name[..], &b": No newline at end of file\n"[..]].concat())?;
        }
        Ok(if incomplete.is_empty() { u8::from(is_different) } else { TROUBLE })
    }

    /// Says no more than that two files differ.
    fn say_different(&mut self, old: &Side, new: &Side, is_binary: bool) -> Stoppable<u8> {
        let what: &[u8] = if is_binary { b"Binary files " } else { b"Files " };
        let text = [what, self.shown(0, old), b" and ", self.shown(1, new), b" differ\n"].concat();
        self.context.out(&text)?;
        Ok(DIFFERENT)
    }
}

fn head(bytes: &[u8]) -> &[u8] {
    bytes.get(..bytes.len().min(LOOK)).unwrap_or(bytes)
}

/// `directory/name`.
fn joined(directory: &[u8], name: &[u8]) -> Vec<u8> {
    let slash: &[u8] = if directory.ends_with(b"/") { b"" } else { b"/" };
    [directory, slash, name].concat()
}

fn last_component(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    name.get(..end).unwrap_or(name).rsplit(|byte| *byte == b'/').next().unwrap_or(name)
}
