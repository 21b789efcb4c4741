//! Who may see what: a task as each role has it.
//!
//! One task serves several roles: SSR's injector reads history, its solver does not; a writer of tests sees the issue and
//! no tests that judge it; a grader sees everything. A view hides, it never adds.

use serde::{Deserialize, Serialize};
use sparring_tree::{Tree, TreeBuilder, TreeError, TreeLimits};

use crate::format::instance::Instance;
use crate::issue_localization::is_test;

/// Who looks at a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Solves the task. Sees the repository with its tests, no history, no hints, no gold.
    Solver,
    /// Writes tests for an issue. As the solver, and without the repository's own tests of later commits, which no tree
    /// holds.
    TestWriter,
    /// Plants bugs. Sees history besides.
    Injector,
    /// Solves with less: no tests either.
    BlindSolver,
    /// Judges. Sees all.
    Grader,
}

/// What a role sees beside the repository's source and the prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Earlier commits. Without it a session's git has the one commit that it is made with.
    pub history: bool,
    /// The tests that the tree holds.
    pub tests: bool,
    /// What people said about the issue after it was reported (`hints_text`).
    pub hints: bool,
    /// The gold, and the tests that judge.
    pub gold: bool,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] = [Self::Solver, Self::TestWriter, Self::Injector, Self::BlindSolver, Self::Grader];

    /// What the role sees.
    pub fn view(self) -> View {
        let nothing = View { history: false, tests: false, hints: false, gold: false };
        match self {
            Self::Solver | Self::TestWriter => View { tests: true, ..nothing },
            Self::Injector => View { history: true, tests: true, ..nothing },
            Self::BlindSolver => nothing,
            Self::Grader => View { history: true, tests: true, hints: true, gold: true },
        }
    }
}

impl View {
    /// The tree as the view shows it: without files of tests when they are hidden.
    pub fn of_tree(&self, tree: &Tree) -> Result<Tree, TreeError> {
        if self.tests {
            return Ok(tree.clone());
        }
        let limits = TreeLimits { entries: usize::MAX, bytes: u64::MAX, file_bytes: u64::MAX, depth: usize::MAX };
        let mut builder = TreeBuilder::new(limits);
        for entry in tree.entries() {
            if !std::str::from_utf8(&entry.path).is_ok_and(is_test) {
                builder.insert(entry.path.clone(), entry.node.clone())?;
            }
        }
        builder.finish()
    }

    /// A row as the view shows it: without the patches and the names of the tests that judge, and without hints, unless
    /// the view has them. Fields whose meaning is not known are kept for the grader alone.
    pub fn of_row(&self, row: &Instance) -> Instance {
        if self.gold {
            return row.clone();
        }
        let known =
            |field: &str| matches!(field, "version" | "created_at" | "language" | "image_name" | "docker_image");
        let shown = |field: &str| known(field) || (self.hints && field == "hints_text");
        Instance {
            patch: String::new(),
            test_patch: None,
            fail_to_pass: None,
            pass_to_pass: None,
            others: row.others.iter().filter(|(field, _)| shown(field)).map(|(k, v)| (k.clone(), v.clone())).collect(),
            ..row.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::tests::tree;

    #[test]
    fn roles_see_what_is_theirs() {
        let tree = tree(&[("a.py", "1"), ("tests/a.py", "2"), ("tests/data.txt", "3"), ("test_b.py", "4")]);
        let blind = Role::BlindSolver.view().of_tree(&tree).unwrap();
        assert_eq!(
            blind.entries().iter().filter(|entry| matches!(entry.node, sparring_tree::Node::File { .. })).count(),
            1
        );
        assert_eq!(Role::Solver.view().of_tree(&tree).unwrap(), tree);
        let row = r#"{"instance_id":"x","patch":"p","test_patch":"t","FAIL_TO_PASS":["a"],"PASS_TO_PASS":["b"],
            "hints_text":"h","problem_statement":"s","modified_files":["a.py"],"version":"1"}"#;
        let row: Instance = serde_json::from_str(row).unwrap();
        assert_eq!(Role::Grader.view().of_row(&row), row);
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Grader) {
            let shown = role.view().of_row(&row);
            let text = serde_json::to_string(&shown).unwrap();
            assert_eq!(text, r#"{"instance_id":"x","problem_statement":"s","version":"1"}"#, "{role:?}");
        }
        let hinted = View { hints: true, ..Role::Solver.view() }.of_row(&row);
        assert_eq!(hinted.others["hints_text"], "h");
        assert!(Role::Injector.view().history && !Role::Solver.view().history);
    }
}
