//! Simple commands: assignments, words, redirections, and finding out what to run.

use super::{Interrupt, Run};
use crate::commands::{self, Environment, Program};
use crate::machine::Provenance;
use crate::shell::builtins::{self, Builtin};
use crate::shell::syntax::{Command, CommandKind, Function, SimpleCommand, Word, assignment_length};
use crate::shell::{Shell, ShellKind};
use sparring_tree::Kind;
use std::rc::Rc;

/// Builtins whose arguments are assignments.
const DECLARATIONS: &[&[u8]] = &[b"declare", b"export", b"local", b"readonly", b"typeset"];

impl Shell<'_, '_> {
    /// Runs one command with its redirections.
    pub(crate) fn run_command(&mut self, command: &Command) -> Run<()> {
        self.machine.budget.shell_step()?;
        if !matches!(command.kind, CommandKind::Group(_)) {
            self.process.line = command.line;
        }
        if let CommandKind::Simple(simple) = &command.kind {
            return self.nested(|shell| shell.run_simple(simple, command));
        }
        if command.redirects.is_empty() {
            return self.nested(|shell| shell.run_compound(&command.kind));
        }
        let saved = self.process.descriptors.clone();
        let result = match self.redirect_all(&command.redirects) {
            Ok(true) => self.nested(|shell| shell.run_compound(&command.kind)),
            Ok(false) => {
                self.process.status = 1;
                self.compound_refused = true;
                Ok(())
            }
            Err(interrupt) => Err(interrupt),
        };
        self.process.descriptors = saved;
        self.machine.flush()?;
        result
    }

    fn run_simple(&mut self, simple: &SimpleCommand, command: &Command) -> Run<()> {
        if let Some(text) = self.alias_text(simple) {
            return self.run_alias(simple, command, &text);
        }
        self.process.substitution_status = None;
        self.compound_arguments.clear();
        let mut words = Vec::with_capacity(simple.words.len());
        for word in &simple.words {
            self.expand_argument(word, &mut words)?;
        }
        let compounds = std::mem::take(&mut self.compound_arguments);
        let saved = self.process.descriptors.clone();
        let result = self.run_expanded(simple, command, words, compounds);
        if !std::mem::take(&mut self.keep_descriptors) {
            self.process.descriptors = saved;
        }
        self.machine.flush()?;
        result
    }

    /// Expands one word of a command; behind `declare` and its like assignments are not split.
    fn expand_argument(&mut self, word: &Word, words: &mut Vec<Vec<u8>>) -> Run<()> {
        let declares = words.first().is_some_and(|first| DECLARATIONS.contains(&first.as_slice()))
            || matches!(words.as_slice(), [first, second, ..]
                if (first == b"command" || first == b"builtin") && DECLARATIONS.contains(&second.as_slice()));
        if declares && let Some(length) = assignment_length(&word.text) {
            let (name, value) = word.text.split_at(length);
            if value.starts_with(b"(") && value.ends_with(b")") {
                self.compound_arguments.push(words.len());
                words.push(word.text.clone());
                return Ok(());
            }
            let value = self.expand_assigned(value)?;
            words.push([name, &value].concat());
            return Ok(());
        }
        self.expand_word(word, words)
    }

    fn run_expanded(
        &mut self,
        simple: &SimpleCommand,
        command: &Command,
        words: Vec<Vec<u8>>,
        compounds: Vec<usize>,
    ) -> Run<()> {
        let Some(name) = words.first() else {
            if !self.redirect_all(&command.redirects)? {
                self.process.status = 1;
                return Ok(());
            }
            for assignment in &simple.assignments {
                self.assign_word(assignment, false)?;
            }
            self.process.status = self.process.substitution_status.unwrap_or(0);
            return Ok(());
        };
        if simple.words.first().is_some_and(|word| word.text.starts_with(b"%")) {
            // A job: `%1` stands for `fg %1`.
            self.complain(b"fg: no job control")?;
            self.process.status = 1;
            return Ok(());
        }
        let function = self.process.functions.get(name.as_slice()).cloned();
        let builtin = builtins::find(name);
        let has_scope = !simple.assignments.is_empty();
        if has_scope {
            self.process.variables.push_scope();
        }
        let result = self.run_in_scope(simple, command, &words, compounds, (function, builtin));
        self.compound_arguments.clear();
        if has_scope {
            self.process.variables.pop_scope();
        }
        result
    }

    /// With the command's own assignments in a scope that the caller closes.
    fn run_in_scope(
        &mut self,
        simple: &SimpleCommand,
        command: &Command,
        words: &[Vec<u8>],
        compounds: Vec<usize>,
        target: (Option<Rc<Function>>, Option<&'static Builtin>),
    ) -> Run<()> {
        for assignment in &simple.assignments {
            match self.assign_word(assignment, true) {
                // The command runs all the same, without the variable.
                Ok(()) | Err(Interrupt::Discard) => {}
                Err(interrupt) => return Err(interrupt),
            }
        }
        self.trace_words(words)?;
        if !self.redirect_all(&command.redirects)? {
            self.process.status = 1;
            return Ok(());
        }
        self.process.last_argument = words.last().cloned().unwrap_or_default();
        self.compound_arguments = compounds;
        match target {
            (Some(function), _) => self.call_function(&function, words),
            (None, Some(builtin)) => self.run_builtin(builtin, words),
            (None, None) => self.run_program(words).map(|status| self.process.status = status),
        }
    }

    /// Runs a builtin and sets `$?`.
    pub(crate) fn run_builtin(&mut self, builtin: &Builtin, words: &[Vec<u8>]) -> Run<()> {
        let status = (builtin.run)(self, words)?;
        self.process.status = status;
        Ok(())
    }

    /// Runs a program of the container; prints the shell's own error when there is none.
    pub(crate) fn run_program(&mut self, words: &[Vec<u8>]) -> Run<i32> {
        let Some(name) = words.first() else { return Ok(0) };
        if matches!(commands::lookup(self.machine, name), Program::Missing) || self.shadowed(name) {
            return self.run_file(words);
        }
        let environment = self.environment();
        let directory = self.process.directory.clone();
        let descriptors = self.process.descriptors.clone();
        let status = commands::launch(self.machine, words, &directory, &environment, &descriptors)?;
        Ok(i32::from(status))
    }

    /// A bare name while `PATH` is empty finds nothing.
    fn shadowed(&self, name: &[u8]) -> bool {
        !name.contains(&b'/') && self.scalar(b"PATH").is_none_or(|path| path.is_empty())
    }

    /// A name that is no program of the container: a file, or an error.
    fn run_file(&mut self, words: &[Vec<u8>]) -> Run<i32> {
        let Some(name) = words.first() else { return Ok(0) };
        let path = if name.contains(&b'/') { Some(name.clone()) } else { self.find_in_path(name) };
        let Some(path) = path else {
            if commands::is_refused(name) {
                self.machine.effects.note(Provenance::Refused);
            }
            let shown = crate::shell::syntax::printable(name);
            let message: &[u8] = if self.kind == ShellKind::Dash { b": not found" } else { b": command not found" };
            self.complain(&[&shown[..], message].concat())?;
            return Ok(127);
        };
        let (message, status) = match self.machine.workspace.stat(&self.process.directory, &path) {
            Err(error) => (error.message(), if error == crate::workspace::FileError::NotFound { 127 } else { 126 }),
            Ok((_, node)) if node.kind() == Kind::Directory => ("Is a directory", 126),
            Ok((_, node)) if node.mode().0 & 0o111 == 0 => ("Permission denied", 126),
            Ok((file, _)) => return self.run_script_file(words, &path, &file),
        };
        self.complain(&[&path[..], b": ", message.as_bytes()].concat())?;
        Ok(status)
    }

    fn find_in_path(&self, name: &[u8]) -> Option<Vec<u8>> {
        let path = self.scalar(b"PATH")?;
        if name.is_empty() {
            return None;
        }
        path.split(|byte| *byte == b':').find_map(|directory| {
            let directory = if directory.is_empty() { b"." } else { directory };
            let candidate = [directory, b"/", name].concat();
            let (_, node) = self.machine.workspace.stat(&self.process.directory, &candidate).ok()?;
            (node.kind() == Kind::File && node.mode().0 & 0o111 != 0).then_some(candidate)
        })
    }

    /// A file with execute permission: its first line says what runs it.
    fn run_script_file(&mut self, words: &[Vec<u8>], path: &[u8], file: &crate::workspace::VirtualPath) -> Run<i32> {
        let text = match self.machine.workspace.read(file)? {
            Ok(text) => text,
            Err(error) => {
                self.complain(&[path, b": ", error.message().as_bytes()].concat())?;
                return Ok(126);
            }
        };
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let mut arguments: Vec<Vec<u8>> = match first.strip_prefix(b"#!") {
            Some(line) => {
                let line = line.trim_ascii();
                let (interpreter, option) = match line.iter().position(|byte| matches!(byte, b' ' | b'\t')) {
                    Some(at) => (&line[..at], line[at..].trim_ascii()),
                    None => (line, &b""[..]),
                };
                let interpreter = if commands::base_name(interpreter) == b"env" { option } else { interpreter };
                let option = if interpreter == option { &b""[..] } else { option };
                [interpreter, option].into_iter().filter(|part| !part.is_empty()).map(<[u8]>::to_vec).collect()
            }
            None => vec![b"bash".to_vec()],
        };
        if arguments
            .first()
            .is_some_and(|interpreter| matches!(commands::lookup(self.machine, interpreter), Program::Missing))
        {
            let interpreter = arguments.swap_remove(0);
            self.complain(&[path, b": ", &interpreter, b": bad interpreter: No such file or directory"].concat())?;
            return Ok(126);
        }
        arguments.push(path.to_vec());
        arguments.extend_from_slice(words.get(1..).unwrap_or_default());
        self.run_program(&arguments)
    }

    /// The exported variables.
    pub(crate) fn environment(&self) -> Environment {
        let mut environment = Environment::default();
        for (name, variable) in self.process.variables.visible() {
            if variable.attributes.exported
                && let Some(value) = variable.value.as_ref().and_then(|value| value.first())
            {
                environment.set(name, value);
            }
        }
        environment
    }
}
