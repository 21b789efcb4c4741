//! Mutations that take statements away.

use ruff_python_ast::Stmt;
use ruff_python_ast::token::TokenKind;
use ruff_text_size::Ranged;

use super::nodes::{Entity, Placed, Replacement};

pub(super) fn assignments(entity: &Entity<'_, '_>) -> Vec<Vec<Replacement>> {
    let assigns = |statement: &Stmt| match statement {
        Stmt::Assign(_) | Stmt::AugAssign(_) => true,
        Stmt::AnnAssign(assignment) => assignment.value.is_some(),
        _ => false,
    };
    removals(entity, assigns)
}

pub(super) fn conditionals(entity: &Entity<'_, '_>) -> Vec<Vec<Replacement>> {
    removals(entity, |statement| matches!(statement, Stmt::If(_)))
}

pub(super) fn loops(entity: &Entity<'_, '_>) -> Vec<Vec<Replacement>> {
    removals(entity, |statement| matches!(statement, Stmt::For(_) | Stmt::While(_)))
}

/// One candidate for each statement of a kind that stands on lines of its own. The only statement
/// of a suite becomes `pass`.
fn removals(entity: &Entity<'_, '_>, is_kind: impl Fn(&Stmt) -> bool) -> Vec<Vec<Replacement>> {
    let removal = |placed: &Placed<'_>| {
        let lines = entity.lines_of(placed.statement)?;
        if placed.siblings == 1 {
            let range = placed.statement.range().to_std_range();
            return Some(vec![Replacement { range, text: "pass".to_owned() }]);
        }
        Some(vec![Replacement { range: lines, text: String::new() }])
    };
    entity.statements.iter().filter(|placed| is_kind(placed.statement)).filter_map(removal).collect()
}

/// One candidate for each `with` or `try`: its body in its place, further left. Handlers, `else`
/// and `finally` go.
pub(super) fn wrappers(entity: &Entity<'_, '_>) -> Vec<Vec<Replacement>> {
    let unwrapped = |placed: &Placed<'_>| {
        let body = match placed.statement {
            Stmt::With(with) => &with.body,
            Stmt::Try(wrapper) => &wrapper.body,
            _ => return None,
        };
        let lines = entity.lines_of(placed.statement)?;
        let text = moved_left(entity, placed.statement, body)?;
        Some(vec![Replacement { range: lines, text }])
    };
    entity.statements.iter().filter_map(unwrapped).collect()
}

/// A body's lines with the indentation of its statement. Lines that begin inside a string stay as
/// they are. `None` when the body shares a line with the statement, or when tabs and blanks differ.
fn moved_left(entity: &Entity<'_, '_>, statement: &Stmt, body: &[Stmt]) -> Option<String> {
    let (first, last) = (body.first()?, body.last()?);
    let lines = entity.own_lines(first.start().to_usize()..last.end().to_usize())?;
    let (outer, inner) = (entity.indentation(statement), entity.indentation(first));
    let extra = inner.strip_prefix(outer).filter(|extra| !extra.is_empty())?;
    let is_text =
        |kind: TokenKind| matches!(kind, TokenKind::String | TokenKind::FStringMiddle | TokenKind::TStringMiddle);
    let strings: Vec<_> = entity.tokens(&lines).filter(|(kind, _)| is_text(*kind)).map(|(_, range)| range).collect();
    let mut moved = String::with_capacity(lines.len());
    let mut start = lines.start;
    for line in entity.text()[lines].split_inclusive('\n') {
        let inside = strings.iter().any(|string| string.start < start && start < string.end);
        let cut = match line.strip_prefix(inner) {
            _ if inside => line.to_owned(),
            Some(rest) => format!("{outer}{rest}"),
            // A continuation line, or a comment, further left than the body.
            None => line.strip_prefix(extra).unwrap_or(line.trim_start_matches([' ', '\t'])).to_owned(),
        };
        moved.push_str(&cut);
        start += line.len();
    }
    if !moved.ends_with('\n') {
        moved.push('\n');
    }
    Some(moved)
}
