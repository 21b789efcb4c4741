//! Mutations of operators, operands and integers.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{Expr, Number};
use ruff_text_size::Ranged;

use super::nodes::{Entity, Replacement};
use crate::random::Random;

/// Operators that take each other's place.
const FAMILIES: [&[&str]; 7] = [
    &["+", "-", "*", "/", "//", "%", "**"],
    &["&", "|", "^"],
    &["<<", ">>"],
    &["==", "!=", "<", "<=", ">", ">="],
    &["is", "is not"],
    &["in", "not in"],
    &["and", "or"],
];

/// An operator with its operands as they are written, parentheses included.
struct Operation<'a> {
    left: Range<usize>,
    operator: Range<usize>,
    right: Range<usize>,
    operands: (&'a Expr, &'a Expr),
    /// Whether the operator has exactly these two operands.
    binary: bool,
}

/// The operations of an expression: one for a binary operator, one for each further operand of a
/// comparison or `and`/`or`.
fn operations<'a>(entity: &Entity<'_, '_>, expression: &'a Expr) -> Vec<Operation<'a>> {
    let operands: Vec<&Expr> = match expression {
        Expr::BinOp(operation) => vec![&operation.left, &operation.right],
        Expr::BoolOp(operation) => operation.values.iter().collect(),
        Expr::Compare(comparison) => std::iter::once(&*comparison.left).chain(&*comparison.comparators).collect(),
        _ => return Vec::new(),
    };
    let whole = expression.range().to_std_range();
    let mut found = Vec::new();
    let mut start = whole.start;
    let between: Vec<Option<Range<usize>>> = operands
        .windows(2)
        .map(|pair| operator_between(entity, pair[0].end().to_usize()..pair[1].start().to_usize()))
        .collect();
    for (at, operator) in between.iter().enumerate() {
        let Some(operator) = operator else { return Vec::new() };
        let end = match between.get(at + 1) {
            Some(Some(next)) => next.start,
            Some(None) => return Vec::new(),
            None => whole.end,
        };
        let trim = |range: Range<usize>| {
            let text = &entity.text()[range.clone()];
            let lead = text.len() - text.trim_start().len();
            range.start + lead..range.start + lead + text.trim().len()
        };
        found.push(Operation {
            left: trim(start..operator.start),
            operator: operator.clone(),
            right: trim(operator.end..end),
            operands: (operands[at], operands[at + 1]),
            binary: operands.len() == 2,
        });
        start = operator.end;
    }
    found
}

/// The operator among the tokens between two operands, which may be parentheses as well.
fn operator_between(entity: &Entity<'_, '_>, gap: Range<usize>) -> Option<Range<usize>> {
    if entity.has_comment(&gap) {
        return None;
    }
    let ignored = [TokenKind::Lpar, TokenKind::Rpar, TokenKind::NonLogicalNewline];
    let mut parts = entity.tokens(&gap).filter(|(kind, _)| !ignored.contains(kind)).map(|(_, range)| range);
    let first = parts.next()?;
    Some(first.start..parts.last().unwrap_or(first).end)
}

/// One candidate for each operator of a family.
pub(super) fn change_operators(entity: &Entity<'_, '_>, random: &mut Random) -> Vec<Vec<Replacement>> {
    let mut candidates = Vec::new();
    for expression in &entity.expressions {
        let mut chosen = None;
        for Operation { operator, .. } in operations(entity, expression) {
            let written = entity.text()[operator.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
            let Some(family) = FAMILIES.iter().find(|family| family.contains(&written.as_str())) else { continue };
            let others: Vec<&str> = family.iter().copied().filter(|other| *other != written).collect();
            // The members of one `and` or `or` change together: mixing them would regroup them.
            let new = match (expression, chosen) {
                (Expr::BoolOp(_), Some(new)) => new,
                _ => others[random.below(others.len())],
            };
            let replacement = Replacement { range: operator, text: new.to_owned() };
            match (expression, chosen.replace(new)) {
                (Expr::BoolOp(_), Some(_)) => {
                    if let Some(last) = candidates.last_mut() {
                        let last: &mut Vec<Replacement> = last;
                        last.push(replacement);
                    }
                }
                _ => candidates.push(vec![replacement]),
            }
        }
    }
    candidates
}

/// One candidate for each operator with two operands that read differently.
pub(super) fn swap_operands(entity: &Entity<'_, '_>) -> Vec<Vec<Replacement>> {
    let swap = |operation: Operation<'_>| {
        let left = moved(entity, operation.operands.0, &operation.left);
        let right = moved(entity, operation.operands.1, &operation.right);
        let commented = entity.has_comment(&(operation.left.start..operation.right.end));
        (operation.binary && left != right && !commented).then(|| {
            vec![Replacement { range: operation.left, text: right }, Replacement { range: operation.right, text: left }]
        })
    };
    entity.expressions.iter().flat_map(|expression| operations(entity, expression)).filter_map(swap).collect()
}

/// An operand as it is written, with parentheses where another place could take it apart.
fn moved(entity: &Entity<'_, '_>, operand: &Expr, written: &Range<usize>) -> String {
    let text = &entity.text()[written.clone()];
    let parenthesized = written.start < operand.start().to_usize();
    let loose = matches!(
        operand,
        Expr::BinOp(_)
            | Expr::BoolOp(_)
            | Expr::Compare(_)
            | Expr::UnaryOp(_)
            | Expr::If(_)
            | Expr::Lambda(_)
            | Expr::Await(_)
            | Expr::Named(_)
    );
    if loose && !parenthesized { format!("({text})") } else { text.to_owned() }
}

/// One candidate for each operator whose left operand, or else right operand, is an operator too:
/// that operand's inner neighbour goes.
pub(super) fn break_chains(entity: &Entity<'_, '_>) -> Vec<Vec<Replacement>> {
    let inner = |operand: &Expr| match operand {
        Expr::BinOp(_) => operations(entity, operand).pop().map(|operation| (operation.left, operation.right)),
        _ => None,
    };
    let break_one = |expression: &&Expr| {
        let operation = operations(entity, expression).pop().filter(|_| matches!(expression, Expr::BinOp(_)))?;
        let (range, keep) = match (inner(operation.operands.0), inner(operation.operands.1)) {
            (Some((left, _)), _) => (operation.left, left),
            (None, Some((_, right))) => (operation.right, right),
            (None, None) => return None,
        };
        let text = entity.text()[keep].to_owned();
        (!entity.has_comment(&range)).then(|| vec![Replacement { range, text }])
    };
    entity.expressions.iter().filter_map(break_one).collect()
}

/// One candidate for each integer that fits 63 bits.
pub(super) fn change_constants(entity: &Entity<'_, '_>, random: &mut Random) -> Vec<Vec<Replacement>> {
    let mut candidates = Vec::new();
    for expression in &entity.expressions {
        if let Expr::NumberLiteral(literal) = expression
            && let Number::Int(number) = &literal.value
            && let Some(value) = number.as_i64()
        {
            let new = if random.chance(0.5) { value.checked_add(1) } else { value.checked_sub(1) };
            let text = new.unwrap_or(0).to_string();
            candidates.push(vec![Replacement { range: literal.range.to_std_range(), text }]);
        }
    }
    candidates
}
