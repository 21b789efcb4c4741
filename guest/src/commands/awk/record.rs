//! The current record and its fields.
//!
//! A record is split when a field or `NF` is first asked for, by the separator of that time; an
//! assignment to a field puts the record together anew.

use std::rc::Rc;

use super::number;
use super::regex::{Regex, RegexError};
use super::value::Value;
use crate::budget::{Budget, Stoppable};

/// What a field that is made costs of the scan budget.
const FIELD_BYTES: u64 = 32;

/// How a text is split into pieces.
#[derive(Clone, Debug)]
pub(super) enum Splitter {
    /// At runs of space.
    Spaces,
    /// Into single bytes.
    Bytes,
    /// At matches that are not empty.
    Regex(Regex),
}

impl Splitter {
    /// The splitter that a separator stands for: one space is special, any other single byte stands
    /// for itself, nothing splits everywhere, all else is a pattern.
    pub(super) fn of(separator: &[u8]) -> Result<Self, RegexError> {
        Ok(match separator {
            b" " => Self::Spaces,
            [] => Self::Bytes,
            [byte] if b"^$.*+?|[]()".contains(byte) => Self::Regex(Regex::compile(&[b'\\', *byte])?),
            pattern => Self::Regex(Regex::compile(pattern)?),
        })
    }

    /// The pieces of a text.
    pub(super) fn split(&self, text: &[u8], budget: &Budget) -> Stoppable<Vec<Value>> {
        let mut pieces = Vec::new();
        if text.is_empty() {
            return Ok(pieces);
        }
        match self {
            Self::Regex(regex) if !regex.is_empty => {
                let subject = regex.on(text);
                let mut start = 0;
                while let Some(found) = subject.find_non_empty_at(start, budget)? {
                    budget.scan(FIELD_BYTES)?;
                    pieces.push(Value::input(text.get(start..found.start).unwrap_or_default()));
                    start = found.end;
                }
                pieces.push(Value::input(text.get(start..).unwrap_or_default()));
            }
            Self::Regex(_) | Self::Bytes => {
                budget.scan(FIELD_BYTES * text.len() as u64)?;
                pieces.extend(text.iter().map(|byte| Value::input(&[*byte])));
            }
            Self::Spaces => {
                let words = text.split(|byte| number::is_space(*byte)).filter(|word| !word.is_empty());
                pieces.extend(words.map(Value::input));
                budget.scan(FIELD_BYTES * pieces.len() as u64)?;
            }
        }
        Ok(pieces)
    }
}

/// The current record.
#[derive(Debug)]
pub(super) struct Record {
    text: Value,
    fields: Vec<Value>,
    /// `NF` as it was assigned.
    count: Value,
    is_split: bool,
    /// How records are split from now on.
    pub(super) splitter: Splitter,
}

/// What putting a record together needs to know.
pub(super) struct Joining<'j> {
    pub(super) separator: &'j [u8],
    /// CONVFMT.
    pub(super) format: &'j [u8],
    pub(super) budget: &'j Budget,
}

impl Record {
    pub(super) fn new() -> Self {
        Self {
            text: Value::Unset,
            fields: Vec::new(),
            count: Value::Number(0.0),
            is_split: true,
            splitter: Splitter::Spaces,
        }
    }

    /// `$0`.
    pub(super) fn text(&self) -> &Value {
        &self.text
    }

    /// Makes this the record.
    pub(super) fn set_text(&mut self, text: Value) {
        self.text = text;
        self.is_split = false;
    }

    /// Splits the record unless that was done.
    pub(super) fn split(&mut self, format: &[u8], budget: &Budget) -> Stoppable<()> {
        if std::mem::replace(&mut self.is_split, true) {
            return Ok(());
        }
        self.fields = self.splitter.split(&self.text.bytes(format), budget)?;
        self.count = Value::Number(self.fields.len() as f64);
        Ok(())
    }

    /// `NF`, of a record that is split.
    pub(super) fn count(&self) -> &Value {
        &self.count
    }

    /// A field, counted from 1, of a record that is split; empty where there is none.
    pub(super) fn field(&self, index: usize) -> Value {
        self.fields.get(index.wrapping_sub(1)).cloned().unwrap_or_else(|| Value::text(b""))
    }

    /// Assigns to a field, counted from 1, of a record that is split.
    pub(super) fn set_field(&mut self, index: usize, value: Value, joining: &Joining<'_>) -> Stoppable<()> {
        if index > self.fields.len() {
            self.grow(index, joining.budget)?;
            self.count = Value::Number(index as f64);
        }
        if let Some(field) = self.fields.get_mut(index.wrapping_sub(1)) {
            *field = value;
        }
        self.join(joining)
    }

    /// Assigns to `NF` of a record that is split.
    pub(super) fn set_count(&mut self, value: Value, count: usize, joining: &Joining<'_>) -> Stoppable<()> {
        self.count = value;
        if count > self.fields.len() {
            self.grow(count, joining.budget)?;
        }
        self.fields.truncate(count);
        self.join(joining)
    }

    fn grow(&mut self, count: usize, budget: &Budget) -> Stoppable<()> {
        budget.scan(FIELD_BYTES.saturating_mul(count as u64))?;
        self.fields.resize(count, Value::text(b""));
        Ok(())
    }

    fn join(&mut self, joining: &Joining<'_>) -> Stoppable<()> {
        if let [only] = self.fields.as_slice() {
            self.text = only.clone();
            return Ok(());
        }
        let mut text = Vec::new();
        for (index, field) in self.fields.iter().enumerate() {
            if index > 0 {
                text.extend_from_slice(joining.separator);
            }
            text.extend_from_slice(&field.bytes(joining.format));
        }
        joining.budget.scan(text.len() as u64)?;
        self.text = Value::Text(Rc::from(text));
        Ok(())
    }
}
