//! Real input without any set-up: the machine's own Python library.

use std::path::PathBuf;
use std::process::Command;

use sparring_runtime::source::{PYTHON_LIBRARY_EXCLUDES, Source};

use crate::CommandError;

/// The standard library of the `python3` on `PATH`, without installed packages and tests.
pub(crate) fn standard_library() -> Result<Source, CommandError> {
    let missing =
        |why: String| CommandError::Usage(format!("{why}; name a Python source tree instead: sparring demo PATH"));
    let output = Command::new("python3")
        .args(["-I", "-c", "import sysconfig; print(sysconfig.get_paths()['stdlib'])"])
        .output()
        .map_err(|error| missing(format!("no python3 on PATH ({error})")))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let folder = PathBuf::from(text.trim());
    if !output.status.success() || text.trim().is_empty() {
        return Err(missing("python3 does not say where its standard library is".into()));
    }
    Source::directory_filtered(&folder, PYTHON_LIBRARY_EXCLUDES)
        .map_err(|_| missing(format!("python3's standard library {} cannot be read", folder.display())))
}
