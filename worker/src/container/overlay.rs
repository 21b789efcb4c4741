//! What is laid over an image's files: the agent's tree, the task's own test files on top, and tests that must fail.

use std::collections::{BTreeMap, BTreeSet};

use sparring_tasks::execution::{Fault, Job, JobFile};
use sparring_tasks::grading::{Flag, FlagKind, canary};
use sparring_tasks::verdict::Cause;

/// Everything that differs from the image below the repository's folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Overlay {
    /// Whole files and links, by path.
    pub(super) written: BTreeMap<String, JobFile>,
    /// Paths that go with all below them, unless they are written again.
    pub(super) deleted: BTreeSet<String>,
    /// What the agent had done that was undone: what the job says of it, and what was found here.
    pub(super) tampering: Vec<String>,
}

/// Puts the layers of a job on top of each other. Which changes belong to the tests was decided when the job was
/// made ([`protect`](sparring_tasks::grading::protect)); where a job still holds both, the task's file wins.
pub(super) fn lay(job: &Job) -> Result<Overlay, Fault> {
    let mut overlay = Overlay { tampering: job.tampering.clone(), ..Overlay::default() };
    let pristine = &job.pristine;
    let mut undone = Vec::new();
    for (path, file) in &job.final_tree.written {
        match pristine.written.get(path) {
            Some(own) if own == file => {}
            Some(_) => undone.push(path),
            None if is_below(path, &pristine.deleted) => undone.push(path),
            None => {
                overlay.written.insert(path.clone(), file.clone());
            }
        }
    }
    for path in &job.final_tree.deleted {
        if pristine.written.keys().any(|own| is_below(own, std::slice::from_ref(path))) {
            undone.push(path);
        }
        overlay.deleted.insert(path.clone());
    }
    overlay.tampering.extend(undone.into_iter().map(|path| Flag::new(FlagKind::EditedTest, path).to_string()));
    overlay.deleted.extend(pristine.deleted.iter().cloned());
    let canaries = canary::files(&canary::of(job)).written;
    overlay.written.extend(pristine.written.clone().into_iter().chain(canaries));
    refuse_through_links(&overlay)?;
    Ok(overlay)
}

/// Whether a path is one of these or below one.
fn is_below(path: &str, folders: &[String]) -> bool {
    let below = |folder: &String| path.strip_prefix(folder.as_str());
    folders.iter().filter_map(below).any(|rest| rest.starts_with('/') || rest.is_empty())
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
    use sparring_tasks::execution::TestCommand;

    use super::*;
    use crate::container::samples::{file, job};

    #[test]
    fn the_tasks_own_files_win_and_what_was_undone_is_named() {
        let mut job = job("true");
        job.tampering = vec!["start-up hook: a.pth".to_owned()];
        for path in ["src/a.py", "tests/test_a.py", "tests/same.py", "gone/b.py"] {
            job.final_tree.written.insert(path.to_owned(), file("agent"));
        }
        job.final_tree.deleted = vec!["old.py".to_owned(), "tests".to_owned()];
        job.pristine.written.insert("tests/test_a.py".to_owned(), file("task"));
        job.pristine.written.insert("tests/same.py".to_owned(), file("agent"));
        job.pristine.deleted = vec!["gone".to_owned()];
        let overlay = lay(&job).unwrap();
        let written: Vec<&str> = overlay.written.keys().map(String::as_str).collect();
        assert_eq!(written, ["src/a.py", "tests/same.py", "tests/test_a.py"]);
        assert_eq!(overlay.written["tests/test_a.py"], file("task"));
        let deleted: Vec<&str> = overlay.deleted.iter().map(String::as_str).collect();
        assert_eq!(deleted, ["gone", "old.py", "tests"]);
        let edited = ["gone/b.py", "tests/test_a.py", "tests"].map(|path| format!("edited test: {path}"));
        assert_eq!(overlay.tampering[1..], edited);
    }

    #[test]
    fn tests_that_must_fail_come_last() {
        let mut job = job("true");
        job.suite.command = TestCommand::Pytest { arguments: vec!["tests".to_owned()] };
        let canary = canary::of(&job).remove(0);
        assert_eq!(lay(&job).unwrap().written[&canary.path].bytes, canary.source.into_bytes());
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let mut job = job("true");
        job.final_tree.written.insert("a".to_owned(), JobFile { link: true, ..file("/sparring") });
        job.final_tree.written.insert("a/run.py".to_owned(), file("x"));
        assert_eq!(lay(&job).unwrap_err().cause, Cause::Image);
    }
}
