//! What awk's operators stand between: constants, variables, fields, calls.

use super::ast::{Argument, BuiltIn, Expression, Kind, Source, Target};
use super::calls::Call;
use super::parse::{Parser, Step};
use super::statements::group;
use super::symbols::Meaning;
use super::token::Token;
use super::value::Value;

impl Parser<'_> {
    /// One operand with the `++` or `--` around it.
    pub(super) fn operand(&mut self) -> Step<Expression> {
        if let Some(expression) = self.pending.take() {
            return self.stepped(expression);
        }
        let allows_array = std::mem::take(&mut self.allows_array);
        let allows_list = std::mem::take(&mut self.allows_list);
        match self.token()?.clone() {
            Token::Number(number) => self.constant(Value::Number(number)),
            Token::Text(text) => self.constant(Value::Text(text)),
            Token::Regex(regex) => {
                self.advance()?;
                // Where the pattern did not compile, the program does not run.
                Ok(regex.map_or(Expression::Constant(Value::Unset), Expression::Regex))
            }
            Token::Name(name) => {
                let target = self.named(&name, allows_array)?;
                self.stepped(Expression::Read(target))
            }
            Token::Field(_) | Token::Special(_) | Token::Symbol("$") => {
                let target = self.target()?;
                self.stepped(Expression::Read(target))
            }
            Token::Symbol("(") => self.parentheses(allows_list),
            Token::Symbol(symbol @ ("++" | "--")) => {
                self.advance()?;
                let Some(target) = self.perhaps_target()? else { return self.mistake() };
                Ok(Expression::Step { target: Box::new(target), by: step(symbol), first: true })
            }
            Token::Function(name) => self.call(&name),
            Token::Length => {
                self.advance()?;
                Ok(Expression::BuiltIn(BuiltIn::Length, Vec::new()))
            }
            Token::BuiltIn(function) => self.built_in(function),
            Token::Keyword("getline") => self.getline(),
            Token::Keyword("split") => self.split(),
            Token::Keyword("match") => {
                self.advance()?;
                self.expect("(")?;
                let text = self.expression()?;
                self.expect(",")?;
                let pattern = self.expression()?;
                let pattern = self.as_pattern(pattern)?;
                self.expect(")")?;
                Ok(Expression::MatchFunction(Box::new(text), Box::new(pattern)))
            }
            Token::Keyword(keyword @ ("sub" | "gsub")) => self.substitute(keyword == "gsub"),
            _ => self.mistake(),
        }
    }

    fn constant(&mut self, value: Value) -> Step<Expression> {
        self.advance()?;
        Ok(Expression::Constant(value))
    }

    /// With a `++` or `--` behind it, where it can be assigned to.
    fn stepped(&mut self, expression: Expression) -> Step<Expression> {
        let Expression::Read(target) = expression else { return Ok(expression) };
        let Token::Symbol(symbol @ ("++" | "--")) = *self.token()? else { return Ok(Expression::Read(target)) };
        self.advance()?;
        Ok(Expression::Step { target: Box::new(target), by: step(symbol), first: false })
    }

    /// A variable, an element or a field.
    pub(super) fn target(&mut self) -> Step<Target> {
        match self.token()?.clone() {
            Token::Name(name) => self.named(&name, false),
            Token::Field(index) => {
                self.advance()?;
                let index = Expression::Constant(Value::Number(f64::from(index)));
                Ok(Target::Field(Box::new(index)))
            }
            Token::Special(special) => {
                self.advance()?;
                Ok(Target::Special(special))
            }
            Token::Symbol("$") => {
                self.advance()?;
                self.budget.enter()?;
                let index = match self.token()?.clone() {
                    // The `++` of `$i++` belongs to the field.
                    Token::Name(name) => self.named(&name, false).map(Expression::Read),
                    Token::Symbol("-" | "+" | "!") => self.sign(),
                    _ => self.operand(),
                };
                self.budget.leave();
                Ok(Target::Field(Box::new(index?)))
            }
            _ => self.mistake(),
        }
    }

    /// A variable or an element. A bare name that may be an array is not noted as a variable.
    fn named(&mut self, name: &[u8], allows_array: bool) -> Step<Target> {
        self.advance()?;
        let Some(known) = self.lexer.symbols.name(name) else { return self.mistake() };
        if self.takes("[")? {
            let subscripts = self.subscripts()?;
            self.note(known, Kind::Array)?;
            return Ok(Target::Element(known, subscripts));
        }
        if !(allows_array && matches!(self.token()?, Token::Symbol("," | ")"))) {
            // mawk looks at `name in array` once it has read the array.
            self.note(known, Kind::Variable)?;
        }
        Ok(Target::Variable(known))
    }

    /// Subscripts up to and with the closing bracket.
    pub(super) fn subscripts(&mut self) -> Step<Vec<Expression>> {
        let list = self.expressions()?;
        self.expect("]")?;
        Ok(list)
    }

    fn parentheses(&mut self, allows_list: bool) -> Step<Expression> {
        self.advance()?;
        let mut list = if allows_list { self.expressions()? } else { vec![self.expression()?] };
        self.expect(")")?;
        match list.pop() {
            Some(only) if list.is_empty() => self.stepped(group(only)),
            Some(last) => {
                list.push(last);
                self.membership(list)
            }
            None => self.mistake(),
        }
    }

    /// A call of a function of the program.
    fn call(&mut self, name: &[u8]) -> Step<Expression> {
        self.advance()?;
        let Meaning::Function(function) = self.lexer.symbols.meaning(name) else { return self.mistake() };
        self.expect("(")?;
        let mut arguments = Vec::new();
        if !self.takes(")")? {
            loop {
                self.allows_array = true;
                let argument = self.expression()?;
                self.allows_array = false;
                arguments.push(match argument {
                    Expression::Read(Target::Variable(name)) => Argument::Name(name),
                    other => Argument::Expression(other),
                });
                if self.takes(")")? {
                    break;
                }
                self.expect(",")?;
            }
        }
        let line = self.lexer.token_line;
        let known = self.lexer.symbols.functions.get(function);
        let mut is_counted = false;
        if let Some(known) = known.filter(|known| known.is_defined)
            && arguments.len() > known.parameters.len()
        {
            is_counted = true;
            self.lexer.error(&[b"too many arguments in call to ", name].concat())?;
        }
        self.calls.push(Call {
            function,
            caller: self.current,
            arguments: arguments.iter().map(Argument::passed).collect(),
            line,
            is_counted,
        });
        Ok(Expression::Call(function, arguments))
    }

    /// A call of a function of the language.
    fn built_in(&mut self, function: BuiltIn) -> Step<Expression> {
        self.advance()?;
        self.expect("(")?;
        let mut arguments = Vec::new();
        if !self.takes(")")? {
            self.allows_array = function == BuiltIn::Length;
            arguments = self.expressions()?;
            self.allows_array = false;
            self.expect(")")?;
        }
        if let (BuiltIn::Length, [Expression::Read(Target::Variable(name))]) = (function, arguments.as_slice()) {
            let name = *name;
            if self.lexer.symbols.kind(name) == Kind::Array {
                return Ok(Expression::ArrayLength(name));
            }
            self.note(name, Kind::Variable)?;
        }
        let entry = BuiltIn::ALL.iter().find(|(own, ..)| *own == function);
        if let Some((_, name, least, most)) = entry
            && !(*least..=*most).contains(&arguments.len())
        {
            self.lexer.error(format!("wrong number of arguments in call to {name}").as_bytes())?;
        }
        Ok(Expression::BuiltIn(function, arguments))
    }

    fn getline(&mut self) -> Step<Expression> {
        self.advance()?;
        let target = self.perhaps_target()?.map(Box::new);
        let from = match self.takes("<")? {
            true => Source::File(Box::new(self.power()?)),
            false => Source::Main,
        };
        Ok(Expression::GetLine { from, target })
    }

    fn split(&mut self) -> Step<Expression> {
        self.advance()?;
        self.expect("(")?;
        let text = Box::new(self.expression()?);
        self.expect(",")?;
        let Token::Name(name) = self.token()?.clone() else { return self.mistake() };
        self.advance()?;
        let Some(array) = self.lexer.symbols.name(&name) else { return self.mistake() };
        self.note(array, Kind::Array)?;
        let separator = if self.takes(",")? { Some(Box::new(self.expression()?)) } else { None };
        self.expect(")")?;
        Ok(Expression::Split { text, array, separator })
    }

    fn substitute(&mut self, all: bool) -> Step<Expression> {
        self.advance()?;
        self.expect("(")?;
        let pattern = self.expression()?;
        let pattern = Box::new(self.as_pattern(pattern)?);
        self.expect(",")?;
        let replacement = Box::new(self.expression()?);
        let target = match self.takes(",")? {
            true => match self.takes("(")? {
                true => {
                    let target = self.perhaps_target()?;
                    self.expect(")")?;
                    target
                }
                false => self.perhaps_target()?,
            },
            false => Some(Target::Field(Box::new(Expression::Constant(Value::Number(0.0))))),
        };
        let Some(target) = target else { return self.mistake() };
        self.expect(")")?;
        Ok(Expression::Substitute { all, pattern, replacement, target: Box::new(target) })
    }
}

fn step(symbol: &str) -> f64 {
    if symbol == "++" { 1.0 } else { -1.0 }
}
