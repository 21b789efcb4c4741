//! Parses the part of Perl's syntax that `grep -P` patterns use.

use super::ast::{Around, Look, Node, Repeat};
use super::error::PatternError;
use super::grammar::Options;
use super::parse::literal;
use super::set::{Class, Set};
use super::text::{Decoded, decode};

/// How deep groups may nest.
const MAX_NESTING: u32 = 48;
/// PCRE's largest count.
const LARGEST_COUNT: u32 = 65_535;

/// Parses `pattern`, counting its groups.
pub(super) fn parse(pattern: &[u8], options: Options, groups: &mut u32) -> Result<Node, PatternError> {
    let mut parser = Perl {
        pattern,
        position: 0,
        options,
        ignore_case: options.ignore_case,
        dot_all: false,
        groups: 0,
        largest_reference: 0,
        nesting: 0,
    };
    let node = parser.alternatives()?;
    if parser.position < pattern.len() || parser.largest_reference > parser.groups {
        return Err(PatternError::BadPerl);
    }
    *groups = parser.groups;
    Ok(node)
}

struct Perl<'p> {
    pattern: &'p [u8],
    position: usize,
    options: Options,
    ignore_case: bool,
    dot_all: bool,
    groups: u32,
    largest_reference: u32,
    nesting: u32,
}

impl Perl<'_> {
    fn byte(&self, offset: usize) -> Option<u8> {
        self.pattern.get(self.position + offset).copied()
    }

    fn rest(&self) -> &[u8] {
        self.pattern.get(self.position..).unwrap_or_default()
    }

    fn eat(&mut self, text: &[u8]) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.position += text.len();
        }
        found
    }

    fn alternatives(&mut self) -> Result<Node, PatternError> {
        let (ignore_case, dot_all) = (self.ignore_case, self.dot_all);
        let mut nodes = vec![self.branch()?];
        while self.eat(b"|") {
            nodes.push(self.branch()?);
        }
        // A flag that is set inside a group ends with it.
        (self.ignore_case, self.dot_all) = (ignore_case, dot_all);
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Alternate(nodes) })
    }

    fn branch(&mut self) -> Result<Node, PatternError> {
        let mut nodes = Vec::new();
        while let Some(byte) = self.byte(0) {
            if matches!(byte, b'|' | b')') {
                break;
            }
            if self.eat(b"\\Q") {
                self.quoted(&mut nodes);
                continue;
            }
            let node = self.atom()?;
            nodes.push(self.repetition(node)?);
        }
        Ok(Node::Concat(nodes))
    }

    /// `\Q...\E`: no character in between means anything but itself.
    fn quoted(&mut self, nodes: &mut Vec<Node>) {
        while !self.eat(b"\\E") && self.position < self.pattern.len() {
            let node = self.plain_character();
            nodes.push(node);
        }
    }

    fn plain_character(&mut self) -> Node {
        match decode(self.pattern, self.position) {
            Decoded::Char(character, length) => {
                self.position += length;
                literal(character, self.ignore_case)
            }
            Decoded::Invalid(byte) => {
                self.position += 1;
                Node::Byte(byte)
            }
            Decoded::End => Node::Empty,
        }
    }

    fn repetition(&mut self, node: Node) -> Result<Node, PatternError> {
        let (minimum, maximum) = match self.byte(0) {
            Some(b'*') => (0, None),
            Some(b'+') => (1, None),
            Some(b'?') => (0, Some(1)),
            Some(b'{') => match self.counts()? {
                Some(counts) => counts,
                None => return Ok(node),
            },
            _ => return Ok(node),
        };
        self.position += 1;
        let lazy = self.eat(b"?");
        if !lazy && self.byte(0) == Some(b'+') {
            return Err(PatternError::UnsupportedPerl);
        }
        if matches!(self.byte(0), Some(b'*' | b'+' | b'?')) {
            return Err(PatternError::BadPerl);
        }
        if maximum == Some(0) {
            return Ok(Node::Empty);
        }
        Ok(Node::Repeat(Box::new(Repeat { node, minimum, maximum, lazy })))
    }

    /// The counts of an interval, up to its closing brace; `None` where the brace is a literal.
    fn counts(&mut self) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        let rest = self.rest();
        let Some(end) = rest.iter().position(|&byte| byte == b'}') else {
            return Ok(None);
        };
        let inside = rest.get(1..end).unwrap_or_default();
        let mut parts = inside.splitn(2, |&byte| byte == b',');
        let Some(minimum) = parts.next().and_then(number) else {
            return Ok(None);
        };
        let maximum = match parts.next() {
            None => Some(minimum),
            Some(b"") => None,
            Some(text) => match number(text) {
                Some(maximum) => Some(maximum),
                None => return Ok(None),
            },
        };
        if maximum.unwrap_or(minimum) > LARGEST_COUNT || maximum.is_some_and(|most| most < minimum) {
            return Err(PatternError::BadPerl);
        }
        self.position += end;
        Ok(Some((minimum, maximum)))
    }

    fn atom(&mut self) -> Result<Node, PatternError> {
        match self.byte(0) {
            Some(b'(') => self.group(),
            Some(b'[') => self.class(),
            Some(b'\\') => self.escape(),
            Some(b'.') => {
                self.position += 1;
                let mut set = Set::all();
                if !self.dot_all {
                    set.remove(b'\n');
                }
                Ok(self.set(set))
            }
            Some(b'^') => {
                self.position += 1;
                Ok(self.start())
            }
            Some(b'$') => {
                self.position += 1;
                Ok(self.end())
            }
            Some(b'*' | b'+' | b'?') => Err(PatternError::BadPerl),
            _ => Ok(self.plain_character()),
        }
    }

    /// Whether lines are searched in one buffer; other records (`grep -z`) are subjects of their own.
    fn sees_lines(&self) -> bool {
        self.options.terminator.is_none_or(|terminator| terminator == b'\n')
    }

    fn start(&self) -> Node {
        Node::Look(if self.sees_lines() { Look::LineStart } else { Look::SubjectStart })
    }

    fn end(&self) -> Node {
        Node::Look(if self.sees_lines() { Look::LineEnd } else { Look::SubjectEnd })
    }

    fn group(&mut self) -> Result<Node, PatternError> {
        self.position += 1;
        if self.eat(b"?#") {
            while self.byte(0).is_some_and(|byte| byte != b')') {
                self.position += 1;
            }
            return self.close(Node::Empty);
        }
        for (opening, behind, negated) in
            [(b"?<=".as_slice(), true, false), (b"?<!", true, true), (b"?=", false, false), (b"?!", false, true)]
        {
            if self.eat(opening) {
                let node = self.nested()?;
                return Ok(Node::Around(Box::new(Around { node, behind, negated })));
            }
        }
        if self.eat(b"?:") {
            return self.nested();
        }
        if self.eat(b"?P<") || self.eat(b"?<") || self.eat(b"?'") {
            while self.byte(0).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                self.position += 1;
            }
            if !self.eat(b">") && !self.eat(b"'") {
                return Err(PatternError::BadPerl);
            }
        } else if self.eat(b"?") {
            return self.flags();
        }
        self.groups += 1;
        let index = self.groups;
        Ok(Node::Group(Box::new(self.nested()?), index))
    }

    /// `(?i)`, `(?i-s:...)`.
    fn flags(&mut self) -> Result<Node, PatternError> {
        let before = (self.ignore_case, self.dot_all);
        let mut on = true;
        loop {
            let byte = self.byte(0);
            self.position += 1;
            match byte {
                Some(b'i') => self.ignore_case = on,
                Some(b's') => self.dot_all = on,
                Some(b'm') if on => {}
                Some(b'-') => on = false,
                Some(b')') => return Ok(Node::Empty),
                Some(b':') => {
                    let node = self.nested()?;
                    (self.ignore_case, self.dot_all) = before;
                    return Ok(node);
                }
                _ => return Err(PatternError::UnsupportedPerl),
            }
        }
    }

    fn nested(&mut self) -> Result<Node, PatternError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(PatternError::TooBig);
        }
        let node = self.alternatives()?;
        self.nesting -= 1;
        self.close(node)
    }

    fn close(&mut self, node: Node) -> Result<Node, PatternError> {
        if self.eat(b")") { Ok(node) } else { Err(PatternError::BadPerl) }
    }

    fn escape(&mut self) -> Result<Node, PatternError> {
        let Some(byte) = self.byte(1) else {
            return Err(PatternError::BadPerl);
        };
        if let Some((class, negated)) = escaped_class(byte) {
            self.position += 2;
            let mut set = Set::empty();
            // Outside of a class `\W` and its like take no character above ASCII either: Debian's
            // PCRE 10.42 compiles them so for subjects that may be invalid UTF-8.
            set.ascii = if negated { !class.ascii() } else { class.ascii() };
            return Ok(self.set(set));
        }
        let node = match byte {
            b'b' => Node::Look(Look::AsciiWordEdge),
            b'B' => Node::Look(Look::NotAsciiWordEdge),
            b'A' => self.start(),
            b'z' | b'Z' => self.end(),
            b'K' => Node::Keep,
            b'E' => Node::Empty,
            b'1'..=b'9' => {
                let index = u32::from(byte - b'0');
                self.largest_reference = self.largest_reference.max(index);
                Node::BackReference(index)
            }
            _ => return Ok(literal(self.escaped_character()?, self.ignore_case)),
        };
        self.position += 2;
        Ok(node)
    }

    /// The character of `\t`, `\x41`, `\.`, from the backslash on.
    fn escaped_character(&mut self) -> Result<char, PatternError> {
        let byte = self.byte(1).ok_or(PatternError::BadPerl)?;
        self.position += 2;
        Ok(match byte {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'f' => '\u{c}',
            b'a' => '\u{7}',
            b'e' => '\u{1b}',
            b'0' => char::from(self.digits(2, 8)? as u8),
            b'x' if self.eat(b"{") => {
                let value = self.digits(6, 16)?;
                if !self.eat(b"}") {
                    return Err(PatternError::BadPerl);
                }
                char::from_u32(value).ok_or(PatternError::BadPerl)?
            }
            b'x' => char::from(self.digits(2, 16)? as u8),
            byte if byte.is_ascii_alphanumeric() => return Err(PatternError::UnsupportedPerl),
            _ => {
                self.position -= 1;
                match decode(self.pattern, self.position) {
                    Decoded::Char(character, length) => {
                        self.position += length;
                        character
                    }
                    _ => return Err(PatternError::BadPerl),
                }
            }
        })
    }

    fn digits(&mut self, most: usize, radix: u32) -> Result<u32, PatternError> {
        let mut value = 0;
        for _ in 0..most {
            let Some(digit) = self.byte(0).and_then(|byte| char::from(byte).to_digit(radix)) else {
                break;
            };
            value = value * radix + digit;
            self.position += 1;
        }
        Ok(value)
    }

    fn class(&mut self) -> Result<Node, PatternError> {
        self.position += 1;
        let negated = self.eat(b"^");
        let mut set = Set::empty();
        let mut first = true;
        loop {
            if self.byte(0).is_none() {
                return Err(PatternError::BadPerl);
            }
            if !first && self.eat(b"]") {
                break;
            }
            first = false;
            let Some(start) = self.member(&mut set)? else { continue };
            let is_range = self.byte(0) == Some(b'-') && !matches!(self.byte(1), None | Some(b']'));
            if !is_range {
                set.add_range(start, start);
                continue;
            }
            self.position += 1;
            match self.member(&mut set)? {
                Some(end) if start <= end => set.add_range(start, end),
                Some(_) => return Err(PatternError::BadPerl),
                None => {
                    // `[a-\d]`: the dash stands for itself.
                    set.add_range(start, start);
                    set.add_range('-', '-');
                }
            }
        }
        set.finish(negated, self.ignore_case);
        Ok(self.set(set))
    }

    /// One member of a class; `None` when it was a class of its own and is already added.
    fn member(&mut self, set: &mut Set) -> Result<Option<char>, PatternError> {
        if self.rest().starts_with(b"[:") {
            let rest = self.rest();
            if let Some(end) = rest.windows(2).position(|pair| pair == b":]") {
                let name = rest.get(2..end).unwrap_or_default();
                let class = Class::named(name).ok_or(PatternError::BadPerl)?;
                set.add_ascii(class, false);
                self.position += end + 2;
                return Ok(None);
            }
        }
        if self.byte(0) == Some(b'\\') {
            let byte = self.byte(1).ok_or(PatternError::BadPerl)?;
            if byte == b'b' {
                self.position += 2;
                return Ok(Some('\u{8}'));
            }
            if let Some((class, negated)) = escaped_class(byte) {
                self.position += 2;
                set.add_ascii(class, negated);
                return Ok(None);
            }
            return self.escaped_character().map(Some);
        }
        match decode(self.pattern, self.position) {
            Decoded::Char(character, length) => {
                self.position += length;
                Ok(Some(character))
            }
            _ => Err(PatternError::BadPerl),
        }
    }

    fn set(&self, mut set: Set) -> Node {
        if let Some(terminator) = self.options.terminator {
            set.remove(terminator);
        }
        Node::Set(Box::new(set))
    }
}

fn escaped_class(byte: u8) -> Option<(Class, bool)> {
    let class = match byte.to_ascii_lowercase() {
        b'd' => Class::Digit,
        b'w' => Class::Word,
        b's' => Class::Space,
        b'h' => Class::Blank,
        _ => return None,
    };
    Some((class, byte.is_ascii_uppercase()))
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 6 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
}
