//! Reads the tokens of an awk program. What a character means depends on what stands before it, as
//! in mawk: a slash divides after an operand, a `>` in a `print` writes to a file.

use super::ast::{BuiltIn, Redirection};
use super::number;
use super::symbols::{Meaning, Symbols};
use super::token::Token;

/// Errors after which mawk gives up.
const MOST_ERRORS: usize = 5;

/// The program ends here: too many errors, or one that nothing can be read after.
#[derive(Clone, Copy, Debug)]
pub(super) struct GivenUp;

/// A reader of tokens.
pub(super) struct Lexer {
    /// The program's texts with the names of their files; each ends with a newline.
    texts: Vec<(Option<Vec<u8>>, Vec<u8>)>,
    file: usize,
    at: usize,
    pub(super) line: u32,
    /// The line of the last token.
    pub(super) token_line: u32,
    pub(super) symbols: Symbols,
    /// What the last token was, as far as it decides what comes next.
    previous: Previous,
    /// A `print` was begun, whose output may be sent elsewhere.
    pub(super) in_print: bool,
    pub(super) parentheses: usize,
    pub(super) braces: usize,
    /// The last word that was read.
    pub(super) last: Vec<u8>,
    /// Messages without the program's name.
    pub(super) errors: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Previous {
    /// A slash after it divides.
    Operand,
    /// `++`, `--`.
    Step,
    /// A statement ended, so that a `}` needs no `;`.
    Ended,
    Other,
}

impl Lexer {
    /// A reader of these texts.
    pub(super) fn new(texts: Vec<(Option<Vec<u8>>, Vec<u8>)>) -> Self {
        let texts = texts.into_iter().map(|(name, text)| (name, [&text[..], b"\n"].concat())).collect();
        let mut lexer = Self {
            texts,
            file: 0,
            at: 0,
            line: 1,
            token_line: 1,
            symbols: Symbols::new(),
            previous: Previous::Other,
            in_print: false,
            parentheses: 0,
            braces: 0,
            last: Vec::new(),
            errors: Vec::new(),
        };
        lexer.skip_newlines();
        lexer
    }

    /// Notes an error at the last token.
    pub(super) fn error(&mut self, message: &[u8]) -> Result<(), GivenUp> {
        let file = self.texts.get(self.file).and_then(|(name, _)| name.as_ref());
        let file = file.map_or(Vec::new(), |name| [name, &b": "[..]].concat());
        let line = format!("line {}: ", self.token_line);
        self.errors.push([&file, line.as_bytes(), message].concat());
        if self.errors.len() == MOST_ERRORS { Err(GivenUp) } else { Ok(()) }
    }

    /// Notes a character that begins nothing.
    pub(super) fn unexpected(&mut self, byte: u8) -> Result<(), GivenUp> {
        let shown = match byte {
            b'!'..=b'~' => format!("unexpected character '{}'", char::from(byte)),
            _ => format!("unexpected character 0x{byte:02x}"),
        };
        self.errors.push(format!("{}: {shown}", self.token_line).into_bytes());
        if self.errors.len() == MOST_ERRORS { Err(GivenUp) } else { Ok(()) }
    }

    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            let (_, text) = self.texts.get(self.file)?;
            if let Some(byte) = text.get(self.at) {
                return Some(*byte);
            }
            if self.file + 1 >= self.texts.len() {
                return None;
            }
            (self.file, self.at, self.line, self.token_line) = (self.file + 1, 0, 1, 1);
        }
    }

    pub(super) fn next_byte(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Takes the next byte when it is this one.
    fn takes(&mut self, byte: u8) -> bool {
        let takes = self.peek() == Some(byte);
        self.at += usize::from(takes);
        takes
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(|byte| byte != b'\n' && number::is_space(byte)) {
            self.at += 1;
        }
    }

    fn skip_comment(&mut self) {
        while self.peek().is_some_and(|byte| byte != b'\n') {
            self.at += 1;
        }
    }

    /// Skips space, comments and newlines.
    pub(super) fn skip_newlines(&mut self) {
        loop {
            self.skip_blanks();
            match self.peek() {
                Some(b'#') => self.skip_comment(),
                Some(b'\n') => {
                    self.at += 1;
                    self.line += 1;
                }
                Some(b'\\') if self.continues_line() => {}
                _ => return,
            }
        }
    }

    /// Skips a backslash, blanks and a newline.
    fn continues_line(&mut self) -> bool {
        let start = self.at;
        self.at += 1;
        self.skip_blanks();
        if self.takes(b'\n') {
            self.line += 1;
            self.token_line = self.line;
            return true;
        }
        self.at = start;
        false
    }

    /// The next token.
    pub(super) fn next_token(&mut self) -> Result<Token, GivenUp> {
        self.token_line = self.line;
        loop {
            self.skip_blanks();
            match self.peek() {
                Some(b'#') => self.skip_comment(),
                Some(b'\\') if self.continues_line() => {}
                _ => break,
            }
        }
        let Some(byte) = self.next_byte() else { return Ok(Token::End) };
        let token = self.token(byte)?;
        self.previous = match &token {
            Token::NewLine | Token::Semicolon | Token::ImpliedSemicolon | Token::Symbol("}") => Previous::Ended,
            Token::Number(_)
            | Token::Text(_)
            | Token::Name(_)
            | Token::Regex(_)
            | Token::Field(_)
            | Token::Special(_)
            | Token::Symbol(")" | "]")
            | Token::Keyword("getline") => Previous::Operand,
            Token::Symbol("++" | "--") => Previous::Step,
            _ => Previous::Other,
        };
        Ok(token)
    }

    fn token(&mut self, byte: u8) -> Result<Token, GivenUp> {
        let either = |lexer: &mut Self, next: u8, with: &'static str, without: &'static str| {
            Token::Symbol(if lexer.takes(next) { with } else { without })
        };
        Ok(match byte {
            b'\n' => {
                self.line += 1;
                self.skip_newlines();
                Token::NewLine
            }
            b';' => {
                self.skip_newlines();
                Token::Semicolon
            }
            b'{' => {
                self.skip_newlines();
                self.braces += 1;
                Token::Symbol("{")
            }
            b'}' => return self.right_brace(),
            b'(' => {
                self.parentheses += 1;
                Token::Symbol("(")
            }
            b')' if self.parentheses == 0 => {
                self.error(b"extra ')'")?;
                return self.next_token();
            }
            b')' => {
                self.parentheses -= 1;
                Token::Symbol(")")
            }
            b'+' if self.takes(b'+') => self.step("++"),
            b'-' if self.takes(b'-') => self.step("--"),
            b'+' => either(self, b'=', "+=", "+"),
            b'-' => either(self, b'=', "-=", "-"),
            b'*' => either(self, b'=', "*=", "*"),
            b'%' => either(self, b'=', "%=", "%"),
            b'^' => either(self, b'=', "^=", "^"),
            b'=' => either(self, b'=', "==", "="),
            b'<' => either(self, b'=', "<=", "<"),
            b'!' if self.takes(b'~') => Token::Symbol("!~"),
            b'!' => either(self, b'=', "!=", "!"),
            b'~' => Token::Symbol("~"),
            b',' => {
                self.skip_newlines();
                Token::Symbol(",")
            }
            b'[' => Token::Symbol("["),
            b']' => Token::Symbol("]"),
            b'?' => Token::Symbol("?"),
            b':' => Token::Symbol(":"),
            b'/' => return self.slash(),
            b'>' if self.in_print && self.parentheses == 0 => {
                self.in_print = false;
                Token::Redirect(if self.takes(b'>') { Redirection::Append } else { Redirection::Truncate })
            }
            b'>' => either(self, b'=', ">=", ">"),
            b'|' if self.takes(b'|') => {
                self.skip_newlines();
                Token::Symbol("||")
            }
            b'|' if self.in_print && self.parentheses == 0 => {
                self.in_print = false;
                Token::Redirect(Redirection::Pipe)
            }
            b'|' => Token::Symbol("|"),
            b'&' if self.takes(b'&') => {
                self.skip_newlines();
                Token::Symbol("&&")
            }
            b'$' => return self.dollar(),
            b'"' => return self.string(),
            b'.' if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) => Token::Unexpected(byte),
            b'0'..=b'9' | b'.' => {
                self.at -= 1;
                Token::Number(self.number())
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => {
                self.at -= 1;
                self.word()
            }
            other => Token::Unexpected(other),
        })
    }

    fn step(&mut self, symbol: &'static str) -> Token {
        self.last = symbol.as_bytes().to_vec();
        Token::Symbol(symbol)
    }

    fn right_brace(&mut self) -> Result<Token, GivenUp> {
        if self.braces == 0 {
            self.error(b"extra '}'")?;
            self.skip_semicolon();
            return self.next_token();
        }
        if self.previous != Previous::Ended {
            self.at -= 1;
            return Ok(Token::ImpliedSemicolon);
        }
        self.braces -= 1;
        if self.braces == 0 {
            self.skip_semicolon();
        }
        self.skip_newlines();
        Ok(Token::Symbol("}"))
    }

    fn skip_semicolon(&mut self) {
        self.skip_blanks();
        self.takes(b';');
    }

    /// A slash: it divides, or begins a pattern.
    fn slash(&mut self) -> Result<Token, GivenUp> {
        let previous = self.previous;
        match previous {
            Previous::Operand => Ok(Token::Symbol(if self.takes(b'=') { "/=" } else { "/" })),
            // mawk takes a pattern after `++`, and loses a character on the way.
            Previous::Step if self.peek() != Some(b'=') => {
                self.next_byte();
                self.regex()
            }
            _ => self.regex(),
        }
    }

    /// `$2`, or the operator.
    fn dollar(&mut self) -> Result<Token, GivenUp> {
        self.skip_blanks();
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Ok(Token::Symbol("$"));
        }
        let index = self.number();
        if number::exact_integer(index).is_none() {
            let shown = super::format::one_number(b"$%g is invalid field index", index);
            self.error(&shown)?;
        }
        Ok(Token::Field(number::integer(index)))
    }

    fn number(&mut self) -> f64 {
        let rest = self.texts.get(self.file).and_then(|(_, text)| text.get(self.at..)).unwrap_or_default();
        // Hexadecimal numbers are read from input, but the program has none.
        let length = match rest {
            [b'0', b'x' | b'X', ..] => 1,
            _ => number::leading(rest).1.max(1),
        };
        let text = rest.get(..length).unwrap_or_default();
        let value = number::leading(text).0;
        self.last = text.to_vec();
        self.at += length;
        value
    }

    fn word(&mut self) -> Token {
        let rest = self.texts.get(self.file).and_then(|(_, text)| text.get(self.at..)).unwrap_or_default();
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let word = rest.get(..length).unwrap_or_default().to_vec();
        let is_called = rest.get(length) == Some(&b'(');
        self.at += length;
        self.last.clone_from(&word);
        match self.symbols.meaning(&word) {
            Meaning::New if is_called => {
                self.symbols.function(&word);
                Token::Function(word)
            }
            Meaning::New | Meaning::Name(_) => Token::Name(word),
            Meaning::Function(_) => Token::Function(word),
            Meaning::Keyword(keyword) => Token::Keyword(keyword),
            Meaning::BuiltIn(BuiltIn::Length) => {
                self.skip_blanks();
                if self.peek() == Some(b'(') { Token::BuiltIn(BuiltIn::Length) } else { Token::Length }
            }
            Meaning::BuiltIn(function) => Token::BuiltIn(function),
            Meaning::Special(special) => Token::Special(special),
        }
    }
}

/// What mawk says about a pattern that is none.
pub(super) fn failed_to_compile(why: &str, pattern: &[u8]) -> Vec<u8> {
    [b"regular expression compile failed (", why.as_bytes(), b")\n", pattern].concat()
}
