//! Parses an awk program with mawk's grammar and its messages.
//!
//! After a mistake the parser goes on at the next statement, as mawk does, so that one run may
//! report several.

use super::ast::{Argument, Expression, Kind, Name, Pattern, Program, Rule};
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

/// A call whose arguments are checked at the end.
pub(super) struct Call {
    pub(super) function: usize,
    pub(super) caller: Option<usize>,
    pub(super) arguments: Vec<Passed>,
    pub(super) line: u32,
    /// The number of arguments was found right.
    pub(super) is_counted: bool,
}

/// What is passed: an expression, or a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Passed {
    Expression,
    Name(Name),
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
        self.lexer.parentheses = 0;
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

    /// Finds out from calls which names are arrays, and reports calls that do not fit.
    fn resolve_calls(&mut self) -> Result<(), GivenUp> {
        let mut calls = std::mem::take(&mut self.calls);
        // mawk looks at the last call first.
        calls.reverse();
        let mut known = Vec::new();
        for call in calls {
            let Some(function) = self.lexer.symbols.functions.get(call.function) else { continue };
            if !function.is_defined {
                let message = [b"function ", &function.name[..], b" never defined"].concat();
                self.lexer.error(&message)?;
            } else if call.arguments.len() > function.parameters.len() {
                if !call.is_counted {
                    let message = [b"too many arguments in call to ", &function.name[..]].concat();
                    self.lexer.token_line = call.line;
                    self.lexer.error(&message)?;
                }
            } else {
                known.push(call);
            }
        }
        while self.infer(&known) {}
        for call in &known {
            for (index, passed) in call.arguments.iter().enumerate() {
                let Some(function) = self.lexer.symbols.functions.get(call.function) else { continue };
                let takes = function.parameters.get(index).copied().unwrap_or_default();
                let given = self.kind_of(*passed, call.caller);
                if takes != Kind::Unknown && given != Kind::Unknown && takes != given {
                    let name = &function.name;
                    let message = [format!("type error in arg({}) in call to ", index + 1).as_bytes(), name].concat();
                    self.lexer.token_line = call.line;
                    self.lexer.error(&message)?;
                }
            }
        }
        Ok(())
    }

    /// One round over all calls; true when something new was learnt.
    fn infer(&mut self, calls: &[Call]) -> bool {
        let mut learnt = false;
        for call in calls {
            for (index, passed) in call.arguments.iter().enumerate() {
                let given = self.kind_of(*passed, call.caller);
                let functions = &mut self.lexer.symbols.functions;
                let Some(parameter) = functions.get_mut(call.function).and_then(|one| one.parameters.get_mut(index)) else {
                    continue;
                };
                match (*parameter, given) {
                    (Kind::Unknown, Kind::Unknown) => {}
                    (Kind::Unknown, given) => {
                        *parameter = given;
                        learnt = true;
                    }
                    (parameter, Kind::Unknown) => {
                        learnt = true;
                        match (*passed, call.caller) {
                            (Passed::Name(Name::Global(place)), _) => {
                                if let Some(global) = self.lexer.symbols.globals.get_mut(place) {
                                    global.kind = parameter;
                                }
                            }
                            (Passed::Name(Name::Local(place)), Some(caller)) => {
                                let caller = functions.get_mut(caller);
                                if let Some(own) = caller.and_then(|caller| caller.parameters.get_mut(place)) {
                                    *own = parameter;
                                }
                            }
                            _ => learnt = false,
                        }
                    }
                    _ => {}
                }
            }
        }
        learnt
    }

    fn kind_of(&self, passed: Passed, caller: Option<usize>) -> Kind {
        let symbols = &self.lexer.symbols;
        match (passed, caller) {
            (Passed::Expression, _) => Kind::Variable,
            (Passed::Name(Name::Global(place)), _) => {
                symbols.globals.get(place).map_or(Kind::Unknown, |global| global.kind)
            }
            (Passed::Name(Name::Local(place)), Some(caller)) => {
                let caller = symbols.functions.get(caller);
                caller.and_then(|caller| caller.parameters.get(place)).copied().unwrap_or_default()
            }
            _ => Kind::Unknown,
        }
    }
}

impl Argument {
    /// What the check of a call looks at.
    pub(super) fn passed(&self) -> Passed {
        match self {
            Self::Expression(_) => Passed::Expression,
            Self::Name(name) => Passed::Name(*name),
        }
    }
}
