//! The long runs: what takes too long for every change.

use std::process::Command;

use crate::needs::{self, GCC, GIT, GNU_TOOLS, NATS, PYTHON};
use crate::suite::cargo;

/// A long run: arguments of `cargo`, variables that make it long, and what the machine must have.
struct Run {
    name: &'static str,
    arguments: Vec<&'static str>,
    variables: Vec<(&'static str, String)>,
    needs: Vec<String>,
}

impl Run {
    /// `cargo test --release` of these, with the words behind `--` that show the figures.
    fn test(name: &'static str, arguments: &[&'static str], behind: &[&'static str]) -> Self {
        let mut all = vec!["test", "--release", "--locked", "--no-fail-fast"];
        all.extend(arguments);
        all.push("--");
        all.extend(behind);
        Self { name, arguments: all, variables: Vec::new(), needs: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    fn needing(mut self, missing: Vec<String>) -> Self {
        self.needs.extend(missing);
        self
    }
}

fn runs() -> Vec<Run> {
    const SHOWN: &[&str] = &["--nocapture", "--test-threads", "1"];
    const IGNORED: &[&str] = &["--ignored", "--nocapture", "--test-threads", "1"];
    let git = || needs::missing([&GIT]);
    let python = || needs::missing([&PYTHON]);
    let daemon = || needs::missing_daemon().into_iter().collect::<Vec<_>>();
    let mut runs = vec![
        Run::test("ten thousand cases of every tool", &["-p", "sparring-guest", "--test", "*"], SHOWN)
            .with("SPARRING_CASES", "10000")
            .needing(needs::missing(&GNU_TOOLS))
            .needing(git()),
        Run::test("ten thousand diffs beside git", &["-p", "sparring-tree", "--tests"], SHOWN)
            .with("SPARRING_CASES", "10000")
            .needing(git()),
        Run::test("a hundred thousand pairs beside difflib", &["-p", "sparring-tasks", "--test", "difflib"], IGNORED)
            .needing(python()),
        Run::test("the reward queue", &["-p", "sparring-worker", "--features", "nats", "--test", "reliability"], &[])
            .with("SPARRING_NIGHTLY", "1")
            .needing(needs::missing([&NATS, &GCC])),
        Run::test("long runs of containers", &["-p", "sparring-worker", "--test", "container"], IGNORED)
            .with("SPARRING_REQUIRE", "all")
            .needing(daemon()),
    ];
    let library = Run::test("tasks from Python's library", &["-p", "sparring-tasks", "--test", "real_source"], IGNORED);
    runs.push(match standard_library() {
        Ok(path) => library.with("SPARRING_REAL_SOURCE", path),
        Err(lack) => library.needing(vec![lack]),
    });
    runs.extend(sparring_guest::profile::NAMES.iter().map(|profile| Run {
        name: "a minute of fuzzing",
        arguments: vec!["run", "--release", "--locked", "--", "fuzz", profile, "--seconds", "60"],
        variables: Vec::new(),
        needs: Vec::new(),
    }));
    runs
}

/// Where the machine's `python3` keeps its standard library; what is missing when it has none.
fn standard_library() -> Result<String, String> {
    let program = "import sysconfig; print(sysconfig.get_path('stdlib'))";
    let lack = || format!("`python3` does not say where its library is; install {}", PYTHON.remedy);
    let output = Command::new(PYTHON.program).args(["-c", program]).output().map_err(|_| lack())?;
    let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if std::path::Path::new(&path).is_dir() { Ok(path) } else { Err(lack()) }
}

/// Runs all of them that the machine can run, and fails when one did.
pub(crate) fn run() -> Result<(), String> {
    let (mut failed, mut report) = (0, Vec::new());
    for run in runs() {
        let title = format!("{}: {}", run.name, run.arguments.join(" "));
        println!("\n=== {title}");
        if !run.needs.is_empty() {
            run.needs.iter().for_each(|need| println!("    SKIPPED: {need}"));
            report.push(format!("SKIPPED  {title}"));
            continue;
        }
        let variables: Vec<_> = run.variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let outcome = cargo(&run.arguments, &variables);
        failed += usize::from(outcome.is_err());
        report.push(format!("{}{title}", if outcome.is_ok() { "ok       " } else { "FAILED   " }));
    }
    println!("\n=== long runs");
    report.iter().for_each(|line| println!("{line}"));
    if failed > 0 { Err(format!("{failed} long runs failed")) } else { Ok(()) }
}
