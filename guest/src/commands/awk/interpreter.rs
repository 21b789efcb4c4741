//! Runs a parsed program: its `BEGIN` parts, its rules over the records, its `END` parts.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::array::{Array, Key};
use super::ast::{Expression, Pattern, Program, Statement};
use super::execute::Flow;
use super::files::{Files, Refused};
use super::input::{Reader, Separator};
use super::lexer::failed_to_compile;
use super::main_input::Main;
use super::random::Random;
use super::record::Record;
use super::regex::Regex;
use super::symbols::{ARGC, ARGV, ENVIRON, FILENAME, FNR, NR, OFS, ORS, RLENGTH, RSTART, SUBSEP};
use super::value::Value;
use crate::budget::{Budget, Stop};
use crate::commands::Context;
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
    pub(super) main: Main<'a>,
    /// The next of ARGV.
    pub(super) next_argument: u32,
    ranges: Vec<bool>,
    patterns: BTreeMap<Rc<[u8]>, Regex>,
    pub(super) random: Random,
    pub(super) seed: Value,
    pub(super) returned: Value,
    pub(super) status: u8,
    /// Records read, as messages have them.
    pub(super) records: [u64; 2],
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
