//! Runs a parsed program: its `BEGIN` parts, its rules over the records, its `END` parts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::array::{Array, Key};
use super::ast::{Expression, Pattern, Program, Special, Statement};
use super::execute::Flow;
use super::files::{self, Files, Refused};
use super::input::{Reader, Separator};
use super::lexer::failed_to_compile;
use super::random::Random;
use super::record::Record;
use super::regex::Regex;
use super::symbols::{ARGC, ARGV, ENVIRON, FILENAME, FNR, NR, OFS, ORS, RLENGTH, RSTART, SUBSEP};
use super::value::Value;
use crate::budget::{Budget, Stop};
use crate::commands::Context;
use crate::workspace::FileError;
use crate::world;

/// What a statement, a round of a loop or a call costs of the scan budget: it takes about as long
/// as scanning this many bytes.
pub(super) const STATEMENT_BYTES: u64 = 64;
/// Patterns made from text that are kept compiled.
const MOST_PATTERNS: usize = 64;
/// The exit status after an error.
const FAILED: u8 = 2;

/// Why a program does not go on.
#[derive(Debug)]
pub(super) enum Failure {
    Stop(Stop),
    /// `exit`.
    Exit,
    /// A message that ends the program.
    Fatal(Vec<u8>),
    /// A run time error, which is followed by where it happened.
    RunTime(Vec<u8>),
    /// A limit of mawk's, which is followed by where it was met.
    Exceeded(Vec<u8>),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// Result of running something.
pub(super) type Run<T> = Result<T, Failure>;

/// A local variable or array.
#[derive(Debug)]
pub(super) enum Slot {
    Value(Value),
    Array(usize),
}

/// Where the main input stands.
enum Main<'a> {
    Unopened,
    Open(Reader<'a>),
    Ended,
}

/// A program while it runs.
pub(super) struct Interpreter<'e, 'c, 'a> {
    pub(super) context: &'e mut Context<'c, 'a>,
    pub(super) budget: &'a Budget,
    pub(super) program: &'e Program,
    pub(super) globals: Vec<Value>,
    /// Global arrays at the places of their names, then those of running functions.
    pub(super) arrays: Vec<Array>,
    pub(super) unused_arrays: Vec<usize>,
    /// Locals of the running function.
    pub(super) locals: Vec<Slot>,
    pub(super) record: Record,
    pub(super) separators: [Value; 4],
    /// CONVFMT and OFMT as they are applied.
    pub(super) conversion: Rc<[u8]>,
    pub(super) output_format: Rc<[u8]>,
    pub(super) record_separator: Separator,
    pub(super) files: Files<'a>,
    main: Main<'a>,
    /// The next of ARGV.
    next_argument: u32,
    ranges: Vec<bool>,
    patterns: BTreeMap<Rc<[u8]>, Regex>,
    pub(super) random: Random,
    pub(super) seed: Value,
    pub(super) returned: Value,
    pub(super) status: u8,
    /// Records read, as messages have them.
    records: [u64; 2],
}

impl<'e, 'c, 'a> Interpreter<'e, 'c, 'a> {
    /// A program about to run on these arguments.
    pub(super) fn new(context: &'e mut Context<'c, 'a>, program: &'e Program, arguments: &[Vec<u8>]) -> Self {
        let globals = vec![Value::Unset; program.globals.len()];
        let arrays = program.globals.iter().map(|_| Array::default()).collect();
        let six = Value::text(b"%.6g");
        let six_digits = six.bytes(b"");
        let mut interpreter = Self {
            budget: context.machine.budget,
            program,
            globals,
            arrays,
            unused_arrays: Vec::new(),
            locals: Vec::new(),
            record: Record::new(),
            separators: [Value::text(b" "), Value::text(b"\n"), six.clone(), six],
            conversion: Rc::clone(&six_digits),
            output_format: six_digits,
            record_separator: Separator::Byte(b'\n'),
            files: Files::new(),
            main: Main::Unopened,
            next_argument: 1,
            ranges: vec![false; program.rules.len()],
            patterns: BTreeMap::new(),
            random: Random::new(world::NOW as u32),
            seed: Value::Number(world::NOW as f64),
            returned: Value::Unset,
            status: 0,
            records: [0; 2],
            context,
        };
        for (place, value) in [
            (NR, Value::Number(0.0)),
            (FNR, Value::Number(0.0)),
            (FILENAME, Value::Unset),
            (OFS, Value::text(b" ")),
            (ORS, Value::text(b"\n")),
            (RSTART, Value::Number(0.0)),
            (RLENGTH, Value::Number(0.0)),
            (SUBSEP, Value::text(b"\x1c")),
            (ARGC, Value::Number(arguments.len() as f64)),
        ] {
            interpreter.set_global(place, value);
        }
        for (index, argument) in arguments.iter().enumerate() {
            let value = if index == 0 { Value::text(argument) } else { Value::input(argument) };
            interpreter.set_element(ARGV, &Key::Integer(index as i32), value);
        }
        let environment = interpreter.context.environment;
        for (name, value) in environment.iter() {
            interpreter.set_element(ENVIRON, &Key::Text(Rc::from(name)), Value::input(value));
        }
        interpreter
    }

    pub(super) fn set_global(&mut self, place: usize, value: Value) {
        if let Some(global) = self.globals.get_mut(place) {
            *global = value;
        }
    }

    pub(super) fn global(&self, place: usize) -> Value {
        self.globals.get(place).cloned().unwrap_or_default()
    }

    fn set_element(&mut self, array: usize, key: &Key, value: Value) {
        if let Some(element) = self.arrays.get_mut(array).and_then(|array| array.entry(key)) {
            *element = value;
        }
    }

    /// Runs the program with these assignments made first; returns the exit status.
    pub(super) fn run(&mut self, assignments: &[(Vec<u8>, Vec<u8>)]) -> Result<u8, Stop> {
        let outcome = self.program_parts(assignments);
        let message = match outcome {
            Ok(()) | Err(Failure::Exit) => None,
            Err(Failure::Stop(stop)) => return Err(stop),
            Err(Failure::Fatal(message)) => Some([&message[..], b"\n"].concat()),
            Err(Failure::RunTime(message)) => Some([b"run time error: ", &message[..], b"\n", &self.place()].concat()),
            Err(Failure::Exceeded(what)) => {
                Some([b"program limit exceeded: ", &what[..], b"\n", &self.place()].concat())
            }
        };
        if let Some(message) = message {
            let name = crate::commands::base_name(self.context.name());
            self.context.error(&[name, b": ", &message].concat())?;
            self.status = FAILED;
        }
        self.files.close_all(self.context)?;
        Ok(self.status)
    }

    /// Where a run time error happened.
    fn place(&self) -> Vec<u8> {
        let file = self.global(FILENAME).bytes(&self.conversion);
        let [records, in_file] = self.records;
        [b"\tFILENAME=\"", &file[..], format!("\" FNR={in_file} NR={records}\n").as_bytes()].concat()
    }

    fn program_parts(&mut self, assignments: &[(Vec<u8>, Vec<u8>)]) -> Run<()> {
        for (name, value) in assignments {
            self.assign_argument(name, value)?;
        }
        let program = self.program;
        let begun = self.parts(&program.begin);
        if begun.is_ok() && (!program.rules.is_empty() || !program.end.is_empty()) {
            match self.records() {
                Ok(()) | Err(Failure::Exit) => {}
                Err(failure) => return Err(failure),
            }
        }
        match begun {
            Ok(()) | Err(Failure::Exit) => self.parts(&program.end),
            Err(failure) => Err(failure),
        }
    }

    fn parts(&mut self, parts: &'e [Vec<Statement>]) -> Run<()> {
        for part in parts {
            self.block(part)?;
        }
        Ok(())
    }

    /// The rules, for all records.
    fn records(&mut self) -> Run<()> {
        let program = self.program;
        while self.next_main_record()? {
            for (index, rule) in program.rules.iter().enumerate() {
                self.budget.scan(STATEMENT_BYTES)?;
                if !self.applies(index, &rule.pattern)? {
                    continue;
                }
                let flow = match &rule.body {
                    Some(body) => self.block(body)?,
                    None => {
                        self.print_record()?;
                        Flow::On
                    }
                };
                match flow {
                    Flow::NextRecord => break,
                    Flow::NextFile => {
                        if let Main::Open(reader) = &mut self.main {
                            *reader = Reader::new(Cow::Borrowed(&[]));
                        }
                        break;
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn applies(&mut self, index: usize, pattern: &'e Pattern) -> Run<bool> {
        match pattern {
            Pattern::Always => Ok(true),
            Pattern::When(expression) => self.holds(expression),
            Pattern::Range(first, last) => {
                if !self.ranges.get(index).copied().unwrap_or_default() && !self.holds(first)? {
                    return Ok(false);
                }
                let goes_on = !self.holds(last)?;
                if let Some(range) = self.ranges.get_mut(index) {
                    *range = goes_on;
                }
                Ok(true)
            }
        }
    }

    /// Whether a condition holds.
    pub(super) fn holds(&mut self, expression: &'e Expression) -> Run<bool> {
        Ok(self.evaluate(expression)?.is_true())
    }

    /// Makes the next record of the main input the record; false at its end.
    fn next_main_record(&mut self) -> Run<bool> {
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
    fn assign_argument(&mut self, name: &[u8], value: &[u8]) -> Run<()> {
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

    /// The pattern that a text stands for.
    pub(super) fn compiled(&mut self, text: &Rc<[u8]>) -> Run<Regex> {
        if let Some(regex) = self.patterns.get(text) {
            return Ok(regex.clone());
        }
        self.budget.scan(16 * text.len() as u64)?;
        let regex = Regex::compile(text).map_err(|why| Failure::RunTime(failed_to_compile(why, text)))?;
        if self.patterns.len() >= MOST_PATTERNS {
            self.patterns.clear();
        }
        self.patterns.insert(Rc::clone(text), regex.clone());
        Ok(regex)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Fatal(message) => Self::Fatal(message),
            Refused::Unreadable => Self::Fatal(Vec::new()),
        }
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
