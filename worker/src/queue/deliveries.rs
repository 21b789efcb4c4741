//! A trainer's file of verdicts: one JSON line each, every key once, whatever restarts in between.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use super::Delivered;

/// Appends verdicts to a file that is its own cursor: the verdict and how far the reader has come are one
/// write, so neither can be without the other.
#[derive(Debug)]
pub struct Deliveries {
    file: File,
    /// Bytes of whole lines; what is behind them is of a write that failed.
    length: u64,
    cursor: u64,
    cut: u64,
}

impl Deliveries {
    /// Opens the file, makes it where it is missing, and cuts a last line that a killed process left half
    /// written. A damaged line before the end is an error of kind [`io::ErrorKind::InvalidData`].
    pub fn open(path: &Path) -> io::Result<Self> {
        let is_new = !path.exists();
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        if is_new {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        let (mut length, mut cursor) = (0, 0);
        let mut reader = BufReader::new(&file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line)? as u64;
            if line.last() != Some(&b'\n') {
                break;
            }
            let delivered: Delivered =
                serde_json::from_slice(&line).map_err(|error| damaged(path, format!("at byte {length}: {error}")))?;
            if delivered.cursor <= cursor {
                return Err(damaged(path, format!("at byte {length}: cursor {} after {cursor}", delivered.cursor)));
            }
            cursor = delivered.cursor;
            length += read;
        }
        let cut = file.seek(SeekFrom::End(0))? - length;
        let mut deliveries = Self { file, length, cursor, cut };
        deliveries.restore()?;
        Ok(deliveries)
    }

    /// The last verdict that is in the file: watch from here.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// Bytes of a half-written line that opening cut off.
    pub fn cut(&self) -> u64 {
        self.cut
    }

    /// Appends verdicts that are behind the cursor; others were appended before and are left out. When this
    /// returns, they are on the disk; after an error none of them counts, and the call may be repeated.
    pub fn append(&mut self, verdicts: &[Delivered]) -> io::Result<usize> {
        let mut text = Vec::new();
        let (mut cursor, mut count) = (self.cursor, 0);
        for delivered in verdicts.iter().filter(|delivered| delivered.cursor > self.cursor) {
            serde_json::to_writer(&mut text, delivered)?;
            text.push(b'\n');
            cursor = delivered.cursor;
            count += 1;
        }
        if count == 0 {
            return Ok(0);
        }
        self.restore()?;
        self.file.write_all(&text)?;
        self.file.sync_data()?;
        self.length += text.len() as u64;
        self.cursor = cursor;
        Ok(count)
    }

    /// Puts the end of the file behind the last whole line.
    fn restore(&mut self) -> io::Result<()> {
        if self.file.seek(SeekFrom::End(0))? != self.length {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
        }
        Ok(())
    }
}

fn damaged(path: &Path, what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {what}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::queue::Committed;
    use sparring_tasks::Verdict;
    use sparring_tasks::execution::RewardKey;
    use sparring_tree::Digest;

    fn delivered(cursor: u64) -> Delivered {
        let committed = Committed {
            verdict: Verdict::Scored { value: 1.0, evidence: Vec::new() },
            evidence: None,
            worker: "w".to_owned(),
            elapsed_ms: 1,
        };
        let key = RewardKey(Digest::of("test", &cursor.to_le_bytes()));
        Delivered { cursor, key, task_id: format!("task {cursor}"), committed }
    }

    #[test]
    fn every_cut_of_the_last_line_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts.jsonl");
        let mut file = Deliveries::open(&path).unwrap();
        assert_eq!(file.append(&[delivered(3), delivered(5)]).unwrap(), 2);
        assert_eq!(file.append(&[delivered(5), delivered(9)]).unwrap(), 1);
        let whole = std::fs::read(&path).unwrap();
        let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        for cut in last..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut file = Deliveries::open(&path).unwrap();
            assert_eq!((file.cursor(), file.cut()), (5, (cut - last) as u64));
            file.append(&[delivered(9)]).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), whole);
        }
    }

    #[test]
    fn damage_before_the_end_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verdicts.jsonl");
        std::fs::write(&path, "{}\n").unwrap();
        assert_eq!(Deliveries::open(&path).unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
