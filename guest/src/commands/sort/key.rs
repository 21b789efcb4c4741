//! Keys of `sort`: `-k 2,3nr`.

use super::super::common::Fault;
use super::super::quote;
use super::compare;
use std::cmp::Ordering;

/// How two pieces of text are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ordered {
    pub(super) is_reversed: bool,
    pub(super) skips_blanks: bool,
    pub(super) skips_end_blanks: bool,
    dictionary: bool,
    folds: bool,
    printing: bool,
    general: bool,
    human: bool,
    month: bool,
    numeric: bool,
    version: bool,
}

impl Ordered {
    /// Takes an option's letter; false for one that is none.
    pub(super) fn set(&mut self, letter: u8) -> bool {
        match letter {
            b'b' => (self.skips_blanks, self.skips_end_blanks) = (true, true),
            b'd' => self.dictionary = true,
            b'f' => self.folds = true,
            b'g' => self.general = true,
            b'h' => self.human = true,
            b'i' => self.printing = true,
            b'M' => self.month = true,
            b'n' => self.numeric = true,
            b'r' => self.is_reversed = true,
            b'V' => self.version = true,
            _ => return false,
        }
        true
    }

    /// Whether two kinds of comparison were asked for.
    pub(super) fn has_conflict(self) -> bool {
        let kinds = [self.general, self.human, self.month, self.numeric];
        let text = self.dictionary || self.printing || self.version;
        kinds.iter().filter(|kind| **kind).count() + usize::from(text) > 1
    }

    /// The letters in conflict.
    pub(super) fn letters(self) -> String {
        [
            (self.dictionary, 'd'),
            (self.folds, 'f'),
            (self.general, 'g'),
            (self.human, 'h'),
            (self.printing && !self.dictionary, 'i'),
            (self.month, 'M'),
            (self.numeric, 'n'),
            (self.version, 'V'),
        ]
        .iter()
        .filter(|(is_set, _)| *is_set)
        .map(|(_, letter)| *letter)
        .collect()
    }

    /// Without blanks at the start, where they do not count.
    pub(super) fn trim<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        if self.skips_blanks { skip_blanks(text) } else { text }
    }

    pub(super) fn compare(&self, a: &[u8], b: &[u8]) -> Ordering {
        let ordering = if self.numeric {
            compare::numeric(a, b)
        } else if self.general {
            compare::general(a, b)
        } else if self.human {
            compare::human(a, b)
        } else if self.month {
            compare::month(a).cmp(&compare::month(b))
        } else if self.version {
            let (a, b): (Vec<u8>, Vec<u8>) = (self.filtered(a).collect(), self.filtered(b).collect());
            crate::commands::version::compare(&a, &b)
        } else if self.dictionary || self.folds || self.printing {
            self.filtered(a).cmp(self.filtered(b))
        } else {
            a.cmp(b)
        };
        if self.is_reversed { ordering.reverse() } else { ordering }
    }

    fn filtered<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = u8> + 't {
        let this = *self;
        text.iter()
            .filter(move |byte| {
                (!this.dictionary || byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'\t'))
                    && (!this.printing || matches!(byte, b' '..=b'~'))
            })
            .map(move |byte| if this.folds { byte.to_ascii_uppercase() } else { *byte })
    }
}

pub(super) fn skip_blanks(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).count();
    text.get(blanks..).unwrap_or_default()
}

/// A part of a line.
pub(super) struct Key {
    field: usize,
    character: usize,
    /// The last field, and how many characters of it; 0 for all.
    end: Option<(usize, usize)>,
    pub(super) order: Ordered,
}

impl Key {
    /// Reads `F[.C][OPTIONS][,F[.C][OPTIONS]]`.
    pub(super) fn parse(text: &[u8]) -> Result<Self, Fault> {
        let wrong = |what: &str| {
            let mut message = format!("{what}: invalid field specification ").into_bytes();
            message.extend_from_slice(&quote::curly(text));
            Fault::Message(message)
        };
        let mut at = 0;
        let count = |at: &mut usize, what: &str| -> Result<usize, Fault> {
            let rest = text.get(*at..).unwrap_or_default();
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                let mut message = format!("{what}: invalid count at start of ").into_bytes();
                message.extend_from_slice(&quote::curly(rest));
                return Err(Fault::Message(message));
            }
            *at += digits;
            let number = std::str::from_utf8(rest.get(..digits).unwrap_or_default()).unwrap_or_default();
            Ok(number.parse().unwrap_or(usize::MAX))
        };
        let field = count(&mut at, "invalid number at field start")?;
        if field == 0 {
            return Err(wrong("field number is zero"));
        }
        let mut character = 1;
        if text.get(at) == Some(&b'.') {
            at += 1;
            character = count(&mut at, "invalid number after '.'")?;
            if character == 0 {
                return Err(wrong("character offset is zero"));
            }
        }
        let mut order = Ordered::default();
        while let Some(&letter) = text.get(at) {
            if letter == b'b' {
                order.skips_blanks = true;
            } else if !order.set(letter) {
                break;
            }
            at += 1;
        }
        let mut end = None;
        if text.get(at) == Some(&b',') {
            at += 1;
            let last = count(&mut at, "invalid number after ','")?;
            if last == 0 {
                return Err(wrong("field number is zero"));
            }
            let mut characters = 0;
            if text.get(at) == Some(&b'.') {
                at += 1;
                characters = count(&mut at, "invalid number after '.'")?;
            }
            while let Some(&letter) = text.get(at) {
                if letter == b'b' {
                    order.skips_end_blanks = true;
                } else if !order.set(letter) {
                    break;
                }
                at += 1;
            }
            end = Some((last, characters));
        }
        if at < text.len() {
            return Err(wrong("stray character in field spec"));
        }
        Ok(Self { field: field - 1, character: character - 1, end, order })
    }

    /// Takes the options for all keys where the key has none of its own.
    pub(super) fn inherit(&mut self, global: Ordered) {
        if self.order == Ordered::default() {
            self.order = global;
        }
    }

    /// The key's part of a line.
    pub(super) fn part<'t>(&self, line: &'t [u8], separator: Option<u8>) -> &'t [u8] {
        let start = self.start(line, separator);
        let stop = self.stop(line, separator).max(start);
        line.get(start..stop).unwrap_or_default()
    }

    fn start(&self, line: &[u8], separator: Option<u8>) -> usize {
        let at = skip_fields(line, 0, self.field, separator, true);
        let rest = line.get(at..).unwrap_or_default();
        let blanks = if self.order.skips_blanks { rest.len() - skip_blanks(rest).len() } else { 0 };
        (at + blanks).saturating_add(self.character).min(line.len())
    }

    fn stop(&self, line: &[u8], separator: Option<u8>) -> usize {
        let Some((field, characters)) = self.end else { return line.len() };
        if characters == 0 {
            return skip_fields(line, 0, field, separator, false);
        }
        let at = skip_fields(line, 0, field - 1, separator, true);
        let rest = line.get(at..).unwrap_or_default();
        let blanks = if self.order.skips_end_blanks { rest.len() - skip_blanks(rest).len() } else { 0 };
        (at + blanks).saturating_add(characters).min(line.len())
    }
}

/// Where `count` fields end; behind their separator when `past` is set.
fn skip_fields(line: &[u8], mut at: usize, count: usize, separator: Option<u8>, past: bool) -> usize {
    for left in (0..count).rev() {
        if at >= line.len() {
            break;
        }
        let rest = line.get(at..).unwrap_or_default();
        match separator {
            Some(separator) => {
                at = memchr::memchr(separator, rest).map_or(line.len(), |found| at + found);
                if at < line.len() && (past || left > 0) {
                    at += 1;
                }
            }
            None => {
                let blanks = rest.len() - skip_blanks(rest).len();
                let text = rest.iter().skip(blanks).take_while(|byte| !matches!(byte, b' ' | b'\t' | b'\n')).count();
                at += blanks + text;
            }
        }
    }
    at
}
