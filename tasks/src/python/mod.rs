//! Python source, read with one parser that the rest of the crate never names.
//!
//! [`parse`] is the only way in. It refuses files that nest deeper than [`nesting`] allows before
//! the parser sees them, so that no input can exhaust the stack of the calling thread, and it
//! answers with every syntax error rather than with the first.

mod definitions;
mod docstring;
pub mod nesting;
mod parse;
mod signature;
mod tokens;

pub use definitions::{Definition, DefinitionKind, Docstring};
pub use docstring::clean;
pub use nesting::{NestingError, NestingLimits};
pub use parse::{Module, ParseFailure, SOURCE_BYTES, SyntaxError, parse};
pub use signature::Signature;
