//! A test image without a registry: the machine's own Python, pytest, and one package's source distribution with its
//! own tests, sent to the daemon as one archive.
//!
//! What it needs is a Python with pip, the dynamic loader's `ldd`, and a daemon. The image holds the interpreter at
//! `/usr/local`, the shared libraries that it and its modules name, a shell with a few programs, and the package at
//! `/testbed`, owned by the administrator: tests can read it and nothing else.

mod error;
mod libraries;
mod packages;
mod python;
mod send;
mod stage;

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

pub use error::BuildError;

use super::Daemon;
use stage::Stage;

/// Where the package's source lies in an image.
pub const TESTBED: &str = "/testbed";

/// What to build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// `name:tag` of the image.
    pub name: String,
    /// The package: a requirement of the form `name==version`.
    pub package: String,
    /// What its tests need besides pytest and its own dependencies, as pip's requirements.
    pub with: Vec<String>,
    /// The interpreter. Default: the `python3` on `PATH`.
    pub python: PathBuf,
    /// Where the source distribution is kept: rollouts are made from the same file.
    pub sources: PathBuf,
}

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Built {
    /// `name:tag`.
    pub name: String,
    /// The image's id.
    pub id: String,
    /// The source distribution.
    pub source: PathBuf,
    /// Bytes of all files in the image.
    pub bytes: u64,
    /// Files in the image.
    pub files: usize,
    /// The interpreter's version.
    pub python: String,
    /// How long it took.
    pub build_ms: u64,
}

/// Builds an image. Blocks for seconds on pip and the disk; call it from a thread that may.
pub async fn build(daemon: &Daemon, recipe: &Recipe) -> Result<Built, BuildError> {
    let start = Instant::now();
    let recipe_copy = recipe.clone();
    let staged = tokio::task::spawn_blocking(move || stage_all(&recipe_copy)).await;
    let staged = staged.map_err(|error| BuildError::Stage(error.to_string()))??;
    let id = send::send(daemon, &recipe.name, staged.archive).await?;
    Ok(Built {
        name: recipe.name.clone(),
        id,
        source: staged.source,
        bytes: staged.bytes,
        files: staged.files,
        python: staged.python,
        build_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

struct Staged {
    archive: std::fs::File,
    source: PathBuf,
    bytes: u64,
    files: usize,
    python: String,
}

fn stage_all(recipe: &Recipe) -> Result<Staged, BuildError> {
    let source = packages::download(&recipe.python, &recipe.package, &recipe.sources)?;
    let mut stage = Stage::new()?;
    let python = python::stage(&recipe.python, &mut stage)?;
    let site = stage.root().join(Path::new(&python.site));
    packages::install(&recipe.python, recipe, &site)?;
    packages::unpack(&source, &stage.root().join(TESTBED.trim_start_matches('/')))?;
    packages::point_at_source(&site, stage.root(), TESTBED)?;
    stage.add_system_files()?;
    libraries::stage(&mut stage)?;
    python::check(&python, &stage)?;
    let (archive, files, bytes) = stage.pack()?;
    Ok(Staged { archive, source, bytes, files, python: python.version })
}
