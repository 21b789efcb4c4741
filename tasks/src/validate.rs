//! Checks that a task can be scored: its gold gets everything, doing nothing gets nothing, and both
//! the same every time.

use sparring_tree::Tree;

use crate::Verdict;
use crate::change::{self, Change};
use crate::dependency_search;
use crate::edit::EditError;
use crate::function_generation;
use crate::function_localization;
use crate::issue_localization;
use crate::mutation;
use crate::task::{Answer, Task, UnknownVersion};

/// Why a task is not valid.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Problem {
    /// It has a version that this build does not read.
    #[error(transparent)]
    Version(#[from] UnknownVersion),
    /// Its edits do not fit the tree.
    #[error("its edits do not fit: {0}")]
    Edits(EditError),
    /// Its gold edits do not fit the base tree.
    #[error("its gold does not fit: {0}")]
    Gold(EditError),
    /// The gold does not score 1.
    #[error("its gold does not score 1: {}", show(.0))]
    GoldScore(Verdict),
    /// Doing nothing does not score 0.
    #[error("doing nothing does not score 0: {}", show(.0))]
    NothingScore(Verdict),
    /// Judging twice gave two verdicts.
    #[error("two verdicts differ")]
    Unsteady,
}

fn show(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Scored { value, .. } => {
            let failures: Vec<String> =
                verdict.failures().map(|check| format!("{} ({})", check.check, check.detail)).collect();
            format!("{value}; {}", failures.join("; "))
        }
        Verdict::Void { cause, detail } => format!("void, {cause:?}: {detail}"),
    }
}

/// Judges a task's gold and an unchanged tree, each twice, with the strict verifier of its kind.
/// `tree` is the task's source; that it is the one which the task names is for the caller to check
/// once for all tasks ([`Task::tree_digest`]).
pub fn validate(task: &Task, tree: &Tree) -> Result<(), Problem> {
    let first = scores(task, tree)?;
    if first != scores(task, tree)? {
        return Err(Problem::Unsteady);
    }
    check(first)
}

/// [`validate`] without judging twice, for a generator that makes thousands of tasks.
pub fn scores_gold_and_nothing(task: &Task, tree: &Tree) -> Result<(), Problem> {
    check(scores(task, tree)?)
}

fn check([gold, nothing]: [Verdict; 2]) -> Result<(), Problem> {
    if gold.value() != Some(1.0) {
        return Err(Problem::GoldScore(gold));
    }
    if nothing.value() != Some(0.0) {
        return Err(Problem::NothingScore(nothing));
    }
    Ok(())
}

fn scores(task: &Task, tree: &Tree) -> Result<[Verdict; 2], Problem> {
    task.check_version()?;
    let gold = gold_changes(task, tree)?;
    Ok([verify(task, &gold), verify(task, &[])])
}

/// Judges a session's changes with the strict verifier of the task's kind.
pub fn verify(task: &Task, changes: &[Change]) -> Verdict {
    match &task.gold.answer {
        Answer::FunctionLocalization(_) => function_localization::strict::verify(task, changes),
        Answer::FunctionGeneration(_) => function_generation::verify(task, changes),
        Answer::Mutant(_) => mutation::verify(task, changes),
        Answer::DependencySearch(_) => dependency_search::strict::verify(task, changes),
        Answer::IssueLocalization(_) => issue_localization::strict::verify(task, changes),
    }
}

/// The changes that a perfect session leaves behind.
pub fn gold_changes(task: &Task, tree: &Tree) -> Result<Vec<Change>, Problem> {
    let base = change::of_edits(&task.edits, |path| tree.get(path)).map_err(Problem::Edits)?;
    let in_base = |path: &[u8]| {
        let edited = base.iter().find(|change| change.path == path).and_then(|change| change.after.as_ref());
        edited.or_else(|| tree.get(path))
    };
    change::of_edits(&task.gold.edits, in_base).map_err(Problem::Gold)
}
