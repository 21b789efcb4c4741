//! The real side: a repository on disk whose first commit is the one that the guest makes up.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sparring_guest::commands::git;

use crate::edit::Edit;
use crate::{Files, Outcome};

pub(crate) struct Repository {
    folder: tempfile::TempDir,
    program: OsString,
    is_of_series: bool,
}

/// Where a git may lie that is asked first, and Debian's own, which a newer one may hide.
const PLACES: [&str; 3] = ["SPARRING_GIT", "/usr/bin/git", "git"];
/// The series whose texts the guest prints: that of Debian 12.
const SERIES: &str = "git version 2.39.";

/// The git to compare with, and what it says of itself: one of the series if there is any.
pub(crate) fn oracle() -> (OsString, String) {
    let mut found = None;
    for place in PLACES {
        let program = match place.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            true => std::env::var_os(place),
            false => Some(place.into()),
        };
        let Some(program) = program else { continue };
        let Ok(output) = Command::new(&program).arg("--version").output() else { continue };
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if version.starts_with(SERIES) {
            return (program, version);
        }
        found.get_or_insert((program, version));
    }
    found.expect("these tests compare with real git: install it")
}

/// What the git to compare with says of itself.
pub(crate) fn version() -> String {
    oracle().1
}

impl Repository {
    pub(crate) fn new(files: &Files, untracked: &BTreeSet<String>) -> Self {
        let folder = tempfile::Builder::new().prefix("sparring-").tempdir().unwrap();
        let (program, version) = oracle();
        let repository = Self { folder, program, is_of_series: version.starts_with(SERIES) };
        repository.put(files.iter().filter(|(path, _)| !untracked.contains(*path)));
        for words in [&["init", "--quiet", "--initial-branch=master"][..], &["add", "--all", "--force"]] {
            assert!(repository.command(words).status().unwrap().success());
        }
        let date = format!("{} +0000", git::BASE_SECONDS);
        let mut commit = repository.command(&["commit", "--quiet", "--allow-empty", "-m", git::BASE_MESSAGE]);
        commit.env("GIT_AUTHOR_NAME", git::BASE_NAME).env("GIT_AUTHOR_EMAIL", git::BASE_EMAIL);
        commit.env("GIT_COMMITTER_NAME", git::BASE_NAME).env("GIT_COMMITTER_EMAIL", git::BASE_EMAIL);
        commit.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date);
        assert!(commit.status().unwrap().success());
        repository.put(files.iter().filter(|(path, _)| untracked.contains(*path)));
        repository
    }

    fn put<'f>(&self, files: impl Iterator<Item = (&'f String, &'f (char, bool, Vec<u8>))>) {
        for (path, (kind, executable, bytes)) in files {
            let place = self.folder.path().join(path);
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            if *kind == 'l' {
                std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(bytes), &place).unwrap();
            } else {
                std::fs::write(&place, bytes).unwrap();
                set_mode(&place, *executable);
            }
        }
    }

    pub(crate) fn path(&self) -> Vec<u8> {
        self.folder.path().as_os_str().as_bytes().to_vec()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(self.folder.path()).env_clear();
        for (name, value) in environment() {
            command.env(name, value);
        }
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn git(&self, words: &[String], input: &[u8]) -> Outcome {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if words.first() == Some(&"checkout") {
            // It counts files whose times have changed, even where their bytes are as before; the
            // session has no such times.
            self.command(&["update-index", "-q", "--refresh"])
                .stderr(Stdio::null())
                .stdout(Stdio::null())
                .status()
                .unwrap();
        }
        let mut command = self.command(&words);
        command.stdin(Stdio::piped()).stdout(writer.try_clone().unwrap()).stderr(writer);
        let mut child = command.spawn().unwrap();
        drop(command);
        // A command that reads nothing may be gone before its input is written.
        let _closed = child.stdin.take().unwrap().write_all(input);
        let mut output = Vec::new();
        reader.read_to_end(&mut output).unwrap();
        let status = child.wait().unwrap().code().unwrap_or(-1);
        let output = dated(&String::from_utf8_lossy(&output));
        Outcome { status, output: if self.is_of_series { output } else { as_debian_has_it(&output) } }
    }

    pub(crate) fn edit(&self, edit: &Edit) {
        let place = |path: &str| self.folder.path().join(path);
        match edit {
            Edit::Write(path, bytes) => {
                std::fs::create_dir_all(place(path).parent().unwrap()).unwrap();
                std::fs::write(place(path), bytes).unwrap();
            }
            Edit::Remove(path) if place(path).is_dir() && !place(path).is_symlink() => {
                std::fs::remove_dir_all(place(path)).unwrap();
            }
            Edit::Remove(path) => std::fs::remove_file(place(path)).unwrap(),
            Edit::Mode(path, executable) => set_mode(&place(path), *executable),
            Edit::Link(path, target) => std::os::unix::fs::symlink(target, place(path)).unwrap(),
            Edit::Rename(from, to) => std::fs::rename(place(from), place(to)).unwrap(),
        }
    }

    pub(crate) fn files(&self) -> Files {
        let mut files = Files::new();
        let mut ahead = vec![PathBuf::new()];
        while let Some(directory) = ahead.pop() {
            for entry in std::fs::read_dir(self.folder.path().join(&directory)).unwrap() {
                let entry = entry.unwrap();
                let path = directory.join(entry.file_name());
                if path == Path::new(".git") {
                    continue;
                }
                let metadata = entry.metadata().unwrap();
                let (kind, bytes) = if metadata.is_dir() {
                    ahead.push(path.clone());
                    ('d', Vec::new())
                } else if metadata.is_symlink() {
                    ('l', std::fs::read_link(entry.path()).unwrap().into_os_string().into_vec())
                } else {
                    ('f', std::fs::read(entry.path()).unwrap())
                };
                let executable = kind == 'f' && metadata.permissions().mode() & 0o100 != 0;
                let path: OsString = path.into_os_string();
                files.insert(path.into_string().unwrap(), (kind, executable, bytes));
            }
        }
        files
    }
}

/// The output in the words of git 2.39, Debian 12's, where a newer git words its hints otherwise.
fn as_debian_has_it(output: &str) -> String {
    let mut lines = Vec::new();
    for line in output.split_inclusive('\n') {
        match line.strip_prefix("hint: Disable this message with \"").and_then(|rest| rest.strip_suffix("\"\n")) {
            Some("git config advice.refSyntax false") => {}
            Some(setting) => lines.push(format!("hint: Turn this message off by running\nhint: \"{setting}\"\n")),
            None if line == "hint: See `man git check-ref-format`\n" => {}
            None => lines.push(reworded(line)),
        }
    }
    lines.concat()
}

/// What is not committed is as old as the clock says.
fn dated(output: &str) -> String {
    let lines = output.split_inclusive('\n').map(|line| {
        let Some(at) = line.find("Not Committed Yet ").filter(|_| line.starts_with("00000000 (")) else {
            return line.to_owned();
        };
        let date = at + line[at..].find(" 20").unwrap_or(0) + 1;
        format!("{}2025-01-15 12:00:00 +0000{}", &line[..date], &line[date + 25..])
    });
    lines.collect()
}

/// Messages that later versions have changed.
fn reworded(line: &str) -> String {
    let line = line.replace(
        "clean.requireForce is true and -f not given: refusing",
        "clean.requireForce defaults to true and neither -i, -n, nor -f given; refusing",
    );
    let line =
        line.replace("fatal: destination already exists, source=", "fatal: cannot move directory over file, source=");
    let line = line.replace(":(prefix:", ":(,prefix:");
    let line = line
        .replace("error: cannot delete branch", "error: Cannot delete branch")
        .replace("used by worktree at", "checked out at");
    if let Some(start) = line.strip_suffix("' not found\n").filter(|start| start.starts_with("error: branch '")) {
        return format!("{start}' not found.\n");
    }
    line
}

fn set_mode(place: &Path, executable: bool) {
    let mode = if executable { 0o755 } else { 0o644 };
    std::fs::set_permissions(place, PermissionsExt::from_mode(mode)).unwrap();
}

/// The environment of both sides: who commits and when, and nothing of the machine's own.
pub(crate) fn environment() -> Vec<(&'static str, String)> {
    let date = format!("{} +0000", git::SESSION_SECONDS);
    let fixed = |text: &str| text.to_owned();
    vec![
        ("PATH", fixed("/usr/local/bin:/usr/bin:/bin")),
        ("HOME", fixed("/nonexistent")),
        ("LC_ALL", fixed("C.UTF-8")),
        ("PAGER", fixed("cat")),
        ("TERM", fixed("dumb")),
        ("GIT_CONFIG_NOSYSTEM", fixed("1")),
        ("GIT_AUTHOR_NAME", fixed("A U Thor")),
        ("GIT_AUTHOR_EMAIL", fixed("author@example.com")),
        ("GIT_AUTHOR_DATE", date.clone()),
        ("GIT_COMMITTER_NAME", fixed("A U Thor")),
        ("GIT_COMMITTER_EMAIL", fixed("author@example.com")),
        ("GIT_COMMITTER_DATE", date),
    ]
}
