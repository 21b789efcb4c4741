//! Puts a whole file in place, or none.
//!
//! Written under another name, synced, renamed, and the folder synced: whoever opens the name
//! finds all bytes or an older file, also after a crash. The operations stand behind a trait so
//! that a test can let each of them fail.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// Bytes of one write.
const CHUNK: usize = 1 << 20;
/// What the names of files end with that are being written.
pub(super) const PARTIAL: &str = ".partial";

/// The operations that [`put`] needs of a folder.
pub(super) trait Storage {
    /// A file that is being written.
    type File;
    /// Makes an empty file, in place of any that is there.
    fn create(&self, name: &str) -> io::Result<Self::File>;
    /// Writes some of the bytes, as [`Write::write`] does.
    fn write(&self, file: &mut Self::File, bytes: &[u8]) -> io::Result<usize>;
    /// Brings the file's bytes to the disk.
    fn sync(&self, file: &Self::File) -> io::Result<()>;
    /// Gives a file another name, in place of any file of that name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Brings the names of the folder to the disk.
    fn sync_names(&self) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;
}

/// Puts `bytes` in place as `name`. The caller holds the lock of that name.
pub(super) fn put<S: Storage>(storage: &S, name: &str, bytes: &[u8]) -> io::Result<()> {
    put_in_chunks(storage, name, bytes, CHUNK)
}

/// As [`put`], with writes of at most `chunk` bytes.
pub(super) fn put_in_chunks<S: Storage>(storage: &S, name: &str, bytes: &[u8], chunk: usize) -> io::Result<()> {
    let partial = format!("{name}{PARTIAL}");
    let written = write_all(storage, &partial, bytes, chunk).and_then(|()| storage.rename(&partial, name));
    if let Err(error) = written {
        // What cannot be removed now is removed by the next eviction; no reader looks at it.
        let _ = storage.remove(&partial);
        return Err(error);
    }
    storage.sync_names()
}

fn write_all<S: Storage>(storage: &S, name: &str, mut bytes: &[u8], chunk: usize) -> io::Result<()> {
    let mut file = storage.create(name)?;
    while !bytes.is_empty() {
        match storage.write(&mut file, &bytes[..bytes.len().min(chunk)]) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    storage.sync(&file)
}

/// A folder of the file system.
#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
    handle: File,
}

impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), handle: File::open(path)? })
    }

    /// The path of a file in it.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Opens a file of it for reading, without following a link.
    pub(super) fn file(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().read(true).custom_flags(OFlags::NOFOLLOW.bits() as i32).open(self.join(name))
    }

    /// The names in it, sorted; those that are not UTF-8 are not ours and left out.
    pub(super) fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&self.path)? {
            names.extend(entry?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }
}

impl Storage for Folder {
    type File = File;

    fn create(&self, name: &str) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits() as i32);
        options.open(self.join(name))
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<usize> {
        file.write(bytes)
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        std::fs::rename(self.join(from), self.join(to))
    }

    fn sync_names(&self) -> io::Result<()> {
        self.handle.sync_all()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        std::fs::remove_file(self.join(name))
    }
}
