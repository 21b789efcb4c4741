//! Patterns against files.

use super::escape_into;
use super::split::Field;
use crate::budget::Stoppable;
use crate::shell::Shell;
use crate::shell::eval::{Interrupt, Run};
use crate::shell::pattern::{self, PatternOptions};
use sparring_tree::Kind;

impl Shell<'_, '_> {
    /// Adds a field: the files that it matches, or its text.
    pub(super) fn push_field(&mut self, field: &Field, fields: &mut Vec<Vec<u8>>) -> Run<()> {
        let plain = || field.pieces.iter().flat_map(|(text, _)| text.iter().copied()).collect::<Vec<u8>>();
        let extended = self.process.options.is("extglob");
        let special = |(text, quoted): &(Vec<u8>, bool)| {
            !quoted && text.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[') || extended && *byte == b'(')
        };
        if self.process.options.is("noglob") || !field.pieces.iter().any(special) {
            fields.push(plain());
            return Ok(());
        }
        let mut text = Vec::new();
        for (piece, quoted) in &field.pieces {
            if *quoted { escape_into(piece, &mut text) } else { text.extend_from_slice(piece) }
        }
        if !pattern::is_pattern(&text, extended) {
            fields.push(plain());
            return Ok(());
        }
        let matched = self.glob(&text)?;
        if !matched.is_empty() {
            fields.extend(matched);
        } else if self.process.options.is("failglob") {
            self.complain(&[b"no match: ", &plain()[..]].concat())?;
            return Err(Interrupt::discard(self, 1));
        } else if !self.process.options.is("nullglob") {
            fields.push(plain());
        }
        Ok(())
    }

    /// The paths that a pattern matches, sorted byte-wise.
    pub(crate) fn glob(&mut self, pattern: &[u8]) -> Stoppable<Vec<Vec<u8>>> {
        let globber = Globber {
            options: PatternOptions {
                extended: self.process.options.is("extglob"),
                ignore_case: self.process.options.is("nocaseglob"),
            },
            hidden: self.process.options.is("dotglob"),
            globstar: self.process.options.is("globstar"),
        };
        let parts: Vec<&[u8]> = pattern.split(|byte| *byte == b'/').collect();
        let mut found = Vec::new();
        globber.descend(self, Vec::new(), &parts, &mut found)?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

struct Globber {
    options: PatternOptions,
    hidden: bool,
    globstar: bool,
}

impl Globber {
    /// Extends `prefix` (the path so far, with its final `/`) by the parts of the pattern.
    fn descend(
        &self,
        shell: &Shell<'_, '_>,
        prefix: Vec<u8>,
        parts: &[&[u8]],
        found: &mut Vec<Vec<u8>>,
    ) -> Stoppable<()> {
        shell.machine.budget.shell_step()?;
        let Some((part, rest)) = parts.split_first() else {
            found.push(prefix);
            return Ok(());
        };
        let last = rest.is_empty();
        if !pattern::is_pattern(part, self.options.extended) {
            let mut path = prefix;
            path.extend(pattern::unescape(part));
            if last {
                if part.is_empty() && self.is_directory(shell, &path) || !part.is_empty() && self.exists(shell, &path) {
                    found.push(path);
                }
                return Ok(());
            }
            path.push(b'/');
            return self.descend(shell, path, rest, found);
        }
        if self.globstar && *part == b"**" {
            return self.star_star(shell, prefix, rest, found);
        }
        let Some(entries) = self.entries(shell, &prefix) else { return Ok(()) };
        for (name, _) in entries {
            if !self.matches(shell, part, &name)? {
                continue;
            }
            let mut path = prefix.clone();
            path.extend_from_slice(&name);
            if last {
                found.push(path);
            } else if self.is_directory(shell, &path) {
                path.push(b'/');
                self.descend(shell, path, rest, found)?;
            }
        }
        Ok(())
    }

    /// `**`: this directory and all below, links not followed.
    fn star_star(
        &self,
        shell: &Shell<'_, '_>,
        prefix: Vec<u8>,
        rest: &[&[u8]],
        found: &mut Vec<Vec<u8>>,
    ) -> Stoppable<()> {
        let mut waiting = vec![prefix.clone()];
        while let Some(directory) = waiting.pop() {
            shell.machine.budget.shell_step()?;
            if !rest.is_empty() {
                self.descend(shell, directory.clone(), rest, found)?;
            } else if directory == prefix && !directory.is_empty() {
                found.push(directory.clone());
            }
            for (name, kind) in self.entries(shell, &directory).unwrap_or_default() {
                if name.starts_with(b".") && !self.hidden {
                    continue;
                }
                let mut path = directory.clone();
                path.extend_from_slice(&name);
                if rest.is_empty() {
                    found.push(path.clone());
                }
                if kind == Kind::Directory {
                    path.push(b'/');
                    waiting.push(path);
                }
            }
        }
        Ok(())
    }

    fn matches(&self, shell: &Shell<'_, '_>, part: &[u8], name: &[u8]) -> Stoppable<bool> {
        let explicit = part.starts_with(b".") || part.starts_with(b"\\.");
        if name.starts_with(b".") && !explicit && (!self.hidden || name == b"." || name == b"..") {
            return Ok(false);
        }
        pattern::matches(part, name, self.options, shell.machine.budget)
    }

    fn entries(&self, shell: &Shell<'_, '_>, prefix: &[u8]) -> Option<Vec<(Vec<u8>, Kind)>> {
        let text = if prefix.is_empty() { b"." } else { prefix };
        let path = shell.machine.workspace.resolve(&shell.process.directory, text).ok()?;
        let entries = shell.machine.workspace.list(&path).ok()?;
        Some(entries.into_iter().map(|entry| (entry.name, entry.kind)).collect())
    }

    fn exists(&self, shell: &Shell<'_, '_>, path: &[u8]) -> bool {
        shell.machine.workspace.stat_link(&shell.process.directory, path).is_ok()
    }

    fn is_directory(&self, shell: &Shell<'_, '_>, path: &[u8]) -> bool {
        let found = shell.machine.workspace.stat(&shell.process.directory, path);
        found.is_ok_and(|(_, node)| node.kind() == Kind::Directory)
    }
}
