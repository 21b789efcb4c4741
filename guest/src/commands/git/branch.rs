//! `git branch`.

use super::options::Takes;
use super::revision::Named;
use super::state::Head;
use super::{Attempt, Git, pretty};

/// Whether git takes this for a branch's name.
pub(super) fn is_valid_name(name: &[u8]) -> bool {
    let has_bad_byte =
        name.iter().any(|byte| matches!(byte, 0..=32 | 127 | b'~' | b'^' | b':' | b'?' | b'*' | b'[' | b'\\'));
    let has_bad_part = name
        .split(|&byte| byte == b'/')
        .any(|part| part.is_empty() || part.starts_with(b".") || part.ends_with(b".lock"));
    let has_bad_pair = name.windows(2).any(|pair| pair == b".." || pair == b"@{");
    !(has_bad_byte
        || has_bad_part
        || has_bad_pair
        || name.starts_with(b"-")
        || name.ends_with(b".")
        || name == b"HEAD"
        || name == b"@")
}

impl Git<'_, '_, '_> {
    /// `git branch`.
    pub(super) fn branch_command(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'v', "verbose", Takes::Nothing),
            (b'q', "quiet", Takes::Nothing),
            (b'a', "all", Takes::Nothing),
            (b'r', "remotes", Takes::Nothing),
            (b'd', "delete", Takes::Nothing),
            (b'D', "D", Takes::Nothing),
            (b'm', "move", Takes::Nothing),
            (b'M', "M", Takes::Nothing),
            (b'l', "list", Takes::Nothing),
            (b'f', "force", Takes::Nothing),
            (0, "show-current", Takes::Nothing),
            (0, "contains", Takes::Perhaps),
            (0, "merged", Takes::Perhaps),
            (0, "color", Takes::Perhaps),
            (0, "column", Takes::Perhaps),
            (0, "sort", Takes::Value),
            (0, "format", Takes::Value),
        ];
        let parsed = self.parse("branch [<options>] [-r | -a] [--merged] [--no-merged]", &specs, arguments)?;
        if parsed.has("show-current") {
            if let Head::Branch(name) = self.repository.head.clone() {
                self.line(&[&name])?;
            }
            return Ok(0);
        }
        if parsed.has("delete") || parsed.has("D") {
            let force = parsed.has("D") || parsed.has("force");
            return self.delete_branches(&parsed.operands, force, parsed.has("quiet"));
        }
        if parsed.has("move") || parsed.has("M") {
            return self.rename_branch(&parsed.operands, parsed.has("M") || parsed.has("force"));
        }
        let lists = parsed.has("list")
            || parsed.has("all")
            || parsed.has("remotes")
            || parsed.has("contains")
            || parsed.has("merged");
        if parsed.operands.is_empty() || lists {
            return self.list_branches(&parsed);
        }
        let (name, start) = match parsed.operands[..] {
            [name] => (name, &b"HEAD"[..]),
            [name, start, ..] => (name, start),
            [] => return Ok(0),
        };
        if !is_valid_name(name) {
            return self.fatal(&[b"'", name, b"' is not a valid branch name"]);
        }
        if self.repository.branch(name).is_some() && !parsed.has("force") {
            return self.fatal(&[b"a branch named '", name, b"' already exists"]);
        }
        match self.resolve(start)? {
            Some(Named::Commit(commit)) => self.repository.set_branch(name, commit),
            _ if start == b"HEAD" => {
                let current = match &self.repository.head {
                    Head::Branch(name) => name.clone(),
                    Head::Detached(..) => b"HEAD".to_vec(),
                };
                return self.fatal(&[b"not a valid object name: '", &current, b"'"]);
            }
            _ => return self.fatal(&[b"not a valid object name: '", start, b"'"]),
        }
        Ok(0)
    }

    fn list_branches(&mut self, parsed: &super::options::Parsed<'_>) -> Attempt<u8> {
        if parsed.has("remotes") {
            return Ok(0);
        }
        let mut rows = Vec::new();
        let current = match self.repository.head.clone() {
            Head::Branch(name) => Some(name),
            Head::Detached(commit, words) => {
                let words = self.detached_words(commit, &words)?;
                rows.push((true, [b"(HEAD ", &words[..], b")"].concat(), commit));
                None
            }
        };
        for (name, commit) in self.repository.branches.clone() {
            let is_shown = parsed.operands.is_empty()
                || parsed.operands.iter().any(|pattern| super::wildmatch::Pattern::new(pattern, true).matches(&name));
            if is_shown {
                rows.push((current.as_ref() == Some(&name), name, commit));
            }
        }
        let width = rows.iter().map(|(_, name, _)| name.len()).max().unwrap_or(0);
        for (is_current, name, commit) in rows {
            if let Some(format) = parsed.value("format") {
                let text = String::from_utf8_lossy(format).replace("%(refname:short)", &String::from_utf8_lossy(&name));
                self.line(&[text.as_bytes()])?;
                continue;
            }
            let mut text = [if is_current { b"* " } else { b"  " }, &name[..]].concat();
            if parsed.has("verbose") {
                text.resize(width + 2, b' ');
                let id = self.short_id(commit)?;
                let message = self.repository.commit(commit).map(|commit| commit.message.clone()).unwrap_or_default();
                text.extend_from_slice(&[b" ", id.as_bytes(), b" ", &pretty::subject(&message)].concat());
            }
            self.line(&[&text])?;
        }
        Ok(0)
    }

    fn delete_branches(&mut self, names: &[&[u8]], force: bool, quiet: bool) -> Attempt<u8> {
        if names.is_empty() {
            return self.fatal(&[b"branch name required"]);
        }
        let mut status = 0;
        for name in names {
            if self.repository.head == Head::Branch(name.to_vec()) && self.repository.branch(name).is_some() {
                let root = crate::workspace::VirtualPath::from_tree_path(&self.repository.root).display();
                self.note_bytes(&[b"error: Cannot delete branch '", name, b"' checked out at '", &root, b"'"])?;
                status = 1;
                continue;
            }
            let Some(commit) = self.repository.branch(name) else {
                self.note_bytes(&[b"error: branch '", name, b"' not found."])?;
                status = 1;
                continue;
            };
            let merged = self.repository.head_commit().is_some_and(|head| self.ancestors(head).contains(&commit));
            if !force && !merged {
                self.note_bytes(&[b"error: The branch '", name, b"' is not fully merged."])?;
                self.note_bytes(&[b"If you are sure you want to delete it, run 'git branch -D ", name, b"'."])?;
                status = 1;
                continue;
            }
            let id = self.short_id(commit)?;
            self.repository.branches.retain(|(other, _)| other != name);
            if !quiet {
                self.line(&[b"Deleted branch ", name, b" (was ", id.as_bytes(), b")."])?;
            }
        }
        Ok(status)
    }

    fn rename_branch(&mut self, names: &[&[u8]], force: bool) -> Attempt<u8> {
        let current = match &self.repository.head {
            Head::Branch(name) => name.clone(),
            Head::Detached(..) => Vec::new(),
        };
        let (old, new) = match names {
            [new] => (current.clone(), new.to_vec()),
            [old, new] => (old.to_vec(), new.to_vec()),
            _ => return self.fatal(&[b"branch name required"]),
        };
        if !is_valid_name(&new) {
            return self.fatal(&[b"'", &new, b"' is not a valid branch name"]);
        }
        if self.repository.branch(&new).is_some() && !force && old != new {
            return self.fatal(&[b"a branch named '", &new, b"' already exists"]);
        }
        match self.repository.branch(&old) {
            Some(commit) => {
                self.repository.branches.retain(|(other, _)| *other != old);
                self.repository.set_branch(&new, commit);
            }
            None if old == current && self.repository.head_commit().is_none() => {}
            None => return self.fatal(&[b"no branch named '", &old, b"'"]),
        }
        if old == current {
            self.repository.head = Head::Branch(new);
        }
        Ok(0)
    }
}
