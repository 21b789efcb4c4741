//! What a running command sees of the world.

use super::{Buffering, Environment};
use crate::budget::Stoppable;
use crate::machine::{Descriptors, Machine, StreamId, Terminal};
use crate::workspace::VirtualPath;

/// The size of the blocks in which C's standard I/O writes to a pipe or a file.
const BLOCK: usize = 4096;

/// A running command: its arguments, its streams and the machine below.
pub struct Context<'c, 'a> {
    /// Files, budget, streams, effects.
    pub machine: &'c mut Machine<'a>,
    /// The command line; the first is the name by which the command was called.
    pub arguments: &'c [Vec<u8>],
    /// Where it runs.
    pub directory: &'c VirtualPath,
    /// Its exported variables.
    pub environment: &'c Environment,
    /// Its open files.
    pub descriptors: &'c Descriptors,
    /// Standard output that was not written out yet; only used where it shows how much is written
    /// at once: against standard error, or by a reader that leaves early.
    pending: Vec<u8>,
    output: Option<StreamId>,
    holds_output: bool,
    /// Between two writes of a block there is work: see [`Context::works_between_writes`].
    is_slow: bool,
}

impl<'c, 'a> Context<'c, 'a> {
    /// A command about to run.
    pub fn new(
        machine: &'c mut Machine<'a>,
        arguments: &'c [Vec<u8>],
        directory: &'c VirtualPath,
        environment: &'c Environment,
        descriptors: &'c Descriptors,
        buffering: Buffering,
    ) -> Self {
        let (output, error) = (descriptors.get(1), descriptors.get(2));
        let is_shared = machine.terminal == Terminal::Pipe && output == error;
        let is_observed = machine.streams.may_break(output);
        let holds_output = buffering == Buffering::Blocks && (is_shared || is_observed);
        Self {
            machine,
            arguments,
            directory,
            environment,
            descriptors,
            pending: Vec::new(),
            output,
            holds_output,
            is_slow: false,
        }
    }

    /// The name by which the command was called, as its messages begin.
    pub fn name(&self) -> &'c [u8] {
        self.arguments.first().map_or(b"", Vec::as_slice)
    }

    /// Writes to standard output.
    pub fn out(&mut self, bytes: &[u8]) -> Stoppable<()> {
        let Some(stream) = self.output else { return Ok(()) };
        if !self.holds_output {
            return self.machine.streams.write(stream, bytes, self.machine.budget);
        }
        if self.is_slow && self.pending.is_empty() && !bytes.is_empty() {
            self.machine.streams.pause();
        }
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= BLOCK {
            let rest = self.pending.split_off(self.pending.len() / BLOCK * BLOCK);
            for block in self.pending.chunks(BLOCK) {
                self.machine.streams.write(stream, block, self.machine.budget)?;
                if self.is_slow {
                    self.machine.streams.pause();
                }
            }
            self.pending = rest;
        }
        Ok(())
    }

    /// The command has much to do before it has printed another block, as `grep -r` does: enough
    /// for a reader of its output to leave meanwhile.
    pub fn works_between_writes(&mut self) {
        self.is_slow = true;
    }

    /// Writes out what standard output still holds, as `fflush` does.
    pub fn flush(&mut self) -> Stoppable<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let pending = std::mem::take(&mut self.pending);
        let Some(stream) = self.output else { return Ok(()) };
        self.machine.streams.write(stream, &pending, self.machine.budget)
    }

    /// Writes to standard error.
    pub fn error(&mut self, bytes: &[u8]) -> Stoppable<()> {
        match self.descriptors.get(2) {
            Some(stream) => self.machine.streams.write(stream, bytes, self.machine.budget),
            None => Ok(()),
        }
    }

    /// Writes `name: message` and a newline to standard error, after what standard output holds:
    /// `error` of the GNU C library flushes it first.
    pub fn complain(&mut self, message: &[u8]) -> Stoppable<()> {
        self.flush()?;
        let text = [super::base_name(self.name()), b": ", message, b"\n"].concat();
        self.error(&text)
    }

    /// All that standard input still has.
    pub fn input(&mut self) -> Stoppable<Vec<u8>> {
        match self.descriptors.get(0) {
            Some(stream) => self.machine.streams.read_all(stream, self.machine.budget),
            None => Ok(Vec::new()),
        }
    }

    /// The next line of standard input with its newline; `None` at the end.
    pub fn input_line(&mut self) -> Stoppable<Option<Vec<u8>>> {
        match self.descriptors.get(0) {
            Some(stream) => self.machine.streams.read_until(stream, b'\n', self.machine.budget),
            None => Ok(None),
        }
    }

    /// The columns of the terminal that standard output goes to; `None` when it goes elsewhere.
    pub fn columns(&self) -> Option<u16> {
        match self.machine.terminal {
            Terminal::Columns(columns) if self.machine.streams.is_terminal(self.output) => Some(columns),
            _ => None,
        }
    }

    /// Runs another program with the same streams, directory and environment (`xargs`, `find
    /// -exec`, `env`). Returns its exit status.
    pub fn launch(&mut self, arguments: &[Vec<u8>]) -> Stoppable<u8> {
        self.launch_with(arguments, self.environment, self.descriptors)
    }

    /// As [`Context::launch`], with another environment and other streams.
    pub fn launch_with(
        &mut self,
        arguments: &[Vec<u8>],
        environment: &Environment,
        descriptors: &Descriptors,
    ) -> Stoppable<u8> {
        self.flush()?;
        super::launch(self.machine, arguments, self.directory, environment, descriptors)
    }
}
