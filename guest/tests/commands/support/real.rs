//! The real side: a directory on a tmpfs, and the machine's programs.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{File, Files, Outcome, STOPPED};

/// The copy lies in a directory of its own, so that `..` leads nowhere else.
const INNER: &str = "copy";

/// How long a program may take. They take milliseconds, or for ever: `sed ':a;ba'`.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What prints so much prints for ever.
const MOST_OUTPUT: u64 = 64 << 20;

/// The status of a program that a signal ended.
const KILLED: i32 = -2;

/// A directory with a copy of some files. Removed when dropped.
pub struct RealCopy {
    directory: tempfile::TempDir,
    files: Files,
    modes: Vec<(PathBuf, u32)>,
}

impl RealCopy {
    /// Writes the files in reverse order: a tmpfs lists the newest entry first, so that programs
    /// which print in the order of the file system print byte-wise sorted.
    pub fn new(files: &Files) -> Self {
        let shared_memory = Path::new("/dev/shm");
        assert!(shared_memory.is_dir(), "these tests compare with real programs on a tmpfs: /dev/shm is missing");
        let directory = tempfile::Builder::new().prefix("sparring-").tempdir_in(shared_memory).unwrap();
        // As in an image.
        let top = directory.path().join(INNER);
        std::fs::create_dir(&top).unwrap();
        std::fs::set_permissions(&top, PermissionsExt::from_mode(0o755)).unwrap();
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
        write_out(&top, files);
        let modes = modes(&top);
        Self { directory, files: files.clone(), modes }
    }

    fn top(&self) -> PathBuf {
        self.directory.path().join(INNER)
    }

    /// The absolute path of the copy.
    pub fn path(&self) -> Vec<u8> {
        self.top().as_os_str().as_bytes().to_vec()
    }

    /// Runs a program in the copy. Afterwards the copy is as it was.
    pub fn run(&mut self, arguments: &[Vec<u8>], input: &[u8]) -> Outcome {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let program = OsStr::from_bytes(&arguments[0]);
        let mut command = Command::new(program);
        command
            .args(arguments[1..].iter().map(|argument| OsStr::from_bytes(argument)))
            .current_dir(self.top())
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .env("HOME", "/root")
            .stdin(Stdio::piped())
            .stdout(writer.try_clone().unwrap())
            .stderr(writer);
        let mut child = command.spawn().unwrap_or_else(|error| {
            panic!("these tests compare with the machine's own `{}`, which does not start: {error}", program.display())
        });
        // The command holds the pipe's writing ends.
        drop(command);
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A program may end without reading its input.
        let feeder = std::thread::spawn(move || stdin.write_all(&input).is_ok());
        let (sender, receiver) = std::sync::mpsc::channel();
        let collector = std::thread::spawn(move || {
            let mut output = Vec::new();
            reader.by_ref().take(MOST_OUTPUT).read_to_end(&mut output).unwrap();
            let _nobody_waits = sender.send(output);
        });
        let output = receiver.recv_timeout(PATIENCE);
        let has_ended = output.as_ref().is_ok_and(|output| (output.len() as u64) < MOST_OUTPUT);
        if !has_ended {
            child.kill().unwrap();
        }
        collector.join().unwrap();
        feeder.join().unwrap();
        let code = child.wait().unwrap().code();
        let status = if has_ended { code.unwrap_or(KILLED) } else { STOPPED };
        let output = output.unwrap_or_default();
        let files = read_back(&self.top());
        if files != self.files || modes(&self.top()) != self.modes {
            std::fs::remove_dir_all(self.top()).unwrap();
            std::fs::create_dir(self.top()).unwrap();
            std::fs::set_permissions(self.top(), PermissionsExt::from_mode(0o755)).unwrap();
            write_out(&self.top(), &self.files);
        }
        for entry in std::fs::read_dir(self.directory.path()).unwrap().map(Result::unwrap) {
            if entry.file_name() == INNER {
                continue;
            }
            if entry.metadata().unwrap().is_dir() {
                std::fs::remove_dir_all(entry.path()).unwrap();
            } else {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        Outcome { output, status, files }
    }
}

/// When everything in a copy was last changed, links apart: 2025-01-15 09:00 UTC, as in an image.
const MODIFIED: u64 = 1_736_931_600;

fn write_out(top: &Path, files: &Files) {
    for (path, file) in files.iter().rev() {
        let place = top.join(OsStr::from_bytes(path));
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        match file {
            File::Directory => std::fs::create_dir_all(&place).unwrap(),
            File::Regular(executable, bytes) => {
                std::fs::write(&place, bytes).unwrap();
                let mode = if *executable { 0o755 } else { 0o644 };
                std::fs::set_permissions(&place, PermissionsExt::from_mode(mode)).unwrap();
            }
            File::Link(target) => std::os::unix::fs::symlink(OsStr::from_bytes(target), &place).unwrap(),
        }
    }
    let modified = std::time::UNIX_EPOCH + Duration::from_secs(MODIFIED);
    let places = files.iter().filter(|(_, file)| !matches!(file, File::Link(_))).map(|(path, _)| path.as_slice());
    for path in places.chain([&b"."[..]]) {
        std::fs::File::open(top.join(OsStr::from_bytes(path))).unwrap().set_modified(modified).unwrap();
    }
}

/// The permissions of everything in a directory and of itself.
fn modes(top: &Path) -> Vec<(PathBuf, u32)> {
    let mut modes = Vec::new();
    let mut ahead = vec![top.to_path_buf()];
    while let Some(path) = ahead.pop() {
        let metadata = std::fs::symlink_metadata(&path).unwrap();
        modes.push((path.clone(), metadata.permissions().mode()));
        if metadata.is_dir() {
            ahead.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    modes.sort_unstable();
    modes
}

/// Everything below a directory.
fn read_back(top: &Path) -> Files {
    let mut files = Files::new();
    let mut ahead = vec![PathBuf::new()];
    while let Some(directory) = ahead.pop() {
        for entry in std::fs::read_dir(top.join(&directory)).unwrap() {
            let entry = entry.unwrap();
            let path = directory.join(entry.file_name());
            let metadata = entry.metadata().unwrap();
            let file = if metadata.is_dir() {
                ahead.push(path.clone());
                File::Directory
            } else if metadata.is_symlink() {
                File::Link(std::fs::read_link(entry.path()).unwrap().into_os_string().into_vec())
            } else {
                File::Regular(metadata.permissions().mode() & 0o100 != 0, std::fs::read(entry.path()).unwrap())
            };
            files.insert(path.into_os_string().into_vec(), file);
        }
    }
    files
}
