//! The tree that real commands work on: written so that real programs walk it sorted, compared
//! after each command, put back as it was.
//!
//! A tmpfs lists the newest entry of a directory first, so entries are made in reverse order.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use sparring_guest::world::IMAGE_TIME;
use sparring_tree::{ImageView, Kind};

use super::FidelityError;
use super::outcome::{Changes, FileState};

/// Directories of the container that belong to the machine: nothing can change in them.
const OF_THE_MACHINE: [&str; 4] = ["usr", "dev", "proc", "sys"];

/// What tells that an entry was touched: any change gives it a new status time or inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self { inode: metadata.ino(), changed: (metadata.ctime(), metadata.ctime_nsec()) }
    }
}

type Stamps = BTreeMap<Vec<u8>, Stamp>;

/// All files of a container, with the image's tree at its root.
#[derive(Debug)]
pub struct RealTree {
    top: PathBuf,
    fresh: Stamps,
    /// What the container had, and the image's tree: how to put it back.
    states: BTreeMap<Vec<u8>, FileState>,
}

impl RealTree {
    /// Writes an image's tree into the container whose root is `top`.
    pub fn new(top: PathBuf, mount: &[u8], image: ImageView<'_>) -> Result<Self, FidelityError> {
        let place = top.join(OsStr::from_bytes(mount));
        fs::create_dir_all(&place).map_err(FidelityError::container)?;
        for index in (1..image.entry_count()).rev() {
            let Some(entry) = image.entry(index) else { continue };
            let path = place.join(OsStr::from_bytes(entry.path()));
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(FidelityError::container)?;
            }
            let state = FileState { kind: entry.kind(), mode: entry.mode().0, bytes: entry.content().to_vec() };
            write(&path, &state).map_err(FidelityError::container)?;
        }
        let mut tree = Self { top, fresh: Stamps::new(), states: BTreeMap::new() };
        let paths: Vec<_> = tree.stamps()?.into_keys().collect();
        for path in &paths {
            tree.set_time(path)?;
        }
        tree.fresh = tree.stamps()?;
        for path in paths {
            let state = tree.read(&path)?;
            tree.states.insert(path, state);
        }
        Ok(tree)
    }

    /// What has changed since the tree was fresh. Puts it back.
    pub fn take_changes(&mut self) -> Result<Changes, FidelityError> {
        let now = self.stamps()?;
        if now == self.fresh {
            return Ok(Changes::new());
        }
        let mut changes = Changes::new();
        for path in now.iter().filter(|(path, stamp)| self.fresh.get(*path) != Some(stamp)).map(|(path, _)| path) {
            let state = self.read(path)?;
            if self.states.get(path) != Some(&state) {
                changes.insert(path.clone(), Some(state));
            }
        }
        for path in self.fresh.keys().filter(|path| !now.contains_key(*path)) {
            changes.insert(path.clone(), None);
        }
        self.restore(&now)?;
        Ok(changes)
    }

    fn at(&self, path: &[u8]) -> PathBuf {
        self.top.join(OsStr::from_bytes(path))
    }

    fn restore(&mut self, now: &Stamps) -> Result<(), FidelityError> {
        // What is new or another thing goes, the deepest first.
        let is_other = |path: &[u8], stamp: &Stamp| self.fresh.get(path).is_none_or(|old| old.inode != stamp.inode);
        let mut out_of_order: Vec<Vec<u8>> = Vec::new();
        for (path, _) in now.iter().rev().filter(|(path, stamp)| is_other(path, stamp)) {
            let place = self.at(path);
            let metadata = fs::symlink_metadata(&place).map_err(FidelityError::container)?;
            let removed = if metadata.is_dir() { fs::remove_dir(&place) } else { fs::remove_file(&place) };
            removed.map_err(FidelityError::container)?;
        }
        for (path, stamp) in &self.fresh {
            let there = now.get(path);
            if there == Some(stamp) {
                continue;
            }
            let place = self.at(path);
            if there.is_none_or(|there| there.inode != stamp.inode) {
                out_of_order.push(sparring_tree::path::parent(path).to_vec());
            }
            let Some(state) = self.states.get(path) else { continue };
            write(&place, state).map_err(FidelityError::container)?;
        }
        out_of_order.dedup();
        for directory in &out_of_order {
            self.order(directory)?;
        }
        let touched = self.stamps()?;
        for (path, stamp) in touched.iter().rev() {
            if self.fresh.get(path) != Some(stamp) {
                self.set_time(path)?;
            }
        }
        self.fresh = self.stamps()?;
        Ok(())
    }

    /// Makes all entries of a directory anew, the last name first.
    fn order(&self, directory: &[u8]) -> Result<(), FidelityError> {
        let place = self.at(directory);
        let aside = self.top.join(".aside");
        let entries = fs::read_dir(&place).map_err(FidelityError::container)?;
        let mut names: Vec<_> = entries
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<Result<_, _>>()
            .map_err(FidelityError::container)?;
        names.sort();
        for name in names.iter().rev() {
            let is_mount = directory.is_empty() && OF_THE_MACHINE.iter().any(|other| OsStr::new(other) == name);
            if is_mount {
                continue;
            }
            fs::rename(place.join(name), &aside).map_err(FidelityError::container)?;
            fs::rename(&aside, place.join(name)).map_err(FidelityError::container)?;
        }
        Ok(())
    }

    fn set_time(&self, path: &[u8]) -> Result<(), FidelityError> {
        let place = self.at(path);
        if fs::symlink_metadata(&place).map_err(FidelityError::container)?.is_symlink() {
            return Ok(());
        }
        let time = UNIX_EPOCH + Duration::from_secs(IMAGE_TIME as u64);
        let file = fs::File::open(&place).map_err(FidelityError::container)?;
        file.set_modified(time).map_err(FidelityError::container)
    }

    fn read(&self, path: &[u8]) -> Result<FileState, FidelityError> {
        let place = self.at(path);
        let metadata = fs::symlink_metadata(&place).map_err(FidelityError::container)?;
        let mode = (metadata.permissions().mode() & 0o7777) as u16;
        let state = if metadata.is_dir() {
            FileState { kind: Kind::Directory, mode, bytes: Vec::new() }
        } else if metadata.is_symlink() {
            let target = fs::read_link(&place).map_err(FidelityError::container)?;
            FileState { kind: Kind::Link, mode, bytes: target.into_os_string().into_vec() }
        } else if metadata.is_file() {
            FileState { kind: Kind::File, mode, bytes: fs::read(&place).map_err(FidelityError::container)? }
        } else {
            // A pipe or a socket: nothing that a tree can have.
            FileState { kind: Kind::File, mode: 0, bytes: b"neither a file nor a directory nor a link".to_vec() }
        };
        Ok(state)
    }

    fn stamps(&self) -> Result<Stamps, FidelityError> {
        let mut stamps = Stamps::new();
        let mut ahead = vec![Vec::new()];
        while let Some(directory) = ahead.pop() {
            for entry in fs::read_dir(self.at(&directory)).map_err(FidelityError::container)? {
                let entry = entry.map_err(FidelityError::container)?;
                let mut path = directory.clone();
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(entry.file_name().as_bytes());
                if OF_THE_MACHINE.iter().any(|other| other.as_bytes() == path) || path == b"etc/alternatives" {
                    continue;
                }
                let metadata = entry.metadata().map_err(FidelityError::container)?;
                stamps.insert(path.clone(), Stamp::of(&metadata));
                if metadata.is_dir() {
                    ahead.push(path);
                }
            }
        }
        Ok(stamps)
    }
}

/// Writes an entry; one that is there already is made what it should be, in place.
fn write(place: &Path, state: &FileState) -> std::io::Result<()> {
    match state.kind {
        Kind::Link => match fs::symlink_metadata(place) {
            Ok(_) => return Ok(()),
            Err(_) => return symlink(OsStr::from_bytes(&state.bytes), place),
        },
        Kind::Directory => fs::create_dir_all(place)?,
        Kind::File => fs::write(place, &state.bytes)?,
    }
    fs::set_permissions(place, PermissionsExt::from_mode(u32::from(state.mode)))
}
