//! Finds the leftmost-longest match by following all its possible ways at once: time linear in the
//! subject whatever the pattern, without groups or back-references.

use super::program::{Instruction, Program, holds};
use super::text::{Decoded, decode};
use crate::budget::{Budget, Stoppable};

/// Memory that the simulation keeps between calls.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    current: Threads,
    next: Threads,
    stack: Vec<u32>,
}

/// A set of instructions in the order in which they were reached, each with where its match
/// started. Earlier starts come first.
#[derive(Debug, Default)]
struct Threads {
    list: Vec<(u32, usize)>,
    place: Vec<u32>,
}

impl Threads {
    fn clear(&mut self, instructions: usize) {
        self.list.clear();
        if self.place.len() < instructions {
            self.place.resize(instructions, 0);
        }
    }

    /// Adds the instruction unless it is there.
    fn insert(&mut self, instruction: u32, start: usize) -> bool {
        let Some(place) = self.place.get_mut(instruction as usize) else {
            return false;
        };
        if self.list.get(*place as usize).is_some_and(|&(other, _)| other == instruction) {
            return false;
        }
        *place = self.list.len() as u32;
        self.list.push((instruction, start));
        true
    }
}

/// Where a match may start.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Starts {
    /// At the given position only.
    Here,
    /// Anywhere from there on.
    From,
}

/// The leftmost-longest match in `text` that starts as `starts` says about `start`.
pub(super) fn longest(
    program: &Program,
    scratch: &mut Scratch,
    text: &[u8],
    start: usize,
    starts: Starts,
    budget: &Budget,
) -> Stoppable<Option<(usize, usize)>> {
    let Scratch { current, next, stack } = scratch;
    let size = program.instructions.len();
    current.clear(size);
    let mut best: Option<(usize, usize)> = None;
    let mut position = start;
    loop {
        if best.is_none() && (starts == Starts::From || position == start) {
            reach(program, current, stack, (0, position), text, position);
        }
        if current.list.is_empty() && (best.is_some() || starts == Starts::Here) {
            return Ok(best);
        }
        budget.match_steps(current.list.len() as u64 / 32)?;
        next.clear(size);
        let decoded = decode(text, position);
        let length = match decoded {
            Decoded::Char(_, length) => length,
            Decoded::Invalid(_) => 1,
            Decoded::End => 0,
        };
        for &(place, began) in &current.list {
            if best.is_some_and(|(leftmost, _)| began > leftmost) {
                break;
            }
            let instruction = program.at(place);
            let takes = match (instruction, decoded) {
                (Instruction::Match, _) => {
                    best = Some((began, position));
                    continue;
                }
                (_, Decoded::Char(character, _)) => instruction.takes(character),
                (Instruction::Byte(own), Decoded::Invalid(byte)) => *own == byte,
                _ => false,
            };
            if takes {
                reach(program, next, stack, (place + 1, began), text, position + length);
            }
        }
        if length == 0 {
            return Ok(best);
        }
        position += length;
        std::mem::swap(current, next);
    }
}

/// Adds the instruction and all that it leads to without taking text.
fn reach(
    program: &Program,
    threads: &mut Threads,
    stack: &mut Vec<u32>,
    (place, start): (u32, usize),
    text: &[u8],
    position: usize,
) {
    stack.push(place);
    while let Some(place) = stack.pop() {
        if !threads.insert(place, start) {
            continue;
        }
        match program.at(place) {
            Instruction::Jump(target) => stack.push(*target),
            Instruction::Split(first, second) => stack.extend([*second, *first]),
            Instruction::Save(_) | Instruction::Mark(_) | Instruction::Progress(_) => {
                stack.push(place + 1);
            }
            Instruction::Look(look) if holds(*look, text, position) => stack.push(place + 1),
            _ => {}
        }
    }
}
