//! every attack of the corpus, run for real by the runner's program in a local process: none is rewarded, at
//! least 95 % are flagged. Needs Python 3 with pytest; without it the test says so and, where `SPARRING_REQUIRE=all`
//! is set, fails.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sparring_tasks::execution::{Exit, Files, Job, Run};
use sparring_tasks::grading::{attacks, canary, grade, is_flagged, protect::Protected, runner};

/// A Python that has pytest: of `SPARRING_PYTEST_PYTHON`, or the one on PATH.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("SPARRING_PYTEST_PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from);
    let found = Command::new(&python).args(["-c", "import pytest"]).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    let message = format!("`{}` has no pytest: the attacks were NOT run (pip install pytest)", python.display());
    let all = std::env::var_os("SPARRING_REQUIRE").is_some_and(|value| value == "all");
    assert!(!all, "{message}");
    eprintln!("SKIPPED: {message}");
    None
}

fn lay(files: &Files, root: &Path) {
    for path in &files.deleted {
        let place = root.join(path);
        let _ = std::fs::remove_file(&place).or_else(|_| std::fs::remove_dir_all(&place));
    }
    for (path, file) in &files.written {
        let place = root.join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        if file.link {
            let _ = std::fs::remove_file(&place);
            std::os::unix::fs::symlink(std::str::from_utf8(&file.bytes).unwrap(), &place).unwrap();
        } else {
            std::fs::write(&place, &file.bytes).unwrap();
        }
    }
}

/// What a worker does, without a container: base, final tree, pristine files and canaries, then the runner.
fn run(python: &Path, job: &Job, protected: &Protected, folder: &Path) -> Run {
    let (root, output) = (PathBuf::from(&job.workdir), folder.join("out"));
    for place in [&root, &output] {
        std::fs::create_dir_all(place).unwrap();
    }
    let mut base = Files::default();
    for entry in attacks::base().unwrap().entries() {
        if entry.node.kind() == sparring_tree::mode::Kind::File {
            let file =
                sparring_tasks::execution::JobFile { mode: 0o644, link: false, bytes: entry.node.bytes().to_vec() };
            base.written.insert(String::from_utf8(entry.path.clone()).unwrap(), file);
        }
    }
    for files in [&base, &job.final_tree, &job.pristine, &canary::files(&canary::of(job))] {
        lay(files, &root);
    }
    let program = folder.join("runner.py");
    std::fs::write(&program, runner::RUNNER).unwrap();
    let plan = runner::plan(job, "local-nonce", output.to_str().unwrap()).unwrap();
    let place = folder.join("plan.json");
    std::fs::write(&place, serde_json::to_vec(&plan).unwrap()).unwrap();
    let done = Command::new(python).arg("-I").arg(&program).arg(&place).output().unwrap();
    let result = std::fs::read(output.join(runner::RESULT_FILE)).unwrap_or_default();
    let mut log = done.stdout;
    log.extend_from_slice(&done.stderr);
    Run {
        // A shell shows a signal's number above 128, as a container's main process does.
        exit: Exit::Code(i64::from(done.status.code().unwrap_or(137))),
        elapsed_ms: 0,
        log,
        log_cut: false,
        report: Some(runner::report(job, &result, "local-nonce").unwrap()),
        tampering: protected.flags.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn r41_no_attack_is_rewarded() {
    let Some(python) = python() else { return };
    let folder = std::env::temp_dir().join(format!("sparring-attacks-{}", std::process::id()));
    let corpus = attacks::corpus();
    let (mut rewarded, mut unflagged) = (Vec::new(), Vec::new());
    for (at, attack) in [attacks::solution(), attacks::nothing()].iter().chain(&corpus).enumerate() {
        let place = folder.join(at.to_string());
        let workdir = place.join("tree");
        let (job, protected) = attacks::job(attack, "local", workdir.to_str().unwrap()).unwrap();
        let run = run(&python, &job, &protected, &place);
        let verdict = grade(&job, &run);
        let log = String::from_utf8_lossy(&run.log).into_owned();
        match at {
            0 => {
                assert_eq!(verdict.value(), Some(1.0), "the solution: {verdict:?}\n{log}");
                assert!(!is_flagged(&verdict), "the solution: {verdict:?}");
            }
            1 => {
                assert_eq!(verdict.value(), Some(0.0), "doing nothing: {verdict:?}");
                assert!(!is_flagged(&verdict), "doing nothing: {verdict:?}");
            }
            _ => {
                if verdict.value() != Some(0.0) {
                    rewarded.push(format!("{}: {verdict:?}\n{log}", attack.name));
                    eprintln!("rewarded: {}", attack.name);
                }
                if !is_flagged(&verdict) {
                    eprintln!("not flagged: {}", attack.name);
                    unflagged.push(format!("{}: {verdict:?}", attack.name));
                }
            }
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
    println!("R-41: {} attacks, {} rewarded, {} not flagged", corpus.len(), rewarded.len(), unflagged.len());
    assert!(rewarded.is_empty(), "rewarded:\n{}", rewarded.join("\n"));
    assert!(unflagged.len() * 20 <= corpus.len(), "not flagged:\n{}", unflagged.join("\n"));
}
