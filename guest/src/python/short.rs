//! The short form of a file: which lines R2E-Gym's editor leaves out.

use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::{Lines, parse, syntax};

/// A function's body is left out when this many lines follow its first.
const BODY: usize = 3;
/// The inside of a class's docstring is left out when this many lines follow its first.
const DOCSTRING: usize = 4;

/// First and last line, from 1, of each part that is left out: bodies of functions, nested ones
/// too, and the inner lines of docstrings of classes. The error says why the text is no Python.
pub(crate) fn short_form(text: &str) -> Result<Vec<(usize, usize)>, String> {
    let parsed = parse(text).ok_or("too large, or nested too deep")?;
    let lines = Lines::of(text);
    if let Some((offset, problem)) = syntax::first_error(&parsed, text, &lines) {
        let problem = problem.split_once(": ").map_or(&*problem, |(_, message)| message);
        return Err(format!("{problem} (line {})", lines.number(offset)));
    }
    let mut elided = Elided { lines, ranges: Vec::new() };
    elided.visit_body(&parsed.syntax().body);
    Ok(elided.ranges)
}

struct Elided {
    lines: Lines,
    ranges: Vec<(usize, usize)>,
}

impl Elided {
    fn lines_of(&self, node: &impl Ranged) -> (usize, usize) {
        (self.lines.number(node.start().to_usize()), self.lines.number(node.end().to_usize()))
    }
}

impl StatementVisitor<'_> for Elided {
    fn visit_stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::FunctionDef(function) => {
                if let (Some(first), Some(last)) = (function.body.first(), function.body.last()) {
                    let (start, end) = (self.lines_of(first).0, self.lines_of(last).1);
                    if end - start >= BODY {
                        self.ranges.push((start, end));
                    }
                }
            }
            Stmt::ClassDef(class) => {
                if let Some(Stmt::Expr(first)) = class.body.first()
                    && matches!(*first.value, Expr::StringLiteral(_))
                {
                    let (start, end) = self.lines_of(first);
                    if end - start >= DOCSTRING {
                        self.ranges.push((start + 1, end - 1));
                    }
                }
            }
            _ => {}
        }
        walk_stmt(self, stmt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_and_docstrings_are_left_out() {
        let text = "class A:\n    \"\"\"a\n    b\n    c\n    d\n    \"\"\"\n    def f(self):\n        x = 1\n        y = 2\n        \
                    z = 3\n        return x\n    def g(self):\n        pass\n";
        assert_eq!(short_form(text), Ok(vec![(3, 5), (8, 11)]));
        assert!(short_form("def f(:\n").is_err());
    }
}
