//! What a session's repositories hold besides the files: commits made, index, branches, stash.
//!
//! The image is the first commit. Everything else is kept as differences to it, whose contents are
//! pieces of the image and of the session's blobs, so that a repository without work of its own
//! costs a few bytes.

use serde::{Deserialize, Serialize};
use sparring_tree::Content;
use sparring_tree::diff::ObjectId;

use super::delta::Delta;

/// Seconds since 1970 at which the first commit was made: when the image's files were.
pub const BASE_SECONDS: i64 = crate::world::IMAGE_TIME;
/// Seconds since 1970 at which every later commit is made, unless the environment says otherwise.
pub const SESSION_SECONDS: i64 = crate::world::NOW;
/// Author and committer of the first commit.
pub const BASE_NAME: &str = "Sparring";
/// Their address.
pub const BASE_EMAIL: &str = "sparring@localhost";
/// The first commit's message.
pub const BASE_MESSAGE: &str = "Base commit\n";
/// The branch that a new repository starts on.
pub const FIRST_BRANCH: &str = "master";

/// All repositories of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GitState {
    /// Whether the image is a plain tree, without a repository.
    pub is_plain: bool,
    /// Sorted by root. The image's own appears here once a command has changed it.
    pub(super) repositories: Vec<Repository>,
}

impl GitState {
    /// Every content that the state names, for the liveness of blobs.
    pub fn contents(&self) -> impl Iterator<Item = &Content> {
        self.repositories.iter().flat_map(|repository| {
            let commits = repository.commits.iter().map(|commit| &commit.tree);
            std::iter::once(&repository.index).chain(commits).flat_map(Delta::contents)
        })
    }
}

/// Names a commit of a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct CommitIndex(pub u32);

/// One repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Repository {
    /// Its worktree: an absolute path without the leading `/`.
    pub(super) root: Vec<u8>,
    /// Whether differences are to the image, which is its first commit; else to nothing.
    pub(super) is_base: bool,
    /// The image's commit (for a base repository) and the session's own.
    pub(super) commits: Vec<Commit>,
    /// What is checked out.
    pub(super) head: Head,
    /// Sorted by name.
    pub(super) branches: Vec<(Vec<u8>, CommitIndex)>,
    /// Sorted by name.
    pub(super) tags: Vec<(Vec<u8>, Tag)>,
    /// The index.
    pub(super) index: Delta,
    /// Paths added with `--intent-to-add`, sorted.
    pub(super) intended: Vec<Vec<u8>>,
    /// The newest first.
    pub(super) stash: Vec<Stash>,
    /// Configuration of the repository, in the order it was set.
    pub(super) config: Vec<(Vec<u8>, Vec<u8>)>,
    /// What was checked out before, for `-`.
    pub(super) previous: Option<Head>,
    /// Where `HEAD` was before the last reset.
    pub(super) original: Option<CommitIndex>,
    /// Tree names of large directories of the image, by entry, once they were asked for.
    pub(super) base_trees: Vec<(u32, ObjectId)>,
}

/// What is checked out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Head {
    /// A branch, which need not exist yet.
    Branch(Vec<u8>),
    /// A commit, with the words by which it was asked for.
    Detached(CommitIndex, Vec<u8>),
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Commit {
    /// Its name; the image's is computed when it is first needed.
    pub(super) id: Option<ObjectId>,
    /// The name of its tree, likewise.
    pub(super) tree_id: Option<ObjectId>,
    /// Its tree.
    pub(super) tree: Delta,
    /// The commits before it.
    pub(super) parents: Vec<CommitIndex>,
    /// Who wrote it.
    pub(super) author: Signature,
    /// Who committed it.
    pub(super) committer: Signature,
    /// The message with its last newline.
    pub(super) message: Vec<u8>,
}

/// A person and a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Signature {
    /// The name.
    pub(super) name: Vec<u8>,
    /// The address.
    pub(super) email: Vec<u8>,
    /// Seconds since 1970.
    pub(super) seconds: i64,
    /// Minutes east of Greenwich.
    pub(super) zone: i16,
}

/// A tag: of a commit, perhaps with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tag {
    /// The commit.
    pub(super) commit: CommitIndex,
    /// Who tagged it and with which message, for an annotated tag.
    pub(super) note: Option<(Signature, Vec<u8>)>,
}

/// A stash entry: a commit of the worktree, whose parents are the commit it was made on, the index
/// and perhaps the untracked files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stash {
    /// The commit.
    pub(super) commit: CommitIndex,
    /// What the list says of it.
    pub(super) message: Vec<u8>,
}

impl Repository {
    /// The repository whose first commit is the image with these differences.
    pub(super) fn of_image(root: &[u8], base: Delta) -> Self {
        let person = || Signature { name: BASE_NAME.into(), email: BASE_EMAIL.into(), seconds: BASE_SECONDS, zone: 0 };
        let commit = Commit {
            id: None,
            tree_id: None,
            tree: base.clone(),
            parents: Vec::new(),
            author: person(),
            committer: person(),
            message: BASE_MESSAGE.into(),
        };
        Self {
            commits: vec![commit],
            is_base: true,
            index: base,
            branches: vec![(FIRST_BRANCH.into(), CommitIndex(0))],
            ..Self::empty(root)
        }
    }

    /// A repository without commits.
    pub(super) fn empty(root: &[u8]) -> Self {
        Self {
            root: root.to_vec(),
            is_base: false,
            commits: Vec::new(),
            head: Head::Branch(FIRST_BRANCH.into()),
            branches: Vec::new(),
            tags: Vec::new(),
            index: Delta::default(),
            intended: Vec::new(),
            stash: Vec::new(),
            config: Vec::new(),
            previous: None,
            original: None,
            base_trees: Vec::new(),
        }
    }

    /// The commit that is checked out; `None` before the first one.
    pub(super) fn head_commit(&self) -> Option<CommitIndex> {
        match &self.head {
            Head::Detached(commit, _) => Some(*commit),
            Head::Branch(name) => self.branch(name),
        }
    }

    /// The commit of a branch.
    pub(super) fn branch(&self, name: &[u8]) -> Option<CommitIndex> {
        let at = self.branches.binary_search_by(|(other, _)| other.as_slice().cmp(name)).ok()?;
        Some(self.branches[at].1)
    }

    /// Points a branch at a commit.
    pub(super) fn set_branch(&mut self, name: &[u8], commit: CommitIndex) {
        match self.branches.binary_search_by(|(other, _)| other.as_slice().cmp(name)) {
            Ok(at) => self.branches[at].1 = commit,
            Err(at) => self.branches.insert(at, (name.to_vec(), commit)),
        }
    }

    /// A tag.
    pub(super) fn tag(&self, name: &[u8]) -> Option<&Tag> {
        let at = self.tags.binary_search_by(|(other, _)| other.as_slice().cmp(name)).ok()?;
        Some(&self.tags[at].1)
    }

    /// A commit that is known to exist.
    pub(super) fn commit(&self, index: CommitIndex) -> Option<&Commit> {
        self.commits.get(index.0 as usize)
    }

    /// The tree that is checked out; the empty one before the first commit.
    pub(super) fn head_tree(&self) -> super::compare::Tree {
        match self.head_commit().and_then(|commit| self.commit(commit)) {
            Some(commit) => super::compare::Tree::Stored(commit.tree.clone()),
            None => super::compare::Tree::Empty,
        }
    }

    /// Moves `HEAD`, and the branch it stands on, to a commit.
    pub(super) fn move_head(&mut self, commit: CommitIndex) {
        match self.head.clone() {
            Head::Branch(name) => self.set_branch(&name, commit),
            Head::Detached(_, words) => self.head = Head::Detached(commit, words),
        }
    }

    /// A value of the configuration; names are compared in lower case.
    pub(super) fn config(&self, name: &[u8]) -> Option<&[u8]> {
        let found = self.config.iter().rev().find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_slice())
    }
}
