//! The library that stands in front of the C library of a child: failing writes, jumping clocks.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles it into a folder.
pub(crate) fn build(folder: &Path) -> Result<PathBuf, String> {
    let (source, library) = (folder.join("shim.c"), folder.join("shim.so"));
    std::fs::write(&source, include_str!("shim.c")).map_err(|error| error.to_string())?;
    let output = Command::new("gcc")
        .args(["-O1", "-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .output()
        .map_err(|error| format!("gcc: {error}"))?;
    match output.status.success() {
        true => Ok(library),
        false => Err(format!("gcc: {}", String::from_utf8_lossy(&output.stderr))),
    }
}
