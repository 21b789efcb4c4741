//! What names mean, across a repository's files, without running any of them.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use ruff_python_ast::Expr;
use sparring_tree::{Node, Tree};

use super::Place;
use super::read::file;
use crate::python::DefinitionKind;

/// How many imports, aliases and base classes are followed from one name: cycles end there.
const DEPTH: usize = 16;

/// What a name at the top of a module or class is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// A definition of this file, by its index.
    Definition(usize),
    /// A whole module, by its dotted name.
    Module(String),
    /// A name of another module.
    Imported(String, String),
    /// Another name of this module, `a` or `a.b`.
    Alias(String),
    /// Something else, or different things on different ways.
    Unknown,
}

/// What is known about one file.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    /// Its definitions, without their bodies.
    pub(super) places: Vec<Place>,
    pub(super) kinds: Vec<DefinitionKind>,
    pub(super) parents: Vec<Option<usize>>,
    /// The bases of each class, as dotted names; `None` for an expression.
    pub(super) bases: BTreeMap<usize, Vec<Option<String>>>,
    pub(super) top: BTreeMap<String, Binding>,
    /// Modules whose names are all imported.
    pub(super) stars: Vec<String>,
    /// Its dotted name, and the package that relative imports start from.
    pub(super) module: String,
    pub(super) package: String,
    pub(super) root: String,
}

/// A repository's names.
#[derive(Clone, Debug, Default)]
pub struct Names {
    files: BTreeMap<String, File>,
    /// Files by root folder and dotted name.
    modules: BTreeMap<(String, String), String>,
    roots: BTreeSet<String>,
}

/// What a use means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A definition of the repository.
    Here(Place),
    /// Something outside of it, or a builtin.
    Elsewhere,
    /// It cannot be said.
    Unknown,
}

/// What names lead to while they are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Found {
    Definition(String, usize),
    Module(String, String),
    Elsewhere,
    Unknown,
}

impl Names {
    /// Reads all Python files of a tree; those that do not parse bind nothing.
    pub fn of(tree: &Tree) -> Self {
        let packages: BTreeSet<&str> = tree
            .entries()
            .iter()
            .filter_map(|entry| std::str::from_utf8(&entry.path).ok())
            .filter_map(|path| path.strip_suffix("__init__.py"))
            .map(|folder| folder.trim_end_matches('/'))
            .collect();
        let files: BTreeMap<String, File> = tree
            .entries()
            .par_iter()
            .filter_map(|entry| {
                let Node::File { content, .. } = &entry.node else { return None };
                let path = std::str::from_utf8(&entry.path).ok().filter(|path| path.ends_with(".py"))?;
                let text = std::str::from_utf8(content).ok()?;
                Some((path.to_owned(), file(path, text, &packages)?))
            })
            .collect();
        let modules =
            files.iter().map(|(path, file)| ((file.root.clone(), file.module.clone()), path.clone())).collect();
        let roots = files.values().map(|file| file.root.clone()).collect();
        Self { files, modules, roots }
    }

    /// The definitions of a file, in source order.
    pub fn places(&self, path: &str) -> &[Place] {
        self.files.get(path).map_or(&[], |file| &file.places)
    }

    /// What a dotted name means at the top of a file.
    pub fn of_dotted(&self, path: &str, dotted: &str) -> Meaning {
        self.meaning(self.dotted(path, dotted, 0))
    }

    /// What a method's name means on an instance or subclass of a class, which is named by its place.
    pub fn of_method(&self, class: &Place, name: &str) -> Meaning {
        match self.member(&class.path, class.index, name, 0) {
            // An attribute that some value was given.
            Found::Elsewhere if !self.has_foreign_base(&class.path, class.index, 0) => Meaning::Unknown,
            found => self.meaning(found),
        }
    }

    /// What a method's name means above a class: `super().name`.
    pub fn of_inherited(&self, class: &Place, name: &str) -> Meaning {
        self.meaning(self.inherited(&class.path, class.index, name, 0))
    }

    /// What `from module import name` binds inside of a file.
    pub fn of_import(&self, path: &str, level: u32, module: Option<&str>, name: &str) -> Meaning {
        let Some(file) = self.files.get(path) else { return Meaning::Unknown };
        let found = match imported(&file.package, level, module).map(|module| self.module(&file.root, &module)) {
            Some(Found::Module(root, module)) => self.of_module(&root, &module, name, 0),
            Some(other) => other,
            None => Found::Unknown,
        };
        self.meaning(found)
    }

    /// Whether a place is a class.
    pub fn is_class(&self, place: &Place) -> bool {
        self.files.get(&place.path).and_then(|file| file.kinds.get(place.index)) == Some(&DefinitionKind::Class)
    }

    /// The class around a method.
    pub fn class_of(&self, place: &Place) -> Option<Place> {
        let file = self.files.get(&place.path)?;
        if file.kinds.get(place.index) != Some(&DefinitionKind::Method) {
            return None;
        }
        file.places.get((*file.parents.get(place.index)?)?).cloned()
    }

    fn meaning(&self, found: Found) -> Meaning {
        match found {
            Found::Definition(path, index) => {
                self.places(&path).get(index).map_or(Meaning::Unknown, |place| Meaning::Here(place.clone()))
            }
            Found::Elsewhere => Meaning::Elsewhere,
            // Nothing calls a module.
            Found::Module(..) | Found::Unknown => Meaning::Unknown,
        }
    }

    fn dotted(&self, path: &str, dotted: &str, depth: usize) -> Found {
        let mut parts = dotted.split('.');
        let mut found = self.top(path, parts.next().unwrap_or_default(), depth);
        for part in parts {
            found = match found {
                Found::Definition(path, index) => self.member(&path, index, part, depth + 1),
                Found::Module(root, module) => self.of_module(&root, &module, part, depth + 1),
                other => return other,
            };
        }
        found
    }

    /// A name at the top of a file.
    fn top(&self, path: &str, name: &str, depth: usize) -> Found {
        let Some(file) = self.files.get(path).filter(|_| depth < DEPTH) else { return Found::Unknown };
        match file.top.get(name) {
            Some(Binding::Definition(index)) => Found::Definition(path.to_owned(), *index),
            Some(Binding::Module(module)) => self.module(&file.root, module),
            Some(Binding::Imported(module, name)) => match self.module(&file.root, module) {
                Found::Module(root, module) => self.of_module(&root, &module, name, depth + 1),
                other => other,
            },
            Some(Binding::Alias(dotted)) if dotted != name => self.dotted(path, dotted, depth + 1),
            Some(_) => Found::Unknown,
            None => {
                let mut unknown = false;
                for star in &file.stars {
                    match self.module(&file.root, star) {
                        Found::Module(root, module) => match self.of_module(&root, &module, name, depth + 1) {
                            Found::Elsewhere => {}
                            Found::Unknown => unknown = true,
                            found => return found,
                        },
                        Found::Elsewhere => unknown = true,
                        _ => unknown = true,
                    }
                }
                if unknown { Found::Unknown } else { Found::Elsewhere }
            }
        }
    }

    /// A module by its dotted name, of the asking file's root first.
    fn module(&self, root: &str, module: &str) -> Found {
        let roots = std::iter::once(root).chain(self.roots.iter().map(String::as_str));
        for root in roots {
            let key = (root.to_owned(), module.to_owned());
            let below = format!("{module}.");
            let is_namespace = || {
                let next = self.modules.range((root.to_owned(), below.clone())..).next();
                next.is_some_and(|((other, name), _)| other == root && name.starts_with(&below))
            };
            if self.modules.contains_key(&key) || is_namespace() {
                return Found::Module(key.0, key.1);
            }
        }
        Found::Elsewhere
    }

    /// A name of a module: one of its own, or a module below it.
    fn of_module(&self, root: &str, module: &str, name: &str, depth: usize) -> Found {
        let path = self.modules.get(&(root.to_owned(), module.to_owned()));
        // `from . import tools` in a package binds its own module of that name.
        let itself = Binding::Imported(module.to_owned(), name.to_owned());
        let is_itself = |path: &&String| self.files.get(*path).and_then(|file| file.top.get(name)) == Some(&itself);
        if let Some(path) = path.filter(|path| !is_itself(path)) {
            match self.top(path, name, depth) {
                Found::Elsewhere => {}
                found => return found,
            }
        }
        self.module(root, &format!("{module}.{name}"))
    }

    /// A name of a class, its bases in order.
    fn member(&self, path: &str, index: usize, name: &str, depth: usize) -> Found {
        let Some(file) = self.files.get(path).filter(|_| depth < DEPTH) else { return Found::Unknown };
        if file.kinds.get(index) != Some(&DefinitionKind::Class) {
            return Found::Unknown;
        }
        let own =
            (0..file.places.len()).rev().find(|&at| file.parents[at] == Some(index) && file.places[at].name() == name);
        match own {
            Some(at) => Found::Definition(path.to_owned(), at),
            None => self.inherited(path, index, name, depth),
        }
    }

    /// Whether a class has a base that is not of this repository, `object` aside.
    fn has_foreign_base(&self, path: &str, index: usize, depth: usize) -> bool {
        let Some(bases) = self.files.get(path).and_then(|file| file.bases.get(&index)).filter(|_| depth < DEPTH) else {
            return true;
        };
        bases.iter().flatten().any(|base| match self.dotted(path, base, depth + 1) {
            Found::Definition(path, index) => self.has_foreign_base(&path, index, depth + 1),
            _ => base != "object",
        })
    }

    fn inherited(&self, path: &str, index: usize, name: &str, depth: usize) -> Found {
        let Some(bases) = self.files.get(path).and_then(|file| file.bases.get(&index)) else { return Found::Unknown };
        for base in bases {
            let base = base.as_ref().map_or(Found::Unknown, |base| self.dotted(path, base, depth + 1));
            match base {
                Found::Definition(path, index) => match self.member(&path, index, name, depth + 1) {
                    Found::Elsewhere => {}
                    found => return found,
                },
                // A class of elsewhere may have the name or not; its own bases are not ours.
                Found::Elsewhere => {}
                _ => return Found::Unknown,
            }
        }
        Found::Elsewhere
    }
}

/// A name with attributes as text; `None` for any other expression.
pub(super) fn dotted(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => Some(format!("{}.{}", dotted(&attribute.value)?, attribute.attr)),
        // `Generic[T]` is a base as `Generic` is.
        Expr::Subscript(subscript) => dotted(&subscript.value),
        _ => None,
    }
}

/// The module that `from ... import` names; `None` when it leads above the root.
pub(super) fn imported(package: &str, level: u32, module: Option<&str>) -> Option<String> {
    if level == 0 {
        return module.map(str::to_owned);
    }
    let mut parts: Vec<&str> = package.split('.').filter(|part| !part.is_empty()).collect();
    for _ in 1..level {
        parts.pop()?;
    }
    parts.extend(module.into_iter().flat_map(|module| module.split('.')));
    if parts.is_empty() { None } else { Some(parts.join(".")) }
}
