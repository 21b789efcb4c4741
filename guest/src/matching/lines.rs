//! Finds the next line that matches in a whole buffer, without looking at every line.

use memchr::{memchr, memrchr};
use regex_automata::Input;

use super::literals::{Hits, Search};
use super::pattern::Pattern;
use crate::budget::{Budget, Stoppable};

/// A line of a buffer: `start..end`, without its terminator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The first byte of the line.
    pub start: usize,
    /// Where the line ends: its terminator, or the end of the buffer.
    pub end: usize,
}

/// Goes through the matching lines of one buffer, in order. What was learnt about the buffer on
/// the way to one line is kept for the next.
#[derive(Debug)]
pub struct MatchingLines<'p, 'b> {
    pattern: &'p Pattern,
    buffer: &'b [u8],
    position: usize,
    hits: Hits,
    /// Up to here the buffer is known to be ASCII.
    ascii_until: usize,
}

impl Pattern {
    /// The lines of `buffer` that match, as grep selects them. The pattern's
    /// [`super::Options::terminator`] ends a line; without one a newline does.
    pub fn matching_lines<'p, 'b>(&'p self, buffer: &'b [u8]) -> MatchingLines<'p, 'b> {
        MatchingLines { pattern: self, buffer, position: 0, hits: Hits::default(), ascii_until: 0 }
    }

    fn clause(&self) -> Option<&Search> {
        self.clause
            .get_or_init(|| {
                let literals = self.literals.as_ref()?;
                let clause = literals.best_clause()?;
                Some(Search::new(clause, literals.ignore_case))
            })
            .as_ref()
    }
}

impl MatchingLines<'_, '_> {
    /// The next line that matches.
    ///
    /// # Errors
    /// [`crate::budget::Stop::Limit`] when the step's budget ends.
    pub fn next_line(&mut self, budget: &Budget) -> Stoppable<Option<Line>> {
        let found = match self.pattern.clause() {
            Some(search) => self.by_literal(search, budget)?,
            None => self.by_engine(budget)?,
        };
        self.position = found.map_or(self.buffer.len(), |line| line.end + 1);
        Ok(found)
    }

    fn terminator(&self) -> u8 {
        self.pattern.options.terminator.unwrap_or(b'\n')
    }

    /// The line around `position`.
    fn line_at(&self, position: usize) -> Line {
        let (head, tail) = self.buffer.split_at(position.min(self.buffer.len()));
        Line {
            start: memrchr(self.terminator(), head).map_or(0, |end| end + 1),
            end: memchr(self.terminator(), tail).map_or(self.buffer.len(), |end| head.len() + end),
        }
    }

    fn text(&self, line: Line) -> &[u8] {
        self.buffer.get(line.start..line.end).unwrap_or_default()
    }

    /// Looks at the lines only that hold one of the literals.
    fn by_literal(&mut self, search: &Search, budget: &Budget) -> Stoppable<Option<Line>> {
        loop {
            let hit = search.find_after(self.buffer, self.position, &mut self.hits);
            let Some((hit, _)) = hit else {
                return Ok(None);
            };
            let line = self.line_at(hit);
            if self.pattern.plain.is_some() || self.pattern.is_match(self.text(line), budget)? {
                return Ok(Some(line));
            }
            self.position = line.end + 1;
        }
    }

    /// Runs the regex crate over as many lines at once as it judges exactly, and looks at the
    /// others one by one.
    fn by_engine(&mut self, budget: &Budget) -> Stoppable<Option<Line>> {
        let engine = self.pattern.engine(false).filter(|engine| engine.exact);
        while self.position < self.buffer.len() {
            if let Some(engine) = engine.filter(|_| self.terminator() == b'\n') {
                let end = self.ascii_end();
                if self.position < end {
                    // The region ends with its last line's text, so that no match starts after it.
                    let text = self.buffer.get(..end).unwrap_or_default();
                    let text = text.strip_suffix(b"\n").unwrap_or(text);
                    let input = Input::new(text).range(self.position..).earliest(true);
                    if let Some(offset) = engine.find_end(&input) {
                        return Ok(Some(self.line_at(offset)));
                    }
                    self.position = end;
                    continue;
                }
            }
            let line = self.line_at(self.position);
            if self.pattern.is_match(self.text(line), budget)? {
                return Ok(Some(line));
            }
            self.position = line.end + 1;
        }
        Ok(None)
    }

    /// Where the run of ASCII lines that starts at the current position ends: at the start of a
    /// line, or at the end of the buffer.
    fn ascii_end(&mut self) -> usize {
        if self.pattern.ascii_blind() {
            return self.buffer.len();
        }
        if self.ascii_until <= self.position {
            let rest = self.buffer.get(self.position..).unwrap_or_default();
            let other = ascii_prefix(rest);
            self.ascii_until =
                if other == rest.len() { self.buffer.len() } else { self.line_at(self.position + other).start };
        }
        self.ascii_until
    }
}

/// How many bytes of `text` come before the first that is not ASCII.
fn ascii_prefix(text: &[u8]) -> usize {
    const BLOCK: usize = 1024;
    let mut done = 0;
    for block in text.chunks(BLOCK) {
        if !block.is_ascii() {
            return done + block.iter().take_while(|byte| byte.is_ascii()).count();
        }
        done += block.len();
    }
    done
}
