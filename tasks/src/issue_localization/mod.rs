//! Task kind *issue localization*, after Hybrid-Gym: the model reads an issue and leaves a comment at each place in the
//! source that has to change; the code itself stays as it is.
//!
//! Tasks are made from rows in SWE-bench's form ([`Instance`](crate::format::instance::Instance)): the text, and
//! the right patch, from which the places are read. [`strict`] judges the whole change by parsing; [`compatible`] judges
//! as the released evaluator does, by the names of files and the looks of lines.

pub mod compatible;
mod generate;
mod regions;
pub mod strict;

use serde::{Deserialize, Serialize};

pub use generate::{Options, generate};

/// Where an issue is to be fixed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locations {
    /// The instance that the task was made from.
    pub instance_id: String,
    /// Every file of the repository that the right patch changes, tests and new files left out; sorted.
    pub files: Vec<String>,
    /// The places in Python files that it changes, sorted, each once.
    pub regions: Vec<Region>,
}

/// A definition, or the top of a module, that the right patch changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Region {
    /// The file.
    pub path: String,
    /// Which of the file's definitions it is, in source order, counted from 0; nothing for what lies in none.
    pub definition: Option<usize>,
    /// The definition's qualified name; empty for what lies in none.
    pub qualified_name: String,
}

/// Whether a file belongs to the tests: by its own name or the name of a folder that it is in.
pub fn is_test(path: &str) -> bool {
    let mut folders = path.split('/').rev().skip(1);
    crate::grading::protect::is_test_file(path) || folders.any(|folder| matches!(folder, "test" | "tests" | "testing"))
}
