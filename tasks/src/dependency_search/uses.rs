//! What one function uses: its calls, the names it raises, its decorators.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_parameters, walk_stmt};
use ruff_python_ast::{Expr, Parameters, Stmt};

use super::Place;
use super::resolve::{Meaning, Names, dotted};

/// What a function uses, sorted, and how many uses could not be resolved. What is defined inside of it does not count, nor
/// does the function itself.
pub(super) fn uses_of(names: &Names, target: &Place, statement: &Stmt) -> (Vec<Place>, usize) {
    let mut uses = Uses::new(names, target);
    let Stmt::FunctionDef(function) = statement else { return (Vec::new(), 0) };
    for decorator in &function.decorator_list {
        match &decorator.expression {
            Expr::Call(_) => uses.visit_expr(&decorator.expression),
            plain => uses.used(plain),
        }
    }
    uses.bind_parameters(&function.parameters);
    let mut locals = Locals::default();
    locals.visit_body(&function.body);
    uses.learn(locals);
    uses.visit_body(&function.body);
    let inside = format!("{}.", target.qualified_name);
    let is_inside = |place: &Place| place.path == target.path && place.qualified_name.starts_with(&inside);
    let found = uses.found.into_iter().filter(|place| place != target && !is_inside(place)).collect();
    (found, uses.unknown)
}

/// Names that a function binds.
#[derive(Default)]
struct Locals<'a> {
    /// What each is assigned, where that is one expression.
    values: BTreeMap<String, Vec<Option<&'a Expr>>>,
    imports: Vec<&'a Stmt>,
}

impl<'a> Visitor<'a> for Locals<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let mut bind = |name: &str, value| self.values.entry(name.to_owned()).or_default().push(value);
        match statement {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    match target {
                        Expr::Name(name) => bind(&name.id, Some(assign.value.as_ref())),
                        other => bound_names(other).iter().for_each(|name| bind(name, None)),
                    }
                }
            }
            Stmt::AnnAssign(assign) => bound_names(&assign.target).iter().for_each(|name| bind(name, None)),
            Stmt::AugAssign(assign) => bound_names(&assign.target).iter().for_each(|name| bind(name, None)),
            Stmt::For(each) => bound_names(&each.target).iter().for_each(|name| bind(name, None)),
            Stmt::With(with) => {
                for variable in with.items.iter().filter_map(|item| item.optional_vars.as_deref()) {
                    bound_names(variable).iter().for_each(|name| bind(name, None));
                }
            }
            Stmt::FunctionDef(function) => return bind(&function.name, None),
            Stmt::ClassDef(class) => return bind(&class.name, None),
            Stmt::Import(_) | Stmt::ImportFrom(_) => self.imports.push(statement),
            Stmt::Try(attempt) => {
                for handler in &attempt.handlers {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    if let Some(name) = &handler.name {
                        bind(name, None);
                    }
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Named(named) = expression {
            for name in bound_names(&named.target) {
                self.values.entry(name).or_default().push(None);
            }
        }
        walk_expr(self, expression);
    }
}

fn bound_names(target: &Expr) -> Vec<String> {
    match target {
        Expr::Name(name) => vec![name.id.to_string()],
        Expr::Tuple(tuple) => tuple.elts.iter().flat_map(bound_names).collect(),
        Expr::List(list) => list.elts.iter().flat_map(bound_names).collect(),
        Expr::Starred(starred) => bound_names(&starred.value),
        _ => Vec::new(),
    }
}

/// Finds the uses of one function.
struct Uses<'n> {
    names: &'n Names,
    target: &'n Place,
    class: Option<Place>,
    /// `self` or `cls`.
    receiver: Option<String>,
    /// Local names: the class of their value, or `None` when nothing is known.
    locals: BTreeMap<String, Option<Place>>,
    /// Local imports by the name they bind.
    imports: BTreeMap<String, Meaning>,
    found: BTreeSet<Place>,
    unknown: usize,
}

impl<'n> Uses<'n> {
    fn new(names: &'n Names, target: &'n Place) -> Self {
        let class = names.class_of(target);
        Self {
            names,
            target,
            class,
            receiver: None,
            locals: BTreeMap::new(),
            imports: BTreeMap::new(),
            found: BTreeSet::new(),
            unknown: 0,
        }
    }

    fn bind_parameters(&mut self, parameters: &Parameters) {
        for (at, parameter) in parameters.iter().enumerate() {
            let name = parameter.name().to_string();
            if at == 0 && self.class.is_some() && matches!(name.as_str(), "self" | "cls") {
                self.receiver = Some(name);
                continue;
            }
            let class = parameter.annotation().and_then(|annotation| self.class_named(&dotted(annotation)?));
            self.locals.insert(name, class);
        }
    }

    fn class_named(&self, name: &str) -> Option<Place> {
        match self.names.of_dotted(&self.target.path, name) {
            Meaning::Here(place) if self.names.is_class(&place) => Some(place),
            _ => None,
        }
    }

    fn learn(&mut self, locals: Locals<'_>) {
        for import in &locals.imports {
            if let Stmt::ImportFrom(import) = import {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                    let meaning =
                        self.names.of_import(&self.target.path, import.level, import.module.as_deref(), &alias.name);
                    self.imports.insert(bound, meaning);
                }
            } else if let Stmt::Import(import) = import {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name);
                    let first = bound.split('.').next().unwrap_or(bound).to_owned();
                    self.imports.insert(first, Meaning::Unknown);
                }
            }
        }
        for (name, values) in locals.values {
            // A name with two values has no class that could be told.
            let class = match values.as_slice() {
                [Some(Expr::Call(call))] => dotted(&call.func).filter(|called| {
                    let first = called.split('.').next().unwrap_or(called);
                    *called != name && !self.locals.contains_key(first)
                }),
                _ => None,
            };
            let class = class.and_then(|called| self.class_named(&called));
            self.locals.insert(name, class);
        }
    }

    /// Counts a use: what an expression that is called, raised or decorates with means.
    fn used(&mut self, expression: &Expr) {
        match self.meaning(expression) {
            Meaning::Here(place) => {
                self.found.insert(place);
            }
            Meaning::Elsewhere => {}
            Meaning::Unknown => self.unknown += 1,
        }
    }

    fn meaning(&self, expression: &Expr) -> Meaning {
        if let Expr::Attribute(attribute) = expression {
            let name = attribute.attr.as_str();
            if let Some(class) = self.class_of_value(&attribute.value) {
                return self.names.of_method(&class, name);
            }
            if let (Expr::Call(call), Some(class)) = (attribute.value.as_ref(), &self.class)
                && matches!(call.func.as_ref(), Expr::Name(name) if name.id.as_str() == "super")
            {
                return self.names.of_inherited(class, name);
            }
        }
        let Some(dotted) = dotted(expression).filter(|_| !matches!(expression, Expr::Subscript(_))) else {
            return Meaning::Unknown;
        };
        let first = dotted.split('.').next().unwrap_or(&dotted);
        if let Some(meaning) = self.imports.get(first) {
            return if first == dotted { meaning.clone() } else { Meaning::Unknown };
        }
        if self.locals.contains_key(first) || self.receiver.as_deref() == Some(first) {
            return Meaning::Unknown;
        }
        self.names.of_dotted(&self.target.path, &dotted)
    }

    /// The class of an expression's value, where it is plain to see.
    fn class_of_value(&self, expression: &Expr) -> Option<Place> {
        match expression {
            Expr::Name(name) if self.receiver.as_deref() == Some(name.id.as_str()) => self.class.clone(),
            Expr::Name(name) => self.locals.get(name.id.as_str())?.clone(),
            Expr::Call(call) => match self.meaning(&call.func) {
                Meaning::Here(place) if self.names.is_class(&place) => Some(place),
                _ => None,
            },
            _ => None,
        }
    }
}

impl<'a> Visitor<'a> for Uses<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Raise(raise) = statement
            && let Some(raised @ (Expr::Name(_) | Expr::Attribute(_))) = raise.exc.as_deref()
        {
            self.used(raised);
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            self.used(&call.func);
        }
        walk_expr(self, expression);
    }

    fn visit_parameters(&mut self, parameters: &'a Parameters) {
        // A parameter of a lambda or an inner function hides what its name meant.
        for parameter in parameters.iter() {
            self.locals.entry(parameter.name().to_string()).or_insert(None);
        }
        walk_parameters(self, parameters);
    }
}
