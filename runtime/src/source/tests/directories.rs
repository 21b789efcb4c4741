//! Plain directories.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::*;

#[test]
fn caches_ignored_files_and_repositories_are_left_out() {
    let folder = tempfile::tempdir().unwrap();
    write_files(
        folder.path(),
        &[
            (".gitignore", "*.log\n/out\n"),
            ("run.sh*", "#!/bin/sh\n"),
            ("src/a.py", "a\n"),
            ("src/a.log", ""),
            ("src/.gitignore", "!keep.log\nlocal\n"),
            ("src/keep.log", ""),
            ("src/local/x", ""),
            ("local/x", ""),
            ("out/x", ""),
            ("src/__pycache__/a.pyc", ""),
            (".git/HEAD-not-a-repository", ""),
            ("vendor/.git/config", ""),
            ("vendor/v.py", ""),
        ],
    );
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::remove_dir_all(folder.path().join(".git")).unwrap();
    symlink("/etc/passwd", folder.path().join("absolute")).unwrap();
    symlink("../../..", folder.path().join("src/up")).unwrap();
    let (tree, provenance) = read(folder.path(), None).unwrap();
    assert_eq!(
        listing(&tree),
        ".gitignore absolute -> /etc/passwd empty/ local/ local/x run.sh* src/ src/.gitignore src/a.py \
         src/keep.log src/up -> ../../.. vendor/ vendor/v.py"
    );
    assert_eq!(provenance, Provenance::new(crate::source::SourceKind::Directory));
}

#[test]
fn excludes_win_over_the_rules_of_the_source() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["os.py", "test/a.py", "json/tests/b.py", "site-packages/c.py", "config-3.11-x/d", "lib/test_x.py"];
    write_files(folder.path(), &files.map(|name| (name, "")));
    write_files(folder.path(), &[(".gitignore", "!test\n")]);
    let source = Source::directory_filtered(folder.path(), crate::source::PYTHON_LIBRARY_EXCLUDES).unwrap();
    let (tree, _) = source.read(&TreeLimits::default()).unwrap();
    assert_eq!(listing(&tree), ".gitignore json/ lib/ lib/test_x.py os.py");
    assert!(source.identity(&TreeLimits::default()).is_none());
    let missing = Source::directory_filtered(&folder.path().join("none"), &[]).unwrap_err();
    assert!(missing.to_string().ends_with("none`: no such file or directory"), "{missing}");
}

#[test]
fn special_files_are_counted_and_never_opened() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &[("a", "1")]);
    let fifo = Command::new("mkfifo").arg(folder.path().join("fifo")).status().unwrap();
    assert!(fifo.success());
    fs::remove_file(folder.path().join("a")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    // A fifo by the name of an ignore file would block whoever opens it to wait.
    assert!(Command::new("mkfifo").arg(folder.path().join(".gitignore")).status().unwrap().success());
    let (tree, provenance) = read(folder.path(), None).unwrap();
    assert_eq!((listing(&tree).as_str(), provenance.special_files), ("", 3));
}

#[test]
fn limits_hold_while_the_walk_runs() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &[("a", "12345678"), ("b/c/d", "12345678")]);
    let limits = TreeLimits { entries: 4, bytes: 16, file_bytes: 8, depth: 3 };
    let outcome = |limits| verdict(&read_within(folder.path(), None, &limits));
    assert_eq!(outcome(limits), "read");
    assert_eq!(outcome(TreeLimits { entries: 3, ..limits }), "entries");
    assert_eq!(outcome(TreeLimits { bytes: 15, ..limits }), "bytes");
    assert_eq!(outcome(TreeLimits { file_bytes: 7, ..limits }), "file bytes");
    assert_eq!(outcome(TreeLimits { depth: 2, ..limits }), "depth");
    write_files(folder.path(), &[(".gitignore", &"#".repeat(256 * 1024 + 1))]);
    assert_eq!(outcome(TreeLimits::default()), "ignore file");
}

#[test]
fn what_is_no_source_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write_files(folder.path(), &[("text", "hello"), ("a.tar.xz", "\u{0}"), ("a.tar.bz2", "BZh91AY")]);
    let outcome = |name: &str, commit| verdict(&read(&folder.path().join(name), commit));
    assert_eq!(outcome("none", None), "missing");
    assert_eq!(outcome("text", None), "unrecognized");
    assert_eq!(outcome("text", Some("main")), "no repository");
    assert_eq!(outcome("", Some("main")), "no repository");
    assert_eq!(outcome("a.tar.bz2", None), "compression");
    assert_eq!(verdict(&read(Path::new("/dev/null"), None)), "unrecognized");
}

/// the digest depends on nothing but names, bytes, kinds and executable bits.
#[test]
fn the_digest_does_not_depend_on_folder_times_modes_or_order() {
    for seed in 0..20_u32 {
        let files: Vec<(String, String)> = (0..30)
            .map(|n| {
                let name = (n * 7 + seed) % 30;
                (format!("d{}/e{}/f{name}", name % 3, name % 5), format!("{seed} {name}\n"))
            })
            .collect();
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let other = other.path().join("a much longer name");
        let write = |root: &Path, files: &mut dyn Iterator<Item = &(String, String)>, mode: u32, time: u64| {
            for (name, content) in files {
                write_files(root, &[(name, content)]);
                let path = root.join(name);
                fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
                let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(time);
                fs::File::options().append(true).open(&path).unwrap().set_modified(time).unwrap();
            }
        };
        write(one.path(), &mut files.iter(), 0o664, 1_000_000_000);
        write(&other, &mut files.iter().rev(), 0o600, 1_700_000_000);
        let (tree, _) = read(one.path(), None).unwrap();
        assert_eq!(tree.digest(), read(&other, None).unwrap().0.digest(), "seed {seed}");
        assert_eq!(tree.file_count(), 30);
        fs::write(other.join("d0/e0/f0"), "other").unwrap();
        assert_ne!(tree.digest(), read(&other, None).unwrap().0.digest(), "seed {seed}");
    }
}

/// whatever links point at, they are data and lead nowhere.
#[test]
fn link_graphs_are_data() {
    let targets =
        ["self", "../self", "/", "/etc", "a/", "a/../../x", "loop1", "./", "d/../d/../d", "x\u{7f}y", "..", "d//"];
    for seed in 0..200_usize {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        write_files(&root, &[("d/file", "inside")]);
        write_files(folder.path(), &[("self", "outside"), ("rootx/secret", "outside")]);
        for n in 0..12 {
            let place = if (seed + n) % 2 == 0 { root.join(format!("l{n}")) } else { root.join(format!("d/l{n}")) };
            let target = targets[(seed * 5 + n * 7) % targets.len()];
            symlink(if n == seed % 12 { "../rootx/secret" } else { target }, place).unwrap();
        }
        let (tree, _) = read(&root, None).unwrap();
        assert_eq!(tree.entries().len(), 14, "seed {seed}");
        let files: Vec<_> = tree.entries().iter().filter(|entry| entry.node.kind() == Kind::File).collect();
        assert_eq!((files.len(), files[0].node.bytes()), (1, &b"inside"[..]));
    }
}
