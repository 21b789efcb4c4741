//! Tests of reading sources, with inputs that the tests make themselves.

mod archives;
mod bombs;
mod directories;
mod layers;
mod repositories;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use sparring_tree::{Kind, Tree, TreeError, TreeLimits};

use super::{ArchiveProblem, Provenance, Source, SourceErrorKind};

/// Reads a source with the default limits.
fn read(path: &Path, commit: Option<&str>) -> Result<(Tree, Provenance), SourceErrorKind> {
    read_within(path, commit, &TreeLimits::default())
}

fn read_within(path: &Path, commit: Option<&str>, limits: &TreeLimits) -> Result<(Tree, Provenance), SourceErrorKind> {
    Source::open(path, commit).and_then(|source| source.read(limits)).map_err(|error| error.kind)
}

/// A tree as one line: `file`, `directory/`, `link -> target`, `executable*`.
fn listing(tree: &Tree) -> String {
    let names = tree.entries().iter().map(|entry| {
        let path = entry.path.escape_ascii();
        match entry.node.kind() {
            Kind::Directory => format!("{path}/"),
            Kind::Link => format!("{path} -> {}", entry.node.bytes().escape_ascii()),
            Kind::File if entry.node.mode().is_executable() => format!("{path}*"),
            Kind::File => path.to_string(),
        }
    });
    names.collect::<Vec<_>>().join(" ")
}

/// One word for an outcome, to compare with a manifest.
fn verdict(outcome: &Result<(Tree, Provenance), SourceErrorKind>) -> &'static str {
    match outcome {
        Ok(_) => "read",
        Err(SourceErrorKind::Tree(error)) => match error {
            TreeError::Path { .. } => "path",
            TreeError::Duplicate(_) => "duplicate",
            TreeError::NotADirectory(_) => "not a directory",
            TreeError::TooManyEntries(_) => "entries",
            TreeError::TooManyBytes(_) => "bytes",
            TreeError::FileTooLarge { .. } => "file bytes",
            TreeError::TooDeep { .. } => "depth",
        },
        Err(SourceErrorKind::Archive { problem, .. }) => match problem {
            ArchiveProblem::Damaged(_) => "damaged",
            ArchiveProblem::TrailingBytes => "trailing",
            ArchiveProblem::Checksum => "checksum",
            ArchiveProblem::UnknownHeader(_) => "unknown",
            ArchiveProblem::Disagreement(_) => "disagreement",
            ArchiveProblem::ExtendedHeader => "extended",
            ArchiveProblem::Sparse => "sparse",
            ArchiveProblem::Special => "special",
            ArchiveProblem::HardLink => "hard link",
            ArchiveProblem::Encrypted => "encrypted",
            ArchiveProblem::Method(_) => "method",
            ArchiveProblem::Ratio { .. } => "ratio",
            ArchiveProblem::TooLarge { .. } => "too large",
            ArchiveProblem::Empty => "empty",
        },
        Err(SourceErrorKind::Object { .. }) => "object",
        Err(SourceErrorKind::Repository(_)) => "repository",
        Err(SourceErrorKind::Revision { .. }) => "revision",
        Err(SourceErrorKind::CommitWithoutRepository) => "no repository",
        Err(SourceErrorKind::Compression(_)) => "compression",
        Err(SourceErrorKind::Unrecognized) => "unrecognized",
        Err(SourceErrorKind::Missing) => "missing",
        Err(SourceErrorKind::IgnoreFile { .. }) => "ignore file",
        Err(SourceErrorKind::Changed(_)) => "changed",
        Err(SourceErrorKind::Io { .. }) => "io",
        Err(SourceErrorKind::Layer(_)) => "layer",
        Err(SourceErrorKind::LayerDoesNotFit(_)) => "layer does not fit",
    }
}

/// Writes files below `root`: names that end in `*` are executable.
fn write_files(root: &Path, files: &[(&str, &str)]) {
    for (name, content) in files {
        let path = root.join(name.trim_end_matches('*'));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        if name.ends_with('*') {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        }
    }
}

/// Runs the real git in `folder`, apart from the machine's configuration, and returns its output.
fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", "-c", "core.autocrlf=false"])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "A")))
        .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "a@example.org")))
        .envs(["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, "2020-01-01T00:00:00Z")))
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Whether there is a git to make repositories with. Says so where there is none.
fn has_git() -> bool {
    let found = Command::new("git").arg("--version").output().is_ok();
    if !found {
        eprintln!("SKIPPED: no `git` on PATH, so that no repository can be made to read");
    }
    found
}
