//! Running commands.

mod alias;
mod assign;
mod command;
mod compound;
mod condition;
mod names;
mod pipeline;
mod redirect;
mod subshell;
mod trace;

pub(crate) use assign::split_assignment;
pub(crate) use condition::compares;
pub(crate) use names::{PROCESS_NUMBER, shown_value};

use super::syntax::{List, Parser, SyntaxErrorKind};
use super::{Shell, ShellKind};
use crate::budget::Stop;
use crate::limits::LimitKind;

/// Why the evaluator leaves what it is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Interrupt {
    /// The step ends.
    Stop(Stop),
    /// `break n`
    Break(u32),
    /// `continue n`
    Continue(u32),
    /// `return`
    Return,
    /// An error that abandons the current line.
    Discard,
    /// The shell process ends.
    Exit,
}

impl Interrupt {
    /// Abandons the line with this status.
    pub(crate) fn discard(shell: &mut Shell<'_, '_>, status: i32) -> Self {
        shell.process.status = status;
        Self::Discard
    }
}

impl From<Stop> for Interrupt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// The result of a part of the evaluator.
pub(crate) type Run<T> = Result<T, Interrupt>;

impl Shell<'_, '_> {
    /// Runs `body` one level deeper.
    pub(crate) fn nested<T>(&mut self, body: impl FnOnce(&mut Self) -> Run<T>) -> Run<T> {
        self.machine.budget.enter()?;
        let result = body(self);
        self.machine.budget.leave();
        result
    }

    /// Parses and runs a text line by line. `name` is what syntax errors call it: `-c`, `eval`.
    pub(crate) fn run_text(&mut self, text: &[u8], name: &[u8]) -> Run<()> {
        self.nested(|shell| shell.run_lines(text, name))
    }

    fn run_lines(&mut self, text: &[u8], name: &[u8]) -> Run<()> {
        let mut options = self.parse_options();
        options.first_line = self.process.line.max(1);
        let mut parser = Parser::new(text, options);
        self.process.status = if text.is_empty() { 0 } else { self.process.status };
        loop {
            parser.set_extglob(self.process.options.is("extglob"));
            if name == b"-c" && self.process.options.is("expand_aliases") {
                self.line_aliases.clone_from(&self.process.aliases);
            }
            let command = parser.next_command();
            for warning in parser.take_warnings() {
                self.process.line = warning.line;
                self.complain(&[b"warning: ", &warning.message[..]].concat())?;
            }
            match command {
                Ok(None) => return Ok(()),
                Ok(Some(list)) => self.run_line(&list)?,
                Err(error) if error.kind == SyntaxErrorKind::Nesting => {
                    return Err(Stop::Limit(LimitKind::Nesting).into());
                }
                Err(error) => {
                    let interactive = self.is_interactive() && self.process.subshell == 0;
                    let text = error.render(!interactive, |line| self.syntax_prefix(name, line));
                    self.error(&text)?;
                    self.process.status = error.status(self.process.status);
                    self.incomplete |= error.is_incomplete();
                    if !interactive || error.is_incomplete() {
                        return Ok(());
                    }
                    parser.skip_line();
                }
            }
        }
    }

    /// Runs one complete command; an error that abandons the line ends here.
    fn run_line(&mut self, list: &List) -> Run<()> {
        if self.process.options.is("noexec") && !self.is_interactive() {
            return Ok(());
        }
        match self.run_list(list) {
            Err(Interrupt::Discard) if self.process.subshell == 0 => {
                self.process.errors_ignored = 0;
                Ok(())
            }
            Err(Interrupt::Discard) => Err(Interrupt::Exit),
            other => other,
        }
    }

    /// Writes to standard output.
    pub(crate) fn out(&mut self, bytes: &[u8]) -> Run<()> {
        if let Some(stream) = self.process.descriptors.get(1) {
            self.machine.streams.write(stream, bytes, self.machine.budget)?;
        }
        Ok(())
    }

    /// Writes to standard error.
    pub(crate) fn error(&mut self, bytes: &[u8]) -> Run<()> {
        if let Some(stream) = self.process.descriptors.get(2) {
            self.machine.streams.write(stream, bytes, self.machine.budget)?;
        }
        Ok(())
    }

    /// An error message of the shell: `bash: line 3: message`.
    pub(crate) fn complain(&mut self, message: &[u8]) -> Run<()> {
        let mut text = self.error_prefix();
        text.extend_from_slice(message);
        text.push(b'\n');
        self.error(&text)
    }

    /// `bash: line 3: `, or `bash: ` at a prompt; functions and sourced files have other names.
    fn error_prefix(&self) -> Vec<u8> {
        let plain = matches!(self.kind, ShellKind::Interactive | ShellKind::Input);
        if plain && self.process.sourcing == 0 {
            return [&self.name[..], b": "].concat();
        }
        if self.kind == ShellKind::Dash {
            return [&self.name[..], format!(": {}: ", self.process.line.max(1)).as_bytes()].concat();
        }
        let name = self.source_name();
        [name, format!(": line {}: ", self.process.line.max(1)).as_bytes()].concat()
    }

    fn syntax_prefix(&self, name: &[u8], line: u32) -> Vec<u8> {
        if self.is_interactive() && self.process.subshell == 0 && name == b"-c" {
            return [&self.name[..], b": "].concat();
        }
        let shell = &self.name[..];
        if self.kind == ShellKind::Dash {
            return [shell, format!(": {line}: ").as_bytes()].concat();
        }
        if name == shell || name.is_empty() {
            return [shell, format!(": line {line}: ").as_bytes()].concat();
        }
        if self.process.sourcing > 0 && !self.is_interactive() && name == self.source_name() {
            return [name, format!(": line {line}: ").as_bytes()].concat();
        }
        [shell, b": ", name, format!(": line {line}: ").as_bytes()].concat()
    }

    /// What a builtin with too many arguments does: it abandons the line, and with it the whole text
    /// of `bash -c`.
    pub(crate) fn leave_text(&mut self) -> Interrupt {
        if self.kind == ShellKind::Command {
            self.process.status = 1;
            return Interrupt::Exit;
        }
        Interrupt::discard(self, 1)
    }

    /// What an expansion error does that ends a shell without a prompt.
    pub(crate) fn fatal_expansion(&mut self) -> Interrupt {
        if self.is_interactive() && self.process.subshell == 0 {
            return Interrupt::discard(self, 1);
        }
        self.process.status = if self.process.subshell > 0 { 1 } else { 127 };
        Interrupt::Exit
    }
}
