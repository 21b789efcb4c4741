//! Reading records.

use std::borrow::Cow;

use super::record::Splitter;
use super::regex::{Regex, RegexError};
use crate::budget::{Budget, Stoppable};

/// How much of a text is searched for the end of a record at first.
const WINDOW: usize = 4096;

/// What ends a record.
#[derive(Clone, Debug)]
pub(super) enum Separator {
    Byte(u8),
    /// Blank lines.
    Blank,
    /// A match that is not empty.
    Regex(Regex),
}

impl Separator {
    /// The separator that a value of `RS` stands for.
    pub(super) fn of(text: &[u8]) -> Result<Self, RegexError> {
        Ok(match text {
            [] => Self::Blank,
            [byte] => Self::Byte(*byte),
            _ => match Splitter::of(text)? {
                Splitter::Regex(regex) => Self::Regex(regex),
                _ => Self::Byte(b' '),
            },
        })
    }
}

/// A text that is read record by record.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: Cow<'a, [u8]>,
    at: usize,
    is_new: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: Cow<'a, [u8]>) -> Self {
        Self { bytes, at: 0, is_new: true }
    }

    /// The next record; `None` at the end.
    pub(super) fn next(&mut self, separator: &Separator, budget: &Budget) -> Stoppable<Option<&[u8]>> {
        let bytes = self.bytes.as_ref();
        if std::mem::take(&mut self.is_new) && matches!(separator, Separator::Blank) {
            self.at = newlines(bytes);
        }
        let start = self.at;
        let rest = bytes.get(start..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        let (mut length, after) = match separator {
            Separator::Byte(byte) => match memchr::memchr(*byte, rest) {
                Some(length) => (length, length + 1),
                None => (rest.len(), rest.len()),
            },
            Separator::Blank => match memchr::memmem::find(rest, b"\n\n") {
                Some(length) => (length, length + newlines(rest.get(length..).unwrap_or_default())),
                None => (rest.len(), rest.len()),
            },
            Separator::Regex(regex) => search(regex, rest, budget)?,
        };
        if matches!(separator, Separator::Blank) && length == rest.len() && rest.ends_with(b"\n") {
            length -= 1;
        }
        self.at = start + after;
        budget.scan(length as u64)?;
        Ok(Some(rest.get(..length).unwrap_or_default()))
    }
}

fn newlines(text: &[u8]) -> usize {
    text.iter().take_while(|byte| **byte == b'\n').count()
}

/// Where the record ends and where the next one starts. Looks at no more of the text than it has
/// to: a search costs what it looks at.
fn search(regex: &Regex, rest: &[u8], budget: &Budget) -> Stoppable<(usize, usize)> {
    let mut window = WINDOW;
    loop {
        let seen = rest.get(..window).unwrap_or(rest);
        budget.scan(seen.len() as u64)?;
        let found = regex.on(seen).find_non_empty_at(0, budget)?;
        match found {
            // A match at the end of what was looked at may go on.
            Some(found) if found.end < seen.len() || seen.len() == rest.len() => return Ok((found.start, found.end)),
            None if seen.len() == rest.len() => return Ok((rest.len(), rest.len())),
            _ => window = window.saturating_mul(2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn records(separator: &[u8], text: &str) -> Vec<String> {
        let budget = Budget::new(&Limits::default());
        let separator = Separator::of(separator).unwrap();
        let mut reader = Reader::new(Cow::Borrowed(text.as_bytes()));
        let mut records = Vec::new();
        while let Some(record) = reader.next(&separator, &budget).unwrap() {
            records.push(String::from_utf8_lossy(record).into_owned());
        }
        records
    }

    #[test]
    fn records_end_at_separators() {
        assert_eq!(records(b"\n", "a\n\nb"), ["a", "", "b"]);
        assert_eq!(records(b"", "\n\na\nb\n\n\nc\n"), ["a\nb", "c"]);
        assert_eq!(records(b"[;,]+", "a;b,,c"), ["a", "b", "c"]);
        assert_eq!(records(b";", "a;b;\n"), ["a", "b", "\n"]);
    }
}
