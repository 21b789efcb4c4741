//! Manifests of layers: TOML that says what a container's image has and the commit lacks.
//!
//! ```toml
//! name = "pkg 1.2, built"
//!
//! [[change]]
//! add = "src/pkg.egg-info/PKG-INFO"
//! text = "Name: pkg\\n"
//!
//! [[change]]
//! add = "build"
//! from = "products/build"   # a file or folder beside the manifest
//!
//! [[change]]
//! add = "setup.cfg"
//! from = "setup.cfg"
//! committed = true          # a patch that agents see as part of the commit
//!
//! [[change]]
//! add = "run"
//! text = "#!/bin/sh\\n"
//! executable = true
//!
//! [[change]]
//! add = "latest"
//! link = "build/1.2"
//!
//! [[change]]
//! remove = ".github"
//! ```
//!
//! Changes are made in their order. What is added without `committed` is untracked to git, as products of a build are.

use std::io::Read;
use std::path::{Component, Path};

use cap_std::ambient_authority;
use cap_std::fs::{Dir, MetadataExt};
use sparring_tree::{Layer, LayerChange, Node, TreeLimits};

use super::directory;
use super::error::{SourceError, SourceErrorKind};

/// The largest manifest, in bytes.
const MANIFEST_BYTES: u64 = 64 << 20;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    name: String,
    #[serde(default)]
    change: Vec<Change>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    add: Option<String>,
    remove: Option<String>,
    text: Option<String>,
    from: Option<String>,
    link: Option<String>,
    executable: Option<bool>,
    committed: Option<bool>,
}

/// Reads a layer's manifest and the files that it names, which lie in the manifest's folder.
///
/// # Errors
/// When the manifest is none, names files that are not there or lie elsewhere, or is larger than `limits`.
pub fn read_layer(path: &Path, limits: &TreeLimits) -> Result<Layer, SourceError> {
    read(path, limits).map_err(|kind| SourceError::new(path, kind))
}

fn read(path: &Path, limits: &TreeLimits) -> Result<Layer, SourceErrorKind> {
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => SourceErrorKind::Missing,
        _ => SourceErrorKind::io(b"", error),
    })?;
    let mut text = String::new();
    file.take(MANIFEST_BYTES + 1).read_to_string(&mut text).map_err(|error| SourceErrorKind::io(b"", error))?;
    if text.len() as u64 > MANIFEST_BYTES {
        return Err(SourceErrorKind::Layer(format!("larger than {MANIFEST_BYTES} bytes; put its texts into files")));
    }
    let manifest: Manifest =
        toml::from_str(&text).map_err(|error| SourceErrorKind::Layer(error.to_string().trim_end().to_owned()))?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = Dir::open_ambient_dir(parent, ambient_authority()).map_err(|error| SourceErrorKind::io(b"", error))?;
    let mut changes = Vec::new();
    for change in manifest.change {
        changes_of(change, &folder, limits, &mut changes)?;
    }
    Ok(Layer { name: manifest.name, changes })
}

fn changes_of(
    change: Change,
    folder: &Dir,
    limits: &TreeLimits,
    changes: &mut Vec<LayerChange>,
) -> Result<(), SourceErrorKind> {
    let wrong = |what: &str| Err(SourceErrorKind::Layer(what.to_owned()));
    let Change { add, remove, text, from, link, executable, committed } = change;
    let committed = committed.unwrap_or(false);
    let path = match (add, remove) {
        (Some(path), None) => path,
        (None, Some(path)) => {
            if text.is_some() || from.is_some() || link.is_some() || executable.is_some() {
                return wrong("a change with `remove` takes nothing else");
            }
            changes.push(LayerChange::Remove { path: path.into_bytes() });
            return Ok(());
        }
        _ => return wrong("a change has either `add` or `remove`"),
    };
    let mut add = |path: Vec<u8>, node: Node| changes.push(LayerChange::Add { path, node, committed });
    match (text, from, link) {
        (Some(text), None, None) => {
            let content = text.into_bytes().into();
            add(path.into_bytes(), Node::File { executable: executable.unwrap_or(false), content });
        }
        (None, None, Some(target)) if executable.is_none() => {
            add(path.into_bytes(), Node::Link { target: target.into_bytes().into() });
        }
        (None, Some(from), None) => {
            let is_inside = Path::new(&from).components().all(|part| matches!(part, Component::Normal(_)));
            if !is_inside {
                return Err(SourceErrorKind::Layer(format!("`{from}` leads out of the manifest's folder")));
            }
            let io = |error| SourceErrorKind::io(from.as_bytes(), error);
            let metadata = folder.metadata(&from).map_err(io)?;
            if metadata.is_dir() {
                let inner = folder.open_dir(&from).map_err(io)?;
                add(path.clone().into_bytes(), Node::Directory);
                for entry in directory::read_all(&inner, limits)?.entries() {
                    add([path.as_bytes(), b"/", &entry.path].concat(), entry.node.clone());
                }
                return Ok(());
            }
            if !metadata.is_file() || metadata.len() > limits.file_bytes {
                return Err(SourceErrorKind::Layer(format!(
                    "`{from}` is no file of at most {} bytes",
                    limits.file_bytes
                )));
            }
            let content = folder.read(&from).map_err(io)?.into();
            let executable = executable.unwrap_or(metadata.mode() & 0o100 != 0);
            add(path.into_bytes(), Node::File { executable, content });
        }
        _ => return Err(SourceErrorKind::Layer(format!("`{path}` takes one of `text`, `from` and `link`"))),
    }
    Ok(())
}
