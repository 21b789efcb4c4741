//! Jobs and runs for this crate's unit tests.

use sparring_tasks::execution::{
    Exit, Expected, Files, Grading, ImageReference, JOB_VERSION, Job, Resources, Run, Suite, TestCommand,
};

/// A job that is like the others but for its task.
pub(crate) fn job(task: &str) -> Job {
    job_of(task, "sparring/python:1")
}

/// A job of this image.
pub(crate) fn job_of(task: &str, image: &str) -> Job {
    Job {
        version: JOB_VERSION,
        task_id: task.to_owned(),
        image: ImageReference { name: image.to_owned(), digest: None },
        workdir: "/testbed".to_owned(),
        final_tree: Files::default(),
        pristine: Files::default(),
        tampering: Vec::new(),
        suite: Suite {
            command: TestCommand::Pytest { arguments: vec!["tests".to_owned()] },
            parser: String::new(),
            environment: std::collections::BTreeMap::new(),
        },
        expected: Expected { fail_to_pass: vec!["tests/test_a.py::test_b".to_owned()], pass_to_pass: Vec::new() },
        grading: Grading::Strict,
        resources: Resources::default(),
        seed: 0,
    }
}

/// A run that says nothing.
pub(crate) fn run() -> Run {
    Run {
        exit: Exit::Code(0),
        elapsed_ms: 7,
        log: b"ok\n".to_vec(),
        log_cut: false,
        report: None,
        tampering: Vec::new(),
    }
}
