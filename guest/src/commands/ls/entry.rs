//! Entries of a listing, and their order.

use std::cmp::Ordering;

use sparring_tree::{Kind, Mode};

use super::settings::{Order, Settings};
use crate::commands::version;
use crate::workspace::{Node, VirtualPath, Workspace};
use crate::world;

/// One line of a listing.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// As it is printed.
    pub(super) name: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) is_device: bool,
    /// A device's minor number.
    pub(super) minor: u32,
    pub(super) mode: Mode,
    pub(super) size: u64,
    /// Bytes on disk.
    pub(super) usage: u64,
    pub(super) modified: i64,
    pub(super) links: u64,
    pub(super) inode: u64,
    /// A link's target, and what stands there.
    pub(super) target: Option<(Vec<u8>, LinkEnd)>,
}

/// What a link leads to; `None` for nothing.
pub(super) type LinkEnd = Option<(Kind, Mode)>;

impl Entry {
    pub(super) fn new(name: &[u8], path: &VirtualPath, node: &Node<'_, '_>, workspace: &Workspace<'_>) -> Self {
        let target = node.target().map(|target| {
            let end = workspace.stat(&VirtualPath::ROOT, path.as_bytes()).ok();
            (target.to_vec(), end.map(|(_, node)| (node.kind(), node.mode())))
        });
        Self {
            name: name.to_vec(),
            kind: node.kind(),
            is_device: matches!(node, Node::Device(_)),
            minor: if let Node::Device(device) = node { device.minor() } else { 0 },
            mode: node.mode(),
            size: node.size(),
            usage: world::disk_usage(node),
            modified: world::modified(node),
            links: world::link_count(workspace, path, node),
            inode: world::inode(path),
            target,
        }
    }
}

/// The entries of a directory that are to be shown.
pub(super) fn collect(workspace: &Workspace<'_>, path: &VirtualPath, settings: &Settings) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut add = |name: &[u8], path: &VirtualPath| {
        let followed = if settings.follows_all {
            workspace.stat(&VirtualPath::ROOT, path.as_bytes()).ok().map(|(_, node)| node)
        } else {
            None
        };
        if let Some(node) = followed.or_else(|| workspace.node(path)) {
            entries.push(Entry::new(name, path, &node, workspace));
        }
    };
    if settings.hidden == 2 {
        add(b".", path);
        add(b"..", &path.parent());
    }
    for entry in workspace.list(path).unwrap_or_default() {
        let is_hidden = settings.hidden == 0
            && (entry.name.starts_with(b".") || settings.hidden_patterns.iter().any(|glob| glob.matches(&entry.name)));
        if !is_hidden && !settings.ignored.iter().any(|glob| glob.matches(&entry.name)) {
            add(&entry.name, &path.join(&entry.name));
        }
    }
    entries
}

/// Sorts entries; equal ones by name.
pub(super) fn sort(entries: &mut [Entry], settings: &Settings) {
    if settings.order == Order::None {
        return;
    }
    let sets_in = super::name::any_quoted(entries, settings);
    entries.sort_by(|a, b| {
        if settings.directories_first {
            let is_directory = |entry: &Entry| {
                entry.kind == Kind::Directory
                    || entry
                        .target
                        .as_ref()
                        .is_some_and(|(_, end)| end.is_some_and(|(kind, _)| kind == Kind::Directory))
            };
            match is_directory(b).cmp(&is_directory(a)) {
                Ordering::Equal => {}
                other => return other,
            }
        }
        let ordering = match settings.order {
            Order::Time => b.modified.cmp(&a.modified),
            Order::Size => b.size.cmp(&a.size),
            Order::Extension => extension(&a.name).cmp(extension(&b.name)),
            Order::Version => version::compare(&a.name, &b.name),
            Order::Width => {
                let width = |entry: &Entry| super::name::bare_width(entry, settings, sets_in);
                width(a).cmp(&width(b))
            }
            Order::Name | Order::None => Ordering::Equal,
        }
        .then_with(|| a.name.cmp(&b.name));
        if settings.is_reversed { ordering.reverse() } else { ordering }
    });
}

fn extension(name: &[u8]) -> &[u8] {
    match memchr::memrchr(b'.', name) {
        Some(at) => name.get(at..).unwrap_or_default(),
        None => b"",
    }
}
