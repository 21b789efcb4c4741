//! Jobs from the field's instances: SWE-bench and its relatives, R2E-Gym, Harbor's task folders.
//!
//! A [`Template`] is all that an instance says about its test run. Together with what a session changed it makes the
//! [`Job`] that a worker runs.

pub mod harbor;
mod r2e_gym;
mod swe_bench;

use std::collections::BTreeMap;

use sparring_tree::Tree;

use crate::change::Change;
use crate::execution::{Expected, Grading, ImageReference, JOB_VERSION, Job, Resources, Suite, TestCommand};
use crate::format::instance::Instance;
use crate::grading::protect::{Protected, Rules, protect};
use crate::patch::{PatchApplyError, PatchError};

/// What is known about an instance's test run before a session has changed anything.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// The instance.
    pub task_id: String,
    /// What the container is made from.
    pub image: ImageReference,
    /// The repository's folder there.
    pub workdir: String,
    /// What runs.
    pub suite: Suite,
    /// What is expected of it.
    pub expected: Expected,
    /// Whose rules decide.
    pub grading: Grading,
    /// Bounds of the run.
    pub resources: Resources,
    /// Which files belong to the tests.
    pub rules: Rules,
    /// Sets `PYTHONHASHSEED` and names the canaries.
    pub seed: u64,
}

impl Template {
    /// The job that judges what a session changed in `image_tree`, the tree that the image holds, and what of the
    /// changes was undone; the job carries its flags.
    pub fn job(&self, image_tree: &Tree, changes: &[Change]) -> (Job, Protected) {
        let protected = protect(image_tree, changes, &self.rules);
        let job = Job {
            version: JOB_VERSION,
            task_id: self.task_id.clone(),
            image: self.image.clone(),
            workdir: self.workdir.clone(),
            final_tree: protected.final_tree.clone(),
            pristine: protected.pristine.clone(),
            tampering: protected.flags.iter().map(ToString::to_string).collect(),
            suite: self.suite.clone(),
            expected: self.expected.clone(),
            grading: self.grading,
            resources: self.resources.clone(),
            seed: self.seed,
        };
        (job, protected)
    }
}

/// Why an instance makes no job.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// A field that is needed is missing or of another form.
    #[error("`{id}`: `{field}` is missing or not as expected")]
    Field {
        /// The instance.
        id: String,
        /// The field.
        field: &'static str,
    },
    /// Its tests' patch is no patch.
    #[error("`{id}`: {error}")]
    Patch {
        /// The instance.
        id: String,
        /// What is wrong with it.
        error: PatchError,
    },
    /// Its tests' patch does not fit the tree.
    #[error("`{id}`: {error}")]
    Apply {
        /// The instance.
        id: String,
        /// What does not fit.
        error: PatchApplyError,
    },
    /// Nothing says how its tests are run: neither the row nor the names of its tests.
    #[error("`{id}`: nothing says how its tests are run")]
    Command {
        /// The instance.
        id: String,
    },
}

impl InstanceError {
    fn field(row: &Instance, field: &'static str) -> Self {
        Self::Field { id: row.instance_id.clone(), field }
    }
}

/// Reads a row of SWE-bench, SWE-Gym, SWE-smith, SWE-rebench or R2E-Gym; `image_tree` is the repository as the image
/// holds it. Which of them it is, its fields say.
pub fn of_row(row: &Instance, image_tree: &Tree, grading: Grading) -> Result<Template, InstanceError> {
    if row.others.contains_key("expected_output_json") {
        return r2e_gym::template(row, grading);
    }
    swe_bench::template(row, image_tree, grading)
}

/// A field's text, where there is one that is not empty.
fn text<'a>(row: &'a Instance, field: &str) -> Option<&'a str> {
    row.others.get(field)?.as_str().filter(|text| !text.is_empty())
}

fn script(text: String, parser: &str) -> Suite {
    Suite { command: TestCommand::Script { text }, parser: parser.to_owned(), environment: BTreeMap::new() }
}
