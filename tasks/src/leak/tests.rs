//! Planted leaks of each kind, and tasks without any.

use super::*;
use crate::change::tests::tree;
use crate::generate::{Request, generate};
use crate::task::Source;

const TEXT: &str = "\
def helper(values):
    '''Double each of the values.'''
    result = []
    for value in values:
        if value > 1 and value != 7:
            result.append(value * 2 + 1)
    return result
";

fn leaks(kind: Kind, files: &[(&str, &str)]) -> BTreeSet<(LeakKind, String)> {
    let alone = tree(&[("a.py", TEXT)]);
    let tree = tree(files);
    let scanner = Scanner::new(&tree);
    let tasks = generate(kind, &alone, &Source::of("s", None, &alone), &Request::default()).tasks;
    assert!(!tasks.is_empty());
    let of_task = |task| scanner.of_task(task).unwrap();
    tasks.iter().flat_map(of_task).map(|leak| (leak.kind, leak.path)).collect()
}

#[test]
fn a_source_without_copies_gives_nothing_away() {
    for kind in Kind::OF_SOURCE.into_iter().filter(|kind| *kind != Kind::DependencySearch) {
        assert_eq!(leaks(kind, &[("a.py", TEXT), ("b.py", "x = 1\n")]), BTreeSet::new(), "{kind:?}");
    }
}

#[test]
fn copies_are_found_whatever_their_indentation() {
    let quoted: String = TEXT.lines().map(|line| format!("      {line}\n\n")).collect();
    for kind in Kind::OF_SOURCE.into_iter().filter(|kind| *kind != Kind::DependencySearch) {
        let found = leaks(kind, &[("a.py", TEXT), ("build/lib/a.py", TEXT), ("docs/a.rst", &quoted)]);
        let copies = ["build/lib/a.py", "docs/a.rst"].map(|path| (LeakKind::GoldInTree, path.to_owned()));
        assert_eq!(found, BTreeSet::from(copies), "{kind:?}");
    }
    let twice = format!("{TEXT}\n\n{TEXT}");
    let base = tree(&[("a.py", &twice)]);
    let tasks = generate(Kind::FunctionGeneration, &base, &Source::of("s", None, &base), &Request::default()).tasks;
    assert!(tasks.is_empty(), "two functions of one name make no task");
}

#[test]
fn compiled_files_history_and_leftovers_are_found() {
    let files = [("a.py", TEXT), ("__pycache__/a.cpython-311.pyc", "x"), ("a.pyc", "x"), ("__pycache__/b.pyc", "x")];
    let found = leaks(Kind::FunctionLocalization, &files);
    let expected = ["__pycache__/a.cpython-311.pyc", "a.pyc"].map(|path| (LeakKind::Compiled, path.to_owned()));
    assert_eq!(found, BTreeSet::from(expected));
    let tree = tree(&[(".git/HEAD", "x"), ("a.py.orig", "x"), ("b.rej", "x"), ("c/.hg/x", "x"), (".gitignore", "x")]);
    let found: Vec<_> = Scanner::new(&tree).of_tree().into_iter().map(|leak| (leak.kind, leak.path)).collect();
    let leftover = |path: &str| (LeakKind::Leftover, path.to_owned());
    let expected = [(LeakKind::History, ".git".to_owned()), (LeakKind::History, ".git/HEAD".to_owned())];
    assert_eq!(found[..2], expected);
    assert_eq!(found[found.len() - 2..], [leftover("a.py.orig"), leftover("b.rej")]);
    assert_eq!(found.len(), 6);
}

#[test]
fn prompts_and_planted_comments_are_looked_at() {
    let tree = tree(&[("a.py", TEXT)]);
    let source = Source::of("s", None, &tree);
    let scanner = Scanner::new(&tree);
    let kinds = |task: &Task| scanner.of_task(task).unwrap().into_iter().map(|leak| leak.kind).collect::<Vec<_>>();
    let mut task = generate(Kind::FunctionGeneration, &tree, &source, &Request::default()).tasks.remove(0);
    assert_eq!(kinds(&task), []);
    task.prompt.push_str(TEXT);
    assert_eq!(kinds(&task), [LeakKind::GoldInPrompt]);
    let mut task = generate(Kind::Mutant, &tree, &source, &Request::default()).tasks.remove(0);
    task.edits[0].replacement.push_str("  # planted\n");
    let comments = bug_comments(&task, &tree);
    assert_eq!(comments.iter().map(|leak| leak.text.as_str()).collect::<Vec<_>>(), ["# planted"]);
}

#[test]
fn rows_give_away_patches_and_names_of_tests() {
    let row = Instance {
        patch: "--- a/a.py\n+++ b/a.py\n@@ -1,1 +1,2 @@\n-x\n+    return compute_the_total(values)\n+    # with care\n"
            .to_owned(),
        test_patch: Some("--- a/t.py\n+++ b/t.py\n@@ -1,1 +1,2 @@\n x\n+def test_total():\n".to_owned()),
        ..Instance::default()
    };
    let base = tree(&[("a.py", "x\n"), ("t.py", "def test_totals(): pass\n")]);
    assert_eq!(of_row(&row, "It fails.", &base), []);
    let prompt = "Do this:\n  return compute_the_total(values)\n\n  # with care\nand test_total passes.";
    let found: Vec<LeakKind> = of_row(&row, prompt, &base).into_iter().map(|leak| leak.kind).collect();
    assert_eq!(found, [LeakKind::GoldInPrompt, LeakKind::TestName]);
    let later = tree(&[("a.py", "x\n"), ("notes.txt", "\nsee test_total\n")]);
    let found = of_row(&row, "", &later);
    assert_eq!((found[0].kind, found[0].path.as_str(), found[0].line), (LeakKind::TestName, "notes.txt", 2));
}
