//! Compiled guests on disk.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::test_guest::build;
use super::{POLICIES, assert_echoes, image};
use crate::engine::{Engine, EngineConfig, EngineError};

fn engine_with(folder: &Path) -> Result<Engine, EngineError> {
    let config = EngineConfig { cache_folder: Some(folder.to_owned()), ..EngineConfig::default() };
    Engine::with_guest(&config, &build())
}

fn only_file(folder: &Path) -> PathBuf {
    let mut files = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path());
    let file = files.next().expect("a file");
    assert!(files.next().is_none(), "no temporary file is left");
    file
}

#[test]
fn a_compiled_guest_is_kept_and_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = folder.path().join("new/compiled");
    engine_with(&cache).expect("an engine");
    assert_eq!(fs::metadata(&cache).expect("made").permissions().mode() & 0o777, 0o700);
    let file = only_file(&cache);
    let written = fs::metadata(&file).expect("there").modified().expect("a time");
    let engine = engine_with(&cache).expect("an engine");
    assert_eq!(fs::metadata(&file).expect("there").modified().expect("a time"), written);
    for policy in POLICIES {
        assert_echoes(&mut engine.place(), &image(1, 10), policy);
    }
}

#[test]
fn a_damaged_file_is_compiled_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    engine_with(folder.path()).expect("an engine");
    let file = only_file(folder.path());
    let good = fs::read(&file).expect("readable");
    let mut flipped = good.clone();
    *flipped.last_mut().expect("not empty") ^= 1;
    for damaged in [&flipped[..], &good[..good.len() / 2], b""] {
        fs::write(&file, damaged).expect("writable");
        let engine = engine_with(folder.path()).expect("an engine");
        assert_echoes(&mut engine.place(), &image(1, 10), POLICIES[0]);
        assert_eq!(fs::read(only_file(folder.path())).expect("readable"), good);
    }
}

#[test]
fn a_folder_that_others_may_write_to_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o770)).expect("ours");
    let error = engine_with(folder.path()).expect_err("refused");
    assert!(matches!(error, EngineError::Cache { .. }), "{error}");
}
