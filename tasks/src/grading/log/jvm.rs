//! Runners of the Java virtual machine: Maven, ant, Gradle, JUnit's console launcher.

use std::sync::LazyLock;

use regex::Regex;

use super::{Path, pattern};
use crate::reward::tests_map::Status;

/// Maven does not name tests that pass: each test is a command of its own, named by the shell's trace, and its outcome
/// is the next build's.
pub(super) fn maven(log: &str) -> Vec<(String, Status)> {
    static TEST: LazyLock<Regex> = LazyLock::new(|| pattern(r"^.*-Dtest=(\S+).*$"));
    static BUILD: LazyLock<Regex> = LazyLock::new(|| pattern(r"^.*BUILD (SUCCESS|FAILURE)$"));
    let (mut records, mut waiting) = (Vec::new(), std::collections::VecDeque::new());
    for line in log.split('\n').map(str::trim) {
        if let Some(found) = TEST.captures(line) {
            waiting.push_back(found[1].to_owned());
        }
        if let Some(found) = BUILD.captures(line)
            && let Some(test) = waiting.pop_front()
        {
            records.push((test, if &found[1] == "SUCCESS" { Status::Passed } else { Status::Failed }));
        }
    }
    records
}

/// `Tests run: 3, Failures: 0, ... - in org.Class` (2.x) or `-- in org.Class` (3.x): a class passes when it ran
/// tests and none failed. Failing methods are named besides.
pub(super) fn surefire(log: &str) -> Vec<(String, Status)> {
    static CLASS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+),.*? --? in ([\w.$]+)\s*$")
    });
    static METHOD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:\[ERROR\]\s+)?(?:([\w.$]+\.\w+)(?:\(.*?\))? -- |(\w+)(?:\(.*?\))?\(([\w.$]+)\)\s+)Time elapsed: .*<<< (FAILURE|ERROR)!",
        )
    });
    let mut records = Vec::new();
    for line in log.lines() {
        if let Some(found) = CLASS.captures(line) {
            let count = |at: usize| found[at].parse::<u64>().unwrap_or(0);
            let status = match (count(2) + count(3), count(1) > count(4)) {
                (0, true) => Status::Passed,
                (0, false) => Status::Skipped,
                _ => Status::Failed,
            };
            records.push((found[5].to_owned(), status));
        } else if let Some(found) = METHOD.captures(line) {
            let name = match (found.get(1), found.get(2), found.get(3)) {
                (Some(name), _, _) => name.as_str().to_owned(),
                (_, Some(method), Some(class)) => format!("{}.{}", class.as_str(), method.as_str()),
                _ => continue,
            };
            records.push((name, if &found[4] == "ERROR" { Status::Error } else { Status::Failed }));
        }
    }
    records
}

pub(super) fn ant(log: &str) -> Vec<(String, Status)> {
    static RESULT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*\[junit\]\s+\[(PASS|FAIL|ERR)\]\s+(.*)$"));
    let read = |line: &str| {
        let found = RESULT.captures(line.trim())?;
        Some((found[2].to_owned(), if &found[1] == "PASS" { Status::Passed } else { Status::Failed }))
    };
    log.split('\n').filter_map(read).collect()
}

/// `Class > method PASSED`; with parallel output the status can follow on a line of its own.
pub(super) fn gradle(log: &str) -> Vec<(String, Status)> {
    static WHOLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^([^>].+)\s+(PASSED|FAILED)$"));
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\S+\s+>\s+\S+)$"));
    let status = |word: &str| if word == "PASSED" { Status::Passed } else { Status::Failed };
    let (mut records, mut waiting) = (Vec::new(), None);
    for line in log.split('\n').map(str::trim) {
        if let Some(found) = WHOLE.captures(line) {
            records.push((found[1].to_owned(), status(&found[2])));
            waiting = None;
        } else if let Some(found) = NAME.captures(line) {
            waiting = Some(found[1].to_owned());
        } else if matches!(line, "PASSED" | "FAILED")
            && let Some(test) = waiting.take()
        {
            records.push((test, status(line)));
        }
    }
    records
}

/// The tree that the launcher draws, with marks or, in ASCII, with letters: only its leaves are tests.
pub(super) fn console(log: &str) -> Vec<(String, Status)> {
    static NODE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^([│|'` ]*)(?:[├└]─|\+--|[`'\\]--) (.+?) (✔|✘|↷|\[OK\]|\[X\]|\[S\])(?: .*)?$"));
    let nodes: Vec<(usize, String, String)> = log
        .lines()
        .filter_map(|line| NODE.captures(line.trim_end()))
        .map(|found| (found[1].chars().count(), found[2].to_owned(), found[3].to_owned()))
        .collect();
    let (mut records, mut path) = (Vec::new(), Path::default());
    for (at, (depth, name, mark)) in nodes.iter().enumerate() {
        path.leave(*depth);
        let has_children = nodes.get(at + 1).is_some_and(|(next, _, _)| next > depth);
        if has_children {
            path.enter(*depth, name);
            continue;
        }
        let status = match mark.as_str() {
            "✔" | "[OK]" => Status::Passed,
            "✘" | "[X]" => Status::Failed,
            _ => Status::Skipped,
        };
        records.push((path.join(name), status));
    }
    records
}
