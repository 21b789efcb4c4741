//! The machine's own interpreter, moved to `/usr/local` of an image.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use super::BuildError;
use super::error::run;
use super::stage::Stage;

/// Parts of the standard library that tests of packages have no use for.
const LEFT_OUT: [&str; 8] =
    ["site-packages", "dist-packages", "test", "idlelib", "lib2to3", "ensurepip", "tkinter", "turtledemo"];
/// Modules that pytest and most suites import: without them the image is no use.
const NEEDED: &str = "import ctypes, hashlib, json, multiprocessing, subprocess, unittest, zlib";

const ASK: &str = "\
import json, os, sys, sysconfig
print(json.dumps({
    'executable': os.path.realpath(sys.executable),
    'library': sysconfig.get_paths()['stdlib'],
    'version': '%d.%d' % sys.version_info[:2],
    'full_version': sys.version.split()[0],
}))";
/// What the moved interpreter says of itself: where it thinks it stands and where packages go.
const ASK_MOVED: &str = "\
import json, site, sys
print(json.dumps({'prefix': sys.prefix, 'sites': site.getsitepackages()}))";

#[derive(Deserialize)]
struct Answer {
    executable: PathBuf,
    library: PathBuf,
    version: String,
    full_version: String,
}

#[derive(Deserialize)]
struct Moved {
    prefix: PathBuf,
    sites: Vec<PathBuf>,
}

/// An interpreter in a stage.
pub(super) struct Python {
    /// Its version, in full.
    pub(super) version: String,
    /// Below the stage's root.
    executable: PathBuf,
    /// Where packages go, below the stage's root.
    pub(super) site: PathBuf,
}

/// Copies an interpreter with its standard library.
pub(super) fn stage(python: &Path, stage: &mut Stage) -> Result<Python, BuildError> {
    let answer: Answer = ask(Command::new(python).args(["-I", "-c", ASK]))?;
    let name = format!("python{}", answer.version);
    let executable = Path::new("usr/local/bin").join(&name);
    stage.copy_program(&answer.executable, &executable)?;
    for link in ["python3", "python"] {
        stage.link(&format!("usr/local/bin/{link}"), &name)?;
    }
    let wanted = |path: &Path| {
        let first = path.components().next().map(|part| part.as_os_str().to_string_lossy().into_owned());
        let is_left_out = first.is_some_and(|first| LEFT_OUT.contains(&first.as_str()) || first.starts_with("config-"));
        let is_cache = path.file_name().is_some_and(|name| name == "__pycache__");
        let is_tk = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("_tkinter"));
        !is_left_out && !is_cache && !is_tk
    };
    stage.copy_folder(&answer.library, &Path::new("usr/local/lib").join(&name), &wanted)?;
    let moved: Moved = ask(Command::new(stage.root().join(&executable)).args(["-I", "-c", ASK_MOVED]))?;
    let root = stage.root();
    let local = root.join("usr/local");
    let site = moved.sites.iter().find_map(|site| site.starts_with(&local).then(|| site.strip_prefix(root).ok())?);
    match site {
        Some(site) if moved.prefix == local => {
            Ok(Python { version: answer.full_version, executable, site: site.to_owned() })
        }
        _ => Err(BuildError::Stage(format!(
            "{} cannot be moved: it takes {} for its prefix",
            answer.executable.display(),
            moved.prefix.display()
        ))),
    }
}

/// Makes sure that the moved interpreter works and finds pytest.
pub(super) fn check(python: &Python, stage: &Stage) -> Result<(), BuildError> {
    let code = format!("{NEEDED}\nimport pytest");
    run(Command::new(stage.root().join(&python.executable)).args(["-B", "-I", "-c", &code])).map(|_| ())
}

fn ask<T: for<'de> Deserialize<'de>>(command: &mut Command) -> Result<T, BuildError> {
    let text = run(command)?;
    serde_json::from_str(&text).map_err(|error| BuildError::Stage(format!("{command:?} said {text:?}: {error}")))
}
