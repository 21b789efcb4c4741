//! Where the strict verifiers and the released ones differ, counted over tasks and patches.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sparring_tree::Tree;

use crate::change::Change;
use crate::cheat::{self, Intent};
use crate::function_localization::compatible::Release;
use crate::task::{Answer, Kind, Task};
use crate::validate::{self, Problem};
use crate::verdict::Verdict;
use crate::{dependency_search, function_generation, function_localization, issue_localization};

/// The verdicts of the released evaluators of a task's kind, by their names; none for kinds that tests judge.
pub fn released(task: &Task, changes: &[Change]) -> Vec<(&'static str, Verdict)> {
    match &task.gold.answer {
        Answer::FunctionLocalization(_) => vec![
            ("hybrid_gym", function_localization::compatible::verify(task, changes, Release::HybridGym)),
            ("openhands", function_localization::compatible::verify(task, changes, Release::OpenHands)),
        ],
        Answer::DependencySearch(_) => {
            vec![("hybrid_gym", dependency_search::compatible::verify(task, changes))]
        }
        Answer::IssueLocalization(_) => vec![("hybrid_gym", issue_localization::compatible::verify(task, changes))],
        Answer::FunctionGeneration(_) => vec![("hybrid_gym", function_generation::compatible::verify(task, changes))],
        Answer::Mutant(_) => Vec::new(),
    }
}

/// How often verifiers took one kind of patch for right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// How many such patches were judged.
    pub patches: usize,
    /// Those that the strict verifier took.
    pub strict: usize,
    /// Those that each released one took.
    pub released: BTreeMap<String, usize>,
}

/// A patch that is taken although it only looks right, or refused although it is right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Surprise {
    /// The task.
    pub task: String,
    /// The patch.
    pub patch: String,
    /// What the strict verifier said.
    pub verdict: Verdict,
}

/// What came of judging the corpus of [`cheat`] for many tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// By kind and name of the patch.
    pub counts: BTreeMap<Kind, BTreeMap<String, Counts>>,
    /// Where the strict verifier said something else than it should; nothing, if it is right.
    pub surprises: Vec<Surprise>,
}

impl Report {
    /// Judges every patch of the corpus for a task, with all verifiers of its kind.
    pub fn add(&mut self, task: &Task, tree: &Tree) -> Result<(), Problem> {
        for patch in cheat::corpus(task, tree)? {
            let verdict = validate::verify(task, &patch.changes);
            let accepted = verdict.value() == Some(1.0);
            let counts = self.counts.entry(task.kind).or_default().entry(patch.name.to_owned()).or_default();
            counts.patches += 1;
            counts.strict += usize::from(accepted);
            for (name, verdict) in released(task, &patch.changes) {
                *counts.released.entry(name.to_owned()).or_default() += usize::from(verdict.value() == Some(1.0));
            }
            if accepted != (patch.intent == Intent::Honest) {
                self.surprises.push(Surprise { task: task.id.clone(), patch: patch.name.to_owned(), verdict });
            }
        }
        Ok(())
    }

    /// Joins two reports.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (kind, patches) in other.counts {
            for (name, counts) in patches {
                let all = self.counts.entry(kind).or_default().entry(name).or_default();
                all.patches += counts.patches;
                all.strict += counts.strict;
                for (verifier, taken) in counts.released {
                    *all.released.entry(verifier).or_default() += taken;
                }
            }
        }
        self.surprises.extend(other.surprises);
        self
    }
}
