//! The simulated side: one session whose image holds the same files.

use std::collections::BTreeSet;

use sparring_guest::budget::Budget;
use sparring_guest::commands::{Environment, launch};
use sparring_guest::limits::Limits;
use sparring_guest::machine::{Descriptors, Effects, Machine, Terminal};
use sparring_guest::workspace::{BlobStore, VirtualPath, Walked, Workspace};
use sparring_tree::image::{FileFacts, ImageView, write};
use sparring_tree::{Kind, Mode, Node, Overlay, TreeBuilder, TreeLimits};

use crate::edit::Edit;
use crate::{Files, Outcome, real};

pub(crate) struct Session<'a> {
    machine: Machine<'a>,
    root: VirtualPath,
    environment: Environment,
}

/// Runs something in a session whose image is mounted at `path`.
pub(crate) fn with_session<T>(
    path: &[u8],
    files: &Files,
    untracked: &BTreeSet<String>,
    run: impl FnOnce(&mut Session<'_>) -> T,
) -> T {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    for (path, (kind, executable, bytes)) in files {
        let content = bytes.as_slice().into();
        let node = match kind {
            'l' => Node::Link { target: content },
            _ => Node::File { executable: *executable, content },
        };
        let name = path.clone().into_bytes();
        let inserted =
            if untracked.contains(path) { builder.insert_untracked(name, node) } else { builder.insert(name, node) };
        inserted.unwrap();
    }
    let tree = builder.finish().unwrap();
    let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
    let image = write(&tree, &facts);
    let limits = Limits::default();
    let budget = Budget::new(&limits);
    let blobs = BlobStore::new(Vec::new(), 1);
    let root = VirtualPath::lexical(path);
    let view = ImageView::parse(&image).unwrap();
    let workspace = Workspace::new(view, root.clone(), Overlay::default(), Overlay::default(), &blobs, 0, &budget);
    let machine = Machine::new(workspace, Effects::default(), Terminal::Pipe);
    let mut environment = Environment::default();
    for (name, value) in real::environment() {
        environment.set(name.as_bytes(), value.as_bytes());
    }
    run(&mut Session { machine, root, environment })
}

impl Session<'_> {
    pub(crate) fn git(&mut self, words: &[String], input: &[u8]) -> Outcome {
        let input = self.machine.streams.input(input.to_vec());
        let output = self.machine.streams.buffer();
        let descriptors = Descriptors::standard(input, output, output);
        let words = std::iter::once("git").chain(words.iter().map(String::as_str));
        let arguments: Vec<Vec<u8>> = words.map(|word| word.as_bytes().to_vec()).collect();
        let status = launch(&mut self.machine, &arguments, &self.root, &self.environment, &descriptors);
        let output = String::from_utf8_lossy(&self.machine.streams.take(output)).into_owned();
        // What a command leaves behind must survive being saved.
        let bytes = postcard::to_allocvec(&self.machine.git).unwrap();
        self.machine.git = postcard::from_bytes(&bytes).unwrap();
        match status {
            Ok(status) => Outcome { status: i32::from(status), output },
            Err(stop) => Outcome { status: -1, output: format!("{output}{stop:?}") },
        }
    }

    pub(crate) fn edit(&mut self, edit: &Edit) {
        let root = self.root.clone();
        let place = |path: &str| path.split('/').fold(root.clone(), |place, name| place.join(name.as_bytes()));
        let workspace = &mut self.machine.workspace;
        match edit {
            Edit::Write(path, bytes) => {
                for (end, _) in path.match_indices('/') {
                    let _exists = workspace.make_directory(&place(&path[..end])).unwrap();
                }
                workspace.write(&place(path), bytes.clone()).unwrap().unwrap();
            }
            Edit::Remove(path) => workspace.remove(&place(path)).unwrap().unwrap(),
            Edit::Mode(path, executable) => {
                let mode = if *executable { Mode::EXECUTABLE } else { Mode::FILE };
                workspace.set_mode(&place(path), mode).unwrap().unwrap();
            }
            Edit::Link(path, target) => workspace.make_link(&place(path), target.as_bytes()).unwrap().unwrap(),
            Edit::Rename(from, to) => workspace.rename(&place(from), &place(to)).unwrap().unwrap(),
        }
    }

    pub(crate) fn files(&self) -> Files {
        let mut files = Files::new();
        let workspace = &self.machine.workspace;
        workspace
            .walk(&self.root, &mut |path, node| {
                let (kind, bytes) = match node.kind() {
                    Kind::Directory => ('d', Vec::new()),
                    Kind::Link => ('l', node.target().unwrap().to_vec()),
                    Kind::File => ('f', workspace.read(path)?.unwrap().to_vec()),
                };
                let executable = kind == 'f' && node.mode().is_executable();
                let name = String::from_utf8(workspace.inside_mount(path.as_bytes()).unwrap().to_vec()).unwrap();
                files.insert(name, (kind, executable, bytes));
                Ok(Walked::On)
            })
            .unwrap();
        files
    }
}
