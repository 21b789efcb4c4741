//! The real programs beside the simulated ones: a shell that stays open, over a pipe, in the same
//! tree on disk. What a container adds to that is not counted.

use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use sparring_tree::{ImageView, Kind};
use tempfile::TempDir;

/// Stands after each command's output.
const MARK: &str = "sparring-bench-done";

/// A running `bash` in a copy of the image's files.
#[derive(Debug)]
pub struct Peer {
    shell: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _folder: TempDir,
}

impl Peer {
    /// Writes the image's files into a temporary folder and starts a shell in it.
    ///
    /// # Errors
    /// When the files cannot be written or there is no `bash`.
    pub fn start(image: ImageView<'_>) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        write_out(image, folder.path())?;
        let mut shell = Command::new("bash")
            .args(["--noprofile", "--norc"])
            .current_dir(folder.path())
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (input, output) = (shell.stdin.take(), shell.stdout.take());
        let (input, output) = input.zip(output).ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { shell, input, output: BufReader::new(output), _folder: folder })
    }

    /// Runs a command line and returns what it prints.
    ///
    /// # Errors
    /// When the shell has ended.
    pub fn run(&mut self, command: &str) -> io::Result<String> {
        writeln!(self.input, "{command}\necho {MARK}")?;
        self.input.flush()?;
        let mut output = String::new();
        loop {
            let start = output.len();
            if self.output.read_line(&mut output)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if output[start..].trim_end() == MARK {
                output.truncate(start);
                return Ok(output);
            }
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Both fail only when the shell has ended already.
        let _ended = self.shell.kill();
        let _reaped = self.shell.wait();
    }
}

fn write_out(image: ImageView<'_>, folder: &Path) -> io::Result<()> {
    for entry in (1..image.entry_count()).filter_map(|index| image.entry(index)) {
        let path = folder.join(std::ffi::OsStr::from_bytes(entry.path()));
        match entry.kind() {
            Kind::Directory => fs::create_dir(&path)?,
            Kind::Link => symlink(std::ffi::OsStr::from_bytes(entry.content()), &path)?,
            Kind::File => {
                fs::write(&path, entry.content())?;
                if entry.mode().is_executable() {
                    fs::set_permissions(&path, Permissions::from_mode(0o755))?;
                }
            }
        }
    }
    Ok(())
}
