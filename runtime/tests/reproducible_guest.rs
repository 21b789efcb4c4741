//! The guest's bytes do not depend on where it is built.

use std::path::Path;
use std::{fs, io};

#[path = "../build/guest.rs"]
mod guest;

#[test]
#[ignore = "compiles the guest twice, which takes minutes: a part of `cargo xtask test`"]
fn two_folders_give_the_same_guest() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace");
    let folder = tempfile::tempdir().expect("a folder");
    let elsewhere = folder.path().join("another/and longer/path");
    copy(workspace, &elsewhere).expect("a copy");
    let here = guest::build(workspace, &folder.path().join("target")).expect("a guest");
    let there = guest::build(&elsewhere, &elsewhere.join("target")).expect("a guest");
    assert!(here == there, "{} bytes against {}", here.len(), there.len());
    let text = String::from_utf8_lossy(&here);
    for path in [workspace, folder.path()] {
        assert!(!text.contains(&path.display().to_string()), "a path of this machine is left");
    }
}

/// Copies what a build reads.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), target)?;
        } else if entry.file_name() != "target" && entry.file_name() != ".git" {
            copy(&entry.path(), &target)?;
        }
    }
    Ok(())
}
