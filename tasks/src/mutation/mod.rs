//! Seeded bugs, after SWE-smith's thirteen procedural generators.
//!
//! A mutation changes the text of some nodes of one function or class and keeps every other byte of
//! the file. What comes out parses and differs from the original in more than white space. Unlike
//! the original, which prints the changed tree anew, comments and layout stay.

mod classes;
mod control;
mod generate;
mod nodes;
mod operations;
mod removal;

use serde::{Deserialize, Serialize};

use crate::edit::{self, Edit};
use crate::python::{Module, parse};
use crate::random::Random;
use nodes::{Entity, Replacement};

pub use generate::{Hint, Mutant, Options, generate, verify};

/// How often a mutation that chose nothing, or whose result does not parse, is tried again.
const TRIES: usize = 5;

/// The kinds of bugs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mutation {
    /// A class loses a base class.
    ClassRemoveBase,
    /// A class loses methods, and the statements of the class that use them become `pass`.
    ClassRemoveMethods,
    /// A class's methods change places.
    ClassShuffleMethods,
    /// The branches of an `if` with an `else` and without `elif` change places.
    ControlInvertIf,
    /// The statements of a function change places; its docstring stays.
    ControlShuffleLines,
    /// An assignment goes.
    RemoveAssignment,
    /// An `if` goes with all its branches.
    RemoveConditional,
    /// A `for` or `while` goes.
    RemoveLoop,
    /// A `with` or `try` goes; its body stays.
    RemoveWrapper,
    /// A chain of operators loses a member: `a + b + c` becomes `a + c`.
    OperationBreakChain,
    /// An integer becomes one more or less.
    OperationChangeConstant,
    /// An operator becomes another of its family.
    OperationChangeOperator,
    /// The operands of an operator change places.
    OperationSwapOperands,
}

impl Mutation {
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Self::ClassRemoveBase,
        Self::ClassRemoveMethods,
        Self::ClassShuffleMethods,
        Self::ControlInvertIf,
        Self::ControlShuffleLines,
        Self::RemoveAssignment,
        Self::RemoveConditional,
        Self::RemoveLoop,
        Self::RemoveWrapper,
        Self::OperationBreakChain,
        Self::OperationChangeConstant,
        Self::OperationChangeOperator,
        Self::OperationSwapOperands,
    ];

    /// Its name in ids and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClassRemoveBase => "class_remove_base",
            Self::ClassRemoveMethods => "class_remove_methods",
            Self::ClassShuffleMethods => "class_shuffle_methods",
            Self::ControlInvertIf => "control_invert_if",
            Self::ControlShuffleLines => "control_shuffle_lines",
            Self::RemoveAssignment => "remove_assignment",
            Self::RemoveConditional => "remove_conditional",
            Self::RemoveLoop => "remove_loop",
            Self::RemoveWrapper => "remove_wrapper",
            Self::OperationBreakChain => "operation_break_chain",
            Self::OperationChangeConstant => "operation_change_constant",
            Self::OperationChangeOperator => "operation_change_operator",
            Self::OperationSwapOperands => "operation_swap_operands",
        }
    }

    /// Whether it changes classes; the others change functions and methods.
    pub fn is_for_classes(self) -> bool {
        matches!(self, Self::ClassRemoveBase | Self::ClassRemoveMethods | Self::ClassShuffleMethods)
    }

    /// How likely each node that it fits is changed; the original's numbers.
    pub fn likelihood(self) -> f64 {
        match self {
            Self::ClassRemoveMethods => 0.15,
            Self::OperationBreakChain
            | Self::OperationChangeConstant
            | Self::OperationChangeOperator
            | Self::OperationSwapOperands => 0.4,
            _ => 0.25,
        }
    }

    /// Which complexities ([`Entity::complexity`]) it takes; the original's numbers.
    fn takes(self, complexity: usize) -> bool {
        match self {
            Self::ClassRemoveBase | Self::ClassRemoveMethods | Self::ClassShuffleMethods => complexity >= 10,
            Self::ControlInvertIf => complexity >= 5,
            Self::ControlShuffleLines => complexity <= 10,
            _ => complexity >= 3,
        }
    }

    fn candidates(self, entity: &Entity<'_, '_>, random: &mut Random) -> Vec<Vec<Replacement>> {
        match self {
            Self::ClassRemoveBase => classes::remove_base(entity),
            Self::ClassRemoveMethods => classes::remove_methods(entity),
            Self::ClassShuffleMethods => classes::shuffle_methods(entity, random),
            Self::ControlInvertIf => control::invert_if(entity),
            Self::ControlShuffleLines => control::shuffle_lines(entity, random),
            Self::RemoveAssignment => removal::assignments(entity),
            Self::RemoveConditional => removal::conditionals(entity),
            Self::RemoveLoop => removal::loops(entity),
            Self::RemoveWrapper => removal::wrappers(entity),
            Self::OperationBreakChain => operations::break_chains(entity),
            Self::OperationChangeConstant => operations::change_constants(entity, random),
            Self::OperationChangeOperator => operations::change_operators(entity, random),
            Self::OperationSwapOperands => operations::swap_operands(entity),
        }
    }
}

/// Mutates the definition of this index in a module's definitions. `None` when the mutation does
/// not fit it, or when five tries chose no node or made nothing that parses. With `gates` off,
/// definitions of any complexity are taken.
pub fn mutate(
    module: &Module<'_>,
    path: &str,
    index: usize,
    mutation: Mutation,
    random: &mut Random,
    gates: bool,
) -> Option<Vec<Edit>> {
    let entity = Entity::new(module, module.definition_statements().get(index)?);
    mutate_entity(&entity, path, mutation, random, gates)
}

fn mutate_entity(
    entity: &Entity<'_, '_>,
    path: &str,
    mutation: Mutation,
    random: &mut Random,
    gates: bool,
) -> Option<Vec<Edit>> {
    if entity.is_class() != mutation.is_for_classes() {
        return None;
    }
    if gates && !mutation.takes(entity.complexity()) {
        return None;
    }
    (0..TRIES).find_map(|_| {
        let mut chosen: Vec<Replacement> = Vec::new();
        for candidate in mutation.candidates(entity, random) {
            let fits = candidate.iter().all(|new| chosen.iter().all(|old| !new.overlaps(old)));
            if random.chance(mutation.likelihood()) && fits {
                chosen.extend(candidate);
            }
        }
        let edits: Vec<Edit> = chosen.into_iter().map(|replacement| replacement.into_edit(path)).collect();
        (!edits.is_empty() && changes_the_program(entity.module, &edits)).then_some(edits)
    })
}

/// Whether the edits leave a module that parses and differs in its tokens.
fn changes_the_program(module: &Module<'_>, edits: &[Edit]) -> bool {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.start, edit.end));
    let Ok(changed) = edit::apply(module.text().as_bytes(), &sorted) else { return false };
    let Ok(changed) = std::str::from_utf8(&changed) else { return false };
    parse(changed).is_ok_and(|changed| !changed.same_tokens(&[], module, &[]))
}

#[cfg(test)]
mod tests;
