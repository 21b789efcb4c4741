//! mawk's dialect of regular expressions, rewritten for the shared matcher.
//!
//! mawk matches bytes, has no intervals, and knows more escapes. Its pattern is read here and
//! written out again in the matcher's own extended syntax with nothing ambiguous left. The matcher
//! works on characters; bytes above ASCII are handed to it as one unassigned character each, which
//! belongs to no class.

use std::borrow::Cow;
use std::rc::Rc;

use crate::budget::{Budget, Stoppable};
use crate::matching::{Match, Options, Pattern, Syntax};

/// The first of the characters that stand for the bytes from 0x80 on.
const HIGH: u32 = 0x5_0000;
/// How many bytes such a character takes up.
const HIGH_BYTES: usize = 4;

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Regex {
    pattern: Rc<Pattern>,
    /// The pattern is empty.
    pub(super) is_empty: bool,
}

/// Why a pattern is none, in mawk's words.
pub(super) type RegexError = &'static str;

const MISSING_CLOSE: RegexError = "missing ')'";
pub(super) const BAD_CLASS: RegexError = "bad class -- [], [^] or [";
const MISSING_OPERAND: RegexError = "missing operand";
const TOO_LARGE: RegexError = "resource exhaustion -- regular expression too large";
const REPEATED_ANCHOR: RegexError = "syntax error ^* or ^+";

impl Regex {
    /// Compiles a pattern.
    pub(super) fn compile(pattern: &[u8]) -> Result<Self, RegexError> {
        let written = Writer { pattern, at: 0, out: Vec::new(), depth: 0 }.rewrite()?;
        let compiled = Pattern::compile(&written, Syntax::Awk, Options::default()).map_err(|_| TOO_LARGE)?;
        Ok(Self { pattern: Rc::new(compiled), is_empty: pattern.is_empty() })
    }

    /// Prepares searches in a text.
    pub(super) fn on<'t>(&'t self, text: &'t [u8]) -> Subject<'t> {
        let shown = if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(widened(text)) };
        Subject { regex: self, text, shown }
    }
}

/// A pattern and a text to search.
pub(super) struct Subject<'t> {
    regex: &'t Regex,
    text: &'t [u8],
    shown: Cow<'t, [u8]>,
}

impl Subject<'_> {
    /// Whether the text contains a match.
    pub(super) fn is_match(&self, budget: &Budget) -> Stoppable<bool> {
        budget.scan(self.text.len() as u64)?;
        self.regex.pattern.is_match(&self.shown, budget)
    }

    /// The leftmost-longest match from `start` on.
    pub(super) fn find_at(&self, start: usize, budget: &Budget) -> Stoppable<Option<Match>> {
        let subject = self.regex.pattern.on(&self.shown);
        if matches!(self.shown, Cow::Borrowed(_)) {
            return subject.find_at(start, budget);
        }
        let before = |end: usize| self.text.get(..end).unwrap_or_default();
        let found = subject.find_at(widened_length(before(start)), budget)?;
        Ok(found.map(|found| {
            let narrow = |place: usize| narrowed_length(self.shown.get(..place).unwrap_or_default());
            Match { start: narrow(found.start), end: narrow(found.end) }
        }))
    }

    /// As [`Subject::find_at`], for matches that are not empty.
    pub(super) fn find_non_empty_at(&self, start: usize, budget: &Budget) -> Stoppable<Option<Match>> {
        let mut start = start;
        while start < self.text.len() {
            budget.scan(1)?;
            match self.find_at(start, budget)? {
                Some(found) if found.start == found.end => start = found.start + 1,
                found => return Ok(found),
            }
        }
        Ok(None)
    }
}

fn widened(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(widened_length(text));
    text.iter().for_each(|byte| push_byte(&mut out, *byte));
    out
}

/// Adds a byte as the matcher reads it.
pub(super) fn push_byte(out: &mut Vec<u8>, byte: u8) {
    match char::from_u32(HIGH + u32::from(byte)) {
        Some(character) if !byte.is_ascii() => {
            out.extend_from_slice(character.encode_utf8(&mut [0; HIGH_BYTES]).as_bytes());
        }
        _ => out.push(byte),
    }
}

fn widened_length(text: &[u8]) -> usize {
    text.len() + (HIGH_BYTES - 1) * text.iter().filter(|byte| !byte.is_ascii()).count()
}

fn narrowed_length(shown: &[u8]) -> usize {
    shown.iter().filter(|byte| !(0x80..0xc0).contains(*byte)).count()
}

/// What stood before the current place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing, `(` or `|`: an operand must follow.
    Nothing,
    /// `^`.
    Start,
    /// Anything that can be repeated.
    Operand,
}

/// Rewrites a pattern.
pub(super) struct Writer<'p> {
    pub(super) pattern: &'p [u8],
    pub(super) at: usize,
    pub(super) out: Vec<u8>,
    depth: usize,
}

impl Writer<'_> {
    pub(super) fn byte(&self, offset: usize) -> Option<u8> {
        self.pattern.get(self.at + offset).copied()
    }

    fn rewrite(mut self) -> Result<Vec<u8>, RegexError> {
        let mut before = Before::Nothing;
        while let Some(byte) = self.byte(0) {
            before = match byte {
                b'*' | b'+' | b'?' => {
                    match before {
                        Before::Start if byte != b'?' => return Err(REPEATED_ANCHOR),
                        Before::Nothing => return Err(MISSING_OPERAND),
                        _ => {}
                    }
                    self.push(byte);
                    Before::Operand
                }
                b'|' | b'(' => {
                    if byte == b'|' && before == Before::Nothing {
                        return Err(MISSING_OPERAND);
                    }
                    self.depth += usize::from(byte == b'(');
                    self.push(byte);
                    Before::Nothing
                }
                b')' if self.depth > 0 => {
                    if before == Before::Nothing {
                        return Err(MISSING_OPERAND);
                    }
                    self.depth -= 1;
                    self.push(byte);
                    Before::Operand
                }
                b'^' => {
                    self.push(byte);
                    Before::Start
                }
                b'.' | b'$' => {
                    self.push(byte);
                    Before::Operand
                }
                b'[' => {
                    self.bracket()?;
                    Before::Operand
                }
                b'\\' => {
                    self.at += 1;
                    let byte = self.escape();
                    self.literal(byte);
                    Before::Operand
                }
                _ => {
                    self.at += 1;
                    self.literal(byte);
                    Before::Operand
                }
            };
        }
        match (self.depth, before) {
            (0, Before::Nothing) if !self.pattern.is_empty() => Err(MISSING_OPERAND),
            (0, _) => Ok(self.out),
            _ => Err(MISSING_CLOSE),
        }
    }

    fn push(&mut self, byte: u8) {
        self.out.push(byte);
        self.at += 1;
    }

    fn literal(&mut self, byte: u8) {
        if b"\\^$.[]|()*+?{}".contains(&byte) {
            self.out.push(b'\\');
        }
        push_byte(&mut self.out, byte);
    }

    /// The byte that an escape stands for; its backslash was read.
    pub(super) fn escape(&mut self) -> u8 {
        let Some(byte) = self.byte(0) else { return b'\\' };
        self.at += 1;
        match byte {
            b'n' => b'\n',
            b't' => b'\t',
            b'f' => 0x0c,
            b'b' => 0x08,
            b'r' => b'\r',
            b'a' => 0x07,
            b'v' => 0x0b,
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.byte(0) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                value as u8
            }
            b'x' => {
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                let Some(first) = digit(self.byte(0)) else { return b'x' };
                self.at += 1;
                let Some(second) = digit(self.byte(0)) else { return first as u8 };
                self.at += 1;
                (first * 16 + second) as u8
            }
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn find(pattern: &str, text: &str) -> Option<(usize, usize)> {
        let budget = Budget::new(&Limits::default());
        let regex = Regex::compile(pattern.as_bytes()).unwrap();
        let found = regex.on(text.as_bytes()).find_at(0, &budget).unwrap();
        found.map(|found| (found.start, found.end))
    }

    #[test]
    fn braces_are_text_and_bytes_are_matched() {
        assert_eq!(find("a{2}", "aa"), None);
        assert_eq!(find("a{2}", "xa{2}"), Some((1, 5)));
        assert_eq!(find("[^a]b", "éb"), Some((1, 3)));
        assert_eq!(find(".", "é"), Some((0, 1)));
        assert_eq!(find("[]a]+", "x]a]"), Some((1, 4)));
        assert_eq!(find("\\.\\/\\x41", "a./A"), Some((1, 4)));
        assert_eq!(find("[[:digit:]_]+", "ab12_"), Some((2, 5)));
        assert_eq!(find("a)", "xa)"), Some((1, 3)));
    }

    #[test]
    fn mistakes_are_named_as_mawk_names_them() {
        let mistake = |pattern: &str| Regex::compile(pattern.as_bytes()).unwrap_err();
        assert_eq!(mistake("("), MISSING_CLOSE);
        assert_eq!(mistake("*a"), MISSING_OPERAND);
        assert_eq!(mistake("a||b"), MISSING_OPERAND);
        assert_eq!(mistake("[a"), BAD_CLASS);
        assert_eq!(mistake("^*"), REPEATED_ANCHOR);
    }
}
