//! Jobs for this module's unit tests.

use std::collections::BTreeMap;

use sparring_tasks::execution::{
    Expected, Files, Grading, ImageReference, JOB_VERSION, Job, JobFile, Resources, Suite, TestCommand,
};

/// A job that runs a script.
pub(crate) fn job(script: &str) -> Job {
    Job {
        version: JOB_VERSION,
        task_id: "sample".to_owned(),
        image: ImageReference { name: "sparring/sample:1".to_owned(), digest: None },
        workdir: "/testbed".to_owned(),
        final_tree: Files::default(),
        pristine: Files::default(),
        tampering: Vec::new(),
        suite: Suite {
            command: TestCommand::Script { text: script.to_owned() },
            parser: "pytest".to_owned(),
            environment: BTreeMap::new(),
        },
        expected: Expected { fail_to_pass: vec!["tests/test_a.py::test_b".to_owned()], pass_to_pass: Vec::new() },
        grading: Grading::Strict,
        resources: Resources::default(),
        seed: 0,
    }
}

/// A plain file.
pub(crate) fn file(text: &str) -> JobFile {
    JobFile { mode: 0o644, link: false, bytes: text.as_bytes().to_vec() }
}
