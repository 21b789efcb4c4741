//! Tests of the image cache: what is kept, what is rebuilt, and what no failure may leave behind.

use std::cell::Cell;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;

use sparring_tree::{ImageView, Node, Tree, TreeBuilder, TreeLimits};

use super::storage::{Folder, Storage, put_in_chunks};
use super::*;
use crate::source::Source;

fn tree(text: &str) -> Tree {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    for n in 0..50 {
        let content = format!("{text} {n}\n").repeat(n + 1).into_bytes();
        builder
            .insert(format!("d{}/f{n}", n % 5).into_bytes(), Node::File { executable: false, content: content.into() })
            .unwrap();
    }
    builder.finish().unwrap()
}

fn cache(folder: &Path) -> ImageCache {
    ImageCache::new(Some(folder.join("cache")), u64::MAX).unwrap()
}

/// The image files in a cache.
fn files(cache: &ImageCache) -> Vec<String> {
    let names = fs::read_dir(cache.path().join("images")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| !name.ends_with(".checked"));
    names.sort();
    names
}

fn assert_holds(image: &Image, tree: &Tree) {
    assert_eq!(image.tree_digest(), tree.digest());
    ImageView::validate(image.bytes()).unwrap();
    for entry in tree.entries() {
        assert_eq!(image.view().lookup(&entry.path).unwrap().content(), entry.node.bytes());
    }
}

#[test]
fn an_image_in_memory_equals_one_in_a_cache() {
    let folder = tempfile::tempdir().unwrap();
    let tree = tree("text");
    let memory = Image::build(&tree).unwrap();
    let cached = cache(folder.path()).open_or_build_tree(&tree).unwrap();
    assert_holds(&memory, &tree);
    assert_eq!(memory.bytes(), cached.bytes());
    assert_eq!((memory.path(), memory.len()), (None, cached.file().metadata().unwrap().len()));
    // The memory is sealed: nobody who is handed the file can change what sessions read.
    assert!(io::Write::write(&mut memory.file(), b"x").is_err());
}

#[test]
fn a_second_opening_builds_nothing_and_shares_what_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let tree = tree("text");
    let cache = cache(folder.path());
    assert!(cache.open(&tree.digest()).unwrap().is_none());
    let image = cache.open_or_build_tree(&tree).unwrap();
    assert!(Arc::ptr_eq(&image, &cache.open_or_build_tree(&tree).unwrap()));
    drop(image);
    let before = fs::metadata(cache.path().join("images").join(&files(&cache)[0])).unwrap().modified().unwrap();
    let image = cache.open(&tree.digest()).unwrap().unwrap();
    assert_holds(&image, &tree);
    assert_eq!(fs::metadata(image.path().unwrap()).unwrap().modified().unwrap(), before);
}

#[test]
fn archives_are_not_read_again_and_directories_are() {
    let folder = tempfile::tempdir().unwrap();
    let cache = cache(folder.path());
    let limits = TreeLimits::default();
    let source = folder.path().join("source");
    fs::create_dir(&source).unwrap();
    fs::write(source.join("a"), "1").unwrap();
    let first = cache.open_or_build(&Source::open(&source, None).unwrap(), &limits).unwrap();
    fs::write(source.join("a"), "2").unwrap();
    let second = cache.open_or_build(&Source::open(&source, None).unwrap(), &limits).unwrap();
    assert!(first.built && second.built);
    assert_ne!(first.image.tree_digest(), second.image.tree_digest());

    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(1);
    header.set_mode(0o644);
    archive.append_data(&mut header, "top/a", &b"2"[..]).unwrap();
    fs::write(folder.path().join("a.tar"), archive.into_inner().unwrap()).unwrap();
    let open = || cache.open_or_build(&Source::open(&folder.path().join("a.tar"), None).unwrap(), &limits).unwrap();
    let read = open();
    // It holds the tree of the directory, so that nothing is built.
    assert!(!read.built);
    assert_eq!(read.image.tree_digest(), second.image.tree_digest());
    let noted = open();
    assert_eq!((noted.built, &noted.provenance), (false, &read.provenance));
    assert_eq!(noted.provenance.stripped.as_deref(), Some("top"));
    // A damaged record is no answer, and a record without its image is none either.
    for record in fs::read_dir(cache.path().join("sources")).unwrap() {
        fs::write(record.unwrap().path(), "{").unwrap();
    }
    assert_eq!(open().provenance, read.provenance);
    drop((first, second, read, noted));
    for file in files(&cache) {
        fs::remove_file(cache.path().join("images").join(file)).unwrap();
    }
    assert!(open().built);
}

#[test]
fn damaged_and_foreign_files_are_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (tree, other) = (tree("text"), Image::build(&tree("other")).unwrap());
    let path = cache(folder.path()).open_or_build_tree(&tree).unwrap().path().unwrap().to_owned();
    let good = fs::read(&path).unwrap();
    let mut damaged = good.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let mut version = good.clone();
    version[8] = 99;
    let mut header = good.clone();
    header[60] ^= 1;
    let cases: [&[u8]; 7] = [b"", b"foreign", &good[..good.len() / 2], &damaged, &version, &header, other.bytes()];
    for bytes in cases {
        fs::write(&path, bytes).unwrap();
        assert_holds(&cache(folder.path()).open_or_build_tree(&tree).unwrap(), &tree);
        assert_eq!(fs::read(&path).unwrap(), good);
    }
    fs::remove_file(&path).unwrap();
    symlink("/etc/passwd", &path).unwrap();
    // A link is not followed but replaced.
    assert_holds(&cache(folder.path()).open_or_build_tree(&tree).unwrap(), &tree);
    assert!(fs::symlink_metadata(&path).unwrap().is_file());
}

#[test]
fn the_images_used_longest_ago_go_first_and_stay_readable_while_open() {
    let folder = tempfile::tempdir().unwrap();
    let trees: Vec<Tree> = (0..4).map(|n| tree(&format!("text {n}"))).collect();
    let size = Image::build(&trees[0]).unwrap().len();
    let cache = ImageCache::new(Some(folder.path().join("cache")), 3 * size).unwrap();
    let images: Vec<_> = trees[..3].iter().map(|tree| cache.open_or_build_tree(tree).unwrap()).collect();
    // Times as they would be hours later: image 1 was used last, image 0 longest ago.
    for (image, hours) in images.iter().zip([1, 3, 2]) {
        let marker = format!("{}.checked", image.path().unwrap().display());
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(hours * 3600);
        fs::File::options().append(true).open(marker).unwrap().set_modified(time).unwrap();
    }
    fs::write(cache.path().join("images/00-killed.image.partial"), "half").unwrap();
    fs::write(cache.path().join("images/00-gone.image.checked"), "").unwrap();
    let last = cache.open_or_build_tree(&trees[3]).unwrap();
    let name = |image: &Image| image.path().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
    let mut expected = [&images[1], &images[2], &last].map(|image| name(image));
    expected.sort();
    assert_eq!(files(&cache), expected);
    assert!(!cache.path().join("images/00-gone.image.checked").exists());
    assert_holds(&images[0], &trees[0]);
    // An image larger than the whole cache is served all the same.
    let small = ImageCache::new(Some(folder.path().join("small")), 10).unwrap();
    assert_holds(&small.open_or_build_tree(&trees[0]).unwrap(), &trees[0]);
    assert_holds(&small.open_or_build_tree(&trees[1]).unwrap(), &trees[1]);
    assert_eq!(files(&small).len(), 1);
}

#[test]
fn a_folder_that_others_can_enter_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = |name: &str| ImageCache::new(Some(folder.path().join(name)), 0).map_err(|error| error.kind);
    fs::create_dir(folder.path().join("open")).unwrap();
    fs::set_permissions(folder.path().join("open"), PermissionsExt::from_mode(0o755)).unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let good = outcome("good").unwrap();
    assert_eq!(fs::metadata(good.path()).unwrap().permissions().mode() & 0o777, 0o700);
    symlink("good", folder.path().join("link")).unwrap();
    for name in ["open", "file", "link"] {
        assert!(matches!(outcome(name), Err(ImageCacheErrorKind::NotOurs)), "{name}");
    }
    let error = ImageCache::new(Some(folder.path().join("open")), 0).unwrap_err().to_string();
    assert!(error.contains("open`: the folder has to be a directory of this user with mode 0700"), "{error}");
}

#[test]
fn threads_and_caches_that_race_build_one_image() {
    let folder = tempfile::tempdir().unwrap();
    let tree = tree("text");
    let caches: Vec<ImageCache> = (0..4).map(|_| cache(folder.path())).collect();
    let images: Vec<Arc<Image>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|n| {
                scope.spawn({
                    let (tree, cache) = (&tree, &caches[n % 4]);
                    move || cache.open_or_build_tree(tree).unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    images.iter().for_each(|image| assert_holds(image, &tree));
    assert_eq!(files(&caches[0]).len(), 1);
    let inode = |image: &Image| std::os::unix::fs::MetadataExt::ino(&image.file().metadata().unwrap());
    assert!(images.iter().all(|image| inode(image) == inode(&images[0])));
}

/// A folder whose operations fail from a given one on: with an error, or after half a write.
struct Faulty<'a> {
    folder: &'a Folder,
    left: Cell<u32>,
    fault: Fault,
}

#[derive(Clone, Copy, Debug)]
enum Fault {
    NoSpace,
    Io,
    /// Half of the bytes are written, then the disk is full.
    Short,
    /// As a crash: nothing that follows happens either, no cleaning up.
    Crash,
}

impl Faulty<'_> {
    fn step<T>(&self, operation: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        match self.left.get() {
            0 => {
                if !matches!(self.fault, Fault::Crash) {
                    self.left.set(u32::MAX);
                }
                let errno =
                    if matches!(self.fault, Fault::Io) { rustix::io::Errno::IO } else { rustix::io::Errno::NOSPC };
                Err(errno.into())
            }
            u32::MAX => operation(),
            left => {
                self.left.set(left - 1);
                operation()
            }
        }
    }
}

impl Storage for Faulty<'_> {
    type File = fs::File;

    fn create(&self, name: &str) -> io::Result<fs::File> {
        self.step(|| self.folder.create(name))
    }

    fn write(&self, file: &mut fs::File, bytes: &[u8]) -> io::Result<usize> {
        if self.left.get() == 1 && matches!(self.fault, Fault::Short) {
            self.left.set(0);
            return self.folder.write(file, &bytes[..bytes.len() / 2]);
        }
        self.step(|| self.folder.write(file, bytes))
    }

    fn sync(&self, file: &fs::File) -> io::Result<()> {
        self.step(|| self.folder.sync(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.step(|| self.folder.rename(from, to))
    }

    fn sync_names(&self) -> io::Result<()> {
        self.step(|| self.folder.sync_names())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.step(|| self.folder.remove(name))
    }
}

/// each of the first 204 operations fails in turn; a file is there in full or not at all.
#[test]
fn no_fault_leaves_a_part_of_a_file() {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::open(place.path()).unwrap();
    let bytes: Vec<u8> = (0..2_000_u32).flat_map(u32::to_le_bytes).collect();
    // 200 writes, and the making, syncing, renaming and syncing around them.
    let chunk = bytes.len() / 200;
    for fault in [Fault::NoSpace, Fault::Io, Fault::Short, Fault::Crash] {
        for old in [None, Some(&b"old"[..])] {
            for at in 0..=204 {
                let _ = fs::remove_file(folder.join("image"));
                old.iter().for_each(|old| fs::write(folder.join("image"), old).unwrap());
                let faulty = Faulty { folder: &folder, left: Cell::new(at), fault };
                let outcome = put_in_chunks(&faulty, "image", &bytes, chunk);
                assert_eq!(outcome.is_ok(), at == 204, "{fault:?} at {at}: {outcome:?}");
                let found = fs::read(folder.join("image")).ok();
                let renamed = at >= 203;
                assert_eq!(found.as_deref(), if renamed { Some(bytes.as_slice()) } else { old }, "{fault:?} at {at}");
                // Only a crash leaves a partial file, which the next writer takes over.
                let left = folder.join("image.partial").exists();
                assert!(!left || matches!(fault, Fault::Crash), "{fault:?} at {at}");
                put_in_chunks(&folder, "image", &bytes, chunk).unwrap();
                assert_eq!(fs::read(folder.join("image")).unwrap(), bytes);
                assert!(!folder.join("image.partial").exists());
            }
        }
    }
}

#[test]
fn a_full_disk_is_named() {
    let full = ImageCacheErrorKind::from(io::Error::from(rustix::io::Errno::NOSPC));
    assert!(matches!(full, ImageCacheErrorKind::NoSpace));
    assert!(matches!(
        ImageCacheErrorKind::from(io::Error::from(rustix::io::Errno::DQUOT)),
        ImageCacheErrorKind::NoSpace
    ));
    assert!(matches!(ImageCacheErrorKind::from(io::Error::from(rustix::io::Errno::IO)), ImageCacheErrorKind::Io(_)));
}
