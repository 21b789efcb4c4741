//! Python source: one parser, and what tools make of its trees. What an agent wrote is parsed in
//! the step that needs it.

mod builtins;
mod indentation;
mod lint;
mod names;
mod nesting;
mod outline;
mod scopes;
mod short;
mod symbols;
mod syntax;

pub(crate) use lint::{Problem, lint};
pub(crate) use outline::file_map;
pub(crate) use short::short_form;
pub(crate) use symbols::{enclosing, symbols};

use ruff_python_ast::{ModModule, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_unchecked};

/// Larger texts are not parsed; bytes.
const SOURCE_BYTES: usize = 4 << 20;

/// Parses a module as Python 3.11 would. `None` for a text too large or nested too deep for the
/// guest's stack.
fn parse(text: &str) -> Option<Parsed<ModModule>> {
    if text.len() > SOURCE_BYTES || nesting::is_too_deep(text) {
        return None;
    }
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY311);
    parse_unchecked(text, options).try_into_module()
}

/// Where lines start.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let starts = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        Self(std::iter::once(0).chain(starts).collect())
    }

    /// The line of an offset, counted from 1.
    fn number(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }

    /// Where a line starts, counted from 1.
    fn start(&self, line: usize) -> usize {
        self.0.get(line.saturating_sub(1)).copied().unwrap_or_default()
    }
}
