//! Changing files. What a change leaves equal to the image is taken out of the overlay again, so
//! that an undone edit leaves no trace.

use sparring_tree::content::PieceStore;
use sparring_tree::path::PATH_BYTES;
use sparring_tree::{Change, Content, Kind, Mode, PieceSource};

use super::{Device, FileError, Node, VirtualPath, Workspace, content_of};
use crate::budget::{Stop, Stoppable};
use crate::limits::LimitKind;

impl<'a> Workspace<'a> {
    /// Writes a whole file. A new file gets mode `0666` without the umask, an old one keeps its own. The directory
    /// must exist.
    pub fn write(&mut self, path: &VirtualPath, bytes: Vec<u8>) -> Stoppable<Result<(), FileError>> {
        let (mode, old) = match self.writable(path) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let content = self.compose(&old, bytes)?;
        self.put_file(path, mode, content).map(Ok)
    }

    /// Replaces the bytes from `start` to `end` of an existing file.
    pub fn splice(
        &mut self,
        path: &VirtualPath,
        start: u64,
        end: u64,
        replacement: Vec<u8>,
    ) -> Stoppable<Result<(), FileError>> {
        let (mode, old) = match (self.node(path), self.writable(path)) {
            (Some(_), Ok(found)) => found,
            (None, _) => return Ok(Err(FileError::NotFound)),
            (_, Err(error)) => return Ok(Err(error)),
        };
        let middle = self.make_blob(replacement)?;
        let content = old.splice(start, end, &middle, self)?;
        self.put_file(path, mode, content).map(Ok)
    }

    /// Appends to a file, which is made when it is missing.
    pub fn append(&mut self, path: &VirtualPath, bytes: Vec<u8>) -> Stoppable<Result<(), FileError>> {
        let (mode, mut content) = match self.writable(path) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let added = self.make_blob(bytes)?;
        content.append(&added);
        self.put_file(path, mode, content).map(Ok)
    }

    /// Puts pieces of this session's files in place as a file: a copy, a move, an undo.
    pub fn put_content(
        &mut self,
        path: &VirtualPath,
        mode: Mode,
        content: Content,
    ) -> Stoppable<Result<(), FileError>> {
        if let Err(error) = self.writable(path) {
            return Ok(Err(error));
        }
        self.put_file(path, mode, content).map(Ok)
    }

    /// Changes permission bits; a link's are those of its target, so pass a resolved path.
    pub fn set_mode(&mut self, path: &VirtualPath, mode: Mode) -> Stoppable<Result<(), FileError>> {
        let Some(node) = self.node(path) else { return Ok(Err(FileError::NotFound)) };
        match (node.kind(), content_of(&node)) {
            (Kind::File, Some(content)) => self.put_file(path, mode, content).map(Ok),
            (Kind::Directory, _) => {
                let hides = matches!(node, Node::Changed(change) if change.hides_below());
                self.put(path, Change::Directory { mode, hides }).map(Ok)
            }
            _ => Ok(Err(FileError::PermissionDenied)),
        }
    }

    /// Makes a directory; its parent must exist.
    pub fn make_directory(&mut self, path: &VirtualPath) -> Stoppable<Result<(), FileError>> {
        if self.node(path).is_some() {
            return Ok(Err(FileError::Exists));
        }
        if let Err(error) = self.check_parent(path) {
            return Ok(Err(error));
        }
        let base = if self.overlay.hides(path.as_bytes()) { None } else { self.base_node(path.as_bytes()) };
        self.put(path, Change::Directory { mode: Mode(0o777 & !self.umask), hides: base.is_some() }).map(Ok)
    }

    /// Makes a symbolic link; nothing may stand there.
    pub fn make_link(&mut self, path: &VirtualPath, target: &[u8]) -> Stoppable<Result<(), FileError>> {
        if self.node(path).is_some() {
            return Ok(Err(FileError::Exists));
        }
        if let Err(error) = self.check_parent(path) {
            return Ok(Err(error));
        }
        self.put(path, Change::Link { target: target.to_vec() }).map(Ok)
    }

    /// Removes a file or link, or a directory with all that is in it.
    pub fn remove(&mut self, path: &VirtualPath) -> Stoppable<Result<(), FileError>> {
        if self.node(path).is_none() {
            return Ok(Err(FileError::NotFound));
        }
        if path.is_root() || *path == self.mount || self.mount.is_below(path) {
            return Ok(Err(FileError::Busy));
        }
        self.overlay.clear_below(path.as_bytes());
        let hidden = self.overlay.hides(path.as_bytes());
        if hidden || self.base_node(path.as_bytes()).is_none() {
            self.overlay.clear(path.as_bytes());
            self.changed = true;
            return Ok(Ok(()));
        }
        self.put(path, Change::Removed).map(Ok)
    }

    /// Moves what stands at `from` to `to`, as `rename(2)` does: a file replaces a file, a
    /// directory only an empty directory.
    pub fn rename(&mut self, from: &VirtualPath, to: &VirtualPath) -> Stoppable<Result<(), FileError>> {
        let Some(node) = self.node(from) else { return Ok(Err(FileError::NotFound)) };
        let kind = node.kind();
        if from == to {
            return Ok(Ok(()));
        }
        if to.is_below(from) {
            return Ok(Err(FileError::Invalid));
        }
        if from.is_root() || *from == self.mount || self.mount.is_below(from) {
            return Ok(Err(FileError::Busy));
        }
        if let Some(target) = self.node(to) {
            let is_empty = || self.list(to).unwrap_or_default().is_empty();
            match (kind, target.kind()) {
                (Kind::Directory, Kind::Directory) if !is_empty() => return Ok(Err(FileError::NotEmpty)),
                (Kind::Directory, Kind::Directory) => {}
                (Kind::Directory, _) => return Ok(Err(FileError::NotADirectory)),
                (_, Kind::Directory) => return Ok(Err(FileError::IsADirectory)),
                _ => {}
            }
        }
        if let Err(error) = self.copy(from, to)? {
            return Ok(Err(error));
        }
        self.remove(from)
    }

    /// Copies a file, link or directory with all that is in it, sharing the bytes. What stands at
    /// `to` is replaced, except that an existing directory is filled up.
    pub fn copy(&mut self, from: &VirtualPath, to: &VirtualPath) -> Stoppable<Result<(), FileError>> {
        let Some(node) = self.node(from) else { return Ok(Err(FileError::NotFound)) };
        match node.kind() {
            Kind::File => {
                let (mode, content) = (node.mode(), content_of(&node).unwrap_or_default());
                if self.node(to).is_some_and(|target| target.kind() == Kind::Link) {
                    self.overlay.clear(to.as_bytes());
                }
                if let Err(error) = self.writable(to) {
                    return Ok(Err(error));
                }
                self.put_file(to, mode, content).map(Ok)
            }
            Kind::Link => {
                let target = node.target().unwrap_or_default().to_vec();
                if let Err(error) = self.check_parent(to) {
                    return Ok(Err(error));
                }
                self.put(to, Change::Link { target }).map(Ok)
            }
            Kind::Directory => {
                let names: Vec<Vec<u8>> = self.list(from).unwrap_or_default().into_iter().map(|e| e.name).collect();
                if self.node(to).is_none()
                    && let Err(error) = self.make_directory(to)?
                {
                    return Ok(Err(error));
                }
                for name in names {
                    self.budget.shell_step()?;
                    if let Err(error) = self.copy(&from.join(&name), &to.join(&name))? {
                        return Ok(Err(error));
                    }
                }
                Ok(Ok(()))
            }
        }
    }

    /// Mode and content that a write to `path` starts from, or why it cannot be written.
    fn writable(&self, path: &VirtualPath) -> Result<(Mode, Content), FileError> {
        match self.node(path) {
            Some(node) if node.kind() == Kind::Directory => Err(FileError::IsADirectory),
            Some(node) => Ok((node.mode(), content_of(&node).unwrap_or_default())),
            None => self.check_parent(path).map(|()| (Mode(0o666 & !self.umask), Content::default())),
        }
    }

    fn check_parent(&self, path: &VirtualPath) -> Result<(), FileError> {
        // Walks recurse, so depth is bounded well below the stack's size.
        const MAX_DEPTH: usize = 200;
        if path.as_bytes().len() > PATH_BYTES || path.as_bytes().split(|&byte| byte == b'/').count() > MAX_DEPTH {
            return Err(FileError::NameTooLong);
        }
        match self.node(&path.parent()) {
            Some(parent) if parent.kind() == Kind::Directory => Ok(()),
            Some(_) => Err(FileError::NotADirectory),
            None => Err(FileError::NotFound),
        }
    }

    /// The new bytes of a file as pieces: what they share with the old content at both ends stays
    /// where it is.
    fn compose(&mut self, old: &Content, mut bytes: Vec<u8>) -> Stoppable<Content> {
        // Below this size a blob of its own is cheaper than pieces.
        const WORTH_SHARING: u64 = 512;
        if old.len() < WORTH_SHARING {
            return self.make_blob(bytes);
        }
        let before = self.read_content(old)?;
        let limit = before.len().min(bytes.len());
        let start = before.iter().zip(&bytes).take_while(|(a, b)| a == b).count();
        let end = before.iter().rev().zip(bytes.iter().rev()).take(limit - start).take_while(|(a, b)| a == b).count();
        if ((start + end) as u64) < WORTH_SHARING {
            return self.make_blob(bytes);
        }
        bytes.truncate(bytes.len() - end);
        bytes.drain(..start);
        let middle = self.make_blob(bytes)?;
        Ok(old.splice(start as u64, (before.len() - end) as u64, &middle, self)?)
    }

    /// A blob with these bytes, charged to the session's space.
    pub fn make_blob(&mut self, bytes: Vec<u8>) -> Stoppable<Content> {
        self.blob_bytes += bytes.len() as u64;
        if self.blob_bytes > self.budget.limits().overlay_bytes {
            return Err(Stop::Limit(LimitKind::OverlayBytes));
        }
        if bytes.is_empty() {
            return Ok(Content::default());
        }
        Ok(self.blobs.make(bytes))
    }

    fn put_file(&mut self, path: &VirtualPath, mode: Mode, content: Content) -> Stoppable<()> {
        // Devices swallow what is written.
        if Device::at(path.as_bytes()).is_some() && self.overlay.get(path.as_bytes()).is_none() {
            return Ok(());
        }
        if !self.overlay.hides(path.as_bytes())
            && let Some(Node::Image(entry)) = self.base_node(path.as_bytes())
            && entry.kind() == Kind::File
            && entry.mode() == mode
            && self.equals_entry(&content, &entry)?
        {
            self.overlay.clear(path.as_bytes());
            self.changed = true;
            return Ok(());
        }
        self.put(path, Change::File { mode, content })
    }

    fn equals_entry(&self, content: &Content, entry: &sparring_tree::image::EntryView<'a>) -> Stoppable<bool> {
        if content.len() != u64::from(entry.len()) {
            return Ok(false);
        }
        let mut at = 0;
        for piece in content.pieces() {
            let is_in_place = piece.source == PieceSource::Image && piece.offset == entry.content_offset() + at as u32;
            let end = at + piece.length as usize;
            if !is_in_place && Some(self.piece(piece)?) != entry.content().get(at..end) {
                return Ok(false);
            }
            at = end;
        }
        Ok(true)
    }

    fn put(&mut self, path: &VirtualPath, change: Change) -> Stoppable<()> {
        self.overlay.set(path.as_bytes(), change);
        self.changed = true;
        if self.overlay.len() as u64 > self.budget.limits().overlay_files {
            return Err(Stop::Limit(LimitKind::OverlayFiles));
        }
        Ok(())
    }
}
