//! Follows one way after the other, the preferred one first: finds groups, back-references and
//! what Perl's patterns match. Without back-references it never tries the same instruction at the
//! same place twice, so that its time is bounded by their product; with them the step's budget
//! bounds it.

use super::program::{Instruction, Program, holds};
use super::text::{Decoded, decode};
use crate::budget::{Budget, Stop, Stoppable};
use crate::limits::LimitKind;

/// A slot that is not set.
pub(super) const UNSET: usize = usize::MAX;
/// Bits of memory for the pairs that were tried; beyond it the step stops.
const MOST_PAIRS: usize = 1 << 28;

/// Which way counts as the match.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// The first one.
    First,
    /// The one that ends last.
    Longest,
    /// The first one that ends there.
    EndsAt(usize),
}

enum Job {
    Try(u32, usize),
    Restore(u32, usize),
}

/// One run over one subject.
pub(super) struct Backtracker<'r> {
    pub program: &'r Program,
    pub text: &'r [u8],
    pub budget: &'r Budget,
    /// The pattern has back-references or lookaround: pairs do not decide alone what follows.
    pub stateful: bool,
}

impl Backtracker<'_> {
    /// The slots of the match that starts at `start`, by `goal`.
    pub(super) fn run(&self, start: usize, goal: Goal) -> Stoppable<Option<Vec<usize>>> {
        let mut slots = vec![UNSET; self.program.slots];
        if let Some(first) = slots.first_mut() {
            *first = start;
        }
        self.follow(0, start, goal, slots)
    }

    fn follow(&self, entry: u32, start: usize, goal: Goal, mut slots: Vec<usize>) -> Stoppable<Option<Vec<usize>>> {
        let size = self.program.instructions.len();
        let last = if let Goal::EndsAt(end) = goal { end } else { self.text.len() };
        let mut tried = Tried::new(size, start, last, self.stateful)?;
        self.budget.match_steps(tried.bits.len() as u64)?;
        let mut best: Option<Vec<usize>> = None;
        let mut jobs = vec![Job::Try(entry, start)];
        while let Some(job) = jobs.pop() {
            let (mut place, mut position) = match job {
                Job::Try(place, position) => (place, position),
                Job::Restore(slot, value) => {
                    set(&mut slots, slot, value);
                    continue;
                }
            };
            loop {
                if position > last || !tried.insert(place, position) {
                    break;
                }
                if self.stateful {
                    self.budget.match_steps(1)?;
                }
                match self.program.at(place) {
                    Instruction::Match => {
                        let done = match goal {
                            Goal::First => true,
                            Goal::EndsAt(end) => position == end,
                            Goal::Longest => position == self.text.len(),
                        };
                        let longer = best.as_ref().is_none_or(|best| best.get(1).is_none_or(|&end| position > end));
                        if done || (goal == Goal::Longest && longer) {
                            let mut found = slots.clone();
                            set(&mut found, 1, position);
                            best = Some(found);
                        }
                        if done {
                            return Ok(best);
                        }
                        break;
                    }
                    Instruction::Jump(target) => place = *target,
                    Instruction::Split(first, second) => {
                        jobs.push(Job::Try(*second, position));
                        place = *first;
                    }
                    Instruction::Save(slot) | Instruction::Mark(slot) => {
                        let old = slots.get(*slot as usize).copied().unwrap_or(UNSET);
                        jobs.push(Job::Restore(*slot, old));
                        set(&mut slots, *slot, position);
                        place += 1;
                    }
                    Instruction::Progress(slot) => {
                        if self.stateful && slots.get(*slot as usize) == Some(&position) {
                            break;
                        }
                        place += 1;
                    }
                    Instruction::Look(look) => {
                        if !holds(*look, self.text, position) {
                            break;
                        }
                        place += 1;
                    }
                    Instruction::BackReference(group) => {
                        let Some(length) = self.again(&slots, *group, position) else { break };
                        self.budget.match_steps(length as u64)?;
                        position += length;
                        place += 1;
                    }
                    Instruction::Around { next, behind, negated } => {
                        let found = self.around(place + 1, position, *behind, &slots)?;
                        if found.is_some() == *negated {
                            break;
                        }
                        place = *next;
                    }
                    instruction => {
                        let length = match decode(self.text, position) {
                            Decoded::Char(character, length) if instruction.takes(character) => length,
                            Decoded::Invalid(byte) if matches!(instruction, Instruction::Byte(own) if *own == byte) => {
                                1
                            }
                            _ => break,
                        };
                        position += length;
                        place += 1;
                    }
                }
            }
        }
        Ok(best)
    }

    fn again(&self, slots: &[usize], group: u32, position: usize) -> Option<usize> {
        let index = 2 * group as usize;
        let (start, end) = (*slots.get(index)?, *slots.get(index + 1)?);
        let group = self.text.get(start..end)?;
        self.program.again(self.text, group, position)
    }

    /// Looks for the assertion that starts at `entry`, ahead of `position` or ending there.
    fn around(&self, entry: u32, position: usize, behind: bool, slots: &[usize]) -> Stoppable<Option<Vec<usize>>> {
        if !behind {
            return self.follow(entry, position, Goal::First, slots.to_vec());
        }
        for start in (0..=position).rev() {
            if matches!(decode(self.text, start), Decoded::Invalid(_)) && start > 0 && start < position {
                continue;
            }
            let found = self.follow(entry, start, Goal::EndsAt(position), slots.to_vec())?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}

fn set(slots: &mut [usize], slot: u32, value: usize) {
    if let Some(place) = slots.get_mut(slot as usize) {
        *place = value;
    }
}

/// The pairs of instruction and position that were tried.
struct Tried {
    bits: Vec<u64>,
    start: usize,
    width: usize,
}

impl Tried {
    fn new(instructions: usize, start: usize, last: usize, stateful: bool) -> Stoppable<Self> {
        let width = last.saturating_sub(start) + 1;
        let pairs = if stateful { 0 } else { width.saturating_mul(instructions) };
        if pairs > MOST_PAIRS {
            return Err(Stop::Limit(LimitKind::MemoryBytes));
        }
        Ok(Self { bits: vec![0; pairs.div_ceil(64)], start, width })
    }

    /// Whether the pair is new; always, where pairs are not kept.
    fn insert(&mut self, place: u32, position: usize) -> bool {
        let index = place as usize * self.width + (position - self.start);
        let Some(word) = self.bits.get_mut(index / 64) else {
            return self.bits.is_empty();
        };
        let bit = 1 << (index % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}
