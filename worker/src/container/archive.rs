//! Tar archives with nothing of this machine in them: numbers for owners, no times.

use std::io::{self, Write};

use sparring_tasks::execution::JobFile;

/// An archive that is being written.
pub(super) struct Archive<W: Write> {
    builder: tar::Builder<W>,
}

impl<W: Write> Archive<W> {
    /// Starts an archive.
    pub(super) fn new(writer: W) -> Self {
        Self { builder: tar::Builder::new(writer) }
    }

    /// Appends a folder of user 0.
    pub(super) fn directory(&mut self, path: &str, mode: u32) -> io::Result<()> {
        self.owned_directory(path, mode, 0)
    }

    /// Appends a folder.
    pub(super) fn owned_directory(&mut self, path: &str, mode: u32, owner: u64) -> io::Result<()> {
        let mut header = header(tar::EntryType::Directory, mode, 0, owner);
        self.builder.append_data(&mut header, format!("{path}/"), io::empty())
    }

    /// Appends the folder that the archive is unpacked in. Its name is `/`: the daemon passes over a `.`.
    pub(super) fn top(&mut self, mode: u32, owner: u64) -> io::Result<()> {
        let mut header = header(tar::EntryType::Directory, mode, 0, owner);
        // The library writes no absolute paths.
        if let Some(first) = header.as_old_mut().name.first_mut() {
            *first = b'/';
        }
        header.set_cksum();
        self.builder.append(&header, io::empty())
    }

    /// Appends a file of user 0.
    pub(super) fn file(&mut self, path: &str, mode: u32, bytes: &[u8]) -> io::Result<()> {
        self.owned_file(path, mode, bytes, 0)
    }

    /// Appends a file.
    pub(super) fn owned_file(&mut self, path: &str, mode: u32, bytes: &[u8], owner: u64) -> io::Result<()> {
        let mut header = header(tar::EntryType::Regular, mode, bytes.len() as u64, owner);
        self.builder.append_data(&mut header, path, bytes)
    }

    /// Appends a file of a known size from a reader.
    pub(super) fn stream(&mut self, path: &str, mode: u32, size: u64, reader: impl io::Read) -> io::Result<()> {
        let mut header = header(tar::EntryType::Regular, mode, size, 0);
        self.builder.append_data(&mut header, path, reader)
    }

    /// Appends a symbolic link of user 0.
    pub(super) fn link(&mut self, path: &str, target: &str, owner: u64) -> io::Result<()> {
        let mut header = header(tar::EntryType::Symlink, 0o777, 0, owner);
        self.builder.append_link(&mut header, path, target)
    }

    /// Appends a file or link of a job.
    pub(super) fn job_file(&mut self, path: &str, file: &JobFile, owner: u64) -> io::Result<()> {
        if file.link {
            return self.link(path, &String::from_utf8_lossy(&file.bytes), owner);
        }
        self.owned_file(path, file.mode & 0o777, &file.bytes, owner)
    }

    /// Appends an entry of another archive under another owner.
    pub(super) fn copy(&mut self, mut entry: tar::Entry<'_, impl io::Read>, path: &[u8], owner: u64) -> io::Result<()> {
        let path = String::from_utf8_lossy(path).into_owned();
        let mode = entry.header().mode()?;
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            return self.owned_directory(&path, mode, owner);
        }
        if kind.is_symlink() || kind.is_hard_link() {
            let Some(mut target) = entry.link_name()?.map(|target| target.into_owned()) else { return Ok(()) };
            if kind.is_hard_link() {
                // Named from the archive's top, as its paths are, and these lose their first part.
                target = target.components().skip(1).collect();
            }
            let mut header = header(kind, mode, 0, owner);
            return self.builder.append_link(&mut header, path, target);
        }
        if kind.is_file() {
            let mut header = header(tar::EntryType::Regular, mode, entry.size(), owner);
            return self.builder.append_data(&mut header, path, &mut entry);
        }
        // Devices and pipes have no business in a repository.
        Ok(())
    }

    /// Ends the archive.
    pub(super) fn finish(self) -> io::Result<W> {
        self.builder.into_inner()
    }
}

fn header(kind: tar::EntryType, mode: u32, size: u64, owner: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(size);
    header.set_uid(owner);
    header.set_gid(owner);
    header.set_mtime(0);
    header
}
