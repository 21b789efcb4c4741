//! pytest's own output, in the readings of SWE-bench.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern;
use crate::reward::tests_map::Status;

const WORDS: &str = "FAILED|PASSED|SKIPPED|ERROR|XFAIL";

static STATUS_FIRST: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"^({WORDS})\s+(\S+)")));
static TEST_FIRST: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"^(\S+)\s+({WORDS})(?:\s|$)")));
static SKIP_COUNT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\[\d+\]"));
static PARAMETERS: LazyLock<Regex> = LazyLock::new(|| pattern(r"(.*?)\[(.*)\]"));
static COLOUR: LazyLock<Regex> = LazyLock::new(|| pattern(r"\[(\d+)m"));

fn status(word: &str) -> Option<Status> {
    Some(match word {
        "PASSED" => Status::Passed,
        "FAILED" => Status::Failed,
        "ERROR" => Status::Error,
        "SKIPPED" => Status::Skipped,
        "XFAIL" => Status::Xfail,
        _ => return None,
    })
}

/// One line: `PASSED test`, `FAILED test - why`, or `test PASSED [ 10%]`. Summaries of skips, which name a place and
/// a count, are no tests. A name ends at its first blank.
fn record(line: &str) -> Option<(String, Status)> {
    if let Some(found) = STATUS_FIRST.captures(line) {
        let (status, mut test) = (status(&found[1])?, found[2].to_owned());
        if status == Status::Failed {
            test = line.replace(" - ", " ").split_whitespace().nth(1)?.to_owned();
        }
        let is_count = status == Status::Skipped && SKIP_COUNT.is_match(&test);
        return (!is_count).then_some((test, status));
    }
    let found = TEST_FIRST.captures(line)?;
    Some((found[1].to_owned(), status(&found[2])?))
}

pub(super) fn plain(log: &str) -> Vec<(String, Status)> {
    log.split('\n').filter_map(record).collect()
}

pub(super) fn options(log: &str) -> Vec<(String, Status)> {
    let normal = |(test, status): (String, Status)| {
        let Some(found) = PARAMETERS.captures(&test) else { return (test, status) };
        let (name, option) = (&found[1], &found[2]);
        let is_path = option.starts_with('/') && !option.starts_with("//") && !option.contains('*');
        let option = if is_path { &option[option.rfind('/').unwrap_or(0)..] } else { option };
        (format!("{name}[{option}]"), status)
    };
    plain(log).into_iter().map(normal).collect()
}

pub(super) fn coloured(log: &str) -> Vec<(String, Status)> {
    let clean = |line: &str| -> String {
        COLOUR.replace_all(line, "").chars().filter(|letter| !('\x01'..='\x1f').contains(letter)).collect()
    };
    log.split('\n').filter_map(|line| record(&clean(line))).collect()
}

pub(super) fn matplotlib(log: &str) -> Vec<(String, Status)> {
    let read = |line: &str| {
        let line = line.replace("MouseButton.LEFT", "1").replace("MouseButton.RIGHT", "3");
        let line = if line.starts_with("FAILED") { line.replace(" - ", " ") } else { line };
        let mut words = line.split_whitespace();
        let (first, test) = (words.next()?, words.next()?);
        // A line may begin with the word only: `PASSED!` names no status and is dropped.
        Some((test.to_owned(), status(first)?))
    };
    log.split('\n').filter_map(read).collect()
}

pub(super) fn seaborn(log: &str) -> Vec<(String, Status)> {
    let read = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        if line.starts_with("FAILED") {
            return Some(((*words.get(1)?).to_owned(), Status::Failed));
        }
        if line.contains(" PASSED ") {
            return (words.get(1) == Some(&"PASSED")).then(|| (words[0].to_owned(), Status::Passed));
        }
        if line.starts_with("PASSED") {
            return Some(((*words.get(1)?).to_owned(), Status::Passed));
        }
        None
    };
    log.split('\n').filter_map(read).collect()
}

pub(super) fn r2e_gym(log: &str) -> Vec<(String, Status)> {
    crate::reward::tests_map::pytest_summary(log).into_iter().collect()
}

/// tox 4 prints lines of a parallel run behind `environment: `.
pub(super) fn tox(log: &str) -> Vec<(String, Status)> {
    static PREFIX: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:[a-z0-9._-]+: |[a-z0-9._-]+ run-test: )"));
    let lines: Vec<String> = log.split('\n').map(|line| PREFIX.replace(line, "").into_owned()).collect();
    let text = lines.join("\n");
    let mut records = coloured(&text);
    records.extend(super::python::unittest(&text));
    records
}
