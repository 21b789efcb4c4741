//! `git checkout`, `git switch` and `git restore`.

use super::compare::Tree;
use super::options::Takes;
use super::revision::Named;
use super::state::{CommitIndex, Head};
use super::{Attempt, Git, pretty};

const ADVICE: &str = "\nYou are in 'detached HEAD' state. You can look around, make experimental
changes and commit them, and you can discard any commits you make in this
state without impacting any branches by switching back to a branch.

If you want to create a new branch to retain commits you create, you may
do so (now or later) by using -c with the switch command. Example:

  git switch -c <new-branch-name>

Or undo this operation with:

  git switch -

Turn off this advice by setting config variable advice.detachedHead to false
";

impl Git<'_, '_, '_> {
    /// `git checkout`.
    pub(super) fn checkout(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'q', "quiet", Takes::Nothing),
            (b'b', "b", Takes::Value),
            (b'B', "B", Takes::Value),
            (b'f', "force", Takes::Nothing),
            (b'd', "detach", Takes::Nothing),
            (b'm', "merge", Takes::Nothing),
            (b't', "track", Takes::Perhaps),
            (b'p', "patch", Takes::Nothing),
            (0, "ours", Takes::Nothing),
            (0, "theirs", Takes::Nothing),
            (0, "orphan", Takes::Value),
            (0, "progress", Takes::Nothing),
            (0, "overlay", Takes::Nothing),
            (0, "guess", Takes::Nothing),
        ];
        let parsed = self.parse("checkout [<options>] <branch>", &specs, arguments)?;
        let quiet = parsed.has("quiet");
        if let Some(branch) = parsed.value("b").or_else(|| parsed.value("B")) {
            let start = parsed.operands.first().copied().unwrap_or(b"HEAD");
            return self.create_and_switch(branch, start, parsed.value("B").is_some(), quiet);
        }
        if let Some(branch) = parsed.value("orphan") {
            self.repository.head = Head::Branch(branch.to_vec());
            self.note_bytes(&[b"Switched to a new branch '", branch, b"'"])?;
            return Ok(0);
        }
        let (before, after) = parsed.split();
        match (before, parsed.dashes) {
            ([], Some(_)) if !after.is_empty() => return self.checkout_paths(None, after, true, quiet),
            ([tree], Some(_)) if !after.is_empty() => {
                if self.resolve(tree)?.is_none() {
                    return self.fatal(&[b"invalid reference: ", tree]);
                }
                return self.checkout_paths(Some(tree), after, true, quiet);
            }
            ([], _) => {
                if parsed.has("force") {
                    let head = self.repository.head_tree();
                    self.force_tree(&head)?;
                }
                return self.report_switch(quiet);
            }
            _ => {}
        }
        let (first, rest) = (before.first().copied().unwrap_or_default(), before.get(1..).unwrap_or_default());
        let named = self.resolve(first)?;
        match named {
            Some(_) if !rest.is_empty() => self.checkout_paths(Some(first), rest, false, quiet),
            Some(named) if parsed.dashes.is_some() || !self.exists(first) || first == b"HEAD" => {
                self.switch_to(first, named, parsed.has("force"), parsed.has("detach"), quiet)
            }
            Some(named) if self.repository.branch(first).is_some() => {
                self.switch_to(first, named, parsed.has("force"), parsed.has("detach"), quiet)
            }
            None if parsed.dashes.is_some() => self.fatal(&[b"invalid reference: ", first]),
            _ => self.checkout_paths(None, before, false, quiet),
        }
    }

    /// `git switch`.
    pub(super) fn switch(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'q', "quiet", Takes::Nothing),
            (b'c', "create", Takes::Value),
            (b'C', "force-create", Takes::Value),
            (b'f', "force", Takes::Nothing),
            (b'd', "detach", Takes::Nothing),
            (0, "discard-changes", Takes::Nothing),
            (0, "orphan", Takes::Value),
            (b'm', "merge", Takes::Nothing),
        ];
        let parsed = self.parse("switch [<options>] [<branch>]", &specs, arguments)?;
        let quiet = parsed.has("quiet");
        if let Some(branch) = parsed.value("create").or_else(|| parsed.value("force-create")) {
            let start = parsed.operands.first().copied().unwrap_or(b"HEAD");
            return self.create_and_switch(branch, start, parsed.value("force-create").is_some(), quiet);
        }
        let Some(&name) = parsed.operands.first() else { return self.fatal(&[b"missing branch or commit argument"]) };
        let Some(named) = self.resolve(name)? else {
            let shown = if name == b"-" { b"@{-1}" } else { name };
            return self.fatal(&[b"invalid reference: ", shown]);
        };
        let is_branch = self.repository.branch(name).is_some() || name == b"-";
        if !is_branch && !parsed.has("detach") {
            let what: &[u8] = if self.repository.tag(name).is_some() { b"tag" } else { b"commit" };
            self.note_bytes(&[b"fatal: a branch is expected, got ", what, b" '", name, b"'"])?;
            self.note("hint: If you want to detach HEAD at the commit, try again with the --detach option.")?;
            return Ok(128);
        }
        let force = parsed.has("force") || parsed.has("discard-changes");
        self.switch_to(name, named, force, parsed.has("detach"), quiet)
    }

    fn create_and_switch(&mut self, branch: &[u8], start: &[u8], force: bool, quiet: bool) -> Attempt<u8> {
        let is_unborn = self.repository.head_commit().is_none();
        if !super::branch::is_valid_name(branch) {
            return self.fatal(&[b"'", branch, b"' is not a valid branch name"]);
        }
        if is_unborn && start == b"HEAD" {
            self.repository.head = Head::Branch(branch.to_vec());
            self.note_bytes(&[b"Switched to a new branch '", branch, b"'"])?;
            return Ok(0);
        }
        let existed = self.repository.branch(branch).is_some();
        if existed && !force {
            return self.fatal(&[b"a branch named '", branch, b"' already exists"]);
        }
        let Some(Named::Commit(commit)) = self.resolve(start)? else {
            return self.fatal(&[
                b"'",
                start,
                b"' is not a commit and a branch '",
                branch,
                b"' cannot be created from it",
            ]);
        };
        if self.repository.head_commit() != Some(commit) {
            let (old, new) = (self.repository.head_tree(), self.named_tree(Named::Commit(commit)));
            self.switch_tree(&old, &new, "checkout")?;
            if !quiet {
                self.report_changes(&new)?;
            }
        }
        self.repository.set_branch(branch, commit);
        let is_current = self.repository.head == Head::Branch(branch.to_vec());
        if !is_current {
            self.repository.previous = Some(self.repository.head.clone());
        }
        self.repository.head = Head::Branch(branch.to_vec());
        if !quiet {
            let text: &[u8] = match (is_current, existed) {
                (true, _) => b"Reset branch '",
                (false, true) => b"Switched to and reset branch '",
                (false, false) => b"Switched to a new branch '",
            };
            self.note_bytes(&[text, branch, b"'"])?;
        }
        Ok(0)
    }

    fn switch_to(&mut self, name: &[u8], named: Named, force: bool, detach: bool, quiet: bool) -> Attempt<u8> {
        let Named::Commit(commit) = named else { return self.fatal(&[b"reference is not a tree: ", name]) };
        let old_head = self.repository.head.clone();
        let old_commit = self.repository.head_commit();
        let new_tree = self.named_tree(named);
        if force {
            self.force_tree(&new_tree)?;
        } else if old_commit != Some(commit) {
            let old = self.repository.head_tree();
            self.switch_tree(&old, &new_tree, "checkout")?;
        }
        if !quiet && !force {
            self.report_changes(&new_tree)?;
        }
        let mut branch = (self.repository.branch(name).is_some() && !detach).then(|| name.to_vec());
        if matches!(name, b"-" | b"@{-1}") && !detach {
            branch = match &self.repository.previous {
                Some(Head::Branch(name)) => Some(name.clone()),
                _ => None,
            };
        }
        // To git 2.39 `@` is a commit as any other.
        let stays = name == b"HEAD" && !detach;
        if stays {
            return Ok(0);
        }
        let new_head = match branch {
            Some(branch) => Head::Branch(branch),
            None => {
                let is_tag = self.repository.tag(name).is_some();
                let words = match name {
                    b"@" => b"HEAD".to_vec(),
                    _ if is_tag => name.to_vec(),
                    _ => self.short_id(commit)?.into_bytes(),
                };
                Head::Detached(commit, words)
            }
        };
        if let (false, Head::Detached(left, _)) = (quiet, &old_head)
            && *left != commit
        {
            self.report_left(*left, commit)?;
        }
        let is_same = new_head == old_head;
        self.repository.previous = Some(old_head.clone());
        self.repository.head = new_head.clone();
        if quiet {
            return Ok(0);
        }
        match new_head {
            Head::Branch(name) if is_same => self.note_bytes(&[b"Already on '", &name, b"'"])?,
            Head::Branch(name) => self.note_bytes(&[b"Switched to branch '", &name, b"'"])?,
            Head::Detached(..) => {
                let was_branch = matches!(old_head, Head::Branch(_));
                if was_branch && !detach && self.setting(b"advice.detachedHead") != Some(b"false") {
                    self.note_bytes(&[b"Note: switching to '", name, b"'.\n", ADVICE.as_bytes()])?;
                }
                let line = self.head_line(b"HEAD is now at ", commit)?;
                self.note_bytes(&[&line])?;
            }
        }
        Ok(0)
    }

    /// `detached at 1234567`, or `from` when `HEAD` has moved since.
    pub(super) fn detached_words(&mut self, commit: CommitIndex, words: &[u8]) -> Attempt<Vec<u8>> {
        let is_there = words == b"HEAD" || matches!(self.resolve(words)?, Some(Named::Commit(at)) if at == commit);
        let label: &[u8] = if is_there { b"detached at " } else { b"detached from " };
        Ok([label, words].concat())
    }

    /// Before a detached `HEAD` moves: what was checked out by that very name gets another.
    pub(super) fn name_detached(&mut self) -> Attempt<()> {
        if let Head::Detached(commit, words) = self.repository.head.clone()
            && words == b"HEAD"
        {
            let id = self.short_id(commit)?.into_bytes();
            self.repository.head = Head::Detached(commit, id);
        }
        Ok(())
    }

    /// `HEAD is now at 1234567 subject`.
    pub(super) fn head_line(&mut self, words: &[u8], commit: CommitIndex) -> Attempt<Vec<u8>> {
        let id = self.short_id(commit)?;
        let message = self.repository.commit(commit).map(|commit| commit.message.clone()).unwrap_or_default();
        Ok([words, id.as_bytes(), b" ", &pretty::subject(&message)].concat())
    }

    fn report_left(&mut self, left: CommitIndex, now: CommitIndex) -> Attempt<()> {
        let heads: Vec<CommitIndex> = self.repository.branches.iter().map(|(_, commit)| *commit).collect();
        let mut kept = self.ancestors(now);
        heads.into_iter().for_each(|head| kept.extend(self.ancestors(head)));
        let mut lost: Vec<CommitIndex> = self.ancestors(left).difference(&kept).copied().collect();
        lost.reverse();
        if lost.is_empty() {
            let line = self.head_line(b"Previous HEAD position was ", left)?;
            return self.note_bytes(&[&line]);
        }
        let count = lost.len();
        let (commits, them) = if count == 1 { ("commit", "it") } else { ("commits", "them") };
        self.note(&format!(
            "Warning: you are leaving {count} {commits} behind, not connected to\nany of your branches:\n"
        ))?;
        for commit in lost.iter().take(4) {
            let line = self.head_line(b"  ", *commit)?;
            self.note_bytes(&[&line])?;
        }
        if count > 4 {
            self.note(&format!(" ... and {} more.", count - 4))?;
        }
        let id = self.short_id(left)?;
        self.note(&format!(
            "\nIf you want to keep {them} by creating a new branch, this may be a good time\nto do so with:\n\n git branch <new-branch-name> {id}\n"
        ))
    }

    /// What index and worktree have that the commit now checked out has not.
    fn report_changes(&mut self, head: &Tree) -> Attempt<()> {
        let mut changes = self.changed_entries(head, &Tree::Worktree, &mut |_| true)?;
        let index = self.index_tree();
        let unstaged = self.changed_entries(&index, &Tree::Worktree, &mut |_| true)?;
        let staged = self.changed_entries(head, &index, &mut |_| true)?;
        changes.retain(|path, _| unstaged.contains_key(path) || staged.contains_key(path));
        // A file that is staged otherwise counts as changed even when it is as committed.
        for (path, (_, now)) in unstaged {
            let committed = self.blob_at(head, &path);
            if let (Some(committed), Some(now)) = (committed, now) {
                changes.entry(path).or_insert((Some(committed), Some(now)));
            }
        }
        let mut out = Vec::new();
        for (path, (old, new)) in changes {
            let letter: &[u8] = match (old, new) {
                (None, _) => b"A\t",
                (_, None) => b"D\t",
                (Some(old), Some(new)) if old.kind() != new.kind() => b"T\t",
                _ => b"M\t",
            };
            out.extend_from_slice(&[letter, &sparring_tree::diff::quote_path(b"", &path), b"\n"].concat());
        }
        self.out(&out)
    }

    fn report_switch(&mut self, quiet: bool) -> Attempt<u8> {
        if !quiet {
            let head = self.repository.head_tree();
            self.report_changes(&head)?;
        }
        Ok(0)
    }

    fn checkout_paths(&mut self, source: Option<&[u8]>, paths: &[&[u8]], dashes: bool, quiet: bool) -> Attempt<u8> {
        let pathspec = self.pathspec(paths)?;
        let (tree, from) = match source {
            None => (self.index_tree(), b"the index".to_vec()),
            Some(source) => {
                let named = self.require(source)?;
                let tree = self.named_tree(named);
                let from = match named {
                    Named::Commit(commit) => self.short_id(commit)?.into_bytes(),
                    _ => source.to_vec(),
                };
                (tree, from)
            }
        };
        let mut is_missing = false;
        for item in pathspec.included() {
            let is_tracked = match &tree {
                Tree::Stored(delta) => self.is_tracked_by(delta, item),
                _ => false,
            };
            let is_intended = source.is_none() && self.repository.intended.iter().any(|path| item.matches(path));
            if !is_tracked && !is_intended {
                self.note_bytes(&[b"error: pathspec '", &item.text, b"' did not match any file(s) known to git"])?;
                is_missing = true;
            }
        }
        if is_missing {
            return Ok(1);
        }
        let mut count = 0;
        let index = self.index_tree();
        let mut candidates = self.candidates(&tree, &Tree::Worktree);
        candidates.extend(self.candidates(&tree, &index));
        candidates.extend(self.repository.intended.iter().cloned());
        for path in candidates.iter().filter(|path| pathspec.matches(path)) {
            let wanted = if source.is_none() { self.staged_blob(path) } else { self.blob_at(&tree, path) };
            // What the tree lacks stays as it is.
            if wanted.is_none() {
                continue;
            }
            let now = self.worktree_blob(path);
            let staged = self.blob_at(&index, path);
            // What stood in the index as it is now is up to date and not counted.
            if !self.same_entry(&now, &wanted)? {
                self.put(path, wanted.as_ref())?;
                count += 1;
            }
            if source.is_some() && !self.same_entry(&staged, &wanted)? {
                self.stage(path, wanted);
            }
        }
        if !dashes && !quiet {
            let plural = if count == 1 { "" } else { "s" };
            self.note_bytes(&[format!("Updated {count} path{plural} from ").as_bytes(), &from])?;
        }
        Ok(0)
    }
}
