//! Runners of compiled languages: go, cargo, ctest, googletest.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::pattern;
use crate::reward::tests_map::Status;

pub(super) fn go(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^--- (PASS|FAIL|SKIP): (.+) \((.+)\)$"));
    let read = |line: &str| {
        let found = RESULT.captures(line.trim())?;
        let status = match &found[1] {
            "PASS" => Status::Passed,
            "FAIL" => Status::Failed,
            _ => Status::Skipped,
        };
        Some((found[2].to_owned(), status))
    };
    log.split('\n').filter_map(read).collect()
}

pub(super) fn go_json(log: &str) -> Vec<(String, Status)> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Event {
        action: String,
        package: String,
        test: String,
    }
    let read = |line: &str| {
        let event: Event = serde_json::from_str(line.trim()).ok()?;
        let status = match event.action.as_str() {
            "pass" => Status::Passed,
            "fail" => Status::Failed,
            "skip" => Status::Skipped,
            _ => return None,
        };
        Some((format!("{}::{}", event.package, event.test), status))
    };
    log.split('\n').filter_map(read).collect()
}

pub(super) fn cargo(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^test\s+(\S+)\s+\.\.\.\s+(\w+)$"));
    let read = |line: &str| {
        let found = RESULT.captures(line.trim())?;
        let status = match &found[2] {
            "ok" => Status::Passed,
            "FAILED" => Status::Failed,
            _ => return None,
        };
        Some((found[1].to_owned(), status))
    };
    log.split('\n').filter_map(read).collect()
}

pub(super) fn cargo_full(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)(?:, .*)?$"));
    let read = |line: &str| {
        let found = RESULT.captures(line.trim())?;
        let status = match &found[2] {
            "ok" => Status::Passed,
            "FAILED" => Status::Failed,
            _ => Status::Skipped,
        };
        Some((found[1].to_owned(), status))
    };
    log.split('\n').filter_map(read).collect()
}

pub(super) fn ctest(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^\s*\d+/\d+ Test\s+#\d+: (.+?) \.*\s*(?:\*\*\*)?(Passed|Failed|Timeout|Not Run|Skipped|Exception)\b.*$",
        )
    });
    let read = |line: &str| {
        let found = RESULT.captures(line)?;
        let status = match &found[2] {
            "Passed" => Status::Passed,
            "Skipped" => Status::Skipped,
            "Not Run" => Status::Error,
            _ => Status::Failed,
        };
        Some((found[1].trim_end_matches([' ', '.']).to_owned(), status))
    };
    log.split('\n').filter_map(read).collect()
}

pub(super) fn googletest(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^.*\[\s*(OK|FAILED)\s*\]\s(.*)\s\(.*\)$"));
    let read = |line: &str| {
        let found = RESULT.captures(line.trim())?;
        Some((found[2].to_owned(), if &found[1] == "OK" { Status::Passed } else { Status::Failed }))
    };
    log.split('\n').filter_map(read).collect()
}
