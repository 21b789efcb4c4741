//! Layers on top of a source: from a manifest to what git says of it.

use std::path::Path;

use sparring_tree::TreeLimits;

use super::super::{Source, SourceErrorKind, read_layer};
use super::listing;

fn write(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

const MANIFEST: &str = r##"
name = "pkg 1.2, built"

[[change]]
add = "pkg.egg-info/PKG-INFO"
text = "Name: pkg\n"

[[change]]
add = "build"
from = "products/build"

[[change]]
add = "setup.cfg"
from = "setup.cfg"
committed = true

[[change]]
add = "run"
text = "#!/bin/sh\n"
executable = true

[[change]]
add = "latest"
link = "build"

[[change]]
remove = ".github"
"##;

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        &[
            ("repo/a.py", "a"),
            ("repo/setup.cfg", "old"),
            ("repo/.github/ci.yml", "x"),
            ("layer/layer.toml", MANIFEST),
            ("layer/setup.cfg", "new"),
            ("layer/products/build/lib/x.so", "binary"),
            ("layer/products/build/.gitignore", "*"),
            ("layer/products/build/__pycache__/x.pyc", "code"),
        ],
    );
    folder
}

#[test]
fn a_manifest_adds_removes_and_patches() {
    let folder = folder();
    let layer = read_layer(&folder.path().join("layer/layer.toml"), &TreeLimits::default()).unwrap();
    let digest = layer.digest().to_string();
    let source = Source::open(&folder.path().join("repo"), None).unwrap().with_layers([layer]);
    let (tree, provenance) = source.read(&TreeLimits::default()).unwrap();
    assert_eq!(
        listing(&tree),
        "a.py build/ build/.gitignore build/__pycache__/ build/__pycache__/x.pyc build/lib/ build/lib/x.so \
         latest -> build pkg.egg-info/ pkg.egg-info/PKG-INFO run* setup.cfg"
    );
    assert_eq!(tree.get(b"setup.cfg").unwrap().bytes(), b"new");
    assert!(tree.untracked().contains(&b"build/lib/x.so".to_vec()));
    assert!(!tree.untracked().contains(&b"setup.cfg".to_vec()));
    assert_eq!((provenance.layers[0].name.as_str(), &provenance.layers[0].digest), ("pkg 1.2, built", &digest));
}

#[test]
fn an_image_keeps_what_is_untracked() {
    let folder = folder();
    let layer = read_layer(&folder.path().join("layer/layer.toml"), &TreeLimits::default()).unwrap();
    let source = Source::open(&folder.path().join("repo"), None).unwrap().with_layers([layer]);
    let (tree, _) = source.read(&TreeLimits::default()).unwrap();
    let image = crate::image::Image::build(&tree).unwrap();
    assert_eq!(crate::image::tree_of(image.view()).unwrap(), tree);
}

#[test]
fn manifests_that_are_wrong_say_why() {
    let folder = folder();
    let refused = |text: &str| {
        let path = folder.path().join("layer/wrong.toml");
        std::fs::write(&path, text).unwrap();
        let error = read_layer(&path, &TreeLimits::default()).unwrap_err();
        assert!(matches!(error.kind, SourceErrorKind::Layer(_) | SourceErrorKind::Io { .. }), "{error}");
        error.to_string()
    };
    let head = "name = \"x\"\n[[change]]\n";
    for (text, reason) in [
        ("x", "expected"),
        ("name = 1", "invalid type"),
        (&format!("{head}add = \"a\""), "takes one of `text`, `from` and `link`"),
        (&format!("{head}add = \"a\"\ntext = \"\"\nlink = \"b\""), "takes one of"),
        (&format!("{head}text = \"\""), "either `add` or `remove`"),
        (&format!("{head}remove = \"a\"\ntext = \"\""), "takes nothing else"),
        (&format!("{head}add = \"a\"\nfrom = \"../repo/a.py\""), "leads out of the manifest's folder"),
        (&format!("{head}add = \"a\"\nfrom = \"/etc/passwd\""), "leads out of the manifest's folder"),
        (&format!("{head}add = \"a\"\nfrom = \"missing\""), "No such file"),
        (&format!("{head}ad = \"a\""), "unknown field"),
    ] {
        let message = refused(text);
        assert!(message.contains(reason), "{text}: {message}");
    }
    // A link out of the folder is not followed.
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("layer/out")).unwrap();
    refused(&format!("{head}add = \"a\"\nfrom = \"out\""));
}

#[test]
fn a_layer_has_a_part_in_the_identity_of_an_archive() {
    let folder = folder();
    let layer = read_layer(&folder.path().join("layer/layer.toml"), &TreeLimits::default()).unwrap();
    let archive = folder.path().join("x.tar");
    let status =
        std::process::Command::new("tar").arg("cf").arg(&archive).arg("-C").arg(folder.path()).arg("repo").status();
    assert!(status.unwrap().success());
    let limits = TreeLimits::default();
    let plain = Source::open(&archive, None).unwrap().identity(&limits);
    let layered = Source::open(&archive, None).unwrap().with_layers([layer]).identity(&limits);
    assert!(plain.is_some() && layered.is_some() && plain != layered);
}
