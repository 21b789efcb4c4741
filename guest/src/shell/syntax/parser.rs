//! The parser's state, its input, and lists of commands.

use super::ast::{AndOr, Connector, List, ListItem, Pipeline, TimeFormat};
use super::error::{SyntaxError, SyntaxErrorKind, Warning};
use super::heredoc::PendingHere;
use super::token::{Kind, Operator, Reserved, Token};

/// What the parser needs to know about the shell.
#[derive(Clone, Debug)]
pub struct ParseOptions {
    /// `shopt -s extglob` is on.
    pub extglob: bool,
    /// Levels of nested constructs before the parser gives up.
    pub nesting: u64,
    /// The number of the first line.
    pub first_line: u32,
}

impl Default for ParseOptions {
    fn default() -> Self {
        Self { extglob: false, nesting: 64, first_line: 1 }
    }
}

/// The result of a step of the parser. Boxed: errors are rare and large.
pub(crate) type Parse<T> = Result<T, Box<SyntaxError>>;

/// Reads commands from a text.
#[derive(Debug)]
pub struct Parser<'s> {
    pub(super) source: &'s [u8],
    pub(super) position: Position,
    pub(super) options: ParseOptions,
    pub(super) state: State,
    pub(super) depth: u64,
    /// Bytes that may still be read; re-reading nested text costs again.
    pub(super) fuel: u64,
    warnings: Vec<Warning>,
}

/// A place in the source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Position {
    /// The next byte.
    pub(super) offset: usize,
    /// The line of the last byte read.
    pub(super) line: u32,
    /// Where that line starts.
    pub(super) line_start: usize,
    /// The last byte read was a newline, so the next one is on the next line.
    pub(super) line_ended: bool,
}

/// What the lexer remembers; a command substitution starts afresh and the old state comes back.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) peeked: Option<Token>,
    pub(super) last: Option<Kind>,
    pub(super) before_last: Option<Kind>,
    pub(super) before_that: Option<Kind>,
    /// A `case` pattern comes next.
    pub(super) case_pattern: bool,
    /// A `{` comes next although no reserved word could.
    pub(super) open_brace: bool,
    /// Inside `[[ ]]`.
    pub(super) condition: bool,
    /// After `=~` in `[[ ]]`.
    pub(super) regex: bool,
    /// After `==` in `[[ ]]`: extended patterns are on.
    pub(super) pattern: bool,
    /// After `declare` and its like: `name=( ... )` may be an argument.
    pub(super) assignment_argument: bool,
    /// A redirection was the last thing read and no command name came yet.
    pub(super) redirections: bool,
    /// Inside `name=( ... )`.
    pub(super) compound_assignment: bool,
    /// `)` ends the text: inside `$( ... )`.
    pub(super) in_substitution: bool,
    /// Here-documents whose bodies follow the line.
    pub(super) pending: Vec<PendingHere>,
}

impl<'s> Parser<'s> {
    /// A parser at the start of `source`.
    pub fn new(source: &'s [u8], options: ParseOptions) -> Self {
        let fuel = (source.len() as u64 + 64).saturating_mul(options.nesting + 8);
        let position = Position { offset: 0, line: options.first_line, line_start: 0, line_ended: false };
        Self { source, position, options, state: State::default(), depth: 0, fuel, warnings: Vec::new() }
    }

    /// The next complete command (a line with its here-documents), `None` at the end. After an
    /// error a `-c` shell stops; an interactive one calls [`Parser::skip_line`] and goes on.
    pub fn next_command(&mut self) -> Result<Option<List>, Box<SyntaxError>> {
        self.state = State::default();
        loop {
            let token = self.peek()?;
            match token.kind {
                Kind::End => return Ok(None),
                Kind::Newline => {
                    self.take()?;
                    self.state.last = None;
                }
                _ => break,
            }
        }
        let list = match self.simple_list() {
            Ok(list) => list,
            Err(error) if error.kind == SyntaxErrorKind::Condition => return Err(self.recover(error)),
            Err(error) => return Err(error),
        };
        let token = self.take()?;
        if matches!(token.kind, Kind::Newline | Kind::End) {
            return Ok(Some(list));
        }
        if !self.state.pending.is_empty() {
            // bash has read the bodies by now, which shows in the line's number.
            let line_start = self.position.line_start;
            self.skip_line();
            self.read_here_documents()?;
            self.position.line_start = line_start;
        }
        Err(self.unexpected(&token))
    }

    /// After an error in `[[ ]]` bash drops tokens up to the line's end; it reads them, though,
    /// so a quote that never closes there is reported too.
    fn recover(&mut self, mut error: Box<SyntaxError>) -> Box<SyntaxError> {
        self.state.peeked = None;
        loop {
            match self.read_token() {
                Ok(token) if token.kind == Kind::Newline => return error,
                Ok(token) if token.kind == Kind::End => return error.of_kind(SyntaxErrorKind::CutCondition),
                Ok(_) => {}
                Err(second) if second.kind == SyntaxErrorKind::Nesting => return second,
                Err(second) => {
                    error.messages.extend(second.messages);
                    return error.of_kind(SyntaxErrorKind::Plain);
                }
            }
        }
    }

    /// Leaves the rest of the current line unread.
    pub fn skip_line(&mut self) {
        while !self.position.line_ended && self.get(false).is_ok_and(|byte| byte.is_some()) {}
    }

    /// Changes what `shopt` may change between two commands.
    pub fn set_extglob(&mut self, on: bool) {
        self.options.extglob = on;
    }

    /// The warnings since the last call.
    pub fn take_warnings(&mut self) -> Vec<Warning> {
        std::mem::take(&mut self.warnings)
    }

    /// The line of the last byte read, from 1.
    pub fn line(&self) -> u32 {
        self.position.line
    }

    /// The offset of the next byte to be read.
    pub fn offset(&self) -> usize {
        self.position.offset.min(self.source.len())
    }

    /// From just behind `$(` (or `<(`), the offset behind the matching `)`.
    pub(crate) fn end_of_substitution(source: &[u8], start: usize, options: ParseOptions) -> Option<usize> {
        let mut parser = Parser::new(source, options);
        parser.position.offset = start;
        parser.substitution_body().ok()?;
        Some(parser.offset())
    }

    /// The words between the parentheses of `name=( ... )`.
    pub(crate) fn compound_words(source: &'s [u8], options: ParseOptions) -> Parse<Vec<super::ast::Word>> {
        let mut parser = Parser::new(source, options);
        parser.compound_assignment_words(false)
    }

    pub(super) fn warn(&mut self, line: u32, message: Vec<u8>) {
        self.warnings.push(Warning { line, message });
    }

    /// Runs `body` one level deeper.
    pub(super) fn nested<T>(&mut self, body: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= self.options.nesting {
            return Err(SyntaxError::nesting());
        }
        self.depth += 1;
        let result = body(self);
        self.depth -= 1;
        result
    }

    /// The next token, which stays next.
    pub(super) fn peek(&mut self) -> Parse<&Token> {
        if self.state.peeked.is_none() {
            let token = self.read_token()?;
            self.state.peeked = Some(token);
        }
        match &self.state.peeked {
            Some(token) => Ok(token),
            None => Err(SyntaxError::nesting()),
        }
    }

    /// The next token, consumed.
    pub(super) fn take(&mut self) -> Parse<Token> {
        match self.state.peeked.take() {
            Some(token) => Ok(token),
            None => self.read_token(),
        }
    }

    /// Consumes the next token if it is this operator.
    pub(super) fn accept(&mut self, operator: Operator) -> Parse<bool> {
        if self.peek()?.is(operator) {
            self.take()?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Consumes this reserved word or fails at what stands there.
    pub(super) fn expect_reserved(&mut self, reserved: Reserved) -> Parse<()> {
        let token = self.take()?;
        if token.is_reserved(reserved) { Ok(()) } else { Err(self.unexpected(&token)) }
    }

    /// Skips newlines.
    pub(super) fn newlines(&mut self) -> Parse<()> {
        while self.peek()?.kind == Kind::Newline {
            self.take()?;
        }
        Ok(())
    }

    /// The syntax error at `token`, which was the last one read.
    pub(super) fn unexpected(&self, token: &Token) -> Box<SyntaxError> {
        if token.kind == Kind::End {
            if self.state.in_substitution {
                return super::error::unmatched(self.position.line, b')').of_kind(SyntaxErrorKind::Plain);
            }
            return SyntaxError::new(self.position.line, "syntax error: unexpected end of file");
        }
        let line = self.position.line;
        let Some(name) = token.name() else {
            return SyntaxError::new(line, "syntax error");
        };
        let mut message = b"syntax error near unexpected token `".to_vec();
        message.extend_from_slice(&super::word::printable(&name));
        message.push(b'\'');
        let mut error = SyntaxError::new(line, message);
        let mut source = self.current_line().to_vec();
        if self.source.ends_with(b"\\") && self.byte_at(self.position.line_start + source.len() + 1).is_none() {
            source.push(b'\\');
        }
        error.offending_line = Some(source);
        error
    }

    /// The line that holds the last byte read, without its newline.
    fn current_line(&self) -> &'s [u8] {
        let rest = self.source.get(self.position.line_start..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    /// One line: and-or lists joined by `;` and `&`, up to a newline that stays unread.
    pub(super) fn simple_list(&mut self) -> Parse<List> {
        let mut list = List::default();
        loop {
            let chain = self.and_or()?;
            let background = self.peek()?.is(Operator::And);
            list.items.push(ListItem { chain, background });
            if !(background || self.peek()?.is(Operator::Semicolon)) {
                return Ok(list);
            }
            self.take()?;
            if self.at_list_end()? {
                return Ok(list);
            }
        }
    }

    /// Whether the next token ends a line, or the text inside `$( ... )`.
    fn at_list_end(&mut self) -> Parse<bool> {
        let in_substitution = self.state.in_substitution;
        let token = self.peek()?;
        Ok(matches!(token.kind, Kind::Newline | Kind::End) || (in_substitution && token.is(Operator::CloseParen)))
    }

    /// What stands between `do` and `done`, `{` and `}` and so on: at least one command.
    pub(super) fn compound_list(&mut self) -> Parse<List> {
        self.nested(|parser| {
            let mut list = List::default();
            parser.newlines()?;
            loop {
                let chain = parser.and_or()?;
                let token = parser.peek()?;
                let (background, ended) = match token.kind {
                    Kind::Operator(Operator::And) => (true, true),
                    Kind::Operator(Operator::Semicolon) | Kind::Newline => (false, true),
                    _ => (false, false),
                };
                list.items.push(ListItem { chain, background });
                if !ended {
                    return Ok(list);
                }
                parser.take()?;
                parser.newlines()?;
                if parser.at_closing_token()? {
                    return Ok(list);
                }
            }
        })
    }

    /// Whether the next token can only end a compound list.
    fn at_closing_token(&mut self) -> Parse<bool> {
        Ok(match self.peek()?.kind {
            Kind::End => true,
            Kind::Reserved(reserved) => matches!(
                reserved,
                Reserved::Then
                    | Reserved::Else
                    | Reserved::Elif
                    | Reserved::Fi
                    | Reserved::Do
                    | Reserved::Done
                    | Reserved::Esac
                    | Reserved::CloseBrace
            ),
            Kind::Operator(operator) => matches!(
                operator,
                Operator::CloseParen | Operator::SemiSemi | Operator::SemiAnd | Operator::SemiSemiAnd
            ),
            _ => false,
        })
    }

    fn and_or(&mut self) -> Parse<AndOr> {
        let first = self.pipeline()?;
        let mut rest = Vec::new();
        loop {
            let connector = match self.peek()?.kind {
                Kind::Operator(Operator::AndAnd) => Connector::And,
                Kind::Operator(Operator::OrOr) => Connector::Or,
                _ => return Ok(AndOr { first, rest }),
            };
            self.take()?;
            self.newlines()?;
            rest.push((connector, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Parse<Pipeline> {
        let mut pipeline = Pipeline::default();
        let mut prefixed = false;
        loop {
            match self.peek()?.kind {
                Kind::Reserved(Reserved::Bang) => pipeline.negated = !pipeline.negated,
                Kind::Reserved(Reserved::Time) => pipeline.timed = Some(TimeFormat::Bash),
                Kind::Reserved(Reserved::TimeOption) if pipeline.timed.is_some() => {
                    pipeline.timed = Some(TimeFormat::Posix);
                }
                Kind::Reserved(Reserved::TimeIgnore) if pipeline.timed.is_some() => {}
                _ => break,
            }
            prefixed = true;
            self.take()?;
        }
        if prefixed && (self.at_list_end()? || self.peek()?.is(Operator::Semicolon)) {
            return Ok(pipeline);
        }
        loop {
            let mut command = self.command()?;
            let both = self.peek()?.is(Operator::BarAnd);
            if both {
                command.redirects.push(super::command::merge_errors());
            }
            pipeline.stages.push(command);
            if !(both || self.peek()?.is(Operator::Bar)) {
                return Ok(pipeline);
            }
            self.take()?;
            self.newlines()?;
        }
    }
}
