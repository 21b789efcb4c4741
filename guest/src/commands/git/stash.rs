//! `git stash`.

use super::commit::Role;
use super::compare::Tree;
use super::delta::{Blob, Delta};
use super::format::DiffView;
use super::options::Takes;
use super::pathspec::Pathspec;
use super::state::{Commit, CommitIndex, Head, Stash};
use super::{Attempt, Failure, Git};

const USAGE: &str = "stash [push [-p|--patch] [-S|--staged] [-k|--[no-]keep-index] [-q|--quiet]";

impl Git<'_, '_, '_> {
    /// `git stash`.
    pub(super) fn stash(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        match arguments.split_first() {
            None => self.stash_push(&[], false),
            Some((&b"push", rest)) => self.stash_push(rest, false),
            Some((&b"save", rest)) => self.stash_push(rest, true),
            Some((&b"list", _)) => self.stash_list(),
            Some((&b"show", rest)) => self.stash_show(rest),
            Some((&b"apply", rest)) => self.stash_apply(rest, false),
            Some((&b"pop", rest)) => self.stash_apply(rest, true),
            Some((&b"drop", rest)) => self.stash_drop(rest),
            Some((&b"clear", _)) => {
                self.repository.stash.clear();
                Ok(0)
            }
            Some((first, _)) if first.starts_with(b"-") => self.stash_push(arguments, false),
            Some((first, _)) => {
                let text = [
                    b"fatal: subcommand wasn't specified; 'push' can't be assumed due to unexpected token '",
                    *first,
                    b"'\n",
                ];
                self.context.error(&text.concat())?;
                Ok(128)
            }
        }
    }

    fn stash_push(&mut self, arguments: &[&[u8]], saves: bool) -> Attempt<u8> {
        let specs = [
            (b'm', "message", Takes::Value),
            (b'u', "include-untracked", Takes::Nothing),
            (b'a', "all", Takes::Nothing),
            (b'k', "keep-index", Takes::Nothing),
            (b'q', "quiet", Takes::Nothing),
            (b'S', "staged", Takes::Nothing),
            (b'p', "patch", Takes::Nothing),
        ];
        let parsed = self.parse(USAGE, &specs, arguments)?;
        let quiet = parsed.has("quiet");
        let (mut message, mut operands) = (parsed.value("message").map(<[u8]>::to_vec), parsed.operands.clone());
        if saves {
            message = (!operands.is_empty()).then(|| operands.join(&b' '));
            operands.clear();
        }
        let pathspec = self.pathspec(&operands)?;
        let Some(base) = self.repository.head_commit() else {
            self.note("You do not have the initial commit yet")?;
            return Ok(1);
        };
        for item in pathspec.included() {
            let takes_untracked = parsed.has("include-untracked") && self.worktree_blob(&item.path).is_some();
            let known = self.is_tracked_by(&self.repository.index, item);
            if !known && !takes_untracked {
                return self.error(
                    1,
                    &[
                        b"pathspec ':(,prefix:0)",
                        &item.text,
                        b"' did not match any file(s) known to git\nDid you forget to 'git add'?",
                    ],
                );
            }
        }
        let (head, index) = (self.repository.head_tree(), self.index_tree());
        let staged = self.changed_entries(&head, &index, &mut |path| pathspec.matches(path))?;
        let unstaged = self.changed_entries(&index, &Tree::Worktree, &mut |path| pathspec.matches(path))?;
        let (mut untracked, mut has_untracked) = (None, false);
        if parsed.has("include-untracked") || parsed.has("all") {
            let listed = self.untracked(&pathspec, true)?;
            let mut delta = self.nothing();
            let ignored = if parsed.has("all") { listed.ignored } else { Default::default() };
            let mut any = false;
            for path in listed.shown.iter().chain(&ignored) {
                delta.set(path, self.worktree_blob(path));
                any = true;
            }
            has_untracked = any;
            untracked = Some(delta);
        }
        if staged.is_empty() && unstaged.is_empty() && !has_untracked {
            if !quiet {
                self.line(&[b"No local changes to save"])?;
            }
            return Ok(0);
        }
        let mut worktree = self.repository.index.clone();
        for (path, (_, new)) in &unstaged {
            // Git looks for what differs from `HEAD`: an added file that is gone stays as it was staged.
            if new.is_none() && self.blob_at(&head, path).is_none() {
                continue;
            }
            set(&mut worktree, path, new.clone(), self.base_blob(path));
        }
        if let Some(path) = self.blocking_intent(&pathspec) {
            self.note_bytes(&[b"error: Entry '", &path, b"' not uptodate. Cannot merge."])?;
            self.note("Cannot save the current worktree state")?;
            return Ok(1);
        }
        let text = self.store_stash(base, worktree, untracked.clone(), message)?;
        if !quiet {
            self.line(&[b"Saved working directory and index state ", &text])?;
        }
        for (path, _) in untracked.iter().flat_map(|delta| delta.iter()).filter(|(_, blob)| blob.is_some()) {
            self.put(path, None)?;
        }
        if parsed.has("include-untracked") || parsed.has("all") {
            for directory in self.untracked_directories().into_iter().rev() {
                let place = self.place(&directory);
                let workspace = &mut self.context.machine.workspace;
                if workspace.list(&place).is_ok_and(|entries| entries.is_empty()) {
                    let _gone = workspace.remove(&place)?;
                }
            }
        }
        let keeps = parsed.has("keep-index");
        if pathspec.is_empty() {
            self.force_tree(&head)?;
            if keeps {
                self.force_tree(&index)?;
            }
        } else {
            let touched: Vec<Vec<u8>> = staged.keys().chain(unstaged.keys()).cloned().collect();
            for path in touched {
                let blob = self.blob_at(if keeps { &index } else { &head }, &path);
                self.put(&path, blob.as_ref())?;
                self.stage(&path, blob);
            }
        }
        Ok(0)
    }

    /// A file added with `--intent-to-add`, which git cannot stash.
    fn blocking_intent(&self, pathspec: &Pathspec) -> Option<Vec<u8>> {
        let mut intended = self.repository.intended.iter();
        intended.find(|path| pathspec.matches(path) && self.worktree_blob(path).is_some()).cloned()
    }

    /// A tree without files, as differences.
    fn nothing(&self) -> Delta {
        let mut delta = Delta::default();
        self.base_paths(b"").iter().for_each(|path| delta.set(path, None));
        delta
    }

    /// Makes the commits of an entry and puts it on the stash; returns what the list says of it.
    fn store_stash(
        &mut self,
        base: CommitIndex,
        worktree: Delta,
        untracked: Option<Delta>,
        message: Option<Vec<u8>>,
    ) -> Attempt<Vec<u8>> {
        let branch = match &self.repository.head {
            Head::Branch(name) => name.clone(),
            Head::Detached(..) => b"(no branch)".to_vec(),
        };
        let words = self.head_line(&[&branch[..], b": "].concat(), base)?;
        let (author, committer) = (self.signature(Role::Author)?, self.signature(Role::Committer)?);
        let commit = |tree: Delta, parents: Vec<CommitIndex>, message: Vec<u8>| Commit {
            id: None,
            tree_id: None,
            tree,
            parents,
            author: author.clone(),
            committer: committer.clone(),
            message,
        };
        let index = commit(self.repository.index.clone(), vec![base], [b"index on ", &words[..], b"\n"].concat());
        // A later commit counts as newer, and lists have the index first.
        let untracked = match untracked {
            Some(untracked) => {
                let message = [b"untracked files on ", &words[..], b"\n"].concat();
                Some(self.store_commit(commit(untracked, Vec::new(), message))?)
            }
            None => None,
        };
        let mut parents = vec![base, self.store_commit(index)?];
        parents.extend(untracked);
        let text = match &message {
            Some(message) => [b"On ", &branch[..], b": ", message].concat(),
            None => [b"WIP on ", &words[..]].concat(),
        };
        let commit = self.store_commit(commit(worktree, parents, text.clone()))?;
        self.repository.stash.insert(0, Stash { commit, message: text.clone() });
        Ok(text)
    }

    /// The trees of an entry: base, index, worktree, untracked files.
    pub(super) fn stash_trees(&self, stash: &Stash) -> (Tree, Delta, Delta, Option<Delta>) {
        let commit = self.repository.commit(stash.commit);
        let parent = |at: usize| commit.and_then(|commit| self.repository.commit(*commit.parents.get(at)?));
        let tree = |commit: Option<&Commit>| commit.map(|commit| commit.tree.clone());
        let base = tree(parent(0)).map_or(Tree::Empty, Tree::Stored);
        (base, tree(parent(1)).unwrap_or_default(), tree(commit).unwrap_or_default(), tree(parent(2)))
    }

    fn stash_list(&mut self) -> Attempt<u8> {
        for at in 0..self.repository.stash.len() {
            let Some(stash) = self.repository.stash.get(at) else { break };
            let text = [format!("stash@{{{at}}}: ").as_bytes(), &stash.message[..], b"\n"].concat();
            self.out(&text)?;
        }
        Ok(0)
    }

    /// The entry that an argument names, and the name by which git calls it.
    pub(super) fn find_stash(&mut self, argument: Option<&[u8]>) -> Attempt<(usize, Vec<u8>)> {
        if self.repository.stash.is_empty() && argument.is_none() {
            self.note("No stash entries found.")?;
            return Err(Failure::Exit(1));
        }
        let Some(argument) = argument else { return Ok((0, b"refs/stash@{0}".to_vec())) };
        let is_number = !argument.is_empty() && argument.iter().all(u8::is_ascii_digit);
        let name = if is_number { [b"refs/stash@{", argument, b"}"].concat() } else { argument.to_vec() };
        let shown = if is_number { [b"refs/stash@{", argument, b"}"].concat() } else { argument.to_vec() };
        match self.resolve(&name)? {
            Some(super::revision::Named::Commit(commit)) => {
                match self.repository.stash.iter().position(|stash| stash.commit == commit) {
                    Some(at) => Ok((at, shown)),
                    None => self.error(1, &[b"'", argument, b"' is not a stash-like commit"]),
                }
            }
            Some(_) => self.error(1, &[b"'", argument, b"' is not a stash-like commit"]),
            None => {
                let count = self.repository.stash.len();
                let is_counted = shown.starts_with(b"stash@{") || shown.starts_with(b"refs/stash@{");
                if is_counted && count > 0 {
                    return self.fatal(&[format!("log for 'stash' only has {count} entries").as_bytes()]);
                }
                self.error(1, &[&shown, b" is not a valid reference"])
            }
        }
    }

    fn stash_show(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let mut view = DiffView::default();
        let mut name = None;
        let mut at = 0;
        while let Some(&argument) = arguments.get(at) {
            at += 1;
            if !argument.starts_with(b"-") {
                name = Some(argument);
            } else if !matches!(argument, b"-u" | b"--include-untracked") {
                match view.take(argument, arguments.get(at).copied()) {
                    0 => return self.fatal(&[b"unrecognized argument: ", argument]),
                    taken => at += taken - 1,
                }
            }
        }
        if !view.is_chosen() {
            view.take(b"--stat", None);
        }
        let (at, _) = self.find_stash(name)?;
        let Some(stash) = self.repository.stash.get(at).cloned() else { return Ok(1) };
        let (base, _, worktree, _) = self.stash_trees(&stash);
        let changes = self.differences(&base, &Tree::Stored(worktree), &mut |_| true)?;
        self.print_differences(&view, changes)?;
        Ok(0)
    }

    fn stash_drop(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let quiet = arguments.iter().any(|argument| matches!(*argument, b"-q" | b"--quiet"));
        let name = arguments.iter().copied().find(|argument| !argument.starts_with(b"-"));
        let (at, shown) = self.find_stash(name)?;
        self.drop_stash(at, &shown, quiet)?;
        Ok(0)
    }

    pub(super) fn drop_stash(&mut self, at: usize, shown: &[u8], quiet: bool) -> Attempt<()> {
        let stash = self.repository.stash.remove(at);
        if quiet {
            return Ok(());
        }
        let id = self.commit_id(stash.commit)?.to_string();
        self.line(&[b"Dropped ", shown, b" (", id.as_bytes(), b")"])
    }
}

/// Puts something into a tree, as nothing where it is as in the image.
fn set(delta: &mut Delta, path: &[u8], blob: Option<Blob>, base: Option<Blob>) {
    if blob == base {
        delta.clear(path);
    } else {
        delta.set(path, blob);
    }
}
