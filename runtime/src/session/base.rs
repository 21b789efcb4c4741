//! What all sessions of one task share.

use std::sync::Arc;

use sparring_guest::profile::{self, ProfileState};
use sparring_guest::step::Settings;
use sparring_guest::workspace::VirtualPath;
use sparring_tree::content::{Content, MissingBlob, PieceStore};
use sparring_tree::{BlobId, Change, Digest, ImageView, Mode, Overlay};

use super::SessionError;
use crate::image::Image;

/// A change that a task makes to its repository before the agent sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseEdit {
    /// Replaces bytes of a file of the image.
    Splice {
        /// The file, from the repository's root.
        path: Vec<u8>,
        /// The first byte that goes.
        start: u64,
        /// The first byte that stays again.
        end: u64,
        /// What comes in their place.
        replacement: Vec<u8>,
    },
    /// Writes a whole file.
    Write {
        /// The file, from the repository's root.
        path: Vec<u8>,
        /// Its bytes.
        content: Vec<u8>,
        /// Whether it is executable.
        executable: bool,
    },
    /// Removes a file or directory.
    Remove {
        /// From the repository's root.
        path: Vec<u8>,
    },
}

/// An image, a task's changes to it, and the settings of its sessions. Shared by all sessions of
/// the task.
#[derive(Debug)]
pub struct Base {
    image: Arc<Image>,
    settings: Settings,
    mount: VirtualPath,
    overlay: Overlay,
    blobs: Arc<[(BlobId, Arc<[u8]>)]>,
    encoded_settings: Vec<u8>,
    encoded_overlay: Vec<u8>,
    digest: Digest,
}

impl Base {
    /// Whether sessions can have these settings. Fails when the profile is unknown or the root is
    /// no absolute path.
    pub fn check(settings: &Settings) -> Result<(), SessionError> {
        if profile::find(&settings.profile).is_none() {
            return Err(SessionError::Profile { name: settings.profile.clone() });
        }
        if !settings.root.starts_with('/') {
            return Err(SessionError::Root(settings.root.clone()));
        }
        Ok(())
    }

    /// An image as it is.
    pub fn new(image: Arc<Image>, settings: Settings) -> Result<Arc<Self>, SessionError> {
        Self::with_edits(image, settings, &[])
    }

    /// An image with a task's changes. Fails when the profile is unknown, the root is no absolute
    /// path, or an edit does not fit the image.
    pub fn with_edits(image: Arc<Image>, settings: Settings, edits: &[BaseEdit]) -> Result<Arc<Self>, SessionError> {
        Self::check(&settings)?;
        let mount = VirtualPath::lexical(settings.root.as_bytes());
        let mut blobs: Vec<(BlobId, Arc<[u8]>)> = Vec::new();
        let mut overlay = Overlay::new();
        for edit in edits {
            apply(edit, image.view(), &mount, &mut overlay, &mut blobs)?;
        }
        let encoded_settings = postcard::to_allocvec(&settings).map_err(|_| SessionError::Encoding)?;
        let encoded_overlay = match overlay.is_empty() {
            true => Vec::new(),
            false => postcard::to_allocvec(&overlay).map_err(|_| SessionError::Encoding)?,
        };
        let digest = {
            let files =
                sparring_tree::difference::Files { image: image.view(), mount: mount.as_bytes(), overlay: &overlay };
            sparring_tree::difference::files_digest(files, &BaseStore { image: image.view(), blobs: &blobs })?
        };
        let blobs = blobs.into();
        Ok(Arc::new(Self { image, settings, mount, overlay, blobs, encoded_settings, encoded_overlay, digest }))
    }

    /// The image.
    pub fn image(&self) -> &Arc<Image> {
        &self.image
    }

    /// The settings of its sessions.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where the repository is mounted.
    pub fn mount(&self) -> &VirtualPath {
        &self.mount
    }

    /// The task's changes.
    pub fn overlay(&self) -> &Overlay {
        &self.overlay
    }

    /// The identity of the files that a session starts from.
    pub fn files_digest(&self) -> Digest {
        self.digest
    }

    pub(super) fn blobs(&self) -> &Arc<[(BlobId, Arc<[u8]>)]> {
        &self.blobs
    }

    pub(super) fn encoded_settings(&self) -> &[u8] {
        &self.encoded_settings
    }

    pub(super) fn encoded_overlay(&self) -> &[u8] {
        &self.encoded_overlay
    }

    pub(super) fn initial_profile_state(&self) -> ProfileState {
        match profile::find(&self.settings.profile) {
            Some(profile) => profile.initial_state(&self.mount),
            // The constructor refused every other name.
            None => ProfileState::Bash,
        }
    }
}

struct BaseStore<'a> {
    image: ImageView<'a>,
    blobs: &'a [(BlobId, Arc<[u8]>)],
}

impl<'a> PieceStore<'a> for BaseStore<'a> {
    fn image(&self) -> ImageView<'a> {
        self.image
    }

    fn blob(&self, id: BlobId) -> Result<&'a [u8], MissingBlob> {
        self.blobs.get(id.0 as usize).map(|(_, bytes)| &**bytes).ok_or(MissingBlob(id))
    }
}

fn apply(
    edit: &BaseEdit,
    image: ImageView<'_>,
    mount: &VirtualPath,
    overlay: &mut Overlay,
    blobs: &mut Vec<(BlobId, Arc<[u8]>)>,
) -> Result<(), SessionError> {
    let (BaseEdit::Splice { path, .. } | BaseEdit::Write { path, .. } | BaseEdit::Remove { path }) = edit;
    sparring_tree::path::check(path).map_err(|_| SessionError::Edit(path.clone()))?;
    let mut absolute = mount.as_bytes().to_vec();
    if !absolute.is_empty() {
        absolute.push(b'/');
    }
    absolute.extend_from_slice(path);
    let mut make_blob = |bytes: &[u8]| {
        if bytes.is_empty() {
            return Content::default();
        }
        let id = BlobId(blobs.len() as u32);
        blobs.push((id, bytes.into()));
        Content::of_blob(id, bytes)
    };
    let change = match edit {
        BaseEdit::Splice { start, end, replacement, .. } => {
            let middle = make_blob(replacement);
            let store = BaseStore { image, blobs };
            let (mode, old) = match overlay.get(&absolute) {
                Some(Change::File { mode, content }) => (*mode, content.clone()),
                Some(_) => return Err(SessionError::Edit(path.clone())),
                None => match image.lookup(path) {
                    Some(entry) if entry.kind() == sparring_tree::Kind::File => {
                        (entry.mode(), Content::of_entry(&entry))
                    }
                    _ => return Err(SessionError::Edit(path.clone())),
                },
            };
            if start > end || *end > old.len() {
                return Err(SessionError::Edit(path.clone()));
            }
            Change::File { mode, content: old.splice(*start, *end, &middle, &store)? }
        }
        BaseEdit::Write { content, executable, .. } => {
            let mode = if *executable { Mode::EXECUTABLE } else { Mode::FILE };
            let mut ends = memchr::memchr_iter(b'/', path);
            while let Some(end) = ends.next() {
                let directory = &absolute[..absolute.len() - path.len() + end];
                if image.lookup(&path[..end]).is_none() && overlay.get(directory).is_none() {
                    overlay.set(directory, Change::Directory { mode: Mode::DIRECTORY, hides: false });
                }
            }
            Change::File { mode, content: make_blob(content) }
        }
        BaseEdit::Remove { .. } => Change::Removed,
    };
    overlay.set(&absolute, change);
    Ok(())
}
