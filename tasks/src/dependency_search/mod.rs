//! Task kind *dependency search*, after Hybrid-Gym: the model marks every definition of the repository that a function
//! calls, instantiates, raises or is decorated with, by one comment line above each.
//!
//! The ground truth is worked out here, by [`resolve`]: imports, methods, base classes, aliases and local variables of a
//! known class are followed, and what cannot be decided without running code is left out, together with the functions whose
//! answer would hang on it. [`strict`] judges the whole change; [`compatible`] judges as the released evaluator does.

pub mod compatible;
mod generate;
mod read;
pub mod resolve;
pub mod strict;
mod uses;

use serde::{Deserialize, Serialize};

pub use generate::{Options, generate};

/// A definition in the repository.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file.
    pub path: String,
    /// `function`, `Class`, `Class.method`.
    pub qualified_name: String,
    /// Which of the file's definitions it is, in source order, counted from 0.
    pub index: usize,
    /// The line of its first decorator, or of `def` or `class`; counted from 1. A comment goes directly above.
    pub first_line: usize,
}

/// What a function uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dependencies {
    /// The function.
    pub target: Place,
    /// What it uses, sorted, each once.
    pub uses: Vec<Place>,
}

impl Place {
    /// The last part of its name.
    pub fn name(&self) -> &str {
        self.qualified_name.rsplit('.').next().unwrap_or(&self.qualified_name)
    }
}

/// The comment that is asked for.
pub fn comment(target: &str) -> String {
    format!("# this is used by {target}")
}
