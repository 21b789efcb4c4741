//! Scopes and what is bound in them, as pyflakes keeps them.

use std::collections::BTreeMap;

/// What opened a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScopeKind {
    Module,
    Class,
    Function,
    /// A comprehension or a list of type parameters: names of a class around it are in reach.
    Transparent,
}

/// One scope.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) kind: ScopeKind,
    /// The names, and whether each has a value (`x: int` alone gives none).
    names: BTreeMap<String, bool>,
    /// Whether it imported everything from somewhere.
    pub(super) has_star: bool,
}

/// All scopes of a module, and which are open now.
#[derive(Debug)]
pub(super) struct Scopes {
    all: Vec<Scope>,
    pub(super) open: Vec<usize>,
}

/// What a look-up found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Yes,
    /// It may come from an `import *`.
    Maybe,
    No,
}

impl Scopes {
    pub(super) fn new() -> Self {
        let mut scopes = Self { all: Vec::new(), open: Vec::new() };
        scopes.push(ScopeKind::Module);
        scopes
    }

    pub(super) fn push(&mut self, kind: ScopeKind) {
        self.open.push(self.all.len());
        self.all.push(Scope { kind, names: BTreeMap::new(), has_star: false });
    }

    pub(super) fn pop(&mut self) {
        self.open.pop();
    }

    fn iter_open(&self) -> impl DoubleEndedIterator<Item = &Scope> {
        self.open.iter().filter_map(|index| self.all.get(*index))
    }

    /// The innermost scope.
    pub(super) fn current(&mut self) -> Option<&mut Scope> {
        let index = *self.open.last()?;
        self.all.get_mut(index)
    }

    pub(super) fn current_kind(&self) -> ScopeKind {
        self.iter_open().next_back().map_or(ScopeKind::Module, |scope| scope.kind)
    }

    /// The module's scope.
    pub(super) fn module(&self) -> Option<&Scope> {
        self.all.first()
    }

    /// Binds a name in the innermost scope.
    pub(super) fn bind(&mut self, name: &str, has_value: bool) {
        if let Some(scope) = self.current() {
            scope.bind(name, has_value);
        }
    }

    /// Binds a name where `:=` does: in the innermost scope that is no comprehension.
    pub(super) fn bind_outside_comprehensions(&mut self, name: &str) {
        let target = self
            .open
            .iter()
            .rev()
            .find(|index| self.all.get(**index).is_some_and(|scope| scope.kind != ScopeKind::Transparent));
        if let Some(scope) = target.copied().and_then(|index| self.all.get_mut(index)) {
            scope.bind(name, true);
        }
    }

    /// Binds a name of a `global` statement in the module and in all open scopes.
    pub(super) fn bind_global(&mut self, name: &str) {
        if let Some(module) = self.all.first_mut()
            && !module.has(name)
        {
            module.bind(name, true);
        }
        for index in self.open.iter().skip(1) {
            if let Some(scope) = self.all.get_mut(*index) {
                scope.bind(name, true);
            }
        }
    }

    /// Looks a name up from the innermost scope outwards.
    pub(super) fn look_up(&self, name: &str, is_postponed: bool) -> Found {
        let mut sees_class = true;
        let mut has_star = false;
        for scope in self.iter_open().rev() {
            if scope.kind == ScopeKind::Class {
                if name == "__class__" {
                    return Found::Yes;
                }
                if !sees_class {
                    continue;
                }
            }
            match scope.names.get(name) {
                Some(has_value) if *has_value || is_postponed => return Found::Yes,
                // The name alone is known: pyflakes goes on without a look at this scope's star.
                Some(_) => continue,
                None => {}
            }
            has_star |= scope.has_star;
            sees_class &= scope.kind == ScopeKind::Transparent;
        }
        if has_star { Found::Maybe } else { Found::No }
    }
}

impl Scope {
    fn bind(&mut self, name: &str, has_value: bool) {
        let known = self.names.entry(name.to_owned()).or_insert(has_value);
        *known = has_value || *known;
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Takes a binding away; whether there was one.
    pub(super) fn unbind(&mut self, name: &str) -> bool {
        self.names.remove(name).is_some()
    }
}
