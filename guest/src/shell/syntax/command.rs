//! Simple commands, redirections and the choice between the kinds of command.

use std::rc::Rc;

use super::ast::{Command, CommandKind, Descriptor, Function, Redirect, SimpleCommand, Target, Word};
use super::error::SyntaxError;
use super::parser::{Parse, Parser};
use super::token::{Kind, Operator, Reserved, Token};

/// What `|&` adds to the command before it.
pub(super) fn merge_errors() -> Redirect {
    Redirect {
        descriptor: Descriptor::Number(2),
        target: Target::Duplicate { input: false, source: Word::new(b"1".to_vec()) },
    }
}

impl Parser<'_> {
    /// One stage of a pipeline.
    pub(super) fn command(&mut self) -> Parse<Command> {
        let token = self.peek()?;
        let line = token.line;
        match token.kind {
            Kind::Word | Kind::Assignment | Kind::Number | Kind::DescriptorName => self.simple_command(),
            Kind::Operator(operator) if is_redirection(operator) => self.simple_command(),
            Kind::Reserved(Reserved::Function) => {
                self.take()?;
                let name = self.take()?;
                if name.kind != Kind::Word {
                    return Err(self.unexpected(&name));
                }
                if self.accept(Operator::OpenParen)? {
                    let close = self.take()?;
                    if !close.is(Operator::CloseParen) {
                        return Err(self.unexpected(&close));
                    }
                    self.state.open_brace = true;
                }
                self.function_body(Word::new(name.text), line)
            }
            _ => self.compound_with_redirections(),
        }
    }

    /// A compound command with the redirections after it.
    pub(super) fn compound_with_redirections(&mut self) -> Parse<Command> {
        let line = self.peek()?.line;
        let kind = self.nested(Self::compound)?;
        let mut redirects = Vec::new();
        while let Some(redirect) = self.redirection()? {
            redirects.push(redirect);
        }
        Ok(Command { kind, redirects, line })
    }

    fn function_body(&mut self, name: Word, line: u32) -> Parse<Command> {
        self.newlines()?;
        let token = self.peek()?;
        let starts = match token.kind {
            Kind::Reserved(reserved) => matches!(
                reserved,
                Reserved::OpenBrace
                    | Reserved::If
                    | Reserved::While
                    | Reserved::Until
                    | Reserved::For
                    | Reserved::Select
                    | Reserved::Case
                    | Reserved::OpenCondition
            ),
            Kind::Operator(Operator::OpenParen) | Kind::Arithmetic => true,
            _ => false,
        };
        if !starts {
            let token = self.take()?;
            return Err(self.unexpected(&token));
        }
        let body = self.nested(Self::compound_with_redirections)?;
        Ok(Command { kind: CommandKind::Function(Rc::new(Function { name, body })), redirects: Vec::new(), line })
    }

    fn simple_command(&mut self) -> Parse<Command> {
        let mut simple = SimpleCommand::default();
        let mut redirects = Vec::new();
        let mut line = self.peek()?.line;
        self.state.assignment_argument &= self.peek()?.kind == Kind::Word;
        loop {
            if let Some(redirect) = self.redirection()? {
                redirects.push(redirect);
                self.state.redirections = simple.words.is_empty();
                continue;
            }
            let kind = self.peek()?.kind;
            match kind {
                Kind::Word => {
                    self.state.redirections = false;
                    let word = self.take()?;
                    simple.words.push(Word::new(word.text));
                    let alone = simple.words.len() == 1 && simple.assignments.is_empty() && redirects.is_empty();
                    if alone && self.accept(Operator::OpenParen)? {
                        return self.function_after_paren(simple, line);
                    }
                    if alone {
                        // bash looks one token ahead for that parenthesis and numbers the command
                        // by where it then stands.
                        line = self.peek()?.line;
                    }
                }
                Kind::Assignment if simple.words.is_empty() => {
                    let word = self.take()?;
                    simple.assignments.push(Word::new(word.text));
                }
                Kind::Assignment => {
                    let word = self.take()?;
                    simple.words.push(Word::new(word.text));
                }
                _ => break,
            }
        }
        self.state.redirections = false;
        self.state.assignment_argument = false;
        if simple.words.is_empty() && simple.assignments.is_empty() && redirects.is_empty() {
            let token = self.take()?;
            return Err(self.unexpected(&token));
        }
        Ok(Command { kind: CommandKind::Simple(simple), redirects, line })
    }

    fn function_after_paren(&mut self, mut simple: SimpleCommand, line: u32) -> Parse<Command> {
        let close = self.take()?;
        if !close.is(Operator::CloseParen) {
            return Err(self.unexpected(&close));
        }
        let name = simple.words.pop().unwrap_or_default();
        self.function_body(name, line)
    }

    /// A redirection if one comes next.
    pub(super) fn redirection(&mut self) -> Parse<Option<Redirect>> {
        let token = self.peek()?;
        let descriptor = match token.kind {
            Kind::Number => {
                let number = std::str::from_utf8(&token.text).ok().and_then(|text| text.parse().ok());
                Descriptor::Number(number.unwrap_or(u32::MAX))
            }
            Kind::DescriptorName => {
                let name = token.text.get(1..token.text.len() - 1).unwrap_or_default().to_vec();
                Descriptor::Variable(name)
            }
            Kind::Operator(operator) if is_redirection(operator) => Descriptor::Default,
            _ => return Ok(None),
        };
        if descriptor != Descriptor::Default {
            self.take()?;
        }
        let operator = self.take()?;
        let Kind::Operator(kind) = operator.kind else {
            return Err(self.unexpected(&operator));
        };
        let target = self.redirection_target(kind, &operator)?;
        Ok(Some(Redirect { descriptor, target }))
    }

    fn redirection_target(&mut self, operator: Operator, token: &Token) -> Parse<Target> {
        if matches!(operator, Operator::LessAnd | Operator::GreaterAnd) {
            let input = operator == Operator::LessAnd;
            let operand = self.take()?;
            return match operand.kind {
                Kind::Number | Kind::Word => Ok(Target::Duplicate { input, source: Word::new(operand.text) }),
                Kind::Operator(Operator::Minus) => Ok(Target::Duplicate { input, source: Word::new(b"-".to_vec()) }),
                _ => Err(self.unexpected(&operand)),
            };
        }
        if !is_redirection(operator) {
            return Err(self.unexpected(token));
        }
        let operand = self.take()?;
        if operand.kind != Kind::Word {
            return Err(self.unexpected(&operand));
        }
        let word = Word::new(operand.text);
        Ok(match operator {
            Operator::Less => Target::Read(word),
            Operator::Greater => Target::Write { file: word, clobber: false },
            Operator::Clobber => Target::Write { file: word, clobber: true },
            Operator::Append => Target::Append(word),
            Operator::LessGreater => Target::ReadWrite(word),
            Operator::Both => Target::Both { file: word, append: false },
            Operator::BothAppend => Target::Both { file: word, append: true },
            Operator::HereString => Target::HereString(word),
            Operator::Here => Target::HereDocument(self.here_document(&word.text, false)),
            Operator::HereTabs => Target::HereDocument(self.here_document(&word.text, true)),
            _ => return Err(SyntaxError::new(token.line, "syntax error")),
        })
    }
}

fn is_redirection(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::Less
            | Operator::Greater
            | Operator::Append
            | Operator::Clobber
            | Operator::LessGreater
            | Operator::Both
            | Operator::BothAppend
            | Operator::Here
            | Operator::HereTabs
            | Operator::HereString
            | Operator::LessAnd
            | Operator::GreaterAnd
    )
}
