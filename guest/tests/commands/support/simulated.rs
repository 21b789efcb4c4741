//! The simulated side: an image mounted where the real copy lies.

use sparring_guest::budget::Budget;
use sparring_guest::commands::{Environment, launch};
use sparring_guest::limits::Limits;
use sparring_guest::machine::{Descriptors, Effects, Machine, Terminal};
use sparring_guest::workspace::{BlobStore, Node as Place, VirtualPath, Walked, Workspace};
use sparring_tree::image::{FileFacts, ImageView, write};
use sparring_tree::{Kind, Node, Overlay, TreeBuilder, TreeLimits};

use super::{File, Files, Outcome, STOPPED};

/// An image of some files.
pub fn image(files: &Files) -> Vec<u8> {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    for (path, file) in files {
        let node = match file {
            File::Directory => Node::Directory,
            File::Regular(executable, bytes) => {
                Node::File { executable: *executable, content: bytes.as_slice().into() }
            }
            File::Link(target) => Node::Link { target: target.as_slice().into() },
        };
        builder.insert(path.clone(), node).unwrap();
    }
    let tree = builder.finish().unwrap();
    let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
    write(&tree, &facts)
}

/// Runs a command in the directory `path`, where the image is mounted.
pub fn run(image: &[u8], path: &[u8], arguments: &[Vec<u8>], input: &[u8]) -> Outcome {
    let limits = Limits::default();
    let budget = Budget::new(&limits);
    let blobs = BlobStore::new(Vec::new(), 1);
    let mount = VirtualPath::lexical(path);
    let view = ImageView::parse(image).unwrap();
    let workspace = Workspace::new(view, mount.clone(), Overlay::new(), Overlay::new(), &blobs, 0, &budget);
    let mut machine = Machine::new(workspace, Effects::default(), Terminal::Pipe);
    let input = machine.streams.input(input.to_vec());
    let output = machine.streams.buffer();
    let descriptors = Descriptors::standard(input, output, output);
    let mut environment = Environment::default();
    environment.set(b"PATH", b"/usr/local/bin:/usr/bin:/bin");
    environment.set(b"LC_ALL", b"C.UTF-8");
    environment.set(b"HOME", b"/root");
    let status = launch(&mut machine, arguments, &mount, &environment, &descriptors);
    let output = machine.streams.take(output);
    match status {
        Ok(status) => Outcome { output, status: i32::from(status), files: read_back(&machine.workspace) },
        // Nothing of a stopped step lasts.
        Err(stop) => Outcome { output: format!("{stop:?}").into_bytes(), status: STOPPED, files: Files::new() },
    }
}

fn read_back(workspace: &Workspace<'_>) -> Files {
    let mut files = Files::new();
    let mount = workspace.mount().clone();
    let result = workspace.walk(&mount, &mut |path, node: &Place<'_, '_>| {
        let file = match node.kind() {
            Kind::Directory => File::Directory,
            Kind::Link => File::Link(node.target().unwrap().to_vec()),
            Kind::File => File::Regular(node.mode().0 & 0o100 != 0, workspace.read(path)?.unwrap().to_vec()),
        };
        files.insert(workspace.inside_mount(path.as_bytes()).unwrap().to_vec(), file);
        Ok(Walked::On)
    });
    result.unwrap();
    files
}
