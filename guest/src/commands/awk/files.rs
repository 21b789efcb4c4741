//! The files and commands that a program reads from and writes to.
//!
//! Commands of a `print | command` run when they are closed, with all that was printed to them. As
//! in mawk the list of open files goes from the one used last to the one used first, and is closed
//! in that order in the end.

use std::borrow::Cow;
use std::rc::Rc;

use super::ast::Redirection;
use super::input::Reader;
use crate::budget::Stoppable;
use crate::commands::Context;
use crate::machine::StreamId;
use crate::workspace::FileError;

/// The size of the blocks in which C's standard I/O writes.
const BLOCK: usize = 4096;

/// Where something is written to.
#[derive(Debug)]
enum Place<'a> {
    Standard,
    Error,
    File(StreamId),
    /// What a command will read.
    Pipe(Vec<u8>),
    Input(Reader<'a>),
    /// What a command has printed, and its exit status.
    Output(Reader<'a>, u8),
}

#[derive(Debug)]
struct Open<'a> {
    name: Rc<[u8]>,
    place: Place<'a>,
}

/// All open files.
#[derive(Debug)]
pub(super) struct Files<'a> {
    /// The one used last comes first.
    open: Vec<Open<'a>>,
    /// Standard output that a command's output may still overtake.
    held: Vec<u8>,
}

/// Why a file cannot be used.
pub(super) enum Refused {
    /// For `getline`, which returns -1.
    Unreadable,
    /// The message with which awk ends.
    Fatal(Vec<u8>),
}

impl<'a> Files<'a> {
    pub(super) fn new() -> Self {
        let standard = |name: &[u8], place| Open { name: Rc::from(name), place };
        let open = vec![standard(b"/dev/stdout", Place::Standard), standard(b"/dev/stderr", Place::Error)];
        Self { open, held: Vec::new() }
    }

    /// Writes to standard output.
    pub(super) fn out(&mut self, context: &mut Context<'_, 'a>, bytes: &[u8]) -> Stoppable<()> {
        let has_pipe = self.open.iter().any(|open| matches!(open.place, Place::Pipe(_)));
        if !has_pipe || context.columns().is_some() {
            self.write_held(context)?;
            return context.out(bytes);
        }
        context.machine.budget.scan(bytes.len() as u64)?;
        self.held.extend_from_slice(bytes);
        if self.held.len() >= BLOCK {
            let rest = self.held.split_off(self.held.len() / BLOCK * BLOCK);
            self.write_held(context)?;
            self.held = rest;
        }
        Ok(())
    }

    fn write_held(&mut self, context: &mut Context<'_, 'a>) -> Stoppable<()> {
        if self.held.is_empty() {
            return Ok(());
        }
        context.out(&std::mem::take(&mut self.held))
    }

    /// Writes out standard output.
    pub(super) fn flush(&mut self, context: &mut Context<'_, 'a>) -> Stoppable<()> {
        self.write_held(context)?;
        context.flush()
    }

    /// Makes the first file for which `is_it` holds the first of the list.
    fn find(&mut self, name: &[u8], is_it: impl Fn(&Place<'a>) -> bool) -> bool {
        let found = self.open.iter().position(|open| &*open.name == name && is_it(&open.place));
        let Some(at) = found else { return false };
        let open = self.open.remove(at);
        self.open.insert(0, open);
        true
    }

    fn add(&mut self, name: &[u8], place: Place<'a>) {
        self.open.insert(0, Open { name: Rc::from(name), place });
    }

    /// Writes to a file or for a command.
    pub(super) fn write(
        &mut self,
        context: &mut Context<'_, 'a>,
        name: &[u8],
        redirection: Redirection,
        bytes: &[u8],
    ) -> Stoppable<Result<(), Refused>> {
        if redirection == Redirection::Pipe {
            if !self.find(name, |place| matches!(place, Place::Pipe(_))) {
                self.flush(context)?;
                self.add(name, Place::Pipe(Vec::new()));
            }
        } else if !self.find(name, |place| matches!(place, Place::Standard | Place::Error | Place::File(_))) {
            let append = redirection == Redirection::Append;
            match context.machine.open_output(context.directory, name, append)? {
                Ok(stream) => self.add(name, Place::File(stream)),
                Err(error) => return Ok(Err(not_opened(b"\"", name, b"\" for output", error))),
            }
        }
        match self.open.first_mut().map(|open| &mut open.place) {
            Some(Place::Standard) => self.out(context, bytes)?,
            Some(Place::Error) => context.error(bytes)?,
            Some(Place::File(stream)) => context.machine.streams.write(*stream, bytes, context.machine.budget)?,
            Some(Place::Pipe(collected)) => {
                context.machine.budget.write(bytes.len() as u64)?;
                collected.extend_from_slice(bytes);
            }
            _ => {}
        }
        Ok(Ok(()))
    }

    /// What `getline < name` reads from.
    pub(super) fn input(
        &mut self,
        context: &mut Context<'_, 'a>,
        name: &[u8],
    ) -> Stoppable<Result<&mut Reader<'a>, Refused>> {
        if !self.find(name, |place| matches!(place, Place::Input(_))) {
            match read(context, name)? {
                Ok(bytes) => self.add(name, Place::Input(Reader::new(bytes))),
                Err(FileError::IsADirectory) => return Ok(Err(directory())),
                Err(_) => return Ok(Err(Refused::Unreadable)),
            }
        }
        Ok(self.first_reader())
    }

    /// What `command | getline` reads from. The command runs when it is first read from.
    pub(super) fn command(
        &mut self,
        context: &mut Context<'_, 'a>,
        command: &[u8],
    ) -> Stoppable<Result<&mut Reader<'a>, Refused>> {
        if !self.find(command, |place| matches!(place, Place::Output(..))) {
            self.flush(context)?;
            let stream = context.machine.streams.buffer();
            let mut descriptors = context.descriptors.clone();
            descriptors.set(1, stream);
            let status = context.launch_with(&shell(command), context.environment, &descriptors)?;
            let bytes = context.machine.streams.take(stream);
            self.add(command, Place::Output(Reader::new(Cow::Owned(bytes)), status));
        }
        Ok(self.first_reader())
    }

    fn first_reader(&mut self) -> Result<&mut Reader<'a>, Refused> {
        match self.open.first_mut().map(|open| &mut open.place) {
            Some(Place::Input(reader) | Place::Output(reader, _)) => Ok(reader),
            _ => Err(Refused::Unreadable),
        }
    }

    /// `system(command)`.
    pub(super) fn system(&mut self, context: &mut Context<'_, 'a>, command: &[u8]) -> Stoppable<u8> {
        self.flush(context)?;
        context.machine.flush()?;
        context.launch(&shell(command))
    }

    /// `close(name)`: all files of this name; the last one's status, -1 when there is none.
    pub(super) fn close(&mut self, context: &mut Context<'_, 'a>, name: &[u8]) -> Stoppable<f64> {
        let mut status = -1.0;
        while let Some(at) = self.open.iter().position(|open| &*open.name == name) {
            let open = self.open.remove(at);
            status = self.close_one(context, open)?;
        }
        Ok(status)
    }

    fn close_one(&mut self, context: &mut Context<'_, 'a>, open: Open<'a>) -> Stoppable<f64> {
        match open.place {
            Place::Standard => self.flush(context)?,
            Place::File(_) => context.machine.flush()?,
            Place::Pipe(bytes) => {
                context.machine.flush()?;
                let mut descriptors = context.descriptors.clone();
                descriptors.set(0, context.machine.streams.input(bytes));
                let status = context.launch_with(&shell(&open.name), context.environment, &descriptors)?;
                return Ok(f64::from(status));
            }
            Place::Output(_, status) => return Ok(f64::from(status)),
            Place::Error | Place::Input(_) => {}
        }
        Ok(0.0)
    }

    /// `fflush(name)`: 0, or -1 when no such file is written to.
    pub(super) fn flush_named(&mut self, context: &mut Context<'_, 'a>, name: &[u8]) -> Stoppable<f64> {
        let is_output = |place: &Place<'_>| !matches!(place, Place::Input(_) | Place::Output(..));
        let is_open = name.is_empty() || self.open.iter().any(|open| &*open.name == name && is_output(&open.place));
        if name.is_empty() || name == b"/dev/stdout" {
            self.flush(context)?;
        }
        context.machine.flush()?;
        Ok(if is_open { 0.0 } else { -1.0 })
    }

    /// Closes everything at the end of the program.
    pub(super) fn close_all(&mut self, context: &mut Context<'_, 'a>) -> Stoppable<()> {
        for open in std::mem::take(&mut self.open) {
            self.close_one(context, open)?;
        }
        self.write_held(context)
    }
}

/// All bytes of an input file; `-` is standard input.
pub(super) fn read<'a>(context: &mut Context<'_, 'a>, name: &[u8]) -> Stoppable<Result<Cow<'a, [u8]>, FileError>> {
    context.machine.flush()?;
    context.open(name)
}

/// awk ends when it reads from a directory.
pub(super) fn directory() -> Refused {
    Refused::Fatal([b"read error (", FileError::IsADirectory.message().as_bytes(), b")"].concat())
}

/// `cannot open name (why)`.
pub(super) fn not_opened(before: &[u8], name: &[u8], after: &[u8], error: FileError) -> Refused {
    let why = error.message().as_bytes();
    Refused::Fatal([b"cannot open ", before, name, after, b" (", why, b")"].concat())
}

fn shell(command: &[u8]) -> [Vec<u8>; 3] {
    [b"sh".to_vec(), b"-c".to_vec(), command.to_vec()]
}
