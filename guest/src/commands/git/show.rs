//! `git show`, `git cat-file` and `git ls-tree`.

use sparring_tree::diff::{ObjectId, git_mode, quote_path};

use super::compare::Tree;
use super::delta::Delta;
use super::format::DiffView;
use super::options::Takes;
use super::pathspec::Pathspec;
use super::pretty::{CommitView, Style};
use super::revision::Named;
use super::state::CommitIndex;
use super::{Attempt, Git, dates};

/// What `revision:path` names.
enum Object {
    /// A file or link.
    Blob(super::delta::Blob),
    /// A directory of a tree.
    Directory(Delta, Vec<u8>),
}

impl Git<'_, '_, '_> {
    /// `git show`.
    pub(super) fn show(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let mut view = CommitView::default();
        let mut diff = DiffView::default();
        let (mut operands, mut dashes) = (Vec::new(), None);
        let mut at = 0;
        while let Some(&argument) = arguments.get(at) {
            at += 1;
            if argument == b"--" {
                dashes = Some(operands.len());
                operands.extend(arguments.get(at..).unwrap_or_default());
                break;
            }
            if !argument.starts_with(b"-") {
                operands.push(argument);
            } else if !view.take(argument) && !matches!(argument, b"--no-pager" | b"-m" | b"--no-notes" | b"-1") {
                match diff.take(argument, arguments.get(at).copied()) {
                    0 => return self.fatal(&[b"unrecognized argument: ", argument]),
                    taken => at += taken - 1,
                }
            }
        }
        if !diff.is_chosen() {
            diff.patch = true;
        }
        // The colon form has messages of its own.
        if dashes.is_none() {
            for operand in &operands {
                self.check_object(operand)?;
            }
        }
        let (revisions, paths) = self.revisions_and_paths(&operands, dashes)?;
        let pathspec = self.pathspec(&paths)?;
        let revisions = if revisions.is_empty() { vec![&b"HEAD"[..]] } else { revisions };
        let mut is_first = true;
        for revision in revisions {
            if let Some((_, path)) = colon(revision) {
                let object = self.object(revision)?;
                match object {
                    Some(Object::Blob(blob)) => {
                        let bytes = self.bytes(&blob)?;
                        self.out(bytes)?;
                    }
                    Some(Object::Directory(delta, directory)) => self.show_tree(revision, &delta, &directory)?,
                    None => return self.fatal(&[b"path '", path, b"' does not exist"]),
                }
            } else {
                let named = if revision == b"HEAD" { self.resolve(revision)? } else { Some(self.require(revision)?) };
                match named {
                    Some(Named::Commit(commit)) => {
                        self.show_commit(revision, commit, is_first, &view, &diff, &pathspec)?
                    }
                    Some(Named::EmptyTree) => self.line(&[b"tree ", revision, b"\n"])?,
                    None => {
                        let branch = match &self.repository.head {
                            super::state::Head::Branch(name) => name.clone(),
                            super::state::Head::Detached(..) => Vec::new(),
                        };
                        return self.fatal(&[b"your current branch '", &branch, b"' does not have any commits yet"]);
                    }
                }
            }
            is_first = false;
        }
        Ok(0)
    }

    fn show_commit(
        &mut self,
        revision: &[u8],
        commit: CommitIndex,
        is_first: bool,
        view: &CommitView,
        diff: &DiffView,
        pathspec: &Pathspec,
    ) -> Attempt<()> {
        if !pathspec.is_empty() && self.commit_changes(commit, pathspec)?.is_empty() {
            return Ok(());
        }
        let mut out = Vec::new();
        let mut is_first = is_first;
        let name = revision.strip_prefix(b"refs/tags/").unwrap_or(revision);
        if let Some((tagger, message)) = self.repository.tag(name).and_then(|tag| tag.note.clone()) {
            if !is_first {
                out.push(b'\n');
            }
            out.extend_from_slice(&[b"tag ", name, b"\nTagger: ", &tagger.name, b" <", &tagger.email, b">\n"].concat());
            out.extend_from_slice(format!("Date:   {}\n\n", dates::show(&tagger, view.dates)).as_bytes());
            out.extend_from_slice(&message);
            is_first = false;
        }
        self.log_entry(&mut out, commit, is_first, view, diff, pathspec)?;
        self.out(&out)
    }

    /// What `revision:path` names; `None` for another form.
    fn object(&mut self, text: &[u8]) -> Attempt<Option<Object>> {
        let Some((revision, path)) = colon(text) else { return Ok(None) };
        let tree = if revision.is_empty() {
            self.index_tree()
        } else {
            let named = self.require(revision)?;
            self.named_tree(named)
        };
        let path = self.path_in_revision(path)?;
        let blob = if revision.is_empty() { self.staged_blob(&path) } else { self.blob_at(&tree, &path) };
        if let Some(blob) = blob {
            return Ok(Some(Object::Blob(blob)));
        }
        let Tree::Stored(delta) = tree else { return Ok(None) };
        let is_directory = path.is_empty() || self.has_below(&delta, &path);
        Ok(is_directory.then_some(Object::Directory(delta, path)))
    }

    /// Complains about `revision:path` where there is no such path.
    pub(super) fn check_object(&mut self, text: &[u8]) -> Attempt<()> {
        let Some((revision, path)) = colon(text) else { return Ok(()) };
        if !revision.is_empty() && self.resolve(revision)?.is_none() {
            return self.fatal(&[b"invalid object name '", revision, b"'."]);
        }
        if self.object(text)?.is_some() {
            return Ok(());
        }
        let full = self.path_in_revision(path)?;
        let in_worktree = self.worktree_blob(&full).is_some() || self.is_directory(&full);
        match (revision.is_empty(), in_worktree) {
            (true, true) => self.fatal(&[b"path '", &full, b"' exists on disk, but not in the index"]),
            (true, false) => self.fatal(&[b"path '", &full, b"' does not exist (neither on disk nor in the index)"]),
            (false, true) => self.fatal(&[b"path '", &full, b"' exists on disk, but not in '", revision, b"'"]),
            (false, false) => self.fatal(&[b"path '", &full, b"' does not exist in '", revision, b"'"]),
        }
    }

    fn show_tree(&mut self, text: &[u8], delta: &Delta, directory: &[u8]) -> Attempt<()> {
        let mut out = [b"tree ", text, b"\n\n"].concat();
        for (name, is_directory) in self.tree_names(delta, directory) {
            out.extend_from_slice(&name);
            out.extend_from_slice(if is_directory { b"/\n" } else { b"\n" });
        }
        self.out(&out)
    }

    /// The entries of a directory of a tree in git's order.
    fn tree_names(&self, delta: &Delta, directory: &[u8]) -> Vec<(Vec<u8>, bool)> {
        let start = if directory.is_empty() { 0 } else { directory.len() + 1 };
        let mut names: Vec<(Vec<u8>, bool)> = Vec::new();
        for path in self.paths(delta, directory) {
            let rest = path.get(start..).unwrap_or_default();
            let (name, is_directory) = match memchr::memchr(b'/', rest) {
                Some(at) => (rest.get(..at).unwrap_or_default(), true),
                None => (rest, false),
            };
            if names.last().is_none_or(|(last, _)| last != name) {
                names.push((name.to_vec(), is_directory));
            }
        }
        names
    }

    /// `git cat-file`.
    pub(super) fn cat_file(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let [what, name] = arguments else {
            self.note("usage: git cat-file <type> <object>")?;
            return Ok(129);
        };
        let object = match colon(name) {
            Some(_) => {
                self.check_object(name)?;
                self.object(name)?
            }
            None => None,
        };
        let commit = if object.is_none() { self.resolve_commit(name)? } else { None };
        if object.is_none() && commit.is_none() {
            return self.fatal(&[b"Not a valid object name ", name]);
        }
        let (kind, bytes) = match (object, commit) {
            (Some(Object::Blob(blob)), _) => ("blob", self.bytes(&blob)?.to_vec()),
            (Some(Object::Directory(delta, directory)), _) => {
                ("tree", self.tree_listing(&delta, &directory, b"", false, false)?)
            }
            (None, Some(commit)) => {
                let view = CommitView { style: Style::Raw, ..CommitView::default() };
                let text = self.commit_text(commit, &view)?;
                let header = memchr::memmem::find(&text, b"\n\n").map_or(text.len(), |at| at + 2);
                let start = memchr::memchr(b'\n', &text).map_or(0, |at| at + 1);
                let message = self.repository.commit(commit).map(|commit| commit.message.clone()).unwrap_or_default();
                ("commit", [text.get(start..header).unwrap_or_default(), &message].concat())
            }
            (None, None) => ("blob", Vec::new()),
        };
        match *what {
            b"-t" => self.line(&[kind.as_bytes()])?,
            b"-s" => self.line(&[bytes.len().to_string().as_bytes()])?,
            b"-e" => {}
            _ => self.out(&bytes)?,
        }
        Ok(0)
    }

    /// `git ls-tree`.
    pub(super) fn ls_tree(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'r', "recursive", Takes::Nothing),
            (0, "name-only", Takes::Nothing),
            (0, "name-status", Takes::Nothing),
            (b'd', "directories", Takes::Nothing),
            (0, "full-tree", Takes::Nothing),
        ];
        let parsed = self.parse("ls-tree [<options>] <tree-ish> [<path>...]", &specs, arguments)?;
        let Some((revision, paths)) = parsed.operands.split_first() else {
            self.note("usage: git ls-tree [<options>] <tree-ish> [<path>...]")?;
            return Ok(129);
        };
        let Some(named) = self.resolve(revision)? else { return self.fatal(&[b"Not a valid object name ", revision]) };
        let Tree::Stored(delta) = self.named_tree(named) else { return Ok(0) };
        let names = parsed.has("name-only") || parsed.has("name-status");
        if paths.is_empty() {
            let prefix = self.prefix.clone();
            let listing = self.tree_listing(&delta, &prefix, b"", parsed.has("recursive"), names)?;
            self.out(&listing)?;
            return Ok(0);
        }
        for path in paths {
            let full = self.inside_path(path, false, path)?;
            let lists = path.ends_with(b"/") || parsed.has("recursive");
            let shown = if path.ends_with(b"/") { path.to_vec() } else { [path, &b"/"[..]].concat() };
            let listing = if let Some(blob) = self.blob_at(&Tree::Stored(delta.clone()), &full) {
                let id = self.blob_id(&blob)?;
                row(git_mode(blob.kind(), blob.mode()), "blob", id, path, names)
            } else if lists {
                self.tree_listing(&delta, &full, &shown, parsed.has("recursive"), names)?
            } else {
                match self.directory_id(&delta, &full)? {
                    Some(id) => row("040000", "tree", id, path, names),
                    None => Vec::new(),
                }
            };
            self.out(&listing)?;
        }
        Ok(0)
    }

    fn tree_listing(
        &mut self,
        delta: &Delta,
        directory: &[u8],
        shown: &[u8],
        recursive: bool,
        names_only: bool,
    ) -> Attempt<Vec<u8>> {
        let mut out = Vec::new();
        for (name, is_directory) in self.tree_names(delta, directory) {
            let path = if directory.is_empty() { name.clone() } else { [directory, b"/", &name].concat() };
            let name = [shown, &name].concat();
            if is_directory && recursive {
                let below = self.tree_listing(delta, &path, &[&name[..], b"/"].concat(), true, names_only)?;
                out.extend_from_slice(&below);
            } else if is_directory {
                let id = if names_only { None } else { self.directory_id(delta, &path)? };
                out.extend_from_slice(&row("040000", "tree", id.unwrap_or_default(), &name, names_only));
            } else if let Some(blob) = self.blob_at(&Tree::Stored(delta.clone()), &path) {
                let id = if names_only { ObjectId::NULL } else { self.blob_id(&blob)? };
                out.extend_from_slice(&row(git_mode(blob.kind(), blob.mode()), "blob", id, &name, names_only));
            }
        }
        Ok(out)
    }
}

fn row(mode: &str, kind: &str, id: ObjectId, name: &[u8], names_only: bool) -> Vec<u8> {
    let name = quote_path(b"", name);
    if names_only {
        return [&name[..], b"\n"].concat();
    }
    [format!("{mode} {kind} {id}\t").as_bytes(), &name, b"\n"].concat()
}

/// `revision:path` cut at its colon.
fn colon(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b':', text)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}
