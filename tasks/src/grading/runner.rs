//! The program that runs pytest inside a container, and what it writes down.
//!
//! The worker lays [`RUNNER`] outside of the tree, starts it as `python3 -I runner.py PLAN` with the job's
//! [`Plan`], and reads `result.json` from the plan's output folder when the container has ended.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::canary;
use crate::execution::{Fault, Job, Report, TestCommand};
use crate::verdict::Cause;

/// The program's text: Python 3.6 and later, standard library only.
pub const RUNNER: &str = include_str!("runner.py");
/// The file that the program writes into [`Plan::output`].
pub const RESULT_FILE: &str = "result.json";
/// The version of that file.
const RESULT_VERSION: u32 = 1;
/// More intrusions than this say nothing new.
const INTRUSIONS: usize = 64;

/// What the program is told. Its JSON is the program's only input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The repository's folder.
    pub workdir: String,
    /// pytest's arguments: the job's own and the canaries.
    pub arguments: Vec<String>,
    /// Files below `workdir` that nothing but the test run may open: the task's tests and the canaries.
    pub tests: Vec<String>,
    /// Folders below `workdir` that are put at the end of `sys.path`.
    pub import_paths: Vec<String>,
    /// An absolute folder outside of the tree, writable for the tests' user.
    pub output: String,
    /// Known to the worker and the program only: give the plan on standard input, or as a file that the
    /// program may remove.
    pub nonce: String,
    /// Becomes `PYTHONHASHSEED`, modulo 2^32.
    pub seed: u64,
    /// The task's environment variables.
    pub environment: BTreeMap<String, String>,
}

/// What the program is told about a job; `None` for a job that is no pytest run.
pub fn plan(job: &Job, nonce: &str, output: &str) -> Option<Plan> {
    let TestCommand::Pytest { arguments } = &job.suite.command else { return None };
    let canaries = canary::of(job);
    let ids = job.expected.fail_to_pass.iter().chain(&job.expected.pass_to_pass);
    let expected = ids.filter_map(|id| Some(id.split_once("::")?.0.to_owned()));
    let mut tests: Vec<String> = expected.chain(job.pristine.written.keys().cloned()).collect();
    tests.extend(canaries.iter().map(|canary| canary.path.clone()));
    tests.retain(|path| path.ends_with(".py"));
    tests.sort();
    tests.dedup();
    let mut arguments = arguments.clone();
    arguments.extend(canaries.into_iter().flat_map(|canary| canary.tests));
    Some(Plan {
        workdir: job.workdir.clone(),
        arguments,
        tests,
        import_paths: vec![".".to_owned(), "src".to_owned()],
        output: output.to_owned(),
        nonce: nonce.to_owned(),
        seed: job.seed,
        environment: job.suite.environment.clone(),
    })
}

#[derive(Deserialize)]
struct Written {
    version: u32,
    #[serde(default)]
    junit: String,
    #[serde(default)]
    nonce: String,
    #[serde(default)]
    records: BTreeMap<String, String>,
    #[serde(default)]
    intrusions: Vec<String>,
    #[serde(default)]
    finished: bool,
    #[serde(default)]
    fault: Option<String>,
}

/// Reads `result.json`. An empty or broken file is what a killed program leaves: a report that says nothing, so
/// that the grader scores 0. An image that lacks pytest is our fault and no report.
pub fn report(job: &Job, result: &[u8], expected_nonce: &str) -> Result<Report, Fault> {
    let mut report = Report { expected_nonce: expected_nonce.to_owned(), ..Report::default() };
    let Ok(written) = serde_json::from_slice::<Written>(result) else { return Ok(report) };
    if written.version != RESULT_VERSION {
        return Err(Fault::new(Cause::Worker, format!("the runner's result has version {}", written.version)));
    }
    if let Some(fault) = written.fault.filter(|_| written.nonce == expected_nonce) {
        return Err(Fault::new(Cause::Image, fault));
    }
    let canaries = canary::of(job);
    for (test, outcome) in written.records {
        let is_canary = canaries.iter().any(|canary| canary.covers(&test));
        let place = if is_canary { &mut report.canaries } else { &mut report.records };
        place.insert(test, outcome);
    }
    report.intrusions = written.intrusions.into_iter().take(INTRUSIONS).collect();
    if !written.finished {
        report.intrusions.push("the test session ended before its end".to_owned());
    }
    report.junit = written.junit;
    report.nonce = written.nonce;
    Ok(report)
}
