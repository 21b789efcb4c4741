//! The statements of an awk program.

use super::ast::{Expression, Kind, Name, Redirection, Statement, Target};
use super::parse::{Halt, Parser, Scope, Step};
use super::token::Token;

impl Parser<'_> {
    /// `{ statements }`.
    pub(super) fn block(&mut self) -> Step<Vec<Statement>> {
        self.expect("{")?;
        let mut statements = Vec::new();
        // A block has a statement, if only an empty one.
        loop {
            match self.statement() {
                Ok(Some(statement)) => statements.push(statement),
                Ok(None) => {}
                Err(Halt::Mistake) => {
                    self.forgive();
                    while !self.token()?.ends_statement() {
                        if matches!(self.advance()?, Token::End) {
                            return Err(Halt::GivenUp);
                        }
                    }
                    self.advance()?;
                    self.lexer.parentheses = 0;
                }
                Err(halt) => return Err(halt),
            }
            if self.takes("}")? {
                return Ok(statements);
            }
        }
    }

    /// A statement; `None` for an empty one.
    fn statement(&mut self) -> Step<Option<Statement>> {
        self.budget.enter()?;
        let statement = self.statement_inside();
        self.budget.leave();
        statement
    }

    /// A statement that may be empty, as the body of a loop.
    fn body(&mut self) -> Step<Box<Statement>> {
        Ok(Box::new(self.statement()?.unwrap_or(Statement::Block(Vec::new()))))
    }

    fn statement_inside(&mut self) -> Step<Option<Statement>> {
        if self.token()?.is("{") {
            return Ok(Some(Statement::Block(self.block()?)));
        }
        if self.token()?.ends_statement() {
            self.advance()?;
            return Ok(None);
        }
        let Token::Keyword(keyword) = *self.token()? else { return self.simple().map(Some) };
        Ok(Some(match keyword {
            "print" | "printf" => self.print(keyword == "printf")?,
            "if" => self.condition()?,
            "while" => {
                self.advance()?;
                let condition = self.parenthesised()?;
                self.lexer.skip_newlines();
                Statement::While { condition, body: self.body()? }
            }
            "do" => {
                self.advance()?;
                self.lexer.skip_newlines();
                let body = self.body()?;
                if !self.token()?.is_keyword("while") {
                    return self.mistake();
                }
                self.advance()?;
                let condition = self.parenthesised()?;
                self.expect_end()?;
                Statement::Do { body, condition }
            }
            "for" => self.for_loop()?,
            "delete" => self.delete()?,
            "break" => self.word(Statement::Break)?,
            "continue" => self.word(Statement::Continue)?,
            "next" | "nextfile" => {
                self.advance()?;
                self.expect_end()?;
                if self.scope != Scope::Main {
                    self.lexer.error(&[b"improper use of ", keyword.as_bytes()].concat())?;
                }
                if keyword == "next" { Statement::Next } else { Statement::NextFile }
            }
            "exit" => Statement::Exit(self.perhaps_value()?),
            "return" => {
                let value = self.perhaps_value()?;
                if self.scope != Scope::Function {
                    self.lexer.error(b"return outside function body")?;
                }
                Statement::Return(value)
            }
            _ => return self.simple().map(Some),
        }))
    }

    /// An expression as a statement.
    fn simple(&mut self) -> Step<Statement> {
        let expression = self.expression()?;
        self.expect_end()?;
        Ok(Statement::Expression(expression))
    }

    fn word(&mut self, statement: Statement) -> Step<Statement> {
        self.advance()?;
        self.expect_end()?;
        Ok(statement)
    }

    fn perhaps_value(&mut self) -> Step<Option<Expression>> {
        self.advance()?;
        let value = if self.token()?.ends_statement() { None } else { Some(self.expression()?) };
        self.expect_end()?;
        Ok(value)
    }

    /// `( expression )`.
    fn parenthesised(&mut self) -> Step<Expression> {
        self.expect("(")?;
        let expression = self.expression()?;
        self.expect(")")?;
        Ok(expression)
    }

    fn condition(&mut self) -> Step<Statement> {
        self.advance()?;
        let condition = self.parenthesised()?;
        self.lexer.skip_newlines();
        let then = self.body()?;
        let mut otherwise = None;
        if self.token()?.is_keyword("else") {
            self.advance()?;
            self.lexer.skip_newlines();
            otherwise = Some(self.body()?);
        }
        Ok(Statement::If { condition, then, otherwise })
    }

    fn for_loop(&mut self) -> Step<Statement> {
        self.advance()?;
        self.expect("(")?;
        let mut first = None;
        if !matches!(self.token()?, Token::Semicolon) {
            let expression = self.expression()?;
            if self.token()?.is(")")
                && let Some((variable, array)) = loop_over(&expression)
            {
                self.advance()?;
                self.lexer.skip_newlines();
                return Ok(Statement::ForIn { variable, array, body: self.body()? });
            }
            first = Some(expression);
        }
        self.semicolon()?;
        let condition = if matches!(self.token()?, Token::Semicolon) { None } else { Some(self.expression()?) };
        self.semicolon()?;
        let step = if self.token()?.is(")") { None } else { Some(self.expression()?) };
        self.expect(")")?;
        self.lexer.skip_newlines();
        Ok(Statement::For { first, condition, step, body: self.body()? })
    }

    fn semicolon(&mut self) -> Step<()> {
        if !matches!(self.token()?, Token::Semicolon) {
            return self.mistake();
        }
        self.advance()?;
        Ok(())
    }

    fn delete(&mut self) -> Step<Statement> {
        self.advance()?;
        let Token::Name(name) = self.token()?.clone() else { return self.mistake() };
        self.advance()?;
        let Some(array) = self.lexer.symbols.name(&name) else { return self.mistake() };
        let subscripts = if self.takes("[")? { Some(self.subscripts()?) } else { None };
        self.expect_end()?;
        self.note(array, Kind::Array)?;
        Ok(Statement::Delete(array, subscripts))
    }

    fn print(&mut self, is_formatted: bool) -> Step<Statement> {
        self.advance()?;
        self.lexer.in_print = true;
        let arguments = self.print_arguments()?;
        let to: Option<(Redirection, Expression)> = match *self.token()? {
            Token::Redirect(redirection) => {
                self.advance()?;
                Some((redirection, self.expression()?))
            }
            _ => None,
        };
        self.expect_end()?;
        self.lexer.in_print = false;
        if is_formatted && arguments.is_empty() {
            self.lexer.error(b"no arguments in call to printf")?;
        }
        Ok(match is_formatted {
            true => Statement::PrintFormatted { arguments, to },
            false => Statement::Print { arguments, to },
        })
    }

    /// What is printed: a list, perhaps in parentheses.
    fn print_arguments(&mut self) -> Step<Vec<Expression>> {
        if self.token()?.ends_statement() || matches!(self.token()?, Token::Redirect(_)) {
            return Ok(Vec::new());
        }
        if self.takes("(")? {
            if self.takes(")")? {
                return Ok(Vec::new());
            }
            let mut list = self.expressions()?;
            self.expect(")")?;
            if list.len() > 1 && !self.token()?.is_keyword("in") {
                return Ok(list);
            }
            // It was the beginning of an expression.
            self.pending = match list.pop() {
                Some(only) if list.is_empty() => Some(group(only)),
                Some(last) => {
                    list.push(last);
                    Some(self.membership(list)?)
                }
                None => None,
            };
        }
        self.expressions()
    }

    /// Expressions with commas between them.
    pub(super) fn expressions(&mut self) -> Step<Vec<Expression>> {
        let mut list = vec![self.expression()?];
        while self.takes(",")? {
            list.push(self.expression()?);
        }
        Ok(list)
    }
}

/// An expression in parentheses. A field stays a field, which can be assigned to.
pub(super) fn group(expression: Expression) -> Expression {
    match expression {
        field @ Expression::Read(Target::Field(_) | Target::Special(_)) => field,
        other => Expression::Group(Box::new(other)),
    }
}

/// The names of `(variable in array)`.
fn loop_over(expression: &Expression) -> Option<(Name, Name)> {
    match expression {
        Expression::In(subscripts, array) => match subscripts.as_slice() {
            [Expression::Read(Target::Variable(variable))] => Some((*variable, *array)),
            _ => None,
        },
        _ => None,
    }
}
