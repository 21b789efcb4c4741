//! `git rm` and `git mv`.

use std::collections::BTreeSet;

use super::compare::Tree;
use super::options::Takes;
use super::{Attempt, Git};
use crate::workspace::FileError;

impl Git<'_, '_, '_> {
    /// `git rm`.
    pub(super) fn rm(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'n', "dry-run", Takes::Nothing),
            (b'q', "quiet", Takes::Nothing),
            (0, "cached", Takes::Nothing),
            (b'f', "force", Takes::Nothing),
            (b'r', "r", Takes::Nothing),
            (0, "ignore-unmatch", Takes::Nothing),
        ];
        let parsed = self.parse("rm [-f | --force] [-n] [-r] [--cached] [--ignore-unmatch]", &specs, arguments)?;
        if parsed.operands.is_empty() {
            return self.fatal(&[b"No pathspec was given. Which files should I remove?"]);
        }
        let pathspec = self.pathspec(&parsed.operands)?;
        let index = self.repository.index.clone();
        let mut tracked = self.paths(&index, b"");
        tracked.extend(self.repository.intended.iter().cloned());
        let mut files = BTreeSet::new();
        if pathspec.included().next().is_none() {
            files.extend(tracked.iter().filter(|path| pathspec.matches(path)).cloned());
        }
        for item in pathspec.included() {
            let found: Vec<&Vec<u8>> =
                tracked.iter().filter(|path| item.matches(path) && pathspec.matches(path)).collect();
            if found.is_empty() && !parsed.has("ignore-unmatch") {
                return self.fatal(&[b"pathspec '", &item.text, b"' did not match any files"]);
            }
            let is_directory = found.iter().any(|path| **path != item.path) && !item.is_pattern();
            if is_directory && !parsed.has("r") {
                let shown = if item.text.is_empty() { b"." } else { &item.text[..] };
                return self.fatal(&[b"not removing '", shown, b"' recursively without -r"]);
            }
            files.extend(found.into_iter().cloned());
        }
        if !parsed.has("force") {
            self.check_removals(&files, parsed.has("cached"))?;
        }
        let mut out = Vec::new();
        for path in &files {
            out.extend_from_slice(&[b"rm '", &path[..], b"'\n"].concat());
        }
        if !parsed.has("quiet") {
            self.out(&out)?;
        }
        if parsed.has("dry-run") {
            return Ok(0);
        }
        for path in files {
            if !parsed.has("cached") {
                self.put(&path, None)?;
            }
            self.stage(&path, None);
        }
        Ok(0)
    }

    /// Refuses to remove what would be lost.
    fn check_removals(&mut self, files: &BTreeSet<Vec<u8>>, cached: bool) -> Attempt<()> {
        let (head, index) = (self.repository.head_tree(), self.index_tree());
        let (mut both, mut staged_only, mut local_only) = (Vec::new(), Vec::new(), Vec::new());
        for path in files {
            let (committed, staged, now) =
                (self.blob_at(&head, path), self.blob_at(&index, path), self.worktree_blob(path));
            let local = now.is_some() && !self.same_entry(&staged, &now)?;
            let changed = !self.same_entry(&committed, &staged)?;
            if now.is_none() {
                continue;
            }
            match (local, changed) {
                (true, true) => both.push(path.clone()),
                (false, true) if !cached => staged_only.push(path.clone()),
                (true, false) if !cached => local_only.push(path.clone()),
                _ => {}
            }
        }
        let groups = [
            (both, "staged content different from both the\nfile and the HEAD", "(use -f to force removal)"),
            (staged_only, "changes staged in the index", "(use --cached to keep the file, or -f to force removal)"),
            (local_only, "local modifications", "(use --cached to keep the file, or -f to force removal)"),
        ];
        let mut failed = false;
        for (paths, what, hint) in groups {
            if paths.is_empty() {
                continue;
            }
            failed = true;
            let (files, have) = if paths.len() == 1 { ("file", "has") } else { ("files", "have") };
            self.note(&format!("error: the following {files} {have} {what}:"))?;
            for path in &paths {
                self.note_bytes(&[b"    ", path])?;
            }
            self.note(hint)?;
        }
        if failed { Err(super::Failure::Exit(1)) } else { Ok(()) }
    }

    /// `git mv`.
    pub(super) fn mv(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'v', "verbose", Takes::Nothing),
            (b'n', "dry-run", Takes::Nothing),
            (b'f', "force", Takes::Nothing),
            (b'k', "k", Takes::Nothing),
        ];
        let parsed = self.parse("mv [<options>] <source>... <destination>", &specs, arguments)?;
        let Some((target, sources)) = parsed.operands.split_last().filter(|(_, sources)| !sources.is_empty()) else {
            self.note("usage: git mv [<options>] <source>... <destination>")?;
            return Ok(129);
        };
        let goal = self.inside_path(target, false, target)?;
        let into = self.is_directory(&goal);
        if sources.len() > 1 && !into {
            return self.fatal(&[b"destination '", target, b"' is not a directory"]);
        }
        let index = self.repository.index.clone();
        let mut moves = Vec::new();
        for source in sources {
            let from = self.inside_path(source, false, source)?;
            let to = if into {
                [&goal[..], if goal.is_empty() { b"" } else { b"/" }, sparring_tree::path::name(&from)].concat()
            } else {
                goal.clone()
            };
            let is_tracked = self.knows(&index, &from);
            let stands = self.worktree_blob(&from).is_some() || self.is_directory(&from);
            let problem: Option<&[u8]> = if !stands || from.is_empty() {
                Some(b"bad source")
            } else if to == from || sparring_tree::path::is_below(&to, &from) {
                Some(b"can not move directory into itself")
            } else if self.is_directory(&from) && !is_tracked {
                Some(b"source directory is empty")
            } else if !is_tracked {
                Some(b"not under version control")
            } else if self.worktree_blob(&to).is_some() && self.is_directory(&from) {
                Some(b"cannot move directory over file")
            } else if self.worktree_blob(&to).is_some() && !parsed.has("force") {
                Some(b"destination exists")
            } else if target.ends_with(b"/") && !into && !self.is_directory(&from) {
                Some(b"destination directory does not exist")
            } else {
                None
            };
            let missing = self.paths(&index, &from).into_iter().find(|path| self.worktree_blob(path).is_none());
            if let (None, Some(missing)) = (problem, missing) {
                let rest = missing.get(from.len()..).unwrap_or_default();
                let to = [&to[..], rest].concat();
                return self.fatal(&[b"bad source, source=", &missing, b", destination=", &to]);
            }
            if let Some(problem) = problem {
                if parsed.has("k") {
                    continue;
                }
                let to = if target.ends_with(b"/") && !into { [&to[..], b"/"].concat() } else { to };
                return self.fatal(&[problem, b", source=", &from, b", destination=", &to]);
            }
            if !self.is_directory(sparring_tree::path::parent(&to)) {
                let text = [b"renaming '", &from[..], b"' failed: ", FileError::NotFound.message().as_bytes()].concat();
                return self.fatal(&[&text]);
            }
            moves.push((from, to));
        }
        for (from, to) in moves {
            if parsed.has("verbose") || parsed.has("dry-run") {
                self.line(&[b"Renaming ", &from, b" to ", &to])?;
            }
            if parsed.has("dry-run") {
                continue;
            }
            let staged: Vec<Vec<u8>> = self.paths(&self.repository.index, &from).into_iter().collect();
            let (old_place, new_place) = (self.place(&from), self.place(&to));
            let workspace = &mut self.context.machine.workspace;
            if workspace.node(&new_place).is_some_and(|node| node.kind() != sparring_tree::Kind::Directory) {
                let _gone = workspace.remove(&new_place)?;
            }
            if let Err(error) = workspace.rename(&old_place, &new_place)? {
                return self.fatal(&[b"renaming '", &from, b"' failed: ", error.message().as_bytes()]);
            }
            for path in staged {
                let tree: Tree = self.index_tree();
                let blob = self.blob_at(&tree, &path);
                let rest = path.get(from.len()..).unwrap_or_default();
                self.stage(&path, None);
                self.stage(&[&to[..], rest].concat(), blob);
            }
        }
        Ok(0)
    }
}
