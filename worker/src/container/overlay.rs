//! What is laid over an image's files: the agent's tree, the task's own test files on top, and tests that must fail.

use std::collections::{BTreeMap, BTreeSet};

use sparring_tasks::execution::{Fault, Job, JobFile, TestCommand};
use sparring_tasks::verdict::Cause;
use sparring_tree::Hasher;

/// Files that decide how tests are collected and reported, by name, wherever they lie. Those of the task count; an
/// agent's are dropped.
const INFRASTRUCTURE: [&str; 5] = ["conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml"];
/// Files that an interpreter runs at its start, by name.
const START_UP: [&str; 2] = ["sitecustomize.py", "usercustomize.py"];

/// Everything that differs from the image below the repository's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Overlay {
    /// Whole files and links, by path.
    pub(super) written: BTreeMap<String, JobFile>,
    /// Paths that go with all below them, unless they are written again.
    pub(super) deleted: BTreeSet<String>,
    /// What the agent had done that was undone, one line each.
    pub(super) tampering: Vec<String>,
    /// The tests that must fail, as pytest names them. None for a script.
    pub(super) canaries: Vec<String>,
    /// The file of these tests.
    pub(super) canary_file: Option<String>,
}

/// Puts the layers of a job on top of each other.
pub(super) fn lay(job: &Job) -> Result<Overlay, Fault> {
    let mut overlay = Overlay::default();
    let pristine = &job.pristine;
    let undone = |path: &str, what: &str| format!("{path}: {what}");
    for (path, file) in &job.final_tree.written {
        match pristine.written.get(path) {
            Some(own) if own == file => {}
            Some(_) => overlay.tampering.push(undone(path, "a file of the tests was changed")),
            None if is_below(path, &pristine.deleted) => {
                overlay.tampering.push(undone(path, "a file that the task removes was written"));
            }
            None if is_named(path, &INFRASTRUCTURE) => {
                overlay.tampering.push(undone(path, "a file that steers the tests was written"));
            }
            None if is_start_up(path) => {
                overlay.tampering.push(undone(path, "a file that runs at an interpreter's start was written"));
            }
            None => {
                overlay.written.insert(path.clone(), file.clone());
            }
        }
    }
    for path in &job.final_tree.deleted {
        let of_task = pristine.written.keys().any(|own| own == path || is_below(own, std::slice::from_ref(path)));
        if of_task {
            overlay.tampering.push(undone(path, "files of the tests were removed"));
        } else if is_named(path, &INFRASTRUCTURE) {
            overlay.tampering.push(undone(path, "a file that steers the tests was removed"));
            continue;
        }
        overlay.deleted.insert(path.clone());
    }
    overlay.deleted.extend(pristine.deleted.iter().cloned());
    overlay.written.extend(pristine.written.iter().map(|(path, file)| (path.clone(), file.clone())));
    if let TestCommand::Pytest { arguments } = &job.suite.command {
        add_canaries(job, arguments, &mut overlay);
    }
    refuse_through_links(&overlay)?;
    Ok(overlay)
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn is_named(path: &str, names: &[&str]) -> bool {
    names.contains(&name(path))
}

fn is_start_up(path: &str) -> bool {
    is_named(path, &START_UP) || path.ends_with(".pth")
}

/// Whether a path is one of these or below one.
fn is_below(path: &str, folders: &[String]) -> bool {
    folders
        .iter()
        .any(|folder| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/') || rest.is_empty()))
}

/// Tests with names and numbers of this job alone, where the expected tests are: a suite in which they pass, passes
/// everything.
fn add_canaries(job: &Job, arguments: &[String], overlay: &mut Overlay) {
    let digest = Hasher::new("sparring canary 1").digest(&job.reward_key().0).number(job.seed).finish().to_string();
    let part = |from: usize| digest.get(from..from + 8).unwrap_or_default();
    let numbers = |from: usize| u32::from_str_radix(part(from), 16).unwrap_or_default() % 100_000;
    let expected = job.expected.fail_to_pass.iter().chain(&job.expected.pass_to_pass).chain(arguments);
    let file_of = |id: &String| id.split("::").next().filter(|file| file.ends_with(".py")).map(str::to_owned);
    let folder = expected.filter_map(file_of).next().and_then(|file| Some(file.rsplit_once('/')?.0.to_owned()));
    let file = folder.map_or(String::new(), |folder| folder + "/") + &format!("test_{}.py", part(0));
    let (first, second, one, two) = (part(8), part(16), numbers(24), numbers(32));
    let other = one + 1 + two % 9;
    let text = format!(
        "def test_{first}():\n    assert {one} == {other}\n\n\ndef test_{second}():\n    raise AssertionError({two})\n"
    );
    overlay.canaries = vec![format!("{file}::test_{first}"), format!("{file}::test_{second}")];
    overlay.written.insert(file.clone(), JobFile { mode: 0o644, link: false, bytes: text.into_bytes() });
    overlay.canary_file = Some(file);
}

/// A file below a link would be written wherever the link points.
fn refuse_through_links(overlay: &Overlay) -> Result<(), Fault> {
    let through = overlay.written.keys().find(|path| {
        let mut parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        parents.any(|parent| overlay.written.contains_key(parent))
    });
    match through {
        Some(path) => Err(Fault::new(Cause::Image, format!("`{path}` lies below a path that is no directory"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::samples::{file, job};

    #[test]
    fn the_tasks_own_files_win_and_what_was_undone_is_named() {
        let mut job = job("true");
        let mut write = |path: &str| job.final_tree.written.insert(path.to_owned(), file("agent"));
        for path in ["src/a.py", "tests/test_a.py", "tests/same.py", "conftest.py", "x/sitecustomize.py", "evil.pth"] {
            write(path);
        }
        job.final_tree.deleted = vec!["old.py".to_owned(), "tests".to_owned(), "docs/conftest.py".to_owned()];
        job.pristine.written.insert("tests/test_a.py".to_owned(), file("task"));
        job.pristine.written.insert("tests/same.py".to_owned(), file("agent"));
        job.pristine.deleted = vec!["tests/removed.py".to_owned()];
        let overlay = lay(&job).unwrap();
        let written: Vec<&str> = overlay.written.keys().map(String::as_str).collect();
        assert_eq!(written, ["src/a.py", "tests/same.py", "tests/test_a.py"]);
        assert_eq!(overlay.written["tests/test_a.py"], file("task"));
        let deleted: Vec<&str> = overlay.deleted.iter().map(String::as_str).collect();
        assert_eq!(deleted, ["old.py", "tests", "tests/removed.py"]);
        let paths: Vec<&str> = overlay.tampering.iter().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(
            paths,
            ["conftest.py", "evil.pth", "tests/test_a.py", "x/sitecustomize.py", "tests", "docs/conftest.py"]
        );
        assert!(overlay.canaries.is_empty());
    }

    #[test]
    fn canaries_stand_beside_the_tests_and_belong_to_one_job() {
        let mut job = job("true");
        job.suite.command = TestCommand::Pytest { arguments: vec!["tests".to_owned()] };
        let overlay = lay(&job).unwrap();
        let file = overlay.canary_file.as_deref().unwrap();
        assert!(file.starts_with("tests/test_"), "{file}");
        assert!(overlay.canaries.iter().all(|id| id.starts_with(&format!("{file}::test_"))));
        job.seed = 1;
        assert_ne!(lay(&job).unwrap().canaries, overlay.canaries);
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let mut job = job("true");
        job.final_tree.written.insert("a".to_owned(), JobFile { link: true, ..file("/sparring") });
        job.final_tree.written.insert("a/run.py".to_owned(), file("x"));
        assert_eq!(lay(&job).unwrap_err().cause, Cause::Image);
    }
}
