//! `test` and `[`.

use super::parse_number;
use crate::shell::Shell;
use crate::shell::eval::{Run, compares};

/// `test`
pub(super) fn test(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    evaluate(shell, &words[0], &words[1..])
}

/// `[`
pub(super) fn bracket(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    match words {
        [name, arguments @ .., last] if last == b"]" => evaluate(shell, name, arguments),
        _ => {
            shell.complain_as(b"[", b"missing `]'")?;
            Ok(2)
        }
    }
}

fn evaluate(shell: &mut Shell<'_, '_>, name: &[u8], arguments: &[Vec<u8>]) -> Run<i32> {
    let mut test = Test { shell, arguments, at: 0 };
    let result = test.whole();
    match result {
        Ok(value) => Ok(i32::from(!value)),
        Err(Failure::Message(message)) => {
            shell.complain_as(name, &message)?;
            Ok(2)
        }
        Err(Failure::Interrupt(interrupt)) => Err(interrupt),
    }
}

enum Failure {
    Message(Vec<u8>),
    Interrupt(crate::shell::eval::Interrupt),
}

impl From<crate::shell::eval::Interrupt> for Failure {
    fn from(interrupt: crate::shell::eval::Interrupt) -> Self {
        Self::Interrupt(interrupt)
    }
}

fn fail<T>(parts: &[&[u8]]) -> Result<T, Failure> {
    Err(Failure::Message(parts.concat()))
}

struct Test<'s, 'm, 'a, 'w> {
    shell: &'s mut Shell<'m, 'a>,
    arguments: &'w [Vec<u8>],
    at: usize,
}

impl<'w> Test<'_, '_, '_, 'w> {
    /// Up to four arguments have fixed meanings; more are an expression.
    fn whole(&mut self) -> Result<bool, Failure> {
        match self.arguments {
            [] => Ok(false),
            [only] => Ok(!only.is_empty()),
            [first, second] => self.two(first, second),
            [first, second, third] => self.three(first, second, third),
            [first, rest @ ..] if rest.len() == 3 && first == b"!" => Ok(!self.three(&rest[0], &rest[1], &rest[2])?),
            [open, first, second, close] if open == b"(" && close == b")" => self.two(first, second),
            _ => {
                let value = self.or()?;
                if let Some(extra) = self.arguments.get(self.at) {
                    if extra.starts_with(b"-") {
                        return fail(&[b"syntax error: `", extra, b"' unexpected"]);
                    }
                    return fail(&[b"too many arguments"]);
                }
                Ok(value)
            }
        }
    }

    fn two(&mut self, first: &[u8], second: &[u8]) -> Result<bool, Failure> {
        if first == b"!" {
            return Ok(second.is_empty());
        }
        match unary_letter(first) {
            Some(letter) => self.unary(letter, second),
            None => fail(&[first, b": unary operator expected"]),
        }
    }

    fn three(&mut self, first: &[u8], second: &[u8], third: &[u8]) -> Result<bool, Failure> {
        if is_binary(second) {
            return self.binary(first, second, third);
        }
        match second {
            b"-a" => Ok(!first.is_empty() && !third.is_empty()),
            b"-o" => Ok(!first.is_empty() || !third.is_empty()),
            _ if first == b"!" => Ok(!self.two(second, third)?),
            _ if first == b"(" && third == b")" => Ok(!second.is_empty()),
            _ => fail(&[second, b": binary operator expected"]),
        }
    }

    fn unary(&mut self, letter: u8, operand: &[u8]) -> Result<bool, Failure> {
        if letter == b't' && parse_number(operand).is_none() {
            return fail(&[operand, b": integer expression expected"]);
        }
        Ok(self.shell.unary_test(letter, operand)?)
    }

    fn binary(&mut self, left: &[u8], operator: &[u8], right: &[u8]) -> Result<bool, Failure> {
        if !matches!(operator, b"-eq" | b"-ne" | b"-lt" | b"-le" | b"-gt" | b"-ge") {
            return Ok(self.shell.binary_test(left, operator, right));
        }
        let number = |text: &[u8]| match parse_number(text) {
            Some(number) => Ok(number),
            None => fail(&[text, b": integer expression expected"]),
        };
        let (left, right) = (number(left)?, number(right)?);
        Ok(compares(left.cmp(&right), operator))
    }

    fn peek(&self) -> Option<&'w [u8]> {
        self.arguments.get(self.at).map(Vec::as_slice)
    }

    fn or(&mut self) -> Result<bool, Failure> {
        let mut value = self.and()?;
        while self.peek() == Some(b"-o") {
            self.at += 1;
            value |= self.and()?;
        }
        Ok(value)
    }

    fn and(&mut self) -> Result<bool, Failure> {
        let mut value = self.term()?;
        while self.peek() == Some(b"-a") {
            self.at += 1;
            value &= self.term()?;
        }
        Ok(value)
    }

    fn term(&mut self) -> Result<bool, Failure> {
        let mut negated = false;
        while self.peek() == Some(b"!") {
            self.at += 1;
            negated = !negated;
        }
        Ok(self.operand()? != negated)
    }

    fn operand(&mut self) -> Result<bool, Failure> {
        let Some(first) = self.peek() else { return fail(&[b"argument expected"]) };
        if let (Some(operator), Some(right)) = (self.arguments.get(self.at + 1), self.arguments.get(self.at + 2))
            && is_binary(operator)
        {
            self.at += 3;
            return self.binary(first, operator, right);
        }
        if first == b"(" {
            self.at += 1;
            self.shell.machine.budget.enter().map_err(crate::shell::eval::Interrupt::from)?;
            let value = self.or();
            self.shell.machine.budget.leave();
            let value = value?;
            return match self.peek() {
                Some(b")") => {
                    self.at += 1;
                    Ok(value)
                }
                Some(other) => fail(&[b"`)' expected, found ", other]),
                None => fail(&[b"`)' expected"]),
            };
        }
        if let Some(letter) = unary_letter(first)
            && let Some(operand) = self.arguments.get(self.at + 1)
        {
            self.at += 2;
            return self.unary(letter, operand);
        }
        self.at += 1;
        Ok(!first.is_empty())
    }
}

fn unary_letter(text: &[u8]) -> Option<u8> {
    match text {
        [b'-', letter] if b"abcdefghknoprstuvwxzGLNORS".contains(letter) => Some(*letter),
        _ => None,
    }
}

fn is_binary(text: &[u8]) -> bool {
    matches!(
        text,
        b"=" | b"=="
            | b"!="
            | b"<"
            | b">"
            | b"-nt"
            | b"-ot"
            | b"-ef"
            | b"-eq"
            | b"-ne"
            | b"-lt"
            | b"-le"
            | b"-gt"
            | b"-ge"
    )
}
