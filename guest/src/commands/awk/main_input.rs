//! The main input: the files and assignments of the command line, or standard input.

use std::borrow::Cow;
use std::rc::Rc;

use super::array::Key;
use super::ast::Special;
use super::files;
use super::input::Reader;
use super::interpreter::{Failure, Interpreter, Run};
use super::symbols::{ARGC, ARGV, FILENAME, FNR, NR};
use super::value::Value;
use crate::workspace::FileError;

/// Where the main input stands.
pub(super) enum Main<'a> {
    Unopened,
    Open(Reader<'a>),
    Ended,
}

impl<'a> Interpreter<'_, '_, 'a> {
    /// Makes the next record of the main input the record; false at its end.
    pub(super) fn next_main_record(&mut self) -> Run<bool> {
        let Some(text) = self.main_record()? else { return Ok(false) };
        self.record.set_text(text);
        Ok(true)
    }

    /// The next record of the main input, counted; `None` at its end.
    pub(super) fn main_record(&mut self) -> Run<Option<Value>> {
        loop {
            match &mut self.main {
                Main::Ended => return Ok(None),
                Main::Open(reader) => {
                    if let Some(record) = reader.next(&self.record_separator, self.budget)? {
                        let text = Value::input(record);
                        self.count_record();
                        return Ok(Some(text));
                    }
                    self.open_next(false)?;
                }
                Main::Unopened => {
                    let is_alone = self.global(ARGC).number() == 1.0;
                    if is_alone { self.open_standard_input()? } else { self.open_next(true)? }
                }
            }
        }
    }

    fn count_record(&mut self) {
        for place in [NR, FNR] {
            let count = self.global(place).number() + 1.0;
            self.set_global(place, Value::Number(count));
        }
        self.records = self.records.map(|count| count + 1);
    }

    fn open_standard_input(&mut self) -> Run<()> {
        let bytes = self.context.input()?;
        self.opened(Cow::Owned(bytes), Value::text(b"-"));
        Ok(())
    }

    fn opened(&mut self, bytes: Cow<'a, [u8]>, name: Value) {
        self.main = Main::Open(Reader::new(bytes));
        self.set_global(FILENAME, name);
        self.set_global(FNR, Value::Number(0.0));
        self.records[1] = 0;
    }

    /// Opens the next file of the command line, and makes the assignments before it.
    fn open_next(&mut self, is_first: bool) -> Run<()> {
        while f64::from(self.next_argument) < self.global(ARGC).number() {
            let key = Key::Integer(self.next_argument as i32);
            self.next_argument += 1;
            let Some(array) = self.arrays.get_mut(ARGV) else { break };
            if !array.contains(&key) {
                continue;
            }
            let Some(value) = array.entry(&key).cloned() else { continue };
            let name = value.bytes(&self.conversion);
            if name.is_empty() {
                continue;
            }
            if let Some((variable, value)) = assignment(&name) {
                self.assign_argument(variable, value)?;
                continue;
            }
            match files::read(self.context, &name)? {
                Ok(bytes) => {
                    self.opened(bytes, value);
                    return Ok(());
                }
                Err(FileError::IsADirectory) => return Err(files::directory().into()),
                Err(error) => return Err(files::not_opened(b"", &name, b"", error).into()),
            }
        }
        if is_first {
            return self.open_standard_input();
        }
        self.main = Main::Ended;
        Ok(())
    }

    /// `variable=value` from the command line.
    pub(super) fn assign_argument(&mut self, name: &[u8], value: &[u8]) -> Run<()> {
        let value = Value::Input(Rc::from(super::escape::resolved(value)));
        let special = match name {
            b"NF" => Special::FieldCount,
            b"FS" => Special::FieldSeparator,
            b"RS" => Special::RecordSeparator,
            b"OFMT" => Special::OutputFormat,
            b"CONVFMT" => Special::ConversionFormat,
            _ => {
                let place = self.program.globals.iter().position(|global| global.name == name);
                let is_array = place
                    .and_then(|place| self.program.globals.get(place))
                    .is_some_and(|global| global.kind == super::ast::Kind::Array);
                let is_taken = self.program.functions.iter().any(|function| function.name == name)
                    || super::token::KEYWORDS.iter().any(|keyword| keyword.as_bytes() == name)
                    || super::ast::BuiltIn::ALL.iter().any(|(_, own, ..)| own.as_bytes() == name);
                if is_array || is_taken {
                    let message = [b"cannot command line assign to ", name, b"\n\ttype clash or keyword"].concat();
                    return Err(Failure::RunTime(message));
                }
                if let Some(place) = place {
                    self.set_global(place, value);
                }
                return Ok(());
            }
        };
        self.assign_special(special, value)
    }
}

/// The parts of `variable=value`.
pub(super) fn assignment(argument: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(b'=', argument)?;
    let (name, value) = (argument.get(..at)?, argument.get(at + 1..)?);
    let is_name = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        && name.first().is_some_and(|byte| !byte.is_ascii_digit());
    is_name.then_some((name, value))
}
