//! The tokens of the GNU dialects: what a byte, or a byte after a backslash, means where it stands.

use super::ast::Look;
use super::parse::Parser;
use super::set::Class;
use super::text::{Decoded, decode};

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Char(char),
    Byte(u8),
    Alternate,
    BackReference(u32),
    Look(Look),
    Class(Class, bool),
    Open,
    Close,
    Star,
    Plus,
    Question,
    OpenInterval,
    CloseInterval,
    Bracket,
    Period,
    Backslash,
    End,
}

impl Parser<'_> {
    /// The next token and its length; `caret` as in [`Parser::fetch`].
    pub(super) fn peek(&self, caret: bool) -> (Token, usize) {
        let grammar = &self.grammar;
        let Some(byte) = self.byte(0) else {
            return (Token::End, 0);
        };
        let token = match byte {
            b'\\' => return self.peek_escaped(),
            b'\n' if grammar.newline_bar => Token::Alternate,
            b'|' if grammar.bare_bar => Token::Alternate,
            b'*' => Token::Star,
            b'+' if !grammar.backslash_plus => Token::Plus,
            b'?' if !grammar.backslash_plus => Token::Question,
            b'{' if grammar.intervals && grammar.bare_braces => Token::OpenInterval,
            b'}' if grammar.intervals && grammar.bare_braces => Token::CloseInterval,
            b'(' if grammar.bare_parentheses => Token::Open,
            b')' if grammar.bare_parentheses => Token::Close,
            b'[' => Token::Bracket,
            b'.' => Token::Period,
            b'^' if caret || grammar.anchors_everywhere || self.position == 0 => {
                Token::Look(self.line_look(Look::LineStart))
            }
            b'$' if self.dollar_is_anchor() => Token::Look(self.line_look(Look::LineEnd)),
            _ => return self.peek_literal(),
        };
        (token, 1)
    }

    fn peek_literal(&self) -> (Token, usize) {
        match decode(self.pattern, self.position) {
            Decoded::Char(character, length) => (Token::Char(character), length),
            Decoded::Invalid(byte) => (Token::Byte(byte), 1),
            Decoded::End => (Token::End, 0),
        }
    }

    fn peek_escaped(&self) -> (Token, usize) {
        let grammar = &self.grammar;
        let Some(byte) = self.byte(1) else {
            return (Token::Backslash, 1);
        };
        let token = match byte {
            b'|' if !grammar.bare_bar => Token::Alternate,
            b'1'..=b'9' if grammar.back_references => Token::BackReference(u32::from(byte - b'0')),
            b'<' => Token::Look(Look::WordStart),
            b'>' => Token::Look(Look::WordEnd),
            b'b' => Token::Look(Look::WordEdge),
            b'B' => Token::Look(Look::NotWordEdge),
            b'w' => Token::Class(Class::Word, false),
            b'W' => Token::Class(Class::Word, true),
            b's' => Token::Class(Class::Space, false),
            b'S' => Token::Class(Class::Space, true),
            b'`' => Token::Look(self.subject_look(Look::SubjectStart)),
            b'\'' => Token::Look(self.subject_look(Look::SubjectEnd)),
            b'(' if !grammar.bare_parentheses => Token::Open,
            b')' if !grammar.bare_parentheses => Token::Close,
            b'+' if grammar.backslash_plus => Token::Plus,
            b'?' if grammar.backslash_plus => Token::Question,
            b'{' if grammar.intervals && !grammar.bare_braces => Token::OpenInterval,
            b'}' if grammar.intervals && !grammar.bare_braces => Token::CloseInterval,
            _ => {
                return match decode(self.pattern, self.position + 1) {
                    Decoded::Char(character, length) => (Token::Char(character), length + 1),
                    _ => (Token::Byte(byte), 2),
                };
            }
        };
        (token, 2)
    }

    /// In basic syntax `$` is an anchor only at the end of the pattern, a group or an alternative.
    fn dollar_is_anchor(&self) -> bool {
        if self.grammar.anchors_everywhere {
            return true;
        }
        match (self.byte(1), self.byte(2)) {
            (None, _) => true,
            (Some(b'\n'), _) => self.grammar.newline_bar,
            (Some(b'\\'), Some(b'|')) => !self.grammar.bare_bar,
            (Some(b'\\'), Some(b')')) => !self.grammar.bare_parentheses,
            _ => false,
        }
    }

    /// Lines are what the anchors see, unless the subject is one buffer without `M`, or a record
    /// that ends otherwise (`grep -z`), in which newlines are characters like others.
    fn line_look(&self, look: Look) -> Look {
        if self.options.multiline || self.options.terminator == Some(b'\n') {
            return look;
        }
        match look {
            Look::LineStart => Look::SubjectStart,
            Look::LineEnd => Look::SubjectEnd,
            other => other,
        }
    }

    /// Where a line is the subject, its ends are the subject's, so that whole buffers can be searched.
    fn subject_look(&self, look: Look) -> Look {
        match (look, self.options.terminator) {
            (Look::SubjectStart, Some(b'\n')) => Look::LineStart,
            (Look::SubjectEnd, Some(b'\n')) => Look::LineEnd,
            _ => look,
        }
    }
}
