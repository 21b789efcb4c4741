//! From the text of a path to the place that it names, as the kernel walks it.

use sparring_tree::path::{NAME_BYTES, PATH_BYTES};
use sparring_tree::{Change, Kind};

use super::{FileError, Node, VirtualPath, Workspace};

/// Links followed in one walk before it counts as a loop, as in Linux.
const MAX_LINKS: u32 = 40;

impl<'a> Workspace<'a> {
    /// Resolves `text` from `directory`, links followed to the end. The last component need not
    /// exist; all before it must be directories.
    pub fn resolve(&self, directory: &VirtualPath, text: &[u8]) -> Result<VirtualPath, FileError> {
        self.walk_path(directory, text, true)
    }

    /// As [`Workspace::resolve`], but a link in the last component stays, as `lstat`, `rm` and
    /// `mv` take it. A trailing `/` follows it all the same.
    pub fn resolve_link(&self, directory: &VirtualPath, text: &[u8]) -> Result<VirtualPath, FileError> {
        self.walk_path(directory, text, text.ends_with(b"/"))
    }

    fn walk_path(&self, directory: &VirtualPath, text: &[u8], follow_last: bool) -> Result<VirtualPath, FileError> {
        if text.is_empty() {
            return Err(FileError::NotFound);
        }
        if text.len() > PATH_BYTES {
            return Err(FileError::NameTooLong);
        }
        let mut path = if text.starts_with(b"/") { VirtualPath::ROOT } else { directory.clone() };
        // Whether the image is out of sight in `path`; looked up anew after a step back.
        let mut is_hidden = Some(self.hides_below(&path));
        // Components still to walk, the next one last; links put their own components here.
        let mut ahead: Vec<Vec<u8>> = Vec::new();
        push_components(&mut ahead, text);
        let mut must_be_directory = asks_for_directory(text);
        let mut links = 0;
        while let Some(name) = ahead.pop() {
            if name == b".." {
                path.pop();
                is_hidden = None;
                continue;
            }
            if name.len() > NAME_BYTES {
                return Err(FileError::NameTooLong);
            }
            if name.contains(&0) {
                return Err(FileError::Invalid);
            }
            let hidden = is_hidden.unwrap_or_else(|| self.hides_below(&path));
            path.push(&name);
            let is_last = ahead.is_empty();
            let found = self.node_in(&path, hidden);
            let hides = matches!(found, Some(Node::Changed(change)) if change.hides_below());
            is_hidden = Some(hidden || hides);
            match found {
                Some(node) => match node.target() {
                    Some(target) if !is_last || follow_last => {
                        links += 1;
                        if links > MAX_LINKS {
                            return Err(FileError::LinkLoop);
                        }
                        if target.is_empty() {
                            return Err(FileError::NotFound);
                        }
                        let target = target.to_vec();
                        // A link `a -> file/` leads to no file, however it is reached.
                        must_be_directory |= is_last && asks_for_directory(&target);
                        if target.starts_with(b"/") {
                            path = VirtualPath::ROOT;
                        } else {
                            path.pop();
                        }
                        is_hidden = None;
                        push_components(&mut ahead, &target);
                    }
                    _ if !is_last && node.kind() != Kind::Directory => return Err(FileError::NotADirectory),
                    _ => {}
                },
                None if !is_last => return Err(FileError::NotFound),
                None => {}
            }
        }
        if must_be_directory && self.node(&path).is_some_and(|node| node.kind() != Kind::Directory) {
            return Err(FileError::NotADirectory);
        }
        Ok(path)
    }

    /// Whether what the image has in this directory is out of sight.
    fn hides_below(&self, directory: &VirtualPath) -> bool {
        self.overlay.get(directory.as_bytes()).is_some_and(Change::hides_below)
            || self.overlay.hides(directory.as_bytes())
    }

    /// What stands at `text`, links followed.
    pub fn stat(&self, directory: &VirtualPath, text: &[u8]) -> Result<(VirtualPath, Node<'_, 'a>), FileError> {
        let path = self.resolve(directory, text)?;
        let node = self.node(&path).ok_or(FileError::NotFound)?;
        Ok((path, node))
    }

    /// What stands at `text`, a link in the last component not followed.
    pub fn stat_link(&self, directory: &VirtualPath, text: &[u8]) -> Result<(VirtualPath, Node<'_, 'a>), FileError> {
        let path = self.resolve_link(directory, text)?;
        let node = self.node(&path).ok_or(FileError::NotFound)?;
        Ok((path, node))
    }
}

/// Whether a path ends so that it can only name a directory.
fn asks_for_directory(text: &[u8]) -> bool {
    text.ends_with(b"/") || text.ends_with(b"/.") || text == b"."
}

fn push_components(ahead: &mut Vec<Vec<u8>>, text: &[u8]) {
    let names = text.rsplit(|&byte| byte == b'/').filter(|name| !name.is_empty() && *name != b".");
    ahead.extend(names.map(<[u8]>::to_vec));
}
