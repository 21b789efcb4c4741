//! Arithmetic: `$(( ))`, `(( ))`, `let`, subscripts, substrings. 64 bits, wrapping, as in bash.

use crate::shell::Shell;
use crate::shell::eval::{Interrupt, Run};
use crate::shell::syntax::is_identifier;

/// An operator or operand.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    End,
    Number(i64),
    /// A variable with its subscript's text.
    Name(Vec<u8>, Option<Vec<u8>>),
    Operator(&'static str),
}

/// Longest first, so that the first prefix is the token.
const OPERATORS: &[&str] = &[
    "<<=", ">>=", "**", "++", "--", "==", "!=", "<=", ">=", "&&", "||", "<<", ">>", "*=", "/=", "%=", "+=", "-=", "&=",
    "^=", "|=", "=", ">", "<", "+", "-", "*", "/", "%", "!", "(", ")", "&", "|", "^", "~", "?", ":", ",",
];

/// Binary operators by how tightly they bind, the loosest first.
const LEVELS: &[&[&str]] = &[
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
    &["**"],
];

/// Why an evaluation ended early.
enum Failure {
    /// An error to be printed.
    Message(String),
    /// Something already reported, or a stop.
    Interrupt(Interrupt),
}

impl From<Interrupt> for Failure {
    fn from(interrupt: Interrupt) -> Self {
        Self::Interrupt(interrupt)
    }
}

impl From<crate::budget::Stop> for Failure {
    fn from(stop: crate::budget::Stop) -> Self {
        Self::Interrupt(Interrupt::Stop(stop))
    }
}

type Evaluated<T = i64> = Result<T, Failure>;

fn fail<T>(message: &str) -> Evaluated<T> {
    Err(Failure::Message(message.to_owned()))
}

/// One expression being evaluated.
struct Arithmetic<'t, 's, 'm, 'a> {
    shell: &'s mut Shell<'m, 'a>,
    text: &'t [u8],
    /// Behind the current token.
    at: usize,
    /// Where the current token starts; error messages show the text from here.
    start: usize,
    token: Token,
    /// In a branch that is not taken: nothing is assigned.
    skipping: u32,
}

impl Shell<'_, '_> {
    /// The value of an expression whose `$` forms are expanded. An error abandons the line.
    pub(crate) fn arithmetic(&mut self, text: &[u8]) -> Run<i64> {
        match self.evaluate(text, b"")? {
            Some(value) => Ok(value),
            None => Err(Interrupt::discard(self, 1)),
        }
    }

    /// A subscript or the value of an integer variable: an error there ends the shell, unless it
    /// has a prompt.
    pub(crate) fn arithmetic_or_exit(&mut self, text: &[u8]) -> Run<i64> {
        match self.evaluate(text, b"")? {
            Some(value) => Ok(value),
            None if self.is_interactive() && self.process.subshell == 0 => Err(Interrupt::discard(self, 1)),
            None => {
                self.process.status = 1;
                Err(Interrupt::Exit)
            }
        }
    }

    /// As [`Shell::arithmetic`]; `None` after an error, printed behind `prefix`.
    pub(crate) fn evaluate(&mut self, text: &[u8], prefix: &[u8]) -> Run<Option<i64>> {
        if let Some(number) = plain_number(text) {
            return Ok(Some(number));
        }
        self.machine.budget.shell_step()?;
        self.machine.budget.enter()?;
        let mut arithmetic = Arithmetic { shell: self, text, at: 0, start: 0, token: Token::End, skipping: 0 };
        let result = arithmetic.whole();
        let start = arithmetic.start;
        self.machine.budget.leave();
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Failure::Interrupt(interrupt)) => Err(interrupt),
            Err(Failure::Message(message)) => {
                let shown = text.trim_ascii_start();
                let rest = text.get(start..).unwrap_or_default();
                let message = [prefix, shown, b": ", message.as_bytes(), b" (error token is \"", rest, b"\")"].concat();
                self.complain(&message)?;
                Ok(None)
            }
        }
    }

    /// Expands the `$` forms and quotes of an arithmetic text.
    pub(crate) fn expand_arithmetic_text(&mut self, text: &[u8]) -> Run<Vec<u8>> {
        if !text.iter().any(|byte| matches!(byte, b'$' | b'`' | b'"' | b'\'' | b'\\')) {
            return Ok(text.to_vec());
        }
        let segments = self.nested(|shell| shell.segments(text, super::Place::Quoted))?;
        Ok(self.join_segments(segments))
    }
}

impl Arithmetic<'_, '_, '_, '_> {
    fn whole(&mut self) -> Evaluated {
        self.next()?;
        if self.token == Token::End {
            return Ok(0);
        }
        let value = self.comma()?;
        if self.token != Token::End {
            return fail("syntax error in expression");
        }
        Ok(value)
    }

    /// Reads the next token.
    fn next(&mut self) -> Evaluated<()> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.at += blanks;
        let rest = &rest[blanks..];
        let Some(first) = rest.first() else {
            self.token = Token::End;
            return Ok(());
        };
        self.start = self.at;
        if first.is_ascii_digit() {
            let length = rest
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'#' | b'@' | b'_'))
                .count();
            self.at += length;
            self.token = Token::Number(number(&rest[..length])?);
            return Ok(());
        }
        if first.is_ascii_alphabetic() || *first == b'_' {
            let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            let name = rest[..length].to_vec();
            self.at += length;
            let mut subscript = None;
            if rest.get(length) == Some(&b'[') {
                let Some(end) = super::parameter::subscript_end(&rest[length..]) else {
                    return fail("bad array subscript");
                };
                subscript = Some(rest[length + 1..length + end].to_vec());
                self.at += end + 1;
            }
            self.token = Token::Name(name, subscript);
            return Ok(());
        }
        let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(operator.as_bytes())) else {
            let wants_operand = matches!(self.token, Token::End | Token::Operator(_));
            return fail(if wants_operand {
                "syntax error: operand expected"
            } else {
                "syntax error: invalid arithmetic operator"
            });
        };
        // `++` and `--` belong to a name; else they are two signs.
        let operator =
            if matches!(*operator, "++" | "--") && !self.increments(&rest[2..]) { &operator[..1] } else { operator };
        self.at += operator.len();
        self.token = Token::Operator(operator);
        Ok(())
    }

    /// Whether a `++` here is one operator.
    fn increments(&self, behind: &[u8]) -> bool {
        let before_name =
            behind.trim_ascii_start().first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
        matches!(self.token, Token::Name(..)) || before_name
    }

    fn is(&self, operator: &str) -> bool {
        matches!(&self.token, Token::Operator(found) if *found == operator)
    }

    fn comma(&mut self) -> Evaluated {
        let mut value = self.assignment()?;
        while self.is(",") {
            self.next()?;
            value = self.assignment()?;
        }
        Ok(value)
    }

    fn assignment(&mut self) -> Evaluated {
        self.shell.machine.budget.enter()?;
        let value = self.assignment_inner();
        self.shell.machine.budget.leave();
        value
    }

    fn assignment_inner(&mut self) -> Evaluated {
        if let Token::Name(name, subscript) = self.token.clone() {
            let (at, start) = (self.at, self.start);
            self.next()?;
            if let Token::Operator(operator) = self.token
                && operator.ends_with('=')
                && !matches!(operator, "==" | "!=" | "<=" | ">=")
            {
                let behind = self.at;
                self.next()?;
                let right = self.assignment()?;
                let binary = &operator[..operator.len() - 1];
                let value = if binary.is_empty() {
                    right
                } else {
                    let left = self.variable(&name, subscript.as_deref())?;
                    self.binary(binary, left, right, behind)?
                };
                self.store(&name, subscript.as_deref(), value)?;
                return Ok(value);
            }
            self.at = at;
            self.start = start;
            self.token = Token::Name(name, subscript);
        }
        let value = self.conditional()?;
        if let Token::Operator(operator) = self.token
            && operator.ends_with('=')
            && !matches!(operator, "==" | "!=" | "<=" | ">=")
        {
            return fail("attempted assignment to non-variable");
        }
        Ok(value)
    }

    fn conditional(&mut self) -> Evaluated {
        let condition = self.level(0)?;
        if !self.is("?") {
            return Ok(condition);
        }
        self.next()?;
        if self.token == Token::End || self.is(":") {
            return fail("expression expected");
        }
        self.skipping += u32::from(condition == 0);
        let yes = self.comma()?;
        self.skipping -= u32::from(condition == 0);
        if !self.is(":") {
            return fail("`:' expected for conditional expression");
        }
        self.next()?;
        if self.token == Token::End {
            return fail("expression expected");
        }
        self.skipping += u32::from(condition != 0);
        let no = self.assignment()?;
        self.skipping -= u32::from(condition != 0);
        Ok(if condition != 0 { yes } else { no })
    }

    fn level(&mut self, level: usize) -> Evaluated {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.level(level + 1)?;
        while let Token::Operator(operator) = self.token
            && operators.contains(&operator)
        {
            let behind = self.at;
            self.next()?;
            let skip = matches!((operator, left != 0), ("&&", false) | ("||", true));
            self.skipping += u32::from(skip);
            // `**` binds to the right.
            let right = if operator == "**" { self.level(level)? } else { self.level(level + 1)? };
            self.skipping -= u32::from(skip);
            left = self.binary(operator, left, right, behind)?;
        }
        Ok(left)
    }

    fn binary(&mut self, operator: &str, left: i64, right: i64, behind: usize) -> Evaluated {
        Ok(match operator {
            "||" => i64::from(left != 0 || right != 0),
            "&&" => i64::from(left != 0 && right != 0),
            "|" => left | right,
            "^" => left ^ right,
            "&" => left & right,
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<=" => i64::from(left <= right),
            ">=" => i64::from(left >= right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "<<" => left.wrapping_shl(right as u32),
            ">>" => left.wrapping_shr(right as u32),
            "+" => left.wrapping_add(right),
            "-" => left.wrapping_sub(right),
            "*" => left.wrapping_mul(right),
            "**" if right < 0 => return fail("exponent less than 0"),
            "**" => power(left, right),
            _ if right == 0 => {
                if self.skipping > 0 {
                    return Ok(0);
                }
                let rest = self.text.get(behind..).unwrap_or_default();
                self.start = behind + rest.len() - rest.trim_ascii_start().len();
                return fail("division by 0");
            }
            "/" => left.wrapping_div(right),
            _ => left.wrapping_rem(right),
        })
    }

    fn unary(&mut self) -> Evaluated {
        let Token::Operator(operator) = self.token else { return self.primary() };
        match operator {
            "!" | "~" | "+" | "-" => {
                self.shell.machine.budget.enter()?;
                let value = self.next().and_then(|()| self.unary());
                self.shell.machine.budget.leave();
                let value = value?;
                Ok(match operator {
                    "!" => i64::from(value == 0),
                    "~" => !value,
                    "-" => value.wrapping_neg(),
                    _ => value,
                })
            }
            "++" | "--" => {
                self.next()?;
                let Token::Name(name, subscript) = self.token.clone() else {
                    return fail("identifier expected after pre-increment or pre-decrement");
                };
                let step = if operator == "++" { 1 } else { -1 };
                let value = self.variable(&name, subscript.as_deref())?.wrapping_add(step);
                self.store(&name, subscript.as_deref(), value)?;
                self.next()?;
                Ok(value)
            }
            _ => self.primary(),
        }
    }

    fn primary(&mut self) -> Evaluated {
        match self.token.clone() {
            Token::Number(value) => {
                self.next()?;
                if matches!(self.token, Token::Number(_) | Token::Name(..)) {
                    return fail("syntax error in expression");
                }
                Ok(value)
            }
            Token::Name(name, subscript) => {
                self.next()?;
                if let Token::Operator(operator @ ("++" | "--")) = self.token {
                    let value = self.variable(&name, subscript.as_deref())?;
                    let step = if operator == "++" { 1 } else { -1 };
                    self.store(&name, subscript.as_deref(), value.wrapping_add(step))?;
                    self.next()?;
                    return Ok(value);
                }
                self.variable(&name, subscript.as_deref())
            }
            Token::Operator("(") => {
                self.next()?;
                let value = self.comma()?;
                if !self.is(")") {
                    return fail("missing `)'");
                }
                self.next()?;
                Ok(value)
            }
            _ => fail("syntax error: operand expected"),
        }
    }

    /// A variable's value: its text is an expression of its own.
    fn variable(&mut self, name: &[u8], subscript: Option<&[u8]>) -> Evaluated {
        if self.skipping > 0 {
            return Ok(0);
        }
        let value = match subscript {
            Some(subscript) => self.shell.element(name, subscript)?,
            None => self.shell.scalar(name),
        };
        let Some(value) = value else {
            if self.shell.process.options.is("nounset") {
                self.shell.complain(&[name, b": unbound variable"].concat())?;
                return Err(self.shell.fatal_expansion().into());
            }
            return Ok(0);
        };
        match self.shell.evaluate(&value, b"")? {
            Some(value) => Ok(value),
            None => Err(Interrupt::discard(self.shell, 1).into()),
        }
    }

    fn store(&mut self, name: &[u8], subscript: Option<&[u8]>, value: i64) -> Evaluated<()> {
        if self.skipping > 0 || !is_identifier(name) {
            return Ok(());
        }
        self.shell.assign_reference(name, subscript, value.to_string().into_bytes(), false)?;
        Ok(())
    }
}

/// A number that needs no parser.
fn plain_number(text: &[u8]) -> Option<i64> {
    let plain = text == b"0" || text.len() < 18 && !text.starts_with(b"0") && text.iter().all(u8::is_ascii_digit);
    if plain { std::str::from_utf8(text).ok()?.parse().ok() } else { None }
}

fn power(base: i64, exponent: i64) -> i64 {
    let (mut result, mut base, mut exponent) = (1i64, base, exponent);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent >>= 1;
    }
    result
}

/// A number in the forms `12`, `012`, `0x1f`, `base#digits`.
fn number(text: &[u8]) -> Evaluated {
    let (base, digits) = match text {
        [b'0', b'x' | b'X', digits @ ..] => (16, digits),
        _ => match text.iter().position(|byte| *byte == b'#') {
            Some(at) => {
                let base = number(&text[..at])?;
                if !(2..=64).contains(&base) {
                    return fail("invalid arithmetic base");
                }
                if text.len() == at + 1 {
                    return fail("invalid integer constant");
                }
                (base, &text[at + 1..])
            }
            None if text.len() > 1 && text[0] == b'0' => (8, &text[1..]),
            None => (10, text),
        },
    };
    let mut value = 0i64;
    for byte in digits {
        let digit = match byte {
            b'0'..=b'9' => i64::from(byte - b'0'),
            b'a'..=b'z' => i64::from(byte - b'a') + 10,
            b'A'..=b'Z' if base <= 36 => i64::from(byte - b'A') + 10,
            b'A'..=b'Z' => i64::from(byte - b'A') + 36,
            b'@' => 62,
            b'_' => 63,
            _ => return fail("invalid number"),
        };
        if digit >= base {
            return fail("value too great for base");
        }
        value = value.wrapping_mul(base).wrapping_add(digit);
    }
    Ok(value)
}
