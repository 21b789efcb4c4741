//! Which lines a command applies to.

use super::execute::{Executor, Failure};
use super::script::{Address, SedCommand};

/// How far a command with two addresses is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    /// The first address is awaited. A line number that was passed unseen counts as reached.
    Outside,
    /// Inside, up to this line.
    UpToLine(u64),
    /// Inside, up to a line that was counted from the first one.
    Counted(u64),
    /// Inside, up to a match of the second address.
    UpToMatch,
    /// As outside, but a line number does not come again.
    Ended,
}

impl Range {
    /// Where every file starts with a command.
    pub(super) fn initial(command: &SedCommand) -> Self {
        match command.first {
            Some(Address::Line(0)) => Self::UpToMatch,
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
        matches!(self.ranges.get(index), None | Some(Range::Outside | Range::Ended))
    }

    fn is_in_range(&mut self, index: usize, first: &'s Address, second: &'s Address) -> Result<bool, Failure> {
        let line = self.line_number;
        let range = self.ranges.get(index).copied().unwrap_or(Range::Outside);
        let until = |end: u64, inside: Range| if line >= end { Range::Ended } else { inside };
        let (selected, range) = match range {
            // Lines were skipped by `n` or `N`.
            Range::UpToLine(end) if line > end => (false, Range::Ended),
            Range::UpToLine(end) => (true, until(end, range)),
            // Past its end such a range still has the line at which that is noticed.
            Range::Counted(end) => (true, until(end, range)),
            Range::UpToMatch => (true, if self.is_at(second)? { Range::Ended } else { range }),
            Range::Outside | Range::Ended => {
                let starts = match first {
                    Address::Line(start) if range != Range::Ended && line > *start => {
                        !matches!(second, Address::Line(end) if line > *end)
                    }
                    _ => self.is_at(first)?,
                };
                let started = match second {
                    _ if !starts => range,
                    Address::Line(end) => until(*end, Range::UpToLine(*end)),
                    Address::After(count) => {
                        let end = line.saturating_add(*count);
                        until(end, Range::Counted(end))
                    }
                    Address::Multiple(0) => Range::Ended,
                    Address::Multiple(step) => Range::Counted((line / step + 1).saturating_mul(*step)),
                    _ => Range::UpToMatch,
                };
                (starts, started)
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
