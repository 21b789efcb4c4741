//! `git diff`.

use sparring_tree::diff::FileDiff;

use super::compare::Tree;
use super::delta::Blob;
use super::format::DiffView;
use super::revision::{Named, range};
use super::state::CommitIndex;
use super::{Attempt, Git};
use crate::commands::Context;
use crate::workspace::{Node, VirtualPath};

const USAGE: &str = "usage: git diff [<options>] [<commit>] [--] [<path>...]
   or: git diff [<options>] --cached [--merge-base] [<commit>] [--] [<path>...]
   or: git diff [<options>] [--merge-base] <commit> [<commit>...] <commit> [--] [<path>...]
   or: git diff [<options>] <commit>...<commit> [--] [<path>...]
   or: git diff [<options>] <blob> <blob>
   or: git diff [<options>] --no-index [--] <path> <path>
";

impl Git<'_, '_, '_> {
    /// `git diff`.
    pub(super) fn diff(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let mut view = DiffView::default();
        let mut cached = false;
        let mut operands = Vec::new();
        let mut dashes = None;
        let mut at = 0;
        while let Some(argument) = arguments.get(at) {
            at += 1;
            if *argument == b"--" {
                dashes = Some(operands.len());
                operands.extend(arguments.get(at..).unwrap_or_default());
                break;
            }
            if !argument.starts_with(b"-") || *argument == b"-" {
                operands.push(*argument);
                continue;
            }
            match *argument {
                b"--cached" | b"--staged" => cached = true,
                b"--merge-base" => {}
                _ => match view.take(argument, arguments.get(at).copied()) {
                    0 => {
                        let text = [b"error: invalid option: ", *argument, b"\n", USAGE.as_bytes()].concat();
                        self.context.error(&text)?;
                        return Ok(129);
                    }
                    taken => at += taken - 1,
                },
            }
        }
        if !view.is_chosen() {
            view.patch = true;
        }
        let (revisions, paths) = self.revisions_and_paths(&operands, dashes)?;
        if let [a, b] = revisions[..]
            && a.contains(&b':')
            && b.contains(&b':')
        {
            return self.diff_blobs(&view, a, b);
        }
        let pathspec = self.pathspec(&paths)?;
        let (old, new) = self.diff_trees(&revisions, cached)?;
        let changes = self.differences(&old, &new, &mut |path| pathspec.matches(path))?;
        if matches!(new, Tree::Worktree) {
            let index = self.index_tree();
            view.unhashed = self.changed_entries(&index, &new, &mut |_| true)?.into_keys().collect();
            view.name_candidates(&changes);
        }
        let differs = self.print_differences(&view, changes)?;
        Ok(u8::from(view.exit_code && differs))
    }

    /// The two trees that the revisions of `git diff` mean.
    fn diff_trees(&mut self, revisions: &[&[u8]], cached: bool) -> Attempt<(Tree, Tree)> {
        let target = if cached { self.index_tree() } else { Tree::Worktree };
        match revisions {
            [] if cached => Ok((self.repository.head_tree(), target)),
            [] => Ok((Tree::Index, target)),
            [one] => {
                if let Some((from, to, symmetric)) = range(one) {
                    let (from, to) = (self.require(from)?, self.require(to)?);
                    let from = match (from, to) {
                        (Named::Commit(a), Named::Commit(b)) if symmetric => {
                            self.merge_base(a, b).map_or(from, Named::Commit)
                        }
                        _ => from,
                    };
                    return Ok((self.named_tree(from), self.named_tree(to)));
                }
                let named = self.require(one)?;
                Ok((self.named_tree(named), target))
            }
            [from, to, ..] => {
                let (from, to) = (self.require(from)?, self.require(to)?);
                Ok((self.named_tree(from), self.named_tree(to)))
            }
        }
    }

    /// The best common ancestor of two commits.
    pub(super) fn merge_base(&self, a: CommitIndex, b: CommitIndex) -> Option<CommitIndex> {
        let of_a = self.ancestors(a);
        self.ancestors(b).into_iter().filter(|commit| of_a.contains(commit)).max()
    }

    /// A commit and all before it; a commit's index is above those of its parents.
    pub(super) fn ancestors(&self, commit: CommitIndex) -> std::collections::BTreeSet<CommitIndex> {
        let mut found = std::collections::BTreeSet::new();
        let mut ahead = vec![commit];
        while let Some(commit) = ahead.pop() {
            if found.insert(commit) {
                ahead.extend(self.repository.commit(commit).iter().flat_map(|commit| commit.parents.iter().copied()));
            }
        }
        found
    }

    fn diff_blobs(&mut self, view: &DiffView, a: &[u8], b: &[u8]) -> Attempt<u8> {
        let mut sides = Vec::new();
        for text in [a, b] {
            let at = memchr::memchr(b':', text).unwrap_or(text.len());
            let named = self.require(text.get(..at).unwrap_or_default())?;
            let path = self.path_in_revision(text.get(at + 1..).unwrap_or_default())?;
            let tree = self.named_tree(named);
            let blob = self.blob_at(&tree, &path);
            sides.push((self.keep(&path), blob.map(|blob| self.side(&blob)).transpose()?));
        }
        if let [(old_path, old), (new_path, new)] = sides[..] {
            let change = FileDiff { old_path, new_path, old, new, rename_score: None };
            if old.map(|side| side.bytes) != new.map(|side| side.bytes) {
                self.print_differences(view, vec![change])?;
            }
        }
        Ok(0)
    }
}

/// `git diff --no-index`, which needs no repository.
pub(super) fn no_index(context: &mut Context<'_, '_>, directory: &VirtualPath, arguments: &[&[u8]]) -> Attempt<u8> {
    let mut view = DiffView::default();
    let mut operands: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    let mut asked = false;
    while let Some(argument) = arguments.get(at) {
        at += 1;
        match *argument {
            b"--no-index" => asked = true,
            b"--" => {
                operands.extend(arguments.get(at..).unwrap_or_default());
                break;
            }
            _ if !argument.starts_with(b"-") => operands.push(argument),
            _ => match view.take(argument, arguments.get(at).copied()) {
                0 => {
                    context.error(&[b"error: invalid option: ", *argument, b"\n", USAGE.as_bytes()].concat())?;
                    return Ok(129);
                }
                taken => at += taken - 1,
            },
        }
    }
    let [old_path, new_path] = operands[..] else {
        if !asked {
            context.error(
                b"warning: Not a git repository. Use --no-index to compare two paths outside a working tree\n",
            )?;
        }
        context.error(b"usage: git diff --no-index [<options>] <path> <path>\n")?;
        return Ok(129);
    };
    if !view.is_chosen() {
        view.patch = true;
    }
    let mut changes = Vec::new();
    let (Some(old), Some(new)) = (entry(context, directory, old_path)?, entry(context, directory, new_path)?) else {
        let missing = if entry(context, directory, old_path)?.is_none() { old_path } else { new_path };
        context.error(&[b"error: Could not access '", missing, b"'\n"].concat())?;
        return Ok(1);
    };
    pair(context, directory, (old_path.to_vec(), Some(old)), (new_path.to_vec(), Some(new)), &mut changes)?;
    let changes = view.prepare(changes);
    let mut out = Vec::new();
    view.write(&mut out, &changes);
    context.out(&out)?;
    Ok(u8::from(!changes.is_empty()))
}

/// What stands at a typed path: a file or link, or a directory (`Err` with its names).
type Entry = Result<Blob, Vec<Vec<u8>>>;

fn entry(context: &Context<'_, '_>, directory: &VirtualPath, text: &[u8]) -> Attempt<Option<Entry>> {
    let workspace = &context.machine.workspace;
    if text == b"/dev/null" {
        return Ok(Some(Ok(Blob::File { executable: false, content: Default::default() })));
    }
    let Ok((path, node)) = workspace.stat_link(directory, text) else { return Ok(None) };
    if let Some(target) = node.target() {
        return Ok(Some(Ok(Blob::Link(target.to_vec()))));
    }
    let executable = node.mode().is_executable() && !matches!(node, Node::Device(_));
    Ok(Some(match workspace.content(&path) {
        Ok(content) => Ok(Blob::File { executable, content }),
        Err(_) => Err(workspace.list(&path).unwrap_or_default().into_iter().map(|entry| entry.name).collect()),
    }))
}

fn pair<'a>(
    context: &Context<'_, 'a>,
    directory: &VirtualPath,
    old: (Vec<u8>, Option<Entry>),
    new: (Vec<u8>, Option<Entry>),
    changes: &mut Vec<FileDiff<'a>>,
) -> Attempt<()> {
    context.machine.budget.enter()?;
    let names = |entry: &Option<Entry>| match entry {
        Some(Err(names)) => Some(names.clone()),
        _ => None,
    };
    match (names(&old.1), names(&new.1)) {
        (None, None) => changes.extend(file_pair(context, old, new)?),
        (old_names, new_names) => {
            let mut all: Vec<Vec<u8>> = old_names.iter().chain(&new_names).flatten().cloned().collect();
            all.sort();
            all.dedup();
            let join = |path: &[u8], name: &[u8]| [path.strip_suffix(b"/").unwrap_or(path), b"/", name].concat();
            for name in all {
                let (old_path, new_path) = (join(&old.0, &name), join(&new.0, &name));
                let old_entry = entry(context, directory, &old_path)?.filter(|_| old_names.is_some());
                let new_entry = entry(context, directory, &new_path)?.filter(|_| new_names.is_some());
                pair(context, directory, (old_path, old_entry), (new_path, new_entry), changes)?;
            }
        }
    }
    context.machine.budget.leave();
    Ok(())
}

fn file_pair<'a>(
    context: &Context<'_, 'a>,
    old: (Vec<u8>, Option<Entry>),
    new: (Vec<u8>, Option<Entry>),
) -> Attempt<Option<FileDiff<'a>>> {
    let workspace = &context.machine.workspace;
    let side = |(path, entry): (Vec<u8>, Option<Entry>)| -> Attempt<_> {
        let is_nothing = path == b"/dev/null";
        let side = match entry {
            Some(Ok(blob)) if !is_nothing => {
                let bytes = match &blob {
                    Blob::File { content, .. } => workspace.read_content(content)?,
                    Blob::Link(target) => workspace.blobs().keep(target.clone()),
                };
                Some(sparring_tree::diff::Side::new(blob.kind(), blob.mode(), bytes))
            }
            _ => None,
        };
        let shown = path.strip_prefix(b"./").or_else(|| path.strip_prefix(b"/")).unwrap_or(&path).to_vec();
        Ok((workspace.blobs().keep(shown), side))
    };
    let ((old_path, old), (new_path, new)) = (side(old)?, side(new)?);
    if old == new {
        return Ok(None);
    }
    let (old_path, new_path) = match (old, new) {
        (None, _) => (new_path, new_path),
        (_, None) => (old_path, old_path),
        _ => (old_path, new_path),
    };
    Ok(Some(FileDiff { old_path, new_path, old, new, rename_score: None }))
}
