//! Running what an agent typed.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::eval::Interrupt;
use super::process::Process;
use super::syntax::{ParseOptions, Parser};
use super::{Shell, ShellKind, ShellState};
use crate::budget::{Stop, Stoppable};
use crate::commands::{BROKEN_PIPE_STATUS, Environment};
use crate::machine::{Descriptors, Machine};
use crate::workspace::VirtualPath;

/// Runs a text in the session's shell and returns its exit status. What lasts of the shell goes
/// back into `state`, unless the step stops.
pub fn run_script(
    machine: &mut Machine<'_>,
    state: &mut ShellState,
    kind: ShellKind,
    text: &[u8],
    descriptors: &Descriptors,
) -> Stoppable<u8> {
    let process = state.start(kind, descriptors);
    machine.workspace.set_umask(process.umask as u16);
    let mut shell = Shell::new(machine, process, kind, b"bash");
    let status = match shell.run_to_end(text) {
        // The session's own shell writes to a pipe only where it was made to by `exec`.
        Err(Stop::BrokenPipe) => BROKEN_PIPE_STATUS,
        other => other?,
    };
    state.update(&shell.process, kind);
    Ok(status)
}

/// Runs `bash -c text` or `bash file` as a program: it knows only the exported variables.
pub fn run_command_line(
    machine: &mut Machine<'_>,
    script: &Script<'_>,
    directory: &VirtualPath,
    environment: &Environment,
    descriptors: &Descriptors,
) -> Stoppable<u8> {
    let mut state = ShellState::new(directory);
    environment.iter().for_each(|(name, value)| state.export(name, value));
    let mut process = state.start(script.kind, descriptors);
    let umask = machine.workspace.umask();
    process.umask = u32::from(umask);
    process.positional = script.arguments.to_vec();
    for letter in script.options {
        process.options.set_letter(*letter, true);
    }
    machine.budget.enter()?;
    let mut shell = Shell::new(machine, process, script.kind, script.name);
    let result = shell.run_to_end(script.text);
    machine.workspace.set_umask(umask);
    let status = result?;
    machine.budget.leave();
    Ok(status)
}

/// A text to run as a program of its own.
pub struct Script<'t> {
    /// How its messages begin.
    pub kind: ShellKind,
    /// `$0`
    pub name: &'t [u8],
    /// The commands.
    pub text: &'t [u8],
    /// `$1` and on.
    pub arguments: &'t [Vec<u8>],
    /// Letters for `set -`.
    pub options: &'t [u8],
}

/// The ranges of the statements that stand on lines of their own; none when the text does not
/// parse.
pub fn count_statements(text: &[u8]) -> Vec<Range<usize>> {
    let mut parser = Parser::new(text, ParseOptions::default());
    let mut ranges: Vec<Range<usize>> = Vec::new();
    loop {
        let from = parser.offset();
        match parser.next_command() {
            Err(_) => return Vec::new(),
            Ok(None) => return ranges,
            Ok(Some(_)) => {
                let end = parser.offset();
                let part = text.get(from..end).unwrap_or_default();
                let start = from + statement_start(part);
                let trimmed = text.get(start..end).unwrap_or_default().trim_ascii_end().len();
                ranges.push(start..start + trimmed);
            }
        }
    }
}

/// Skips blank lines and comment lines.
fn statement_start(text: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        at += blanks;
        if text.get(at) != Some(&b'#') {
            return at;
        }
        at += memchr::memchr(b'\n', &text[at..]).unwrap_or(text.len() - at);
    }
}

impl<'m, 'a> Shell<'m, 'a> {
    fn new(machine: &'m mut Machine<'a>, process: Process, kind: ShellKind, name: &[u8]) -> Self {
        Self {
            machine,
            process,
            kind,
            name: name.to_vec(),
            sources: Vec::new(),
            compound_arguments: Vec::new(),
            keep_descriptors: false,
            compound_refused: false,
            incomplete: false,
            substitutions: 0,
            line_aliases: BTreeMap::new(),
            substituted_files: 0,
            random_state: Cell::new(0),
            process_numbers: 0,
        }
    }

    /// Runs a whole text, then the `EXIT` trap of a shell that ends with it.
    fn run_to_end(&mut self, text: &[u8]) -> Stoppable<u8> {
        let result = self.run_text(text, if self.kind == ShellKind::Script { b"" } else { b"-c" });
        let ended = matches!(result, Err(Interrupt::Exit));
        stop_of(result)?;
        if !self.is_interactive() || ended {
            stop_of(self.run_exit_trap())?;
            self.process.traps.clear();
        }
        self.machine.flush()?;
        self.remove_substituted_files()?;
        Ok((self.process.status & 0xff) as u8)
    }

    /// Files of `<( )` do not outlive their command line.
    fn remove_substituted_files(&mut self) -> Stoppable<()> {
        for index in 0..std::mem::take(&mut self.substituted_files) {
            let path = VirtualPath::lexical(format!("/dev/fd/{}", 63u32.saturating_sub(index)).as_bytes());
            let _gone = self.machine.workspace.remove(&path)?;
            if index == 0 {
                let _gone = self.machine.workspace.remove(&path.parent())?;
            }
        }
        Ok(())
    }
}

/// Every other way to leave a shell just ends it.
fn stop_of<T>(result: Result<T, Interrupt>) -> Stoppable<()> {
    match result {
        Err(Interrupt::Stop(stop)) => Err(stop),
        _ => Ok(()),
    }
}
