//! Tests of what is sorted where.

use super::*;
use crate::change::between;
use crate::change::tests::tree;

const PYPROJECT: &str = "[project]\nname = \"shapes\"\n\n[tool.pytest.ini_options]\naddopts = \"-q\"\n";
const SETUP: &str = "[metadata]\nname = shapes\n[tool:pytest]\naddopts = -q\n";

const BASE: [(&str, &str); 12] = [
    ("shapes/__init__.py", "def area(r): return 0\n"),
    ("shapes/json.py", "x = 1\n"),
    ("shapes/test/client.py", "x = 1\n"),
    ("tests/conftest.py", ""),
    ("tests/test_a.py", "def test_a(): pass\n"),
    ("tests/data/a.txt", "1"),
    ("pyproject.toml", PYPROJECT),
    ("setup.cfg", SETUP),
    ("tox.ini", "[tox]\nenvlist = py\n"),
    ("packaging/__init__.py", ""),
    ("bin/run", ""),
    ("README", "x"),
];

/// Sorts what differs from [`BASE`] after `edits`: a text of `-` removes the file.
fn sorted(edits: &[(&str, &str)], rules: &Rules) -> Protected {
    let base = tree(&BASE);
    let mut files: BTreeMap<&str, &str> = BASE.into_iter().collect();
    for (path, text) in edits {
        files.remove(path);
        if *text != "-" {
            files.insert(path, text);
        }
    }
    let files: Vec<(&str, &str)> = files.into_iter().collect();
    protect(&base, &between(&base, &tree(&files)), rules)
}

/// Checks that a change is undone and named so, or kept for `None`.
fn check(path: &str, text: &str, kind: Option<FlagKind>) {
    let sorted = sorted(&[(path, text)], &Rules::default());
    let kinds: Vec<FlagKind> = sorted.flags.iter().map(|flag| flag.kind).collect();
    assert_eq!(kinds, kind.into_iter().collect::<Vec<_>>(), "{path}: {sorted:?}");
    let kept = sorted.final_tree.written.contains_key(path) || sorted.final_tree.deleted.contains(&path.to_owned());
    let laid = sorted.pristine.written.contains_key(path) || sorted.pristine.deleted.contains(&path.to_owned());
    assert_eq!((kept, laid), (kind.is_none(), kind.is_some()), "{path}: {sorted:?}");
}

#[test]
fn a_solution_is_kept() {
    for (path, text) in [
        ("shapes/__init__.py", "def area(r): return r\n"),
        ("shapes/new.py", ""),
        ("shapes/json.py", "x = 2\n"),
        ("shapes/pytest.py", ""),
        ("shapes/test/client.py", "x = 2\n"),
        ("packaging/version.py", ""),
        ("README", "-"),
        ("docs/json.txt", ""),
        ("json.md", ""),
        ("shapes/link.py", "link:json.py"),
        ("pyproject.toml", &PYPROJECT.replace("\"shapes\"", "\"forms\"")),
        ("setup.cfg", &SETUP.replace("name = shapes", "name = forms")),
    ] {
        check(path, text, None);
    }
}

#[test]
fn tests_and_settings_are_put_back() {
    for (path, text) in [
        ("tests/test_a.py", "def test_a(): assert 1\n"),
        ("tests/test_a.py", "-"),
        ("tests/test_new.py", ""),
        ("tests/helper.py", ""),
        ("tests/data/a.txt", "2"),
        ("shapes/test_inside.py", ""),
        ("shapes/area_test.go", ""),
    ] {
        check(path, text, Some(FlagKind::EditedTest));
    }
    for (path, text) in [
        ("conftest.py", ""),
        ("shapes/conftest.py", ""),
        ("tests/conftest.py", "x"),
        ("pytest.ini", "[pytest]\n"),
        ("pyproject.toml", &PYPROJECT.replace("-q", "-p evil")),
        ("pyproject.toml", "not = [toml"),
        ("setup.cfg", &SETUP.replace("-q", "-p evil")),
        ("tox.ini", "[tox]\nenvlist = py\n[pytest]\naddopts = -k nothing\n"),
        ("tox.ini", "-"),
        ("noxfile.py", ""),
    ] {
        check(path, text, Some(FlagKind::EditedSettings));
    }
}

#[test]
fn hooks_shadows_and_links_are_left_out() {
    for (path, text, kind) in [
        ("sitecustomize.py", "", FlagKind::StartupHook),
        ("src/usercustomize.py", "", FlagKind::StartupHook),
        ("sitecustomize/__init__.py", "", FlagKind::StartupHook),
        ("evil.pth", "import os", FlagKind::StartupHook),
        ("pytest.py", "", FlagKind::ShadowedModule),
        ("json.py", "", FlagKind::ShadowedModule),
        ("src/unittest/__init__.py", "", FlagKind::ShadowedModule),
        ("tests/pluggy.py", "", FlagKind::ShadowedModule),
        ("shapes/__pycache__/json.cpython-311.pyc", "x", FlagKind::CompiledFile),
        ("shapes/json.cpython-311-x86_64-linux-gnu.so", "x", FlagKind::CompiledFile),
        ("evil.egg-info/entry_points.txt", "[pytest11]", FlagKind::PluginMetadata),
        ("shapes/data", "link:/etc", FlagKind::EscapingLink),
        ("shapes/up", "link:../../x", FlagKind::EscapingLink),
        ("tests/conftest.py", "link:../README", FlagKind::EscapingLink),
    ] {
        check(path, text, Some(kind));
    }
    let mut edits = vec![("tests", "link:shapes")];
    edits.extend(["tests/conftest.py", "tests/test_a.py", "tests/data/a.txt"].map(|path| (path, "-")));
    let sorted = sorted(&edits, &Rules::default());
    assert!(sorted.flags.contains(&Flag::new(FlagKind::EscapingLink, "tests")), "{sorted:?}");
    assert!(sorted.final_tree.written.is_empty() && sorted.final_tree.deleted.is_empty(), "{sorted:?}");
}

#[test]
fn the_task_has_the_last_word() {
    let file = JobFile { mode: 0o644, link: false, bytes: b"def test_b(): pass\n".to_vec() };
    let rules = Rules {
        tests: Files {
            written: [("tests/test_b.py".to_owned(), file.clone())].into(),
            deleted: vec!["tests/test_a.py".to_owned()],
        },
        expected: vec!["checks/area.py::test_x".to_owned(), "not a file".to_owned()],
        allowed: BTreeSet::from(["tox.ini".to_owned(), "sitecustomize.py".to_owned()]),
        protected: BTreeSet::from(["bin/".to_owned(), "shapes/json.py".to_owned()]),
    };
    let edits = [
        ("tests/test_b.py", "forged"),
        ("tests/test_a.py", "forged"),
        ("checks/area.py", "forged"),
        ("bin/run", "forged"),
        ("shapes/json.py", "forged"),
        ("tox.ini", "[pytest]\n"),
        ("sitecustomize.py", ""),
    ];
    let sorted = sorted(&edits, &rules);
    let shown: Vec<String> = sorted.flags.iter().map(Flag::to_string).collect();
    assert_eq!(
        shown,
        [
            "edited test: checks/area.py",
            "edited test: tests/test_a.py",
            "edited test: tests/test_b.py",
            "edited test settings: bin/run",
            "edited test settings: shapes/json.py",
        ]
    );
    assert_eq!(sorted.final_tree.written.keys().collect::<Vec<_>>(), ["sitecustomize.py", "tox.ini"]);
    assert_eq!(sorted.pristine.written["tests/test_b.py"], file);
    assert_eq!(sorted.pristine.deleted, ["tests/test_a.py", "checks/area.py"]);
    assert!(sorted.pristine.written.contains_key("bin/run"));
}

#[test]
fn paths_that_no_container_takes_are_named() {
    let node = Node::File { executable: false, content: b"x".as_slice().into() };
    let change = |path: &[u8]| Change { path: path.to_vec(), before: None, after: Some(node.clone()) };
    let changes = [change(b"a/../../b"), change(b"\xff"), change(b".git/hooks/x"), change(b"ok")];
    let sorted = protect(&tree(&BASE), &changes, &Rules::default());
    assert_eq!(sorted.flags.len(), 2);
    assert!(sorted.flags.iter().all(|flag| flag.kind == FlagKind::UnsafePath));
    assert_eq!(sorted.final_tree.written.keys().collect::<Vec<_>>(), ["ok"]);
}
