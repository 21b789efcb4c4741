//! Writing and reading a folder of rollouts, across kills.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sparring_tasks::Task;

use super::{MANIFEST_VERSION, Manifest, RECORD_VERSION, Record, Summary};

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// A file cannot be read or written.
    #[error("cannot use {}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// A file holds something else.
    #[error("{}: {reason}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The folder holds rollouts of another run.
    #[error("{} holds another run ({what} differs); give another folder", path.display())]
    OtherRun {
        /// The folder.
        path: PathBuf,
        /// The first field of the manifest that differs.
        what: &'static str,
    },
}

/// A folder of rollouts.
#[derive(Debug)]
pub struct DatasetFolder {
    path: PathBuf,
}

impl DatasetFolder {
    /// Opens or makes the folder for a run. A folder of the same run is continued, one of another
    /// run refused.
    pub fn create(path: &Path, manifest: &Manifest, tasks: &[Task]) -> Result<Self, DatasetError> {
        let folder = Self { path: path.to_owned() };
        std::fs::create_dir_all(path).map_err(|error| DatasetError::File { path: path.to_owned(), error })?;
        if folder.file("manifest.json").exists() {
            let old = folder.manifest()?;
            if let Some(what) = difference(&old, manifest) {
                return Err(DatasetError::OtherRun { path: path.to_owned(), what });
            }
            return Ok(folder);
        }
        let mut lines = Vec::new();
        sparring_tasks::jsonl::write(&mut lines, tasks)
            .map_err(|error| folder.content("tasks.jsonl", error.to_string()))?;
        folder.put("tasks.jsonl", &lines)?;
        // The manifest comes last: a folder with one is complete.
        folder.put_json("manifest.json", manifest)?;
        Ok(folder)
    }

    /// Opens a folder that a run has made.
    pub fn open(path: &Path) -> Result<Self, DatasetError> {
        let folder = Self { path: path.to_owned() };
        folder.manifest()?;
        Ok(folder)
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was run.
    pub fn manifest(&self) -> Result<Manifest, DatasetError> {
        let manifest: Manifest = self.get_json("manifest.json")?;
        if manifest.version != MANIFEST_VERSION {
            let reason = format!("version {}, this build reads version {MANIFEST_VERSION}", manifest.version);
            return Err(self.content("manifest.json", reason));
        }
        Ok(manifest)
    }

    /// The tasks.
    pub fn tasks(&self) -> Result<Vec<Task>, DatasetError> {
        let file = self.read("tasks.jsonl")?;
        sparring_tasks::jsonl::read(BufReader::new(file))
            .map_err(|error| self.content("tasks.jsonl", error.to_string()))
    }

    /// Calls `each` with every record, in the order in which they were written.
    pub fn each_record(&self, mut each: impl FnMut(Record)) -> Result<(), DatasetError> {
        let file = self.read("trajectories.jsonl")?;
        for (number, line) in BufReader::new(file).lines().enumerate() {
            let line = line.map_err(|error| self.fault("trajectories.jsonl", error))?;
            let record: Record = serde_json::from_str(&line)
                .map_err(|error| self.content("trajectories.jsonl", format!("line {}: {error}", number + 1)))?;
            if record.version != RECORD_VERSION {
                let reason = format!("line {}: version {}", number + 1, record.version);
                return Err(self.content("trajectories.jsonl", reason));
            }
            each(record);
        }
        Ok(())
    }

    /// Opens the trajectories for appending. A torn last line, left by a kill, is cut off.
    /// Returns the ids that are there already.
    pub fn append(&self) -> Result<(Appender, BTreeSet<String>), DatasetError> {
        let path = self.file("trajectories.jsonl");
        let fault = |error| DatasetError::File { path: path.clone(), error };
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(fault)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(fault)?;
        let whole = memchr::memrchr(b'\n', &text).map_or(0, |at| at + 1);
        file.set_len(whole as u64).map_err(fault)?;
        file.seek(SeekFrom::End(0)).map_err(fault)?;
        let mut ids = BTreeSet::new();
        for (number, line) in
            text[..whole].split(|&byte| byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty())
        {
            #[derive(serde::Deserialize)]
            struct OnlyId {
                id: String,
            }
            let only: OnlyId = serde_json::from_slice(line)
                .map_err(|error| self.content("trajectories.jsonl", format!("line {}: {error}", number + 1)))?;
            ids.insert(only.id);
        }
        Ok((Appender { file, path }, ids))
    }

    /// Writes the summary.
    pub fn write_summary(&self, summary: &Summary) -> Result<(), DatasetError> {
        self.put_json("summary.json", summary)
    }

    /// The summary of a run that has ended.
    pub fn summary(&self) -> Result<Summary, DatasetError> {
        self.get_json("summary.json")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn read(&self, name: &str) -> Result<File, DatasetError> {
        File::open(self.file(name)).map_err(|error| self.fault(name, error))
    }

    fn fault(&self, name: &str, error: std::io::Error) -> DatasetError {
        DatasetError::File { path: self.file(name), error }
    }

    fn content(&self, name: &str, reason: String) -> DatasetError {
        DatasetError::Content { path: self.file(name), reason }
    }

    fn get_json<T: DeserializeOwned>(&self, name: &str) -> Result<T, DatasetError> {
        let reader = BufReader::new(self.read(name)?);
        serde_json::from_reader(reader).map_err(|error| self.content(name, error.to_string()))
    }

    fn put_json(&self, name: &str, value: &impl Serialize) -> Result<(), DatasetError> {
        let mut text = serde_json::to_vec_pretty(value).map_err(|error| self.content(name, error.to_string()))?;
        text.push(b'\n');
        self.put(name, &text)
    }

    /// Writes a file whole or not at all.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), DatasetError> {
        let write = || -> std::io::Result<()> {
            let mut temporary = tempfile::NamedTempFile::new_in(&self.path)?;
            temporary.write_all(bytes)?;
            temporary.as_file().sync_all()?;
            temporary.persist(self.file(name)).map_err(|error| error.error)?;
            Ok(())
        };
        write().map_err(|error| self.fault(name, error))
    }
}

fn difference(old: &Manifest, new: &Manifest) -> Option<&'static str> {
    let fields = [
        (old.tree == new.tree, "tree"),
        (old.profile == new.profile, "profile"),
        (old.policy == new.policy, "policy"),
        (old.sessions == new.sessions, "sessions"),
        (old.max_steps == new.max_steps, "max_steps"),
        (old.guest == new.guest, "guest"),
    ];
    fields.into_iter().find(|(is_same, _)| !is_same).map(|(_, what)| what)
}

/// Appends records.
#[derive(Debug)]
pub struct Appender {
    file: File,
    path: PathBuf,
}

impl Appender {
    /// Appends whole lines in one write, so that a kill leaves at most the last of them torn.
    pub fn append(&mut self, lines: &[u8]) -> Result<(), DatasetError> {
        self.file.write_all(lines).map_err(|error| DatasetError::File { path: self.path.clone(), error })
    }

    /// Makes sure that what was appended survives a power cut.
    pub fn sync(&self) -> Result<(), DatasetError> {
        self.file.sync_all().map_err(|error| DatasetError::File { path: self.path.clone(), error })
    }
}
