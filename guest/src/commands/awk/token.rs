//! The words of an awk program.

use std::rc::Rc;

use super::ast::{BuiltIn, Redirection, Special};
use super::regex::Regex;

/// One token.
#[derive(Clone, Debug)]
pub(super) enum Token {
    /// The program's end.
    End,
    /// One newline or more.
    NewLine,
    /// `;`
    Semicolon,
    /// Stands before a `}` whose statement was not ended.
    ImpliedSemicolon,
    /// An operator, a bracket or a comma.
    Symbol(&'static str),
    /// `>`, `>>` or `|` where a `print` may be sent elsewhere.
    Redirect(Redirection),
    /// A number.
    Number(f64),
    /// A string without its quotes, escapes resolved.
    Text(Rc<[u8]>),
    /// `/pattern/`; `None` when it did not compile, which was reported.
    Regex(Option<Regex>),
    /// A variable or an array.
    Name(Vec<u8>),
    /// A function of the program.
    Function(Vec<u8>),
    /// A function of the language.
    BuiltIn(BuiltIn),
    /// `length` without a parenthesis.
    Length,
    /// `$2`.
    Field(i32),
    /// `NF` and its like.
    Special(Special),
    /// A keyword.
    Keyword(&'static str),
    /// A character that begins nothing.
    Unexpected(u8),
}

impl Token {
    /// Whether it is this operator.
    pub(super) fn is(&self, symbol: &str) -> bool {
        matches!(self, Self::Symbol(own) if *own == symbol)
    }

    /// Whether it is this keyword.
    pub(super) fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self, Self::Keyword(own) if *own == keyword)
    }

    /// Whether it ends a statement.
    pub(super) const fn ends_statement(&self) -> bool {
        matches!(self, Self::NewLine | Self::Semicolon | Self::ImpliedSemicolon)
    }

    /// Whether an operand may begin with it, signs apart.
    pub(super) fn begins_operand(&self) -> bool {
        match self {
            Self::Number(_)
            | Self::Text(_)
            | Self::Regex(_)
            | Self::Name(_)
            | Self::Function(_)
            | Self::BuiltIn(_)
            | Self::Length
            | Self::Field(_)
            | Self::Special(_) => true,
            Self::Symbol(symbol) => matches!(*symbol, "$" | "(" | "!" | "++" | "--"),
            Self::Keyword(keyword) => matches!(*keyword, "getline" | "split" | "match" | "sub" | "gsub"),
            _ => false,
        }
    }

    /// How a message names it; `last` is the last word that was read.
    pub(super) fn shown<'t>(&'t self, last: &'t [u8]) -> &'t [u8] {
        match self {
            Self::End => b"end of file",
            Self::NewLine => b"end of line",
            Self::Semicolon => b";",
            Self::ImpliedSemicolon => b"}",
            Self::Symbol(symbol) => symbol.as_bytes(),
            Self::Keyword(keyword) => keyword.as_bytes(),
            Self::Redirect(Redirection::Truncate) => b">",
            Self::Redirect(Redirection::Append) => b">>",
            Self::Redirect(Redirection::Pipe) => b"|",
            Self::Length => b"length",
            Self::Field(_) | Self::Special(_) => b"$",
            _ => last,
        }
    }
}

/// Keywords besides the functions of the language.
pub(super) const KEYWORDS: &[&str] = &[
    "print", "printf", "do", "while", "for", "break", "continue", "if", "else", "in", "delete", "split", "match",
    "BEGIN", "END", "exit", "next", "nextfile", "return", "getline", "sub", "gsub", "function",
];
