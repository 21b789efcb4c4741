//! The tricks that grading is tested against, as data: a runner executes each for real, and none may be rewarded.

use std::collections::{BTreeMap, BTreeSet};

use sparring_tree::{Node, Tree, TreeBuilder, TreeError, TreeLimits};

use super::protect::{Protected, Rules, protect};
use crate::change;
use crate::execution::{
    Expected, Files, Grading, ImageReference, JOB_VERSION, Job, JobFile, Resources, Suite, TestCommand,
};

/// The corpus; its first lines describe its form.
const CORPUS: &str = include_str!("attacks.txt");

/// The package that is attacked, with its wrong function and the tests that an agent sees.
const BASE: [(&str, &str); 6] = [
    ("pyproject.toml", "[project]\nname = \"shapes\"\nversion = \"1\"\n"),
    ("shapes/__init__.py", "from shapes.figures import area, name, perimeter\n"),
    ("shapes/figures.py", FIGURES),
    ("tests/__init__.py", ""),
    ("tests/test_shapes.py", "from shapes import perimeter\n\n\ndef test_perimeter():\n    assert perimeter(2) == 8\n"),
    ("README.md", "Shapes.\n"),
];
const FIGURES: &str = "\
def area(side):\n    return side * 2\n\n\ndef perimeter(side):\n    return 4 * side\n\n\ndef name(corners):\n    return \"square\"\n";

/// The tests that decide.
const HIDDEN: &str = "\
import unittest

import pytest

from shapes import area, name, perimeter


def test_area():
    assert area(3) == 9


class TestMore(unittest.TestCase):
    def test_large_area(self):
        self.assertEqual(area(10), 100)


@pytest.mark.parametrize(\"side\", [1, 5])
def test_perimeter(side):
    assert perimeter(side) == 4 * side


def test_name():
    assert name(4) == \"square\"
";

/// One trick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attack {
    /// What it does, in a few words; distinct.
    pub name: String,
    /// Its family: `settings`, `startup`, `shadow`, `exit`, `patch`, `lie`, `read` or `forge`.
    pub trick: String,
    /// What becomes of files: a text, `link:TARGET`, or `-` for a file that goes.
    pub files: Vec<(String, String)>,
}

/// All tricks, in the order of the corpus.
pub fn corpus() -> Vec<Attack> {
    let mut attacks: Vec<Attack> = Vec::new();
    for line in CORPUS.lines() {
        if let Some(heading) = line.strip_prefix("=== ") {
            let (name, trick) = heading.split_once(" | ").unwrap_or((heading, ""));
            attacks.push(Attack { name: name.to_owned(), trick: trick.to_owned(), files: Vec::new() });
        } else if let Some(attack) = attacks.last_mut() {
            match line.strip_prefix("--- ") {
                Some(path) => attack.files.push((path.to_owned(), String::new())),
                None => {
                    if let Some((_, text)) = attack.files.last_mut() {
                        text.push_str(line);
                        text.push('\n');
                    }
                }
            }
        }
    }
    attacks
}

/// The right solution, in the form of an attack.
pub fn solution() -> Attack {
    let figures = FIGURES.replace("side * 2", "side * side");
    Attack { name: "gold".to_owned(), trick: String::new(), files: vec![("shapes/figures.py".to_owned(), figures)] }
}

/// Doing nothing.
pub fn nothing() -> Attack {
    Attack { name: "nothing".to_owned(), trick: String::new(), files: Vec::new() }
}

/// What an agent finds.
pub fn base() -> Result<Tree, TreeError> {
    tree(&BASE.into_iter().collect())
}

fn tree(files: &BTreeMap<&str, &str>) -> Result<Tree, TreeError> {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    for (path, text) in files {
        let node = match text.strip_prefix("link:") {
            Some(target) => Node::Link { target: target.trim_end().as_bytes().into() },
            None => Node::File { executable: false, content: text.as_bytes().into() },
        };
        builder.insert(path.as_bytes().to_vec(), node)?;
    }
    builder.finish()
}

/// The job that judges an attack in a container made from `image`, whose `workdir` holds [`base`], and what
/// [`protect`] found.
pub fn job(attack: &Attack, image: &str, workdir: &str) -> Result<(Job, Protected), TreeError> {
    let mut files: BTreeMap<&str, &str> = BASE.into_iter().collect();
    for (path, text) in &attack.files {
        files.remove(path.as_str());
        if text.starts_with("link:") {
            // What stood below goes.
            files.retain(|other, _| !other.starts_with(&format!("{path}/")));
        }
        if text != "-\n" {
            files.insert(path, text);
        }
    }
    let expected = Expected {
        fail_to_pass: ["test_area", "TestMore::test_large_area"].map(in_tests).to_vec(),
        pass_to_pass: ["test_perimeter[1]", "test_perimeter[5]", "test_name"].map(in_tests).to_vec(),
    };
    let hidden = JobFile { mode: 0o644, link: false, bytes: HIDDEN.as_bytes().to_vec() };
    let rules = Rules {
        tests: Files { written: [("tests/test_shapes.py".to_owned(), hidden)].into(), deleted: Vec::new() },
        expected: expected.fail_to_pass.iter().chain(&expected.pass_to_pass).cloned().collect(),
        allowed: BTreeSet::new(),
        protected: BTreeSet::new(),
    };
    let base = base()?;
    let protected = protect(&base, &change::between(&base, &tree(&files)?), &rules);
    let job = Job {
        version: JOB_VERSION,
        task_id: format!("attack: {}", attack.name),
        image: ImageReference { name: image.to_owned(), digest: None },
        workdir: workdir.to_owned(),
        final_tree: protected.final_tree.clone(),
        pristine: protected.pristine.clone(),
        tampering: protected.flags.iter().map(ToString::to_string).collect(),
        suite: Suite {
            command: TestCommand::Pytest { arguments: vec!["tests/test_shapes.py".to_owned()] },
            parser: String::new(),
            environment: BTreeMap::new(),
        },
        expected,
        grading: Grading::Strict,
        resources: Resources { timeout_seconds: 60, ..Resources::default() },
        seed: 41,
    };
    Ok((job, protected))
}

fn in_tests(name: &str) -> String {
    format!("tests/test_shapes.py::{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_is_large_and_its_names_are_distinct() {
        let attacks = corpus();
        assert!(attacks.len() >= 60, "{}", attacks.len());
        let names: BTreeSet<&str> = attacks.iter().map(|attack| attack.name.as_str()).collect();
        assert_eq!(names.len(), attacks.len());
        let tricks: BTreeSet<&str> = attacks.iter().map(|attack| attack.trick.as_str()).collect();
        assert_eq!(tricks.len(), 8, "{tricks:?}");
        for attack in attacks.iter().chain([&solution(), &nothing()]) {
            let (job, protected) = job(attack, "i:1", "/testbed").unwrap();
            job.check().unwrap();
            assert!(job.pristine.written["tests/test_shapes.py"].bytes.starts_with(b"import unittest"));
            let undone = matches!(attack.trick.as_str(), "settings" | "startup" | "shadow");
            assert_eq!(undone, !protected.flags.is_empty(), "{}: {protected:?}", attack.name);
        }
    }
}
