//! Rewards from test results: what ran, and what should have come of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a test did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It could not run.
    Error,
    /// It was skipped.
    Skipped,
    /// It failed as expected.
    Xfail,
}

/// Tests by name.
pub type Results = BTreeMap<String, Status>;

/// R2E-Gym's and DeepSWE's reward: 1 when exactly the expected tests ran and each has the expected
/// status, else 0. A test that is missing or new gives 0.
pub fn exact_map(results: &Results, expected: &Results) -> f64 {
    if results == expected { 1.0 } else { 0.0 }
}

/// What a missing test counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// A failure: the only safe reading, because a model can keep tests from being collected.
    Fails,
    /// A pass, as SWE-smith's grading has it. For comparing with published scores only.
    Passes,
}

/// SWE-bench's three outcomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Resolved {
    /// Neither of the others.
    No,
    /// Some of the tests that should begin to pass do, and all that passed still do.
    Partial,
    /// All of both do.
    Full,
}

/// Grades as SWE-bench does: a test that should begin to pass has to pass (or fail as expected); one
/// that passed before may also be skipped. Without a test that should begin to pass nothing can be
/// resolved.
pub fn resolved(results: &Results, fail_to_pass: &[String], pass_to_pass: &[String], missing: Missing) -> Resolved {
    let passes = |test: &String, or_skipped: bool| match results.get(test) {
        Some(Status::Passed | Status::Xfail) => true,
        Some(Status::Skipped) => or_skipped,
        Some(Status::Failed | Status::Error) => false,
        None => missing == Missing::Passes,
    };
    let fixed = fail_to_pass.iter().filter(|test| passes(test, false)).count();
    let kept = pass_to_pass.iter().all(|test| passes(test, true));
    match fixed {
        0 => Resolved::No,
        _ if !kept => Resolved::No,
        all if all == fail_to_pass.len() => Resolved::Full,
        _ => Resolved::Partial,
    }
}

/// Reads the short summary that pytest prints with `-rA`, as R2E-Gym does: the part after the first
/// `::` names the test (`Class.method` for `Class::method`), terminal colours and what follows
/// ` - ` are dropped. Lines that name no test are passed over.
pub fn pytest_summary(log: &str) -> Results {
    let mut results = Results::new();
    for line in log.lines() {
        let line = without_colours(line);
        let Some((word, rest)) = line.split_once(' ') else { continue };
        let status = match word {
            "PASSED" => Status::Passed,
            "FAILED" => Status::Failed,
            "ERROR" => Status::Error,
            "SKIPPED" => Status::Skipped,
            "XFAIL" => Status::Xfail,
            _ => continue,
        };
        let name = rest.split(" - ").next().unwrap_or(rest).trim();
        if let Some((_, test)) = name.split_once("::") {
            results.insert(test.replace("::", "."), status);
        }
    }
    results
}

fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find("\x1b[") {
        plain.push_str(&rest[..at]);
        let sequence = &rest[at + 2..];
        let end = sequence.find(|letter: char| letter.is_ascii_alphabetic()).map_or(sequence.len(), |end| end + 1);
        rest = &sequence[end..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, Status)]) -> Results {
        entries.iter().map(|(name, status)| ((*name).to_owned(), *status)).collect()
    }

    #[test]
    fn summaries_become_maps() {
        let log = "\
=== short test summary info ===
\x1b[32mPASSED\x1b[0m tests/test_a.py::\x1b[1mTestA::test_x[1-2]\x1b[0m
FAILED tests/test_a.py::test_y - assert 1 == 2
ERROR tests/test_b.py - ImportError
SKIPPED [1] tests/test_a.py:3: why
XFAIL tests/test_a.py::test_z - later
1 failed in 0.1s
";
        let expected =
            map(&[("TestA.test_x[1-2]", Status::Passed), ("test_y", Status::Failed), ("test_z", Status::Xfail)]);
        assert_eq!(pytest_summary(log), expected);
        assert_eq!(exact_map(&pytest_summary(log), &expected), 1.0);
        let mut more = expected.clone();
        more.insert("new".to_owned(), Status::Passed);
        assert_eq!((exact_map(&more, &expected), exact_map(&expected, &more)), (0.0, 0.0));
    }

    #[test]
    fn missing_tests_fail() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let grade = |results: &[(&str, Status)], missing| {
            resolved(&map(results), &names(&["f1", "f2"]), &names(&["p"]), missing)
        };
        use Status::{Failed, Passed, Skipped, Xfail};
        assert_eq!(grade(&[("f1", Passed), ("f2", Xfail), ("p", Skipped)], Missing::Fails), Resolved::Full);
        assert_eq!(grade(&[("f1", Passed), ("f2", Skipped), ("p", Passed)], Missing::Fails), Resolved::Partial);
        assert_eq!(grade(&[("f1", Passed), ("f2", Passed), ("p", Failed)], Missing::Fails), Resolved::No);
        assert_eq!((grade(&[], Missing::Fails), grade(&[], Missing::Passes)), (Resolved::No, Resolved::Full));
        assert_eq!(resolved(&Results::new(), &[], &[], Missing::Passes), Resolved::No);
    }
}
