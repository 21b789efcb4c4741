//! Where things lie on this machine: the cache folder, the engine, sources and their images.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sparring_runtime::engine::{Engine, EngineConfig};
use sparring_runtime::image::{Image, ImageCache, Opened};
use sparring_runtime::source::{Source, SourceError, SourceErrorKind, read_layer};
use sparring_tree::{Layer, TreeLimits};

use crate::CommandError;

/// Images kept in the cache folder, in bytes.
const CACHE_BYTES: u64 = 20 << 30;

/// The cache folder: `SPARRING_CACHE`, else `sparring` in the user's cache folder.
pub(crate) fn cache_folder() -> Result<PathBuf, CommandError> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("SPARRING_CACHE")
        .or_else(|| variable("XDG_CACHE_HOME").map(|folder| folder.join("sparring")))
        .or_else(|| variable("HOME").map(|folder| folder.join(".cache/sparring")))
        .ok_or_else(|| CommandError::Usage("no folder for the cache; set SPARRING_CACHE".into()))
}

/// The image cache of this user.
pub(crate) fn image_cache() -> Result<ImageCache, CommandError> {
    let folder = cache_folder()?;
    std::fs::create_dir_all(&folder)?;
    ImageCache::new(Some(folder.join("images")), CACHE_BYTES).map_err(CommandError::failed)
}

/// The engine, its compiled guest kept in the cache folder.
pub(crate) fn engine() -> Result<Engine, CommandError> {
    engine_with(EngineConfig::default())
}

/// As [`engine`], with settings of its own.
pub(crate) fn engine_with(config: EngineConfig) -> Result<Engine, CommandError> {
    let folder = cache_folder()?;
    std::fs::create_dir_all(&folder)?;
    Engine::new(&EngineConfig { cache_folder: Some(folder.join("guests")), ..config }).map_err(CommandError::failed)
}

/// Opens a source. What cannot be opened is the user's mistake.
pub(crate) fn source(path: &Path, commit: Option<&str>) -> Result<Source, CommandError> {
    Source::open(path, commit).map_err(source_error)
}

/// As [`source`], with the layers of these manifests on top, the lowest first.
pub(crate) fn layered_source(path: &Path, commit: Option<&str>, layers: &[PathBuf]) -> Result<Source, CommandError> {
    let read = |manifest: &PathBuf| read_layer(manifest, &TreeLimits::default()).map_err(source_error);
    let layers: Vec<Layer> = layers.iter().map(read).collect::<Result<_, _>>()?;
    Ok(source(path, commit)?.with_layers(layers))
}

fn source_error(error: SourceError) -> CommandError {
    match &error.kind {
        SourceErrorKind::Missing | SourceErrorKind::CommitWithoutRepository | SourceErrorKind::Layer(_) => {
            CommandError::Usage(error.to_string())
        }
        _ => CommandError::failed(error),
    }
}

/// The image of a source, from the cache or built now.
pub(crate) fn image(source: &Source) -> Result<Opened, CommandError> {
    image_cache()?.open_or_build(source, &TreeLimits::default()).map_err(CommandError::failed)
}

/// The image of the tree that a task set or a dataset names: from the cache, else from its source
/// if that still has the same tree.
pub(crate) fn image_of_tree(tree: &str, spec: &str, commit: Option<&str>) -> Result<Arc<Image>, CommandError> {
    let digest = sparring_tree::Digest::from_hex(tree)
        .ok_or_else(|| CommandError::Failed(format!("`{tree}` is not a tree's digest")))?;
    if let Some(image) = image_cache()?.open(&digest).map_err(CommandError::failed)? {
        return Ok(image);
    }
    let opened = image(&source(Path::new(spec), commit)?)?;
    if opened.image.tree_digest() != digest {
        return Err(CommandError::Failed(format!(
            "{spec} has the tree {}, not {digest} that was asked for; the source has changed since, or had layers \
             (`sparring image build --layer` puts such an image into the cache)",
            opened.image.tree_digest()
        )));
    }
    Ok(opened.image)
}
