//! Tests of `find` on one entry.

use sparring_tree::Kind;

use super::Settings;
use super::expression::{Permissions, Test, kind_letter};
use crate::budget::Stoppable;
use crate::workspace::{Node, VirtualPath, Workspace};
use crate::world;

/// An entry that the walk has come to.
pub(super) struct Visit<'v, 'a> {
    /// As it is printed.
    pub(super) text: &'v [u8],
    /// The starting point that it was found from, as it was typed.
    pub(super) start: &'v [u8],
    /// How far below the starting point.
    pub(super) depth: usize,
    /// Where it is.
    pub(super) path: &'v VirtualPath,
    /// What it is, links followed where the walk follows them.
    pub(super) node: Node<'v, 'a>,
}

impl Visit<'_, '_> {
    /// The last component of the text, without slashes at its end.
    pub(super) fn name(&self) -> &[u8] {
        let end = self.text.iter().rposition(|byte| *byte != b'/').map_or(self.text.len().min(1), |at| at + 1);
        let trimmed = self.text.get(..end).unwrap_or(self.text);
        if trimmed == b"/" {
            return trimmed;
        }
        trimmed.rsplit(|&byte| byte == b'/').next().unwrap_or(trimmed)
    }

    /// As `%f` prints the name: one slash at its end stays.
    pub(super) fn name_as_typed(&self) -> Vec<u8> {
        let mut name = self.name().to_vec();
        if self.text.ends_with(b"/") && name != b"/" {
            name.push(b'/');
        }
        name
    }

    pub(super) fn letter(&self) -> u8 {
        kind_letter(self.node.kind(), matches!(self.node, Node::Device(_)))
    }
}

/// Whether a test holds.
pub(super) fn test<'a>(
    test: &Test,
    visit: &Visit<'_, 'a>,
    workspace: &Workspace<'a>,
    settings: &Settings,
) -> Stoppable<bool> {
    let node = &visit.node;
    Ok(match test {
        Test::True => true,
        Test::False => false,
        Test::Name(glob) => glob.matches(visit.name()),
        Test::Path(glob) => glob.matches(visit.text),
        Test::LinkTarget(glob) => node.target().is_some_and(|target| glob.matches(target)),
        Test::Regex(pattern) => {
            let found = pattern.find_at(visit.text, 0, workspace.budget())?;
            found.is_some_and(|found| found.start == 0 && found.end == visit.text.len())
        }
        Test::Kind(letters) => letters.contains(&visit.letter()),
        Test::OtherKind(letters) => letters.contains(&other_letter(visit, workspace, settings)),
        Test::Empty => match node.kind() {
            Kind::File => node.size() == 0 && !matches!(node, Node::Device(_)),
            Kind::Directory => workspace.list(visit.path).is_ok_and(|entries| entries.is_empty()),
            Kind::Link => false,
        },
        Test::Size(comparison, unit) => comparison.holds(node.size().div_ceil(*unit)),
        Test::Links(comparison) => comparison.holds(world::link_count(workspace, visit.path, node)),
        Test::Inode(comparison) => comparison.holds(world::inode(visit.path)),
        Test::User(comparison) => comparison.holds(u64::from(world::USER_ID)),
        Test::Permissions(how, change) => {
            let is_directory = node.kind() == Kind::Directory;
            let wanted = change.apply(sparring_tree::Mode(0), is_directory, 0).0;
            let mode = node.mode().0;
            match how {
                Permissions::Exactly => mode == wanted,
                Permissions::All => mode & wanted == wanted,
                Permissions::Any => wanted == 0 || mode & wanted != 0,
            }
        }
        Test::NewerThan(moment) => world::modified(node) > *moment,
        Test::Age(comparison, unit) => {
            let age = (world::NOW - world::modified(node)).max(0) / unit;
            comparison.holds(age as u64)
        }
        Test::SameFile(path) => visit.path == path,
        Test::Accessible => workspace.stat(&VirtualPath::ROOT, &visit.path.display()).is_ok(),
        Test::Executable => {
            let end = workspace.stat(&VirtualPath::ROOT, &visit.path.display());
            end.is_ok_and(|(_, node)| node.kind() == Kind::Directory || node.mode().0 & 0o111 != 0)
        }
    })
}

/// `%Y` and `-xtype`: what a link leads to, `N` when to nothing, `L` in a loop.
pub(super) fn other_letter(visit: &Visit<'_, '_>, workspace: &Workspace<'_>, settings: &Settings) -> u8 {
    if settings.follows_links {
        // `-L` has followed already: `-xtype l` finds links then.
        return match workspace.node(visit.path) {
            Some(node) => kind_letter(node.kind(), matches!(node, Node::Device(_))),
            None => b'N',
        };
    }
    if visit.node.kind() != Kind::Link {
        return visit.letter();
    }
    match workspace.stat(&VirtualPath::ROOT, visit.path.as_bytes()) {
        Ok((_, node)) => kind_letter(node.kind(), matches!(node, Node::Device(_))),
        Err(crate::workspace::FileError::LinkLoop) => b'L',
        Err(_) => b'l',
    }
}
