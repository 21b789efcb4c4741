//! Reads the trees and blobs of one commit, and no other object.

use std::collections::BTreeMap;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use gix::objs::{CommitRefIter, Kind, TreeRefIter};
use rayon::prelude::*;
use sparring_tree::{Node, Tree, TreeBuilder, TreeError, TreeLimits, path};

use super::error::SourceErrorKind;
use super::git::{Objects, Repository, damaged, header, object, structure};
use super::provenance::{Provenance, SourceKind};

/// Reads one commit.
pub(super) fn read(
    repository: &Repository,
    commit: ObjectId,
    limits: &TreeLimits,
) -> Result<(Tree, Provenance), SourceErrorKind> {
    let objects = repository.objects();
    let mut buffer = Vec::new();
    structure(&objects, commit, Kind::Commit, b"", &mut buffer)?;
    let root = CommitRefIter::from_bytes(&buffer, commit.kind()).tree_id();
    let root = root.map_err(|error| damaged(commit, b"", &error))?;

    let mut walk = Walk {
        objects: &objects,
        limits,
        builder: TreeBuilder::new(*limits),
        files: Vec::new(),
        entries: 0,
        bytes: 0,
        submodules: 0,
    };
    walk.tree(root, b"", 0)?;
    let Walk { mut builder, files, submodules, .. } = walk;

    let contents = read_blobs(repository, &files, limits)?;
    for file in files {
        let content = contents.get(&file.id).cloned().unwrap_or_default();
        let node = match file.kind {
            EntryKind::Link => Node::Link { target: content },
            kind => Node::File { executable: kind == EntryKind::BlobExecutable, content },
        };
        builder.insert(file.path, node)?;
    }
    let mut provenance = Provenance::new(SourceKind::Commit);
    provenance.commit = Some(commit.to_string());
    provenance.submodules = submodules;
    Ok((builder.finish()?, provenance))
}

/// A file or link whose bytes are yet to be read.
struct File {
    path: Vec<u8>,
    kind: EntryKind,
    id: ObjectId,
}

struct Walk<'a> {
    objects: &'a Objects,
    limits: &'a TreeLimits,
    builder: TreeBuilder,
    files: Vec<File>,
    entries: usize,
    bytes: u64,
    submodules: u64,
}

impl Walk<'_> {
    fn tree(&mut self, id: ObjectId, directory: &[u8], depth: usize) -> Result<(), SourceErrorKind> {
        let mut buffer = Vec::new();
        structure(self.objects, id, Kind::Tree, directory, &mut buffer)?;
        for entry in TreeRefIter::from_bytes(&buffer, id.kind()) {
            let entry = entry.map_err(|error| damaged(id, directory, &error))?;
            let name: &[u8] = entry.filename;
            if name.contains(&b'/') || name.eq_ignore_ascii_case(b".git") {
                let problem = format!("holds an entry named `{}`", name.escape_ascii());
                return Err(SourceErrorKind::Object { id: id.to_string(), inside: directory.to_vec(), problem });
            }
            let path = if directory.is_empty() { name.to_vec() } else { [directory, b"/", name].concat() };
            self.entry(entry.mode.kind(), entry.oid.to_owned(), path, depth + 1)?;
        }
        Ok(())
    }

    fn entry(&mut self, kind: EntryKind, id: ObjectId, path: Vec<u8>, depth: usize) -> Result<(), SourceErrorKind> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(TreeError::TooManyEntries(self.limits.entries).into());
        }
        // Trees that hold themselves many times over are stopped here and by the count above.
        self.builder.admit(&path, 0)?;
        match kind {
            EntryKind::Tree => return self.tree(id, &path, depth),
            EntryKind::Commit => {
                self.submodules += 1;
                return Ok(self.builder.insert(path, Node::Directory)?);
            }
            EntryKind::Blob | EntryKind::BlobExecutable | EntryKind::Link => {}
        }
        let problem = |problem: &str| SourceErrorKind::Object {
            id: id.to_string(),
            inside: path.clone(),
            problem: problem.to_owned(),
        };
        let size = match header(self.objects, id)? {
            Some((Kind::Blob, size)) => size,
            Some(_) => return Err(problem("is not a file's content")),
            None => return Err(problem("missing; the clone is shallow, partial or damaged")),
        };
        if kind == EntryKind::Link && size > path::PATH_BYTES as u64 {
            return Err(problem("is a link with a target that is too long"));
        }
        self.builder.admit(&path, size)?;
        self.bytes = self.bytes.saturating_add(size);
        if self.bytes > self.limits.bytes {
            return Err(TreeError::TooManyBytes(self.limits.bytes).into());
        }
        self.files.push(File { path, kind, id });
        Ok(())
    }
}

/// The blobs' bytes, each read once however many files hold it.
fn read_blobs(
    repository: &Repository,
    files: &[File],
    limits: &TreeLimits,
) -> Result<BTreeMap<ObjectId, Arc<[u8]>>, SourceErrorKind> {
    let unique: BTreeMap<ObjectId, &[u8]> = files.iter().map(|file| (file.id, file.path.as_slice())).collect();
    let unique: Vec<_> = unique.into_iter().collect();
    unique
        .par_iter()
        .with_min_len(16)
        .map_init(
            || (repository.objects(), Vec::new()),
            |(objects, buffer), (id, inside)| {
                object(objects, *id, Kind::Blob, inside, limits.file_bytes, buffer)?;
                Ok((*id, Arc::from(buffer.as_slice())))
            },
        )
        .collect()
}
