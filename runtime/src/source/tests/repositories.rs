//! Git repositories, made by the real git.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;
use crate::source::SourceKind;

/// A repository of two commits, with a branch and tags. Returns their names.
fn repository(folder: &Path) -> (String, String) {
    git(folder, &["init", "-q"]);
    write_files(
        folder,
        &[("README", "one\n"), ("bin/run*", "#!\n"), ("src/a.py", "def a(): pass\n"), (".gitignore", "*.log\n")],
    );
    symlink("src/a.py", folder.join("link")).unwrap();
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-qm", "one"]);
    git(folder, &["tag", "-am", "first", "v1"]);
    let first = git(folder, &["rev-parse", "HEAD"]);
    write_files(folder, &[("src/a.py", "def a():\n    return 'the future fix'\n"), ("tests/test_future.py", "x\n")]);
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-qm", "two"]);
    git(folder, &["branch", "topic/two"]);
    (first, git(folder, &["rev-parse", "HEAD"]))
}

const FIRST: &str = ".gitignore README bin/ bin/run* link -> src/a.py src/ src/a.py";
const SECOND: &str = ".gitignore README bin/ bin/run* link -> src/a.py src/ src/a.py tests/ tests/test_future.py";

/// a commit is its own files and nothing that came later.
#[test]
fn a_commit_is_read_by_every_name_and_holds_no_later_one() {
    if !has_git() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = repository(folder.path());
    let bare = tempfile::tempdir().unwrap();
    git(bare.path(), &["clone", "-q", "--bare", "--no-local", folder.path().to_str().unwrap(), "."]);
    for place in [folder.path(), bare.path()] {
        for name in [
            &first,
            &first[..10],
            "v1",
            "refs/tags/v1",
            "tags/v1",
            &first.to_uppercase(),
            "HEAD~1",
            "main^",
            "HEAD~0^1^0",
            "v1~0",
        ] {
            let (tree, provenance) = read(place, Some(name)).unwrap();
            assert_eq!(listing(&tree), FIRST, "{name}");
            assert_eq!(provenance.commit.as_ref(), Some(&first));
            for entry in tree.entries() {
                assert!(!entry.node.bytes().windows(6).any(|window| window == b"future"), "{:?}", entry.path);
            }
        }
        for name in [&second, "HEAD", "main", "topic/two", "heads/topic/two", "refs/heads/main"] {
            assert_eq!(listing(&read(place, Some(name)).unwrap().0), SECOND, "{name}");
        }
    }
    // The packed clone, the loose original, the work tree and the export are one tree.
    let digest = read(folder.path(), Some("HEAD")).unwrap().0.digest();
    assert_eq!(read(bare.path(), None).unwrap().0.digest(), digest);
    assert_eq!(read(folder.path(), None).unwrap().0.digest(), digest);
    git(folder.path(), &["archive", "--prefix=project-1/", "-o", "export.tar.gz", "HEAD"]);
    let (exported, provenance) = read(&folder.path().join("export.tar.gz"), None).unwrap();
    assert_eq!((exported.digest(), provenance.stripped.as_deref()), (digest, Some("project-1")));
    git(folder.path(), &["archive", "--prefix=project-1/", "-o", "export.zip", "HEAD"]);
    assert_eq!(read(&folder.path().join("export.zip"), None).unwrap().0.digest(), digest);
}

#[test]
fn revisions_that_name_no_commit_are_refused() {
    if !has_git() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    let tree = git(folder.path(), &["rev-parse", "HEAD^{tree}"]);
    symlink("refs/heads/main", folder.path().join("outside")).unwrap();
    let absent = "0123456789012345678901234567890123456789";
    for name in [
        "nope",
        "",
        "HEAD~2",
        "HEAD~99999999999",
        "HEAD^2",
        "HEAD^{tree}",
        "~1",
        "^HEAD",
        "main@{1}",
        ":/one",
        "../outside",
        "-q",
        "abc",
        absent,
        &tree,
    ] {
        assert_eq!(verdict(&read(folder.path(), Some(name))), "revision", "{name}");
    }
    let error = |name| Source::open(folder.path(), Some(name)).unwrap_err().to_string();
    assert!(error("HEAD~9").ends_with("revision `HEAD~9` goes back behind the first commit"), "{}", error("HEAD~9"));
    let text = error("main@{1}");
    assert!(text.ends_with("give an object name, a branch or a tag, with `~N` or `^` behind it"), "{text}");
}

#[test]
fn a_work_tree_is_what_git_sees_of_it() {
    if !has_git() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    repository(folder.path());
    write_files(
        folder.path(),
        &[
            ("README", "changed\n"),
            ("new.py", ""),
            ("debug.log", ""),
            ("kept/tracked.log", "tracked"),
            ("kept/other.log", ""),
            ("secret", ""),
            ("src/__pycache__/a.pyc", ""),
        ],
    );
    fs::write(folder.path().join(".git/info/exclude"), "secret\n").unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    git(folder.path(), &["add", "-f", "kept/tracked.log"]);
    let nested = folder.path().join("nested");
    fs::create_dir(&nested).unwrap();
    repository(&nested);
    let (tree, provenance) = read(folder.path(), None).unwrap();
    assert_eq!(
        listing(&tree),
        ".gitignore README bin/ bin/run* kept/ kept/tracked.log link -> src/a.py nested/ new.py src/ src/a.py \
         tests/ tests/test_future.py"
    );
    assert_eq!((provenance.kind, provenance.submodules), (SourceKind::WorkTree, 1));
    assert_eq!(tree.get(b"README").unwrap().bytes(), b"changed\n");
}

#[test]
fn submodules_and_pointers_are_shown_as_they_are_stored() {
    if !has_git() {
        return;
    }
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    repository(folder.path());
    repository(other.path());
    git(folder.path(), &["submodule", "add", "-q", other.path().to_str().unwrap(), "sub/module"]);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n";
    write_files(
        folder.path(),
        &[("big.bin", pointer), (".gitattributes", "*.bin filter=lfs\n* text eol=crlf ident\n")],
    );
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-qm", "three"]);
    let (tree, provenance) = read(folder.path(), Some("main")).unwrap();
    assert_eq!(provenance.submodules, 1);
    assert!(listing(&tree).contains(" sub/ sub/module/ "), "{}", listing(&tree));
    assert_eq!(tree.get(b"big.bin").unwrap().bytes(), pointer.as_bytes());
}

#[test]
fn repositories_that_lead_out_of_themselves_are_refused() {
    if !has_git() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let origin = folder.path().join("origin");
    fs::create_dir(&origin).unwrap();
    let (first, _) = repository(&origin);
    git(folder.path(), &["clone", "-q", "--shared", "origin", "shared"]);
    git(&origin, &["worktree", "add", "-q", "../worktree", "v1"]);
    git(folder.path(), &["clone", "-q", "--no-local", "--depth=1", &format!("file://{}", origin.display()), "shallow"]);
    git(folder.path(), &["init", "-q", "--object-format=sha256", "long"]);
    for name in ["linked", "fifo", "file-link", "damaged", "swapped"] {
        git(folder.path(), &["clone", "-q", "--no-hardlinks", "origin", name]);
    }
    let inside = |name: &str| folder.path().join(name).join(".git");
    fs::rename(inside("linked"), folder.path().join("moved")).unwrap();
    symlink("../moved", inside("linked")).unwrap();
    fs::create_dir(inside("fifo").join("objects/aa")).ok();
    assert!(Command::new("mkfifo").arg(inside("fifo").join("objects/aa/bb")).status().unwrap().success());
    symlink("/etc/passwd", inside("file-link").join("refs/heads/passwd")).unwrap();
    // A loose object by the name of another: the bytes decide.
    let blob = |name: &str| git(&folder.path().join("swapped"), &["rev-parse", name]);
    let loose = |id: &str| inside("swapped").join("objects").join(&id[..2]).join(&id[2..]);
    let (one, two) = (blob("HEAD:README"), blob("HEAD:src/a.py"));
    fs::remove_file(loose(&one)).unwrap();
    fs::copy(loose(&two), loose(&one)).unwrap();
    let damaged = inside("damaged").join("objects").join(&one[..2]).join(&one[2..]);
    fs::remove_file(&damaged).unwrap();
    fs::write(&damaged, b"no zlib stream").unwrap();

    let outcome = |name: &str, commit: Option<&str>| verdict(&read(&folder.path().join(name), commit));
    assert_eq!(outcome("origin", Some("HEAD")), "read");
    assert_eq!(outcome("shared", Some("HEAD")), "repository");
    assert_eq!(outcome("worktree", Some("HEAD")), "repository");
    assert_eq!(outcome("worktree", None), "repository");
    assert_eq!(outcome("shallow", Some("HEAD")), "read");
    assert_eq!(outcome("shallow", Some(&first)), "revision");
    assert_eq!(outcome("long", Some(&"0".repeat(64))), "revision");
    assert_eq!(outcome("linked", Some("HEAD")), "repository");
    assert_eq!(outcome("fifo", Some("HEAD")), "repository");
    assert_eq!(outcome("file-link", Some("HEAD")), "repository");
    assert_eq!(outcome("damaged", Some("HEAD")), "object");
    assert_eq!(outcome("swapped", Some("HEAD")), "object");
}

/// Trees that git itself would not write, made object by object.
#[test]
fn hostile_trees_are_refused() {
    if !has_git() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q"]);
    let object = |kind: &str, bytes: &[u8]| {
        let file = folder.path().join("object");
        fs::write(&file, bytes).unwrap();
        git(folder.path(), &["hash-object", "-t", kind, "-w", "--literally", "object"])
    };
    let raw = |id: &str| gix::ObjectId::from_hex(id.as_bytes()).unwrap().as_bytes().to_vec();
    let entry = |mode: &str, name: &[u8], id: &[u8]| [mode.as_bytes(), b" ", name, b"\0", id].concat();
    let commit = |tree: &str| {
        object("commit", format!("tree {tree}\nauthor A <a> 0 +0000\ncommitter A <a> 0 +0000\n\nx\n").as_bytes())
    };
    let blob = raw(&object("blob", b"content"));
    let limits = TreeLimits { entries: 10_000, bytes: 1 << 20, ..TreeLimits::default() };
    let outcome = |tree: &[u8]| verdict(&read_within(folder.path(), Some(&commit(&object("tree", tree))), &limits));

    assert_eq!(outcome(&entry("100644", b"a", &blob)), "read");
    for name in [&b".."[..], b".", b""] {
        let verdict = outcome(&entry("100644", name, &blob));
        assert!(verdict == "path" || verdict == "object", "{}: {verdict}", name.escape_ascii());
    }
    for name in [&b"a/b"[..], b"../x", b"/etc/passwd", b".git", b".GIT", b".git/hooks"] {
        assert_eq!(outcome(&entry("100644", name, &blob)), "object", "{}", name.escape_ascii());
    }
    assert_eq!(outcome(&[entry("100644", b"a", &blob), entry("100755", b"a", &blob)].concat()), "duplicate");
    assert_eq!(outcome(&entry("100644", &[b'n'; 300], &blob)), "path");
    assert_eq!(outcome(&entry("40000", b"a", &blob)), "object", "a file as a directory");
    let empty = raw(&object("tree", b""));
    assert_eq!(outcome(&entry("100644", b"a", &empty)), "object", "a directory as a file");
    assert_eq!(outcome(&entry("100644", b"a", &[7; 20])), "object", "missing");
    assert_eq!(outcome(b"100644 cut"), "object");
    assert_eq!(outcome(&entry("120000", b"l", &raw(&object("blob", &[b'x'; 5000])))), "object", "a long link");
    // A tree that holds one blob a billion times: ten entries, nine levels.
    let mut level = raw(&object("tree", &entry("100644", b"f", &blob)));
    for _ in 0..9 {
        let tree: Vec<u8> = (b'0'..=b'9').flat_map(|name| entry("40000", &[name], &level)).collect();
        level = raw(&object("tree", &tree));
    }
    assert_eq!(outcome(&entry("40000", b"bomb", &level)), "entries");
    let mut deep = raw(&object("tree", &entry("100644", b"f", &blob)));
    for _ in 0..200 {
        deep = raw(&object("tree", &entry("40000", b"d", &deep)));
    }
    assert_eq!(outcome(&entry("40000", b"d", &deep)), "depth");
    let zeros = raw(&object("blob", &vec![0; 2 << 20]));
    assert_eq!(outcome(&entry("100644", b"zeros", &zeros)), "bytes");
}
