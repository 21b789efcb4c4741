//! Comment lines that a session added to a Python file without changing the program.

use ruff_python_ast::Stmt;
use ruff_python_ast::comparable::ComparableStmt;
use sparring_tree::Node;

use crate::change::Change;
use crate::python::parse;

/// One added comment line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Its line in the file at the end, counted from 1.
    pub number: usize,
    /// The comment without the white space around it.
    pub text: String,
    /// The definition that begins directly below it (below the run of added comments that it is part of), as an index
    /// into the file's definitions.
    pub above: Option<usize>,
    /// The innermost definition around it.
    pub inside: Option<usize>,
}

/// The comment lines that a change adds. `None` when it does anything else: when another line came, went or moved, the
/// mode or kind of the file changed, one of both texts does not parse, or a line that looks like a comment stands inside
/// a string.
pub fn added(change: &Change) -> Option<Vec<Added>> {
    let (Some(before @ Node::File { .. }), Some(after @ Node::File { .. })) = (&change.before, &change.after) else {
        return None;
    };
    let text = |node| std::str::from_utf8(Node::bytes(node)).ok();
    let (base, end) = (text(before)?, text(after)?);
    if before.mode() != after.mode() {
        return None;
    }
    let definitions = parse(end).ok()?.definitions();
    let above = |line: usize| definitions.iter().position(|definition| definition.first_line == line);
    // Inner definitions come after the ones around them.
    let inside = |line: usize| definitions.iter().rposition(|it| (it.first_line..=it.last_line).contains(&line));
    let mut old = base.split_inclusive('\n').peekable();
    let (mut found, mut run): (Vec<Added>, Vec<Added>) = (Vec::new(), Vec::new());
    for (at, line) in end.split_inclusive('\n').enumerate() {
        if old.peek() == Some(&line) {
            old.next();
            let below = above(at + 1);
            found.extend(run.drain(..).map(|added| Added { above: below, ..added }));
        } else if line.trim_start().starts_with('#') && !(at < 2 && names_encoding(line)) {
            let text = line.trim().to_owned();
            run.push(Added { number: at + 1, text, above: None, inside: inside(at + 1) });
        } else {
            return None;
        }
    }
    found.append(&mut run);
    if old.next().is_some() {
        return None;
    }
    let (base, end) = (parse(base).ok()?, parse(end).ok()?);
    let same =
        |one: &[Stmt], other: &[Stmt]| one.iter().map(ComparableStmt::from).eq(other.iter().map(ComparableStmt::from));
    same(&base.parsed().syntax().body, &end.parsed().syntax().body).then_some(found)
}

/// Whether a comment is one that, within the first two lines, says how Python decodes the file.
fn names_encoding(line: &str) -> bool {
    line.split("coding").skip(1).any(|rest| rest.starts_with([':', '=']))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Place = (usize, Option<usize>, Option<usize>);

    fn of(before: &str, after: &str) -> Option<Vec<Place>> {
        let node = |text: &str| Some(Node::File { executable: false, content: text.as_bytes().into() });
        let change = Change { path: b"a.py".to_vec(), before: node(before), after: node(after) };
        Some(added(&change)?.into_iter().map(|it| (it.number, it.above, it.inside)).collect())
    }

    const TEXT: &str = "class A:\n    x = \"\"\"1\n2\"\"\"\n\n    @d\n    def f(self):\n        return 1\n\ny = 1\n";

    #[test]
    fn comments_are_placed() {
        assert_eq!(of(TEXT, TEXT), Some(Vec::new()));
        let after =
            TEXT.replace("    @d\n", "    # one\n    # two\n    @d\n").replace("y = 1", "# three\ny = 1\n# four");
        let places = [(5, Some(1), Some(0)), (6, Some(1), Some(0)), (11, None, None), (13, None, None)];
        assert_eq!(of(TEXT, &after).unwrap(), places);
        let after = TEXT.replace("        return", "        # in\n        return");
        assert_eq!(of(TEXT, &after).unwrap(), [(7, None, Some(1))]);
    }

    #[test]
    fn what_is_more_than_a_comment_is_none() {
        for (old, new) in [
            ("y = 1", "y = 2"),
            ("y = 1", "y = 1  # one"),
            ("y = 1\n", ""),
            ("\"\"\"1\n", "\"\"\"1\n# no comment\n"),
            ("class A:\n", "# coding: utf-7\nclass A:\n"),
            ("    def", "        def"),
            ("y = 1\n", "\ny = 1\n"),
        ] {
            assert_eq!(of(TEXT, &TEXT.replace(old, new)), None, "{old:?} {new:?}");
        }
    }
}
