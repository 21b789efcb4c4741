//! The operators of awk's expressions, as tightly as mawk's grammar binds them.

use super::ast::{Arithmetic, Comparison, Expression, Kind, Name, Source, Target};
use super::lexer::failed_to_compile;
use super::parse::{Parser, Step};
use super::regex::Regex;
use super::token::Token;
use super::value::Value;

/// How tightly an operator binds whose operands are whole expressions.
const CONDITIONAL: u8 = 1;
const OR: u8 = 2;
const AND: u8 = 3;
const IN: u8 = 4;
const MATCH: u8 = 5;
const COMPARISON: u8 = 6;

impl Parser<'_> {
    /// An expression.
    pub(super) fn expression(&mut self) -> Step<Expression> {
        self.budget.enter()?;
        let expression = self.operators(CONDITIONAL);
        self.budget.leave();
        expression
    }

    /// An expression of operators that bind at least as tightly as `least`.
    fn operators(&mut self, least: u8) -> Step<Expression> {
        let mut left = self.assignment()?;
        loop {
            let (symbol, binding) = match self.token()? {
                Token::Symbol(symbol) => (*symbol, binding(symbol)),
                Token::Keyword("in") => ("in", IN),
                _ => return Ok(left),
            };
            if binding == 0 || binding < least {
                return Ok(left);
            }
            self.advance()?;
            left = match symbol {
                "?" => {
                    let then = self.expression()?;
                    self.expect(":")?;
                    let otherwise = self.operators(CONDITIONAL)?;
                    Expression::Conditional(Box::new(left), Box::new(then), Box::new(otherwise))
                }
                "in" => {
                    let array = self.array_name()?;
                    Expression::In(vec![left], array)
                }
                _ => {
                    let right = self.operators(binding + 1)?;
                    let right = if binding == MATCH { self.as_pattern(right)? } else { right };
                    binary(symbol, left, right)
                }
            };
        }
    }

    /// An array after `in`.
    fn array_name(&mut self) -> Step<Name> {
        let Token::Name(name) = self.token()?.clone() else { return self.mistake() };
        self.advance()?;
        let Some(array) = self.lexer.symbols.name(&name) else { return self.mistake() };
        self.note(array, Kind::Array)?;
        Ok(array)
    }

    /// `(subscripts) in array` whose parentheses were read.
    pub(super) fn membership(&mut self, subscripts: Vec<Expression>) -> Step<Expression> {
        if !self.token()?.is_keyword("in") {
            return self.mistake();
        }
        self.advance()?;
        let array = self.array_name()?;
        Ok(Expression::In(subscripts, array))
    }

    /// A string that is used as a pattern is compiled at once, and reported when it is none.
    pub(super) fn as_pattern(&mut self, expression: Expression) -> Step<Expression> {
        let text = match &expression {
            Expression::Constant(Value::Text(text)) => text,
            Expression::Group(inner) => match &**inner {
                Expression::Constant(Value::Text(text)) => text,
                _ => return Ok(expression),
            },
            _ => return Ok(expression),
        };
        match Regex::compile(text) {
            Ok(regex) => Ok(Expression::Regex(regex)),
            Err(why) => {
                self.lexer.error(&failed_to_compile(why, text))?;
                Ok(expression)
            }
        }
    }

    /// Notes what a name is used as; reports it where it was used otherwise before.
    pub(super) fn note(&mut self, name: Name, kind: Kind) -> Step<()> {
        if let Err(what) = self.lexer.symbols.note(name, kind) {
            self.lexer.error(&[b"illegal reference to ", &what[..]].concat())?;
        }
        Ok(())
    }

    /// An assignment, or operands side by side.
    fn assignment(&mut self) -> Step<Expression> {
        self.allows_list = true;
        let left = self.concatenation()?;
        self.allows_list = false;
        let Token::Symbol(symbol) = *self.token()? else { return Ok(left) };
        let operator = match symbol {
            "=" => None,
            "+=" => Some(Arithmetic::Add),
            "-=" => Some(Arithmetic::Subtract),
            "*=" => Some(Arithmetic::Multiply),
            "/=" => Some(Arithmetic::Divide),
            "%=" => Some(Arithmetic::Remainder),
            "^=" => Some(Arithmetic::Power),
            _ => return Ok(left),
        };
        let Expression::Read(target) = left else { return self.mistake() };
        self.advance()?;
        let value = self.expression()?;
        Ok(Expression::Assign(Box::new(target), operator, Box::new(value)))
    }

    fn concatenation(&mut self) -> Step<Expression> {
        let mut left = self.sum()?;
        // No operand stands beside a membership.
        while !matches!(left, Expression::In(..)) && self.token()?.begins_operand() {
            let right = self.sum()?;
            left = Expression::Concatenate(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn sum(&mut self) -> Step<Expression> {
        let mut left = self.product()?;
        while !matches!(left, Expression::In(..)) {
            let operator = match *self.token()? {
                Token::Symbol("+") => Arithmetic::Add,
                Token::Symbol("-") => Arithmetic::Subtract,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.product()?;
            left = Expression::Arithmetic(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn product(&mut self) -> Step<Expression> {
        let mut left = self.sign()?;
        while !matches!(left, Expression::In(..)) {
            let operator = match *self.token()? {
                Token::Symbol("*") => Arithmetic::Multiply,
                Token::Symbol("/") => Arithmetic::Divide,
                Token::Symbol("%") => Arithmetic::Remainder,
                _ => return Ok(left),
            };
            self.advance()?;
            let right = self.sign()?;
            left = Expression::Arithmetic(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    /// `!`, `-`, `+`, and what they stand before.
    pub(super) fn sign(&mut self) -> Step<Expression> {
        if self.pending.is_some() {
            return self.piped();
        }
        let make: fn(Box<Expression>) -> Expression = match *self.token()? {
            Token::Symbol("!") => Expression::Not,
            Token::Symbol("-") => Expression::Negate,
            Token::Symbol("+") => Expression::Plus,
            _ => return self.piped(),
        };
        self.allows_list = false;
        self.advance()?;
        self.budget.enter()?;
        let operand = self.sign();
        self.budget.leave();
        Ok(make(Box::new(operand?)))
    }

    /// `command | getline`.
    fn piped(&mut self) -> Step<Expression> {
        let mut left = self.power()?;
        while !matches!(left, Expression::In(..)) && self.takes("|")? {
            if !self.token()?.is_keyword("getline") {
                return self.mistake();
            }
            self.advance()?;
            let target = self.perhaps_target()?.map(Box::new);
            left = Expression::GetLine { from: Source::Command(Box::new(left)), target };
        }
        Ok(left)
    }

    /// Powers, which go from the right.
    pub(super) fn power(&mut self) -> Step<Expression> {
        let base = self.operand()?;
        if matches!(base, Expression::In(..)) || !self.takes("^")? {
            return Ok(base);
        }
        self.budget.enter()?;
        let exponent = match self.token()? {
            Token::Symbol("-" | "+" | "!") => self.sign(),
            _ => self.power(),
        };
        self.budget.leave();
        Ok(Expression::Arithmetic(Arithmetic::Power, Box::new(base), Box::new(exponent?)))
    }

    /// A variable, an element or a field, where one may stand.
    pub(super) fn perhaps_target(&mut self) -> Step<Option<Target>> {
        if !matches!(self.token()?, Token::Name(_) | Token::Field(_) | Token::Special(_) | Token::Symbol("$")) {
            return Ok(None);
        }
        self.target().map(Some)
    }
}

fn binding(symbol: &str) -> u8 {
    match symbol {
        "?" => CONDITIONAL,
        "||" => OR,
        "&&" => AND,
        "~" | "!~" => MATCH,
        "<" | "<=" | "==" | "!=" | ">" | ">=" => COMPARISON,
        _ => 0,
    }
}

fn binary(symbol: &str, left: Expression, right: Expression) -> Expression {
    let (left, right) = (Box::new(left), Box::new(right));
    match symbol {
        "||" => Expression::Or(left, right),
        "&&" => Expression::And(left, right),
        "~" => Expression::Match { text: left, pattern: right, negated: false },
        "!~" => Expression::Match { text: left, pattern: right, negated: true },
        "<" => Expression::Compare(Comparison::Less, left, right),
        "<=" => Expression::Compare(Comparison::LessOrEqual, left, right),
        "==" => Expression::Compare(Comparison::Equal, left, right),
        "!=" => Expression::Compare(Comparison::NotEqual, left, right),
        ">" => Expression::Compare(Comparison::Greater, left, right),
        _ => Expression::Compare(Comparison::GreaterOrEqual, left, right),
    }
}
