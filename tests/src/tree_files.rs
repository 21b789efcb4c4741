//! The sample tree as real files: a directory, a git repository, a source distribution.

use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use sparring_fuzz::sample;
use sparring_tree::{Entry, Mode, Node};

/// Writes the sample below a folder, which must be empty.
pub fn directory(folder: &Path) {
    for Entry { path, node } in sample::tree().entries() {
        let path = folder.join(std::ffi::OsStr::from_bytes(path));
        match node {
            Node::Directory => std::fs::create_dir(&path).expect("a directory"),
            Node::File { executable, content } => {
                std::fs::write(&path, content).expect("a file");
                let mode = if *executable { 0o755 } else { 0o644 };
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("a mode");
            }
            Node::Link { target } => {
                std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(target), &path).expect("a link");
            }
        }
    }
}

/// Makes the folder a git repository and commits what is in it.
pub fn commit(folder: &Path, message: &str) {
    let steps: [&[&str]; 3] = [
        &["init", "--quiet"],
        &["add", "--all"],
        &["-c", "user.name=tests", "-c", "user.email=tests@localhost", "commit", "--quiet", "--message", message],
    ];
    for arguments in steps {
        let status = Command::new("git").args(arguments).current_dir(folder).status();
        assert!(status.is_ok_and(|status| status.success()), "git {arguments:?}");
    }
}

/// Writes the sample as a source distribution: a `tar.gz` with one folder at its top.
pub fn source_distribution(path: &Path) {
    let file = std::fs::File::create(path).expect("a file");
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(file, flate2::Compression::fast()));
    for Entry { path, node } in sample::tree().entries() {
        let name = [b"sample-1.0/", path.as_slice()].concat();
        let name = std::ffi::OsStr::from_bytes(&name);
        let mut header = tar::Header::new_gnu();
        header.set_mode(match node.mode() {
            Mode::FILE => 0o644,
            _ => 0o755,
        });
        match node {
            Node::Directory => {
                header.set_entry_type(tar::EntryType::Directory);
                header.set_size(0);
                archive.append_data(&mut header, name, std::io::empty()).expect("an entry");
            }
            Node::File { content, .. } => {
                header.set_size(content.len() as u64);
                archive.append_data(&mut header, name, &**content).expect("an entry");
            }
            Node::Link { target } => {
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                archive.append_link(&mut header, name, std::ffi::OsStr::from_bytes(target)).expect("an entry");
            }
        }
    }
    archive.into_inner().and_then(|encoder| encoder.finish()).and_then(|mut file| file.flush()).expect("an archive");
}
