//! Fields, and the variables that decide how records are read, split and printed.

use super::ast::{Expression, Special};
use super::format;
use super::input::Separator;
use super::interpreter::{Failure, Interpreter, Run};
use super::lexer::failed_to_compile;
use super::number;
use super::record::{Joining, Splitter};
use super::symbols::OFS;
use super::value::Value;

impl<'e> Interpreter<'e, '_, '_> {
    /// The index of `$expression`.
    pub(super) fn field_index(&mut self, expression: &'e Expression) -> Run<usize> {
        let index = self.evaluate(expression)?.number();
        if index >= 0.0 {
            return Ok(number::integer(index).unsigned_abs() as usize);
        }
        let shown = format::one_number(b"%.6g", index);
        Err(Failure::RunTime([b"negative field index $", &shown[..]].concat()))
    }

    /// A field's value.
    pub(super) fn field(&mut self, index: usize) -> Run<Value> {
        if index == 0 {
            return Ok(self.record.text().clone());
        }
        self.record.split(&self.conversion, self.budget)?;
        Ok(self.record.field(index))
    }

    /// Assigns to a field.
    pub(super) fn assign_field(&mut self, index: usize, value: Value) -> Run<()> {
        if index == 0 {
            self.record.set_text(value);
            return Ok(());
        }
        self.record.split(&self.conversion, self.budget)?;
        let separator = self.global(OFS).bytes(&self.conversion);
        let joining = Joining { separator: &separator, format: &self.conversion, budget: self.budget };
        Ok(self.record.set_field(index, value, &joining)?)
    }

    /// A special variable's value.
    pub(super) fn special(&mut self, special: Special) -> Run<Value> {
        if special == Special::FieldCount {
            self.record.split(&self.conversion, self.budget)?;
            return Ok(self.record.count().clone());
        }
        Ok(place(special).and_then(|place| self.separators.get(place)).cloned().unwrap_or_default())
    }

    /// Assigns to a special variable.
    pub(super) fn assign_special(&mut self, special: Special, value: Value) -> Run<()> {
        // The current record is split by the separator that was valid when it was read.
        self.record.split(&self.conversion, self.budget)?;
        let text = value.bytes(&self.conversion);
        let compile = |why| Failure::RunTime(failed_to_compile(why, &text));
        match special {
            Special::FieldCount => {
                let count = value.number();
                if count < 0.0 {
                    return Err(Failure::RunTime(b"negative value assigned to NF".to_vec()));
                }
                let separator = self.global(OFS).bytes(&self.conversion);
                let joining = Joining { separator: &separator, format: &self.conversion, budget: self.budget };
                let count = number::integer(count).unsigned_abs() as usize;
                self.record.set_count(value, count, &joining)?;
                return Ok(());
            }
            Special::FieldSeparator => self.record.splitter = Splitter::of(&text).map_err(compile)?,
            Special::RecordSeparator => self.record_separator = Separator::of(&text).map_err(compile)?,
            Special::OutputFormat | Special::ConversionFormat => {
                // A number as a format counts as the usual one.
                let format = match &value {
                    Value::Unset | Value::Number(_) => std::rc::Rc::from(&b"%.6g"[..]),
                    _ => text,
                };
                let is_output = special == Special::OutputFormat;
                if !format::is_number_format(&format) {
                    let name = if is_output { "OFMT: " } else { "CONVFMT: " };
                    let message = [b"illegal format assigned to ", name.as_bytes(), &format].concat();
                    return Err(Failure::RunTime(message));
                }
                *(if is_output { &mut self.output_format } else { &mut self.conversion }) = format;
            }
        }
        if let Some(own) = place(special).and_then(|place| self.separators.get_mut(place)) {
            *own = value;
        }
        Ok(())
    }
}

/// Where a special variable's value is kept.
const fn place(special: Special) -> Option<usize> {
    match special {
        Special::FieldCount => None,
        Special::FieldSeparator => Some(0),
        Special::RecordSeparator => Some(1),
        Special::OutputFormat => Some(2),
        Special::ConversionFormat => Some(3),
    }
}
