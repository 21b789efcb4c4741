//! Parses an awk program with mawk's grammar and its messages.
//!
//! After a mistake the parser goes on at the next statement, as mawk does, so that one run may
//! report several.

use super::ast::{Expression, Kind, Pattern, Program, Rule};
use super::calls::Call;
use super::lexer::{GivenUp, Lexer};
use super::token::Token;
use crate::budget::{Budget, Stop};

/// What a parse came to: the program, or messages without the program's name.
pub(super) type Parsed = Result<Program, Vec<Vec<u8>>>;

/// Why parsing stops short.
#[derive(Debug)]
pub(super) enum Halt {
    /// A mistake was reported; the parser goes on at the next statement.
    Mistake,
    /// Nothing can be read any more.
    GivenUp,
    Stop(Stop),
}

impl From<GivenUp> for Halt {
    fn from(_: GivenUp) -> Self {
        Self::GivenUp
    }
}

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

/// Result of a parsing step.
pub(super) type Step<T> = Result<T, Halt>;

/// In which part of the program a statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    Begin,
    End,
    Main,
    Function,
}

/// The parser.
pub(super) struct Parser<'b> {
    pub(super) lexer: Lexer,
    token: Option<Token>,
    pub(super) budget: &'b Budget,
    pub(super) scope: Scope,
    /// The function that is being read.
    pub(super) current: Option<usize>,
    /// An operand that was parsed before it was clear what it belongs to.
    pub(super) pending: Option<Expression>,
    /// A name right before a comma or parenthesis may be an array.
    pub(super) allows_array: bool,
    /// `(a, b) in array` may stand here: at the beginning of an expression, and nowhere else.
    pub(super) allows_list: bool,
    pub(super) calls: Vec<Call>,
    program: Program,
}

/// Parses the program in these texts, each with the name of its file. The command line has assigned
/// to `assigned`, which are variables for that reason.
pub(super) fn parse(
    texts: Vec<(Option<Vec<u8>>, Vec<u8>)>,
    assigned: &[&[u8]],
    budget: &Budget,
) -> Result<Parsed, Stop> {
    let mut parser = Parser {
        lexer: Lexer::new(texts),
        token: None,
        budget,
        scope: Scope::Main,
        current: None,
        pending: None,
        allows_array: false,
        allows_list: false,
        calls: Vec::new(),
        program: Program::default(),
    };
    for name in assigned {
        if let Some(name) = parser.lexer.symbols.name(name) {
            // What is an array already is reported when the assignment is made.
            let _is_array = parser.lexer.symbols.note(name, Kind::Variable);
        }
    }
    let halt = parser.items();
    if let Err(Halt::Stop(stop)) = halt {
        return Err(stop);
    }
    if parser.lexer.errors.is_empty() {
        // Giving up is noted among the errors.
        let _given_up = parser.resolve_calls();
    }
    if !parser.lexer.errors.is_empty() {
        return Ok(Err(parser.lexer.errors));
    }
    let mut program = parser.program;
    program.functions = parser.lexer.symbols.functions;
    program.globals = parser.lexer.symbols.globals;
    Ok(Ok(program))
}

impl Parser<'_> {
    /// The token at hand.
    pub(super) fn token(&mut self) -> Step<&Token> {
        if self.token.is_none() {
            self.token = Some(self.lexer.next_token()?);
        }
        Ok(self.token.get_or_insert(Token::End))
    }

    /// Takes the token at hand.
    pub(super) fn advance(&mut self) -> Step<Token> {
        match self.token.take() {
            Some(token) => Ok(token),
            None => Ok(self.lexer.next_token()?),
        }
    }

    /// Takes the token when it is this symbol.
    pub(super) fn takes(&mut self, symbol: &str) -> Step<bool> {
        let takes = self.token()?.is(symbol);
        if takes {
            self.token = None;
        }
        Ok(takes)
    }

    /// Takes this symbol; anything else is a mistake.
    pub(super) fn expect(&mut self, symbol: &str) -> Step<()> {
        if self.takes(symbol)? { Ok(()) } else { self.mistake() }
    }

    /// Takes what ends a statement; anything else is a mistake.
    pub(super) fn expect_end(&mut self) -> Step<()> {
        if !self.token()?.ends_statement() {
            return self.mistake();
        }
        self.token = None;
        Ok(())
    }

    /// Reports the token at hand as one that cannot stand here.
    pub(super) fn mistake<T>(&mut self) -> Step<T> {
        let token = self.token()?.clone();
        let line = self.lexer.token_line;
        match &token {
            Token::Unexpected(byte) => self.lexer.unexpected(*byte)?,
            Token::Regex(_) => {
                let message = [b"syntax error at or near /", &self.lexer.last[..], b"/"].concat();
                self.lexer.error(&message)?;
            }
            _ => {
                let shown = token.shown(&self.lexer.last).to_vec();
                let misses_parenthesis = self.lexer.parentheses > 0
                    && (token.ends_statement() || matches!(token, Token::End | Token::Symbol("}")));
                let misses_brace =
                    self.lexer.braces > 0 && matches!(token, Token::End | Token::Keyword("BEGIN" | "END"));
                let message = if misses_parenthesis {
                    self.lexer.parentheses = 0;
                    [b"missing ) near ", &shown[..]].concat()
                } else if misses_brace {
                    self.lexer.braces = 0;
                    [b"missing } near ", &shown[..]].concat()
                } else {
                    [b"syntax error at or near ", &shown[..]].concat()
                };
                self.lexer.error(&message)?;
            }
        }
        debug_assert_eq!(line, self.lexer.token_line);
        Err(Halt::Mistake)
    }

    /// Starts anew after a mistake.
    pub(super) fn forgive(&mut self) {
        self.lexer.in_print = false;
        self.pending = None;
        self.allows_array = false;
    }

    /// The whole program.
    fn items(&mut self) -> Step<()> {
        while !matches!(self.token()?, Token::End) {
            match self.item() {
                Ok(()) => {}
                Err(Halt::Mistake) => {
                    self.forgive();
                    self.lexer.symbols.locals.clear();
                    (self.scope, self.current) = (Scope::Main, None);
                    while !self.token()?.is("{") {
                        if matches!(self.advance()?, Token::End) {
                            return Ok(());
                        }
                    }
                    self.lexer.parentheses = 0;
                    let _skipped = self.block()?;
                }
                Err(halt) => return Err(halt),
            }
        }
        Ok(())
    }

    /// A rule or a function.
    fn item(&mut self) -> Step<()> {
        self.scope = Scope::Main;
        if self.token()?.is("{") {
            let body = Some(self.block()?);
            self.program.rules.push(Rule { pattern: Pattern::Always, body });
            return Ok(());
        }
        if let Token::Keyword(keyword @ ("BEGIN" | "END")) = *self.token()? {
            self.advance()?;
            self.scope = if keyword == "BEGIN" { Scope::Begin } else { Scope::End };
            let body = self.block()?;
            let list = if keyword == "BEGIN" { &mut self.program.begin } else { &mut self.program.end };
            list.push(body);
            return Ok(());
        }
        if self.token()?.is_keyword("function") {
            return self.function();
        }
        let first = self.expression()?;
        let pattern = match self.takes(",")? {
            true => Pattern::Range(first, self.expression()?),
            false => Pattern::When(first),
        };
        let body = match self.token()?.is("{") {
            true => Some(self.block()?),
            false => {
                self.expect_end()?;
                None
            }
        };
        self.program.rules.push(Rule { pattern, body });
        Ok(())
    }

    fn function(&mut self) -> Step<()> {
        self.advance()?;
        let index = match self.token()?.clone() {
            Token::Function(name) => {
                let index = self.lexer.symbols.function(&name);
                if self.lexer.symbols.functions.get(index).is_some_and(|function| function.is_defined) {
                    self.lexer.error(&[b"redefinition of ", &name[..]].concat())?;
                }
                index
            }
            Token::Name(name) => match self.lexer.symbols.meaning(&name) {
                super::symbols::Meaning::New => self.lexer.symbols.function(&name),
                super::symbols::Meaning::Name(known) => {
                    let what = if self.lexer.symbols.kind(known) == Kind::Array { "array " } else { "variable " };
                    self.lexer.error(&[b"illegal reference to ", what.as_bytes(), &name].concat())?;
                    self.lexer.symbols.function(b"")
                }
                _ => return self.mistake(),
            },
            _ => return self.mistake(),
        };
        self.advance()?;
        self.expect("(")?;
        let parameters = self.parameters()?;
        self.lexer.skip_newlines();
        self.lexer.symbols.locals = parameters;
        (self.scope, self.current) = (Scope::Function, Some(index));
        if let Some(function) = self.lexer.symbols.functions.get_mut(index) {
            function.is_defined = true;
            function.parameters = vec![Kind::Unknown; self.lexer.symbols.locals.len()];
        }
        let body = self.block()?;
        self.current = None;
        let locals = std::mem::take(&mut self.lexer.symbols.locals);
        if let Some(function) = self.lexer.symbols.functions.get_mut(index) {
            function.parameters = locals.into_iter().map(|(_, kind)| kind).collect();
            function.body = body;
        }
        Ok(())
    }

    /// The parameters of a function, up to and with the closing parenthesis.
    fn parameters(&mut self) -> Step<Vec<(Vec<u8>, Kind)>> {
        let mut parameters: Vec<(Vec<u8>, Kind)> = Vec::new();
        if self.takes(")")? {
            return Ok(parameters);
        }
        loop {
            let Token::Name(name) = self.token()?.clone() else { return self.mistake() };
            self.advance()?;
            if parameters.iter().any(|(other, _)| *other == name) {
                self.lexer.error(&[&name[..], b" is duplicated in argument list"].concat())?;
            } else {
                parameters.push((name, Kind::Unknown));
            }
            if self.takes(")")? {
                return Ok(parameters);
            }
            self.expect(",")?;
        }
    }
}
