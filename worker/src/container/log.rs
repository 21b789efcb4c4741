//! The output of a container, bounded.

use bollard::container::LogOutput;
use futures_util::{Stream, StreamExt as _};

/// Bytes kept of the beginning.
const HEAD: usize = 1 << 20;
/// Bytes kept of the end.
const TAIL: usize = 3 << 20;
/// The daemon keeps this much in one file and drops the older of two; what it writes is JSON, a line for each line.
const DAEMON_KEEPS: usize = 4 << 20;
/// JSON around a line at least: keys, stream and time.
const AROUND: usize = 70;

/// What was kept of an output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Log {
    /// The bytes.
    pub(super) bytes: Vec<u8>,
    /// Whether something is missing, or may be.
    pub(super) cut: bool,
}

/// Reads an output to its end and keeps its beginning and its end. An error ends it early.
pub(super) async fn read<E>(chunks: impl Stream<Item = Result<LogOutput, E>>) -> Log {
    let mut chunks = std::pin::pin!(chunks);
    let mut kept = Kept::default();
    let mut failed = false;
    while let Some(chunk) = chunks.next().await {
        match chunk {
            Ok(chunk) => kept.push(chunk.as_ref()),
            Err(_) => {
                failed = true;
                break;
            }
        }
    }
    let mut log = kept.finish();
    log.cut |= failed;
    log
}

#[derive(Default)]
struct Kept {
    head: Vec<u8>,
    tail: std::collections::VecDeque<u8>,
    dropped: usize,
    /// What the daemon wrote down for it, at least.
    written: usize,
}

impl Kept {
    fn push(&mut self, chunk: &[u8]) {
        self.written += AROUND + chunk.len() + 5 * chunk.iter().filter(|byte| byte.is_ascii_control()).count();
        let of_head = chunk.len().min(HEAD - self.head.len());
        let (first, rest) = chunk.split_at(of_head);
        self.head.extend_from_slice(first);
        self.tail.extend(rest);
        let too_many = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..too_many);
        self.dropped += too_many;
    }

    fn finish(self) -> Log {
        let mut bytes = self.head;
        if self.dropped > 0 {
            bytes.extend_from_slice(format!("\n[{} bytes left out]\n", self.dropped).as_bytes());
        }
        bytes.extend(self.tail);
        // From here on the daemon may have dropped the beginning before we came.
        Log { bytes, cut: self.dropped > 0 || self.written >= DAEMON_KEEPS }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_beginning_and_the_end_are_kept() {
        let mut kept = Kept::default();
        kept.push(b"first");
        for _ in 0..6 {
            kept.push(&vec![b'x'; 1 << 20]);
        }
        kept.push(b"last");
        let log = kept.finish();
        assert!(log.cut && log.bytes.starts_with(b"firstxx") && log.bytes.ends_with(b"xxlast"));
        assert!(log.bytes.len() <= HEAD + TAIL + 64, "{}", log.bytes.len());
        let mut short = Kept::default();
        short.push(b"one\n");
        assert_eq!(short.finish(), Log { bytes: b"one\n".to_vec(), cut: false });
        let mut many = Kept::default();
        (0..70_000).for_each(|_| many.push(b"\n"));
        assert!(many.finish().cut);
    }
}
