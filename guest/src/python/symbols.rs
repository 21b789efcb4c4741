//! The classes and functions of a file, as tools that search by name list them.

use ruff_python_ast::Stmt;
use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_text_size::Ranged;

use super::{Lines, parse};

/// A class or a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// Its name with those of what it stands in: `Class.method`.
    pub(crate) name: String,
    pub(crate) is_class: bool,
    /// The line of `class` or `def`, from 1; decorators stand above.
    pub(crate) first: usize,
    /// Its last line.
    pub(crate) last: usize,
}

/// All symbols, each before those inside it. `None` for a text that cannot be parsed.
pub(crate) fn symbols(text: &str) -> Option<Vec<Symbol>> {
    let parsed = parse(text)?;
    if !parsed.errors().is_empty() {
        return None;
    }
    let mut found = Found { lines: Lines::of(text), open: Vec::new(), symbols: Vec::new() };
    found.visit_body(&parsed.syntax().body);
    Some(found.symbols)
}

/// The innermost symbol that a line stands in.
pub(crate) fn enclosing(symbols: &[Symbol], line: usize) -> Option<&Symbol> {
    symbols.iter().rfind(|symbol| (symbol.first..=symbol.last).contains(&line))
}

struct Found {
    lines: Lines,
    open: Vec<String>,
    symbols: Vec<Symbol>,
}

impl StatementVisitor<'_> for Found {
    fn visit_stmt(&mut self, stmt: &Stmt) {
        let (name, is_class) = match stmt {
            Stmt::ClassDef(class) => (&class.name, true),
            Stmt::FunctionDef(function) => (&function.name, false),
            _ => return walk_stmt(self, stmt),
        };
        self.open.push(name.to_string());
        self.symbols.push(Symbol {
            name: self.open.join("."),
            is_class,
            first: self.lines.number(name.start().to_usize()),
            last: self.lines.number(stmt.end().to_usize()),
        });
        walk_stmt(self, stmt);
        self.open.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_listed_with_their_lines() {
        let text = "import os\n\nclass A:\n    @property\n    def f(self):\n        if 1:\n            def g(): pass\n        return g\n\nx = 1\n";
        let symbols = symbols(text).unwrap();
        let rows: Vec<(&str, usize, usize)> =
            symbols.iter().map(|symbol| (symbol.name.as_str(), symbol.first, symbol.last)).collect();
        assert_eq!(rows, [("A", 3, 8), ("A.f", 5, 8), ("A.f.g", 7, 7)]);
        assert_eq!(enclosing(&symbols, 7).map(|symbol| &*symbol.name), Some("A.f.g"));
        assert_eq!(enclosing(&symbols, 10), None);
        assert_eq!(super::symbols("def f(:\n"), None);
    }
}
