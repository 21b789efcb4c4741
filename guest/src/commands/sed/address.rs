//! Which lines a command applies to.

use super::execute::{Executor, Failure};
use super::script::{Address, SedCommand};

/// How far a command with two addresses is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// The first address is awaited.
    Outside,
    /// Inside, up to this line or to a match of the second address.
    Inside(Option<u64>),
}

impl Range {
    /// Where every file starts with a command.
    pub(super) fn initial(command: &SedCommand) -> Self {
        match command.first {
            Some(Address::Line(0)) => Self::Inside(None),
            _ => Self::Outside,
        }
    }
}

impl<'s> Executor<'_, '_, '_, 's> {
    /// Whether a command applies to the current line.
    pub(super) fn applies(&mut self, index: usize, command: &'s SedCommand) -> Result<bool, Failure> {
        let Some(first) = &command.first else { return Ok(!command.negated) };
        let selected = match &command.second {
            None => self.is_at(first)?,
            Some(second) => self.is_in_range(index, first, second)?,
        };
        Ok(selected != command.negated)
    }

    /// Whether the range of a command has ended, so that `c` prints its text.
    pub(super) fn is_range_done(&self, index: usize) -> bool {
        !matches!(self.ranges.get(index), Some(Range::Inside(_)))
    }

    fn is_in_range(&mut self, index: usize, first: &'s Address, second: &'s Address) -> Result<bool, Failure> {
        let line = self.line_number;
        let range = self.ranges.get(index).copied().unwrap_or(Range::Outside);
        let (selected, range) = match range {
            Range::Inside(Some(end)) if line > end => {
                let selected = self.is_at(first)?;
                (selected, Range::Outside)
            }
            Range::Inside(Some(end)) => (true, if line >= end { Range::Outside } else { range }),
            Range::Inside(None) => (true, if self.is_at(second)? { Range::Outside } else { range }),
            Range::Outside if !self.is_at(first)? => (false, range),
            Range::Outside => {
                let end = match second {
                    Address::Line(end) => Some(*end),
                    Address::After(count) => Some(line.saturating_add(*count)),
                    Address::Multiple(0) => Some(line),
                    Address::Multiple(step) => Some(line.div_ceil(*step).saturating_mul(*step)),
                    _ => None,
                };
                (true, if end.is_some_and(|end| end <= line) { Range::Outside } else { Range::Inside(end) })
            }
        };
        if let Some(place) = self.ranges.get_mut(index) {
            *place = range;
        }
        Ok(selected)
    }

    fn is_at(&mut self, address: &'s Address) -> Result<bool, Failure> {
        match address {
            Address::Line(line) => Ok(self.line_number == *line),
            Address::Step { first, step } => {
                Ok(self.line_number >= *first && (self.line_number - first).is_multiple_of(*step))
            }
            Address::Last => self.is_last_line(),
            Address::Regex(pattern) => {
                let pattern = self.last_used(pattern.as_deref())?;
                Ok(pattern.is_match(&self.pattern.text, self.context.machine.budget)?)
            }
            Address::After(_) | Address::Multiple(_) => Ok(false),
        }
    }
}
