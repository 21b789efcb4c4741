//! Subshells, functions and traps: where a piece of the process's state is set aside.

use std::rc::Rc;

use super::{Interrupt, Run};
use crate::budget::Stop;
use crate::commands::BROKEN_PIPE_STATUS;
use crate::shell::Shell;
use crate::shell::process::Process;
use crate::shell::syntax::Function;

impl Shell<'_, '_> {
    /// Starts a subshell: what it changes of the process is undone by [`Shell::leave_subshell`].
    pub(crate) fn enter_subshell(&mut self) -> Run<Box<Process>> {
        self.machine.budget.scan(self.process.variables.bytes())?;
        self.process.depth = self.machine.budget.depth();
        let saved = Box::new(self.process.clone());
        self.process.subshell += 1;
        self.process.traps.clear();
        self.process.jobs.clear();
        self.process.loops = 0;
        Ok(saved)
    }

    /// Ends a subshell; returns its exit status, which also becomes `$?`.
    pub(crate) fn leave_subshell(&mut self, saved: Box<Process>, result: Run<()>) -> Run<i32> {
        let result = match result {
            Err(Interrupt::Stop(stop)) if stop != Stop::BrokenPipe => Err(stop),
            other => {
                let was_killed = matches!(other, Err(Interrupt::Stop(_)));
                self.keep_descriptors &= !was_killed;
                match self.run_exit_trap() {
                    Err(Interrupt::Stop(stop)) if stop != Stop::BrokenPipe => Err(stop),
                    Err(Interrupt::Stop(_)) => Ok(true),
                    _ => Ok(was_killed),
                }
            }
        };
        let status = if result == Ok(true) { i32::from(BROKEN_PIPE_STATUS) } else { self.process.status };
        self.process = *saved;
        self.process.status = status;
        self.machine.budget.return_to(self.process.depth);
        self.machine.workspace.set_umask(self.process.umask as u16);
        self.machine.flush()?;
        result?;
        Ok(status)
    }

    /// Calls a function; `arguments` starts with its name.
    pub(crate) fn call_function(&mut self, function: &Rc<Function>, arguments: &[Vec<u8>]) -> Run<()> {
        let positional =
            std::mem::replace(&mut self.process.positional, arguments.get(1..).unwrap_or_default().to_vec());
        let loops = std::mem::take(&mut self.process.loops);
        let line = self.process.line;
        self.process.calls.push(arguments.first().cloned().unwrap_or_default());
        self.process.variables.push_scope();
        let function = Rc::clone(function);
        let result = self.nested(|shell| shell.run_command(&function.body));
        self.process.variables.pop_scope();
        self.process.calls.pop();
        self.process.loops = loops;
        self.process.line = line;
        self.process.positional = positional;
        match result {
            Err(Interrupt::Return) => Ok(()),
            other => other,
        }
    }

    /// Runs the command of a trap, if one is set. `$?` stays what it was.
    pub(crate) fn run_trap(&mut self, name: &[u8]) -> Run<()> {
        let Some(command) = self.process.traps.get(name).filter(|command| !command.is_empty()).cloned() else {
            return Ok(());
        };
        // A trap is not taken while it runs.
        let taken = self.process.traps.remove(name);
        let status = self.process.status;
        let result = self.run_text(&command, b"trap");
        if let (Some(taken), true) = (taken, name != b"EXIT") {
            self.process.traps.insert(name.to_vec(), taken);
        }
        result?;
        self.process.status = status;
        Ok(())
    }

    /// `trap ... EXIT`: an `exit` inside it sets the status.
    pub(crate) fn run_exit_trap(&mut self) -> Run<()> {
        match self.run_trap(b"EXIT") {
            Err(Interrupt::Stop(stop)) => Err(stop.into()),
            _ => Ok(()),
        }
    }
}
