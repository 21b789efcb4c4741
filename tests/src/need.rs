//! Programs of the machine that some tests need.

use std::process::{Command, Stdio};

/// Whether a program is there. When it is not, the test that asks says so on standard error and
/// ends; with `SPARRING_REQUIRE=all` in the environment its absence fails the test instead, so
/// that a full run cannot pass by leaving things out.
///
/// # Panics
/// When the program is missing and everything is required.
pub fn program(name: &str) -> bool {
    let found = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        return true;
    }
    absent(&format!("`{name}`"));
    false
}

/// Says that this test can't run here, loudly.
///
/// # Panics
/// When everything is required.
pub fn absent(what: &str) {
    let all = std::env::var_os("SPARRING_REQUIRE").is_some_and(|value| value == "all");
    assert!(!all, "{what} is missing, and SPARRING_REQUIRE=all asks for everything");
    eprintln!("SKIPPED: this test needs {what}, which is not on this machine");
}
