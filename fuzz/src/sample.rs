//! A small tree for tests and fuzzing: source files, odd names, links, bytes that are no text.

use sparring_tree::image::{FileFacts, write};
use sparring_tree::{ImageView, Node, Tree, TreeBuilder, TreeLimits};

/// Source files with functions, classes and documentation.
const SOURCES: usize = 24;
const NAMES: [&str; 12] =
    ["merge", "split", "parse", "render", "lookup", "collect", "filter", "encode", "decode", "walk", "count", "reduce"];

/// The tree: the same on every machine.
pub fn tree() -> Tree {
    let mut builder = TreeBuilder::new(TreeLimits::default());
    let mut put = |path: &[u8], node: Node| {
        builder.insert(path.to_vec(), node).expect("the paths of the sample are good");
    };
    for index in 0..SOURCES {
        let folder = ["package", "package/inner", "package/inner/deep", "tools"][index % 4];
        let path = format!("{folder}/{}_{index}.py", NAMES[index % NAMES.len()]);
        put(path.as_bytes(), file(source(index).as_bytes()));
    }
    for folder in ["package", "package/inner", "package/inner/deep", "tests"] {
        put(format!("{folder}/__init__.py").as_bytes(), file(b""));
    }
    put(b"README.md", file(b"# Sample\n\nMerges, splits and counts.\n\n```python\nmerge_0([1, 2], 3)\n```\n"));
    put(b"setup.cfg", file(b"[metadata]\nname = sample\nversion = 1.0\n\n[options]\npackages = find:\n"));
    put(b"Makefile", file(b"all:\n\techo building\n\ntest:\n\tpytest -q\n"));
    put(b".gitignore", file(b"*.pyc\n__pycache__/\n"));
    put(b"data/table.csv", file(&table()));
    put(b"data/crlf.txt", file(b"one\r\ntwo\r\nthree\r\n"));
    put(b"data/no_newline", file(b"the last line has no end"));
    put(b"data/empty", file(b""));
    put(b"data/blob.bin", file(&(0..=255).cycle().take(3000).collect::<Vec<u8>>()));
    put(b"data/latin1.txt", file(b"caf\xe9\nna\xefve\n"));
    put("data/ünïcode näme.txt".as_bytes(), file("größe: 10 µm\nnaïve café\n日本語\n".as_bytes()));
    put(b"data/sp ace/a b.txt", file(b"spaces\n"));
    put(b"data/-dash", file(b"starts with a dash\n"));
    put(b"data/long_line.txt", file("x".repeat(40_000).as_bytes()));
    put(b"run.sh", Node::File { executable: true, content: (&b"#!/bin/sh\necho run\n"[..]).into() });
    put(b"latest", link(b"package/inner"));
    put(b"data/up", link(b"../README.md"));
    put(b"data/broken", link(b"nowhere"));
    put(b"data/loop", link(b"loop"));
    put(b"data/outside", link(b"/etc/passwd"));
    builder.finish().expect("the sample is a tree")
}

/// The tree's image.
pub fn image() -> Vec<u8> {
    let tree = tree();
    let facts: Vec<_> = tree.entries().iter().map(|entry| FileFacts::of(entry.node.bytes())).collect();
    write(&tree, &facts)
}

/// The view of an image that this crate has written.
pub fn view(image: &[u8]) -> ImageView<'_> {
    ImageView::parse(image).expect("this crate wrote the image")
}

fn file(content: &[u8]) -> Node {
    Node::File { executable: false, content: content.into() }
}

fn link(target: &[u8]) -> Node {
    Node::Link { target: target.into() }
}

fn table() -> Vec<u8> {
    let rows = (0..500).map(|row| format!("{row},{},{}\n", NAMES[row * 7 % NAMES.len()], row * 37 % 101));
    std::iter::once("id,name,value\n".to_owned()).chain(rows).collect::<String>().into_bytes()
}

fn source(index: usize) -> String {
    let mut text =
        format!("\"\"\"Module {index} of the sample.\"\"\"\n\nimport os\nimport sys\n\nLIMIT = {}\n", index * 10);
    for offset in 0..4 + index % 3 {
        let name = NAMES[(index + offset * 5) % NAMES.len()];
        text.push_str(&format!(
            "\n\ndef {name}_{index}_{offset}(values, other=None):\n    \"\"\"Take values and {name} them with what \
             module {index} knows.\n\n    The order of the values is kept.\n    \"\"\"\n    result = []\n    \
             for position, value in enumerate(values):\n        if value is None:\n            continue\n        \
             result.append((position, value, other))\n    return result[:LIMIT + {offset}]\n"
        ));
    }
    text.push_str(&format!(
        "\n\nclass Holder{index}:\n    \"\"\"Hold what the functions of module {index} need between two calls.\"\"\"\n\n    \
         def __init__(self, size={index}):\n        self.size = size\n        self.items = {{}}\n\n    \
         def add(self, key, value):\n        \"\"\"Put one value under a key and return how many there are.\"\"\"\n        \
         self.items[key] = value\n        return len(self.items)\n"
    ));
    text
}
