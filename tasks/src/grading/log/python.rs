//! unittest and the runners of Django and SymPy.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern;
use crate::reward::tests_map::Status;

/// `test_add (module.Class.test_add) ... ok`, the name being all before ` ... `. A first line of a docstring stands
/// on a line of its own behind the name, and what a test prints may come before its outcome.
pub(super) fn unittest(log: &str) -> Vec<(String, Status)> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\w+ \([\w.<>]+\)(?: \[.*\])?(?: \(.*\))?)$"));
    let (mut records, mut name, mut waiting) = (Vec::new(), None, None);
    for line in log.lines().map(str::trim_end) {
        if let Some(found) = NAME.captures(line) {
            name = Some(found[1].to_owned());
            continue;
        }
        let split = line.split_once(" ... ").or_else(|| line.strip_suffix(" ...").map(|test| (test, "")));
        let outcome = match split {
            Some((before, outcome)) => {
                let test = if NAME.is_match(before) { Some(before.to_owned()) } else { name.take() };
                waiting = test;
                outcome
            }
            None => line,
        };
        name = None;
        if let Some(status) = outcome_word(outcome)
            && let Some(test) = waiting.take()
        {
            records.push((test, status));
        }
    }
    records
}

fn outcome_word(outcome: &str) -> Option<Status> {
    Some(match outcome {
        "ok" => Status::Passed,
        "FAIL" | "unexpected success" => Status::Failed,
        "ERROR" => Status::Error,
        "expected failure" => Status::Xfail,
        _ if outcome.starts_with("skipped ") => Status::Skipped,
        _ => return None,
    })
}

pub(super) fn django(log: &str) -> Vec<(String, Status)> {
    const OF_NO_TEST: &str = "--version is equivalent to version";
    static INTERRUPTED: LazyLock<[Regex; 3]> = LazyLock::new(|| {
        [
            pattern(r"(?m)^(.*?)\s\.\.\.\sTesting against Django installed in (?s:.*?) silenced\)\.\nok$"),
            pattern(r"(?m)^(.*?)\s\.\.\.\sInternal Server Error: /(.*)/\nok$"),
            pattern(r"(?m)^(.*?)\s\.\.\.\sSystem check identified no issues \(0 silenced\)\nok$"),
        ]
    });
    let mut records = Vec::new();
    let mut before: Option<&str> = None;
    for line in log.split('\n').map(str::trim) {
        let mut record = |test: &str, status| records.push((test.to_owned(), status));
        if line.contains(OF_NO_TEST) {
            record(OF_NO_TEST, Status::Passed);
        }
        if let Some((test, _)) = line.split_once(" ... ") {
            before = Some(test);
        }
        for suffix in [" ... ok", " ... OK", " ...  OK"] {
            if !line.ends_with(suffix) {
                continue;
            }
            let line = match line.starts_with("Applying sites.0002_alter_domain_unique...test_no_migrations") {
                true => line.split_once("...").map_or(line, |(_, rest)| rest.trim()),
                false => line,
            };
            record(line.strip_suffix(suffix).unwrap_or(line), Status::Passed);
            break;
        }
        if let Some((test, _)) = line.split_once(" ... skipped") {
            record(test, Status::Skipped);
        }
        for (suffix, heading, status) in
            [(" ... FAIL", "FAIL:", Status::Failed), (" ... ERROR", "ERROR:", Status::Error)]
        {
            if line.ends_with(suffix) {
                record(line.split_once(suffix).map_or(line, |(test, _)| test), status);
            }
            if let Some(test) = line.strip_prefix(heading).and_then(|_| line.split_whitespace().nth(1)) {
                record(test, status);
            }
        }
        // The test printed something between its name and its outcome.
        if let Some(test) = before.filter(|_| line.starts_with("ok")) {
            record(test, Status::Passed);
        }
    }
    for interrupted in INTERRUPTED.iter() {
        records.extend(interrupted.captures_iter(log).map(|found| (found[1].to_owned(), Status::Passed)));
    }
    records
}

pub(super) fn sympy(log: &str) -> Vec<(String, Status)> {
    static FAILURE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(_*) (.*)\.py:(.*) (_*)"));
    let heading = |found: regex::Captures<'_>| (format!("{}.py:{}", &found[2], &found[3]), Status::Failed);
    let mut records: Vec<_> = FAILURE.captures_iter(log).map(heading).collect();
    for line in log.split('\n').map(str::trim).filter(|line| line.starts_with("test_")) {
        let Some(test) = line.split_whitespace().next() else { continue };
        let outcomes = [(" E", Status::Error), (" F", Status::Failed), (" ok", Status::Passed)];
        let found = outcomes.into_iter().filter(|(suffix, _)| line.ends_with(suffix));
        records.extend(found.map(|(_, status)| (test.to_owned(), status)));
    }
    records
}
