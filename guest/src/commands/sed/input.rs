//! The lines of sed's input files, with a look ahead for `$`.

use sparring_tree::Kind;

use crate::budget::Stoppable;
use crate::commands::Context;
use crate::workspace::{FileError, VirtualPath};

/// A file that is being read.
#[derive(Debug)]
pub(super) struct OpenFile<'a> {
    /// As it was named; `-` for standard input.
    pub(super) name: Vec<u8>,
    /// Where it is; standard input is nowhere.
    pub(super) path: Option<VirtualPath>,
    bytes: &'a [u8],
    at: usize,
}

impl OpenFile<'_> {
    fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }
}

/// What opening the next file came to.
enum Opened<'a> {
    File(OpenFile<'a>),
    /// No file is left.
    NoMore,
}

/// Something that ends sed at once: a message and the exit status.
#[derive(Debug)]
pub(super) struct Fatal {
    pub(super) message: Vec<u8>,
    pub(super) status: u8,
}

/// All input files.
pub(super) struct Input<'a> {
    names: std::vec::IntoIter<Vec<u8>>,
    pub(super) current: Option<OpenFile<'a>>,
    /// The file after the current one, when a look ahead opened it.
    upcoming: Option<OpenFile<'a>>,
    delimiter: u8,
    in_place: bool,
    /// A file could not be read.
    pub(super) trouble: bool,
}

impl<'a> Input<'a> {
    pub(super) fn new(names: Vec<Vec<u8>>, delimiter: u8, in_place: bool) -> Self {
        Self { names: names.into_iter(), current: None, upcoming: None, delimiter, in_place, trouble: false }
    }

    /// Whether the current file has no further line.
    pub(super) fn is_file_done(&self) -> bool {
        self.current.as_ref().is_none_or(OpenFile::is_at_end)
    }

    /// The next line of the current file, and whether its delimiter was there.
    pub(super) fn next_line(&mut self) -> Option<(&'a [u8], bool)> {
        let file = self.current.as_mut().filter(|file| !file.is_at_end())?;
        let rest = file.bytes.get(file.at..)?;
        let length = memchr::memchr(self.delimiter, rest);
        file.at += length.map_or(rest.len(), |length| length + 1);
        Some((rest.get(..length.unwrap_or(rest.len()))?, length.is_some()))
    }

    /// Makes the next file the current one; false when there is none.
    pub(super) fn advance(&mut self, context: &mut Context<'_, 'a>) -> Stoppable<Result<bool, Fatal>> {
        self.current = None;
        if let Some(file) = self.upcoming.take() {
            self.current = Some(file);
            return Ok(Ok(true));
        }
        match self.open(context)? {
            Ok(Opened::File(file)) => self.current = Some(file),
            Ok(Opened::NoMore) => return Ok(Ok(false)),
            Err(fatal) => return Ok(Err(fatal)),
        }
        Ok(Ok(true))
    }

    /// Whether no further line comes after the current file's. Opens files to find out.
    pub(super) fn is_nothing_left(&mut self, context: &mut Context<'_, 'a>) -> Stoppable<Result<bool, Fatal>> {
        while self.upcoming.as_ref().is_none_or(OpenFile::is_at_end) {
            match self.open(context)? {
                Ok(Opened::File(file)) => self.upcoming = Some(file),
                Ok(Opened::NoMore) => return Ok(Ok(true)),
                Err(fatal) => return Ok(Err(fatal)),
            }
        }
        Ok(Ok(false))
    }

    /// Opens the next file that can be read, and reports those before it.
    fn open(&mut self, context: &mut Context<'_, 'a>) -> Stoppable<Result<Opened<'a>, Fatal>> {
        loop {
            let Some(name) = self.names.next() else { return Ok(Ok(Opened::NoMore)) };
            if name == b"-" && !self.in_place {
                let bytes = context.input()?;
                let bytes = context.machine.workspace.blobs().keep(bytes);
                return Ok(Ok(Opened::File(OpenFile { name, path: None, bytes, at: 0 })));
            }
            let workspace = &context.machine.workspace;
            let found = workspace.stat(context.directory, &name).map(|(path, node)| (path, node.kind()));
            let error = match found {
                Ok((_, Kind::Directory)) => {
                    let message = match self.in_place {
                        true => [b"couldn't edit ", name.as_slice(), b": not a regular file"].concat(),
                        false => [b"read error on ", name.as_slice(), b": Is a directory"].concat(),
                    };
                    return Ok(Err(Fatal { message, status: 4 }));
                }
                Ok((path, _)) => match workspace.read(&path)? {
                    Ok(bytes) => return Ok(Ok(Opened::File(OpenFile { name, path: Some(path), bytes, at: 0 }))),
                    Err(error) => error,
                },
                Err(error) => error,
            };
            self.complain(context, &name, error)?;
        }
    }

    fn complain(&mut self, context: &mut Context<'_, '_>, name: &[u8], error: FileError) -> Stoppable<()> {
        self.trouble = true;
        super::complain(context, &[b"can't read ", name, b": ", error.message().as_bytes()].concat())
    }
}
