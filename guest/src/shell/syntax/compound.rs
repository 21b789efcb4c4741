//! `if`, loops, `case`, groups and subshells.

use super::ast::{CaseClause, CaseEnd, CommandKind, List, Word};
use super::error::SyntaxError;
use super::parser::{Parse, Parser};
use super::token::{Kind, Operator, Reserved};

impl Parser<'_> {
    /// A compound command without its redirections.
    pub(super) fn compound(&mut self) -> Parse<CommandKind> {
        let token = self.take()?;
        match token.kind {
            Kind::Reserved(reserved) => match reserved {
                Reserved::OpenBrace => {
                    let list = self.compound_list()?;
                    self.expect_reserved(Reserved::CloseBrace)?;
                    return Ok(CommandKind::Group(list));
                }
                Reserved::If => return self.if_command(),
                Reserved::While => return self.while_command(false),
                Reserved::Until => return self.while_command(true),
                Reserved::For => return self.for_command(false),
                Reserved::Select => return self.for_command(true),
                Reserved::Case => return self.case_command(),
                Reserved::OpenCondition => {
                    return self.condition_command().map(CommandKind::Condition);
                }
                Reserved::Coproc => return self.coprocess(),
                _ => {}
            },
            Kind::Operator(Operator::OpenParen) => {
                let list = self.compound_list()?;
                let close = self.take()?;
                if !close.is(Operator::CloseParen) {
                    return Err(self.unexpected(&close));
                }
                return Ok(CommandKind::Subshell(list));
            }
            Kind::Arithmetic => return Ok(CommandKind::Arithmetic(token.text)),
            _ => {}
        }
        Err(self.unexpected(&token))
    }

    fn coprocess(&mut self) -> Parse<CommandKind> {
        if self.peek()?.kind != Kind::Word {
            self.command()?;
            return Ok(CommandKind::Coprocess);
        }
        self.take()?;
        match self.peek()?.kind {
            Kind::Word | Kind::Assignment | Kind::Number | Kind::DescriptorName => {
                self.command()?;
            }
            Kind::Reserved(_) | Kind::Operator(Operator::OpenParen) | Kind::Arithmetic => {
                self.compound_with_redirections()?;
            }
            _ => while self.redirection()?.is_some() {},
        }
        Ok(CommandKind::Coprocess)
    }

    fn if_command(&mut self) -> Parse<CommandKind> {
        let mut branches = Vec::new();
        let mut otherwise = None;
        loop {
            let condition = self.compound_list()?;
            self.expect_reserved(Reserved::Then)?;
            let body = self.compound_list()?;
            branches.push((condition, body));
            let token = self.take()?;
            match token.kind {
                Kind::Reserved(Reserved::Elif) => {}
                Kind::Reserved(Reserved::Else) => {
                    otherwise = Some(self.compound_list()?);
                    self.expect_reserved(Reserved::Fi)?;
                    break;
                }
                Kind::Reserved(Reserved::Fi) => break,
                _ => return Err(self.unexpected(&token)),
            }
        }
        Ok(CommandKind::If { branches, otherwise })
    }

    fn while_command(&mut self, until: bool) -> Parse<CommandKind> {
        let condition = self.compound_list()?;
        self.expect_reserved(Reserved::Do)?;
        let body = self.compound_list()?;
        self.expect_reserved(Reserved::Done)?;
        Ok(CommandKind::While { until, condition, body })
    }

    fn for_command(&mut self, select: bool) -> Parse<CommandKind> {
        let token = self.take()?;
        if token.kind == Kind::ArithmeticFor && !select {
            return self.arithmetic_for(token.text, token.line);
        }
        if token.kind != Kind::Word {
            return Err(self.unexpected(&token));
        }
        let name = Word::new(token.text);
        let mut words = None;
        // `for x; do`, `for x do`, `for x` newline `in ...`
        let separated = self.accept(Operator::Semicolon)?;
        self.newlines_before_in(Reserved::For)?;
        if !separated && self.peek()?.is_reserved(Reserved::In) {
            self.take()?;
            let mut list = Vec::new();
            while self.peek()?.kind == Kind::Word {
                list.push(Word::new(self.take()?.text));
            }
            words = Some(list);
            let end = self.take()?;
            if !(end.is(Operator::Semicolon) || end.kind == Kind::Newline) {
                return Err(self.unexpected(&end));
            }
            self.newlines()?;
        }
        let body = self.loop_body()?;
        Ok(CommandKind::For { select, name, words, body })
    }

    /// Newlines between a name and `in`, which is reserved only right behind that name.
    fn newlines_before_in(&mut self, keyword: Reserved) -> Parse<()> {
        while self.peek()?.kind == Kind::Newline {
            self.take()?;
            self.state.last = Some(Kind::Word);
            self.state.before_last = Some(Kind::Reserved(keyword));
        }
        Ok(())
    }

    fn loop_body(&mut self) -> Parse<List> {
        let token = self.take()?;
        let end = match token.kind {
            Kind::Reserved(Reserved::Do) => Reserved::Done,
            Kind::Reserved(Reserved::OpenBrace) => Reserved::CloseBrace,
            _ => return Err(self.unexpected(&token)),
        };
        let body = self.compound_list()?;
        self.expect_reserved(end)?;
        Ok(body)
    }

    fn arithmetic_for(&mut self, text: Vec<u8>, line: u32) -> Parse<CommandKind> {
        let parts: Vec<Vec<u8>> = text.split(|byte| *byte == b';').map(<[u8]>::to_vec).collect();
        let [first, second, third] = match <[Vec<u8>; 3]>::try_from(parts) {
            Ok(parts) => parts,
            Err(parts) => {
                let problem = if parts.len() < 3 { "arithmetic expression required" } else { "`;' unexpected" };
                let mut error = SyntaxError::new(line, format!("syntax error: {problem}"));
                let mut shown = b"syntax error: `((".to_vec();
                shown.extend_from_slice(&text);
                shown.extend_from_slice(b"))'");
                error.messages.push((line, shown));
                return Err(error);
            }
        };
        self.accept(Operator::Semicolon)?;
        self.newlines()?;
        let body = self.loop_body()?;
        Ok(CommandKind::ArithmeticFor { expressions: [first, second, third], body })
    }

    fn case_command(&mut self) -> Parse<CommandKind> {
        let subject = self.take()?;
        if subject.kind != Kind::Word {
            return Err(self.unexpected(&subject));
        }
        self.newlines_before_in(Reserved::Case)?;
        self.expect_reserved(Reserved::In)?;
        let mut clauses = Vec::new();
        loop {
            self.newlines()?;
            if self.peek()?.is_reserved(Reserved::Esac) {
                self.take()?;
                return Ok(CommandKind::Case { subject: Word::new(subject.text), clauses });
            }
            clauses.push(self.case_clause()?);
        }
    }

    fn case_clause(&mut self) -> Parse<CaseClause> {
        self.accept(Operator::OpenParen)?;
        let mut patterns = Vec::new();
        loop {
            let token = self.take()?;
            if token.kind != Kind::Word {
                return Err(self.unexpected(&token));
            }
            patterns.push(Word::new(token.text));
            let token = self.take()?;
            if token.is(Operator::CloseParen) {
                break;
            }
            if !token.is(Operator::Bar) {
                return Err(self.unexpected(&token));
            }
        }
        self.newlines()?;
        let token = self.peek()?;
        let empty = matches!(
            token.kind,
            Kind::Operator(Operator::SemiSemi | Operator::SemiAnd | Operator::SemiSemiAnd)
                | Kind::Reserved(Reserved::Esac)
        );
        let body = if empty { List::default() } else { self.compound_list()? };
        let end = match self.peek()?.kind {
            Kind::Operator(Operator::SemiAnd) => CaseEnd::FallThrough,
            Kind::Operator(Operator::SemiSemiAnd) => CaseEnd::Continue,
            Kind::Operator(Operator::SemiSemi) => CaseEnd::Break,
            Kind::Reserved(Reserved::Esac) => {
                return Ok(CaseClause { patterns, body, end: CaseEnd::Break });
            }
            _ => {
                let token = self.take()?;
                return Err(self.unexpected(&token));
            }
        };
        self.take()?;
        Ok(CaseClause { patterns, body, end })
    }
}
