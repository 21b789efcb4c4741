//! What a verdict rests on, kept by content: the job, the run, and who ran it.
//!
//! A record is written under a temporary name, synced, renamed to its digest, and its folder synced, before the
//! verdict that names it is committed. So a committed verdict's evidence is whole, or was lost with the disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use sparring_tasks::execution::{Job, Run};
use sparring_tree::Digest;

/// The version of a record.
const VERSION: u32 = 1;
/// In front of what is hashed.
const DOMAIN: &str = "sparring evidence";

/// A folder of records.
#[derive(Debug)]
pub struct EvidenceStore {
    folder: PathBuf,
    written: AtomicU64,
}

/// All that is needed to grade a run again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The version of this form.
    pub version: u32,
    /// Who ran it.
    pub worker: String,
    /// Which grant of the job it was.
    pub fence: u64,
    /// What was asked for.
    pub job: Job,
    /// What came of it.
    pub run: Run,
}

impl Record {
    /// The record of a run.
    pub fn new(worker: &str, fence: u64, job: Job, run: Run) -> Self {
        Self { version: VERSION, worker: worker.to_owned(), fence, job, run }
    }
}

/// How far a record has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The temporary file is there.
    Opened,
    /// It has its bytes.
    Written,
    /// They are on the disk.
    Synced,
    /// It has its name; the folder may not know it after a power cut.
    Renamed,
}

impl EvidenceStore {
    /// Opens a folder, makes it where it is missing, and removes what killed processes left half written.
    pub fn open(folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let owner = name.to_str().and_then(|name| name.strip_prefix("half-")?.split('-').next());
            if owner.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
                fs::remove_file(entry.path()).or_else(unless_missing)?;
            }
        }
        Ok(Self { folder: folder.to_owned(), written: AtomicU64::new(0) })
    }

    /// Stores a record and returns its digest; when this returns, it is on the disk. `at` is told of each step.
    pub fn store(&self, record: &Record, at: &mut dyn FnMut(Step)) -> io::Result<Digest> {
        let bytes = serde_json::to_vec(record)?;
        let digest = Digest::of(DOMAIN, &bytes);
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let half = self.folder.join(format!("half-{}-{number}", std::process::id()));
        let stored = self.write(&half, &digest, &bytes, at);
        if stored.is_err() {
            // The disk may be full: what is of no use gives its space back.
            fs::remove_file(&half).or_else(unless_missing)?;
        }
        stored.map(|()| digest)
    }

    fn write(&self, half: &Path, digest: &Digest, bytes: &[u8], at: &mut dyn FnMut(Step)) -> io::Result<()> {
        let mut file = File::create(half)?;
        at(Step::Opened);
        file.write_all(bytes)?;
        at(Step::Written);
        file.sync_all()?;
        at(Step::Synced);
        let path = self.path(digest);
        let parent = path.parent().unwrap_or(&self.folder);
        if !parent.is_dir() {
            fs::create_dir_all(parent)?;
            File::open(&self.folder)?.sync_all()?;
        }
        fs::rename(half, &path)?;
        at(Step::Renamed);
        File::open(parent)?.sync_all()
    }

    /// Reads a record; a file whose bytes are not those of its name is an error of kind
    /// [`io::ErrorKind::InvalidData`].
    pub fn load(&self, digest: &Digest) -> io::Result<Record> {
        let bytes = fs::read(self.path(digest))?;
        if Digest::of(DOMAIN, &bytes) != *digest {
            let text = format!("the evidence {digest} holds other bytes");
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        Ok(serde_json::from_slice(&bytes)?)
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let name = digest.to_string();
        self.folder.join(&name[..2]).join(format!("{name}.json"))
    }
}

fn unless_missing(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn records_come_back_and_changed_bytes_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let store = EvidenceStore::open(folder.path()).unwrap();
        let record = Record::new("w", 3, samples::job("a"), samples::run());
        let mut steps = Vec::new();
        let digest = store.store(&record, &mut |step| steps.push(step)).unwrap();
        assert_eq!(steps, [Step::Opened, Step::Written, Step::Synced, Step::Renamed]);
        assert_eq!(store.store(&record, &mut |_| ()).unwrap(), digest);
        assert_eq!(store.load(&digest).unwrap(), record);
        let path = store.path(&digest);
        let mut bytes = fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() = b' ';
        fs::write(&path, bytes).unwrap();
        assert_eq!(store.load(&digest).unwrap_err().kind(), io::ErrorKind::InvalidData);
        assert_eq!(store.load(&Digest([0; 32])).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn what_a_dead_process_left_is_swept_and_a_living_one_s_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let dead = folder.path().join("half-4194999-0");
        let living = folder.path().join(format!("half-{}-0", std::process::id()));
        for path in [&dead, &living] {
            fs::write(path, "{").unwrap();
        }
        EvidenceStore::open(folder.path()).unwrap();
        assert!(!dead.exists() && living.exists());
    }
}
