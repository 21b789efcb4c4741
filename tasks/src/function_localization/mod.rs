//! Task kind *function localization*, after Hybrid-Gym: a definition loses its docstring; the model
//! reads a description of it, finds it in the repository and writes a docstring there.
//!
//! Unlike the original, methods of documented classes are targets of their own, files that do not
//! parse (before or after the docstring goes) are left out and named, and descriptions that fit two
//! definitions make no task. [`strict`] judges by parsing; [`compatible`] judges as the released
//! evaluators do, with their defects.

mod candidate;
pub mod compatible;
mod describe;
mod generate;
mod prompt;
pub mod strict;

#[cfg(test)]
mod cheats;

use serde::{Deserialize, Serialize};

pub use generate::{Detail, Generated, Options, Skipped, generate};

/// A definition that lost its docstring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The file.
    pub path: String,
    /// The definition's name.
    pub name: String,
    /// The name below those of the definitions around it.
    pub qualified_name: String,
    /// `function`, `method` or `class`.
    pub kind: String,
    /// Which of the file's definitions it is, in source order, counted from 0. The base file and
    /// every file that a verifier accepts have the same definitions.
    pub index: usize,
    /// The line of `def` or `class` in the source, docstring included; counted from 1.
    pub line: usize,
    /// The last line in the source.
    pub last_line: usize,
    /// The docstring as it was, without indentation.
    pub docstring: String,
    /// Whether a `pass` stands in its place because the body held nothing else.
    pub placeholder: bool,
    /// The digest of the file's bytes in the base tree, in the domain `content`.
    pub base: String,
}
