//! Our diffs against the machine's real git, over generated files and edits with a fixed seed.
//!
//! One repository holds a whole batch of files, so that a few runs of git judge thousands of
//! cases. `SPARRING_CASES` sets how many files there are (default 600).

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sparring_tree::diff::{self, FileDiff, PatchOptions, Side, StatOptions, Whitespace};
use sparring_tree::{Kind, Mode};

/// A repository in a folder of its own, without any configuration.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        repository.git(["init", "--quiet"]);
        repository
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.current_dir(self.path()).env("HOME", self.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        command
    }

    fn git<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(&self, arguments: I) -> Output {
        let output = self.command().args(arguments).output().expect("this test compares with real git: install it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output
    }

    fn write(&self, name: &str, side: Option<&Case>) {
        let path = self.path().join(name);
        let _ = std::fs::remove_file(&path);
        let Some((kind, mode, bytes)) = side else { return };
        match kind {
            Kind::Link => {
                use std::os::unix::ffi::OsStrExt;
                std::os::unix::fs::symlink(OsStr::from_bytes(bytes), &path).expect("a link");
            }
            _ => {
                use std::os::unix::fs::PermissionsExt;
                std::fs::write(&path, bytes).expect("a file");
                let permissions = std::fs::Permissions::from_mode(u32::from(mode.0));
                std::fs::set_permissions(&path, permissions).expect("a mode");
            }
        }
    }
}

type Case = (Kind, Mode, Vec<u8>);

fn runner(seed: u8) -> TestRunner {
    TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]))
}

fn cases() -> usize {
    std::env::var("SPARRING_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(600)
}

/// Lines of a programming language: many equal ones, blank ones, several indentations.
fn line() -> impl Strategy<Value = String> {
    let word =
        prop::sample::select(vec!["a", "b", "return x", "if y:", "}", "{", "def f():", "end", "class C:", "_x", "é"]);
    prop_oneof![
        3 => Just(String::new()),
        1 => Just("  \t".to_owned()),
        8 => (0usize..4, word).prop_map(|(indent, word)| format!("{}{word}", "    ".repeat(indent))),
        1 => (0usize..3, 0u32..6).prop_map(|(indent, word)| format!("{}w{word}", "\t".repeat(indent))),
        4 => (0usize..3, 0u32..4000).prop_map(|(indent, word)| format!("{}unique {word}", "  ".repeat(indent))),
    ]
}

/// An edit: what, where (as fractions of the file) and with which lines.
fn edit() -> impl Strategy<Value = (u8, f64, f64, Vec<String>)> {
    (0u8..6, 0f64..1.0, 0f64..0.3, prop::collection::vec(line(), 0..6))
}

fn apply(mut lines: Vec<String>, edits: &[(u8, f64, f64, Vec<String>)]) -> Vec<String> {
    for (what, place, extent, new) in edits {
        let start = (lines.len() as f64 * place) as usize;
        let end = (start + (lines.len() as f64 * extent) as usize).min(lines.len());
        match what {
            0 => drop(lines.drain(start..end)),
            1 => drop(lines.splice(start..start, new.iter().cloned())),
            2 => drop(lines.splice(start..end, new.iter().cloned())),
            3 => {
                let block = lines[start..end].to_vec();
                drop(lines.splice(start..start, block));
            }
            4 => {
                let block: Vec<_> = lines.drain(start..end).collect();
                let to = start / 2;
                drop(lines.splice(to..to, block));
            }
            _ => lines[start..end].iter_mut().step_by(2).for_each(|line| line.push_str(" \t")),
        }
    }
    lines
}

fn text(lines: &[String], newline: bool) -> Vec<u8> {
    let mut text = lines.join("\n").into_bytes();
    if newline && !lines.is_empty() {
        text.push(b'\n');
    }
    text
}

fn pair() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let lines = prop_oneof![
        12 => prop::collection::vec(line(), 0..50),
        6 => prop::collection::vec(line(), 50..400),
        1 => prop::collection::vec(line(), 1000..3000),
    ];
    (lines, prop::collection::vec(edit(), 0..8), prop::bool::weighted(0.9), prop::bool::weighted(0.9)).prop_map(
        |(old, edits, old_newline, new_newline)| {
            let new = apply(old.clone(), &edits);
            (text(&old, old_newline), text(&new, new_newline))
        },
    )
}

/// Files without much in common, long enough for git to stop looking for the shortest script.
fn strangers() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let file = |range| prop::collection::vec(line(), range);
    prop_oneof![
        (file(0..700), file(0..700)),
        (file(700..3000), file(700..3000)),
        (file(200..1500), prop::collection::vec(edit(), 40..120)).prop_map(|(old, edits)| {
            let new = apply(old.clone(), &edits);
            (old, new.into_iter().take(6000).collect())
        }),
    ]
    .prop_map(|(old, new)| (text(&old, true), text(&new, true)))
}

/// Puts pairs into a repository: the old files into its commit, the new ones into its index.
fn repository_of(pairs: &[(String, Option<Case>, Option<Case>)]) -> Repository {
    let repository = Repository::new();
    pairs.iter().for_each(|(name, old, _)| repository.write(name, old.as_ref()));
    repository.git(["add", "--all"]);
    repository.git(["-c", "user.name=n", "-c", "user.email=e", "commit", "--quiet", "--message=old"]);
    pairs.iter().for_each(|(name, _, new)| repository.write(name, new.as_ref()));
    repository.git(["add", "--all"]);
    repository
}

fn side(case: &Option<Case>) -> Option<Side<'_>> {
    case.as_ref().map(|(kind, mode, bytes)| Side::new(*kind, *mode, bytes))
}

fn ours(pairs: &[(String, Option<Case>, Option<Case>)], options: &PatchOptions) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, old, new) in pairs {
        diff::write_patch(&mut out, &FileDiff::at(name.as_bytes(), side(old), side(new)), options);
    }
    out
}

/// Compares file by file, so that a failure names the smallest case.
fn compare(pairs: &[(String, Option<Case>, Option<Case>)], real: &[u8], ours: &[u8], what: &str) {
    if real == ours {
        return;
    }
    let parts = |text: &[u8]| {
        let text = format!("\n{}", String::from_utf8_lossy(text));
        text.split("\ndiff --git ").skip(1).map(str::to_owned).collect::<std::collections::BTreeSet<_>>()
    };
    let (real, ours) = (parts(real), parts(ours));
    let mut wrong: Vec<_> = real.difference(&ours).collect();
    wrong.sort_by_key(|part| part.len());
    let surplus = ours.difference(&real).next();
    assert!(!wrong.is_empty(), "{what}: the files come in another order, or ours are too many: {surplus:?}");
    let found = wrong.first().map_or("only ours has something", |part| part);
    let name = found.split([' ', '\n']).next().unwrap_or("").trim_start_matches("a/").to_owned();
    let mine = ours.iter().find(|part| part.starts_with(&format!("a/{name} ")));
    panic!(
        "{what}: {} of {} files differ\nreal: {found}\nours: {}",
        wrong.len(),
        pairs.len(),
        mine.map_or("nothing", |part| part)
    );
}

fn generate(
    strategy: impl Strategy<Value = (Vec<u8>, Vec<u8>)>,
    seed: u8,
    count: usize,
) -> Vec<(String, Option<Case>, Option<Case>)> {
    let mut runner = runner(seed);
    let file = |bytes| Some((Kind::File, Mode::FILE, bytes));
    (0..count)
        .map(|index| {
            let (old, new) = strategy.new_tree(&mut runner).expect("a case").current();
            (format!("{index:06}.py"), file(old), file(new))
        })
        .collect()
}

fn check(pairs: &[(String, Option<Case>, Option<Case>)], what: &str) {
    let repository = repository_of(pairs);
    let with = |context, whitespace| PatchOptions { context, whitespace, ..PatchOptions::default() };
    let ways: [(&[&str], PatchOptions); 7] = [
        (&[], with(3, Whitespace::Exact)),
        (&["-U0"], with(0, Whitespace::Exact)),
        (&["-U1"], with(1, Whitespace::Exact)),
        (&["-U25"], with(25, Whitespace::Exact)),
        (&["-w"], with(3, Whitespace::IgnoreAll)),
        (&["-b"], with(3, Whitespace::IgnoreChange)),
        (&["--ignore-space-at-eol"], with(3, Whitespace::IgnoreAtEnd)),
    ];
    let mut changed = 0;
    for (arguments, options) in ways {
        let real = repository.git([&["diff", "--cached", "--no-renames"], arguments].concat()).stdout;
        let ours = ours(pairs, &options);
        compare(pairs, &real, &ours, &format!("{what} {arguments:?}"));
        changed = changed.max(String::from_utf8_lossy(&real).matches("\n@@ ").count());
    }
    let changes: Vec<_> = pairs
        .iter()
        .map(|(name, old, new)| FileDiff::at(name.as_bytes(), side(old), side(new)))
        .filter(|change| change.old != change.new)
        .collect();
    let stats: Vec<_> = changes.iter().map(|change| diff::file_stat(change, &PatchOptions::default())).collect();
    let mut out = Vec::new();
    diff::write_stat(&mut out, &stats, &StatOptions::default());
    diff::write_numstat(&mut out, &stats);
    changes.iter().for_each(|change| diff::write_name_status(&mut out, change));
    let mut real = repository.git(["diff", "--cached", "--no-renames", "--stat"]).stdout;
    real.extend(repository.git(["diff", "--cached", "--no-renames", "--numstat"]).stdout);
    real.extend(repository.git(["diff", "--cached", "--no-renames", "--name-status"]).stdout);
    let (out, real) = (String::from_utf8_lossy(&out), String::from_utf8_lossy(&real));
    for (ours, real) in out.lines().zip(real.lines()) {
        assert_eq!(ours, real, "{what} --stat, --numstat, --name-status");
    }
    assert_eq!(out.len(), real.len(), "{what} --stat, --numstat, --name-status");
    let version = String::from_utf8_lossy(&repository.git(["--version"]).stdout).trim().to_owned();
    println!("{what}: {} files, {changed} hunks, 7 ways and 3 summaries equal to {version}", pairs.len());
    assert!(changed > pairs.len() / 4, "the generator makes too few changes");
}

#[test]
fn edited_files_have_gits_diffs() {
    check(&generate(pair(), 1, cases()), "edited files");
}

#[test]
fn files_without_much_in_common_have_gits_diffs() {
    check(&generate(strangers(), 2, cases() / 6), "strangers");
}

#[test]
fn kinds_modes_and_odd_names_have_gits_diffs_and_apply() {
    let content = prop_oneof![
        4 => Just(b"one\ntwo\n".to_vec()),
        4 => Just(b"one\n2\n".to_vec()),
        1 => Just(Vec::new()),
        2 => Just(b"bin\0ary".to_vec()),
        2 => Just(b"target".to_vec()),
        2 => Just(b"caf\xe9 no newline".to_vec()),
    ];
    let case = prop_oneof![
        1 => Just(None),
        5 => (prop::sample::select(vec![(Kind::File, Mode::FILE), (Kind::File, Mode::EXECUTABLE), (Kind::Link, Mode::LINK)]), content)
            .prop_filter("a link needs a target", |((kind, _), bytes)| *kind != Kind::Link || !bytes.is_empty() && !bytes.contains(&0))
            .prop_map(|((kind, mode), bytes)| Some((kind, mode, bytes))),
    ];
    let strategy = (
        case.clone(),
        case,
        prop::sample::select(vec!["plain", "with space", "qu\"ote", "tab\t", "caf\u{e9}", "back\\slash"]),
    );
    let mut runner = runner(3);
    let mut pairs: Vec<(String, Option<Case>, Option<Case>)> = (0..cases())
        .map(|index| {
            let (old, new, name) = strategy.new_tree(&mut runner).expect("a case").current();
            (format!("{index:06}{name}"), old, new)
        })
        .collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    let repository = repository_of(&pairs);
    let real = repository.git(["diff", "--cached", "--no-renames"]).stdout;
    let patch = diff::tree(pairs.iter().map(|(name, old, new)| FileDiff::at(name.as_bytes(), side(old), side(new))));
    compare(&pairs, &real, &patch, "kinds and modes");
    println!("kinds and modes: {} paths, {} bytes of patch", pairs.len(), patch.len());

    // Without the binary files, which a patch only mentions, git rebuilds the new tree from it.
    let binary = |case: &Option<Case>| case.as_ref().is_some_and(|(_, _, bytes)| diff::is_binary(bytes));
    pairs.retain(|(_, old, new)| !binary(old) && !binary(new));
    let target = Repository::new();
    pairs.iter().for_each(|(name, old, _)| target.write(name, old.as_ref()));
    target.git(["add", "--all"]);
    let patch = ours(&pairs, &PatchOptions::default());
    std::fs::write(target.path().join(".git/patch"), &patch).expect("the patch");
    target.git(["apply", "--index", ".git/patch"]);
    let goal = Repository::new();
    pairs.iter().for_each(|(name, _, new)| goal.write(name, new.as_ref()));
    goal.git(["add", "--all"]);
    assert_eq!(target.git(["write-tree"]).stdout, goal.git(["write-tree"]).stdout);
}
