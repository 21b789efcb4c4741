//! The map of a large file: its lines without the bodies of its longer functions.

use ruff_python_ast::Stmt;
use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_text_size::Ranged;

use super::{Lines, parse};

/// A body is left out when this many lines follow its first.
const ELIDED: usize = 5;

/// The lines of a module, numbered, with a note in place of each longer function body; as
/// SWE-agent's file map prints it. `None` for a text that cannot be parsed in the guest.
pub(crate) fn file_map(text: &str) -> Option<String> {
    let parsed = parse(text)?;
    let mut bodies = Bodies { lines: Lines::of(text), ranges: Vec::new() };
    bodies.visit_body(&parsed.syntax().body);
    let mut rows: Vec<(usize, String)> =
        bodies.ranges.iter().map(|(first, last)| (*first, format!("... eliding lines {first}-{last} ..."))).collect();
    let mut is_elided = vec![false; bodies.lines.0.len() + 1];
    for (first, last) in &bodies.ranges {
        is_elided.iter_mut().take(last + 1).skip(*first).for_each(|elided| *elided = true);
    }
    let lines = crate::editor::split_and_join(text);
    let shown = lines.split('\n').zip(1..).filter(|(_, number)| !is_elided.get(*number).is_some_and(|elided| *elided));
    rows.extend(shown.map(|(line, number)| (number, line.to_owned())));
    rows.sort_unstable();
    let rows: Vec<String> = rows.into_iter().map(|(number, line)| format!("{number:6} {line}")).collect();
    Some(rows.join("\n"))
}

/// First and last line of each long function body, nested ones too.
struct Bodies {
    lines: Lines,
    ranges: Vec<(usize, usize)>,
}

impl StatementVisitor<'_> for Bodies {
    fn visit_stmt(&mut self, stmt: &Stmt) {
        if let Stmt::FunctionDef(function) = stmt
            && let (Some(first), Some(last)) = (function.body.first(), function.body.last())
        {
            let start = self.lines.number(first.start().to_usize());
            let end = self.lines.number(last.end().to_usize());
            if end - start >= ELIDED {
                self.ranges.push((start, end));
            }
        }
        walk_stmt(self, stmt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_bodies_are_left_out() {
        let body = "        x = 1\n".repeat(6);
        let text = format!("class A:\n    def long(self):\n{body}    def short(self):\n        pass\n");
        let map = file_map(&text).unwrap();
        assert_eq!(
            map,
            "     1 class A:\n     2     def long(self):\n     3 ... eliding lines 3-8 ...\n     9     def \
             short(self):\n    10         pass"
        );
        assert_eq!(file_map(&"(".repeat(1000)), None);
    }
}
