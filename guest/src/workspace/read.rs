//! Reading files.

use sparring_tree::{Content, Kind};

use super::device::ENDLESS_BYTES;
use super::{Device, FileError, Node, VirtualPath, Workspace, content_of};
use crate::budget::Stoppable;

impl<'a> Workspace<'a> {
    /// A file's bytes as pieces, without reading them.
    pub fn content(&self, path: &VirtualPath) -> Result<Content, FileError> {
        let node = self.node(path).ok_or(FileError::NotFound)?;
        content_of(&node).ok_or(FileError::IsADirectory)
    }

    /// All bytes of a file. Charges the budget for them. A file that lies in one piece is not
    /// copied. The path is a resolved one: a link here is an error of the caller and reads as
    /// not found.
    pub fn read(&self, path: &VirtualPath) -> Stoppable<Result<&'a [u8], FileError>> {
        let Some(node) = self.node(path) else { return Ok(Err(FileError::NotFound)) };
        match (&node, node.kind()) {
            (_, Kind::Directory) => Ok(Err(FileError::IsADirectory)),
            (_, Kind::Link) => Ok(Err(FileError::NotFound)),
            (Node::Image(entry), Kind::File) => {
                self.budget.scan(u64::from(entry.len()))?;
                Ok(Ok(entry.content()))
            }
            (Node::Device(device), Kind::File) => {
                self.is_endless.set(self.is_endless.get() || device.is_endless());
                self.read_device(*device, ENDLESS_BYTES).map(Ok)
            }
            (_, Kind::File) => match content_of(&node) {
                Some(content) => self.read_content(&content).map(Ok),
                None => Ok(Err(FileError::NotFound)),
            },
        }
    }

    /// The first bytes that a device gives. Charges the budget for them.
    pub fn read_device(&self, device: Device, length: usize) -> Stoppable<&'a [u8]> {
        let length = if device.is_endless() { length } else { 0 };
        self.budget.scan(length as u64)?;
        self.budget.write(length as u64)?;
        let reads = self.device_reads.get();
        self.device_reads.set(reads + 1);
        Ok(self.blobs.keep(device.bytes(length, reads)))
    }

    /// Whether a reader has asked for all that an endless device gives, since this was asked last.
    pub(crate) fn take_endless(&self) -> bool {
        self.is_endless.take()
    }

    /// All bytes of a content. Charges the budget for them.
    pub fn read_content(&self, content: &Content) -> Stoppable<&'a [u8]> {
        self.budget.scan(content.len())?;
        if let Some(bytes) = content.contiguous(self)? {
            return Ok(bytes);
        }
        let mut bytes = Vec::new();
        content.read_into(&mut bytes, self)?;
        Ok(self.blobs.keep(bytes))
    }

    /// Reads the file that `text` names from `directory`, links followed.
    pub fn read_at(&self, directory: &VirtualPath, text: &[u8]) -> Stoppable<Result<&'a [u8], FileError>> {
        match self.resolve(directory, text) {
            Ok(path) => self.read(&path),
            Err(error) => Ok(Err(error)),
        }
    }

    /// Lines `first..end` (from 0) of a file, with their newlines. Costs what the lines cost, not
    /// what the file weighs.
    pub fn read_lines(&self, content: &Content, first: u32, end: u32) -> Stoppable<&'a [u8]> {
        let start = content.line_start(first, self)?.unwrap_or(content.len());
        let stop = content.line_start(end, self)?.unwrap_or(content.len());
        let range = content.range(start, stop, self)?;
        self.read_content(&range)
    }
}
