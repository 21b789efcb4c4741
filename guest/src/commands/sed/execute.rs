//! Runs a script over the input.

use super::address::Range;
use super::input::{Fatal, Input};
use super::list;
use super::output::{Outputs, Place};
use super::script::{Action, Script, SedCommand, When};
use crate::budget::{Stop, Stoppable};
use crate::commands::Context;
use crate::matching::Pattern;

/// How a script is run.
#[derive(Clone, Debug, Default)]
pub(super) struct Manner {
    /// `-n`.
    pub(super) quiet: bool,
    /// `-s`, `-i`: every file has its own line numbers and last line.
    pub(super) separate: bool,
    /// `-i`, with the suffix for a copy of the old file.
    pub(super) in_place: Option<Vec<u8>>,
    /// `-l`.
    pub(super) width: u64,
    /// What ends a line.
    pub(super) delimiter: u8,
    /// `--follow-symlinks`.
    pub(super) follow_links: bool,
    /// `-u`: nothing is held back.
    pub(super) unbuffered: bool,
    /// `--posix`.
    pub(super) posix: bool,
}

/// Why a run ends early.
pub(super) enum Failure {
    /// The step's budget.
    Stop(Stop),
    /// sed's own complaint.
    Fatal(Fatal),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Fatal> for Failure {
    fn from(fatal: Fatal) -> Self {
        Self::Fatal(fatal)
    }
}

/// A text and whether the line it came from ended with a newline.
#[derive(Clone, Debug)]
pub(super) struct Space {
    pub(super) text: Vec<u8>,
    pub(super) has_newline: bool,
}

/// What is printed at the end of the cycle.
enum Appended<'s> {
    Text(&'s [u8]),
    File(&'s [u8]),
    Line(Vec<u8>),
}

/// How a cycle ends.
enum End {
    /// The pattern space is printed unless `-n` forbids it.
    Print,
    /// Nothing is printed.
    Silent,
    /// As silent, and the next cycle goes on with what is left of the pattern space.
    Again,
    /// sed ends.
    Quit(u8),
}

/// A script while it runs.
pub(super) struct Executor<'e, 'c, 'a, 's> {
    pub(super) context: &'e mut Context<'c, 'a>,
    script: &'s Script,
    manner: &'s Manner,
    input: Input<'a>,
    pub(super) outputs: Outputs,
    pub(super) pattern: Space,
    hold: Space,
    pub(super) line_number: u64,
    pub(super) ranges: Vec<Range>,
    appended: Vec<Appended<'s>>,
    last_pattern: Option<&'s Pattern>,
    /// A substitution was made since the last line was read or `t` was taken.
    pub(super) substituted: bool,
    /// Files of `R` and how far they were read.
    line_files: Vec<(&'s [u8], usize)>,
}

/// Runs a script; returns the exit status.
pub(super) fn run(
    context: &mut Context<'_, '_>,
    script: &Script,
    manner: &Manner,
    files: Vec<Vec<u8>>,
) -> Stoppable<Result<u8, Fatal>> {
    let in_place = manner.in_place.is_some();
    let outputs = match Outputs::open(context, &script.outputs, manner)? {
        Ok(outputs) => outputs,
        Err(fatal) => return Ok(Err(fatal)),
    };
    let mut executor = Executor {
        input: Input::new(files, manner.delimiter, in_place),
        context,
        script,
        manner,
        outputs,
        pattern: Space { text: Vec::new(), has_newline: true },
        hold: Space { text: Vec::new(), has_newline: true },
        line_number: 0,
        ranges: script.commands.iter().map(Range::initial).collect(),
        appended: Vec::new(),
        last_pattern: None,
        substituted: false,
        line_files: Vec::new(),
    };
    match executor.cycles() {
        Ok(status) => Ok(Ok(status)),
        Err(Failure::Stop(stop)) => Err(stop),
        Err(Failure::Fatal(fatal)) => Ok(Err(fatal)),
    }
}

impl<'s> Executor<'_, '_, '_, 's> {
    fn cycles(&mut self) -> Result<u8, Failure> {
        let mut again = false;
        while again || self.read_line()? {
            again = false;
            match self.cycle()? {
                End::Print => self.print_automatically()?,
                End::Silent => {}
                End::Again => again = true,
                End::Quit(status) => {
                    // It never asked for the rest of its input.
                    let _enough = self.context.machine.streams.take_endless();
                    self.print_appended()?;
                    self.finish_edit()?;
                    return Ok(if self.input.trouble { self.end_status() } else { status });
                }
            }
        }
        Ok(self.end_status())
    }

    fn end_status(&self) -> u8 {
        if self.input.trouble { 2 } else { 0 }
    }

    /// Reads the next line into the pattern space; false at the end of all input.
    fn read_line(&mut self) -> Result<bool, Failure> {
        self.print_appended()?;
        self.substituted = false;
        loop {
            if let Some((line, has_newline)) = self.input.next_line() {
                self.pattern.text.clear();
                self.pattern.text.extend_from_slice(line);
                self.pattern.has_newline = has_newline;
                self.line_number += 1;
                return Ok(true);
            }
            self.finish_edit()?;
            if !self.input.advance(self.context)?? {
                return Ok(false);
            }
            if self.manner.separate {
                self.line_number = 0;
                self.ranges = self.script.commands.iter().map(Range::initial).collect();
            }
            if self.manner.in_place.is_some() {
                self.outputs.start_edit();
            }
        }
    }

    /// Whether the current line is the last one.
    pub(super) fn is_last_line(&mut self) -> Result<bool, Failure> {
        if !self.input.is_file_done() {
            return Ok(false);
        }
        if self.manner.separate {
            return Ok(true);
        }
        Ok(self.input.is_nothing_left(self.context)??)
    }

    /// The pattern, or the last one used where it is empty.
    pub(super) fn last_used(&mut self, pattern: Option<&'s Pattern>) -> Result<&'s Pattern, Failure> {
        let pattern = pattern.or(self.last_pattern);
        self.last_pattern = pattern;
        pattern.ok_or_else(|| {
            let error = self.script.no_previous_pattern.clone();
            Failure::Fatal(Fatal { message: error.message, status: error.status })
        })
    }

    fn print_automatically(&mut self) -> Result<(), Failure> {
        if !self.manner.quiet {
            self.print(Place::Main)?;
        }
        Ok(())
    }

    /// Prints the pattern space.
    pub(super) fn print(&mut self, place: Place) -> Stoppable<()> {
        self.outputs.line(self.context, place, &self.pattern.text, self.pattern.has_newline)
    }

    fn print_appended(&mut self) -> Result<(), Failure> {
        for appended in std::mem::take(&mut self.appended) {
            match appended {
                Appended::Text(text) => self.outputs.raw(self.context, Place::Main, text)?,
                Appended::Line(line) => self.outputs.raw(self.context, Place::Main, &line)?,
                Appended::File(name) => {
                    let bytes = match name {
                        b"/dev/stdin" => {
                            let input = self.context.input()?;
                            self.context.machine.workspace.blobs().keep(input)
                        }
                        _ => {
                            self.context.machine.flush()?;
                            let directory = self.context.directory;
                            self.context.machine.workspace.read_at(directory, name)?.unwrap_or_default()
                        }
                    };
                    self.outputs.raw(self.context, Place::Main, bytes)?;
                }
            }
        }
        Ok(())
    }

    /// Puts the new text of a file that was edited in place where the old one was.
    fn finish_edit(&mut self) -> Result<(), Failure> {
        let Some(suffix) = &self.manner.in_place else { return Ok(()) };
        let Some(text) = self.outputs.take_edited() else { return Ok(()) };
        let Some(file) = &self.input.current else { return Ok(()) };
        let result = super::replace::replace(self.context, file, suffix, text, self.manner.follow_links)?;
        Ok(result?)
    }

    fn cycle(&mut self) -> Result<End, Failure> {
        let script = self.script;
        let mut at = 0;
        while let Some(command) = script.commands.get(at) {
            if !self.applies(at, command)? {
                at = match command.action {
                    Action::Block { end } => end,
                    _ => at + 1,
                };
                continue;
            }
            if let Action::Branch { when, to } = command.action {
                at = if self.takes_branch(when)? { to } else { at + 1 };
                continue;
            }
            if let Some(end) = self.command(at, command)? {
                return Ok(end);
            }
            at += 1;
        }
        Ok(End::Print)
    }

    fn takes_branch(&mut self, when: When) -> Result<bool, Failure> {
        // A script that never leaves a cycle ends with the budget.
        self.context.machine.budget.shell_step()?;
        let substituted = match when {
            When::Always => return Ok(true),
            When::Substituted | When::NotSubstituted => std::mem::take(&mut self.substituted),
        };
        Ok(substituted == (when == When::Substituted))
    }

    /// Runs one command; `Some` when it ends the cycle.
    fn command(&mut self, at: usize, command: &'s SedCommand) -> Result<Option<End>, Failure> {
        let delimiter = self.manner.delimiter;
        match &command.action {
            Action::Block { .. } | Action::Nothing | Action::Branch { .. } => {}
            Action::Append(text) => self.appended.push(Appended::Text(text)),
            Action::Insert(text) => self.outputs.raw(self.context, Place::Main, text)?,
            Action::Change(text) => {
                if self.is_range_done(at) {
                    self.outputs.raw(self.context, Place::Main, text)?;
                }
                return Ok(Some(End::Silent));
            }
            Action::Delete => return Ok(Some(End::Silent)),
            Action::DeleteFirstLine => {
                let Some(end) = memchr::memchr(delimiter, &self.pattern.text) else {
                    return Ok(Some(End::Silent));
                };
                self.pattern.text.drain(..=end);
                return Ok(Some(End::Again));
            }
            Action::Execute(line) => self.execute(line)?,
            Action::FileName => {
                let name = self.input.current.as_ref().map_or(b"-".to_vec(), |file| file.name.clone());
                self.outputs.raw(self.context, Place::Main, &[&name[..], &[delimiter]].concat())?;
            }
            Action::Get => self.pattern.clone_from(&self.hold),
            Action::GetAppend => {
                // Appending to each other, the two spaces can double in every cycle.
                self.context.machine.budget.scan(self.hold.text.len() as u64)?;
                self.pattern.text.push(delimiter);
                self.pattern.text.extend_from_slice(&self.hold.text);
                self.pattern.has_newline = self.hold.has_newline;
            }
            Action::Hold => self.hold.clone_from(&self.pattern),
            Action::HoldAppend => {
                self.context.machine.budget.scan(self.pattern.text.len() as u64)?;
                self.hold.text.push(delimiter);
                self.hold.text.extend_from_slice(&self.pattern.text);
                self.hold.has_newline = self.pattern.has_newline;
            }
            Action::Exchange => std::mem::swap(&mut self.pattern, &mut self.hold),
            Action::List(width) => {
                let text = list::list(&self.pattern.text, width.unwrap_or(self.manner.width), delimiter);
                self.outputs.raw(self.context, Place::Main, &text)?;
            }
            Action::Next => return self.next_line(),
            Action::NextAppend => return self.append_next_line(),
            Action::Print => self.print(Place::Main)?,
            Action::PrintFirstLine => self.print_first_line(Place::Main)?,
            Action::Quit { print, status } => {
                if *print {
                    self.print_automatically()?;
                    self.outputs.raw(self.context, Place::Main, b"")?;
                } else {
                    self.appended.clear();
                }
                return Ok(Some(End::Quit(*status)));
            }
            Action::ReadFile(name) => self.appended.push(Appended::File(name)),
            Action::ReadLine(name) => self.append_line_of(name)?,
            Action::Substitute(substitution) => self.substitute(substitution)?,
            Action::Write(index) => {
                let place = self.outputs.named(*index);
                self.print(place)?;
            }
            Action::WriteFirstLine(index) => {
                let place = self.outputs.named(*index);
                self.print_first_line(place)?;
            }
            Action::Transliterate(pairs) => self.transliterate(pairs),
            Action::Zap => self.pattern.text.clear(),
            Action::LineNumber => {
                let text = format!("{}{}", self.line_number, char::from(delimiter));
                self.outputs.raw(self.context, Place::Main, text.as_bytes())?;
            }
            Action::Removed(name) => {
                let message = format!("INTERNAL ERROR: Bad cmd {}", char::from(*name)).into_bytes();
                return Err(Failure::Fatal(Fatal { message, status: 4 }));
            }
        }
        Ok(None)
    }

    fn print_first_line(&mut self, place: Place) -> Stoppable<()> {
        let text = &self.pattern.text;
        let end = memchr::memchr(self.manner.delimiter, text);
        let line = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
        self.outputs.line(self.context, place, line, end.is_some() || self.pattern.has_newline)
    }

    fn next_line(&mut self) -> Result<Option<End>, Failure> {
        if self.is_last_line()? {
            // GNU sed prints the pattern space when there is no next line.
            return Ok(Some(if self.manner.posix { End::Silent } else { End::Print }));
        }
        self.print_automatically()?;
        Ok(if self.read_line()? { None } else { Some(End::Silent) })
    }

    fn append_next_line(&mut self) -> Result<Option<End>, Failure> {
        if self.is_last_line()? {
            return Ok(Some(if self.manner.posix { End::Silent } else { End::Print }));
        }
        let mut text = std::mem::take(&mut self.pattern.text);
        let substituted = self.substituted;
        if !self.read_line()? {
            return Ok(Some(End::Silent));
        }
        self.substituted = substituted;
        text.push(self.manner.delimiter);
        text.extend_from_slice(&self.pattern.text);
        self.pattern.text = text;
        Ok(None)
    }

    /// `R`: the next line of a file.
    fn append_line_of(&mut self, name: &'s [u8]) -> Result<(), Failure> {
        let bytes = self.context.machine.workspace.read_at(self.context.directory, name)?.unwrap_or_default();
        let known = self.line_files.iter().position(|(other, _)| *other == name);
        let index = known.unwrap_or(self.line_files.len());
        if known.is_none() {
            self.line_files.push((name, 0));
        }
        if let Some((_, at)) = self.line_files.get_mut(index) {
            let rest = bytes.get(*at..).unwrap_or_default();
            let length = memchr::memchr(self.manner.delimiter, rest).map_or(rest.len(), |end| end + 1);
            *at += length;
            if length > 0 {
                self.appended.push(Appended::Line(rest.get(..length).unwrap_or_default().to_vec()));
            }
        }
        Ok(())
    }

    /// `e`: runs a command line and prints what it printed, or puts it into the pattern space.
    fn execute(&mut self, line: &[u8]) -> Result<(), Failure> {
        if line.is_empty() {
            let line = std::mem::take(&mut self.pattern.text);
            self.pattern.text = self.output_of(&line)?;
            if self.pattern.text.last() == Some(&self.manner.delimiter) {
                self.pattern.text.pop();
            }
            return Ok(());
        }
        let output = self.output_of(line)?;
        Ok(self.outputs.raw(self.context, Place::Main, &output)?)
    }

    /// What the shell prints for a command line.
    pub(super) fn output_of(&mut self, line: &[u8]) -> Stoppable<Vec<u8>> {
        let stream = self.context.machine.streams.buffer();
        let mut descriptors = self.context.descriptors.clone();
        descriptors.set(1, stream);
        let arguments = [b"sh".to_vec(), b"-c".to_vec(), line.to_vec()];
        self.context.launch_with(&arguments, self.context.environment, &descriptors)?;
        Ok(self.context.machine.streams.take(stream))
    }
}
