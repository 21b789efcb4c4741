//! A folder of images, built on demand.

use std::collections::BTreeMap;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use sparring_tree::image::{FileFacts, IMAGE_VERSION};
use sparring_tree::{Digest, ImageView, Tree, TreeLimits};
use tempfile::TempDir;

use super::block::{Image, build_block, facts};
use super::error::{ImageCacheError, ImageCacheErrorKind};
use super::evict::{self, IMAGE};
use super::storage::{Folder, put};
use super::{lock, record, trust};
use crate::source::{Provenance, Source};

/// A folder of images, bounded in size, which several processes may share.
///
/// Images that are open in this process are found again without touching the disk, as long as
/// somebody holds them.
#[derive(Debug)]
pub struct ImageCache {
    path: PathBuf,
    images: Folder,
    locks: Folder,
    records: Folder,
    max_bytes: u64,
    open: Mutex<BTreeMap<String, Weak<Image>>>,
    /// Removes the folder when the cache is dropped; set for a cache without a folder of its own.
    _temporary: Option<TempDir>,
}

/// An image and the source that it was asked for by.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The image.
    pub image: Arc<Image>,
    /// What was read, now or when the image was built.
    pub provenance: Provenance,
    /// Whether the image was built now; otherwise it was there.
    pub built: bool,
}

impl ImageCache {
    /// Opens the cache in `folder`, which is made when it is missing and has to belong to this
    /// user with mode 0700. Without a folder the cache is a temporary one that goes with the value.
    ///
    /// `max_bytes` bounds the images' bytes: after each build, those used longest ago are removed.
    /// An image larger than that stays until the next one is built.
    ///
    /// # Errors
    /// When the folder cannot be made or others can write to it.
    pub fn new(folder: Option<PathBuf>, max_bytes: u64) -> Result<Self, ImageCacheError> {
        let (path, temporary) = match folder {
            Some(path) => (path, None),
            None => {
                // Not as the umask has it: the folder has to be ours alone.
                let ours = std::fs::Permissions::from_mode(0o700);
                let folder = tempfile::Builder::new().permissions(ours).tempdir();
                let folder = folder.map_err(|error| ImageCacheError::new(Path::new(""), error))?;
                (folder.path().to_owned(), Some(folder))
            }
        };
        let below = |name: &str| own_folder(&path.join(name));
        let folders = own_folder(&path).and_then(|_| Ok((below("images")?, below("locks")?, below("sources")?)));
        let (images, locks, records) = folders.map_err(|kind| ImageCacheError::new(&path, kind))?;
        let open = Mutex::new(BTreeMap::new());
        Ok(Self { path, images, locks, records, max_bytes, open, _temporary: temporary })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the image of a source, building it when it is missing, damaged or of another version.
    ///
    /// A commit or an archive that was opened before is not read again; a directory always is,
    /// since only its bytes say what it holds.
    ///
    /// # Errors
    /// When the source cannot be read within `limits`, or the image cannot be written.
    pub fn open_or_build(&self, source: &Source, limits: &TreeLimits) -> Result<Opened, ImageCacheError> {
        self.find_or_build(source, limits).map_err(|kind| ImageCacheError::new(&self.path, kind))
    }

    /// Opens the image of a tree, building it when it is missing.
    ///
    /// # Errors
    /// When the image cannot be written.
    pub fn open_or_build_tree(&self, tree: &Tree) -> Result<Arc<Image>, ImageCacheError> {
        let built = self.of_tree(tree).map_err(|kind| ImageCacheError::new(&self.path, kind))?;
        Ok(built.0)
    }

    /// Opens the image of the tree with this digest; `None` when it is not in the cache.
    ///
    /// # Errors
    /// When a file that is there cannot be read.
    pub fn open(&self, tree: &Digest) -> Result<Option<Arc<Image>>, ImageCacheError> {
        self.existing(tree).map_err(|kind| ImageCacheError::new(&self.path, kind))
    }

    fn find_or_build(&self, source: &Source, limits: &TreeLimits) -> Result<Opened, ImageCacheErrorKind> {
        let identity = source.identity(limits);
        if let Some(identity) = &identity
            && let Some((tree, provenance)) = record::find(&self.records, identity)
            && let Some(image) = self.existing(&tree)?
        {
            return Ok(Opened { image, provenance, built: false });
        }
        let (tree, provenance) = source.read(limits)?;
        let (image, built) = self.of_tree(&tree)?;
        if let Some(identity) = identity {
            let _lock = lock::lock(&self.locks, &identity.to_string())?;
            record::note(&self.records, &identity, image.tree_digest(), &provenance)?;
            evict::records(&self.records)?;
        }
        Ok(Opened { image, provenance, built })
    }

    fn of_tree(&self, tree: &Tree) -> Result<(Arc<Image>, bool), ImageCacheErrorKind> {
        let facts = facts(tree);
        let digest = tree.digest_of_contents(facts.iter().map(|facts| facts.digest));
        match self.existing(&digest)? {
            Some(image) => Ok((image, false)),
            None => self.build(tree, &facts, &digest),
        }
    }

    /// The image of a tree, when it is open or a good file of it is there.
    fn existing(&self, tree: &Digest) -> Result<Option<Arc<Image>>, ImageCacheErrorKind> {
        let name = file_name(tree);
        if let Some(image) = self.opened().get(&name).and_then(Weak::upgrade) {
            trust::touch(&self.images, &name);
            return Ok(Some(image));
        }
        match self.map(&name, tree) {
            Ok(image) => Ok(Some(self.remember(name, image))),
            // Missing, damaged, of another version, or no image at all: to be built.
            Err(ImageCacheErrorKind::Image(_)) => Ok(None),
            Err(ImageCacheErrorKind::Io(error)) if is_no_file(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Maps an image file and checks it against its digest unless that was done before.
    fn map(&self, name: &str, tree: &Digest) -> Result<Image, ImageCacheErrorKind> {
        let file = self.images.file(name)?;
        if !file.metadata()?.is_file() || file.metadata()?.len() == 0 {
            return Err(sparring_tree::ImageError::Foreign.into());
        }
        let trusted = trust::is_trusted(&self.images, name, &file)?;
        let image = Image::open(file, Some(self.images.join(name)))?;
        if !trusted {
            ImageView::validate(image.bytes())?;
            trust::trust(&self.images, name, image.file())?;
        }
        if image.tree_digest() != *tree {
            return Err(sparring_tree::ImageError::Foreign.into());
        }
        trust::touch(&self.images, name);
        Ok(image)
    }

    fn build(
        &self,
        tree: &Tree,
        facts: &[FileFacts],
        digest: &Digest,
    ) -> Result<(Arc<Image>, bool), ImageCacheErrorKind> {
        let name = file_name(digest);
        let _lock = lock::lock(&self.locks, &name)?;
        // Somebody else may have built it while this process waited.
        if let Some(image) = self.existing(digest)? {
            return Ok((image, false));
        }
        put(&self.images, &name, &build_block(tree, facts))?;
        trust::trust(&self.images, &name, &self.images.file(&name)?)?;
        let image = self.map(&name, digest)?;
        evict::images(&self.images, &self.locks, &name, self.max_bytes)?;
        Ok((self.remember(name, image), true))
    }

    fn remember(&self, name: String, image: Image) -> Arc<Image> {
        let mut open = self.opened();
        open.retain(|_, image| image.strong_count() > 0);
        // Two threads may have mapped it at once; the second takes the first one's.
        if let Some(image) = open.get(&name).and_then(Weak::upgrade) {
            return image;
        }
        let image = Arc::new(image);
        open.insert(name, Arc::downgrade(&image));
        image
    }

    fn opened(&self) -> MutexGuard<'_, BTreeMap<String, Weak<Image>>> {
        // The map is whole between any two of its operations.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of an image: what it holds, layers included, and how it is laid out.
fn file_name(tree: &Digest) -> String {
    format!("{tree}-v{IMAGE_VERSION}{IMAGE}")
}

/// Whether nothing stands at a path, or a link, which is never followed.
fn is_no_file(error: &io::Error) -> bool {
    let raw = error.raw_os_error().map(rustix::io::Errno::from_raw_os_error);
    matches!(raw, Some(rustix::io::Errno::NOENT | rustix::io::Errno::LOOP))
}

/// Makes a folder that only this user can enter, or checks that it is one.
fn own_folder(path: &Path) -> Result<Folder, ImageCacheErrorKind> {
    match DirBuilder::new().recursive(true).mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(ImageCacheErrorKind::NotOurs),
        other => other?,
    }
    let metadata = std::fs::symlink_metadata(path)?;
    let user = rustix::process::geteuid().as_raw();
    if !metadata.is_dir() || metadata.uid() != user || metadata.mode() & 0o077 != 0 {
        return Err(ImageCacheErrorKind::NotOurs);
    }
    Ok(Folder::open(path)?)
}
