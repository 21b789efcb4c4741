//! Rows of R2E-Gym: the image brings the tests and the script that runs them, and the row says what each test does.

use std::collections::{BTreeMap, BTreeSet};

use super::{InstanceError, Template, script, text};
use crate::execution::{Expected, Grading, ImageReference, Resources};
use crate::format::instance::Instance;
use crate::grading::protect::Rules;
use crate::reward::tests_map::Status;

/// Tests are named as the short summary has them behind the first `::`, `Class.method`. Those that are expected to pass
/// are expected here; the original asks besides that all others fail as they did and that no other test runs
/// ([`exact_map`](crate::reward::tests_map::exact_map)).
pub(super) fn template(row: &Instance, grading: Grading) -> Result<Template, InstanceError> {
    let image = text(row, "docker_image").ok_or_else(|| InstanceError::field(row, "docker_image"))?;
    let statuses: BTreeMap<String, Status> = text(row, "expected_output_json")
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| InstanceError::field(row, "expected_output_json"))?;
    let passing = statuses.into_iter().filter(|(name, status)| *status == Status::Passed && !name.is_empty());
    let expected = Expected { fail_to_pass: Vec::new(), pass_to_pass: passing.map(|(name, _)| name).collect() };
    if expected.pass_to_pass.is_empty() {
        return Err(InstanceError::field(row, "expected_output_json"));
    }
    let rules =
        Rules { protected: BTreeSet::from(["run_tests.sh".to_owned(), "r2e_tests/".to_owned()]), ..Rules::default() };
    // The original's limit for the whole run.
    let resources = Resources { timeout_seconds: 300, ..Resources::default() };
    Ok(Template {
        task_id: row.instance_id.clone(),
        image: ImageReference { name: image.to_owned(), digest: None },
        workdir: "/testbed".to_owned(),
        suite: script("bash run_tests.sh\n".to_owned(), "r2e_gym"),
        expected,
        grading,
        resources,
        rules,
        seed: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::between;
    use crate::change::tests::tree;
    use crate::execution::{Exit, Run};
    use crate::grading::grade;
    use crate::jobs::of_row;

    #[test]
    fn a_row_becomes_a_job_whose_tests_are_protected() {
        let row = r#"{"instance_id":"c0ffee","docker_image":"r2e/x:1","expected_output_json":
            "{\"TestA.test_b\":\"PASSED\",\"test_c\":\"FAILED\",\"\":\"PASSED\"}"}"#;
        let row: Instance = serde_json::from_str(row).unwrap();
        let base = tree(&[("a.py", "1"), ("run_tests.sh", "x"), ("r2e_tests/test_1.py", "x")]);
        let end = tree(&[("a.py", "2"), ("run_tests.sh", "y"), ("r2e_tests/test_1.py", "y")]);
        let (job, protected) = of_row(&row, &base, Grading::Strict).unwrap().job(&base, &between(&base, &end));
        assert_eq!((job.final_tree.written.len(), protected.flags.len()), (1, 2));
        assert_eq!(job.expected.pass_to_pass, ["TestA.test_b"]);
        let run = |log: &str| Run {
            exit: Exit::Code(1),
            elapsed_ms: 1,
            log: log.as_bytes().to_vec(),
            log_cut: false,
            report: None,
            tampering: Vec::new(),
        };
        let log = "PASSED r2e_tests/test_1.py::TestA::test_b\nFAILED r2e_tests/test_1.py::test_c - x\n";
        assert_eq!(grade(&job, &run(log)).value(), Some(1.0));
        assert_eq!(grade(&job, &run(&log.replace("PASSED", "FAILED"))).value(), Some(0.0));
        let broken: Instance = serde_json::from_str(r#"{"instance_id":"x","expected_output_json":"{}"}"#).unwrap();
        assert!(matches!(of_row(&broken, &base, Grading::Strict), Err(InstanceError::Field { .. })));
    }
}
