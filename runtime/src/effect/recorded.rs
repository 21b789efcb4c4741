//! Results of real runs, kept by the files and the command that they came from.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::sync::RwLock;
use std::sync::atomic::{AtomicU64, Ordering};

use sparring_guest::machine::{EffectResult, Provenance};
use sparring_tree::Digest;

use super::{EffectHandler, EffectQuestion};
use crate::session::SessionError;

/// A store of recorded results. Shared by all sessions: the same command on the same files is
/// answered by the same result, whoever recorded it.
#[derive(Debug, Default)]
pub struct Recorded {
    results: RwLock<BTreeMap<Digest, EffectResult>>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// One line of a file of recorded results.
#[derive(serde::Serialize, serde::Deserialize)]
struct Line {
    version: u32,
    key: Digest,
    result: EffectResult,
}

/// The version of the file's lines.
const LINE_VERSION: u32 = 1;

impl Recorded {
    /// Keeps a result under a key that [`EffectQuestion::key`] gave.
    pub fn record(&self, key: Digest, result: EffectResult) {
        let result = EffectResult { provenance: Provenance::Recorded, ..result };
        self.results.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(key, result);
    }

    /// How many questions were answered, and how many were not.
    pub fn counts(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed))
    }

    /// Reads lines that [`Recorded::write`] wrote. Returns how many there were; a line that is
    /// none of ours, or of another version, is an error that names it.
    pub fn read(&self, lines: impl BufRead) -> std::io::Result<usize> {
        let mut count = 0;
        for (number, line) in lines.lines().enumerate() {
            let line: Line = serde_json::from_str(&line?)
                .ok()
                .filter(|line: &Line| line.version == LINE_VERSION)
                .ok_or_else(|| {
                    let text = format!("line {} is no recorded result of version {LINE_VERSION}", number + 1);
                    std::io::Error::new(std::io::ErrorKind::InvalidData, text)
                })?;
            self.record(line.key, line.result);
            count += 1;
        }
        Ok(count)
    }

    /// Writes all results as JSON lines, sorted by key.
    pub fn write(&self, mut out: impl Write) -> std::io::Result<()> {
        let results = self.results.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (key, result) in results.iter() {
            let line = Line { version: LINE_VERSION, key: *key, result: result.clone() };
            serde_json::to_writer(&mut out, &line)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }
}

impl EffectHandler for Recorded {
    fn answer(&self, question: &EffectQuestion<'_>) -> Result<Option<EffectResult>, SessionError> {
        let key = question.key()?;
        let results = self.results.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let found = results.get(&key).cloned();
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        Ok(found)
    }
}
