//! Listing directories and walking trees, byte-wise sorted.

use sparring_tree::{Change, Kind, path};

use super::{Device, FileError, Node, VirtualPath, Workspace, skeleton};
use crate::budget::Stoppable;

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Its name.
    pub name: Vec<u8>,
    /// What it is, links not followed.
    pub kind: Kind,
}

/// What a visitor of [`Workspace::walk`] wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walked {
    /// Go on, into the entry if it is a directory.
    On,
    /// Go on, but not into this directory.
    Prune,
    /// End the walk.
    Stop,
}

impl<'a> Workspace<'a> {
    /// The entries of a directory, sorted byte-wise by name; `.` and `..` are not among them.
    pub fn list(&self, directory: &VirtualPath) -> Result<Vec<DirectoryEntry>, FileError> {
        let node = self.node(directory).ok_or(FileError::NotFound)?;
        if node.kind() != Kind::Directory {
            return Err(FileError::NotADirectory);
        }
        let mut entries = self.base_entries(directory, &node);
        for (changed, change) in self.overlay.below(directory.as_bytes()) {
            if path::parent(changed) != directory.as_bytes() {
                continue;
            }
            let name = path::name(changed);
            let at = entries.binary_search_by(|entry| entry.name.as_slice().cmp(name));
            let kind = match change {
                Change::Removed => {
                    if let Ok(at) = at {
                        entries.remove(at);
                    }
                    continue;
                }
                Change::Directory { .. } => Kind::Directory,
                Change::File { .. } => Kind::File,
                Change::Link { .. } => Kind::Link,
            };
            match at {
                Ok(at) => entries[at].kind = kind,
                Err(at) => entries.insert(at, DirectoryEntry { name: name.to_vec(), kind }),
            }
        }
        Ok(entries)
    }

    /// What the layers below the overlay have in a visible directory.
    fn base_entries(&self, directory: &VirtualPath, node: &Node<'_, 'a>) -> Vec<DirectoryEntry> {
        let bytes = directory.as_bytes();
        if matches!(node, Node::Changed(change) if change.hides_below()) || self.overlay.hides(bytes) {
            return Vec::new();
        }
        if let Some(inside) = self.inside_mount(bytes) {
            let Some(entry) = self.image.lookup(inside) else { return Vec::new() };
            return entry
                .children()
                .map(|child| DirectoryEntry { name: child.name().to_vec(), kind: child.kind() })
                .collect();
        }
        let mut names: Vec<&[u8]> = skeleton::names_in(bytes).collect();
        if bytes == b"dev" {
            names.extend(Device::ALL.map(Device::name));
        }
        // The next component on the way to the mount point.
        let mount = self.mount.as_bytes();
        let rest =
            if bytes.is_empty() { Some(mount) } else { mount.strip_prefix(bytes).and_then(|r| r.strip_prefix(b"/")) };
        if let Some(step) = rest.and_then(|rest| rest.split(|&byte| byte == b'/').next())
            && !step.is_empty()
        {
            names.push(step);
        }
        names.sort_unstable();
        names.dedup();
        let is_device = |name: &[u8]| bytes == b"dev" && Device::ALL.iter().any(|device| device.name() == name);
        let kind = |name: &[u8]| if is_device(name) { Kind::File } else { Kind::Directory };
        names.into_iter().map(|name| DirectoryEntry { name: name.to_vec(), kind: kind(name) }).collect()
    }

    /// Visits everything below a directory (not the directory itself): each directory's entries
    /// sorted byte-wise, a directory before what is in it. Links are visited, never followed.
    pub fn walk(
        &self,
        directory: &VirtualPath,
        visit: &mut dyn FnMut(&VirtualPath, &Node<'_, 'a>) -> Stoppable<Walked>,
    ) -> Stoppable<()> {
        self.walk_ending(directory, b"", visit)
    }

    /// As [`Workspace::walk`], but visits only what has a name that ends with `end`; directories
    /// that it does not visit are walked too.
    pub fn walk_ending(
        &self,
        directory: &VirtualPath,
        end: &[u8],
        visit: &mut dyn FnMut(&VirtualPath, &Node<'_, 'a>) -> Stoppable<Walked>,
    ) -> Stoppable<()> {
        self.walk_level(directory, end, visit).map(|_| ())
    }

    fn walk_level(
        &self,
        directory: &VirtualPath,
        end: &[u8],
        visit: &mut dyn FnMut(&VirtualPath, &Node<'_, 'a>) -> Stoppable<Walked>,
    ) -> Stoppable<bool> {
        // Where the session changed nothing, the image's own order is the walk.
        if let Some(inside) = self.inside_mount(directory.as_bytes())
            && self.overlay.below(directory.as_bytes()).next().is_none()
            && !self.overlay.hides(directory.as_bytes())
            && !self.overlay.get(directory.as_bytes()).is_some_and(Change::hides_below)
        {
            return self.walk_image(inside, end, visit);
        }
        let Ok(entries) = self.list(directory) else { return Ok(true) };
        for entry in entries {
            let path = directory.join(&entry.name);
            let Some(node) = self.node(&path) else { continue };
            let walked = if entry.name.ends_with(end) { visit(&path, &node)? } else { Walked::On };
            match walked {
                Walked::Stop => return Ok(false),
                Walked::On if node.kind() == Kind::Directory => {
                    if !self.walk_level(&path, end, visit)? {
                        return Ok(false);
                    }
                }
                Walked::On | Walked::Prune => {}
            }
        }
        Ok(true)
    }

    fn walk_image(
        &self,
        inside: &[u8],
        name_end: &[u8],
        visit: &mut dyn FnMut(&VirtualPath, &Node<'_, 'a>) -> Stoppable<Walked>,
    ) -> Stoppable<bool> {
        let Some(top) = self.image.lookup(inside) else { return Ok(true) };
        let mut index = top.index() + 1;
        let end = top.subtree_end();
        let mut path = Vec::with_capacity(128);
        while index < end {
            let Some(entry) = self.image.entry(index) else { break };
            // Where the name ends so, the path does.
            if !entry.path().ends_with(name_end) {
                index += 1;
                continue;
            }
            path.clear();
            path.extend_from_slice(self.mount.as_bytes());
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(entry.path());
            index = match visit(&VirtualPath::from_tree_path(&path), &Node::Image(entry))? {
                Walked::On => index + 1,
                Walked::Prune => entry.subtree_end(),
                Walked::Stop => return Ok(false),
            };
        }
        Ok(true)
    }
}
