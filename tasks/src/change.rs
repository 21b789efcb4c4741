//! What differs between two trees: what a verifier looks at.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use sparring_tree::path::walk_order;
use sparring_tree::{Node, Tree, TreeBuilder, TreeError, TreeLimits};

use crate::edit::{self, Edit, EditError};

/// A path that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path below the repository's root.
    pub path: Vec<u8>,
    /// What stood there when the session began: the task's base tree, edits included.
    pub before: Option<Node>,
    /// What stands there at its end.
    pub after: Option<Node>,
}

/// All changes from one tree to another, in walk order. A directory that comes or goes is a change
/// of its own only when it is empty, as git sees no other.
pub fn between(before: &Tree, after: &Tree) -> Vec<Change> {
    let (mut old, mut new) = (before.entries().iter().peekable(), after.entries().iter().peekable());
    let mut changes = Vec::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => break,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => walk_order(&a.path, &b.path),
        };
        let a = if order.is_le() { old.next() } else { None };
        let b = if order.is_ge() { new.next() } else { None };
        let Some(path) = a.or(b).map(|entry| &entry.path) else { break };
        let (before_node, after_node) = (a.map(|entry| &entry.node), b.map(|entry| &entry.node));
        let parent_only = match (before_node, after_node) {
            (Some(Node::Directory), None) => has_entries(before, path),
            (None, Some(Node::Directory)) => has_entries(after, path),
            _ => false,
        };
        if before_node != after_node && !parent_only {
            changes.push(Change { path: path.clone(), before: before_node.cloned(), after: after_node.cloned() });
        }
    }
    changes
}

/// Whether something stands below a directory; its entries follow it in walk order.
fn has_entries(tree: &Tree, directory: &[u8]) -> bool {
    let entries = tree.entries();
    let at = entries.partition_point(|entry| walk_order(&entry.path, directory).is_le());
    entries.get(at).is_some_and(|entry| sparring_tree::path::is_below(&entry.path, directory))
}

/// Why edits make no tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// An edit does not fit.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// The result is no tree.
    #[error(transparent)]
    Tree(#[from] TreeError),
}

/// The changes that edits make, without building a tree: `node` gives what stands at a path.
pub fn of_edits<'a>(edits: &[Edit], node: impl Fn(&[u8]) -> Option<&'a Node>) -> Result<Vec<Change>, EditError> {
    let mut changes = Vec::new();
    for (path, edits) in edit::by_file(edits) {
        let before = node(path.as_bytes());
        let Some(Node::File { executable, content }) = before else {
            return Err(EditError::NoFile(path.to_owned()));
        };
        let after = Node::File { executable: *executable, content: edit::apply(content, &edits)?.into() };
        changes.push(Change { path: path.as_bytes().to_vec(), before: before.cloned(), after: Some(after) });
    }
    changes.sort_by(|a, b| walk_order(&a.path, &b.path));
    Ok(changes)
}

/// The tree that edits make of a tree.
pub fn apply(tree: &Tree, edits: &[Edit]) -> Result<Tree, ApplyError> {
    let changes = of_edits(edits, |path| tree.get(path))?;
    let mut edited: BTreeMap<Vec<u8>, Node> =
        changes.into_iter().filter_map(|change| Some((change.path, change.after?))).collect();
    // The source passed its own limits, which may be wider than the default ones.
    let limits = TreeLimits { entries: usize::MAX, bytes: u64::MAX, file_bytes: u64::MAX, depth: usize::MAX };
    let mut builder = TreeBuilder::new(limits);
    for entry in tree.entries() {
        let node = edited.remove(&entry.path).unwrap_or_else(|| entry.node.clone());
        builder.insert(entry.path.clone(), node)?;
    }
    Ok(builder.finish()?)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn tree(files: &[(&str, &str)]) -> Tree {
        let mut builder = TreeBuilder::new(TreeLimits::default());
        for (path, text) in files {
            let node = match text.strip_prefix("link:") {
                Some(target) => Node::Link { target: target.as_bytes().into() },
                None if path.ends_with('/') => Node::Directory,
                None => Node::File { executable: false, content: text.as_bytes().into() },
            };
            builder.insert(path.trim_end_matches('/').as_bytes().to_vec(), node).unwrap();
        }
        builder.finish().unwrap()
    }

    fn paths(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
        let show = |change: Change| {
            let sign = match (change.before, change.after) {
                (None, _) => '+',
                (_, None) => '-',
                _ => '~',
            };
            format!("{sign}{}", String::from_utf8(change.path).unwrap())
        };
        between(&tree(before), &tree(after)).into_iter().map(show).collect()
    }

    #[test]
    fn every_difference_is_one_change() {
        let base = [("a", "1"), ("d/x", "1"), ("d-e", "1"), ("z", "1")];
        assert!(paths(&base, &base).is_empty());
        assert_eq!(
            paths(&base, &[("a", "2"), ("d/x", "1"), ("d/y", "1"), ("z", "link:1")]),
            ["~a", "+d/y", "-d-e", "~z"]
        );
        assert_eq!(paths(&base, &[("a", "1"), ("d-e", "1"), ("z", "1")]), ["-d/x"]);
        assert_eq!(paths(&base, &[("a", "1"), ("d", "1"), ("d-e", "1"), ("z", "1")]), ["~d", "-d/x"]);
        assert_eq!(paths(&[("a", "1")], &[("a", "1"), ("empty/", "")]), ["+empty"]);
        assert_eq!(paths(&[("a", "1")], &[("a", "1"), ("new/deep/x", "")]), ["+new/deep/x"]);
    }

    #[test]
    fn edits_change_only_their_file() {
        let base = tree(&[("a", "one"), ("b", "link:a")]);
        let edit = |path: &str| Edit { path: path.to_owned(), start: 0, end: 1, replacement: "O".to_owned() };
        let changed = apply(&base, &[edit("a")]).unwrap();
        assert_eq!(changed, tree(&[("a", "One"), ("b", "link:a")]));
        for missing in ["b", "c"] {
            assert_eq!(apply(&base, &[edit(missing)]), Err(EditError::NoFile(missing.to_owned()).into()));
        }
    }
}
