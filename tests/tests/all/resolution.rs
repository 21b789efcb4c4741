//! Paths lead where the kernel says that they lead: a thousand trees full of links are made for real, and
//! every path that an agent could type is resolved by `openat2` below the tree and by a session.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat2};
use rustix::io::Errno;
use sparring_fuzz::{Call, Choices, NativeSession};
use sparring_tests::need;
use sparring_tests::world::settings;
use sparring_tree::image::FileFacts;
use sparring_tree::{Node, Tree, TreeBuilder, TreeLimits};

const TREES: u64 = 1_000;
const PATHS: usize = 12;

/// Files, folders and links to anything: to each other, absolute, upwards, with slashes behind.
fn tree(choices: &mut Choices<'_>) -> Tree {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    let mut put = |path: &str, node: Node| builder.insert(path.as_bytes().to_vec(), node).expect("a good path");
    let file = |text: &str| Node::File { executable: false, content: text.as_bytes().into() };
    put("top", file("content of top\n"));
    put("one/inner", file("content of inner\n"));
    put("one/two/deep", file("content of deep\n"));
    for name in ["a", "b", "c", "one/d", "one/two/e"] {
        let target = target(choices);
        put(name, Node::Link { target: target.into_bytes().into() });
    }
    builder.finish().expect("a tree")
}

fn target(choices: &mut Choices<'_>) -> String {
    let start = choices.pick(&["", "", "", "/", "/testbed/", "../", "./", "one/", "../../"]);
    format!("{start}{}", path(choices))
}

/// Half of the paths lead somewhere as they stand; the others are put together from names.
fn path(choices: &mut Choices<'_>) -> String {
    let whole = ["top", "one/inner", "one/two/deep", "one/two", "a", "b", "c", "one/d", "one/two/e", "one/../top"];
    let names = ["top", "one", "inner", "two", "deep", "a", "b", "c", "d", "e", "..", ".", "testbed", "missing"];
    let start = if choices.percent(50) {
        choices.pick(&whole).to_owned()
    } else {
        let parts: Vec<&str> = (0..choices.between(1, 5)).map(|_| choices.pick(&names)).collect();
        parts.join(choices.pick(&["/", "/", "/", "//", "/./"]))
    };
    format!("{start}{}", choices.pick(&["", "", "", "", "", "/", "/."]))
}

/// What the kernel finds when the root is `root` and the current folder is its `testbed`.
fn real(root: &File, path: &str) -> String {
    let from_root = if path.starts_with('/') { path.to_owned() } else { format!("/testbed/{path}") };
    // While something anywhere is renamed or mounted, the kernel cannot say where `..` leads, and asks for another try.
    let opened = loop {
        match openat2(root, from_root.as_str(), OFlags::RDONLY, Mode::empty(), ResolveFlags::IN_ROOT) {
            Err(Errno::AGAIN) => {}
            other => break other,
        }
    };
    match opened.map(File::from) {
        Ok(mut file) => {
            let mut text = String::new();
            match file.read_to_string(&mut text) {
                Ok(_) => text,
                Err(_) => "Is a directory".to_owned(),
            }
        }
        Err(Errno::NOENT) => "No such file or directory".to_owned(),
        Err(Errno::NOTDIR) => "Not a directory".to_owned(),
        Err(Errno::LOOP) => "Too many levels of symbolic links".to_owned(),
        Err(other) => panic!("{path}: {other}"),
    }
}

fn write(tree: &Tree, folder: &Path) {
    for entry in tree.entries() {
        let path = folder.join(OsStr::from_bytes(&entry.path));
        match &entry.node {
            Node::Directory => fs::create_dir_all(&path),
            Node::File { content, .. } => {
                fs::create_dir_all(path.parent().expect("a folder")).and_then(|()| fs::write(&path, content))
            }
            Node::Link { target } => fs::create_dir_all(path.parent().expect("a folder"))
                .and_then(|()| std::os::unix::fs::symlink(OsStr::from_bytes(target), &path)),
        }
        .expect("a real entry");
    }
}

#[test]
fn paths_lead_where_the_kernel_says() {
    if openat2(CWD, ".", OFlags::PATH, Mode::empty(), ResolveFlags::IN_ROOT).err() == Some(Errno::NOSYS) {
        need::absent("the system call openat2");
        return;
    }
    let (mut compared, mut found, mut looped) = (0, 0, 0);
    for seed in 0..TREES {
        let mut choices = Choices::seeded(seed);
        let tree = tree(&mut choices);
        let folder = tempfile::tempdir().expect("a folder");
        write(&tree, &folder.path().join("testbed"));
        let root = File::open(folder.path()).expect("the folder");

        let paths: Vec<String> = (0..PATHS)
            .map(|_| format!("{}{}", choices.pick(&["", "", "/testbed/", "/", "../", "./"]), path(&mut choices)))
            .collect();
        let mut script = String::new();
        for (index, path) in paths.iter().enumerate() {
            writeln!(script, "echo '<{index}>'; cat -- '{path}' 2>&1").expect("text");
        }
        let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
        let image = sparring_tree::image::write(&tree, &facts);
        let mut session = NativeSession::new(&image, settings("bash"));
        let text = session.step(&Call::shell("bash", &script)).expect("an answer").text;
        for (index, path) in paths.iter().enumerate() {
            let expected = real(&root, path);
            let start = text.find(&format!("<{index}>\n")).unwrap_or_else(|| panic!("tree {seed}: {text}"));
            let answer = &text[start..];
            let end = answer.find(&format!("<{}>\n", index + 1)).unwrap_or(answer.len());
            assert!(
                answer[..end].contains(&expected),
                "tree {seed}, {path}: {expected:?} against {:?}",
                &answer[..end]
            );
            compared += 1;
            found += usize::from(expected.starts_with("content"));
            looped += usize::from(expected.starts_with("Too many"));
        }
    }
    println!("{compared} paths in {TREES} trees: {found} led to a file, {looped} to too many links, 0 differ");
    assert!(found > 500 && looped > 50, "{found} found, {looped} looped");
}
