//! A pipe whose reader wants only the beginning: `... | head -5`.
//!
//! Stages run one after the other here, side by side on a real machine, where the reader leaves as
//! soon as it has read enough and the next write kills the writer. When the reader leaves is up to
//! the scheduler, but what happens is steady as far as texts show it: a program that is started
//! after the reader had enough finds it gone, and so does one that searches files between two
//! writes; what is written in one go up to the pipe's capacity arrives before the reader has even
//! started. [`Pipe`] has exactly these rules.

use super::StreamId;

/// Bytes that Linux keeps in a pipe before a writer must wait for the reader.
const CAPACITY: u64 = 64 << 10;

/// After how much a reader has enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// So many bytes.
    Bytes(u64),
    /// So many of this byte: line ends.
    Ends(u64, u8),
}

/// What is known of a pipe's reader.
#[derive(Debug)]
pub(super) struct Pipe {
    /// What the reader still wants.
    demand: Demand,
    written: u64,
    /// Where what the reader prints ends up.
    beside: Option<StreamId>,
    /// How much had been printed there when the reader left.
    left_at: Option<usize>,
    /// Nobody reads any more: the next write kills the writer.
    is_broken: bool,
}

impl Pipe {
    pub(super) fn new(demand: Demand, beside: Option<StreamId>) -> Self {
        Self { demand, written: 0, beside, left_at: None, is_broken: false }
    }

    /// Takes note of a write. False when it does not arrive, because the reader has left.
    pub(super) fn admit(&mut self, bytes: &[u8]) -> bool {
        if self.is_broken || (self.is_satisfied() && self.written + bytes.len() as u64 > CAPACITY) {
            self.is_broken = true;
            return false;
        }
        self.written += bytes.len() as u64;
        match &mut self.demand {
            Demand::Bytes(left) => *left = left.saturating_sub(bytes.len() as u64),
            Demand::Ends(left, end) => *left = left.saturating_sub(memchr::memchr_iter(*end, bytes).count() as u64),
        }
        // One write of more than the pipe holds waits for the reader, which leaves meanwhile.
        self.is_broken = self.is_satisfied() && self.written > CAPACITY;
        !self.is_broken
    }

    fn is_satisfied(&self) -> bool {
        matches!(self.demand, Demand::Bytes(0) | Demand::Ends(0, _))
    }

    /// Time passes on the writer's side: a reader that has enough leaves.
    pub(super) fn pause(&mut self) {
        self.is_broken |= self.is_satisfied();
    }

    /// The stream that the reader prints to, once it has left and it is not yet known how much was
    /// printed there before.
    pub(super) fn leaves_beside(&self) -> Option<StreamId> {
        self.beside.filter(|_| self.is_broken && self.left_at.is_none())
    }

    /// Remembers how much had been printed beside it when the reader left.
    pub(super) fn set_left_at(&mut self, length: usize) {
        self.left_at = Some(length);
    }

    /// How much had been printed beside it when the reader left.
    pub(super) fn left_at(&self) -> Option<usize> {
        self.left_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_at_once_arrives() {
        let mut pipe = Pipe::new(Demand::Ends(2, b'\n'), None);
        assert!(pipe.admit(b"a\nb\n") && pipe.admit(b"c\n"));
        pipe.pause();
        assert!(!pipe.admit(b"d\n"));
    }

    #[test]
    fn a_reader_that_wants_more_stays() {
        let mut pipe = Pipe::new(Demand::Bytes(9), None);
        assert!(pipe.admit(b"12345678"));
        pipe.pause();
        assert!(pipe.admit(b"9"));
    }

    #[test]
    fn a_full_pipe_waits_for_its_reader() {
        let mut pipe = Pipe::new(Demand::Ends(1, b'\n'), None);
        assert!(pipe.admit(&[b'\n'; 40_000]));
        assert!(!pipe.admit(&[b'\n'; 40_000]));
        let mut pipe = Pipe::new(Demand::Ends(1, b'\n'), None);
        assert!(!pipe.admit(&[b'\n'; 80_000]));
    }
}
