//! The function or class that is mutated: its nodes in source order and the text around them.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{Visitor, walk_body, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use crate::edit::Edit;
use crate::python::Module;

/// Text in place of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replacement {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

impl Replacement {
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.range.start < other.range.end && other.range.start < self.range.end
    }

    pub(super) fn into_edit(self, path: &str) -> Edit {
        Edit { path: path.to_owned(), start: self.range.start, end: self.range.end, replacement: self.text }
    }
}

/// A statement with the number of statements in its suite.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) statement: &'a Stmt,
    pub(super) siblings: usize,
}

/// One function or class.
pub(super) struct Entity<'a, 'text> {
    pub(super) module: &'a Module<'text>,
    pub(super) definition: &'a Stmt,
    /// Every statement inside, in source order.
    pub(super) statements: Vec<Placed<'a>>,
    /// Every expression inside, outer ones first; annotations are left out.
    pub(super) expressions: Vec<&'a Expr>,
}

impl<'a, 'text> Entity<'a, 'text> {
    pub(super) fn new(module: &'a Module<'text>, definition: &'a Stmt) -> Self {
        let mut entity = Self { module, definition, statements: Vec::new(), expressions: Vec::new() };
        entity.visit_body(body_of(definition));
        entity
    }

    pub(super) fn is_class(&self) -> bool {
        matches!(self.definition, Stmt::ClassDef(_))
    }

    /// Branches, loops, handlers, `with`, comprehensions, and operators, plus one.
    pub(super) fn complexity(&self) -> usize {
        let branches = |placed: &Placed<'_>| match placed.statement {
            Stmt::If(conditional) => 1 + conditional.elif_else_clauses.len(),
            Stmt::Try(wrapper) => 1 + wrapper.handlers.len(),
            Stmt::For(_) | Stmt::While(_) | Stmt::With(_) | Stmt::Match(_) | Stmt::Assert(_) | Stmt::AugAssign(_) => 1,
            _ => 0,
        };
        let decides = |expression: &&&Expr| {
            matches!(
                expression,
                Expr::BoolOp(_)
                    | Expr::BinOp(_)
                    | Expr::Compare(_)
                    | Expr::UnaryOp(_)
                    | Expr::If(_)
                    | Expr::ListComp(_)
                    | Expr::SetComp(_)
                    | Expr::DictComp(_)
                    | Expr::Generator(_)
            )
        };
        1 + self.statements.iter().map(branches).sum::<usize>() + self.expressions.iter().filter(decides).count()
    }

    /// The suite of the definition.
    pub(super) fn body(&self) -> &'a [Stmt] {
        body_of(self.definition)
    }

    pub(super) fn text(&self) -> &'text str {
        self.module.text()
    }

    /// The lines of a stretch of text when nothing but white space and a comment behind it shares
    /// them; `None` when other code does. The last line includes its end, if it has one.
    pub(super) fn own_lines(&self, range: Range<usize>) -> Option<Range<usize>> {
        let lines = self.module.line_start(range.start)..self.module.next_line_start(range.end);
        let before = &self.text()[lines.start..range.start];
        let behind = self.text()[range.end..lines.end].trim_start();
        // A continued line belongs to the statement above.
        let continued = self.text()[..lines.start].trim_end_matches(['\n', '\r']).ends_with('\\');
        let alone = before.trim().is_empty() && (behind.is_empty() || behind.starts_with('#')) && !continued;
        (alone && (lines.end == self.text().len() || self.text()[..lines.end].ends_with('\n'))).then_some(lines)
    }

    /// The statement's lines, decorators included.
    pub(super) fn lines_of(&self, statement: &Stmt) -> Option<Range<usize>> {
        self.own_lines(statement.range().to_std_range())
    }

    /// What stands in front of a statement on its line.
    pub(super) fn indentation(&self, statement: &Stmt) -> &'text str {
        let start = statement.start().to_usize();
        &self.text()[self.module.line_start(start)..start]
    }

    pub(super) fn has_comment(&self, range: &Range<usize>) -> bool {
        self.tokens(range).any(|(kind, _)| kind == TokenKind::Comment)
    }

    /// The tokens that begin in a range.
    pub(super) fn tokens(&self, range: &Range<usize>) -> impl Iterator<Item = (TokenKind, Range<usize>)> {
        let tokens = self.module.parsed().tokens();
        let first = tokens.partition_point(|token| token.start().to_usize() < range.start);
        let end = range.end;
        tokens[first..]
            .iter()
            .take_while(move |token| token.start().to_usize() < end)
            .map(|token| (token.kind(), token.range().to_std_range()))
    }
}

fn body_of(statement: &Stmt) -> &[Stmt] {
    match statement {
        Stmt::FunctionDef(function) => &function.body,
        Stmt::ClassDef(class) => &class.body,
        _ => &[],
    }
}

impl<'a> Visitor<'a> for Entity<'a, '_> {
    fn visit_body(&mut self, body: &'a [Stmt]) {
        for statement in body {
            self.statements.push(Placed { statement, siblings: body.len() });
            self.visit_stmt(statement);
        }
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        self.expressions.push(expression);
        walk_expr(self, expression);
    }

    fn visit_annotation(&mut self, _annotation: &'a Expr) {}
}

/// Whether an expression inside a statement satisfies a predicate.
pub(super) fn any_expression(statement: &Stmt, predicate: impl Fn(&Expr) -> bool) -> bool {
    struct Search<P>(P, bool);
    impl<'a, P: Fn(&Expr) -> bool> Visitor<'a> for Search<P> {
        fn visit_expr(&mut self, expression: &'a Expr) {
            self.1 |= (self.0)(expression);
            if !self.1 {
                walk_expr(self, expression);
            }
        }
    }
    let mut search = Search(predicate, false);
    walk_body(&mut search, std::slice::from_ref(statement));
    search.1
}
