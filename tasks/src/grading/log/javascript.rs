//! Runners of JavaScript, and TAP.

use std::sync::LazyLock;

use regex::Regex;

use super::{Path, indentation, pattern, plain as without_colours};
use crate::reward::tests_map::Status;

pub(super) fn jest(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(✓|✕|○)\s(.+?)(?:\s\((\d+\s*m?s)\))?$"));
    let read = |line: &str| {
        let found = RESULT.captures(line.trim())?;
        let status = match &found[1] {
            "✓" => Status::Passed,
            "✕" => Status::Failed,
            _ => Status::Skipped,
        };
        Some((found[2].trim().to_owned(), status))
    };
    log.split('\n').filter_map(read).collect()
}

pub(super) fn jest_json(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\[(PASSED|FAILED)\]\s(.+)$"));
    let read = |line: &str| {
        let found = RESULT.captures(line.trim())?;
        Some((found[2].to_owned(), if &found[1] == "PASSED" { Status::Passed } else { Status::Failed }))
    };
    log.split('\n').filter_map(read).collect()
}

pub(super) fn vitest(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(✓|×|↓)\s(.+?)(?:\s(\d+\s*m?s?|\[skipped\]))?$"));
    let read = |line: &str| {
        let found = RESULT.captures(line.trim())?;
        let status = match &found[1] {
            "✓" => Status::Passed,
            "×" => Status::Failed,
            _ => Status::Skipped,
        };
        Some((found[2].to_owned(), status))
    };
    log.split('\n').filter_map(read).collect()
}

/// The tree of suites, in which a failing test is `1) name`; what follows `n passing` explains the failures.
pub(super) fn mocha(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:([✓✔√])|(\d+\))|(-))\s(.+?)(?:\s\(\d+m?s\))?$"));
    static SUMMARY: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\d+ (?:passing|failing|pending)\b"));
    let (mut records, mut path) = (Vec::new(), Path::default());
    for line in log.lines().filter(|line| !line.trim().is_empty()) {
        let (depth, text) = (indentation(line), line.trim());
        if depth == 0 || SUMMARY.is_match(text) {
            path = Path::default();
            if SUMMARY.is_match(text) {
                break;
            }
        } else if let Some(found) = RESULT.captures(text) {
            let status = match (found.get(1), found.get(2)) {
                (Some(_), _) => Status::Passed,
                (_, Some(_)) => Status::Failed,
                _ => Status::Skipped,
            };
            path.leave(depth);
            records.push((path.join(&found[4]), status));
        } else {
            path.enter(depth, text);
        }
    }
    records
}

pub(super) fn karma(log: &str) -> Vec<(String, Status)> {
    static LINE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\s*)?([✔✖])?\s(.*)$"));
    let (mut records, mut suite, mut depth, mut started) = (Vec::new(), Vec::<String>::new(), -1, false);
    for line in log.split('\n') {
        if line.starts_with("SUMMARY:") {
            break;
        }
        if line.contains("Starting browser") {
            started = true;
            continue;
        }
        let Some(found) = LINE.captures(line).filter(|_| started) else { continue };
        let blanks = found.get(1).map_or(0, |blanks| blanks.as_str().chars().count() as i64);
        let (name, mark) = (&found[3], found.get(2).map(|mark| mark.as_str()));
        if blanks > 0 && mark.is_none() {
            if blanks > depth {
                depth = blanks;
                suite.push(name.to_owned());
            } else if blanks < depth {
                depth = blanks;
                suite.pop();
                continue;
            }
        }
        if let Some(mark) = mark {
            let path = suite.iter().map(String::as_str).chain([name]).collect::<Vec<_>>().join(" > ");
            records.push((path, if mark == "✔" { Status::Passed } else { Status::Failed }));
        }
    }
    records
}

pub(super) fn tap(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(ok|not ok) (\d+) (.+)$"));
    let read = |line: &str| {
        let found = RESULT.captures(line.trim())?;
        Some((found[3].to_owned(), if &found[1] == "ok" { Status::Passed } else { Status::Failed }))
    };
    log.split('\n').filter_map(read).collect()
}

/// A test that is skipped is no pass, and one that is still to be done may fail. Subtests are named by their path,
/// which node prints before them.
pub(super) fn tap_full(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"^(ok|not ok)(?: \d+)?(?: -)? ?(.*?)(?:\s+# ?(SKIP|Skip|skip|TODO|Todo|todo)\b.*)?$")
    });
    let text = without_colours(log.as_bytes());
    let (mut records, mut path) = (Vec::new(), Path::default());
    for line in text.lines() {
        let (depth, content) = (indentation(line), line.trim());
        if let Some(name) = content.strip_prefix("# Subtest: ") {
            path.enter(depth, name);
        } else if let Some(found) = RESULT.captures(content) {
            let passed = &found[1] == "ok";
            let status = match found.get(3).map(|directive| directive.as_str().to_ascii_uppercase()) {
                Some(word) if word == "SKIP" => Status::Skipped,
                Some(_) if !passed => Status::Xfail,
                _ if passed => Status::Passed,
                _ => Status::Failed,
            };
            path.leave(depth);
            records.push((path.join(found[2].trim()), status));
        }
    }
    records
}
