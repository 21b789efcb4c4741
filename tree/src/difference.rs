//! What differs between two states of a session's files: the base of a task and its end, or the
//! image and now.

use crate::ImageView;
use crate::content::{Content, MissingBlob, PieceStore};
use crate::digest::{Digest, Hasher};
use crate::image::EntryView;
use crate::mode::{Kind, Mode};
use crate::overlay::{Change, Overlay};
use crate::path;

/// What stands at a path in one state of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State<'a> {
    /// A directory.
    Directory(Mode),
    /// A regular file.
    File(Mode, Content),
    /// A symbolic link.
    Link(std::borrow::Cow<'a, [u8]>),
}

impl State<'_> {
    /// What it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Directory(_) => Kind::Directory,
            Self::File(..) => Kind::File,
            Self::Link(_) => Kind::Link,
        }
    }

    /// Its permission bits.
    pub fn mode(&self) -> Mode {
        match self {
            Self::Directory(mode) | Self::File(mode, _) => *mode,
            Self::Link(_) => Mode::LINK,
        }
    }

    /// A file's bytes or a link's target.
    pub fn bytes<'s>(&self, store: &impl PieceStore<'s>) -> Result<Vec<u8>, MissingBlob> {
        match self {
            Self::Directory(_) => Ok(Vec::new()),
            Self::File(_, content) => {
                let mut bytes = Vec::new();
                content.read_into(&mut bytes, store)?;
                Ok(bytes)
            }
            Self::Link(target) => Ok(target.to_vec()),
        }
    }
}

/// A path at which two states differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference<'a> {
    /// Absolute, without the leading `/`.
    pub path: Vec<u8>,
    /// What stood there; `None` for nothing.
    pub old: Option<State<'a>>,
    /// What stands there now; `None` for nothing.
    pub new: Option<State<'a>>,
}

/// An image at its mount point with changes above: one state of a session's files.
#[derive(Clone, Copy)]
pub struct Files<'a> {
    /// The image below.
    pub image: ImageView<'a>,
    /// Where it is mounted: absolute, without the leading `/`, may be empty.
    pub mount: &'a [u8],
    /// The changes above it.
    pub overlay: &'a Overlay,
}

impl<'a> Files<'a> {
    /// What stands at a path. The fixed directories of the container around the repository are
    /// no part of it.
    pub fn get(&self, path: &[u8]) -> Option<State<'a>> {
        match self.overlay.get(path) {
            Some(Change::Removed) => None,
            Some(Change::Directory { mode, .. }) => Some(State::Directory(*mode)),
            Some(Change::File { mode, content }) => Some(State::File(*mode, content.clone())),
            Some(Change::Link { target }) => Some(State::Link(target.as_slice().into())),
            None if self.overlay.hides(path) => None,
            None => self.entry(path).map(|entry| match entry.kind() {
                Kind::Directory => State::Directory(entry.mode()),
                Kind::File => State::File(entry.mode(), Content::of_entry(&entry)),
                Kind::Link => State::Link(entry.content().into()),
            }),
        }
    }

    fn entry(&self, path: &[u8]) -> Option<EntryView<'a>> {
        self.image.lookup(inside(path, self.mount)?)
    }

    /// Paths at which this state may differ from the image.
    fn touched(&self, paths: &mut Vec<Vec<u8>>) {
        for (path, change) in self.overlay.iter() {
            paths.push(path.to_vec());
            if !change.hides_below() {
                continue;
            }
            let Some(entry) = self.entry(path) else { continue };
            for index in entry.index() + 1..entry.subtree_end() {
                let Some(below) = self.image.entry(index) else { break };
                let mut whole = self.mount.to_vec();
                if !whole.is_empty() {
                    whole.push(b'/');
                }
                whole.extend_from_slice(below.path());
                paths.push(whole);
            }
        }
    }
}

/// The path within a mount point, for a path at or below it.
fn inside<'p>(path: &'p [u8], mount: &[u8]) -> Option<&'p [u8]> {
    if mount.is_empty() {
        return Some(path);
    }
    match path.strip_prefix(mount)? {
        b"" => Some(b""),
        rest => rest.strip_prefix(b"/"),
    }
}

/// All paths at which two states over one image differ, in walk order.
pub fn differences<'a>(
    old: Files<'a>,
    new: Files<'a>,
    store: &impl PieceStore<'a>,
) -> Result<Vec<Difference<'a>>, MissingBlob> {
    let mut paths = Vec::new();
    old.touched(&mut paths);
    new.touched(&mut paths);
    paths.sort_by(|a, b| path::walk_order(a, b));
    paths.dedup();
    let mut differences = Vec::new();
    for path in paths {
        let (before, after) = (old.get(&path), new.get(&path));
        let is_same = match (&before, &after) {
            (Some(State::File(mode, content)), Some(State::File(new_mode, new_content))) => {
                mode == new_mode && equal(content, new_content, store)?
            }
            (before, after) => before == after,
        };
        if !is_same {
            differences.push(Difference { path, old: before, new: after });
        }
    }
    Ok(differences)
}

fn equal<'a>(a: &Content, b: &Content, store: &impl PieceStore<'a>) -> Result<bool, MissingBlob> {
    if a == b {
        return Ok(true);
    }
    if a.len() != b.len() {
        return Ok(false);
    }
    let (mut left, mut right) = (Vec::new(), Vec::new());
    a.read_into(&mut left, store)?;
    b.read_into(&mut right, store)?;
    Ok(left == right)
}

/// The identity of a state: the image's tree and every difference from it. Two sessions whose
/// files are equal have equal digests, however they got there.
pub fn files_digest<'a>(files: Files<'a>, store: &impl PieceStore<'a>) -> Result<Digest, MissingBlob> {
    static UNTOUCHED: Overlay = Overlay::new();
    let plain = Files { overlay: &UNTOUCHED, ..files };
    let mut hasher = Hasher::new("sparring files 1");
    hasher.digest(&files.image.tree_digest()).bytes(files.mount);
    for difference in differences(plain, files, store)? {
        hasher.bytes(&difference.path);
        match difference.new {
            None => _ = hasher.number(u64::MAX),
            Some(state) => {
                let content = Digest::of("content", &state.bytes(store)?);
                hasher.number(state.kind() as u64).number(u64::from(state.mode().0)).digest(&content);
            }
        }
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{FileFacts, write};
    use crate::tree::{Node, TreeBuilder, TreeLimits};
    use crate::{BlobId, Mode};

    struct Store<'a> {
        image: ImageView<'a>,
        blobs: &'a [&'a [u8]],
    }

    impl<'a> PieceStore<'a> for Store<'a> {
        fn image(&self) -> ImageView<'a> {
            self.image
        }

        fn blob(&self, id: BlobId) -> Result<&'a [u8], MissingBlob> {
            self.blobs.get(id.0 as usize).copied().ok_or(MissingBlob(id))
        }
    }

    fn image() -> Vec<u8> {
        let mut builder = TreeBuilder::new(TreeLimits::default());
        for path in ["a/x", "a/y", "b"] {
            builder
                .insert(path.into(), Node::File { executable: false, content: b"text\n".as_slice().into() })
                .unwrap();
        }
        let tree = builder.finish().unwrap();
        let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
        write(&tree, &facts)
    }

    #[test]
    fn removed_directories_count_with_all_that_was_in_them() {
        let block = image();
        let store = Store { image: ImageView::parse(&block).unwrap(), blobs: &[] };
        let (before, mut after) = (Overlay::default(), Overlay::default());
        after.set(b"repo/a", Change::Removed);
        let files = |overlay| Files { image: store.image, mount: b"repo", overlay };
        let found = differences(files(&before), files(&after), &store).unwrap();
        let paths: Vec<_> = found.iter().map(|difference| difference.path.as_slice()).collect();
        assert_eq!(paths, [&b"repo/a"[..], b"repo/a/x", b"repo/a/y"]);
        assert!(found.iter().all(|difference| difference.new.is_none()));
    }

    #[test]
    fn the_digest_depends_on_the_files_and_not_on_how_they_came_about() {
        let block = image();
        let blobs: [&[u8]; 2] = [b"text\n", b"te"];
        let store = Store { image: ImageView::parse(&block).unwrap(), blobs: &blobs };
        let digest = |overlay: &Overlay| {
            let overlay: &'static Overlay = Box::leak(Box::new(overlay.clone()));
            files_digest(Files { image: store.image, mount: b"repo", overlay }, &store).unwrap()
        };
        let untouched = digest(&Overlay::default());
        let mut same = Overlay::default();
        same.set(b"repo/b", Change::File { mode: Mode::FILE, content: Content::of_blob(BlobId(0), blobs[0]) });
        assert_eq!(digest(&same), untouched);
        let mut other = Overlay::default();
        other.set(b"repo/b", Change::File { mode: Mode::FILE, content: Content::of_blob(BlobId(1), blobs[1]) });
        assert_ne!(digest(&other), untouched);
        other.clear(b"repo/b");
        assert_eq!(digest(&other), untouched);
    }
}
