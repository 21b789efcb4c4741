//! One matcher for every tool that takes a regular expression: grep, sed, find, awk, expr and the
//! shell, as GNU regex serves them in the C.UTF-8 locale.
//!
//! ```text
//! pattern bytes -> parse (GNU dialects), perl -> Node -> translate -> the regex crate
//!                                                     -> literals  -> memmem, the search index
//!                                                     -> program   -> simulate, backtrack
//! ```
//!
//! The GNU rule is that the leftmost match counts, and of those that start there the longest. The
//! regex crate finds where a match starts and whether there is one; where its own rule (the first
//! alternative that matches) may give another end, the simulation finds the longest. Groups are
//! resolved only when they are asked for. Everything without back-references takes time linear in
//! the subject; the rest counts its steps against the budget.

mod ast;
mod backtrack;
mod bracket;
mod error;
mod grammar;
mod lines;
mod literals;
mod parse;
mod pattern;
mod perl;
mod program;
mod set;
mod simulate;
mod subject;
mod text;
mod token;
mod translate;

pub use error::{PatternError, PatternWarning};
pub use grammar::{Options, Syntax};
pub use lines::{Line, MatchingLines};
pub use literals::{Literals, MOST_LITERALS};
pub use pattern::{Captures, MAX_PATTERN, MAX_PROGRAM, Match, Pattern};
pub use subject::Subject;
pub use text::step_length;
