//! Redirections.

use super::Run;
use crate::machine::StreamId;
use crate::shell::Shell;
use crate::shell::syntax::{Descriptor, Redirect, Target, Word};
use crate::workspace::{Device, FileError};
use sparring_tree::Kind;

/// The first number that the shell picks for `{name}>file`.
const FIRST_FREE: u32 = 10;

impl Shell<'_, '_> {
    /// Puts redirections in place, in order; false after the first that failed.
    pub(crate) fn redirect_all(&mut self, redirects: &[Redirect]) -> Run<bool> {
        for redirect in redirects {
            if !self.redirect(redirect)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts one redirection in place; false after its error was printed.
    pub(crate) fn redirect(&mut self, redirect: &Redirect) -> Run<bool> {
        let stream = match &redirect.target {
            Target::Duplicate { input, source } => return self.duplicate(redirect, *input, source),
            Target::HereDocument(document) => {
                let body =
                    if document.quoted { document.text().to_vec() } else { self.expand_document(document.text())? };
                Some(self.machine.streams.input(body))
            }
            Target::HereString(word) => {
                let mut text = self.expand_text(&word.text)?;
                text.push(b'\n');
                Some(self.machine.streams.input(text))
            }
            Target::Read(word) => self.open(word, Mode::Read)?,
            Target::ReadWrite(word) => self.open(word, Mode::ReadWrite)?,
            Target::Append(word) => self.open(word, Mode::Append)?,
            Target::Write { file, clobber } => self.open(file, if *clobber { Mode::Clobber } else { Mode::Write })?,
            Target::Both { file, append } => {
                let Some(stream) = self.open(file, if *append { Mode::Append } else { Mode::Write })? else {
                    return Ok(false);
                };
                self.process.descriptors.set(1, stream);
                self.process.descriptors.set(2, stream);
                return Ok(true);
            }
        };
        let Some(stream) = stream else { return Ok(false) };
        let reads = matches!(
            redirect.target,
            Target::Read(_) | Target::ReadWrite(_) | Target::HereDocument(_) | Target::HereString(_)
        );
        self.place(&redirect.descriptor, if reads { 0 } else { 1 }, stream)
    }

    fn place(&mut self, descriptor: &Descriptor, default: u32, stream: StreamId) -> Run<bool> {
        let number = match descriptor {
            Descriptor::Default => default,
            Descriptor::Number(number) => *number,
            Descriptor::Variable(name) => {
                let free = (FIRST_FREE..).find(|number| self.process.descriptors.get(*number).is_none());
                let number = free.unwrap_or(FIRST_FREE);
                self.assign(name, number.to_string().into_bytes(), false)?;
                // Such a descriptor stays open when the command ends.
                self.keep_descriptors = true;
                number
            }
        };
        self.process.descriptors.set(number, stream);
        Ok(true)
    }

    /// `n>&m`, `n<&m`, `n>&-`, and `>&file`.
    fn duplicate(&mut self, redirect: &Redirect, input: bool, source: &Word) -> Run<bool> {
        let fields = self.expand_words(std::slice::from_ref(source))?;
        let [text] = fields.as_slice() else { return self.ambiguous(source) };
        let default = if input { 0 } else { 1 };
        let moves = text.len() > 1 && text.ends_with(b"-");
        let number = if moves { &text[..text.len() - 1] } else { text };
        if text == b"-" {
            let closed = match &redirect.descriptor {
                Descriptor::Default => default,
                Descriptor::Number(number) => *number,
                Descriptor::Variable(name) => {
                    self.keep_descriptors = true;
                    let value = self.scalar(name).unwrap_or_default();
                    std::str::from_utf8(&value).ok().and_then(|value| value.parse().ok()).unwrap_or(u32::MAX)
                }
            };
            self.process.descriptors.close(closed);
            return Ok(true);
        }
        let Some(number) = std::str::from_utf8(number).ok().and_then(|text| text.parse::<u32>().ok()) else {
            if input || redirect.descriptor != Descriptor::Default {
                return self.ambiguous(source);
            }
            let Some(stream) = self.open_named(text, Mode::Write)? else { return Ok(false) };
            self.process.descriptors.set(1, stream);
            self.process.descriptors.set(2, stream);
            return Ok(true);
        };
        let Some(stream) = self.process.descriptors.get(number) else {
            self.complain(&[text, &b": Bad file descriptor"[..]].concat())?;
            return Ok(false);
        };
        if moves {
            self.process.descriptors.close(number);
        }
        self.place(&redirect.descriptor, default, stream)
    }

    fn ambiguous(&mut self, word: &Word) -> Run<bool> {
        self.complain(&[&word.text[..], b": ambiguous redirect"].concat())?;
        Ok(false)
    }

    fn open(&mut self, word: &Word, mode: Mode) -> Run<Option<StreamId>> {
        let fields = self.expand_words(std::slice::from_ref(word))?;
        let [name] = fields.as_slice() else {
            self.ambiguous(word)?;
            return Ok(None);
        };
        self.open_named(name, mode)
    }

    fn open_named(&mut self, name: &[u8], mode: Mode) -> Run<Option<StreamId>> {
        match self.open_file(name, mode)? {
            Ok(stream) => Ok(Some(stream)),
            Err(Refused::File(error)) => {
                self.complain(&[name, b": ", error.message().as_bytes()].concat())?;
                Ok(None)
            }
            Err(Refused::Clobber) => {
                self.complain(&[name, b": cannot overwrite existing file"].concat())?;
                Ok(None)
            }
            Err(Refused::Network) => {
                // The container has no network.
                self.complain(&[name, b": Temporary failure in name resolution"].concat())?;
                Ok(None)
            }
        }
    }

    fn open_file(&mut self, name: &[u8], mode: Mode) -> Run<Result<StreamId, Refused>> {
        if let Some(number) = standard_stream(name) {
            return Ok(self.process.descriptors.get(number).ok_or(Refused::File(FileError::NotFound)));
        }
        if name.starts_with(b"/dev/tcp/") || name.starts_with(b"/dev/udp/") {
            return Ok(Err(Refused::Network));
        }
        let directory = self.process.directory.clone();
        if mode == Mode::Read {
            return Ok(self.machine.open_input(&directory, name)?.map_err(Refused::File));
        }
        let existing = self.machine.workspace.stat(&directory, name).ok().map(|(path, node)| (path, node.kind()));
        let is_file =
            existing.as_ref().is_some_and(|(path, kind)| *kind == Kind::File && Device::at(path.as_bytes()).is_none());
        if mode == Mode::Write && is_file && self.process.options.is("noclobber") {
            return Ok(Err(Refused::Clobber));
        }
        if mode == Mode::ReadWrite && existing.is_some() {
            return Ok(self.machine.open_input(&directory, name)?.map_err(Refused::File));
        }
        Ok(self.machine.open_output(&directory, name, mode == Mode::Append)?.map_err(Refused::File))
    }
}

/// The descriptor that a file name stands for.
fn standard_stream(name: &[u8]) -> Option<u32> {
    match name {
        b"/dev/stdin" => Some(0),
        b"/dev/stdout" => Some(1),
        b"/dev/stderr" => Some(2),
        _ => {
            let number = name.strip_prefix(b"/dev/fd/")?;
            let number: u32 = std::str::from_utf8(number).ok()?.parse().ok()?;
            (number < FIRST_FREE).then_some(number)
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Read,
    Write,
    Clobber,
    Append,
    ReadWrite,
}

enum Refused {
    File(FileError),
    Clobber,
    Network,
}
