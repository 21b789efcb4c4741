//! Runners of Ruby and PHP.

use std::sync::LazyLock;

use regex::Regex;

use super::{Path, indentation, pattern};
use crate::reward::tests_map::Status;

/// The tree of groups. A group and a passing example look alike: a line is a group when the next one is deeper.
pub(super) fn rspec(log: &str) -> Vec<(String, Status)> {
    static MARK: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.+?) \((FAILED - \d+|PENDING: .*)\)$"));
    let end = |line: &&str| {
        !matches!(line.trim_end(), "Failures:" | "Failed examples:")
            && !line.starts_with("Pending: (")
            && !line.starts_with("Finished in ")
    };
    let lines: Vec<(usize, &str)> = log
        .lines()
        .take_while(end)
        .filter(|line| !line.trim().is_empty())
        .map(|line| (indentation(line), line.trim()))
        .collect();
    let (mut records, mut path) = (Vec::new(), Path::default());
    for (at, &(depth, text)) in lines.iter().enumerate() {
        path.leave(depth);
        if let Some(found) = MARK.captures(text) {
            let status = if found[2].starts_with("FAILED") { Status::Failed } else { Status::Skipped };
            records.push((path.join(&found[1]), status));
        } else if lines.get(at + 1).is_some_and(|&(next, _)| next > depth) {
            path.enter(depth, text);
        } else if depth > 0 && !path.0.is_empty() {
            records.push((path.join(text), Status::Passed));
        }
    }
    records
}

pub(super) fn rspec_json(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.+) - (passed|failed)"));
    let read = |line: &str| {
        let found = RESULT.captures(line.trim())?;
        Some((found[1].to_owned(), if &found[2] == "passed" { Status::Passed } else { Status::Failed }))
    };
    log.split('\n').filter_map(read).collect()
}

/// SWE-bench's reading, which takes names that end with a full stop, and minitest's own `Class#method`.
pub(super) fn minitest(log: &str) -> Vec<(String, Status)> {
    static THEIRS: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(.+)\. .*=.*(\.|F|E).*$"));
    static OWN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\S+#.+) = \d+\.\d+ s = ([.FES])$"));
    let read = |line: &str| {
        let line = line.trim();
        let found = OWN.captures(line).or_else(|| THEIRS.captures(line))?;
        let status = match &found[2] {
            "." => Status::Passed,
            "S" => Status::Skipped,
            _ => Status::Failed,
        };
        Some((found[1].to_owned(), status))
    };
    log.split('\n').filter_map(read).collect()
}

pub(super) fn ruby_unit(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(?:test: )?(.+):\s+(\.|E\b|F\b|O\b)"));
    let read = |line: &str| {
        let found = RESULT.captures(line.trim())?;
        let status = match &found[2] {
            "." => Status::Passed,
            "O" => Status::Skipped,
            _ => Status::Failed,
        };
        Some((found[1].to_owned(), status))
    };
    log.split('\n').filter_map(read).collect()
}

pub(super) fn phpunit(log: &str) -> Vec<(String, Status)> {
    static SUITE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\w.+) \(.+\)$"));
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*([✔✘↩])\s*(.*)$"));
    // What Python prints for a suite that was never named: older releases leave the class out.
    let mut suite = "None".to_owned();
    let mut records = Vec::new();
    for line in log.split('\n') {
        if let Some(found) = SUITE.captures(line) {
            suite = found[1].to_owned();
        } else if let Some(found) = RESULT.captures(line) {
            let status = match &found[1] {
                "✔" => Status::Passed,
                "✘" => Status::Failed,
                _ => Status::Skipped,
            };
            records.push((format!("{suite} > {}", &found[2]), status));
        }
    }
    records
}
