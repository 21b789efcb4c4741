//! Running the tests.

use std::process::Command;

use crate::needs::{self, GCC, GIT, GNU_TOOLS, NATS, PYTHON};
use crate::{gen_docs, root, tidy};

/// A part of the test suite: arguments of `cargo test`, and what the machine must have.
struct Part {
    name: &'static str,
    arguments: &'static [&'static str],
    needs: Vec<String>,
}

fn parts() -> Vec<Part> {
    let gnu = needs::missing(&GNU_TOOLS);
    let git = needs::missing([&GIT]);
    let python = needs::missing([&PYTHON]);
    let both: Vec<String> = git.iter().chain(&python).cloned().collect();
    let daemon: Vec<String> = needs::missing_daemon().into_iter().chain(python.clone()).collect();
    let queue = needs::missing([&NATS, &GCC]);
    let part = |name, arguments, needs: &[String]| Part { name, arguments, needs: needs.to_vec() };
    vec![
        part(
            "units of tree, guest and tasks",
            &["-p", "sparring-tree", "-p", "sparring-guest", "-p", "sparring-tasks", "--lib"],
            &[],
        ),
        part("documentation examples", &["-p", "sparring-tree", "-p", "sparring-tasks", "--doc"], &[]),
        part("diffs beside git", &["-p", "sparring-tree", "--tests"], &git),
        part("patterns within their limits", &["-p", "sparring-guest", "--test", "matching_limits"], &[]),
        part("commands and shell beside the real ones", &["-p", "sparring-guest", "--test", "*"], &gnu),
        part("rewards beside CPython", &["-p", "sparring-tasks", "--tests"], &python),
        part("engine, sources and images", &["-p", "sparring-runtime", "--lib"], &git),
        part(
            "a guest built anew elsewhere",
            &["-p", "sparring-runtime", "--test", "reproducible_guest", "--", "--include-ignored"],
            &[],
        ),
        part("promises across crates", &["-p", "sparring-tests", "-p", "sparring-fuzz"], &both),
        part("the worker", &["-p", "sparring-worker", "--features", "nats", "--lib"], &[]),
        part("real containers", &["-p", "sparring-worker", "--features", "nats", "--test", "container"], &daemon),
        // Prints what each promise counted; without root it leaves the network namespaces out and says so.
        part("the reward queue", &["-p", "sparring-worker", "--features", "nats", "--test", "reliability"], &queue),
        part("the command", &["-p", "sparring", "--features", "nats"], &[]),
        part("benches build and run once", &["-p", "sparring-benches", "--benches", "--", "--test"], &[]),
    ]
}

/// Runs every part that the machine can run.
pub(crate) fn test(require_all: bool) -> Result<(), String> {
    tidy::run()?;
    gen_docs::run(true)?;
    let (mut passed, mut failed, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts() {
        if !part.needs.is_empty() {
            println!("\n=== SKIPPED: {}", part.name);
            part.needs.iter().for_each(|need| println!("    {need}"));
            skipped.push(part.name);
            continue;
        }
        println!("\n=== {}", part.name);
        let required = if require_all { "all" } else { "" };
        let mut arguments = vec!["test", "--release", "--locked", "--no-fail-fast"];
        arguments.extend(part.arguments);
        let outcome = cargo(&arguments, &[("SPARRING_REQUIRE", required)]);
        let list = if outcome.is_ok() { &mut passed } else { &mut failed };
        list.push(part.name);
    }
    println!("\n=== parts of the suite");
    passed.iter().for_each(|name| println!("ok       {name}"));
    failed.iter().for_each(|name| println!("FAILED   {name}"));
    skipped.iter().for_each(|name| println!("SKIPPED  {name}"));
    println!("{} passed, {} failed, {} skipped", passed.len(), failed.len(), skipped.len());
    if !failed.is_empty() {
        return Err(format!("{} parts failed: {}", failed.len(), failed.join(", ")));
    }
    if require_all && !skipped.is_empty() {
        return Err(format!("{} parts were skipped and --require all was given", skipped.len()));
    }
    Ok(())
}

/// Writes golden files anew. Look at what changed before you commit it.
pub(crate) fn bless() -> Result<(), String> {
    cargo(&["test", "--release", "-p", "sparring-tests", "formats"], &[("SPARRING_BLESS", "1")])
}

/// Runs cargo in the checkout's root.
pub(crate) fn cargo(arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), String> {
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    println!("cargo {}", arguments.join(" "));
    let status = Command::new(program)
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(root())
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {} failed", arguments.join(" "))) }
}
