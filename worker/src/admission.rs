//! Which tasks are worth training on: those that their own tests tell apart, every time.
//!
//! A task with a planted bug does not know its tests yet. [`survey`] runs the suite once with the bug and once without
//! and learns what the bug breaks; [`admit`] then runs both sides again and again, exactly as production does, and
//! lets a task through only when the bug always scores 0 and its fix always scores 1.

use std::time::Duration;

use serde::Serialize;
use sparring_tasks::change::{self, Change};
use sparring_tasks::edit::EditError;
use sparring_tasks::execution::{Expected, Fault, Job, Run, TestCommand};
use sparring_tasks::grading::grade;
use sparring_tasks::jobs::Template;
use sparring_tasks::{Task, Verdict};
use sparring_tree::Tree;

use crate::queue::Lease;
use crate::runner::Runner;

/// How often a run is tried that faults of ours keep from taking place.
const ATTEMPTS: u32 = 3;

/// What became of a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "admission", rename_all = "snake_case")]
pub enum Admission {
    /// It may be used.
    Admitted,
    /// It may not.
    Quarantined {
        /// What is wrong with it.
        cause: String,
    },
}

/// How the tests of one tree came out, each by name: from the runner, not from what was printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    passed: Vec<String>,
    failed: Vec<String>,
}

/// Runs a suite that nothing is known of.
pub async fn observe<R: Runner>(
    runner: &R,
    template: &Template,
    tree: &Tree,
    changes: &[Change],
) -> Result<Outcomes, Fault> {
    let mut template = template.clone();
    // Names no file, and so changes nothing; a job that expects nothing is refused.
    template.expected = Expected { fail_to_pass: vec!["survey".to_owned()], pass_to_pass: Vec::new() };
    let (job, _) = template.job(tree, changes);
    let report = run(runner, &job).await?.report.unwrap_or_default();
    let mut outcomes = Outcomes::default();
    for (test, word) in report.records {
        match word.as_str() {
            "passed" => outcomes.passed.push(test),
            "failed" | "error" => outcomes.failed.push(test),
            _ => {}
        }
    }
    Ok(outcomes)
}

/// What a bug breaks and what it leaves whole, from the suite's outcomes with and without it. `None` when no test sees
/// it.
pub fn survey(with_bug: &Outcomes, without: &Outcomes) -> Option<Expected> {
    let (mut fail_to_pass, mut pass_to_pass) = (Vec::new(), Vec::new());
    for test in &without.passed {
        // One that did not even run with the bug was broken by it.
        let list = if with_bug.passed.contains(test) { &mut pass_to_pass } else { &mut fail_to_pass };
        list.push(test.clone());
    }
    (!fail_to_pass.is_empty()).then_some(Expected { fail_to_pass, pass_to_pass })
}

/// What a session's changes are, seen from the tree that the image holds: the task's own edits, then the session's.
pub fn from_image(task: &Task, tree: &Tree, session: &[Change]) -> Result<Vec<Change>, EditError> {
    let mut all = change::of_edits(&task.edits, |path| tree.get(path))?;
    for change in session {
        match all.iter_mut().find(|earlier| earlier.path == change.path) {
            Some(earlier) => earlier.after.clone_from(&change.after),
            None => all.push(change.clone()),
        }
    }
    all.retain(|change| change.before != change.after);
    Ok(all)
}

/// Runs doing nothing and the known solution `runs` times each, every time with another seed.
pub async fn admit<R: Runner>(
    runner: &R,
    template: &Template,
    task: &Task,
    tree: &Tree,
    runs: u32,
) -> Result<Admission, Fault> {
    let quarantine = |cause: String| Ok(Admission::Quarantined { cause });
    let nothing = match from_image(task, tree, &[]) {
        Ok(changes) => changes,
        Err(error) => return quarantine(format!("its edits do not fit: {error}")),
    };
    let gold = change::apply(tree, &task.edits).and_then(|base| change::apply(&base, &task.gold.edits));
    let gold = match gold {
        Ok(solved) => change::between(tree, &solved),
        Err(error) => return quarantine(format!("its gold does not fit: {error}")),
    };
    for (name, changes, wanted) in [("doing nothing", &nothing, 0.0), ("its gold", &gold, 1.0)] {
        for seed in 0..runs {
            let mut template = template.clone();
            template.seed = u64::from(seed);
            let (job, _) = template.job(tree, changes);
            let verdict = grade(&job, &run(runner, &job).await?);
            if verdict.value() != Some(wanted) {
                return quarantine(format!("{name} came to {} in run {} of {runs}", words(&verdict), seed + 1));
            }
        }
    }
    Ok(Admission::Admitted)
}

fn words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Void { cause, detail } => format!("void ({cause:?}: {detail})"),
        Verdict::Scored { value, .. } => {
            let failures: Vec<String> =
                verdict.failures().take(3).map(|check| format!("{}: {}", check.check, check.detail)).collect();
            format!("{value} ({})", failures.join("; "))
        }
    }
}

/// Runs a job outside of any queue, up to three times where faults of ours keep it from taking place.
pub(crate) async fn run<R: Runner>(runner: &R, job: &Job) -> Result<Run, Fault> {
    let mut attempt = 1;
    loop {
        let lease = Lease {
            key: job.reward_key(),
            worker: "no queue".to_owned(),
            fence: u64::from(attempt),
            lasts: Duration::from_secs(60),
            attempt,
        };
        match runner.run(job, &lease).await {
            Ok(run) => return Ok(run),
            Err(fault) if attempt == ATTEMPTS => return Err(fault),
            Err(_) => attempt += 1,
        }
    }
}

/// A template for the suite of a package: pytest on these arguments, in an image of this name.
pub fn of_package(task_id: &str, image: &str, arguments: &[String]) -> Template {
    use sparring_tasks::execution::{Grading, ImageReference, Resources, Suite};
    Template {
        task_id: task_id.to_owned(),
        image: ImageReference { name: image.to_owned(), digest: None },
        workdir: "/testbed".to_owned(),
        suite: Suite {
            command: TestCommand::Pytest { arguments: arguments.to_vec() },
            parser: String::new(),
            environment: Default::default(),
        },
        expected: Expected::default(),
        grading: Grading::Strict,
        resources: Resources { timeout_seconds: 300, memory_mib: 1024, disk_mib: 256, ..Resources::default() },
        rules: Default::default(),
        seed: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(passed: &[&str], failed: &[&str]) -> Outcomes {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Outcomes { passed: own(passed), failed: own(failed) }
    }

    #[test]
    fn a_bug_is_what_its_tests_say() {
        let expected = survey(&outcomes(&["a"], &["b"]), &outcomes(&["a", "b", "c"], &["d"])).unwrap();
        assert_eq!(expected.fail_to_pass, ["b", "c"]);
        assert_eq!(expected.pass_to_pass, ["a"]);
        assert_eq!(survey(&outcomes(&["a"], &[]), &outcomes(&["a"], &["d"])), None);
    }
}
