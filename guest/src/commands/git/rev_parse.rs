//! `git rev-parse`.

use super::compare::Tree;
use super::revision::{Named, range};
use super::state::Head;
use super::{Attempt, Git};
use crate::workspace::VirtualPath;

impl Git<'_, '_, '_> {
    /// `git rev-parse`.
    pub(super) fn rev_parse(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let (mut short, mut abbreviate, mut verify, mut quiet, mut symbolic) = (None, false, false, false, false);
        let root = VirtualPath::from_tree_path(&self.repository.root).display();
        let mut only_paths = false;
        for argument in arguments {
            match *argument {
                b"--short" => short = Some(7),
                b"--abbrev-ref" => abbreviate = true,
                b"--symbolic-full-name" => symbolic = true,
                b"--verify" => verify = true,
                b"-q" | b"--quiet" => quiet = true,
                b"--show-toplevel" => self.line(&[&root])?,
                b"--git-dir" | b"--git-common-dir" => {
                    let text = if self.prefix.is_empty() { b".git".to_vec() } else { [&root[..], b"/.git"].concat() };
                    self.line(&[&text])?;
                }
                b"--absolute-git-dir" => self.line(&[&root, b"/.git"])?,
                b"--is-inside-work-tree" => self.line(&[b"true"])?,
                b"--is-inside-git-dir" | b"--is-bare-repository" | b"--is-shallow-repository" => {
                    self.line(&[b"false"])?
                }
                b"--show-prefix" => {
                    let prefix = self.prefix.clone();
                    self.line(&[&prefix, if prefix.is_empty() { b"" } else { b"/" }])?;
                }
                b"--show-cdup" => {
                    let depth = self.prefix.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).count();
                    self.line(&[b"../".repeat(depth).as_slice()])?;
                }
                b"--all" | b"--branches" => {
                    for (_, commit) in self.repository.branches.clone() {
                        let id = self.commit_id(commit)?.to_string();
                        self.line(&[id.as_bytes()])?;
                    }
                }
                b"--" => only_paths = true,
                _ if only_paths => self.line(&[argument])?,
                _ if argument.starts_with(b"--short=") => {
                    let digits =
                        argument.get(8..).and_then(|text| std::str::from_utf8(text).ok()?.parse::<usize>().ok());
                    short = Some(digits.unwrap_or(7).clamp(4, 40));
                }
                _ if argument.starts_with(b"-") => self.line(&[argument])?,
                _ => self.parse_revision(argument, short, abbreviate || symbolic, symbolic, verify, quiet)?,
            }
        }
        Ok(0)
    }

    fn parse_revision(
        &mut self,
        text: &[u8],
        short: Option<usize>,
        by_name: bool,
        full: bool,
        verify: bool,
        quiet: bool,
    ) -> Attempt<()> {
        if let Some((from, to, _)) = range(text).filter(|_| !verify)
            && let (Some(Named::Commit(from)), Some(Named::Commit(to))) = (self.resolve(from)?, self.resolve(to)?)
        {
            let (from, to) = (self.commit_id(from)?.to_string(), self.commit_id(to)?.to_string());
            self.line(&[to.as_bytes()])?;
            return self.line(&[b"^", from.as_bytes()]);
        }
        if by_name {
            let prefix: &[u8] = if full { b"refs/heads/" } else { b"" };
            match (text, self.repository.head.clone()) {
                (b"HEAD" | b"@", Head::Branch(name)) if self.repository.head_commit().is_some() => {
                    return self.line(&[prefix, &name]);
                }
                (b"HEAD" | b"@", Head::Detached(..)) => return self.line(&[b"HEAD"]),
                _ if self.repository.branch(text).is_some() => return self.line(&[prefix, text]),
                _ => {}
            }
        }
        let id = match self.name_of(text)? {
            Some(id) => id,
            None if verify && quiet => return Err(super::Failure::Exit(1)),
            None if verify => return self.fatal(&[b"Needed a single revision"]),
            None => {
                self.line(&[text])?;
                self.check_object(text)?;
                return self.ambiguous(text);
            }
        };
        let id = id.short(short.unwrap_or(40));
        self.line(&[id.as_bytes()])
    }

    /// The object that a revision, a tree of one or a path in one names.
    fn name_of(&mut self, text: &[u8]) -> Attempt<Option<sparring_tree::diff::ObjectId>> {
        if let Some(at) = memchr::memchr(b':', text) {
            let (revision, path) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
            let tree = if revision.is_empty() {
                self.index_tree()
            } else {
                match self.resolve(revision)? {
                    Some(named) => self.named_tree(named),
                    None => return Ok(None),
                }
            };
            let path = self.path_in_revision(path)?;
            if let Some(blob) = self.blob_at(&tree, &path) {
                return Ok(Some(self.blob_id(&blob)?));
            }
            let Tree::Stored(delta) = tree else { return Ok(None) };
            return self.directory_id(&delta, &path);
        }
        match self.resolve(text)? {
            Some(Named::Commit(commit)) if text.ends_with(b"^{tree}") => Ok(Some(self.commit_tree_id(commit)?)),
            Some(Named::Commit(commit)) => Ok(Some(self.commit_id(commit)?)),
            Some(Named::EmptyTree) => Ok(Some(sparring_tree::diff::ObjectId::of("tree", b""))),
            None => Ok(None),
        }
    }
}
