//! Developer tasks: `cargo xtask test|tidy|gen|bless|nightly`.

mod gen_docs;
mod needs;
mod nightly;
mod suite;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask COMMAND

  test [--require all]   run what this machine can; names what it skips.
                         With --require all a skip is a failure.
  tidy                   the checks on the sources alone
  gen [--check]          write the generated pages of docs/; --check fails when they differ
  bless                  run the tests that hold golden files and write these anew
  nightly                the long runs: ten thousand cases, ignored tests, containers, fuzzing";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test"] => suite::test(false),
        ["test", "--require", "all"] => suite::test(true),
        ["tidy"] => tidy::run(),
        ["gen"] => gen_docs::run(false),
        ["gen", "--check"] => gen_docs::run(true),
        ["bless"] => suite::bless(),
        ["nightly"] => nightly::run(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The root of the checkout. What cargo says at run time comes first: a target folder that several
/// checkouts share may hold a binary that was compiled in another one.
fn root() -> std::path::PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let here = std::path::PathBuf::from(here);
    here.parent().unwrap_or(&here).to_owned()
}
