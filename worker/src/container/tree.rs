//! Getting a job's files into the repository's volume, before its container starts.
//!
//! The root of a container is read-only, so the repository is a volume of its own. Where a job only writes files, the
//! daemon fills the volume from the image and the worker uploads what differs. A volume that was filled cannot be
//! made smaller from outside, so where a job removes files, or a script needs to own the tree, the volume starts
//! empty and the worker uploads all of the image's tree but what goes.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{CreateContainerOptions, DownloadFromContainerOptions, RemoveContainerOptions};
use bytes::Bytes;
use futures_util::StreamExt as _;
use sparring_tasks::execution::{Fault, Job, TestCommand};
use sparring_tasks::verdict::Cause;
use sparring_tree::Digest;

use super::archive::Archive;
use super::daemon::{Daemon, fault};
use super::labels;
use super::overlay::Overlay;

/// Bytes of an upload at once.
const CHUNK: usize = 1 << 18;

/// How a job's repository comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filling {
    /// From the image; what differs on top. The tree is not the tests' own.
    FromImage,
    /// Uploaded as a whole, of this owner.
    Uploaded {
        /// User and group.
        owner: u64,
    },
}

/// How this job's does.
pub(super) fn filling(job: &Job, overlay: &Overlay) -> Filling {
    match job.suite.command {
        // The field's scripts apply patches and install things: they have to own the tree.
        TestCommand::Script { .. } => Filling::Uploaded { owner: 1000 },
        TestCommand::Pytest { .. } if overlay.deleted.is_empty() => Filling::FromImage,
        TestCommand::Pytest { .. } => Filling::Uploaded { owner: 0 },
    }
}

/// What differs, as an archive of the repository's folder; `None` when nothing does.
pub(super) fn differences(overlay: &Overlay) -> io::Result<Option<Vec<u8>>> {
    if overlay.written.is_empty() {
        return Ok(None);
    }
    let mut archive = Archive::new(Vec::new());
    append_overlay(&mut archive, overlay, 0)?;
    archive.finish().map(Some)
}

fn append_overlay<W: Write>(archive: &mut Archive<W>, overlay: &Overlay, owner: u64) -> io::Result<()> {
    let mut folders = BTreeSet::new();
    for (path, file) in &overlay.written {
        // Named, because the daemon would make missing ones writable for all.
        for (at, _) in path.match_indices('/') {
            if folders.insert(&path[..at]) {
                archive.owned_directory(&path[..at], 0o755, owner)?;
            }
        }
        archive.job_file(path, file, owner)?;
    }
    Ok(())
}

/// Trees of images, each fetched once and kept in a folder.
#[derive(Debug)]
pub(super) struct Trees {
    folder: tempfile::TempDir,
    fetching: tokio::sync::Mutex<()>,
}

impl Trees {
    /// An empty store.
    pub(super) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("sparring-trees-").tempdir()?;
        Ok(Self { folder, fetching: tokio::sync::Mutex::new(()) })
    }

    /// The archive of a folder of an image.
    pub(super) async fn of_image(&self, daemon: &Daemon, image_id: &str, workdir: &str) -> Result<PathBuf, Fault> {
        let name = Digest::of("sparring image tree 1", format!("{image_id} {workdir}").as_bytes()).to_string();
        let path = self.folder.path().join(name);
        // One at a time: a group of jobs asks for the same tree at once.
        let _alone = self.fetching.lock().await;
        if !path.exists() {
            let temporary = path.with_extension("part");
            fetch(daemon, image_id, workdir, &temporary).await?;
            std::fs::rename(&temporary, &path).map_err(|error| worker_fault("keeping an image's tree", &error))?;
        }
        Ok(path)
    }
}

async fn fetch(daemon: &Daemon, image_id: &str, workdir: &str, to: &Path) -> Result<(), Fault> {
    let docker = daemon.docker();
    // Never started; only a container's files can be asked for.
    let body = ContainerCreateBody {
        image: Some(image_id.to_owned()),
        entrypoint: Some(vec!["true".to_owned()]),
        network_disabled: Some(true),
        labels: Some(labels::of_helper(labels::now()).into_iter().collect()),
        ..ContainerCreateBody::default()
    };
    let made = docker.create_container(None::<CreateContainerOptions>, body).await;
    let id = made.map_err(|error| fault("reading an image's tree", &error))?.id;
    let copied = copy_out(daemon, &id, workdir, to).await;
    let options = RemoveContainerOptions { force: true, v: true, ..RemoveContainerOptions::default() };
    let removed = docker.remove_container(&id, Some(options)).await;
    copied?;
    removed.map_err(|error| fault("reading an image's tree", &error))
}

async fn copy_out(daemon: &Daemon, id: &str, workdir: &str, to: &Path) -> Result<(), Fault> {
    let failed = |error: &io::Error| worker_fault("keeping an image's tree", error);
    let mut file = File::create(to).map_err(|error| failed(&error))?;
    let options = DownloadFromContainerOptions { path: workdir.to_owned() };
    let mut chunks = std::pin::pin!(daemon.docker().download_from_container(id, Some(options)));
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| fault("reading an image's tree", &error))?;
        file.write_all(&chunk).map_err(|error| failed(&error))?;
    }
    Ok(())
}

/// A fault of this process or its disk.
pub(super) fn worker_fault(doing: &str, error: &dyn std::fmt::Display) -> Fault {
    Fault::new(Cause::Worker, format!("{doing}: {error}"))
}

/// The whole tree of a job as an unnamed file: the image's without what goes, then what is written.
pub(super) fn whole(image_tree: &Path, overlay: &Overlay, owner: u64) -> io::Result<File> {
    let mut source = tar::Archive::new(io::BufReader::new(File::open(image_tree)?));
    let mut archive = Archive::new(io::BufWriter::new(tempfile::tempfile()?));
    // The folder itself: an empty volume is the administrator's.
    archive.top(0o755, owner)?;
    for entry in source.entries()? {
        let entry = entry?;
        // The first component is the folder itself.
        let full = entry.path_bytes().into_owned();
        let full = full.strip_suffix(b"/").unwrap_or(&full);
        let Some(at) = full.iter().position(|&byte| byte == b'/') else { continue };
        let path = &full[at + 1..];
        if !is_replaced(path, overlay) {
            archive.copy(entry, path, owner)?;
        }
    }
    append_overlay(&mut archive, overlay, owner)?;
    let mut file = archive.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.flush()?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Whether a path of the image goes, or gives way to one that is written.
fn is_replaced(path: &[u8], overlay: &Overlay) -> bool {
    let Ok(path) = std::str::from_utf8(path) else { return false };
    let mut parents = path.match_indices('/').map(|(at, _)| &path[..at]).chain([path]);
    parents.any(|part| overlay.deleted.contains(part) || overlay.written.contains_key(part))
}

/// A file as a stream of chunks, read on a thread that may block.
pub(super) fn chunks(mut file: File) -> impl futures_util::Stream<Item = io::Result<Bytes>> + Send + 'static {
    let (send, receive) = tokio::sync::mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut buffer = vec![0; CHUNK];
            let read = file.read(&mut buffer);
            let chunk = match read {
                Ok(0) => return,
                Ok(count) => {
                    buffer.truncate(count);
                    Ok(Bytes::from(buffer))
                }
                Err(error) => Err(error),
            };
            let is_last = chunk.is_err();
            if send.blocking_send(chunk).is_err() || is_last {
                return;
            }
        }
    });
    futures_util::stream::unfold(receive, |mut receive| async move { Some((receive.recv().await?, receive)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::samples::file;

    #[test]
    fn what_goes_is_left_out_and_what_is_written_comes_last() {
        let mut image = Archive::new(Vec::new());
        image.directory("testbed", 0o755).unwrap();
        for path in ["testbed/keep.py", "testbed/gone.py", "testbed/gone/a.py", "testbed/new.py"] {
            image.file(path, 0o644, b"image").unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tree.tar");
        std::fs::write(&path, image.finish().unwrap()).unwrap();
        let mut overlay = Overlay::default();
        overlay.deleted.extend(["gone.py".to_owned(), "gone".to_owned()]);
        overlay.written.insert("new.py".to_owned(), file("job"));
        overlay.written.insert("sub/more.py".to_owned(), file("job"));
        let mut archive = tar::Archive::new(whole(&path, &overlay, 1000).unwrap());
        let listed: Vec<(String, u64, String)> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let mut entry = entry.unwrap();
                let mut text = String::new();
                entry.read_to_string(&mut text).unwrap();
                let path = String::from_utf8(entry.path_bytes().into_owned()).unwrap();
                (path, entry.header().uid().unwrap(), text)
            })
            .collect();
        let expected = [("/", ""), ("keep.py", "image"), ("new.py", "job"), ("sub/", ""), ("sub/more.py", "job")];
        assert_eq!(listed, expected.map(|(path, text)| (path.to_owned(), 1000, text.to_owned())));
    }
}
