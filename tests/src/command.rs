//! The `sparring` command as a child process.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

/// The command's file: `SPARRING_BINARY`, else built into the target folder that this test runs
/// from, so that it is never older than the code.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = std::env::var_os("SPARRING_BINARY") {
            return path.into();
        }
        // .../target/release/deps/all-0123
        let own = std::env::current_exe().expect("a test knows its own file");
        let profile = own.parent().and_then(Path::parent).expect("it lies in a profile's folder");
        let target = profile.parent().expect("the profile's folder lies in the target folder");
        let status = Command::new(env!("CARGO"))
            .args(["build", "--release", "--quiet", "--package", "sparring", "--target-dir"])
            .arg(target)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .status();
        assert!(status.is_ok_and(|status| status.success()), "the command cannot be built");
        profile.join("sparring")
    })
}

/// A call of the command, its cache in a folder of the test run's own.
pub fn sparring(arguments: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(arguments).env("SPARRING_CACHE", cache());
    command
}

/// The cache folder that all tests of this run share: compiled guests and images are made once.
pub fn cache() -> &'static Path {
    static CACHE: OnceLock<PathBuf> = OnceLock::new();
    CACHE.get_or_init(|| {
        let folder = tempfile::Builder::new().prefix("sparring-tests-").tempdir().expect("a temporary folder");
        // A static is never dropped, so the folder stays until the machine clears it; make it small.
        folder.keep()
    })
}

/// Runs the command to its end and expects success.
pub fn succeed(arguments: &[&str]) -> String {
    let output = sparring(arguments).output().expect("the command runs");
    assert!(output.status.success(), "sparring {arguments:?}: {}", describe(&output));
    String::from_utf8(output.stdout).expect("output is UTF-8")
}

/// Runs the command and reads the one JSON object that it prints.
pub fn json(arguments: &[&str]) -> Value {
    let text = succeed(arguments);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("sparring {arguments:?}: {error} in {text:?}"))
}

/// What a finished command said.
pub fn describe(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\nstdout: {}\nstderr: {}", output.status, text(&output.stdout), text(&output.stderr))
}
