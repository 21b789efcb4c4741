//! Layers: what a container's image has and the commit lacks.
//!
//! A repository at a commit is not what an agent finds in a container: there are products of the build, `egg-info`,
//! patches of the harness. A [`Layer`] says what they are, and [`Tree::with_layer`] puts them on top of a tree.

use std::collections::BTreeMap;

use crate::digest::{Digest, Hasher};
use crate::path;
use crate::tree::{Node, Tree, TreeBuilder, TreeError, TreeLimits};

/// One change that a layer makes. Changes are made in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayerChange {
    /// Something stands at a path, in the place of a file that stood there. A directory has to be removed first.
    Add {
        /// The path from the tree's root.
        path: Vec<u8>,
        /// What stands there.
        node: Node,
        /// Whether it is a part of the commit that agents see, as a patch of the harness is. Products of the build are
        /// not: to git they are untracked.
        committed: bool,
    },
    /// Nothing stands at a path, nor below it.
    Remove {
        /// The path from the tree's root.
        path: Vec<u8>,
    },
}

/// What to put on top of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it is called in provenance.
    pub name: String,
    /// Its changes.
    pub changes: Vec<LayerChange>,
}

/// Why a layer does not fit a tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayerError {
    /// It removes what is not there.
    #[error("layer `{layer}` removes `{}`, which is not there", path.escape_ascii())]
    Missing {
        /// The layer's name.
        layer: String,
        /// The path.
        path: Vec<u8>,
    },
    /// It changes a file of the commit behind git's back.
    #[error(
        "layer `{layer}` puts an untracked file over `{}`, which the commit has; say `committed = true`, or remove it \
         first",
        path.escape_ascii()
    )]
    Tracked {
        /// The layer's name.
        layer: String,
        /// The path.
        path: Vec<u8>,
    },
    /// The outcome is no tree.
    #[error("layer `{layer}`: {error}")]
    Tree {
        /// The layer's name.
        layer: String,
        /// Why.
        error: TreeError,
    },
}

impl Layer {
    /// The layer's identity: equal layers make equal trees of equal trees.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::new("sparring layer 1");
        hasher.bytes(self.name.as_bytes()).number(self.changes.len() as u64);
        for change in &self.changes {
            match change {
                LayerChange::Add { path, node, committed } => {
                    hasher.number(1).bytes(path).number(node.kind() as u64).number(u64::from(node.mode().0));
                    hasher.bytes(node.bytes()).number(u64::from(*committed));
                }
                LayerChange::Remove { path } => _ = hasher.number(2).bytes(path),
            }
        }
        hasher.finish()
    }
}

impl Tree {
    /// This tree with a layer on top of it.
    ///
    /// # Errors
    /// When the layer does not fit; nothing is made then.
    pub fn with_layer(&self, layer: &Layer, limits: &TreeLimits) -> Result<Tree, LayerError> {
        let name = || layer.name.clone();
        let untracked = self.untracked();
        let is_untracked = |path: &[u8]| untracked.binary_search_by(|other| path::walk_order(other, path)).is_ok();
        let entries = self.entries().iter();
        let mut found: BTreeMap<&[u8], (&Node, bool)> =
            entries.map(|entry| (&entry.path[..], (&entry.node, !is_untracked(&entry.path)))).collect();
        for change in &layer.changes {
            match change {
                LayerChange::Add { path, node, committed } => {
                    let is_directory = *node == Node::Directory;
                    if let Some((old, true)) = found.get(&path[..])
                        && **old != Node::Directory
                        && !committed
                    {
                        return Err(LayerError::Tracked { layer: name(), path: path.clone() });
                    }
                    if !(is_directory && found.contains_key(&path[..])) {
                        found.insert(path, (node, *committed || is_directory));
                    }
                }
                LayerChange::Remove { path } => {
                    let below = [path, &b"/"[..]].concat();
                    let gone: Vec<&[u8]> = found
                        .range(&path[..]..)
                        .map(|(other, _)| *other)
                        .take_while(|other| other.starts_with(path))
                        .filter(|other| other == path || other.starts_with(&below))
                        .collect();
                    if gone.is_empty() {
                        return Err(LayerError::Missing { layer: name(), path: path.clone() });
                    }
                    gone.iter().for_each(|path| _ = found.remove(path));
                }
            }
        }
        let mut builder = TreeBuilder::new(*limits);
        for (path, (node, committed)) in found {
            let (path, node) = (path.to_vec(), node.clone());
            let inserted = if committed { builder.insert(path, node) } else { builder.insert_untracked(path, node) };
            inserted.map_err(|error| LayerError::Tree { layer: name(), error })?;
        }
        builder.finish().map_err(|error| LayerError::Tree { layer: name(), error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Node {
        Node::File { executable: false, content: text.as_bytes().into() }
    }

    fn add(path: &str, node: Node, committed: bool) -> LayerChange {
        LayerChange::Add { path: path.into(), node, committed }
    }

    fn remove(path: &str) -> LayerChange {
        LayerChange::Remove { path: path.into() }
    }

    fn base() -> Tree {
        let mut builder = TreeBuilder::new(TreeLimits::default());
        for path in ["setup.py", "src/a.py", "src/deep/b.py", "src-x"] {
            builder.insert(path.into(), file(path)).unwrap();
        }
        builder.finish().unwrap()
    }

    fn with(changes: Vec<LayerChange>) -> Result<Tree, LayerError> {
        base().with_layer(&Layer { name: "build".into(), changes }, &TreeLimits::default())
    }

    #[test]
    fn products_are_untracked_and_patches_are_not() {
        let tree = with(vec![
            add("pkg.egg-info/PKG-INFO", file("Name: pkg\n"), false),
            add("setup.py", file("patched"), true),
            remove("src/deep"),
            add("cache", Node::Directory, false),
        ])
        .unwrap();
        let paths: Vec<_> = tree.entries().iter().map(|entry| entry.path.escape_ascii().to_string()).collect();
        assert_eq!(paths, ["cache", "pkg.egg-info", "pkg.egg-info/PKG-INFO", "setup.py", "src", "src/a.py", "src-x"]);
        assert_eq!(tree.get(b"setup.py"), Some(&file("patched")));
        assert_eq!(tree.untracked(), [b"pkg.egg-info/PKG-INFO".to_vec()]);
    }

    #[test]
    fn the_digest_sees_what_is_untracked() {
        let committed = with(vec![add("x", file("x"), true)]).unwrap();
        let untracked = with(vec![add("x", file("x"), false)]).unwrap();
        assert_eq!(committed.entries(), untracked.entries());
        assert_ne!(committed.digest(), untracked.digest());
        assert_eq!(with(Vec::new()).unwrap().digest(), base().digest());
    }

    #[test]
    fn a_second_layer_may_replace_what_the_first_one_added() {
        let first = with(vec![add("x", file("1"), false)]).unwrap();
        let second = Layer { name: "more".into(), changes: vec![add("x", file("2"), false)] };
        let tree = first.with_layer(&second, &TreeLimits::default()).unwrap();
        assert_eq!((tree.get(b"x"), tree.untracked().len()), (Some(&file("2")), 1));
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let text = |changes| with(changes).unwrap_err().to_string();
        assert_eq!(text(vec![remove("missing")]), "layer `build` removes `missing`, which is not there");
        assert_eq!(text(vec![remove("sr")]), "layer `build` removes `sr`, which is not there");
        assert!(text(vec![add("setup.py", file(""), false)]).contains("which the commit has; say `committed = true`"));
        assert!(text(vec![add("setup.py/x", file(""), true)]).contains("no directory"));
        assert!(text(vec![add("../x", file(""), true)]).starts_with("layer `build`: `../x`"));
    }
}
