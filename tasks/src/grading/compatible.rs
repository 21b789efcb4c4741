//! The rules of SWE-bench's and SWE-smith's harnesses, for comparing with published scores. Both believe the log.

use std::sync::LazyLock;

use regex::Regex;

use super::log;
use super::strict::{FAIL_TO_PASS, PASS_TO_PASS, counted};
use crate::execution::{Exit, Job, Run, TestCommand};
use crate::reward::tests_map::{Results, Status};
use crate::verdict::{Cause, Evidence, Verdict};

const START: &str = ">>>>> Start Test Output";
const END: &str = ">>>>> End Test Output";
const EXIT_CODE: &str = ">>>>> Test Exit Code";
const PATCH_FAILED: &str = ">>>>> Patch Apply Failed";
const RESET_FAILED: &str = ">>>>> Reset Failed";
const TESTS_ERRED: &str = ">>>>> Tests Errored";
const TESTS_TIMED_OUT: &str = ">>>>> Tests Timed Out";

/// What shows that a suite ran whose parser found nothing; a count of 0 shows nothing.
static SUITE_RAN: LazyLock<Regex> = LazyLock::new(|| {
    let signs = [
        r"Executed [1-9]\d* of \d+",
        r"TOTAL: [1-9]\d* (?:SUCCESS|FAILED)",
        r"[1-9]\d* passing",
        r"Tests:\s+[1-9]\d*",
        r"Test Suites:\s+(?:\d+ \w+, )*[1-9]\d* total",
        r"^# tests [1-9]\d*",
        r"[1-9]\d* specs?, \d+ failures?",
        r"': ok$",
    ];
    log::pattern(&format!("(?m){}", signs.join("|")))
});

/// SWE-bench 5.0.2: the log between the markers; a missing test fails; FAIL_TO_PASS needs a pass or an expected
/// failure, PASS_TO_PASS takes a skip as well; a status other than 0 without any failure in the log is no run; an
/// id that was cut inside its brackets stands for the tests that begin with it, when they agree.
pub(super) fn swe_bench(job: &Job, run: &Run) -> Verdict {
    let parser = match parser(job) {
        Ok(parser) => parser,
        Err(void) => return void,
    };
    let text = String::from_utf8_lossy(&run.log);
    let results = match bench_results(job, run, parser, &text) {
        Ok(results) => results,
        Err(why) => return Verdict::all(vec![Evidence::failed("the log shows a run", why)]),
    };
    let passes = |id: &String| matches!(resolve(id, &results), Some(Status::Passed | Status::Xfail));
    let is_kept = |id: &String| passes(id) || resolve(id, &results) == Some(Status::Skipped);
    let (fixed, kept) = (&job.expected.fail_to_pass, &job.expected.pass_to_pass);
    resolution(
        (failing(fixed, passes), fixed.len()),
        // Nothing to count is a whole success there.
        (failing(kept, is_kept), kept.len()),
    )
}

fn bench_results(job: &Job, run: &Run, parser: &log::Parser, text: &str) -> Result<Results, String> {
    ended(run)?;
    for code in [PATCH_FAILED, RESET_FAILED, TESTS_ERRED, TESTS_TIMED_OUT] {
        if text.contains(code) {
            return Err(format!("it says `{code}`"));
        }
    }
    let region = match (text.split_once(START), has_markers(job)) {
        (Some((_, behind)), _) if text.contains(END) => {
            // Their text is split at every marker and the second part is taken.
            let part = behind.split(START).next().unwrap_or(behind);
            part.split(END).next().unwrap_or(part)
        }
        (_, true) => return Err("its markers are missing".to_owned()),
        (_, false) => text,
    };
    let mut results = log::last_wins(parser.read(region));
    if results.is_empty() {
        results = log::last_wins(parser.read(text));
    }
    if results.is_empty() && !SUITE_RAN.is_match(text) {
        return Err("nothing shows that the tests ran".to_owned());
    }
    let exit = text.find(EXIT_CODE).and_then(|at| {
        let digits = text[at + EXIT_CODE.len()..].strip_prefix(':')?.trim_start();
        digits.split(|letter: char| !(letter.is_ascii_digit() || letter == '-')).next()?.parse::<i64>().ok()
    });
    let has_failure = results.values().any(|status| matches!(status, Status::Failed | Status::Error));
    if exit.is_some_and(|code| code != 0) && !results.is_empty() && !has_failure {
        return Err("the tests failed, but no record says so".to_owned());
    }
    Ok(results)
}

/// A job that was made from a row of theirs prints the markers; another one's log is taken whole.
fn has_markers(job: &Job) -> bool {
    matches!(&job.suite.command, TestCommand::Script { text } if text.contains(START))
}

fn resolve(id: &str, results: &Results) -> Option<Status> {
    if let Some(status) = results.get(id) {
        return Some(*status);
    }
    if id.matches('[').count() <= id.matches(']').count() {
        return None;
    }
    let mut matching = results.range(id.to_owned()..).take_while(|(test, _)| test.starts_with(id)).map(|(_, s)| *s);
    let first = matching.next()?;
    let passes = |status: Status| matches!(status, Status::Passed | Status::Xfail);
    matching.all(|status| passes(status) == passes(first)).then_some(first)
}

/// SWE-smith: the log between the markers; a test that is not in the log passes, and one that was skipped counts
/// as neither passed nor failed.
pub(super) fn swe_smith(job: &Job, run: &Run) -> Verdict {
    let parser = match parser(job) {
        Ok(parser) => parser,
        Err(void) => return void,
    };
    let text = String::from_utf8_lossy(&run.log);
    let region = match smith_region(job, run, &text) {
        Ok(region) => region,
        Err(why) => return Verdict::all(vec![Evidence::failed("the log shows a run", why)]),
    };
    let results = log::last_wins(parser.read(region));
    let counts = |ids: &[String]| {
        let counted: Vec<String> =
            ids.iter().filter(|id| results.get(*id) != Some(&Status::Skipped)).cloned().collect();
        let passes = |id: &String| !matches!(results.get(id), Some(Status::Failed | Status::Error | Status::Skipped));
        (failing(&counted, passes), counted.len())
    };
    resolution(counts(&job.expected.fail_to_pass), counts(&job.expected.pass_to_pass))
}

fn smith_region<'a>(job: &Job, run: &Run, text: &'a str) -> Result<&'a str, String> {
    ended(run)?;
    if text.contains(PATCH_FAILED) || text.contains(TESTS_TIMED_OUT) {
        return Err("the patch did not apply, or the tests took too long".to_owned());
    }
    if !has_markers(job) {
        return Ok(text);
    }
    // As the shell prints the no-operations that mark the region under `set -x`.
    let (start, end) = (format!("+ : '{START}'"), format!("+ : '{END}'"));
    match (text.find(&start), text.find(&end)) {
        (Some(from), Some(to)) if from + start.len() <= to => Ok(&text[from + start.len()..to]),
        _ => Err("its markers are missing or in the wrong order".to_owned()),
    }
}

fn ended(run: &Run) -> Result<(), String> {
    match run.exit {
        Exit::Code(_) => Ok(()),
        Exit::TimedOut => Err(format!("the tests were ended after {} ms", run.elapsed_ms)),
        Exit::OutOfMemory => Err("the tests took more memory than the task has".to_owned()),
    }
}

fn parser(job: &Job) -> Result<&'static log::Parser, Verdict> {
    // SWE-smith's default.
    let name = if job.suite.parser.is_empty() { "pytest" } else { &job.suite.parser };
    log::named(name)
        .ok_or_else(|| Verdict::Void { cause: Cause::Worker, detail: format!("there is no log parser `{name}`") })
}

fn failing(ids: &[String], passes: impl Fn(&String) -> bool) -> Vec<String> {
    ids.iter().filter(|id| !passes(id)).cloned().collect()
}

fn resolution(fixed: (Vec<String>, usize), kept: (Vec<String>, usize)) -> Verdict {
    Verdict::all(vec![
        Evidence::unless(FAIL_TO_PASS, counted(&fixed.0, fixed.1)),
        Evidence::unless(PASS_TO_PASS, counted(&kept.0, kept.1)),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::strict::tests::{job, run};
    use super::*;
    use crate::execution::Grading;
    use crate::grading::grade;

    /// A job with markers, one test to fix and one to keep, and its verdict on a log.
    fn value(grading: Grading, log: &str, exit: i64) -> Option<f64> {
        let mut job = job();
        job.grading = grading;
        job.suite.parser = "pytest".to_owned();
        job.suite.command = TestCommand::Script { text: format!(": '{START}'\npytest -rA\n: '{END}'\n") };
        job.expected.fail_to_pass = vec!["t.py::f".to_owned(), "t.py::p[log(ph".to_owned()];
        job.expected.pass_to_pass = vec!["t.py::k".to_owned()];
        let log = format!("+ : '{START}'\n{log}\n+ : '{END}'\n>>>>> Test Exit Code: {exit}\n");
        grade(&job, &run(&log)).value()
    }

    const GOOD: &str = "PASSED t.py::f\nPASSED t.py::p[log(photon)]\nPASSED t.py::k";

    #[test]
    fn swe_bench_rules() {
        let value = |log: &str, exit| value(Grading::SweBench, log, exit);
        assert_eq!(value(GOOD, 0), Some(1.0));
        assert_eq!(value(&GOOD.replace("PASSED t.py::k", "SKIPPED t.py::k"), 0), Some(1.0));
        assert_eq!(value(&GOOD.replace("PASSED t.py::f", "XFAIL t.py::f"), 0), Some(1.0));
        assert_eq!(value(&GOOD.replace("PASSED t.py::f", "SKIPPED t.py::f"), 0), Some(0.0));
        assert_eq!(value("PASSED t.py::f\nPASSED t.py::p[log(photon)]", 0), Some(0.0), "missing fails");
        assert_eq!(value(GOOD, 1), Some(0.0), "a status without a failure");
        assert_eq!(value(&format!("{GOOD}\nFAILED t.py::other - x"), 1), Some(1.0));
        assert_eq!(value(&format!("{GOOD}\nFAILED t.py::p[log(phase)]"), 1), Some(0.0), "cut ids have to agree");
        assert_eq!(value(&format!("FAILED t.py::f\n{GOOD}"), 0), Some(1.0), "the last record counts");
        assert_eq!(value(&format!("{GOOD}\n{TESTS_TIMED_OUT}"), 0), Some(0.0));
        assert_eq!(value("", 0), Some(0.0));
    }

    #[test]
    fn swe_smith_rules() {
        let value = |log: &str, exit| value(Grading::SweSmith, log, exit);
        assert_eq!(value(GOOD, 0), Some(1.0));
        assert_eq!(value("", 0), Some(1.0), "a test that is missing passes");
        assert_eq!(value("SKIPPED t.py::f", 0), Some(1.0), "a skipped one counts as neither");
        assert_eq!(value("FAILED t.py::k - x", 1), Some(0.0));
        assert_eq!(value(&format!("{GOOD}\n{PATCH_FAILED}"), 0), Some(0.0));
    }

    #[test]
    fn markers_and_parsers_have_to_be_there() {
        let mut job = job();
        job.suite.command = TestCommand::Script { text: format!("echo '{START}'") };
        job.expected.fail_to_pass = vec!["t.py::f".to_owned()];
        job.expected.pass_to_pass.clear();
        for grading in [Grading::SweBench, Grading::SweSmith] {
            job.grading = grading;
            assert_eq!(grade(&job, &run("PASSED t.py::f\n")).value(), Some(0.0));
            let unmarked = TestCommand::Script { text: "pytest".to_owned() };
            let plain =
                Job { suite: crate::execution::Suite { command: unmarked, ..job.suite.clone() }, ..job.clone() };
            assert_eq!(grade(&plain, &run("PASSED t.py::f\n")).value(), Some(1.0));
            let mut late = run("PASSED t.py::f\n");
            late.exit = Exit::TimedOut;
            assert_eq!(grade(&plain, &late).value(), Some(0.0));
            let mut unknown = plain;
            unknown.suite.parser = "nonsense".to_owned();
            assert!(matches!(grade(&unknown, &run("")), Verdict::Void { cause: Cause::Worker, .. }));
        }
    }
}
