//! Locks between processes that build the same image.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;

use rustix::fs::{FlockOperation, OFlags, flock};

use super::storage::Folder;

/// Held until it is dropped, and let go by the kernel when its process ends.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Waits for the lock that `name` falls under. Names share 256 locks, so that lock files, which
/// cannot be removed safely, stay few.
pub(super) fn lock(locks: &Folder, name: &str) -> io::Result<Lock> {
    let file = open(locks, name)?;
    loop {
        match flock(&file, FlockOperation::LockExclusive) {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The lock that `name` falls under, unless somebody holds it.
pub(super) fn try_lock(locks: &Folder, name: &str) -> io::Result<Option<Lock>> {
    let file = open(locks, name)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(rustix::io::Errno::WOULDBLOCK | rustix::io::Errno::INTR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn open(locks: &Folder, name: &str) -> io::Result<File> {
    // Names start with a digest in hexadecimal digits.
    let stripe = name.get(..2).unwrap_or("00");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600).custom_flags(OFlags::NOFOLLOW.bits() as i32);
    options.open(locks.join(stripe))
}
