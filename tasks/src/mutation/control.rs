//! Mutations of the order in which things happen.

use std::ops::Range;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::nodes::{Entity, Replacement};
use crate::random::Random;

/// One candidate for each `if` with an `else` and without `elif` whose branches both stand on lines
/// of their own, or both behind their colons.
pub(super) fn invert_if(entity: &Entity<'_, '_>) -> Vec<Vec<Replacement>> {
    let mut candidates = Vec::new();
    for placed in &entity.statements {
        let Stmt::If(conditional) = placed.statement else { continue };
        let [clause] = conditional.elif_else_clauses.as_slice() else { continue };
        if clause.test.is_some() {
            continue;
        }
        let suites = (suite(entity, &conditional.body), suite(entity, &clause.body));
        if let (Some((first, first_own)), Some((second, second_own))) = suites
            && first_own == second_own
        {
            let text = |range: &Range<usize>| with_line_end(entity.text(), range, first_own);
            let (first_text, second_text) = (text(&second), text(&first));
            candidates.push(vec![
                Replacement { range: first, text: first_text },
                Replacement { range: second, text: second_text },
            ]);
        }
    }
    candidates
}

/// A suite's text, and whether it stands on lines of its own.
fn suite(entity: &Entity<'_, '_>, body: &[Stmt]) -> Option<(Range<usize>, bool)> {
    let range = body.first()?.start().to_usize()..body.last()?.end().to_usize();
    Some(match entity.own_lines(range.clone()) {
        Some(lines) => (lines, true),
        None => (range, false),
    })
}

fn with_line_end(text: &str, range: &Range<usize>, own_lines: bool) -> String {
    let mut text = text[range.clone()].to_owned();
    if own_lines && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// One candidate: the statements of a function's body, docstring aside, in another order.
pub(super) fn shuffle_lines(entity: &Entity<'_, '_>, random: &mut Random) -> Vec<Vec<Replacement>> {
    let is_docstring = |statement: &Stmt| match statement {
        Stmt::Expr(expression) => matches!(&*expression.value, Expr::StringLiteral(_)),
        _ => false,
    };
    let body = entity.body();
    let body = if body.first().is_some_and(is_docstring) { &body[1..] } else { body };
    let blocks: Option<Vec<_>> = body.iter().map(|statement| entity.lines_of(statement)).collect();
    blocks.and_then(|blocks| shuffled(entity, &blocks, random)).into_iter().collect()
}

/// The texts of some blocks of lines in another order; what stands between them stays. `None` when
/// there is no other order that reads differently.
pub(super) fn shuffled(
    entity: &Entity<'_, '_>,
    blocks: &[Range<usize>],
    random: &mut Random,
) -> Option<Vec<Replacement>> {
    let texts: Vec<String> = blocks.iter().map(|range| with_line_end(entity.text(), range, true)).collect();
    if texts.iter().all(|text| Some(text) == texts.first()) {
        return None;
    }
    let mut order: Vec<usize> = (0..texts.len()).collect();
    while order.iter().enumerate().all(|(at, &from)| texts[at] == texts[from]) {
        random.shuffle(&mut order);
    }
    let moved = |(range, from): (&Range<usize>, usize)| Replacement { range: range.clone(), text: texts[from].clone() };
    Some(blocks.iter().zip(order).map(moved).collect())
}
