//! The default rules: what counts is what the runner saw from outside of the tests, and every part of it agrees.

use super::flag::{Flag, FlagKind};
use super::junit::{self, Junit};
use super::{canary, log};
use crate::execution::{Exit, Job, Report, Run, TestCommand};
use crate::reward::tests_map::{Results, Status};
use crate::verdict::{Cause, Evidence, Verdict};

/// Names of failing tests that evidence lists before it only counts them.
const NAMED: usize = 20;

const IN_TIME: &str = "the tests came to their end";
const OWN_REPORT: &str = "the report is this run's own";
const READABLE: &str = "the report can be read";
const EXIT_AGREES: &str = "the exit status agrees with the report";
const CANARIES: &str = "every test that must fail failed";
const WITNESSES: &str = "the report agrees with what the runner saw";
const UNTOUCHED: &str = "nothing was tampered with";
const ALONE: &str = "tests and settings were left alone";
const LOG_AGREES: &str = "the log agrees with the report";
const ONLY_LOG: &str = "there is a witness besides the log";
pub(super) const FAIL_TO_PASS: &str = "FAIL_TO_PASS";
pub(super) const PASS_TO_PASS: &str = "PASS_TO_PASS";

/// Evidence that is being gathered. Notes do not decide.
#[derive(Default)]
struct Findings {
    evidence: Vec<Evidence>,
    failed: bool,
}

impl Findings {
    fn decide(&mut self, check: &str, complaint: Option<String>) {
        self.failed |= complaint.is_some();
        self.evidence.push(Evidence::unless(check, complaint));
    }

    fn note(&mut self, check: &str, complaint: Option<String>) {
        self.evidence.push(Evidence::unless(check, complaint));
    }

    fn verdict(self) -> Verdict {
        Verdict::Scored { value: if self.failed { 0.0 } else { 1.0 }, evidence: self.evidence }
    }
}

/// Judges a run by [`Grading::Strict`](crate::execution::Grading::Strict).
pub(super) fn grade(job: &Job, run: &Run) -> Verdict {
    let mut findings = Findings::default();
    findings.decide(IN_TIME, ending(run));
    match (&job.suite.command, &run.report) {
        (TestCommand::Pytest { .. }, None) if matches!(run.exit, Exit::Code(_)) => {
            return void("a pytest run came back without the runner's report");
        }
        (_, Some(report)) if report.expected_nonce.is_empty() => {
            return void("the worker gave the runner no nonce");
        }
        (TestCommand::Pytest { .. }, report) => {
            let empty = Report::default();
            of_report(job, run, report.as_ref().unwrap_or(&empty), &mut findings);
        }
        (TestCommand::Script { .. }, Some(report)) => of_report(job, run, report, &mut findings),
        (TestCommand::Script { .. }, None) => {
            let Some(parser) = log::named(&job.suite.parser) else {
                return void(&format!("there is no log parser `{}`", job.suite.parser));
            };
            of_log(job, run, parser, &mut findings);
        }
    }
    tampering(run, &mut findings);
    findings.verdict()
}

fn void(detail: &str) -> Verdict {
    Verdict::Void { cause: Cause::Worker, detail: detail.to_owned() }
}

fn ending(run: &Run) -> Option<String> {
    match run.exit {
        Exit::Code(_) => None,
        Exit::TimedOut => Some(format!("they were ended after {} ms", run.elapsed_ms)),
        Exit::OutOfMemory => Some("they took more memory than the task has".to_owned()),
    }
}

fn of_report(job: &Job, run: &Run, report: &Report, findings: &mut Findings) {
    let own = match report.nonce.as_str() {
        nonce if nonce == report.expected_nonce => None,
        "" => Some("the runner did not come to write it".to_owned()),
        _ => Some(Flag::new(FlagKind::Disagreement, "it bears another nonce").to_string()),
    };
    findings.decide(OWN_REPORT, own);
    let parsed = junit::parse(&report.junit);
    findings.decide(READABLE, parsed.as_ref().err().map(ToString::to_string));
    let junit = parsed.unwrap_or_default();
    findings.decide(EXIT_AGREES, exit_disagreement(job, run, &junit));
    let canaries = canary::of(job);
    if !canaries.is_empty() {
        findings.decide(CANARIES, canary_complaint(&canaries, report, &junit));
    }
    let status = |id: &str| match job.suite.command {
        TestCommand::Pytest { .. } => junit.of_node(id),
        TestCommand::Script { .. } => junit.of_node(id).or_else(|| junit.of_other(id)),
    };
    expected(job, status, findings);
    let mut differing: Vec<String> = junit.contradictions.clone();
    // A script has no runner that watches each test.
    if matches!(job.suite.command, TestCommand::Pytest { .. }) {
        let ids = job.expected.fail_to_pass.iter().chain(&job.expected.pass_to_pass);
        differing.extend(ids.filter_map(|id| unseen(id, status(id), report)));
    }
    findings.decide(WITNESSES, listed(FlagKind::Disagreement, &differing));
    findings.decide(UNTOUCHED, listed(FlagKind::Intrusion, &report.intrusions));
    findings.note(LOG_AGREES, log_claims(job, run, status));
}

/// pytest ends with 0 when all passed, 1 when some failed; 2 to 5 mean that it did not run as it should.
fn exit_disagreement(job: &Job, run: &Run, junit: &Junit) -> Option<String> {
    let Exit::Code(code) = run.exit else { return None };
    if let TestCommand::Script { .. } = job.suite.command {
        // A script's status is that of its last command, which need not be the tests.
        return (code != 0 && !junit.has_failure())
            .then(|| Flag::new(FlagKind::Disagreement, format!("status {code}, but no test failed")).to_string());
    }
    let expected = i64::from(junit.has_failure());
    let meaning = match code {
        0 | 1 => "",
        2 => " (interrupted, or a file could not be collected)",
        3 => " (pytest failed)",
        4 => " (pytest could not be used so: an argument or a `conftest.py`)",
        5 => " (no tests)",
        137 => " (killed)",
        _ => "",
    };
    (code != expected).then(|| {
        Flag::new(FlagKind::Disagreement, format!("status {code}{meaning}, the report says {expected}")).to_string()
    })
}

fn canary_complaint(canaries: &[canary::Canary], report: &Report, junit: &Junit) -> Option<String> {
    let mut wrong = Vec::new();
    for test in canaries.iter().flat_map(|canary| &canary.tests) {
        let (classname, name) = junit::address(test);
        let cases: Vec<_> = junit
            .cases
            .iter()
            .filter(|case| case.classname == classname && canary::is_case_of(&name, &case.name))
            .collect();
        let seen: Vec<&String> =
            report.canaries.iter().filter(|(id, _)| canary::is_case_of(test, id)).map(|(_, word)| word).collect();
        if cases.is_empty() || seen.is_empty() {
            wrong.push(format!("{test} did not run"));
        } else if !cases.iter().all(|case| matches!(case.status, Some(Status::Failed | Status::Error)))
            || !seen.iter().all(|word| matches!(word.as_str(), "failed" | "error"))
        {
            wrong.push(format!("{test} did not fail"));
        }
    }
    listed(FlagKind::PassedCanary, &wrong)
}

/// A test counts only when the runner saw it start and end with the outcome that the report has.
fn unseen(id: &str, status: Option<Status>, report: &Report) -> Option<String> {
    let seen = match report.records.get(id).map(String::as_str) {
        Some("passed" | "xpassed") => Some(Status::Passed),
        Some("failed") => Some(Status::Failed),
        Some("error") => Some(Status::Error),
        Some("skipped") => Some(Status::Skipped),
        Some("xfailed") => Some(Status::Xfail),
        _ => None,
    };
    let is_bad = |status| matches!(status, Some(Status::Failed | Status::Error));
    let agree = seen == status || (is_bad(seen) && is_bad(status));
    (!agree).then(|| format!("{id} is {} in the report, the runner saw {}", word(status), word(seen)))
}

fn of_log(job: &Job, run: &Run, parser: &log::Parser, findings: &mut Findings) {
    let text = log::plain(&run.log);
    let results = worst(parser.read(&text));
    let failures = results.values().any(|status| matches!(status, Status::Failed | Status::Error));
    let lies = matches!(run.exit, Exit::Code(code) if code != 0) && !failures;
    let complaint = lies.then(|| Flag::new(FlagKind::Disagreement, "the tests failed, no record says so").to_string());
    findings.decide(EXIT_AGREES, complaint);
    expected(job, |id| results.get(id).copied(), findings);
    findings.note(ONLY_LOG, Some("what a suite prints can be forged by what it tests".to_owned()));
}

/// Of several records of one test the worst counts, so that no line that is printed can undo a failure.
fn worst(records: Vec<(String, Status)>) -> Results {
    let rank = |status: Status| match status {
        Status::Passed => 0,
        Status::Xfail => 1,
        Status::Skipped => 2,
        Status::Failed => 3,
        Status::Error => 4,
    };
    let mut results = Results::new();
    for (test, status) in records {
        let kept = results.entry(test).or_insert(status);
        if rank(status) > rank(*kept) {
            *kept = status;
        }
    }
    results
}

/// FAIL_TO_PASS tests have to pass; PASS_TO_PASS tests may also fail as they are marked to (xfail). Missing and
/// skipped tests fail, of both kinds.
fn expected(job: &Job, status: impl Fn(&str) -> Option<Status>, findings: &mut Findings) {
    let failing = |ids: &[String], accepted: &[Status]| -> Vec<String> {
        let wrong = ids.iter().filter_map(|id| {
            let status = status(id);
            let passes = status.is_some_and(|status| accepted.contains(&status));
            (!passes).then(|| format!("{id} {}", word(status)))
        });
        wrong.collect()
    };
    let of_fixed = failing(&job.expected.fail_to_pass, &[Status::Passed]);
    findings.decide(FAIL_TO_PASS, counted(&of_fixed, job.expected.fail_to_pass.len()));
    let of_kept = failing(&job.expected.pass_to_pass, &[Status::Passed, Status::Xfail]);
    findings.decide(PASS_TO_PASS, counted(&of_kept, job.expected.pass_to_pass.len()));
}

fn word(status: Option<Status>) -> &'static str {
    match status {
        None => "is missing",
        Some(Status::Passed) => "passed",
        Some(Status::Failed) => "failed",
        Some(Status::Error) => "could not run",
        Some(Status::Skipped) => "was skipped",
        Some(Status::Xfail) => "failed as marked",
    }
}

/// Evidence of tests that fail: how many, and the first few.
pub(super) fn counted(failing: &[String], all: usize) -> Option<String> {
    if failing.is_empty() {
        return None;
    }
    let more = if failing.len() > NAMED { "; ..." } else { "" };
    let named = failing.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    Some(format!("{} of {all}: {named}{more}", failing.len()))
}

fn listed(kind: FlagKind, found: &[String]) -> Option<String> {
    let flags: Vec<String> = found.iter().take(NAMED).map(|what| Flag::new(kind, what).to_string()).collect();
    if flags.is_empty() { None } else { Some(flags.join("; ")) }
}

fn tampering(run: &Run, findings: &mut Findings) {
    let (hostile, harmless): (Vec<Flag>, Vec<Flag>) =
        run.tampering.iter().map(|text| Flag::parse(text)).partition(|flag| flag.kind.is_hostile());
    let join = |flags: Vec<Flag>| {
        let text = flags.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join("; ");
        if flags.is_empty() { None } else { Some(text) }
    };
    findings.decide("the tree was not tampered with", join(hostile));
    findings.note(ALONE, join(harmless));
}

/// Whether the log says of an expected test that it passed while the report says that it did not: a sign of
/// forged lines, which change nothing.
fn log_claims(job: &Job, run: &Run, status: impl Fn(&str) -> Option<Status>) -> Option<String> {
    let parser = log::named(if job.suite.parser.is_empty() { "pytest" } else { &job.suite.parser })?;
    let claims = parser.read(&log::plain(&run.log));
    let expected: std::collections::BTreeSet<&String> =
        job.expected.fail_to_pass.iter().chain(&job.expected.pass_to_pass).collect();
    let mut wrong: Vec<String> = claims
        .into_iter()
        .filter(|(test, claim)| {
            *claim == Status::Passed && expected.contains(test) && status(test) != Some(Status::Passed)
        })
        .map(|(test, _)| format!("the log says that {test} passed"))
        .collect();
    wrong.sort();
    wrong.dedup();
    listed(FlagKind::Disagreement, &wrong)
}

#[cfg(test)]
pub(crate) mod tests;
