//! The places that a patch changes.

use std::collections::BTreeSet;

use sparring_tree::{Node, Tree};

use super::{Region, is_test};
use crate::patch::{FilePatch, Hunk};
use crate::python::{Definition, Module, parse};

/// The files that a patch changes and the regions of those that are Python: tests and new files are left out, as
/// nothing can be found there.
pub(super) fn of(patch: &[FilePatch], tree: &Tree) -> Result<(Vec<String>, Vec<Region>), String> {
    let (mut files, mut regions) = (BTreeSet::new(), BTreeSet::new());
    for file in patch.iter().filter(|file| !file.added) {
        let path = file.renamed_from.as_ref().unwrap_or(&file.path);
        let path = std::str::from_utf8(path).map_err(|_| "a path is not UTF-8".to_owned())?;
        if is_test(path) {
            continue;
        }
        files.insert(path.to_owned());
        if !path.ends_with(".py") {
            continue;
        }
        let Some(Node::File { content, .. }) = tree.get(path.as_bytes()) else {
            return Err(format!("`{path}` is no file"));
        };
        let text = std::str::from_utf8(content).map_err(|_| format!("`{path}` is not UTF-8"))?;
        let module = parse(text).map_err(|failure| format!("`{path}` does not parse: {failure}"))?;
        let definitions = module.definitions();
        let places: Vec<Option<usize>> = if file.deleted || file.hunks.is_empty() {
            vec![None]
        } else {
            file.hunks.iter().flat_map(|hunk| of_hunk(hunk, &module, &definitions)).collect()
        };
        regions.extend(places.into_iter().map(|definition| Region {
            path: path.to_owned(),
            definition,
            qualified_name: definition.map_or_else(String::new, |at| definitions[at].qualified_name.clone()),
        }));
    }
    Ok((files.into_iter().collect(), regions.into_iter().collect()))
}

/// The innermost definitions of a hunk's removed lines, and of what is added without any removed beside it.
fn of_hunk(hunk: &Hunk, module: &Module<'_>, definitions: &[Definition]) -> Vec<Option<usize>> {
    let mut places = Vec::new();
    // The next line of the old file; an empty range names the line before it.
    let mut next = if hunk.old.1 == 0 { hunk.old.0 + 1 } else { hunk.old.0 };
    let mut run: Run<'_> = Run::default();
    for line in &hunk.lines {
        match line.sign {
            b'-' => {
                if !line.text.trim_ascii().is_empty() {
                    places.push(around(definitions, next));
                    run.removed = true;
                }
                next += 1;
            }
            b'+' if run.first_added.is_none() && !line.text.trim_ascii().is_empty() => {
                run.first_added = Some(&line.text);
            }
            b' ' => {
                places.extend(run.place(next, module, definitions));
                run = Run::default();
                next += 1;
            }
            _ => {}
        }
    }
    places.extend(run.place(next, module, definitions));
    places
}

/// Changed lines without one between them that stays.
#[derive(Default)]
struct Run<'a> {
    removed: bool,
    first_added: Option<&'a [u8]>,
}

impl Run<'_> {
    /// Where lines go that nothing had to make room for.
    fn place(&self, next: usize, module: &Module<'_>, definitions: &[Definition]) -> Option<Option<usize>> {
        let added = self.first_added.filter(|_| !self.removed)?;
        let before = next.saturating_sub(1);
        let encloses = |it: &Definition| it.first_line <= before && next <= it.last_line;
        if let Some(at) = definitions.iter().rposition(encloses) {
            return Some(Some(at));
        }
        // Behind the end of a definition the indentation tells how many of them go on.
        let width = indentation(added);
        let mut at = definitions.iter().rposition(|it| it.first_line <= before);
        while let Some(index) = at {
            let header = &module.text().as_bytes()[module.line_start(definitions[index].range.start)..];
            if indentation(header) < width {
                break;
            }
            at = definitions[index].parent;
        }
        Some(at)
    }
}

/// The innermost definition that holds a line, decorators included.
fn around(definitions: &[Definition], line: usize) -> Option<usize> {
    definitions.iter().rposition(|it| (it.first_line..=it.last_line).contains(&line))
}

/// White space at the start of a line; a tab goes to the next multiple of eight, as in Python.
fn indentation(line: &[u8]) -> usize {
    let mut width = 0;
    for byte in line {
        match byte {
            b' ' => width += 1,
            b'\t' => width = (width / 8 + 1) * 8,
            _ => break,
        }
    }
    width
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::between;
    use crate::change::tests::tree;
    use crate::patch;

    const TEXT: &str = "\
import a


class A:
    x = 1

    @one
    def f(self):
        return 1

    def g(self):
        return 2


def h():
    def inner():
        return 3
    return inner


y = 4
";

    fn names(replacements: &[(&str, &str)]) -> Vec<String> {
        let before = tree(&[("a.py", TEXT)]);
        let mut text = TEXT.to_owned();
        for (old, new) in replacements {
            assert_eq!(text.matches(old).count(), 1, "{old}");
            text = text.replace(old, new);
        }
        let changes = between(&before, &tree(&[("a.py", &text)]));
        let patch = patch::parse(&patch::render(&changes)).unwrap();
        of(&patch, &before).unwrap().1.into_iter().map(|region| region.qualified_name).collect()
    }

    #[test]
    fn changed_lines_lie_in_their_innermost_definition() {
        assert_eq!(names(&[("return 1", "return 0")]), ["A.f"]);
        assert_eq!(names(&[("return 3", "return 0"), ("y = 4", "y = 5")]), ["", "h.inner"]);
        assert_eq!(names(&[("@one", "@two")]), ["A.f"]);
        assert_eq!(names(&[("    x = 1\n", "    x = 2\n")]), ["A"]);
        assert_eq!(names(&[("import a\n", "")]), [""]);
    }

    #[test]
    fn added_lines_go_where_their_indentation_says() {
        assert_eq!(names(&[("        return 2\n", "        return 2\n        return 0\n")]), ["A.g"]);
        assert_eq!(names(&[("        return 2\n", "        return 2\n\n    def new(self):\n        pass\n")]), ["A"]);
        assert_eq!(names(&[("        return 2\n", "        return 2\n\n\ndef new():\n    pass\n")]), [""]);
        assert_eq!(names(&[("    def inner():\n", "    z = 1\n    def inner():\n")]), ["h"]);
        assert_eq!(names(&[("    return inner\n", "    return inner\n    # end\n")]), ["h"]);
        assert_eq!(names(&[("y = 4\n", "y = 4\nz = 5\n")]), [""]);
    }

    #[test]
    fn tests_and_new_files_are_no_places() {
        let before = tree(&[("a.py", "x\n"), ("tests/a.py", "x\n"), ("b.txt", "x\n"), ("gone.py", "x\n")]);
        let after = tree(&[("a.py", "y\n"), ("tests/a.py", "y\n"), ("b.txt", "y\n"), ("new.py", "x\n")]);
        let patch = patch::parse(&patch::render(&between(&before, &after))).unwrap();
        let (files, regions) = of(&patch, &before).unwrap();
        assert_eq!(files, ["a.py", "b.txt", "gone.py"]);
        assert_eq!(regions.iter().map(|it| it.path.as_str()).collect::<Vec<_>>(), ["a.py", "gone.py"]);
    }
}
