//! Open streams: what file descriptors point to.
//!
//! Commands of a pipeline run one after the other, so a pipe is a buffer: written by one stage,
//! then read by the next. [`super::pipe`] says what a writer notices of a reader that leaves early.

use sparring_tree::Kind;

use super::Machine;
use super::pipe::{Demand, Pipe};
use crate::budget::{Budget, Stop, Stoppable};
use crate::workspace::{Device, FileError, VirtualPath};

/// Names an open stream; descriptors that were duplicated share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamId(u32);

#[derive(Debug)]
enum Stream {
    /// Reads nothing, swallows what is written: `/dev/null`.
    Null,
    /// Collects what is written; once it is turned into an input, reads it back.
    Buffer { bytes: Vec<u8>, read: usize, flow: Flow },
    /// Writes to a file. Bytes stay here until [`Machine::flush`].
    File { path: VirtualPath, append: bool, at: u64, unsaved: Vec<u8> },
}

/// What is known of a buffer's far end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    /// A pipe between two stages.
    Pipe,
    /// What writes into it would never end: the bytes are the beginning.
    Endless,
    /// Anything else.
    Other,
}

/// All streams of a step. Only grows: a step opens few.
#[derive(Debug, Default)]
pub struct Streams {
    streams: Vec<Stream>,
    has_unsaved: bool,
    terminal: Option<StreamId>,
    /// Pipes whose reader may leave early: few, and only while their pipeline runs.
    pipes: Vec<(StreamId, Pipe)>,
    is_endless: bool,
}

impl Streams {
    fn open(&mut self, stream: Stream) -> StreamId {
        self.streams.push(stream);
        StreamId(self.streams.len() as u32 - 1)
    }

    /// `/dev/null`.
    pub fn null(&mut self) -> StreamId {
        self.open(Stream::Null)
    }

    /// An empty buffer: the terminal, a pipe, a command substitution.
    pub fn buffer(&mut self) -> StreamId {
        self.open(Stream::Buffer { bytes: Vec::new(), read: 0, flow: Flow::Other })
    }

    /// A pipe. With a demand its reader leaves when it has what it wants; it prints to `beside`.
    pub fn pipe(&mut self, demand: Option<Demand>, beside: Option<StreamId>) -> StreamId {
        let stream = self.open(Stream::Buffer { bytes: Vec::new(), read: 0, flow: Flow::Pipe });
        if let Some(demand) = demand {
            self.pipes.push((stream, Pipe::new(demand, beside)));
        }
        stream
    }

    /// A stream that reads these bytes, the beginning of what an endless device gives.
    pub fn endless_input(&mut self, bytes: Vec<u8>) -> StreamId {
        self.open(Stream::Buffer { bytes, read: 0, flow: Flow::Endless })
    }

    /// A program that has read all that an endless source gives would go on for ever. False when
    /// it may: it writes to a pipe, whose reader has more than it will take.
    pub fn note_endless(&mut self, output: Option<StreamId>) -> bool {
        match output.and_then(|stream| self.streams.get_mut(stream.0 as usize)) {
            Some(Stream::Buffer { flow: flow @ (Flow::Pipe | Flow::Endless), .. }) => {
                *flow = Flow::Endless;
                false
            }
            _ => true,
        }
    }

    /// A reader asks for more of an endless source than there is here.
    pub fn want_more(&mut self) {
        self.is_endless = true;
    }

    /// Whether a reader has asked for all of an endless source, since this was asked last.
    pub fn take_endless(&mut self) -> bool {
        std::mem::take(&mut self.is_endless)
    }

    /// Whether the reader of this pipe may leave early.
    pub fn may_break(&self, stream: Option<StreamId>) -> bool {
        self.pipes.iter().any(|(other, _)| Some(*other) == stream)
    }

    /// Time passes for those who write: a program starts, files are searched. Readers that have
    /// enough leave.
    pub fn pause(&mut self) {
        self.pipes.iter_mut().for_each(|(_, pipe)| pipe.pause());
        self.mark_left();
    }

    fn mark_left(&mut self) {
        for index in 0..self.pipes.len() {
            let Some(beside) = self.pipes.get(index).and_then(|(_, pipe)| pipe.leaves_beside()) else { continue };
            let length = self.collected(beside);
            if let Some((_, pipe)) = self.pipes.get_mut(index) {
                pipe.set_left_at(length);
            }
        }
    }

    /// The writer has ended. How much had been printed beside the reader when it left, if it left.
    pub fn close_pipe(&mut self, stream: StreamId) -> Option<usize> {
        let at = self.pipes.iter().position(|(other, _)| *other == stream)?;
        self.pipes.swap_remove(at).1.left_at()
    }

    /// How many bytes a buffer has collected.
    pub fn collected(&self, stream: StreamId) -> usize {
        match self.streams.get(stream.0 as usize) {
            Some(Stream::Buffer { bytes, .. }) => bytes.len(),
            _ => 0,
        }
    }

    /// Moves what a buffer has collected from `from` on to `to`: it was printed earlier than what
    /// stands there.
    pub fn move_back(&mut self, stream: StreamId, from: usize, to: usize) {
        if let Some(Stream::Buffer { bytes, .. }) = self.streams.get_mut(stream.0 as usize)
            && let Some(range) = bytes.get_mut(to..)
            && let Some(distance) = from.checked_sub(to)
            && distance <= range.len()
        {
            range.rotate_left(distance);
        }
    }

    /// A stream that reads these bytes.
    pub fn input(&mut self, bytes: Vec<u8>) -> StreamId {
        self.open(Stream::Buffer { bytes, read: 0, flow: Flow::Other })
    }

    /// A stream that writes to the file at `path`, from offset `at` or always at its end.
    pub fn file(&mut self, path: VirtualPath, append: bool, at: u64) -> StreamId {
        self.open(Stream::File { path, append, at, unsaved: Vec::new() })
    }

    /// Writes bytes. Charged to the budget. [`Stop::BrokenPipe`] when the reader has left.
    pub fn write(&mut self, stream: StreamId, bytes: &[u8], budget: &Budget) -> Stoppable<()> {
        budget.write(bytes.len() as u64)?;
        if !bytes.is_empty()
            && let Some((_, pipe)) = self.pipes.iter_mut().find(|(other, _)| *other == stream)
            && !pipe.admit(bytes)
        {
            self.mark_left();
            // The reader still gets what it wants of a write that is too large for the pipe.
            if let Some(Stream::Buffer { bytes: buffer, .. }) = self.streams.get_mut(stream.0 as usize) {
                buffer.extend_from_slice(bytes);
            }
            return Err(Stop::BrokenPipe);
        }
        match self.streams.get_mut(stream.0 as usize) {
            Some(Stream::Buffer { bytes: buffer, .. }) => buffer.extend_from_slice(bytes),
            Some(Stream::File { unsaved, .. }) => {
                unsaved.extend_from_slice(bytes);
                self.has_unsaved |= !bytes.is_empty();
            }
            Some(Stream::Null) | None => {}
        }
        Ok(())
    }

    /// All that is left to read.
    pub fn read_all(&mut self, stream: StreamId, budget: &Budget) -> Stoppable<Vec<u8>> {
        match self.streams.get_mut(stream.0 as usize) {
            Some(Stream::Buffer { bytes, read, flow }) => {
                self.is_endless |= *flow == Flow::Endless;
                budget.scan((bytes.len() - *read) as u64)?;
                if *read == 0 {
                    return Ok(std::mem::take(bytes));
                }
                let rest = bytes.split_off(*read);
                bytes.clear();
                *read = 0;
                Ok(rest)
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Up to and with the next `delimiter` byte; the rest when there is none; `None` at the end.
    pub fn read_until(&mut self, stream: StreamId, delimiter: u8, budget: &Budget) -> Stoppable<Option<Vec<u8>>> {
        let Some(Stream::Buffer { bytes, read, .. }) = self.streams.get_mut(stream.0 as usize) else { return Ok(None) };
        let rest = &bytes[*read..];
        if rest.is_empty() {
            return Ok(None);
        }
        let length = memchr::memchr(delimiter, rest).map_or(rest.len(), |at| at + 1);
        budget.scan(length as u64)?;
        let line = rest[..length].to_vec();
        *read += length;
        Ok(Some(line))
    }

    /// Whether it is `/dev/null`.
    pub fn is_null(&self, stream: StreamId) -> bool {
        matches!(self.streams.get(stream.0 as usize), Some(Stream::Null))
    }

    /// The file that a stream writes to.
    pub fn file_path(&self, stream: StreamId) -> Option<&VirtualPath> {
        match self.streams.get(stream.0 as usize) {
            Some(Stream::File { path, .. }) => Some(path),
            _ => None,
        }
    }

    /// The next byte; `None` at the end.
    pub fn read_byte(&mut self, stream: StreamId, budget: &Budget) -> Stoppable<Option<u8>> {
        let Some(Stream::Buffer { bytes, read, .. }) = self.streams.get_mut(stream.0 as usize) else { return Ok(None) };
        budget.scan(1)?;
        let byte = bytes.get(*read).copied();
        *read += usize::from(byte.is_some());
        Ok(byte)
    }

    /// Marks the buffer that is the session's terminal.
    pub fn set_terminal(&mut self, stream: StreamId) {
        self.terminal = Some(stream);
    }

    /// Whether a descriptor's stream is the session's terminal.
    pub fn is_terminal(&self, stream: Option<StreamId>) -> bool {
        stream.is_some() && stream == self.terminal
    }

    /// Takes what a buffer has collected and leaves it empty.
    pub fn take(&mut self, stream: StreamId) -> Vec<u8> {
        match self.streams.get_mut(stream.0 as usize) {
            Some(Stream::Buffer { bytes, read, .. }) => {
                *read = 0;
                std::mem::take(bytes)
            }
            _ => Vec::new(),
        }
    }
}

impl Machine<'_> {
    /// Brings what was written to files into the workspace. The shell calls it after every
    /// command, so that the next one sees the files as they are.
    pub fn flush(&mut self) -> Stoppable<()> {
        if !std::mem::take(&mut self.streams.has_unsaved) {
            return Ok(());
        }
        for index in 0..self.streams.streams.len() {
            let Some(Stream::File { path, append, at, unsaved }) = self.streams.streams.get_mut(index) else {
                continue;
            };
            if unsaved.is_empty() {
                continue;
            }
            let bytes = std::mem::take(unsaved);
            let (path, append, start) = (path.clone(), *append, *at);
            let end = start + bytes.len() as u64;
            *at = end;
            let length = self.workspace.content(&path).map(|content| content.len());
            // A file that was removed while it was open takes no more bytes, as on Linux.
            let _unlinked: Result<(), FileError> = match length {
                Err(error) => Err(error),
                Ok(length) if append || start == length => self.workspace.append(&path, bytes)?,
                Ok(length) if start > length => {
                    let mut padded = vec![0; (start - length) as usize];
                    padded.extend_from_slice(&bytes);
                    self.workspace.append(&path, padded)?
                }
                Ok(length) => self.workspace.splice(&path, start, end.min(length), bytes)?,
            };
        }
        Ok(())
    }

    /// Opens a file for a `<` redirection.
    pub fn open_input(&mut self, directory: &VirtualPath, text: &[u8]) -> Stoppable<Result<StreamId, FileError>> {
        // Reading a directory fails at the first read, but opening it does not; every command
        // that bash redirects reports it in its own words, so the bytes are simply empty.
        let path = match self.workspace.resolve(directory, text) {
            Ok(path) => path,
            Err(error) => return Ok(Err(error)),
        };
        match self.workspace.node(&path).map(|node| node.kind()) {
            None => Ok(Err(FileError::NotFound)),
            Some(Kind::Directory) => Ok(Ok(self.streams.null())),
            Some(_) if Device::at(path.as_bytes()).is_some_and(Device::is_endless) => {
                let bytes = self.workspace.read(&path)?;
                let _only_the_stream_counts = self.workspace.take_endless();
                Ok(bytes.map(|bytes| self.streams.endless_input(bytes.to_vec())))
            }
            Some(_) => match self.workspace.read(&path)? {
                Ok(bytes) => Ok(Ok(self.streams.input(bytes.to_vec()))),
                Err(error) => Ok(Err(error)),
            },
        }
    }

    /// Opens a file for a `>` (`append` false: made or emptied) or `>>` redirection.
    pub fn open_output(
        &mut self,
        directory: &VirtualPath,
        text: &[u8],
        append: bool,
    ) -> Stoppable<Result<StreamId, FileError>> {
        let path = match self.workspace.resolve(directory, text) {
            Ok(path) => path,
            Err(error) => return Ok(Err(error)),
        };
        if Device::at(path.as_bytes()).is_some() {
            return Ok(Ok(self.streams.null()));
        }
        let opened = match self.workspace.node(&path).map(|node| node.kind()) {
            Some(Kind::Directory) => Err(FileError::IsADirectory),
            Some(_) if append => Ok(()),
            _ => self.workspace.write(&path, Vec::new())?,
        };
        Ok(opened.map(|()| self.streams.file(path, append, 0)))
    }
}

/// Which stream each open file descriptor points to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Descriptors {
    open: Vec<(u32, StreamId)>,
}

impl Descriptors {
    /// Standard input, output and error.
    pub fn standard(input: StreamId, output: StreamId, error: StreamId) -> Self {
        Self { open: vec![(0, input), (1, output), (2, error)] }
    }

    /// The stream behind a descriptor; `None` when it is closed.
    pub fn get(&self, descriptor: u32) -> Option<StreamId> {
        self.open.iter().find(|(number, _)| *number == descriptor).map(|(_, stream)| *stream)
    }

    /// Points a descriptor at a stream.
    pub fn set(&mut self, descriptor: u32, stream: StreamId) {
        match self.open.iter_mut().find(|(number, _)| *number == descriptor) {
            Some(slot) => slot.1 = stream,
            None => self.open.push((descriptor, stream)),
        }
    }

    /// Closes a descriptor.
    pub fn close(&mut self, descriptor: u32) {
        self.open.retain(|(number, _)| *number != descriptor);
    }
}
