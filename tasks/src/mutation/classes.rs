//! Mutations of classes.

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::nodes::{Entity, Replacement, any_expression};
use crate::random::Random;

/// One candidate for each base. The only argument takes the parentheses with it.
pub(super) fn remove_base(entity: &Entity<'_, '_>) -> Vec<Vec<Replacement>> {
    let Stmt::ClassDef(class) = entity.definition else { return Vec::new() };
    let Some(arguments) = class.arguments.as_deref() else { return Vec::new() };
    if entity.has_comment(&arguments.range().to_std_range()) {
        return Vec::new();
    }
    // All arguments in the order in which they stand.
    let mut starts: Vec<_> = arguments.args.iter().map(|base| base.range().to_std_range()).collect();
    starts.extend(arguments.keywords.iter().map(|keyword| keyword.range().to_std_range()));
    starts.sort_by_key(|range| range.start);
    let removal = |base: &Expr| {
        let range = base.range().to_std_range();
        let at = starts.iter().position(|other| *other == range)?;
        let range = match (starts.get(at + 1), at) {
            (Some(next), _) => range.start..next.start,
            (None, 0) => arguments.range().to_std_range(),
            (None, _) => starts[at - 1].end..range.end,
        };
        Some(vec![Replacement { range, text: String::new() }])
    };
    arguments.args.iter().filter_map(removal).collect()
}

/// One candidate for each method but the last that would be left alone: its lines go, and simple
/// statements of the class that use `self.name` or `cls.name` become `pass`.
pub(super) fn remove_methods(entity: &Entity<'_, '_>) -> Vec<Vec<Replacement>> {
    let mut candidates = Vec::new();
    for method in methods(entity) {
        let Stmt::FunctionDef(function) = method else { continue };
        let Some(lines) = entity.lines_of(method) else { continue };
        let alone = entity.body().len() == 1;
        let text = if alone { format!("{}pass\n", entity.indentation(method)) } else { String::new() };
        let mut candidate = vec![Replacement { range: lines.clone(), text }];
        let uses = |expression: &Expr| match expression {
            Expr::Attribute(attribute) => {
                attribute.attr.as_str() == function.name.as_str()
                    && matches!(&*attribute.value, Expr::Name(name) if ["self", "cls"].contains(&name.id.as_str()))
            }
            _ => false,
        };
        for placed in &entity.statements {
            let range = placed.statement.range().to_std_range();
            let inside = lines.contains(&range.start);
            if !inside && is_simple(placed.statement) && any_expression(placed.statement, uses) {
                candidate.push(Replacement { range, text: "pass".to_owned() });
            }
        }
        candidates.push(candidate);
    }
    candidates
}

/// One candidate: all methods in another order.
pub(super) fn shuffle_methods(entity: &Entity<'_, '_>, random: &mut Random) -> Vec<Vec<Replacement>> {
    let blocks: Vec<_> = methods(entity).filter_map(|method| entity.lines_of(method)).collect();
    super::control::shuffled(entity, &blocks, random).into_iter().collect()
}

fn methods<'a>(entity: &Entity<'a, '_>) -> impl Iterator<Item = &'a Stmt> {
    entity.body().iter().filter(|statement| matches!(statement, Stmt::FunctionDef(_)))
}

/// Statements without a suite.
fn is_simple(statement: &Stmt) -> bool {
    !matches!(
        statement,
        Stmt::FunctionDef(_)
            | Stmt::ClassDef(_)
            | Stmt::If(_)
            | Stmt::For(_)
            | Stmt::While(_)
            | Stmt::With(_)
            | Stmt::Try(_)
            | Stmt::Match(_)
    )
}
