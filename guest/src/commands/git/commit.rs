//! `git commit`.

use sparring_tree::diff;

use super::compare::Tree;
use super::delta::Delta;
use super::options::Takes;
use super::state::{Commit, CommitIndex, Head, SESSION_SECONDS, Signature};
use super::{Attempt, Git, dates, pretty};

const USAGE: &str = "commit [-a | --interactive | --patch] [-s] [-v] [-u<mode>] [--amend]";

/// Whose signature is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Who wrote the change.
    Author,
    /// Who commits it.
    Committer,
}

impl Git<'_, '_, '_> {
    /// `git commit`.
    pub(super) fn commit_command(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'q', "quiet", Takes::Nothing),
            (b'v', "verbose", Takes::Nothing),
            (b'F', "file", Takes::Value),
            (0, "author", Takes::Value),
            (0, "date", Takes::Value),
            (b'm', "message", Takes::Value),
            (b'C', "reuse-message", Takes::Value),
            (b's', "signoff", Takes::Nothing),
            (b'e', "edit", Takes::Nothing),
            (b'a', "all", Takes::Nothing),
            (b'i', "include", Takes::Nothing),
            (b'o', "only", Takes::Nothing),
            (b'n', "no-verify", Takes::Nothing),
            (0, "dry-run", Takes::Nothing),
            (0, "amend", Takes::Nothing),
            (0, "allow-empty", Takes::Nothing),
            (0, "allow-empty-message", Takes::Nothing),
            (0, "reset-author", Takes::Nothing),
            (0, "gpg-sign", Takes::Nothing),
            (b'u', "untracked-files", Takes::Perhaps),
        ];
        let parsed = self.parse(USAGE, &specs, arguments)?;
        let pathspec = self.pathspec(&parsed.operands)?;
        let amends = parsed.has("amend");
        let head = self.repository.head_commit();
        let amended = match (amends, head) {
            (true, None) => return self.fatal(&[b"You have nothing to amend."]),
            (true, Some(head)) => self.repository.commit(head).cloned(),
            (false, _) => None,
        };
        if parsed.has("all") && !pathspec.is_empty() {
            let first = pathspec.items.first().map(|item| item.text.clone()).unwrap_or_default();
            return self.fatal(&[b"paths '", &first, b" ...' with -a does not make sense"]);
        }
        let head_tree = self.repository.head_tree();
        for item in pathspec.included() {
            let in_head = matches!(&head_tree, Tree::Stored(delta) if self.is_tracked_by(delta, item));
            let is_intended = self.repository.intended.iter().any(|path| item.matches(path));
            if !in_head && !is_intended && !self.is_tracked_by(&self.repository.index, item) {
                return self.error(1, &[b"pathspec '", &item.text, b"' did not match any file(s) known to git"]);
            }
        }
        let index_before = self.repository.index.clone();
        if parsed.has("all") || !pathspec.is_empty() {
            let index = self.index_tree();
            for (path, (_, new)) in self.changed_entries(&index, &Tree::Worktree, &mut |path| pathspec.matches(path))? {
                self.stage(&path, new);
            }
        }
        // Paths on the command line are committed alone, beside what else is staged.
        let staged = self.repository.index.clone();
        let tree = if pathspec.is_empty() || parsed.has("include") {
            staged.clone()
        } else {
            let mut only = match self.repository.head_tree() {
                Tree::Stored(delta) => delta,
                _ => Delta::default(),
            };
            for path in self.candidates(&Tree::Stored(only.clone()), &Tree::Stored(staged.clone())) {
                if pathspec.matches(&path) {
                    match staged.get(&path) {
                        Some(blob) => only.set(&path, blob.clone()),
                        None => only.clear(&path),
                    }
                }
            }
            only
        };
        let parent_tree = match &amended {
            Some(commit) => commit
                .parents
                .first()
                .map_or(Tree::Empty, |parent| self.named_tree(super::revision::Named::Commit(*parent))),
            None => self.repository.head_tree(),
        };
        let changes = self.differences(&parent_tree, &Tree::Stored(tree.clone()), &mut |_| true)?;
        if changes.is_empty() && !amends && !parsed.has("allow-empty") || parsed.has("dry-run") {
            // The status of what would be committed: of the paths alone, where some were given.
            let staged = std::mem::replace(&mut self.repository.index, tree);
            let text = self.plain_long_status()?;
            self.out(&text)?;
            self.repository.index = staged;
            if parsed.has("dry-run") || changes.is_empty() {
                self.repository.index = index_before;
            }
            return Ok(u8::from(changes.is_empty()));
        }
        let empties = changes.is_empty() && amended.as_ref().is_some_and(|commit| !commit.parents.is_empty());
        if empties && !parsed.has("allow-empty") {
            self.note("You asked to amend the most recent commit, but doing so would make")?;
            self.note("it empty. You can repeat your command with --allow-empty, or you can")?;
            self.note("remove the commit entirely with \"git reset HEAD^\".")?;
            let text = self.amend_status(&parent_tree)?;
            self.out(&text)?;
            self.repository.index = index_before;
            return Ok(1);
        }
        let author = match self.commit_author(&parsed, amended.as_ref()) {
            Ok(author) => author,
            Err(failure) => {
                self.repository.index = index_before;
                return Err(failure);
            }
        };
        let committer = self.signature(Role::Committer)?;
        let message = match self.commit_message(&parsed, amended.as_ref(), &committer) {
            Ok(message) => message,
            Err(failure) => {
                self.repository.index = index_before;
                return Err(failure);
            }
        };
        if message.is_empty() && !parsed.has("allow-empty-message") {
            self.repository.index = index_before;
            self.note("Aborting commit due to empty commit message.")?;
            return Ok(1);
        }
        let parents = match &amended {
            Some(commit) => commit.parents.clone(),
            None => head.into_iter().collect(),
        };
        let is_root = head.is_none();
        let shows_author = author.name != committer.name || author.email != committer.email;
        let commit = Commit { id: None, tree_id: None, tree, parents, author: author.clone(), committer, message };
        let index = self.store_commit(commit)?;
        self.name_detached()?;
        self.repository.move_head(index);
        if parsed.has("quiet") {
            return Ok(0);
        }
        let branch = match &self.repository.head {
            Head::Branch(name) => name.clone(),
            Head::Detached(..) => b"detached HEAD".to_vec(),
        };
        let id = self.short_id(index)?;
        let message = self.repository.commit(index).map(|commit| commit.message.clone()).unwrap_or_default();
        let root: &[u8] = if is_root { b" (root-commit)" } else { b"" };
        let mut out = [b"[", &branch[..], root, b" ", id.as_bytes(), b"] ", &pretty::subject(&message), b"\n"].concat();
        if shows_author {
            out.extend_from_slice(&[b" Author: ", &author.name[..], b" <", &author.email, b">\n"].concat());
        }
        if amends || parsed.value("date").is_some() {
            out.extend_from_slice(format!(" Date: {}\n", dates::show(&author, dates::DateStyle::Normal)).as_bytes());
        }
        let changes = diff::pair_renames(changes);
        let stats: Vec<_> =
            changes.iter().map(|change| diff::file_stat(change, &diff::PatchOptions::default())).collect();
        diff::write_shortstat(&mut out, &stats);
        changes.iter().for_each(|change| diff::write_summary(&mut out, change));
        self.out(&out)?;
        Ok(0)
    }

    /// Adds a commit, with its name.
    pub(super) fn store_commit(&mut self, commit: Commit) -> Attempt<CommitIndex> {
        let mut commit = commit;
        let tree = self.tree_id(&commit.tree)?;
        commit.tree_id = Some(tree);
        commit.id = Some(self.hash_commit(&commit)?);
        self.repository.commits.push(commit);
        Ok(CommitIndex(self.repository.commits.len() as u32 - 1))
    }

    fn commit_author(&mut self, parsed: &super::options::Parsed<'_>, amended: Option<&Commit>) -> Attempt<Signature> {
        let mut author = match amended {
            Some(commit) if !parsed.has("reset-author") => commit.author.clone(),
            _ => self.signature(Role::Author)?,
        };
        if let Some(text) = parsed.value("author") {
            let found = memchr::memmem::find(text, b" <").zip(text.strip_suffix(b">"));
            let Some((at, text)) = found else {
                return self.fatal(&[b"--author '", text, b"' is not 'Name <email>' and matches no existing author"]);
            };
            author.name = text.get(..at).unwrap_or_default().to_vec();
            author.email = text.get(at + 2..).unwrap_or_default().to_vec();
        }
        if let Some(text) = parsed.value("date") {
            let Some((seconds, zone)) = dates::parse(text) else {
                return self.fatal(&[b"invalid date format: ", text]);
            };
            (author.seconds, author.zone) = (seconds, zone);
        }
        Ok(author)
    }

    fn commit_message(
        &mut self,
        parsed: &super::options::Parsed<'_>,
        amended: Option<&Commit>,
        committer: &Signature,
    ) -> Attempt<Vec<u8>> {
        let given = parsed.values("message");
        let mut message = if !given.is_empty() {
            given.iter().map(|text| [*text, b"\n"].concat()).collect::<Vec<_>>().join(&b'\n')
        } else if let Some(file) = parsed.value("file") {
            if file == b"-" {
                self.context.input()?
            } else {
                match self.context.machine.workspace.read_at(&self.directory, file)? {
                    Ok(bytes) => bytes.to_vec(),
                    Err(error) => {
                        return self.fatal(&[b"could not read log file '", file, b"': ", error.message().as_bytes()]);
                    }
                }
            }
        } else if let Some(source) = parsed.value("reuse-message") {
            match self.resolve_commit(source)?.and_then(|commit| self.repository.commit(commit)) {
                Some(commit) => commit.message.clone(),
                None => return self.fatal(&[b"could not lookup commit ", source]),
            }
        } else {
            let editor =
                self.context.environment.get(b"GIT_EDITOR").or_else(|| self.context.environment.get(b"EDITOR"));
            let keeps = parsed.has("no-edit") || matches!(editor, Some(b"true" | b":"));
            match amended {
                Some(commit) if keeps => commit.message.clone(),
                _ => {
                    self.note("error: Terminal is dumb, but EDITOR unset")?;
                    self.note("Please supply the message using either -m or -F option.")?;
                    return Err(super::Failure::Exit(1));
                }
            }
        };
        message = clean_message(&message);
        if parsed.has("signoff") {
            let line = [b"Signed-off-by: ", &committer.name[..], b" <", &committer.email, b">\n"].concat();
            if !message.ends_with(&line) {
                message.push(b'\n');
                message.extend_from_slice(&line);
            }
        }
        Ok(message)
    }

    /// Who writes or commits now: environment, then configuration.
    pub(super) fn signature(&mut self, role: Role) -> Attempt<Signature> {
        let (name, email, date): (&[u8], &[u8], &[u8]) = match role {
            Role::Author => (b"GIT_AUTHOR_NAME", b"GIT_AUTHOR_EMAIL", b"GIT_AUTHOR_DATE"),
            Role::Committer => (b"GIT_COMMITTER_NAME", b"GIT_COMMITTER_EMAIL", b"GIT_COMMITTER_DATE"),
        };
        let environment = self.context.environment;
        let found_name = environment.get(name).or_else(|| self.setting(b"user.name")).unwrap_or(b"root").to_vec();
        let found_email = environment.get(email).or_else(|| self.setting(b"user.email")).or(environment.get(b"EMAIL"));
        let (seconds, zone) = match environment.get(date) {
            Some(text) => match dates::parse(text) {
                Some(date) => date,
                None => return self.fatal(&[b"invalid date format: ", text]),
            },
            None => (SESSION_SECONDS, 0),
        };
        let Some(found_email) = found_email.map(<[u8]>::to_vec) else {
            let who = if role == Role::Author { "Author" } else { "Committer" };
            let host = crate::world::HOSTNAME.as_bytes();
            self.note(&format!("{who} identity unknown\n\n*** Please tell me who you are.\n\nRun\n"))?;
            self.note("  git config --global user.email \"you@example.com\"")?;
            self.note("  git config --global user.name \"Your Name\"\n")?;
            self.note("to set your account's default identity.")?;
            self.note("Omit --global to set the identity only in this repository.\n")?;
            return self.fatal(&[b"unable to auto-detect email address (got 'root@", host, b".(none)')"]);
        };
        Ok(Signature { name: found_name, email: found_email, seconds, zone })
    }
}

/// A message without blanks at line ends, without blank lines in a row or at its ends.
fn clean_message(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut blank = false;
    for line in message.split(|&byte| byte == b'\n') {
        let line = line.trim_ascii_end();
        if line.is_empty() {
            blank = !out.is_empty();
            continue;
        }
        if std::mem::take(&mut blank) {
            out.push(b'\n');
        }
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}
