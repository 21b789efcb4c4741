//! F821, F822 and F831: names that nothing defines, as pyflakes 4.1 finds them.
//!
//! Statements are taken in order; what a function's body uses is looked up when the module is
//! over. Not followed, unlike there: strings as types in `cast`, `TypeVar` and the like.

use std::collections::VecDeque;

use elsa::FrozenVec;
use ruff_python_ast::visitor::{Visitor, walk_except_handler, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{
    Comprehension, ExceptHandler, Expr, ExprContext, ModExpression, ModModule, Parameters, Pattern, Stmt,
    StmtFunctionDef, StmtTry, TypeParam, TypeParams,
};
use ruff_python_parser::{Parsed, parse_expression};
use ruff_text_size::Ranged;

use super::builtins;
use super::scopes::{Found, ScopeKind, Scopes};

/// Offsets and texts of the findings.
pub(super) fn check(module: &ModModule, file_name: &str) -> Vec<(usize, String)> {
    let strings = FrozenVec::new();
    let mut checker = Checker {
        file_name,
        strings: &strings,
        scopes: Scopes::new(),
        problems: Vec::new(),
        deferred: VecDeque::new(),
        handled: vec![false],
        annotation: Annotation::None,
        is_postponing: false,
        conditions: 0,
        exports: None,
        string_offset: None,
    };
    checker.visit_body(&module.body);
    checker.run_deferred();
    checker.check_exports();
    checker.problems.into_iter().map(|(offset, problem)| (offset, problem.text())).collect()
}

enum Problem {
    Undefined(String),
    Export(String),
    Duplicate(String),
}

impl Problem {
    fn text(self) -> String {
        match self {
            Self::Undefined(name) => format!("F821 undefined name '{name}'"),
            Self::Export(name) => format!("F822 undefined name '{name}' in __all__"),
            Self::Duplicate(name) => format!("F831 duplicate argument '{name}' in function definition"),
        }
    }
}

/// Whether strings are types where the visitor is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Annotation {
    None,
    Bare,
    /// Inside a string, or after `from __future__ import annotations`.
    Postponed,
}

/// Something to look at when the module is over.
struct Deferred<'a> {
    open: Vec<usize>,
    conditions: usize,
    string_offset: Option<usize>,
    work: Work<'a>,
}

enum Work<'a> {
    Body(Option<&'a Parameters>, &'a [Stmt]),
    Lambda(Option<&'a Parameters>, &'a Expr),
    Annotation(&'a Expr),
    Text(String, usize),
}

struct Checker<'a> {
    file_name: &'a str,
    /// Types that stood in strings; kept as long as the tree.
    strings: &'a FrozenVec<Box<Parsed<ModExpression>>>,
    scopes: Scopes,
    problems: Vec<(usize, Problem)>,
    deferred: VecDeque<Deferred<'a>>,
    /// For each open `try`, whether it handles `NameError`.
    handled: Vec<bool>,
    annotation: Annotation,
    is_postponing: bool,
    /// Open `if`, `while` and conditional expressions.
    conditions: usize,
    /// The names of `__all__` and where it is assigned.
    exports: Option<(usize, Vec<String>)>,
    /// Where the string is that the visited expression stood in.
    string_offset: Option<usize>,
}

impl<'a> Checker<'a> {
    fn report(&mut self, offset: usize, problem: Problem) {
        self.problems.push((self.string_offset.unwrap_or(offset), problem));
    }

    fn defer(&mut self, work: Work<'a>) {
        let (open, conditions, string_offset) = (self.scopes.open.clone(), self.conditions, self.string_offset);
        self.deferred.push_back(Deferred { open, conditions, string_offset, work });
    }

    fn run_deferred(&mut self) {
        while let Some(Deferred { open, conditions, string_offset, work }) = self.deferred.pop_front() {
            self.scopes.open = open;
            self.handled = vec![false];
            self.annotation = Annotation::None;
            (self.conditions, self.string_offset) = (conditions, string_offset);
            match work {
                Work::Body(parameters, body) => {
                    self.scopes.push(ScopeKind::Function);
                    self.bind_parameters(parameters);
                    self.visit_body(body);
                }
                Work::Lambda(parameters, body) => {
                    self.scopes.push(ScopeKind::Function);
                    self.bind_parameters(parameters);
                    self.visit_expr(body);
                }
                Work::Annotation(annotation) => {
                    self.annotation = Annotation::Postponed;
                    self.visit_expr(annotation);
                }
                Work::Text(text, offset) => self.visit_text(&text, offset),
            }
        }
        self.scopes.open = vec![0];
        self.string_offset = None;
    }

    /// A type that stands in a string. What is none is another finding's business.
    fn visit_text(&mut self, text: &str, offset: usize) {
        if super::nesting::is_too_deep(text) {
            return;
        }
        let Ok(parsed) = parse_expression(text.trim()) else { return };
        let parsed = self.strings.push_get(Box::new(parsed));
        self.annotation = Annotation::Postponed;
        self.string_offset = Some(offset);
        self.visit_expr(&parsed.syntax().body);
    }

    fn bind_parameters(&mut self, parameters: Option<&'a Parameters>) {
        for parameter in parameters.into_iter().flat_map(Parameters::iter) {
            self.scopes.bind(parameter.name(), true);
        }
    }

    /// Duplicates, annotations and defaults: what is looked at where the function is defined.
    fn visit_signature(&mut self, offset: usize, parameters: &'a Parameters, returns: Option<&'a Expr>) {
        let plain = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
        let names: Vec<&str> = plain
            .map(|parameter| parameter.parameter.name.as_str())
            .chain([&parameters.vararg, &parameters.kwarg].into_iter().flatten().map(|extra| extra.name.as_str()))
            .collect();
        for (index, name) in names.iter().enumerate() {
            if names.get(..index).is_some_and(|before| before.contains(name)) {
                self.report(offset, Problem::Duplicate((*name).to_owned()));
            }
        }
        for parameter in parameters.iter() {
            if let Some(annotation) = parameter.annotation() {
                self.visit_annotation(annotation);
            }
        }
        if let Some(returns) = returns {
            self.visit_annotation(returns);
        }
        for default in parameters.iter().filter_map(|parameter| parameter.default()) {
            self.visit_expr(default);
        }
    }

    fn visit_function(&mut self, function: &'a StmtFunctionDef) {
        for decorator in &function.decorator_list {
            self.visit_expr(&decorator.expression);
        }
        let has_types = self.open_type_params(function.type_params.as_deref());
        // pyflakes reports at the word `def`.
        let offset = function.decorator_list.last().map_or(function.start(), |last| last.end()).to_usize();
        let offset = if function.decorator_list.is_empty() { offset } else { function.name.start().to_usize() };
        self.visit_signature(offset, &function.parameters, function.returns.as_deref());
        self.defer(Work::Body(Some(&function.parameters), &function.body));
        if has_types {
            self.scopes.pop();
        }
        self.scopes.bind(&function.name, true);
    }

    fn open_type_params(&mut self, type_params: Option<&'a TypeParams>) -> bool {
        let Some(type_params) = type_params else { return false };
        self.scopes.push(ScopeKind::Transparent);
        for param in &type_params.type_params {
            let name = match param {
                TypeParam::TypeVar(param) => &param.name,
                TypeParam::ParamSpec(param) => &param.name,
                TypeParam::TypeVarTuple(param) => &param.name,
            };
            self.scopes.bind(name, true);
        }
        self.visit_type_params(type_params);
        true
    }

    fn visit_try(&mut self, statement: &'a StmtTry) {
        let mut names = Vec::new();
        for ExceptHandler::ExceptHandler(handler) in &statement.handlers {
            match handler.type_.as_deref() {
                Some(Expr::Tuple(types)) => names.extend(types.elts.iter().filter_map(last_name)),
                Some(of_type) => names.extend(last_name(of_type)),
                None => {}
            }
        }
        self.handled.push(names.contains(&"NameError"));
        self.visit_body(&statement.body);
        self.handled.pop();
        statement.handlers.iter().for_each(|handler| self.visit_except_handler(handler));
        self.visit_body(&statement.orelse);
        self.visit_body(&statement.finalbody);
    }

    fn load(&mut self, name: &'a str, offset: usize) {
        if self.scopes.look_up(name, self.annotation == Annotation::Postponed) != Found::No
            || builtins::is_known(name, self.file_name)
            || self.handled.last().is_some_and(|handled| *handled)
            || (matches!(name, "__module__" | "__qualname__") && self.scopes.current_kind() == ScopeKind::Class)
        {
            return;
        }
        self.report(offset, Problem::Undefined(name.to_owned()));
    }

    fn delete(&mut self, name: &str, offset: usize) {
        if self.conditions > 0 {
            return;
        }
        let was_bound = self.scopes.current().is_some_and(|scope| scope.unbind(name));
        if !was_bound {
            self.report(offset, Problem::Undefined(name.to_owned()));
        }
    }

    /// Remembers what `__all__` lists.
    fn note_exports(&mut self, target: &Expr, value: Option<&Expr>, adds: bool) {
        let is_all = matches!(target, Expr::Name(name) if name.id.as_str() == "__all__");
        if !is_all || self.scopes.current_kind() != ScopeKind::Module {
            return;
        }
        let mut names = match self.exports.take() {
            Some((_, names)) if adds => names,
            _ => Vec::new(),
        };
        let mut next = value;
        while let Some(value) = next {
            next = None;
            let (left, list) = match value {
                Expr::BinOp(sum) => (Some(&*sum.left), &*sum.right),
                other => (None, other),
            };
            let elements = match list {
                Expr::List(list) => &list.elts,
                Expr::Tuple(tuple) => &tuple.elts,
                _ => break,
            };
            for element in elements {
                if let Expr::StringLiteral(text) = element {
                    names.push(text.value.to_str().to_owned());
                }
            }
            next = left.or(next);
        }
        self.exports = Some((target.start().to_usize(), names));
    }

    fn check_exports(&mut self) {
        let Some((offset, names)) = self.exports.take() else { return };
        let Some(module) = self.scopes.module() else { return };
        if module.has_star || self.file_name == "__init__.py" {
            return;
        }
        let missing: Vec<String> =
            names.into_iter().filter(|name| !module.has(name) && !builtins::is_known(name, self.file_name)).collect();
        for name in missing {
            self.report(offset, Problem::Export(name));
        }
    }
}

/// A name, or what stands after the last dot.
fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

impl<'a> Visitor<'a> for Checker<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => self.visit_function(function),
            Stmt::ClassDef(class) => {
                class.decorator_list.iter().for_each(|decorator| self.visit_expr(&decorator.expression));
                let has_types = self.open_type_params(class.type_params.as_deref());
                if let Some(arguments) = class.arguments.as_deref() {
                    self.visit_arguments(arguments);
                }
                self.scopes.push(ScopeKind::Class);
                self.visit_body(&class.body);
                self.scopes.pop();
                if has_types {
                    self.scopes.pop();
                }
                self.scopes.bind(&class.name, true);
            }
            Stmt::Assign(assign) => {
                walk_stmt(self, stmt);
                assign.targets.iter().for_each(|target| self.note_exports(target, Some(&assign.value), false));
            }
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.load(name.id.as_str(), name.start().to_usize());
                }
                self.visit_expr(&assign.value);
                self.visit_expr(&assign.target);
                self.note_exports(&assign.target, Some(&assign.value), true);
            }
            Stmt::AnnAssign(assign) => {
                self.visit_annotation(&assign.annotation);
                if let Some(value) = &assign.value {
                    self.visit_expr(value);
                }
                match (&*assign.target, &assign.value) {
                    (Expr::Name(name), None) => self.scopes.bind(name.id.as_str(), false),
                    (target, _) => self.visit_expr(target),
                }
                self.note_exports(&assign.target, assign.value.as_deref(), false);
            }
            Stmt::TypeAlias(alias) => {
                self.visit_expr(&alias.name);
                let has_types = self.open_type_params(alias.type_params.as_deref());
                self.visit_expr(&alias.value);
                if has_types {
                    self.scopes.pop();
                }
            }
            Stmt::If(_) | Stmt::While(_) => {
                self.conditions += 1;
                walk_stmt(self, stmt);
                self.conditions -= 1;
            }
            Stmt::Try(statement) => self.visit_try(statement),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.scopes.bind(bound.split('.').next().unwrap_or(bound), true);
                }
            }
            Stmt::ImportFrom(import) => {
                let is_future = import.module.as_ref().is_some_and(|module| module.as_str() == "__future__");
                for alias in &import.names {
                    if is_future {
                        self.is_postponing |= alias.name.as_str() == "annotations";
                    }
                    if alias.name.as_str() == "*" {
                        if let Some(scope) = self.scopes.current() {
                            scope.has_star = true;
                        }
                    } else {
                        self.scopes.bind(alias.asname.as_ref().unwrap_or(&alias.name), true);
                    }
                }
            }
            Stmt::Global(statement) => self.declare(statement.names.iter().map(|name| name.as_str())),
            Stmt::Nonlocal(statement) => self.declare(statement.names.iter().map(|name| name.as_str())),
            _ => walk_stmt(self, stmt),
        }
    }

    fn visit_annotation(&mut self, expr: &'a Expr) {
        if self.is_postponing && !matches!(expr, Expr::StringLiteral(_)) {
            self.defer(Work::Annotation(expr));
            return;
        }
        let outer = std::mem::replace(&mut self.annotation, Annotation::Bare);
        self.visit_expr(expr);
        self.annotation = outer;
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => {
                let offset = name.start().to_usize();
                match name.ctx {
                    ExprContext::Load => self.load(name.id.as_str(), offset),
                    ExprContext::Store => self.scopes.bind(name.id.as_str(), true),
                    ExprContext::Del => self.delete(name.id.as_str(), offset),
                    ExprContext::Invalid => {}
                }
            }
            Expr::StringLiteral(text) if self.annotation != Annotation::None => {
                self.defer(Work::Text(text.value.to_str().to_owned(), text.start().to_usize()));
            }
            Expr::Subscript(subscript) => {
                self.visit_expr(&subscript.value);
                let outer = self.annotation;
                match (last_name(&subscript.value), &*subscript.slice) {
                    (Some("Literal"), slice) => {
                        self.annotation = Annotation::None;
                        self.visit_expr(slice);
                    }
                    (Some("Annotated"), Expr::Tuple(slice)) => {
                        for (index, element) in slice.elts.iter().enumerate() {
                            self.annotation = if index == 0 { outer } else { Annotation::None };
                            self.visit_expr(element);
                        }
                    }
                    (_, slice) => self.visit_expr(slice),
                }
                self.annotation = outer;
            }
            Expr::Named(named) => {
                self.visit_expr(&named.value);
                match &*named.target {
                    Expr::Name(name) => self.scopes.bind_outside_comprehensions(name.id.as_str()),
                    target => self.visit_expr(target),
                }
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = lambda.parameters.as_deref() {
                    self.visit_signature(lambda.start().to_usize(), parameters, None);
                }
                self.defer(Work::Lambda(lambda.parameters.as_deref(), &lambda.body));
            }
            Expr::If(_) => {
                self.conditions += 1;
                walk_expr(self, expr);
                self.conditions -= 1;
            }
            Expr::ListComp(comprehension) => {
                self.visit_comprehensions(&comprehension.generators, &[&comprehension.elt])
            }
            Expr::SetComp(comprehension) => self.visit_comprehensions(&comprehension.generators, &[&comprehension.elt]),
            Expr::Generator(comprehension) => {
                self.visit_comprehensions(&comprehension.generators, &[&comprehension.elt]);
            }
            Expr::DictComp(comprehension) => {
                let parts: Vec<&'a Expr> =
                    comprehension.key.as_deref().into_iter().chain([&*comprehension.value]).collect();
                self.visit_comprehensions(&comprehension.generators, &parts);
            }
            _ => walk_expr(self, expr),
        }
    }

    fn visit_except_handler(&mut self, except_handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(handler) = except_handler;
        let Some(name) = handler.name.as_ref().map(|name| name.as_str()) else {
            return walk_except_handler(self, except_handler);
        };
        let was_bound = self.scopes.current().is_some_and(|scope| scope.unbind(name));
        self.scopes.bind(name, true);
        walk_except_handler(self, except_handler);
        if let Some(scope) = self.scopes.current() {
            scope.unbind(name);
        }
        if was_bound {
            self.scopes.bind(name, true);
        }
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let bound = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = bound {
            self.scopes.bind(name, true);
        }
        walk_pattern(self, pattern);
    }
}

impl<'a> Checker<'a> {
    /// `global` and `nonlocal`: the names are known from here on, and what was said of them before
    /// is taken back.
    fn declare(&mut self, names: impl Iterator<Item = &'a str>) {
        if self.scopes.open.len() == 1 {
            return;
        }
        for name in names {
            self.problems.retain(|(_, problem)| !matches!(problem, Problem::Undefined(other) if other == name));
            self.scopes.bind_global(name);
        }
    }

    fn visit_comprehensions(&mut self, generators: &'a [Comprehension], results: &[&'a Expr]) {
        // The first iterable belongs to the scope outside.
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.scopes.push(ScopeKind::Transparent);
        for (index, generator) in generators.iter().enumerate() {
            if index > 0 {
                self.visit_expr(&generator.iter);
            }
            self.visit_expr(&generator.target);
            generator.ifs.iter().for_each(|condition| self.visit_expr(condition));
        }
        results.iter().for_each(|result| self.visit_expr(result));
        self.scopes.pop();
    }
}
