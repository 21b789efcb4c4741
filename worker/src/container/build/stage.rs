//! The folder in which an image's files are put together.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::super::archive::Archive;
use super::BuildError;

/// Programs that scripts and tests expect anywhere.
const PROGRAMS: [&str; 23] = [
    "bash", "cat", "chmod", "cp", "date", "echo", "env", "false", "grep", "head", "id", "ls", "mkdir", "mv", "pwd",
    "rm", "sed", "sh", "sleep", "tail", "test", "touch", "true",
];
/// Where the machine's programs are looked for.
const PROGRAM_FOLDERS: [&str; 2] = ["/bin", "/usr/bin"];

/// A folder that becomes an image's root.
pub(super) struct Stage {
    folder: tempfile::TempDir,
    /// Programs and modules whose libraries the image needs, where they lie on this machine.
    pub(super) binaries: BTreeSet<PathBuf>,
}

impl Stage {
    pub(super) fn new() -> Result<Self, BuildError> {
        let folder = tempfile::Builder::new().prefix("sparring-image-").tempdir();
        let folder = folder.map_err(BuildError::file(&std::env::temp_dir()))?;
        Ok(Self { folder, binaries: BTreeSet::new() })
    }

    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of text.
    pub(super) fn write(&self, path: &str, text: &str) -> Result<(), BuildError> {
        let to = self.place(Path::new(path))?;
        fs::write(&to, text).map_err(BuildError::file(&to))
    }

    /// Copies a file of this machine, links followed, to a path of the image; later copies of one path are left out.
    pub(super) fn copy(&self, from: &Path, path: &Path) -> Result<(), BuildError> {
        let to = self.place(path)?;
        if !to.exists() {
            fs::copy(from, &to).map_err(BuildError::file(from))?;
        }
        Ok(())
    }

    /// Copies a program and notes that its libraries are needed.
    pub(super) fn copy_program(&mut self, from: &Path, path: &Path) -> Result<(), BuildError> {
        self.copy(from, path)?;
        self.binaries.insert(from.to_owned());
        Ok(())
    }

    /// Copies a folder of this machine with what `wanted` takes of the paths below it; notes its native modules.
    pub(super) fn copy_folder(
        &mut self,
        from: &Path,
        path: &Path,
        wanted: &dyn Fn(&Path) -> bool,
    ) -> Result<(), BuildError> {
        let mut pending = vec![PathBuf::new()];
        while let Some(folder) = pending.pop() {
            let full = from.join(&folder);
            for entry in fs::read_dir(&full).map_err(BuildError::file(&full))? {
                let relative = folder.join(entry.map_err(BuildError::file(&full))?.file_name());
                let file = from.join(&relative);
                // Links are followed: what they name may lie outside.
                let Ok(metadata) = fs::metadata(&file) else { continue };
                if !wanted(&relative) {
                    continue;
                }
                if metadata.is_dir() {
                    pending.push(relative);
                } else if relative.extension().is_some_and(|extension| extension == "so") {
                    self.copy_program(&file, &path.join(&relative))?;
                } else {
                    self.copy(&file, &path.join(&relative))?;
                }
            }
        }
        Ok(())
    }

    /// What every Linux system has: users, name services, a shell, a temporary folder.
    pub(super) fn add_system_files(&mut self) -> Result<(), BuildError> {
        self.write("etc/passwd", "root:x:0:0:root:/:/bin/sh\ntask:x:1000:1000:task:/scratch:/bin/sh\n")?;
        self.write("etc/group", "root:x:0:\ntask:x:1000:\n")?;
        self.write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n")?;
        for program in PROGRAMS {
            let found = PROGRAM_FOLDERS.iter().map(|folder| Path::new(folder).join(program)).find(|path| path.exists());
            // A machine without one of them has tests that do without it.
            if let Some(path) = found {
                self.copy_program(&path, &Path::new("bin").join(program))?;
            }
        }
        self.link("usr/bin/env", "../../bin/env")?;
        for folder in ["tmp", "proc", "sys", "dev"] {
            let path = self.root().join(folder);
            fs::create_dir_all(&path).map_err(BuildError::file(&path))?;
        }
        let open = self.root().join("tmp");
        fs::set_permissions(&open, fs::Permissions::from_mode(0o1777)).map_err(BuildError::file(&open))
    }

    /// Makes a symbolic link.
    pub(super) fn link(&self, path: &str, target: &str) -> Result<(), BuildError> {
        let to = self.place(Path::new(path))?;
        std::os::unix::fs::symlink(target, &to).map_err(BuildError::file(&to))
    }

    fn place(&self, path: &Path) -> Result<PathBuf, BuildError> {
        let to = self.root().join(path.strip_prefix("/").unwrap_or(path));
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(BuildError::file(folder))?;
        }
        Ok(to)
    }

    /// All files in the order of their paths, everything the administrator's: the archive, how many, how many bytes.
    pub(super) fn pack(&self) -> Result<(File, usize, u64), BuildError> {
        let mut paths = Vec::new();
        collect(self.root(), Path::new(""), &mut paths)?;
        paths.sort();
        let failed = |error| BuildError::File { path: self.root().to_owned(), error };
        let mut archive = Archive::new(std::io::BufWriter::new(tempfile::tempfile().map_err(failed)?));
        let (mut files, mut bytes) = (0, 0);
        for path in &paths {
            let full = self.root().join(path);
            let name = path.to_string_lossy();
            let metadata = fs::symlink_metadata(&full).map_err(BuildError::file(&full))?;
            let mode = if metadata.mode() & 0o111 != 0 { 0o755 } else { 0o644 };
            if metadata.is_dir() {
                // Only the temporary folder is for everybody.
                archive.directory(&name, if metadata.mode() & 0o1000 != 0 { 0o1777 } else { 0o755 }).map_err(failed)?;
            } else if metadata.is_symlink() {
                let target = fs::read_link(&full).map_err(BuildError::file(&full))?;
                archive.link(&name, &target.to_string_lossy(), 0).map_err(failed)?;
            } else {
                let file = File::open(&full).map_err(BuildError::file(&full))?;
                archive.stream(&name, mode, metadata.len(), file).map_err(failed)?;
                files += 1;
                bytes += metadata.len();
            }
        }
        let finished = archive.finish().and_then(|writer| Ok(writer.into_inner()?));
        let mut file = finished.map_err(failed)?;
        file.flush().and_then(|()| file.seek(SeekFrom::Start(0))).map_err(failed)?;
        Ok((file, files, bytes))
    }
}

fn collect(root: &Path, folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), BuildError> {
    let full = root.join(folder);
    for entry in fs::read_dir(&full).map_err(BuildError::file(&full))? {
        let entry = entry.map_err(BuildError::file(&full))?;
        let path = folder.join(entry.file_name());
        let is_folder = entry.file_type().map_err(BuildError::file(&full))?.is_dir();
        paths.push(path.clone());
        if is_folder {
            collect(root, &path, paths)?;
        }
    }
    Ok(())
}
