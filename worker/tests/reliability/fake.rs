//! Jobs whose run is a play, and the runner that plays it.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sparring_tasks::Verdict;
use sparring_tasks::execution::{
    Exit, Expected, Fault, Files, Grading, ImageReference, JOB_VERSION, Job, Resources, Run, Suite, TestCommand,
};
use sparring_tasks::verdict::{Cause, Evidence};
use sparring_worker::queue::{Lease, Policy};
use sparring_worker::runner::Runner;

use crate::process;

/// What happens to a job, written into its command.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Play {
    /// Which one it is; also decides the verdict.
    pub(crate) number: u64,
    /// How long the tests run.
    pub(crate) milliseconds: u64,
    /// In the first attempt the worker is killed at this point.
    pub(crate) kill_at: Option<String>,
    /// In the first attempt the infrastructure fails.
    pub(crate) fault_first: bool,
    /// In every attempt the infrastructure fails like this.
    pub(crate) fault: Option<(Cause, String)>,
    pub(crate) hangs: bool,
    pub(crate) panics: bool,
    pub(crate) is_ungradable: bool,
}

impl Play {
    pub(crate) fn job(&self) -> Job {
        let text = serde_json::to_string(self).expect("a play is plain data");
        Job {
            version: JOB_VERSION,
            task_id: format!("task {}", self.number),
            image: ImageReference { name: format!("image {}", self.number % 5), digest: None },
            workdir: "/testbed".to_owned(),
            final_tree: Files::default(),
            pristine: Files::default(),
            tampering: Vec::new(),
            suite: Suite {
                command: TestCommand::Script { text },
                parser: "fake".to_owned(),
                environment: std::collections::BTreeMap::new(),
            },
            expected: Expected { fail_to_pass: vec!["test".to_owned()], pass_to_pass: Vec::new() },
            grading: Grading::Strict,
            resources: Resources { timeout_seconds: 1, ..Resources::default() },
            seed: 0,
        }
    }

    pub(crate) fn of(job: &Job) -> Self {
        match &job.suite.command {
            TestCommand::Script { text } => serde_json::from_str(text).expect("a play"),
            TestCommand::Pytest { .. } => panic!("a job that is no play"),
        }
    }

    /// What the verdict has to be.
    pub(crate) fn value(&self) -> f64 {
        if self.number.is_multiple_of(3) { 0.0 } else { 1.0 }
    }
}

/// Leases that are short, so that the killed are noticed soon. On a busy machine one may run out under a worker that
/// lives: that costs a run and never a reward, so attempts and deaths have no bound here. What these bounds do is
/// the subject of `causes` and of the queues' own tests.
pub(crate) fn policy() -> Policy {
    Policy { lease: Duration::from_secs(3), rest: Duration::from_millis(20), attempts: 1000, deaths: 1000 }
}

/// Plays jobs, and writes each run down.
pub(crate) struct FakeRunner {
    /// One line for each run that began.
    pub(crate) runs: PathBuf,
}

impl Runner for FakeRunner {
    async fn run(&self, job: &Job, lease: &Lease) -> Result<Run, Fault> {
        let play = Play::of(job);
        let mut runs =
            std::fs::OpenOptions::new().append(true).create(true).open(&self.runs).expect("the list of runs");
        // One write each: lines of several workers do not mix.
        runs.write_all(format!("{} {}\n", lease.key, lease.attempt).as_bytes()).expect("a line");
        if lease.attempt == 1 && play.kill_at.as_deref() == Some("running") {
            process::kill_self();
        }
        tokio::time::sleep(Duration::from_millis(play.milliseconds)).await;
        if let Some((cause, detail)) = &play.fault {
            return Err(Fault::new(*cause, detail));
        }
        if play.fault_first && lease.attempt == 1 {
            return Err(Fault::new(Cause::Daemon, "no daemon at first"));
        }
        assert!(!play.panics, "a runner that panics");
        if play.hangs {
            std::future::pending::<()>().await;
        }
        Ok(Run {
            exit: Exit::Code(0),
            elapsed_ms: play.milliseconds,
            log: format!("value {} of grant {}\n", play.value(), lease.fence).into_bytes(),
            log_cut: false,
            report: None,
            tampering: Vec::new(),
        })
    }

    async fn images(&self) -> Vec<String> {
        vec!["image 1".to_owned(), "image 3".to_owned()]
    }
}

/// Reads the verdict out of the log: a pure function of what is kept as evidence.
pub(crate) fn grade(job: &Job, run: &Run) -> Verdict {
    assert!(!Play::of(job).is_ungradable, "a grader that panics");
    let log = String::from_utf8_lossy(&run.log);
    let value = log.split(' ').nth(1).and_then(|value| value.parse().ok());
    match value {
        Some(value) => Verdict::Scored { value, evidence: vec![Evidence::passed("the log names a value")] },
        None => Verdict::Void { cause: Cause::Tampered, detail: "no value in the log".to_owned() },
    }
}
