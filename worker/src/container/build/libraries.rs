//! The shared libraries that programs name.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::BuildError;
use super::stage::Stage;

/// Programs asked for at once.
const AT_ONCE: usize = 64;

/// Copies the libraries of all binaries of the stage to where they lie on this machine.
pub(super) fn stage(stage: &mut Stage) -> Result<(), BuildError> {
    let binaries: Vec<PathBuf> = stage.binaries.iter().cloned().collect();
    let mut libraries = BTreeSet::new();
    for some in binaries.chunks(AT_ONCE) {
        // It fails when one of them is static; what it says of the others still counts.
        let output = Command::new("ldd").args(some).output();
        let output =
            output.map_err(|error| BuildError::Program { program: "ldd".to_owned(), output: error.to_string() })?;
        libraries.extend(named(&String::from_utf8_lossy(&output.stdout)));
    }
    if libraries.is_empty() {
        return Err(BuildError::Stage("`ldd` names no library of the interpreter".to_owned()));
    }
    for library in &libraries {
        stage.copy(library, library)?;
    }
    Ok(())
}

/// The paths in what `ldd` prints: `libz.so.1 => /lib/libz.so.1 (0x..)` and `/lib64/ld-linux-x86-64.so.2 (0x..)`.
fn named(text: &str) -> Vec<PathBuf> {
    let path = |line: &str| {
        let line = line.trim();
        let named = line.split_once(" => ").map_or(line, |(_, path)| path);
        let (path, _) = named.rsplit_once(" (")?;
        path.starts_with('/').then(|| Path::new(path).to_owned())
    };
    text.lines().filter_map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read() {
        let text = "/usr/bin/python3:\n\tlinux-vdso.so.1 (0x1)\n\tlibz.so.1 => /lib/libz.so.1 (0x2)\n\
                    \t/lib64/ld.so.2 (0x3)\n\tlibgone.so => not found\n\tstatically linked\n";
        assert_eq!(named(text), [PathBuf::from("/lib/libz.so.1"), PathBuf::from("/lib64/ld.so.2")]);
    }
}
