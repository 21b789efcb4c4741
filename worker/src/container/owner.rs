//! Names of workers, each held by the lock of a file for as long as its process lives.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Workers that share a folder of names at most.
const NAMES: usize = 256;

/// A name that no other live process has. The kernel gives it free when the process ends, however it ends; the next
/// one that takes a name from the folder gets the first that is free, and so finds what its predecessor left behind.
#[derive(Debug)]
pub struct Owner {
    name: String,
    _lock: File,
}

impl Owner {
    /// Takes the first free name of a folder, which is made where it is missing. `None` when 256 processes live.
    pub fn take(folder: &Path) -> io::Result<Option<Self>> {
        fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        for number in 0..NAMES {
            let path = folder.join(number.to_string());
            let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
            if lock.try_lock().is_ok() {
                return Ok(Some(Self { name: name(&path, &lock)?, _lock: lock }));
            }
        }
        Ok(None)
    }

    /// Takes over the name of a process of this machine that has ended. `None` when it lives, or when nothing is
    /// known of it here: then only its containers' deadlines tell.
    pub fn of_dead(owner: &str) -> Option<Self> {
        let path = Path::new(owner.splitn(4, ':').nth(3)?);
        let lock = OpenOptions::new().write(true).open(path).ok()?;
        // The same words may mean another file: in another container, or once the folder was made anew.
        if name(path, &lock).ok()? != owner {
            return None;
        }
        lock.try_lock().ok()?;
        Some(Self { name: owner.to_owned(), _lock: lock })
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The machine, the file's identity, and where it is.
fn name(path: &Path, file: &File) -> io::Result<String> {
    let host = fs::read_to_string("/proc/sys/kernel/hostname")?;
    let data = file.metadata()?;
    Ok(format!("{}:{}:{}:{}", host.trim(), data.dev(), data.ino(), path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_free_again_when_its_holder_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let take = || Owner::take(folder.path()).unwrap().unwrap();
        let (one, two) = (take(), take());
        assert_ne!(one.name(), two.name());
        assert!(Owner::of_dead(one.name()).is_none(), "it lives");
        let name = one.name().to_owned();
        drop(one);
        let heir = Owner::of_dead(&name).unwrap();
        assert!(heir.name() == name && Owner::of_dead(&name).is_none(), "only one inherits");
        assert_ne!(take().name(), name);
        drop(heir);
        assert_eq!(take().name(), name);
    }

    #[test]
    fn nothing_is_known_of_other_machines_and_files() {
        let folder = tempfile::tempdir().unwrap();
        let name = Owner::take(folder.path()).unwrap().unwrap().name().to_owned();
        assert!(Owner::of_dead(&format!("other-{name}")).is_none());
        fs::rename(folder.path().join("0"), folder.path().join("1")).unwrap();
        assert!(Owner::of_dead(&name).is_none(), "there is no such file");
        File::create(folder.path().join("0")).unwrap();
        assert!(Owner::of_dead(&name).is_none(), "it is another file");
        assert!(Owner::of_dead("a worker of a test").is_none());
    }
}
