//! Parses the GNU dialects: the same tokens, the same context rules and the same errors as the
//! C library's matcher, so that a pattern means here what it means to the tool.

use super::ast::{Node, Repeat};
use super::error::{PatternError, PatternWarning};
use super::grammar::{Grammar, Options};
use super::set::{Class, Set};
use super::token::Token;

/// The largest count of an interval.
const LARGEST_COUNT: u32 = 0x7fff;
/// How deep groups, and repetitions of repetitions, may nest. The GNU tools have no limit but
/// their stack; ours is small, and nobody writes a pattern that deep.
const MAX_NESTING: u32 = 48;

/// A pattern's parser. One value parses one pattern; [`Parser::groups`] carries on from the
/// patterns before it.
pub(super) struct Parser<'p> {
    pub(super) pattern: &'p [u8],
    pub(super) position: usize,
    pub(super) grammar: Grammar,
    pub(super) options: Options,
    pub(super) groups: u32,
    pub(super) warnings: Vec<PatternWarning>,
    first_group: u32,
    completed: u16,
    nesting: u32,
    /// The current token is the first of an alternative.
    at_start: bool,
    token: Token,
    token_start: usize,
}

impl<'p> Parser<'p> {
    /// A parser at the start of `pattern`; its first group gets the number `groups + 1`.
    pub(super) fn new(pattern: &'p [u8], grammar: Grammar, options: Options, groups: u32) -> Self {
        Self {
            pattern,
            position: 0,
            grammar,
            options,
            groups,
            warnings: Vec::new(),
            first_group: groups,
            completed: 0,
            nesting: 0,
            at_start: true,
            token: Token::End,
            token_start: 0,
        }
    }

    /// Parses all of it.
    pub(super) fn parse(&mut self) -> Result<Node, PatternError> {
        self.fetch(true);
        self.alternatives(0)
    }

    pub(super) fn byte(&self, offset: usize) -> Option<u8> {
        self.pattern.get(self.position + offset).copied()
    }

    /// Reads the next token; `caret` says that a `^` here is an anchor in every dialect.
    fn fetch(&mut self, caret: bool) {
        self.token_start = self.position;
        let (token, length) = self.peek(caret);
        self.token = token;
        self.position += length;
    }

    fn ends_branch(&self, depth: u32) -> bool {
        match self.token {
            Token::Alternate | Token::End => true,
            Token::Close => depth > 0,
            _ => false,
        }
    }

    fn alternatives(&mut self, depth: u32) -> Result<Node, PatternError> {
        let before = self.completed;
        let first = self.branch(depth)?;
        let mut completed = self.completed;
        if self.token != Token::Alternate {
            return Ok(first);
        }
        let mut nodes = vec![first];
        while self.token == Token::Alternate {
            self.fetch(true);
            // A back-reference sees the groups before the alternatives and in its own.
            completed |= std::mem::replace(&mut self.completed, before);
            let empty = self.ends_branch(depth);
            nodes.push(if empty { Node::Empty } else { self.branch(depth)? });
        }
        self.completed |= completed;
        Ok(Node::Alternate(nodes))
    }

    fn branch(&mut self, depth: u32) -> Result<Node, PatternError> {
        let mut nodes = Vec::new();
        self.at_start = true;
        loop {
            let node = self.expression(depth)?;
            self.at_start = false;
            match node {
                Node::Empty => {}
                node => nodes.push(node),
            }
            if self.ends_branch(depth) {
                break;
            }
        }
        Ok(match nodes.len() {
            0 => Node::Empty,
            1 => nodes.remove(0),
            _ => Node::Concat(nodes),
        })
    }

    fn expression(&mut self, depth: u32) -> Result<Node, PatternError> {
        // A loop instead of recursion: a dialect may skip any number of leading repetitions.
        while matches!(self.token, Token::OpenInterval | Token::Star | Token::Plus | Token::Question) {
            let interval = self.token == Token::OpenInterval;
            if interval && self.grammar.refuse_leading_interval || self.grammar.refuse_leading_repeat {
                return Err(PatternError::NothingToRepeat);
            }
            if !self.grammar.skip_leading_repeat || !self.skip_leading_repeat() {
                let mut node = self.token_character();
                self.fetch(false);
                self.repetitions(&mut node)?;
                return Ok(node);
            }
            if interval && self.ends_branch(depth) {
                return Ok(Node::Empty);
            }
        }
        let mut node = match self.token {
            Token::Char(character) => self.character(character),
            Token::Byte(byte) => Node::Byte(byte),
            Token::Open => self.group(depth)?,
            Token::Bracket => self.bracket()?,
            Token::BackReference(index) => {
                if self.completed >> index & 1 == 0 {
                    return Err(PatternError::BadBackReference);
                }
                Node::BackReference(self.first_group + index)
            }
            Token::Look(look) => {
                // An anchor cannot be repeated: what follows starts anew.
                self.fetch(false);
                return Ok(Node::Look(look));
            }
            Token::Period => self.period(),
            Token::Class(class, negated) => self.class(class, negated),
            Token::Close if !self.grammar.literal_close => return Err(PatternError::UnmatchedClose),
            Token::Close | Token::CloseInterval => self.token_character(),
            Token::Backslash => return Err(PatternError::TrailingBackslash),
            _ => return Ok(Node::Empty),
        };
        self.fetch(false);
        self.repetitions(&mut node)?;
        Ok(node)
    }

    /// The token's last byte as a literal: `*` of `*`, `{` of `\{`.
    fn token_character(&self) -> Node {
        let last = self.position.saturating_sub(1);
        self.pattern.get(last).map_or(Node::Empty, |&byte| self.character(char::from(byte)))
    }

    /// Skips a repetition that has nothing to repeat; false where it is literal text instead.
    fn skip_leading_repeat(&mut self) -> bool {
        let warning = match self.token {
            Token::Star => PatternWarning::StarAtStart,
            Token::Plus => PatternWarning::PlusAtStart,
            Token::Question => PatternWarning::QuestionAtStart,
            // After an anchor the brace alone is skipped.
            _ if !self.at_start => PatternWarning::IntervalAtStart,
            _ => {
                let after = self.position;
                let interval = self.interval();
                if !matches!(interval, Ok(Some(_))) {
                    self.position = after;
                    self.token = Token::OpenInterval;
                    return false;
                }
                PatternWarning::IntervalAtStart
            }
        };
        if self.grammar.grep_checks {
            self.warnings.push(warning);
        }
        self.fetch(false);
        true
    }

    fn repetitions(&mut self, node: &mut Node) -> Result<(), PatternError> {
        let mut depth = 0;
        loop {
            let (minimum, maximum) = match self.token {
                Token::Star => (0, None),
                Token::Plus => (1, None),
                Token::Question => (0, Some(1)),
                Token::OpenInterval => {
                    let start = self.token_start;
                    let after = self.position;
                    match self.interval()? {
                        Some(counts) => counts,
                        None => {
                            // Not an interval after all: the brace is a character.
                            self.token_start = start;
                            self.position = after;
                            self.token = Token::Char('{');
                            return Ok(());
                        }
                    }
                }
                _ => return Ok(()),
            };
            // `a**` is `a*`.
            if !(is_star(node) && minimum <= 1 && maximum.is_none()) {
                depth += 1;
                if depth > MAX_NESTING {
                    return Err(PatternError::TooBig);
                }
                let inner = std::mem::replace(node, Node::Empty);
                *node = repeated(inner, minimum, maximum);
            }
            self.fetch(false);
            if self.grammar.refuse_leading_interval && matches!(self.token, Token::Star | Token::OpenInterval) {
                return Err(PatternError::NothingToRepeat);
            }
        }
    }

    /// The counts of the interval whose opening token was just read, leaving its closing token as
    /// the current one; `None` where the dialect takes a bad interval as text.
    fn interval(&mut self) -> Result<Option<(u32, Option<u32>)>, PatternError> {
        let start = match self.number() {
            Number::None if self.token == Token::Char(',') => Number::Value(0),
            Number::None => return Err(PatternError::BadInterval),
            number => number,
        };
        let end = match start {
            Number::Bad => Number::Bad,
            _ if self.token == Token::CloseInterval => start,
            _ if self.token == Token::Char(',') => self.number(),
            _ => Number::Bad,
        };
        let (Number::Value(minimum), true) = (start, end != Number::Bad) else {
            if self.grammar.literal_bad_interval {
                return Ok(None);
            }
            return Err(if self.token == Token::End {
                PatternError::UnmatchedInterval
            } else {
                PatternError::BadInterval
            });
        };
        let maximum = match end {
            Number::Value(value) => Some(value),
            _ => None,
        };
        if maximum.is_some_and(|maximum| minimum > maximum) || self.token != Token::CloseInterval {
            return Err(PatternError::BadInterval);
        }
        if maximum.unwrap_or(minimum) > LARGEST_COUNT {
            return Err(PatternError::TooBig);
        }
        Ok(Some((minimum, maximum)))
    }

    fn number(&mut self) -> Number {
        let mut number = Number::None;
        loop {
            self.fetch(false);
            match self.token {
                Token::End => return Number::Bad,
                Token::CloseInterval | Token::Char(',') => return number,
                Token::Char(digit @ '0'..='9') => {
                    let digit = digit as u32 - '0' as u32;
                    number = match number {
                        Number::None => Number::Value(digit),
                        Number::Value(value) => Number::Value((value * 10 + digit).min(LARGEST_COUNT + 1)),
                        Number::Bad => Number::Bad,
                    };
                }
                _ => number = Number::Bad,
            }
        }
    }

    fn group(&mut self, depth: u32) -> Result<Node, PatternError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(PatternError::TooBig);
        }
        self.groups += 1;
        let index = self.groups;
        self.fetch(true);
        let node = if self.token == Token::Close {
            Node::Empty
        } else {
            let node = self.alternatives(depth + 1)?;
            if self.token != Token::Close {
                return Err(PatternError::UnmatchedOpen);
            }
            node
        };
        let number = index - self.first_group;
        if number <= 9 {
            self.completed |= 1 << number;
        }
        self.nesting -= 1;
        Ok(Node::Group(Box::new(node), index))
    }

    /// A literal character in the pattern's case.
    pub(super) fn character(&self, character: char) -> Node {
        literal(character, self.options.ignore_case)
    }

    fn period(&self) -> Node {
        let mut set = Set::all();
        if !self.grammar.dot_newline {
            set.remove(b'\n');
        }
        // The C library's `.` matches no NUL where the tool's syntax says so; lines hold none.
        self.set(set)
    }

    fn class(&self, class: Class, negated: bool) -> Node {
        self.set(Set::class(class, negated))
    }

    /// Wraps a finished set, taking out what no subject contains.
    pub(super) fn set(&self, mut set: Set) -> Node {
        if let Some(terminator) = self.options.terminator {
            set.remove(terminator);
        }
        Node::Set(Box::new(set))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Number {
    None,
    Value(u32),
    Bad,
}

/// One character, in any case where case does not count.
pub(super) fn literal(character: char, ignore_case: bool) -> Node {
    if !ignore_case {
        return Node::Char(character);
    }
    if character.is_ascii() {
        return if character.is_ascii_alphabetic() {
            Node::Letter(character.to_ascii_lowercase() as u8)
        } else {
            Node::Char(character)
        };
    }
    let Some(other) = super::set::other_case(character) else {
        return Node::Char(character);
    };
    let mut set = Set::empty();
    set.add_range(character, character);
    set.add_range(other, other);
    Node::Set(Box::new(set))
}

/// `node` repeated, as the C library rewrites it.
fn repeated(node: Node, minimum: u32, maximum: Option<u32>) -> Node {
    if node == Node::Empty || maximum == Some(0) {
        return Node::Empty;
    }
    if (minimum, maximum) == (1, Some(1)) {
        return node;
    }
    Node::Repeat(Box::new(Repeat { node, minimum, maximum, lazy: false }))
}

fn is_star(node: &Node) -> bool {
    matches!(node, Node::Repeat(repeat) if (repeat.minimum, repeat.maximum) == (0, None))
}
