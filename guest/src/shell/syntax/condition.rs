//! The expression inside `[[ ]]`. bash reads it with a parser of its own, whose errors differ.

use super::ast::{Condition, Word};
use super::error::{SyntaxError, SyntaxErrorKind};
use super::parser::{Parse, Parser};
use super::token::{Kind, Operator, Reserved, Token};

impl Parser<'_> {
    /// After `[[`, up to and with `]]`.
    pub(super) fn condition_command(&mut self) -> Parse<Condition> {
        let line = self.position.line;
        self.state.condition = true;
        let result = self.condition_or().and_then(|condition| {
            let token = self.take()?;
            if token.is_reserved(Reserved::CloseCondition) {
                return Ok(condition);
            }
            let message = match token.kind {
                Kind::End => b"unexpected EOF while looking for `]]'".to_vec(),
                kind => match kind.fixed_name() {
                    Some(name) => {
                        format!("syntax error in conditional expression: unexpected token `{name}'").into_bytes()
                    }
                    None => b"syntax error in conditional expression".to_vec(),
                },
            };
            Err(condition_error(line, message))
        });
        self.state.condition = false;
        self.state.regex = false;
        self.state.pattern = false;
        result
    }

    fn condition_or(&mut self) -> Parse<Condition> {
        let mut left = self.condition_and()?;
        while self.accept(Operator::OrOr)? {
            left = Condition::Or(Box::new(left), Box::new(self.condition_and()?));
        }
        Ok(left)
    }

    fn condition_and(&mut self) -> Parse<Condition> {
        let mut left = self.condition_term()?;
        while self.accept(Operator::AndAnd)? {
            left = Condition::And(Box::new(left), Box::new(self.condition_term()?));
        }
        Ok(left)
    }

    fn condition_term(&mut self) -> Parse<Condition> {
        self.newlines()?;
        let token = self.take()?;
        match token.kind {
            Kind::Reserved(Reserved::CloseCondition) => Err(Box::new(SyntaxError {
                messages: Vec::new(),
                offending_line: None,
                kind: SyntaxErrorKind::Condition,
            })),
            Kind::Operator(Operator::OpenParen) => {
                let inner = self.nested(Self::condition_or)?;
                self.newlines()?;
                let close = self.take()?;
                if close.is(Operator::CloseParen) {
                    self.newlines()?;
                    return Ok(Condition::Group(Box::new(inner)));
                }
                Err(self.condition_unexpected("unexpected token", &close, ", expected `)'", "expected `)'"))
            }
            Kind::Word if token.text == b"!" => Ok(Condition::Not(Box::new(self.nested(Self::condition_term)?))),
            Kind::Word | Kind::Number if is_unary(&token.text) => self.condition_unary(token),
            Kind::Word | Kind::Number => self.condition_binary(token),
            Kind::End => {
                Err(condition_error(self.position.line, b"unexpected token `EOF' in conditional command".to_vec()))
            }
            _ => Err(self.condition_unexpected(
                "unexpected token",
                &token,
                " in conditional command",
                "unexpected token",
            )),
        }
    }

    fn condition_unary(&mut self, operator: Token) -> Parse<Condition> {
        let operand = self.take()?;
        if matches!(operand.kind, Kind::Word | Kind::Number) {
            self.newlines()?;
            return Ok(Condition::Unary(operator.text, Word::new(operand.text)));
        }
        Err(self.argument_error(&operand, "unary"))
    }

    fn condition_binary(&mut self, left: Token) -> Parse<Condition> {
        let left = Word::new(left.text);
        let next = self.peek()?;
        let operator: &[u8] = match next.kind {
            Kind::Word if is_binary(&next.text) => &next.text,
            Kind::Operator(Operator::Less) => b"<",
            Kind::Operator(Operator::Greater) => b">",
            Kind::Reserved(Reserved::CloseCondition)
            | Kind::Operator(Operator::AndAnd | Operator::OrOr | Operator::CloseParen) => {
                return Ok(Condition::Word(left));
            }
            _ => {
                let token = self.take()?;
                let binary = ", conditional binary operator expected";
                return Err(self.condition_unexpected(
                    "unexpected token",
                    &token,
                    binary,
                    "conditional binary operator expected",
                ));
            }
        };
        let operator = operator.to_vec();
        self.take()?;
        self.state.regex = operator == b"=~";
        self.state.pattern = matches!(operator.as_slice(), b"=" | b"==" | b"!=");
        let right = self.take();
        self.state.regex = false;
        self.state.pattern = false;
        let right = match right {
            Ok(right) => right,
            Err(mut error) if error.kind == SyntaxErrorKind::Unclosed => {
                // The broken word was reported; the operator then lacks its operand.
                error
                    .messages
                    .push((self.position.line, b"unexpected argument to conditional binary operator".to_vec()));
                return Err(error);
            }
            Err(error) => return Err(error),
        };
        if matches!(right.kind, Kind::Word | Kind::Number) {
            self.newlines()?;
            return Ok(Condition::Binary(left, operator, Word::new(right.text)));
        }
        Err(self.argument_error(&right, "binary"))
    }

    fn argument_error(&self, token: &Token, arity: &str) -> Box<SyntaxError> {
        let line = self.position.line;
        let message = match token.kind.fixed_name() {
            Some(name) => format!("unexpected argument `{name}' to conditional {arity} operator"),
            None => format!("unexpected argument to conditional {arity} operator"),
        };
        condition_error(line, message.into_bytes())
    }

    fn condition_unexpected(&self, start: &str, token: &Token, end: &str, unnamed: &str) -> Box<SyntaxError> {
        let message = match token.kind.fixed_name() {
            Some(name) => format!("{start} `{name}'{end}"),
            None => unnamed.to_owned(),
        };
        condition_error(self.position.line, message.into_bytes())
    }
}

fn condition_error(line: u32, message: Vec<u8>) -> Box<SyntaxError> {
    SyntaxError::new(line, message).of_kind(SyntaxErrorKind::Condition)
}

/// Whether `text` is an operator of one operand.
fn is_unary(text: &[u8]) -> bool {
    matches!(text, [b'-', letter] if b"abcdefghknoprstuvwxzGLNORS".contains(letter))
}

/// Whether `text` is an operator of two operands.
fn is_binary(text: &[u8]) -> bool {
    matches!(
        text,
        b"=" | b"==" | b"!=" | b"=~" | b"-nt" | b"-ot" | b"-ef" | b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge"
    )
}
