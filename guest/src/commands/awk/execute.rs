//! Statements.

use std::rc::Rc;

use super::array::Key;
use super::ast::{Expression, Name, Redirection, Statement, Target};
use super::format::{self, Trouble};
use super::interpreter::{Failure, Interpreter, Run, STATEMENT_BYTES};
use super::number;
use super::symbols::{OFS, ORS};
use super::value::Value;

/// Where the program goes on after a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// At the next statement.
    On,
    Break,
    Continue,
    NextRecord,
    NextFile,
    Return,
}

impl<'e> Interpreter<'e, '_, '_> {
    /// Statements in order.
    pub(super) fn block(&mut self, statements: &'e [Statement]) -> Run<Flow> {
        for statement in statements {
            let flow = self.execute(statement)?;
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn execute(&mut self, statement: &'e Statement) -> Run<Flow> {
        self.budget.scan(STATEMENT_BYTES)?;
        match statement {
            Statement::Expression(expression) => {
                self.evaluate(expression)?;
            }
            Statement::Print { arguments, to } => {
                let bytes = self.printed(arguments)?;
                self.write(to.as_ref(), &bytes)?;
            }
            Statement::PrintFormatted { arguments, to } => self.print_formatted(arguments, to.as_ref())?,
            Statement::If { condition, then, otherwise } => {
                return match (self.holds(condition)?, otherwise) {
                    (true, _) => self.execute(then),
                    (false, Some(otherwise)) => self.execute(otherwise),
                    (false, None) => Ok(Flow::On),
                };
            }
            Statement::While { condition, body } => {
                while self.holds(condition)? {
                    match self.execute(body)? {
                        Flow::On | Flow::Continue => {}
                        Flow::Break => break,
                        flow => return Ok(flow),
                    }
                }
            }
            Statement::Do { body, condition } => loop {
                match self.execute(body)? {
                    Flow::On | Flow::Continue => {}
                    Flow::Break => break,
                    flow => return Ok(flow),
                }
                if !self.holds(condition)? {
                    break;
                }
            },
            Statement::For { first, condition, step, body } => {
                if let Some(first) = first {
                    self.evaluate(first)?;
                }
                loop {
                    if let Some(condition) = condition
                        && !self.holds(condition)?
                    {
                        break;
                    }
                    match self.execute(body)? {
                        Flow::On | Flow::Continue => {}
                        Flow::Break => break,
                        flow => return Ok(flow),
                    }
                    if let Some(step) = step {
                        self.evaluate(step)?;
                    }
                }
            }
            Statement::ForIn { variable, array, body } => {
                // mawk goes through the keys that were there when the loop began.
                let keys = self.array(*array)?.keys();
                self.budget.scan(STATEMENT_BYTES * keys.len() as u64)?;
                for key in keys {
                    self.set_variable(*variable, Value::Text(key));
                    match self.execute(body)? {
                        Flow::On | Flow::Continue => {}
                        Flow::Break => break,
                        flow => return Ok(flow),
                    }
                }
            }
            Statement::Block(statements) => return self.block(statements),
            Statement::Delete(array, None) => *self.array(*array)? = super::array::Array::default(),
            Statement::Delete(array, Some(subscripts)) => {
                let key = self.key(subscripts)?;
                self.array(*array)?.remove(&key);
            }
            Statement::Break => return Ok(Flow::Break),
            Statement::Continue => return Ok(Flow::Continue),
            Statement::Next => return Ok(Flow::NextRecord),
            Statement::NextFile => return Ok(Flow::NextFile),
            Statement::Exit(status) => {
                if let Some(status) = status {
                    self.status = number::integer(self.evaluate(status)?.number()) as u8;
                }
                return Err(Failure::Exit);
            }
            Statement::Return(value) => {
                self.returned = match value {
                    Some(value) => self.evaluate(value)?,
                    None => Value::Unset,
                };
                return Ok(Flow::Return);
            }
        }
        Ok(Flow::On)
    }

    /// Prints the record.
    pub(super) fn print_record(&mut self) -> Run<()> {
        let bytes = self.printed(&[])?;
        Ok(self.files.out(self.context, &bytes)?)
    }

    /// What `print` writes.
    fn printed(&mut self, arguments: &'e [Expression]) -> Run<Vec<u8>> {
        let mut bytes = Vec::new();
        if arguments.is_empty() {
            bytes.extend_from_slice(&self.record.text().bytes(&self.output_format));
        }
        // All arguments are evaluated before the separator is looked at.
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.evaluate(argument)?);
        }
        let separator = self.global(OFS).bytes(&self.output_format);
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                bytes.extend_from_slice(&separator);
            }
            bytes.extend_from_slice(&value.bytes(&self.output_format));
        }
        bytes.extend_from_slice(&self.global(ORS).bytes(&self.output_format));
        Ok(bytes)
    }

    fn print_formatted(&mut self, arguments: &'e [Expression], to: Option<&'e (Redirection, Expression)>) -> Run<()> {
        let mut bytes = Vec::new();
        let (format, values) = self.format_arguments(arguments)?;
        let outcome = format::print(&format, &values, &self.conversion, None, &mut bytes);
        // What was made before the mistake is written.
        self.write(to, &bytes)?;
        outcome.map_err(|trouble| in_format(trouble, "printf", &format))
    }

    /// A format and the values for it.
    pub(super) fn format_arguments(&mut self, arguments: &'e [Expression]) -> Run<(Rc<[u8]>, Vec<Value>)> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.evaluate(argument)?);
        }
        let format = if values.is_empty() { Value::Unset } else { values.remove(0) };
        Ok((format.bytes(&self.conversion), values))
    }

    fn write(&mut self, to: Option<&'e (Redirection, Expression)>, bytes: &[u8]) -> Run<()> {
        let Some((redirection, name)) = to else { return Ok(self.files.out(self.context, bytes)?) };
        let name = self.evaluate(name)?.bytes(&self.conversion);
        Ok(self.files.write(self.context, &name, *redirection, bytes)??)
    }

    /// Assigns to a variable.
    pub(super) fn set_variable(&mut self, name: Name, value: Value) {
        match name {
            Name::Global(place) => self.set_global(place, value),
            Name::Local(place) => {
                if let Some(slot) = self.locals.get_mut(place) {
                    *slot = super::interpreter::Slot::Value(value);
                }
            }
        }
    }

    /// The key that subscripts stand for.
    pub(super) fn key(&mut self, subscripts: &'e [Expression]) -> Run<Key> {
        if let [only] = subscripts {
            let value = self.evaluate(only)?;
            return Ok(Key::of(&value, &self.conversion));
        }
        let mut parts = Vec::with_capacity(subscripts.len());
        for subscript in subscripts {
            parts.push(self.evaluate(subscript)?.bytes(&self.conversion));
        }
        let separator = self.global(super::symbols::SUBSEP).bytes(&self.conversion);
        let text = parts.join(&separator[..]);
        self.budget.scan(text.len() as u64)?;
        Ok(Key::Text(Rc::from(text)))
    }

    /// Assigns to anything.
    pub(super) fn assign(&mut self, target: &'e Target, value: Value) -> Run<()> {
        match target {
            Target::Variable(name) => self.set_variable(*name, value),
            Target::Element(array, subscripts) => {
                let key = self.key(subscripts)?;
                if let Some(element) = self.array(*array)?.entry(&key) {
                    *element = value;
                }
            }
            Target::Field(index) => {
                let index = self.field_index(index)?;
                self.assign_field(index, value)?;
            }
            Target::Special(special) => self.assign_special(*special, value)?,
        }
        Ok(())
    }
}

/// The error that a bad format is.
pub(super) fn in_format(trouble: Trouble, function: &str, format: &[u8]) -> Failure {
    let text = match trouble {
        Trouble::TooFewArguments => format!("not enough arguments passed to {function}(\""),
        Trouble::Improper(count) => format!("improper conversion(number {count}) in {function}(\""),
        Trouble::TooLong => {
            return Failure::Exceeded(format!("sprintf buffer size={}", format::SPRINTF_BYTES).into_bytes());
        }
    };
    Failure::RunTime([text.as_bytes(), format, b"\")"].concat())
}
