//! A pattern at work on one subject: which engine finds the match, and which the groups.

use regex_automata::Input;

use super::backtrack::{Backtracker, Goal, UNSET};
use super::pattern::{Captures, Match, Pattern};
use super::simulate::{self, Starts};
use super::text::{inside, step_length};
use super::translate::first_is_longest;
use crate::budget::{Budget, Stoppable};

/// A pattern together with a text to search.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    pub(super) pattern: &'s Pattern,
    pub(super) text: &'s [u8],
    /// The text is ASCII, or that makes no difference to the pattern.
    pub(super) ascii: bool,
}

impl Subject<'_> {
    /// Whether the text contains a match.
    ///
    /// # Errors
    /// [`crate::budget::Stop::Limit`] when the step's budget ends.
    pub fn is_match(&self, budget: &Budget) -> Stoppable<bool> {
        if let Some(search) = &self.pattern.plain {
            return Ok(search.find(self.text, 0).is_some());
        }
        if let Some(engine) = self.pattern.engine(!self.ascii) {
            let input = Input::new(self.text).earliest(true);
            let found = engine.find_end(&input).is_some();
            if engine.exact || !found {
                return Ok(found);
            }
        }
        Ok(self.find_slowly(0, budget)?.is_some())
    }

    /// The leftmost-longest match that starts at `start` or after it.
    ///
    /// # Errors
    /// [`crate::budget::Stop::Limit`] when the step's budget ends.
    pub fn find_at(&self, start: usize, budget: &Budget) -> Stoppable<Option<Match>> {
        let Self { pattern, text, .. } = *self;
        if start > text.len() {
            return Ok(None);
        }
        let start = if pattern.whole_characters { start + inside(text, start) } else { start };
        if let Some(search) = &pattern.plain {
            let found = search.find(text, start);
            return Ok(found.map(|(start, length)| Match { start, end: start + length }));
        }
        let Some(engine) = pattern.engine(!self.ascii) else {
            return self.find_slowly(start, budget);
        };
        let Some(found) = engine.find(&Input::new(text).range(start..)) else {
            return Ok(None);
        };
        if !engine.exact {
            // The looser translation matches wherever the pattern does, so nothing starts earlier.
            return self.find_slowly(found.start, budget);
        }
        if pattern.first || *pattern.first_is_longest.get_or_init(|| first_is_longest(&pattern.node)) {
            return Ok(Some(found));
        }
        pattern.simulate(text, found.start, Starts::Here, budget)
    }

    /// As [`Subject::find_at`], with the groups as the C library reports them.
    ///
    /// # Errors
    /// [`crate::budget::Stop::Limit`] when the step's budget ends.
    pub fn captures_at(&self, start: usize, budget: &Budget) -> Stoppable<Option<Captures>> {
        let pattern = self.pattern;
        let Some(found) = self.find_at(start, budget)? else {
            return Ok(None);
        };
        if pattern.groups == 0 {
            return Ok(Some(Captures { spans: vec![Some(found)] }));
        }
        let goal = if pattern.first { Goal::First } else { Goal::EndsAt(found.end) };
        let slots = self.backtracker(budget).run(found.start, goal)?;
        Ok(slots.map(|slots| {
            let spans = slots.chunks_exact(2).take(pattern.groups as usize + 1);
            Captures {
                spans: spans
                    .map(|span| match *span {
                        [start, end] if start != UNSET && end != UNSET && start <= end => Some(Match { start, end }),
                        _ => None,
                    })
                    .collect(),
            }
        }))
    }

    fn backtracker<'b>(&'b self, budget: &'b Budget) -> Backtracker<'b> {
        Backtracker { program: self.pattern.program(), text: self.text, budget, stateful: self.pattern.back_references }
    }

    /// Without the regex crate.
    fn find_slowly(&self, start: usize, budget: &Budget) -> Stoppable<Option<Match>> {
        let mut start = start;
        loop {
            let Some(found) = self.find_by_own_engine(start, budget)? else {
                return Ok(None);
            };
            if found.start < found.end || !self.only_shortened(found.start, budget)? {
                return Ok(Some(found));
            }
            match step_length(self.text, found.start) {
                0 => return Ok(None),
                length => start = found.start + length,
            }
        }
    }

    /// Whether the empty match at `start` is what is left of a longer one that is no word. grep
    /// tries shorter matches for `-w`, but not the empty one.
    fn only_shortened(&self, start: usize, budget: &Budget) -> Stoppable<bool> {
        let Some(program) = &self.pattern.unframed else {
            return Ok(false);
        };
        let mut scratch = self.pattern.scratch.borrow_mut();
        let here = Starts::Here;
        let found = simulate::longest(program, &mut scratch, self.text, start, here, budget)?;
        Ok(found.is_some_and(|(start, end)| end > start))
    }

    /// By simulation, or one start after the other where the pattern has back-references.
    fn find_by_own_engine(&self, start: usize, budget: &Budget) -> Stoppable<Option<Match>> {
        let pattern = self.pattern;
        if !pattern.back_references && !pattern.first {
            return pattern.simulate(self.text, start, Starts::From, budget);
        }
        let backtracker = self.backtracker(budget);
        let goal = if pattern.first { Goal::First } else { Goal::Longest };
        let mut position = start;
        loop {
            if let Some(slots) = backtracker.run(position, goal)? {
                let [start, end] = [0, 1].map(|slot| slots.get(slot).copied().unwrap_or(UNSET));
                return Ok(Some(Match { start, end }));
            }
            match step_length(self.text, position) {
                0 => return Ok(None),
                length => position += length,
            }
        }
    }
}
