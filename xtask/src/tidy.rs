//! Checks on the sources alone: what a reviewer should not have to say.

use std::path::Path;
use std::process::Command;

use crate::root;

/// Files longer than this need a reason below.
const LINES: usize = 400;
/// Longer files, and why they stay whole.
const LONG_FILES: &str = include_str!("long_files.txt");

/// Checks every tracked source file.
pub(crate) fn run() -> Result<(), String> {
    let root = root();
    let mut faults = Vec::new();
    for path in tracked(&root)? {
        let Ok(text) = std::fs::read_to_string(root.join(&path)) else { continue };
        if path.ends_with(".rs") {
            check_source(&path, &text, &mut faults);
        }
        check_text(&path, &text, &mut faults);
    }
    for line in LONG_FILES.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (path, reason) = line.split_once(' ').unwrap_or((line, ""));
        if reason.trim().is_empty() {
            faults.push(format!("xtask/src/long_files.txt: {path} has no reason"));
        }
        let lines = std::fs::read_to_string(root.join(path)).map_or(0, |text| text.lines().count());
        if lines <= LINES {
            faults.push(format!("xtask/src/long_files.txt: {path} has {lines} lines; take it off the list"));
        }
    }
    if faults.is_empty() {
        println!("tidy: ok");
        return Ok(());
    }
    faults.iter().for_each(|fault| eprintln!("tidy: {fault}"));
    Err(format!("{} faults of tidiness", faults.len()))
}

/// Files that git knows; without git, nothing can be said.
fn tracked(root: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("git").args(["ls-files"]).current_dir(root).output();
    match output {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
        }
        _ => {
            println!("tidy: SKIPPED, this is no git checkout");
            Ok(Vec::new())
        }
    }
}

fn check_source(path: &str, text: &str, faults: &mut Vec<String>) {
    let lines = text.lines().count();
    let is_listed = LONG_FILES.lines().any(|line| line.split(' ').next() == Some(path));
    if lines > LINES && !is_listed {
        faults.push(format!("{path}: {lines} lines; split it, or give a reason in xtask/src/long_files.txt"));
    }
    if !text.trim_start().starts_with("//!") && !text.starts_with("#!") {
        faults.push(format!("{path}: no `//!` line that says what the file is for"));
    }
    let has_unsafe = text.lines().any(|line| {
        let code = line.split("//").next().unwrap_or_default();
        code.contains("unsafe {") || code.contains("unsafe fn") || code.contains("unsafe impl")
    });
    // This file names what it looks for.
    if has_unsafe && !path.ends_with("_unsafe.rs") && path != "xtask/src/tidy.rs" {
        faults.push(format!("{path}: unsafe code belongs in a file named *_unsafe.rs"));
    }
    for mark in ["todo!(", "unimplemented!(", "FIXME", "dbg!("] {
        // Tests may search for these words.
        if path.contains("/tests/") {
            break;
        }
        if text.contains(mark) && path != "xtask/src/tidy.rs" {
            faults.push(format!("{path}: `{mark}`"));
        }
    }
}

fn check_text(path: &str, text: &str, faults: &mut Vec<String>) {
    // Logs of real tools are data, blanks included.
    if path.ends_with(".lock") || path.ends_with(".txt") || path.ends_with(".log") {
        return;
    }
    for (number, line) in text.lines().enumerate() {
        if line.ends_with([' ', '\t']) && !path.ends_with(".md") {
            faults.push(format!("{path}:{}: blanks at the end of the line", number + 1));
        }
    }
    let home = std::env::var("HOME").unwrap_or_default();
    if home.len() > 5 && text.contains(&format!("{home}/")) {
        faults.push(format!("{path}: a path of this machine ({home})"));
    }
}
