//! Patches that only look right, made for any task: the corpus that verifiers are held against.
//!
//! Each is a right answer with something beside it that a session must not do, or a wrong answer that has the looks of a
//! right one. A strict verifier takes [`Intent::Honest`] patches alone; [`crate::verifiers`] counts what the released
//! evaluators make of each.

use std::collections::BTreeMap;

use sparring_tree::{Node, Tree};

use crate::change::{self, Change};
use crate::issue_localization::is_test;
use crate::task::{Answer, Task};
use crate::validate::{self, Problem};

/// How many files get a comment in the patch that comments on everything.
const COMMENTED_FILES: usize = 20;

/// What a patch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// A right answer.
    Honest,
    /// No right answer.
    Cheat,
}

/// What a session may have left.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// Its name: the same for all tasks.
    pub name: &'static str,
    /// What it is.
    pub intent: Intent,
    /// The changes, relative to the task's base tree.
    pub changes: Vec<Change>,
}

/// The patches for a task. One that a tree has no place for (no test to edit, no other file) is left out.
pub fn corpus(task: &Task, tree: &Tree) -> Result<Vec<Patch>, Problem> {
    let gold = validate::gold_changes(task, tree)?;
    let base = change::of_edits(&task.edits, |path| tree.get(path)).map_err(Problem::Edits)?;
    let base: BTreeMap<Vec<u8>, Node> =
        base.into_iter().filter_map(|change| Some((change.path, change.after?))).collect();
    let world = World { tree, base, gold: &gold };
    let mut patches = vec![
        Patch { name: "gold", intent: Intent::Honest, changes: gold.clone() },
        Patch { name: "nothing", intent: Intent::Cheat, changes: Vec::new() },
    ];
    let mut add = |name, changes: Option<Vec<Change>>| {
        patches.extend(changes.map(|changes| Patch { name, intent: Intent::Cheat, changes }));
    };
    add("gold_and_new_code", Some(world.with_new_file("sitecustomize.py", "import os\nos.environ.clear()\n")));
    add("gold_and_new_text", Some(world.with_new_file("NOTES.txt", "# done\n")));
    add("gold_and_edited_test", world.with_changed(is_test, |text| format!("# not needed\n{text}")));
    add("gold_and_deleted_code", world.with_changed(|path| !is_test(path), without_last_line));
    add("gold_and_indented_code", world.with_changed(|path| !is_test(path), with_last_line_indented));
    match &task.gold.answer {
        Answer::FunctionLocalization(_) => {
            add("comment_for_docstring", world.in_place_of_gold(|_| "# what it does\n".to_owned()));
            add("code_behind_docstring", world.in_place_of_gold(|text| format!("{}; import os\n", text.trim_end())));
            add("docstring_that_is_formatted", world.in_place_of_gold(|text| format!("f{}", text.trim_start())));
            add("comments_everywhere", Some(world.with_comments("# what it does")));
        }
        Answer::DependencySearch(dependencies) => {
            let comment = dependency_search_comment(dependencies.target.name());
            add("comments_everywhere", Some(world.with_comments(&comment)));
            add("comments_with_code", world.in_place_of_gold(|text| format!("{}\nimport os\n", text.trim())));
            add("comments_twice", world.in_place_of_gold(|text| format!("{}\n{}\n", text.trim(), text.trim())));
        }
        Answer::IssueLocalization(_) => {
            add("comments_everywhere", Some(world.with_comments("# has to change")));
            add("comments_with_code", world.in_place_of_gold(|text| format!("{}\nimport os\n", text.trim())));
        }
        Answer::FunctionGeneration(_) | Answer::Mutant(_) => {
            add("comments_everywhere", Some(world.with_comments("# right")));
        }
    }
    Ok(patches)
}

fn dependency_search_comment(target: &str) -> String {
    crate::dependency_search::comment(target)
}

struct World<'a> {
    tree: &'a Tree,
    /// The files that the task itself changed.
    base: BTreeMap<Vec<u8>, Node>,
    gold: &'a [Change],
}

impl World<'_> {
    fn node(&self, path: &[u8]) -> Option<&Node> {
        self.base.get(path).or_else(|| self.tree.get(path))
    }

    /// Python files that the gold leaves alone, with their text, in walk order.
    fn others(&self) -> impl Iterator<Item = (&[u8], &Node, &str)> {
        let files = self.tree.entries().iter().filter(|entry| entry.path.ends_with(b".py"));
        let others = files.filter(|entry| !self.gold.iter().any(|change| change.path == entry.path));
        others.filter_map(|entry| {
            let node = self.node(&entry.path).filter(|node| matches!(node, Node::File { .. }))?;
            let text = std::str::from_utf8(node.bytes()).ok().filter(|text| text.ends_with('\n'))?;
            Some((entry.path.as_slice(), node, text))
        })
    }

    fn with_new_file(&self, path: &str, text: &str) -> Vec<Change> {
        let after = Some(Node::File { executable: false, content: text.as_bytes().into() });
        let before = self.node(path.as_bytes()).cloned();
        let mut changes = self.gold.to_vec();
        changes.push(Change { path: path.as_bytes().to_vec(), before, after });
        changes
    }

    /// The gold, and another file changed: the first one that fits and has at least three lines.
    fn with_changed(&self, fits: impl Fn(&str) -> bool, change: impl Fn(&str) -> String) -> Option<Vec<Change>> {
        let is_it = |path: &[u8], text: &str| {
            std::str::from_utf8(path).is_ok_and(&fits)
                && text.lines().filter(|line| !line.trim().is_empty()).count() > 2
        };
        let (path, node, text) = self.others().find(|(path, _, text)| is_it(path, text))?;
        let mut changes = self.gold.to_vec();
        changes.push(changed(path, node, &change(text)));
        Some(changes)
    }

    /// The gold, and a comment at the top of other files.
    fn with_comments(&self, comment: &str) -> Vec<Change> {
        let commented = self.others().filter(|(_, _, text)| !text.is_empty()).take(COMMENTED_FILES);
        let mut changes = self.gold.to_vec();
        changes.extend(commented.map(|(path, node, text)| changed(path, node, &format!("{comment}\n{text}"))));
        // A tree of one file gets its comment there.
        if changes.len() == self.gold.len() {
            for change in &mut changes {
                let text = change.after.as_ref().map(|node| String::from_utf8_lossy(node.bytes()).into_owned());
                if let (Some(node), Some(text)) = (change.after.clone(), text) {
                    *change = Change { after: replaced(&node, &format!("{comment}\n{text}")), ..change.clone() };
                }
            }
        }
        changes
    }

    /// The gold with the lines that it adds to each file, taken together, replaced; the first line of a replacement keeps
    /// the indentation. Only for golds that add whole lines.
    fn in_place_of_gold(&self, replace: impl Fn(&str) -> String) -> Option<Vec<Change>> {
        let mut changes = self.gold.to_vec();
        for change in &mut changes {
            let (before, after) = (change.before.as_ref()?, change.after.clone()?);
            let (old, new) = (std::str::from_utf8(before.bytes()).ok()?, std::str::from_utf8(after.bytes()).ok()?);
            let same = old.lines().zip(new.lines()).take_while(|(a, b)| a == b).count();
            let tail = old.lines().rev().zip(new.lines().rev()).take_while(|(a, b)| a == b).count();
            let (old_lines, new_lines): (Vec<&str>, Vec<&str>) =
                (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
            let tail = tail.min(old_lines.len().checked_sub(same)?);
            if same + tail != old_lines.len() || same + tail >= new_lines.len() {
                return None;
            }
            let added = new_lines[same..new_lines.len() - tail].concat();
            let indentation: String = added.chars().take_while(|letter| matches!(letter, ' ' | '\t')).collect();
            let replacement: String =
                replace(&added).lines().map(|line| format!("{indentation}{}\n", line.trim_start())).collect();
            let text = [old_lines[..same].concat(), replacement, old_lines[same..].concat()].concat();
            *change = Change { after: replaced(&after, &text), ..change.clone() };
        }
        Some(changes)
    }
}

fn changed(path: &[u8], node: &Node, text: &str) -> Change {
    Change { path: path.to_vec(), before: Some(node.clone()), after: replaced(node, text) }
}

fn replaced(node: &Node, text: &str) -> Option<Node> {
    let Node::File { executable, .. } = node else { return None };
    Some(Node::File { executable: *executable, content: text.as_bytes().into() })
}

/// Without the last line that says something.
fn without_last_line(text: &str) -> String {
    let (before, _, after) = last_line(text);
    format!("{before}{after}")
}

fn with_last_line_indented(text: &str) -> String {
    let (before, line, after) = last_line(text);
    format!("{before}    {line}{after}")
}

/// The text before, in and behind the last line that says something.
fn last_line(text: &str) -> (&str, &str, &str) {
    let end = text.trim_end().len();
    let end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    let start = text[..end.saturating_sub(1)].rfind('\n').map_or(0, |at| at + 1);
    (&text[..start], &text[start..end], &text[end..])
}

#[cfg(test)]
mod tests {
    use crate::change::tests::tree;
    use crate::generate::{Request, generate};
    use crate::task::{Kind, Source};
    use crate::verifiers::Report;

    const TEXT: &str = "\
def helper(values):
    '''Double each of the values.'''
    result = []
    for value in values:
        if value > 1 and value != 7:
            result.append(value * 2 + 1)
    return result


def total(values):
    '''
    Add up what helper makes.
    '''
    found = helper(values)
    count = 0
    for value in found:
        count += value
    return count
";

    #[test]
    fn the_strict_verifiers_take_the_gold_alone() {
        let test = "def test_one():\n    assert True\n    assert 1\n";
        let tree = tree(&[("a.py", TEXT), ("b.py", "x = 1\ny = 2\nz = 3\n"), ("tests/test_a.py", test)]);
        let source = Source::of("s", None, &tree);
        let mut report = Report::default();
        for kind in Kind::OF_SOURCE {
            let tasks = generate(kind, &tree, &source, &Request::default()).tasks;
            for task in &tasks {
                report.add(task, &tree).unwrap();
            }
        }
        assert_eq!(report.surprises, []);
        let taken = |kind: Kind, patch: &str, verifier: &str| {
            let counts = &report.counts[&kind][patch];
            (counts.released[verifier], counts.patches)
        };
        // What the released evaluators take; the docstring of one line they disagree about.
        let kind = Kind::FunctionLocalization;
        assert_eq!(taken(kind, "gold", "hybrid_gym"), (1, 2));
        assert_eq!(taken(kind, "gold", "openhands"), (2, 2));
        assert_eq!(taken(kind, "comment_for_docstring", "hybrid_gym"), (2, 2));
        assert_eq!(taken(kind, "comments_everywhere", "openhands"), (2, 2));
        assert_eq!(taken(kind, "gold_and_edited_test", "openhands"), (2, 2));
        assert_eq!(taken(kind, "code_behind_docstring", "openhands"), (2, 2));
        assert_eq!(taken(kind, "gold_and_deleted_code", "openhands"), (0, 2));
        let kind = Kind::DependencySearch;
        assert_eq!(taken(kind, "gold_and_deleted_code", "hybrid_gym"), (1, 1));
        assert_eq!(taken(kind, "gold_and_edited_test", "hybrid_gym"), (1, 1));
        assert_eq!(taken(kind, "comments_everywhere", "hybrid_gym"), (0, 1));
        let kind = Kind::FunctionGeneration;
        assert_eq!(taken(kind, "gold_and_deleted_code", "hybrid_gym"), (2, 2));
        assert_eq!(taken(kind, "gold_and_new_code", "hybrid_gym"), (2, 2));
        let both = report.clone().and(report.clone());
        assert_eq!(both.counts[&kind]["gold"].patches, 4);
    }
}
