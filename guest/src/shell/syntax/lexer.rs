//! From bytes to tokens.

use super::error::SyntaxError;
use super::matched::Flags;
use super::parser::{Parse, Parser};
use super::token::{Kind, Operator, Reserved, Token};

impl Parser<'_> {
    /// The byte at `offset`; a text without a final newline reads as if it had one.
    pub(super) fn byte_at(&self, offset: usize) -> Option<u8> {
        match self.source.get(offset) {
            Some(byte) => Some(*byte),
            None if offset == self.source.len() && !matches!(self.source.last(), None | Some(b'\n')) => Some(b'\n'),
            None => None,
        }
    }

    /// Whether a backslash-newline stands at `offset`.
    fn continuation_at(&self, offset: usize) -> bool {
        self.source.get(offset) == Some(&b'\\') && self.source.get(offset + 1) == Some(&b'\n')
    }

    /// Reads a byte; with `splice`, continuation lines disappear.
    pub(super) fn get(&mut self, splice: bool) -> Parse<Option<u8>> {
        if splice {
            self.skip_continuations()?;
        }
        self.advance()
    }

    /// The next byte, which stays next (continuation lines before it are consumed).
    pub(super) fn look(&mut self, splice: bool) -> Parse<Option<u8>> {
        if splice {
            self.skip_continuations()?;
        }
        Ok(self.byte_at(self.position.offset))
    }

    fn skip_continuations(&mut self) -> Parse<()> {
        while self.continuation_at(self.position.offset) {
            self.advance()?;
            self.advance()?;
        }
        Ok(())
    }

    fn advance(&mut self) -> Parse<Option<u8>> {
        self.fuel = self.fuel.checked_sub(1).ok_or_else(SyntaxError::nesting)?;
        if self.position.line_ended {
            self.position.line += 1;
            self.position.line_ended = false;
            self.position.line_start = self.position.offset;
        }
        let byte = self.byte_at(self.position.offset);
        if byte.is_some() {
            self.position.offset += 1;
            self.position.line_ended = byte == Some(b'\n');
        }
        Ok(byte)
    }

    /// Reads the next token and remembers its kind.
    pub(super) fn read_token(&mut self) -> Parse<Token> {
        let (kind, text) = self.scan_token()?;
        self.state.before_that = self.state.before_last;
        self.state.before_last = self.state.last;
        self.state.last = Some(kind);
        Ok(Token { kind, text, line: self.position.line })
    }

    pub(super) fn last_kind(&self) -> Kind {
        self.state.last.unwrap_or(Kind::Start)
    }

    fn scan_token(&mut self) -> Parse<(Kind, Vec<u8>)> {
        let byte = loop {
            match self.get(true)? {
                Some(b' ' | b'\t') => {}
                Some(b'#') if !self.state.regex => {
                    while !matches!(self.byte_at(self.position.offset), None | Some(b'\n')) {
                        self.get(false)?;
                    }
                }
                Some(byte) => break byte,
                None => return Ok((Kind::End, Vec::new())),
            }
        };
        if byte == b'\n' {
            self.read_here_documents()?;
            self.state.assignment_argument = false;
            return Ok((Kind::Newline, Vec::new()));
        }
        if self.state.regex && matches!(byte, b'(' | b'|' | b'<' | b'>' | b'&' | b';' | b')') {
            return self.read_word(byte);
        }
        let operator = match byte {
            b'|' | b'&' | b';' | b'<' | b'>' => self.scan_operator(byte)?,
            b'(' => return self.scan_open_paren(),
            b')' => {
                if self.last_kind() == Kind::Operator(Operator::OpenParen) && self.state.before_last == Some(Kind::Word)
                {
                    self.state.open_brace = true;
                }
                self.state.case_pattern = false;
                self.look(true)?;
                Some(Operator::CloseParen)
            }
            b'-' if matches!(self.last_kind(), Kind::Operator(Operator::LessAnd | Operator::GreaterAnd)) => {
                Some(Operator::Minus)
            }
            _ => None,
        };
        match operator {
            Some(operator) => Ok((Kind::Operator(operator), Vec::new())),
            None => self.read_word(byte),
        }
    }

    /// The operator that starts with `first`; `None` for a process substitution, which is a word.
    fn scan_operator(&mut self, first: u8) -> Parse<Option<Operator>> {
        let second = self.look(true)?;
        let operator = match (first, second) {
            (b'|', Some(b'|')) => Operator::OrOr,
            (b'|', Some(b'&')) => Operator::BarAnd,
            (b'&', Some(b'&')) => Operator::AndAnd,
            (b'&', Some(b'>')) => {
                self.get(true)?;
                return Ok(Some(self.longer(b'>', Operator::BothAppend, Operator::Both)?));
            }
            (b';', Some(b';')) => {
                self.get(true)?;
                self.state.case_pattern = true;
                return Ok(Some(self.longer(b'&', Operator::SemiSemiAnd, Operator::SemiSemi)?));
            }
            (b';', Some(b'&')) => {
                self.state.case_pattern = true;
                Operator::SemiAnd
            }
            (b'<', Some(b'<')) => {
                self.get(true)?;
                if self.look(true)? == Some(b'<') {
                    self.get(true)?;
                    return Ok(Some(Operator::HereString));
                }
                return Ok(Some(self.longer(b'-', Operator::HereTabs, Operator::Here)?));
            }
            (b'<', Some(b'&')) => Operator::LessAnd,
            (b'<', Some(b'>')) => Operator::LessGreater,
            (b'>', Some(b'>')) => Operator::Append,
            (b'>', Some(b'&')) => Operator::GreaterAnd,
            (b'>', Some(b'|')) => Operator::Clobber,
            (b'<' | b'>', Some(b'(')) => return Ok(None),
            (b'|', _) => return Ok(Some(Operator::Bar)),
            (b'&', _) => return Ok(Some(Operator::And)),
            (b';', _) => return Ok(Some(Operator::Semicolon)),
            (b'<', _) => return Ok(Some(Operator::Less)),
            _ => return Ok(Some(Operator::Greater)),
        };
        self.get(true)?;
        Ok(Some(operator))
    }

    fn longer(&mut self, next: u8, long: Operator, short: Operator) -> Parse<Operator> {
        if self.look(true)? == Some(next) {
            self.get(true)?;
            return Ok(long);
        }
        Ok(short)
    }

    /// After `(`: a plain parenthesis, or a whole `((...))` where a command may start.
    fn scan_open_paren(&mut self) -> Parse<(Kind, Vec<u8>)> {
        let plain = Ok((Kind::Operator(Operator::OpenParen), Vec::new()));
        let after_for = self.last_kind() == Kind::Reserved(Reserved::For);
        if self.look(true)? != Some(b'(') || self.state.condition || !(after_for || self.last_kind().allows_reserved())
        {
            return plain;
        }
        let start = self.position;
        self.get(true)?;
        let mut text = self.matched(b'(', b')', Flags::default())?;
        text.pop();
        if self.look(true)? == Some(b')') {
            self.get(true)?;
            let kind = if after_for { Kind::ArithmeticFor } else { Kind::Arithmetic };
            return Ok((kind, text));
        }
        self.position = start;
        plain
    }
}
