//! Remembers which image files were checked against their digest, so that each is read in full
//! once and then only mapped.
//!
//! A marker lies beside an image and holds what the file system says of the checked file. It also
//! tells the time of the last use, for eviction: by its own modification time.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, utimensat};

use super::storage::{Folder, Storage};

/// What the names of markers end with.
pub(super) const MARKER: &str = ".checked";

/// Whether the open file is the one that was checked.
pub(super) fn is_trusted(images: &Folder, name: &str, file: &File) -> io::Result<bool> {
    let mut noted = String::new();
    match images.file(&format!("{name}{MARKER}")).and_then(|marker| marker.take(512).read_to_string(&mut noted)) {
        Ok(_) => Ok(noted == identity(&file.metadata()?)),
        Err(_) => Ok(false),
    }
}

/// Notes that the open file was checked.
pub(super) fn trust(images: &Folder, name: &str, file: &File) -> io::Result<()> {
    let mut marker = images.create(&format!("{name}{MARKER}"))?;
    // A marker that is cut short equals no identity, so it needs no care.
    io::Write::write_all(&mut marker, identity(&file.metadata()?).as_bytes())
}

/// Notes that an image was used now.
pub(super) fn touch(images: &Folder, name: &str) {
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let times = Timestamps { last_access: now, last_modification: now };
    // Without it the image is evicted earlier, and that is all.
    let _ = utimensat(CWD, images.join(&format!("{name}{MARKER}")), &times, AtFlags::SYMLINK_NOFOLLOW);
}

/// Changes whenever the file is written to or replaced. The time of the last change of the inode
/// is part of it because, unlike the modification time, nobody can set it.
fn identity(metadata: &Metadata) -> String {
    format!(
        "device {} inode {} bytes {} modified {}.{:09} changed {}.{:09}\n",
        metadata.dev(),
        metadata.ino(),
        metadata.len(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec(),
    )
}
