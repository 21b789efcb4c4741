//! The grammar of bash 5.2: from bytes to commands, one complete command at a time.
//!
//! bash reads a `-c` string line by line and runs what it has read before it looks at the next
//! line, so [`Parser::next_command`] does the same: commands before a syntax error have run when
//! the error is found. Whether a word is reserved depends on the tokens before it, which is how
//! bash's own lexer works and why its error messages name the tokens they name.
//!
//! The parser is total: any bytes give commands or a [`SyntaxError`]. Recursion is bounded by
//! [`ParseOptions::nesting`], work by a count of the bytes read.

mod ast;
mod command;
mod compound;
mod condition;
mod error;
mod heredoc;
mod lexer;
mod matched;
mod parser;
mod token;
mod word;

pub use ast::*;
pub use error::{SyntaxError, SyntaxErrorKind, Warning};
pub use parser::{ParseOptions, Parser};

pub(crate) use matched::{end_of_matched, end_of_parameter};
pub(crate) use word::{
    ansi_c, ansi_quoted, assignment_length, digits, is_identifier, printable, push_code_point, single_quoted,
};
