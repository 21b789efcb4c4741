//! Bracket expressions: `[a-z]`, `[^[:space:]]`, `[]-]`.

use super::ast::Node;
use super::error::PatternError;
use super::parse::Parser;
use super::set::{Class, Set};
use super::text::{Decoded, decode};

/// The longest name of a class, as the C library's buffer has it.
const LONGEST_NAME: usize = 32;

/// What stands in a bracket expression.
#[derive(Clone, Copy)]
enum Element {
    Char(char),
    Byte,
    Class(Class),
    /// `[=a=]`: stands for the character, but not in a range.
    Equivalent(char),
    Dash,
    Close,
    End,
}

impl Parser<'_> {
    /// Parses from after the opening bracket to after the closing one.
    pub(super) fn bracket(&mut self) -> Result<Node, PatternError> {
        let start = self.position;
        let negated = self.byte(0) == Some(b'^');
        if negated {
            self.position += 1;
        }
        if self.byte(0).is_none() {
            return Err(PatternError::BadPattern);
        }
        let mut set = Set::empty();
        let mut first = true;
        loop {
            let element = self.element(first, first)?;
            first = false;
            match element {
                Element::Class(class) => self.add_class(&mut set, class),
                Element::Equivalent(character) => set.add_range(character, character),
                Element::End => return Err(PatternError::UnmatchedBracket),
                Element::Close => break,
                Element::Char(_) | Element::Dash | Element::Byte => {
                    self.member_or_range(&mut set, element)?;
                }
            }
            if self.byte(0).is_none() {
                return Err(PatternError::UnmatchedBracket);
            }
            if self.byte(0) == Some(b']') {
                self.position += 1;
                break;
            }
        }
        if self.grammar.grep_checks && looks_like_class(&self.pattern[start..self.position]) {
            return Err(PatternError::BareClass);
        }
        set.finish(negated, self.options.ignore_case);
        if negated && self.grammar.negated_skips_newline {
            set.remove(b'\n');
        }
        Ok(self.set(set))
    }

    fn add_class(&self, set: &mut Set, class: Class) {
        let folded = self.options.ignore_case && matches!(class, Class::Upper | Class::Lower);
        set.add_class(if folded { Class::Alpha } else { class });
    }

    /// A single member, or a range where a dash and another member follow.
    fn member_or_range(&mut self, set: &mut Set, first: Element) -> Result<(), PatternError> {
        let is_range = self.byte(0) == Some(b'-') && !self.triple_dash();
        if is_range && self.byte(1).is_none() {
            return Err(PatternError::UnmatchedBracket);
        }
        if !is_range || self.byte(1) == Some(b']') {
            match first {
                Element::Char(character) => set.add_range(character, character),
                Element::Dash => set.add_range('-', '-'),
                // A stray byte is no character, so that no subject's character is that byte.
                _ => {}
            }
            return Ok(());
        }
        self.position += 1;
        let last = match self.element(false, true)? {
            Element::Char(character) => character,
            Element::Dash => '-',
            Element::End => return Err(PatternError::UnmatchedBracket),
            _ => return Err(PatternError::BadRange),
        };
        let first = match first {
            Element::Char(character) => character,
            Element::Dash => '-',
            _ => return Err(PatternError::BadRange),
        };
        if !first.is_ascii() || !last.is_ascii() {
            // The C library looks such ends up among the locale's collating elements; the C.UTF-8
            // of Debian 12 has none.
            return Err(PatternError::BadCollation);
        }
        if first > last {
            return Err(PatternError::BadRange);
        }
        set.add_range(first, last);
        Ok(())
    }

    /// Old Unix tools took three dashes in a row as one.
    fn triple_dash(&self) -> bool {
        self.byte(0) == Some(b'-') && self.byte(1) == Some(b'-') && self.byte(2) == Some(b'-')
    }

    /// The next element. `first` takes a closing bracket as a member; `dash` takes a dash anywhere.
    fn element(&mut self, first: bool, dash: bool) -> Result<Element, PatternError> {
        let Some(byte) = self.byte(0) else {
            return Ok(Element::End);
        };
        match byte {
            b'\\' if self.grammar.bracket_escapes && self.byte(1).is_some() => self.position += 1,
            b'[' if matches!(self.byte(1), Some(b'.' | b'=')) => return self.named(),
            b'[' if self.byte(1) == Some(b':') && self.grammar.classes => return self.named(),
            b']' if !first => {
                self.position += 1;
                return Ok(Element::Close);
            }
            b'-' if self.triple_dash() => {
                self.position += 3;
                return Ok(Element::Char('-'));
            }
            b'-' => {
                self.position += 1;
                if !dash && self.byte(0) != Some(b']') {
                    return Err(if self.byte(0).is_none() {
                        PatternError::UnmatchedBracket
                    } else {
                        PatternError::BadRange
                    });
                }
                return Ok(Element::Dash);
            }
            _ => {}
        }
        Ok(match decode(self.pattern, self.position) {
            Decoded::Char(character, length) => {
                self.position += length;
                Element::Char(character)
            }
            _ => {
                self.position += 1;
                Element::Byte
            }
        })
    }

    /// `[:alpha:]`, `[=a=]`, `[.a.]`.
    fn named(&mut self) -> Result<Element, PatternError> {
        let kind = self.byte(1).unwrap_or_default();
        let start = self.position + 2;
        let rest = self.pattern.get(start..).unwrap_or_default();
        let end = rest
            .windows(2)
            .position(|pair| pair == [kind, b']'])
            .filter(|&end| end < LONGEST_NAME)
            .ok_or(PatternError::UnmatchedBracket)?;
        let name = rest.get(..end).unwrap_or_default();
        self.position = start + end + 2;
        if kind == b':' {
            return Class::named(name).map(Element::Class).ok_or(PatternError::BadClassName);
        }
        match name {
            &[byte] if byte.is_ascii() => {
                Ok(if kind == b'=' { Element::Equivalent(char::from(byte)) } else { Element::Char(char::from(byte)) })
            }
            _ => Err(PatternError::BadCollation),
        }
    }
}

/// grep's guess that `[:space:]` was meant to be `[[:space:]]`: the text between the brackets
/// starts and ends with a colon and holds something else, but no bracket.
fn looks_like_class(text: &[u8]) -> bool {
    matches!(text, [b':', inside @ .., b':', b']']
        if inside.iter().any(|&byte| byte != b':') && !inside.contains(&b'['))
}
