//! Word splitting by `IFS`.

use super::Segment;

/// A field: pieces of text, each with whether it was quoted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Field {
    /// The pieces in order.
    pub(crate) pieces: Vec<(Vec<u8>, bool)>,
    /// It exists even when it is empty.
    present: bool,
}

impl Field {
    /// Bytes of text.
    pub(crate) fn len(&self) -> usize {
        self.pieces.iter().map(|(text, _)| text.len()).sum()
    }

    fn add(&mut self, text: &[u8], quoted: bool) {
        self.present |= quoted || !text.is_empty();
        match self.pieces.last_mut() {
            Some((last, was_quoted)) if *was_quoted == quoted => last.extend_from_slice(text),
            _ => self.pieces.push((text.to_vec(), quoted)),
        }
    }
}

/// Splits segments into fields.
pub(super) fn split(segments: Vec<Segment>, separators: &[u8]) -> Vec<Field> {
    let mut splitter = Splitter { fields: Vec::new(), current: Field::default(), after_blank: false };
    for segment in segments {
        match segment {
            Segment::Literal(text) => splitter.text(&text, false),
            Segment::Quoted(text) => splitter.text(&text, true),
            Segment::Break => {
                splitter.after_blank = false;
                splitter.end_if_present();
            }
            Segment::Expanded(text) => splitter.expanded(&text, separators),
        }
    }
    splitter.end_if_present();
    splitter.fields
}

struct Splitter {
    fields: Vec<Field>,
    current: Field,
    /// The last separator was a blank; another separator right behind it belongs to it.
    after_blank: bool,
}

impl Splitter {
    fn text(&mut self, text: &[u8], quoted: bool) {
        self.after_blank = false;
        self.current.add(text, quoted);
    }

    fn end_if_present(&mut self) {
        if self.current.present {
            self.fields.push(std::mem::take(&mut self.current));
        }
    }

    fn expanded(&mut self, text: &[u8], separators: &[u8]) {
        let mut start = 0;
        for (at, byte) in text.iter().enumerate() {
            if !separators.contains(byte) {
                continue;
            }
            if start < at {
                self.text(&text[start..at], false);
            }
            start = at + 1;
            if matches!(byte, b' ' | b'\t' | b'\n') {
                self.after_blank |= self.current.present;
                self.end_if_present();
            } else if !std::mem::take(&mut self.after_blank) {
                self.current.present = true;
                self.end_if_present();
            }
        }
        if start < text.len() {
            self.text(&text[start..], false);
        }
    }
}
