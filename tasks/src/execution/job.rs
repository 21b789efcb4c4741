//! What a worker is asked to run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sparring_tree::{Digest, Hasher};

use super::Files;

/// The version of the job's written form and of the rules that grade it: part of every reward key.
pub const JOB_VERSION: u32 = 1;

/// One real test run. Two jobs with the same [`Job::reward_key`] have the same verdict and share one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// [`JOB_VERSION`].
    pub version: u32,
    /// The task that is graded.
    pub task_id: String,
    /// What the container is made from.
    pub image: ImageReference,
    /// The repository's folder in the container, absolute: `/testbed`.
    pub workdir: String,
    /// What the agent left: laid over the image's files below `workdir`.
    pub final_tree: Files,
    /// The task's own test files and test settings, laid on top of the agent's.
    #[serde(default)]
    pub pristine: Files,
    /// What was undone of the agent's changes when the job was made, in the words of
    /// [`Protected::flags`](crate::grading::protect::Protected::flags): it goes into
    /// [`Run::tampering`](super::Run::tampering).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tampering: Vec<String>,
    /// What runs.
    pub suite: Suite,
    /// What is expected of it.
    pub expected: Expected,
    /// How it is judged.
    #[serde(default)]
    pub grading: Grading,
    /// Bounds of the run.
    #[serde(default)]
    pub resources: Resources,
    /// Sets `PYTHONHASHSEED` and names the canary tests; a part of the key.
    #[serde(default)]
    pub seed: u64,
}

/// A container image of the worker's machine or registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageReference {
    /// `name:tag`, as the daemon knows it.
    pub name: String,
    /// `sha256:...`, the image's id: a worker refuses an image of this name with another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// How the tests are started and read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// The command.
    pub command: TestCommand,
    /// The name of the log parser for suites that write no JUnit file: `pytest`, `django`, ... Empty: JUnit
    /// alone decides.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub parser: String,
    /// Environment variables of the run, beside the worker's own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, String>,
}

/// What a container executes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TestCommand {
    /// pytest under the worker's own runner, which writes JUnit outside of the tree, with these arguments
    /// (test ids or paths). The only form whose verdict needs no log.
    Pytest {
        /// Arguments behind the worker's own.
        arguments: Vec<String>,
    },
    /// A shell script, as the field's rows have it (`eval_script`). Its log is parsed.
    Script {
        /// Run by `bash`.
        text: String,
    },
}

/// What the tests should say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Tests that have to pass, and did not before.
    #[serde(rename = "FAIL_TO_PASS", default)]
    pub fail_to_pass: Vec<String>,
    /// Tests that have to pass still.
    #[serde(rename = "PASS_TO_PASS", default)]
    pub pass_to_pass: Vec<String>,
}

/// Whose rules decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grading {
    /// JUnit, exit status and nonce agree; a missing or skipped test fails; canaries fail; nothing was
    /// tampered with.
    #[default]
    Strict,
    /// The log alone, a missing test fails: for comparing with published SWE-bench scores.
    SweBench,
    /// The log alone, a missing PASS_TO_PASS test passes: for comparing with SWE-smith's.
    SweSmith,
}

/// Bounds of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Resources {
    /// Wall-clock seconds until the container is removed.
    pub timeout_seconds: u32,
    /// MiB of memory, swap included.
    pub memory_mib: u32,
    /// Thousandths of a processor.
    pub cpu_millis: u32,
    /// MiB of the scratch file system.
    pub disk_mib: u32,
    /// Processes and threads at once.
    pub processes: u32,
    /// A device that the tests need; none unless the task asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<Device>,
}

impl Default for Resources {
    fn default() -> Self {
        Self { timeout_seconds: 1800, memory_mib: 4096, cpu_millis: 1000, disk_mib: 2048, processes: 512, device: None }
    }
}

/// A request for GPUs, as `docker run --gpus` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Device {
    /// That many, the daemon chooses.
    Gpus(u32),
    /// These, by index or UUID.
    GpuIds(Vec<String>),
}

/// The identity of a verdict: task, image, final tree, hidden tests, command, expectations, rules and seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RewardKey(pub Digest);

impl std::fmt::Display for RewardKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Why a job can't be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Written by another version.
    #[error("a job of version {found}; this is version {JOB_VERSION}")]
    Version {
        /// The job's.
        found: u32,
    },
    /// A path that could leave the repository.
    #[error("`{path}` is no path below the repository")]
    Path {
        /// The path.
        path: String,
    },
    /// A job that could be passed by doing nothing.
    #[error("task `{task_id}` expects nothing of any test")]
    NothingExpected {
        /// The task.
        task_id: String,
    },
    /// The repository's folder is not absolute, or is the root.
    #[error("`{workdir}` is no absolute folder for the repository")]
    Workdir {
        /// The folder.
        workdir: String,
    },
    /// The container could end at once or never.
    #[error("a {field} of 0")]
    Zero {
        /// The resource.
        field: &'static str,
    },
}

impl Job {
    /// The identity of this job's verdict. Resources are left out: they bound a run and do not change what is
    /// right.
    pub fn reward_key(&self) -> RewardKey {
        let mut hasher = Hasher::new("sparring reward key 1");
        hasher.number(u64::from(self.version));
        for text in
            [&self.task_id, &self.image.name, self.image.digest.as_ref().unwrap_or(&String::new()), &self.workdir]
        {
            hasher.bytes(text.as_bytes());
        }
        hasher.digest(&self.final_tree.digest()).digest(&self.pristine.digest());
        hasher.number(self.tampering.len() as u64);
        for line in &self.tampering {
            hasher.bytes(line.as_bytes());
        }
        // Their written form is fixed: fields in order, maps sorted.
        let rules = serde_json::to_vec(&(&self.suite, &self.expected, self.grading)).unwrap_or_default();
        hasher.bytes(&rules).number(self.seed);
        RewardKey(hasher.finish())
    }

    /// Refuses what no worker should run.
    pub fn check(&self) -> Result<(), JobError> {
        if self.version != JOB_VERSION {
            return Err(JobError::Version { found: self.version });
        }
        if let Some(path) = self.final_tree.unsafe_path().or_else(|| self.pristine.unsafe_path()) {
            return Err(JobError::Path { path: path.to_owned() });
        }
        if self.expected.fail_to_pass.is_empty() && self.expected.pass_to_pass.is_empty() {
            return Err(JobError::NothingExpected { task_id: self.task_id.clone() });
        }
        if !self.workdir.starts_with('/') || self.workdir.split('/').any(|part| part == "..") || self.workdir.len() == 1
        {
            return Err(JobError::Workdir { workdir: self.workdir.clone() });
        }
        let bounds = &self.resources;
        for (field, value) in [
            ("timeout_seconds", bounds.timeout_seconds),
            ("memory_mib", bounds.memory_mib),
            ("cpu_millis", bounds.cpu_millis),
            ("disk_mib", bounds.disk_mib),
            ("processes", bounds.processes),
        ] {
            if value == 0 {
                return Err(JobError::Zero { field });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job {
            version: JOB_VERSION,
            task_id: "toolz-1".to_owned(),
            image: ImageReference { name: "sparring/python:1".to_owned(), digest: None },
            workdir: "/testbed".to_owned(),
            final_tree: Files::default(),
            pristine: Files::default(),
            tampering: Vec::new(),
            suite: Suite {
                command: TestCommand::Pytest { arguments: vec!["tests".to_owned()] },
                parser: String::new(),
                environment: BTreeMap::new(),
            },
            expected: Expected { fail_to_pass: vec!["tests/test_a.py::test_b".to_owned()], pass_to_pass: Vec::new() },
            grading: Grading::Strict,
            resources: Resources::default(),
            seed: 0,
        }
    }

    #[test]
    fn the_key_sees_what_decides_and_not_the_resources() {
        let base = job();
        let mut changed = vec![base.clone(); 7];
        changed[0].task_id.push('x');
        changed[1].image.digest = Some("sha256:0".to_owned());
        changed[2].final_tree.deleted.push("a".to_owned());
        changed[3].pristine.deleted.push("a".to_owned());
        changed[4].grading = Grading::SweSmith;
        changed[5].seed = 1;
        changed[6].tampering.push("start-up hook: a.pth".to_owned());
        let keys: std::collections::BTreeSet<_> = changed.iter().chain([&base]).map(Job::reward_key).collect();
        assert_eq!(keys.len(), 8);
        let mut longer = base.clone();
        longer.resources.timeout_seconds += 1;
        assert_eq!(longer.reward_key(), base.reward_key());
    }

    #[test]
    fn jobs_survive_json_and_bad_ones_are_named() {
        let base = job();
        let text = serde_json::to_string(&base).unwrap();
        assert_eq!(serde_json::from_str::<Job>(&text).unwrap(), base);
        assert_eq!(base.check(), Ok(()));
        let mut bad = vec![base; 5];
        bad[0].version = 9;
        bad[1].final_tree.deleted.push("../x".to_owned());
        bad[2].expected = Expected::default();
        bad[3].workdir = "testbed".to_owned();
        bad[4].resources.processes = 0;
        let errors: Vec<String> = bad.iter().map(|job| job.check().unwrap_err().to_string()).collect();
        assert_eq!(
            errors,
            [
                "a job of version 9; this is version 1",
                "`../x` is no path below the repository",
                "task `toolz-1` expects nothing of any test",
                "`testbed` is no absolute folder for the repository",
                "a processes of 0",
            ]
        );
    }
}
