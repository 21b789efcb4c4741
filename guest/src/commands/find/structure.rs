//! The structure of `find`'s expression: `,` binds least, then `-o`, `-a`, `!`, parentheses.

use super::expression::{Expression, Test};
use super::parse::Message;

/// A word of the expression, or a predicate with its values.
#[expect(clippy::large_enum_variant, reason = "an expression has a handful of nodes, made once")]
pub(super) enum Token<'c> {
    Open,
    Close,
    Not(&'c [u8]),
    And(&'c [u8]),
    Or(&'c [u8]),
    Comma,
    Primary(Expression),
}

/// Joins the tokens; `None` when there are none.
pub(super) fn build(tokens: Vec<Token<'_>>, has_default_print: bool) -> Result<Option<Expression>, Message> {
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut builder = Builder { tokens: tokens.into_iter().peekable(), has_default_print };
    let expression = builder.list()?;
    match builder.tokens.next() {
        None => Ok(Some(expression)),
        Some(_) => Err(b"you have too many ')'".to_vec()),
    }
}

struct Builder<'c> {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token<'c>>>,
    /// The whole is put into parentheses before `-print`, which shows in messages.
    has_default_print: bool,
}

const UNCLOSED: &[u8] = b"invalid expression; I was expecting to find a ')' somewhere but did not see one.";

impl Builder<'_> {
    fn list(&mut self) -> Result<Expression, Message> {
        let mut left = self.or()?;
        while self.tokens.next_if(|token| matches!(token, Token::Comma)).is_some() {
            self.expect_operand(b",")?;
            left = Expression::List(Box::new(left), Box::new(self.or()?));
        }
        Ok(left)
    }

    fn or(&mut self) -> Result<Expression, Message> {
        let mut left = self.and()?;
        while let Some(Token::Or(word)) = self.tokens.next_if(|token| matches!(token, Token::Or(_))) {
            self.expect_operand(word)?;
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expression, Message> {
        let mut left = self.not()?;
        loop {
            match self.tokens.peek() {
                None | Some(Token::Close | Token::Comma | Token::Or(_)) => return Ok(left),
                _ => {}
            }
            if let Some(Token::And(word)) = self.tokens.next_if(|token| matches!(token, Token::And(_))) {
                self.expect_operand(word)?;
            }
            left = left.and(self.not()?);
        }
    }

    fn expect_operand(&mut self, operator: &[u8]) -> Result<(), Message> {
        match self.tokens.peek() {
            None if !self.has_default_print => Err(b"invalid expression".to_vec()),
            None => Err([b"expected an expression after '", operator, b"'"].concat()),
            Some(Token::Close) => Err([b"expected an expression between '", operator, b"' and ')'"].concat()),
            _ => Ok(()),
        }
    }

    fn not(&mut self) -> Result<Expression, Message> {
        let nothing_before = |word: &[u8]| {
            Err([b"invalid expression; you have used a binary operator '", word, b"' with nothing before it."].concat())
        };
        match self.tokens.next() {
            None => Ok(Expression::Test(Test::True)),
            Some(Token::Primary(expression)) => Ok(expression),
            Some(Token::Not(word)) => {
                self.expect_operand(word)?;
                Ok(Expression::Not(Box::new(self.not()?)))
            }
            Some(Token::Open) => {
                match self.tokens.peek() {
                    Some(Token::Close) => {
                        return Err(b"invalid expression; empty parentheses are not allowed.".to_vec());
                    }
                    None => {
                        return Err(
                            b"invalid expression; expected to find a ')' but didn't see one. Perhaps you need \
                                     an extra predicate after '('"
                                .to_vec(),
                        );
                    }
                    _ => {}
                }
                let inner = self.list()?;
                match self.tokens.next() {
                    Some(Token::Close) => Ok(inner),
                    _ => Err(UNCLOSED.to_vec()),
                }
            }
            Some(Token::Close) => Err(b"invalid expression; you have too many ')'".to_vec()),
            Some(Token::And(word) | Token::Or(word)) => nothing_before(word),
            Some(Token::Comma) => nothing_before(b","),
        }
    }
}
