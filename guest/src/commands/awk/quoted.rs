//! Strings and patterns in an awk program.

use std::rc::Rc;

use super::lexer::{GivenUp, Lexer, failed_to_compile};
use super::regex::Regex;
use super::token::Token;

impl Lexer {
    /// A string whose opening quote was read.
    pub(super) fn string(&mut self) -> Result<Token, GivenUp> {
        let mut text = Vec::new();
        loop {
            match self.next_byte() {
                Some(b'"') => break,
                None | Some(b'\n') => return self.runaway("runaway string constant \"", &text),
                Some(b'\\') => match self.next_byte() {
                    Some(b'\n') => self.line += 1,
                    Some(byte) => text.extend_from_slice(&[b'\\', byte]),
                    None => {}
                },
                Some(byte) => text.push(byte),
            }
        }
        let text = super::escape::resolved(&text);
        self.last.clone_from(&text);
        Ok(Token::Text(Rc::from(text)))
    }

    /// A pattern whose opening slash was read.
    pub(super) fn regex(&mut self) -> Result<Token, GivenUp> {
        let mut text = Vec::new();
        // In brackets a slash is a member. `first` is where a `]` would be one as well.
        let (mut nesting, mut first) = (0_usize, None);
        loop {
            match self.next_byte() {
                None | Some(b'\n') => return self.runaway("runaway regular expression /", &text),
                Some(b'/') if nesting == 0 => break,
                Some(b'^') => {
                    text.push(b'^');
                    if nesting > 0 && first == Some(text.len() - 1) {
                        first = Some(text.len());
                    }
                }
                Some(b'[') => {
                    text.push(b'[');
                    if nesting == 0 {
                        first = Some(text.len());
                        nesting = 1;
                    } else if self.peek() == Some(b':') {
                        nesting += 1;
                    }
                }
                Some(b']') => {
                    if nesting > 0 && first != Some(text.len()) {
                        nesting -= 1;
                    }
                    text.push(b']');
                }
                Some(b'\\') => match self.next_byte() {
                    Some(b'/') => text.push(b'/'),
                    Some(b'\n') | None => {}
                    Some(byte) => text.extend_from_slice(&[b'\\', byte]),
                },
                Some(byte) => text.push(byte),
            }
        }
        self.last.clone_from(&text);
        match Regex::compile(&text) {
            Ok(regex) => Ok(Token::Regex(Some(regex))),
            Err(why) => {
                self.error(&failed_to_compile(why, &text))?;
                Ok(Token::Regex(None))
            }
        }
    }

    fn runaway(&mut self, what: &str, text: &[u8]) -> Result<Token, GivenUp> {
        const SHOWN: usize = 10;
        let shown = text.get(..SHOWN).unwrap_or(text);
        self.error(&[what.as_bytes(), shown, b" ..."].concat())?;
        Err(GivenUp)
    }
}
