//! Which files may hold what a pattern requires, as far as the image's index knows.

use std::cmp::Ordering;
use std::rc::Rc;

use sparring_tree::image::EntryView;
use sparring_tree::{Change, Content, ImageView, Kind, PieceSource, path};

use super::seams::{self, Clause};
use super::{Node, VirtualPath, Walked, Workspace};
use crate::budget::Stoppable;
use crate::matching::Literals;

/// Searching so many bytes costs less than asking the index.
const WORTH_ASKING: u64 = 128 << 10;

/// What the index says about one pattern: its clauses with the blocks that may hold them, the one
/// with the fewest blocks first.
#[derive(Debug)]
pub struct Candidates {
    clauses: Vec<Clause>,
}

impl Candidates {
    /// Asks the image's index; `None` when it rules nothing out.
    fn ask(image: ImageView<'_>, literals: &Literals) -> Option<Self> {
        let postings = image.postings()?;
        let blocks = |clause: &Vec<Vec<u8>>| {
            let sets = clause.iter().map(|literal| postings.blocks_with(literal));
            sets.reduce(|all, more| {
                let mut all = all?;
                all.unite(&more?);
                Some(all)
            })?
        };
        let ignore_case = literals.ignore_case;
        let asked = literals
            .clauses
            .iter()
            .filter_map(|clause| blocks(clause).map(|blocks| Clause { blocks, literals: clause.clone(), ignore_case }));
        let mut clauses: Vec<Clause> = asked.collect();
        clauses.sort_by_key(|clause| clause.blocks.len());
        (!clauses.is_empty()).then_some(Self { clauses })
    }

    fn may_be_in(&self, offset: u32, length: u32) -> bool {
        self.clauses.iter().all(|clause| clause.blocks.touches(offset, length))
    }

    /// The first file among the entries `from..end` that may match.
    fn next_file<'a>(&self, image: ImageView<'a>, mut from: u32, end: u32) -> Option<EntryView<'a>> {
        let fewest = &self.clauses.first()?.blocks;
        while from < end {
            let offset = fewest.next_offset(image.entry(from)?.content_offset())?;
            let entry = image.entry_at_content(offset)?;
            if entry.index() >= end {
                return None;
            }
            if entry.kind() == Kind::File && self.may_be_in(entry.content_offset(), entry.len()) {
                return Some(entry);
            }
            // Forwards always, so that a damaged image cannot hold the walk up.
            from = entry.index().max(from) + 1;
        }
        None
    }
}

/// Rules files out for one search. The index is asked once the search is long enough to gain by it.
#[derive(Debug)]
pub struct FileFilter<'p> {
    /// `None` when files without the literals count as well.
    literals: Option<&'p Literals>,
    /// Bytes that the search has to do with so far.
    bytes: u64,
    answer: Option<Option<Rc<Candidates>>>,
}

impl<'p> FileFilter<'p> {
    /// For a search that only finds what contains the `literals`; with none every file may match.
    pub fn new(literals: Option<&'p Literals>) -> Self {
        Self { literals, bytes: 0, answer: None }
    }

    /// Whether a file with this content may match.
    pub fn admits(&mut self, workspace: &Workspace<'_>, content: &Content) -> Stoppable<bool> {
        let image = workspace.image();
        match content.pieces() {
            [] => Ok(false),
            [piece] if piece.source == PieceSource::Image => Ok(self.admits_range(image, piece.offset, piece.length)),
            _ => match self.candidates(image, content.len()) {
                Some(candidates) => seams::may_hold(workspace, content, &candidates.clauses),
                None => Ok(true),
            },
        }
    }

    /// Whether a node that is a file may match.
    pub fn admits_node(&mut self, workspace: &Workspace<'_>, node: &Node<'_, '_>) -> Stoppable<bool> {
        match node {
            Node::Image(entry) => Ok(self.admits_range(workspace.image(), entry.content_offset(), entry.len())),
            Node::Changed(Change::File { content, .. }) => self.admits(workspace, content),
            _ => Ok(node.size() > 0),
        }
    }

    fn admits_range(&mut self, image: ImageView<'_>, offset: u32, length: u32) -> bool {
        if length == 0 {
            return false;
        }
        match self.candidates(image, u64::from(length)) {
            Some(candidates) => candidates.may_be_in(offset, length),
            None => true,
        }
    }

    /// The candidates for a search through all files below `top`; `None` when each has to be
    /// searched.
    pub fn of_tree(&mut self, workspace: &Workspace<'_>, top: &VirtualPath) -> Option<Rc<Candidates>> {
        let (image, (first, end)) = (workspace.image(), workspace.image_range(top));
        let start = |index| image.entry(index).map_or(image.content().len() as u64, |e| u64::from(e.content_offset()));
        self.candidates(image, start(end).saturating_sub(start(first))).cloned()
    }

    /// The index's answer, once `bytes` more make it worth asking.
    fn candidates(&mut self, image: ImageView<'_>, bytes: u64) -> Option<&Rc<Candidates>> {
        let literals = self.literals?;
        if self.answer.is_none() {
            self.bytes = self.bytes.saturating_add(bytes);
            if self.bytes < WORTH_ASKING {
                return None;
            }
        }
        self.answer.get_or_insert_with(|| Candidates::ask(image, literals).map(Rc::new)).as_ref()
    }
}

impl<'a> Workspace<'a> {
    /// The image's entries below a directory, hidden ones included.
    fn image_range(&self, directory: &VirtualPath) -> (u32, u32) {
        let above_mount = directory.is_root() || self.mount.is_below(directory);
        let top = match self.inside_mount(directory.as_bytes()) {
            Some(inside) => self.image.lookup(inside),
            None => above_mount.then(|| self.image.root()),
        };
        top.map_or((0, 0), |top| (top.index() + 1, top.subtree_end()))
    }

    /// Whether there may be a symbolic link below a directory, or anything else that is neither a
    /// file of the repository nor one of the session's.
    pub fn may_have_links(&self, directory: &VirtualPath) -> bool {
        let (first, end) = self.image_range(directory);
        let is_link = |index: u32| self.image.entry(index).is_some_and(|entry| entry.kind() == Kind::Link);
        self.inside_mount(directory.as_bytes()).is_none()
            || self.overlay.below(directory.as_bytes()).any(|(_, change)| matches!(change, Change::Link { .. }))
            || (first..end).any(is_link)
    }

    /// As [`Workspace::walk`], but of the files only those that may match, and of the directories
    /// only those on the way to them.
    pub fn walk_candidates(
        &self,
        top: &VirtualPath,
        candidates: &Candidates,
        visit: &mut dyn FnMut(&VirtualPath, &Node<'_, 'a>) -> Stoppable<Walked>,
    ) -> Stoppable<()> {
        let (mut next, end) = self.image_range(top);
        let mut changes = self.overlay.below(top.as_bytes()).filter(|(_, change)| change.is_file()).peekable();
        let mut way = Way { opened: top.clone(), pruned: None };
        let mut entry = self.visible(candidates, &mut next, end);
        loop {
            let order = match (&entry, changes.peek()) {
                (Some((path, _)), Some((changed, _))) => path::walk_order(path.as_bytes(), changed),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return Ok(()),
            };
            let (path, node) = if order == Ordering::Less {
                let Some((path, found)) = entry else { return Ok(()) };
                entry = self.visible(candidates, &mut next, end);
                (path, Node::Image(found))
            } else {
                let Some((path, change)) = changes.next() else { return Ok(()) };
                (VirtualPath::from_tree_path(path), Node::Changed(change))
            };
            let walked = match way.open(self, &path, visit)? {
                Walked::On => visit(&path, &node)?,
                other => other,
            };
            if walked == Walked::Stop {
                return Ok(());
            }
        }
    }

    /// The next candidate of the image that the session has neither changed nor removed.
    fn visible(&self, candidates: &Candidates, next: &mut u32, end: u32) -> Option<(VirtualPath, EntryView<'a>)> {
        loop {
            let entry = candidates.next_file(self.image, *next, end)?;
            *next = entry.index() + 1;
            let mount = self.mount.as_bytes();
            let separator: &[u8] = if mount.is_empty() { b"" } else { b"/" };
            let path = [mount, separator, entry.path()].concat();
            if self.overlay.get(&path).is_none() && !self.overlay.hides(&path) {
                return Some((VirtualPath::from_tree_path(&path), entry));
            }
        }
    }
}

/// The directories that a walk over files has come through.
struct Way {
    /// The last one; those above it were visited before it.
    opened: VirtualPath,
    /// The last one that the visitor did not want to enter.
    pruned: Option<VirtualPath>,
}

impl Way {
    /// Visits the directories between the last file and this one; anything but [`Walked::On`] when
    /// the file is not to be visited.
    fn open<'a>(
        &mut self,
        workspace: &Workspace<'a>,
        file: &VirtualPath,
        visit: &mut dyn FnMut(&VirtualPath, &Node<'_, 'a>) -> Stoppable<Walked>,
    ) -> Stoppable<Walked> {
        if self.pruned.as_ref().is_some_and(|pruned| file.is_below(pruned)) {
            return Ok(Walked::Prune);
        }
        let parent = path::parent(file.as_bytes());
        if parent == self.opened.as_bytes() {
            return Ok(Walked::On);
        }
        let ends = memchr::memchr_iter(b'/', file.as_bytes());
        for end in ends {
            let directory = file.as_bytes().get(..end).unwrap_or_default();
            let opened = self.opened.as_bytes();
            if directory == opened || path::is_below(opened, directory) {
                continue;
            }
            let directory = VirtualPath::from_tree_path(directory);
            let Some(node) = workspace.node(&directory) else { return Ok(Walked::Prune) };
            let walked = visit(&directory, &node)?;
            self.opened = directory;
            if walked != Walked::On {
                self.pruned = Some(self.opened.clone());
                return Ok(walked);
            }
        }
        Ok(Walked::On)
    }
}
