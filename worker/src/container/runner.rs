//! One container for each job.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bollard::query_parameters::{
    CreateContainerOptions, DownloadFromContainerOptions, ListImagesOptions, LogsOptions, RemoveContainerOptions,
    StartContainerOptions, UploadToContainerOptions,
};
use bollard::{body_full, body_try_stream};
use futures_util::StreamExt as _;
use sparring_tasks::execution::{Exit, Fault, Job, Report, Run, TestCommand};
use sparring_tasks::grading::runner;
use sparring_tasks::verdict::Cause;
use sparring_tree::Hasher;

use super::daemon::{Daemon, fault, is_gone};
use super::log::{self, Log};
use super::overlay::{self, Overlay};
use super::policy::{self, Placement, Runtime, WORKER_FOLDER};
use super::tree::{self, Filling, Trees, worker_fault};
use super::wait::{self, Ended};
use super::{image, labels, program, seccomp};
use crate::queue::Lease;
use crate::runner::Runner;

/// The largest report that is read; a larger one counts as none.
const LARGEST_REPORT: usize = 32 << 20;
/// How long reading the output of a container that is to be removed may take.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How often, and how far apart, a container is looked for that was asked for and perhaps never made.
const LOOKS: usize = 20;
const LOOK: Duration = Duration::from_millis(250);

/// How containers are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The name of this worker: stable over its restarts, so that it finds what it left behind, and of no other. The
    /// name of an [`Owner`](super::Owner) lets other workers of the machine know when this one has died.
    pub owner: String,
    /// What runs containers below the daemon. Default `runc`.
    pub runtime: Runtime,
}

impl Options {
    /// The defaults of a worker of this name.
    pub fn new(owner: &str) -> Self {
        Self { owner: owner.to_owned(), runtime: Runtime::default() }
    }
}

/// Runs jobs in containers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ContainerRunner {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) daemon: Daemon,
    pub(super) options: Options,
    /// Names of the containers that are in use.
    pub(super) live: Mutex<BTreeSet<String>>,
    trees: Trees,
    made: AtomicU64,
    /// Holds as many permits as nothing is being removed.
    removing: tokio::sync::watch::Sender<usize>,
}

impl ContainerRunner {
    /// A runner on a daemon.
    pub fn new(daemon: Daemon, options: Options) -> std::io::Result<Self> {
        let shared = Shared {
            daemon,
            options,
            live: Mutex::default(),
            trees: Trees::new()?,
            made: AtomicU64::new(0),
            removing: tokio::sync::watch::Sender::new(0),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// The daemon.
    pub fn daemon(&self) -> &Daemon {
        &self.shared.daemon
    }

    /// Waits until every container that is no longer needed is gone.
    pub async fn settle(&self) {
        let mut removing = self.shared.removing.subscribe();
        // The sender lives in `self`.
        let _ = removing.wait_for(|count| *count == 0).await;
    }

    /// Makes the container of a job without starting it and gives its name: for looking at what the daemon made of
    /// the policy. It is removed when the guard is dropped.
    pub async fn create(&self, job: &Job, lease: &Lease) -> Result<Container, Fault> {
        job.check().map_err(|error| Fault::new(Cause::Worker, error.to_string()))?;
        Ok(self.prepare(job, lease).await?.container)
    }

    async fn prepare(&self, job: &Job, lease: &Lease) -> Result<Prepared, Fault> {
        let Shared { daemon, options, .. } = &*self.shared;
        let image = image::find(daemon, &job.image).await?;
        let overlay = overlay::lay(job)?;
        let filling = tree::filling(job, &overlay);
        let nonce = nonce().map_err(|error| worker_fault("drawing a nonce", &error))?;
        let placement = Placement {
            image_id: &image.id,
            command: program::command(job),
            environment: program::environment(job, &image.environment),
            labels: labels::of(job, lease, &options.owner, labels::now()),
            fill_from_image: filling == Filling::FromImage,
            runtime: options.runtime,
            seccomp: seccomp::profile(),
        };
        let container = self.make(job, lease, &placement).await?;
        let archive = |doing: &'static str| move |error: std::io::Error| worker_fault(doing, &error);
        match filling {
            Filling::FromImage => {
                if let Some(bytes) = tree::differences(&overlay).map_err(archive("packing a job's files"))? {
                    container.upload(&job.workdir, Upload::Bytes(bytes)).await?;
                }
            }
            Filling::Uploaded { owner } => {
                let of_image = self.shared.trees.of_image(daemon, &image.id, &job.workdir).await?;
                let copy = overlay.clone();
                let packed = tokio::task::spawn_blocking(move || tree::whole(&of_image, &copy, owner)).await;
                let file = packed.map_err(|error| worker_fault("packing a job's tree", &error))?;
                let file = file.map_err(archive("packing a job's tree"))?;
                container.upload(&job.workdir, Upload::File(file)).await?;
            }
        }
        let own = program::worker_files(job, &nonce);
        let own = own.map_err(archive("packing the worker's files"))?;
        container.upload(WORKER_FOLDER, Upload::Bytes(own)).await?;
        Ok(Prepared { container, overlay, nonce })
    }

    async fn make(&self, job: &Job, lease: &Lease, placement: &Placement<'_>) -> Result<Container, Fault> {
        let number = self.shared.made.fetch_add(1, Ordering::Relaxed);
        let mine = Hasher::new("sparring container 1").bytes(self.shared.options.owner.as_bytes()).finish().short();
        let name = format!("sparring-{mine}-{}-{}-{number}", lease.key.0.short(), lease.fence);
        // Known as live before it exists, so that the reaper never takes one that is being made.
        lock(&self.shared.live).insert(name.clone());
        let mut container = Container { name, shared: self.shared.clone(), is_made: false };
        let options = CreateContainerOptions { name: Some(container.name.clone()), platform: String::new() };
        let body = policy::configuration(job, placement);
        let made = self.shared.daemon.docker().create_container(Some(options), body).await;
        made.map_err(|error| fault("creating a container", &error))?;
        container.is_made = true;
        Ok(container)
    }
}

struct Prepared {
    container: Container,
    overlay: Overlay,
    nonce: String,
}

impl Runner for ContainerRunner {
    async fn run(&self, job: &Job, lease: &Lease) -> Result<Run, Fault> {
        job.check().map_err(|error| Fault::new(Cause::Worker, error.to_string()))?;
        let losses = self.shared.daemon.losses();
        let Prepared { container, overlay, nonce } = self.prepare(job, lease).await?;
        let docker = self.shared.daemon.docker();
        let started = docker.start_container(&container.name, None::<StartContainerOptions>).await;
        started.map_err(|error| fault("starting a container", &error))?;
        let start = Instant::now();
        let limit = Duration::from_secs(job.resources.timeout_seconds.into());
        let ended = wait::for_end(&self.shared.daemon, &container.name, start + limit).await?;
        let elapsed_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (exit, log, report) = match ended {
            Ended::TimedOut => {
                let log = container.last_words().await;
                container.remove_now().await?;
                (Exit::TimedOut, log, None)
            }
            Ended::Exited { code, out_of_memory } => {
                let (log, report) = tokio::join!(container.log(), container.report(job, &nonce));
                let exit = if out_of_memory { Exit::OutOfMemory } else { Exit::Code(code) };
                (exit, log, report?)
            }
        };
        // A daemon that went away may have killed the tests: then only their own word that they ended counts.
        let is_whole = report.as_ref().is_some_and(|report| report.nonce == report.expected_nonce);
        if !is_whole && wait::was_lost(&self.shared.daemon, losses, exit).await {
            return Err(Fault::new(Cause::Daemon, "the daemon went away during the run"));
        }
        Ok(Run { exit, elapsed_ms, log: log.bytes, log_cut: log.cut, report, tampering: overlay.tampering })
    }

    async fn images(&self) -> Vec<String> {
        let listed = self.shared.daemon.docker().list_images(None::<ListImagesOptions>).await;
        listed.unwrap_or_default().into_iter().flat_map(|image| image.repo_tags).collect()
    }
}

/// 16 random bytes, as text.
fn nonce() -> std::io::Result<String> {
    use std::io::Read as _;
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An archive on its way into a container.
enum Upload {
    Bytes(Vec<u8>),
    File(std::fs::File),
}

/// A container that was made, and is removed when this is dropped.
#[derive(Debug)]
pub struct Container {
    name: String,
    shared: Arc<Shared>,
    /// Whether the daemon has said so: else it may still be about to make it.
    is_made: bool,
}

impl Container {
    /// Its name at the daemon.
    pub fn name(&self) -> &str {
        &self.name
    }

    async fn upload(&self, folder: &str, archive: Upload) -> Result<(), Fault> {
        let body = match archive {
            Upload::Bytes(bytes) => body_full(bytes.into()),
            Upload::File(file) => body_try_stream(tree::chunks(file)),
        };
        let options = UploadToContainerOptions { path: folder.to_owned(), ..UploadToContainerOptions::default() };
        let uploaded = self.shared.daemon.docker().upload_to_container(&self.name, Some(options), body).await;
        uploaded.map_err(|error| fault("laying a job's files", &error))
    }

    async fn log(&self) -> Log {
        let options = LogsOptions { stdout: true, stderr: true, tail: "all".to_owned(), ..LogsOptions::default() };
        log::read(self.shared.daemon.docker().logs(&self.name, Some(options))).await
    }

    /// The output of a container that still runs, if the daemon gives it soon.
    async fn last_words(&self) -> Log {
        let read = tokio::time::timeout(LAST_WORDS, self.log()).await;
        read.unwrap_or_else(|_| Log { bytes: Vec::new(), cut: true })
    }

    /// What the runner of a pytest run wrote down.
    async fn report(&self, job: &Job, nonce: &str) -> Result<Option<Report>, Fault> {
        if matches!(job.suite.command, TestCommand::Script { .. }) {
            return Ok(None);
        }
        let path = format!("{WORKER_FOLDER}/{}/{}", program::REPORT, runner::RESULT_FILE);
        let options = DownloadFromContainerOptions { path };
        let mut chunks = std::pin::pin!(self.shared.daemon.docker().download_from_container(&self.name, Some(options)));
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.next().await {
            bytes.extend_from_slice(&chunk.map_err(|error| fault("fetching a report", &error))?);
            if bytes.len() > LARGEST_REPORT {
                bytes.clear();
                break;
            }
        }
        // What cannot be read says nothing, and the grader says so.
        let result = only_file(&bytes).unwrap_or_default();
        runner::report(job, &result, nonce).map(Some)
    }

    /// Removes it and waits until it is gone.
    async fn remove_now(&self) -> Result<(), Fault> {
        match remove(&self.shared, &self.name).await {
            Ok(()) => Ok(()),
            Err(error) if is_gone(&error) => Ok(()),
            Err(error) => Err(fault("removing a container", &error)),
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let (shared, name, is_made) = (self.shared.clone(), std::mem::take(&mut self.name), self.is_made);
        // Without a runtime there is nobody to ask the daemon: the reaper of the next worker does it.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        shared.removing.send_modify(|count| *count += 1);
        runtime.spawn(async move {
            // What is left after an error, the reaper finds.
            let mut looks = if is_made { 1 } else { LOOKS };
            while remove(&shared, &name).await.is_err() && looks > 1 {
                looks -= 1;
                tokio::time::sleep(LOOK).await;
            }
            lock(&shared.live).remove(&name);
            shared.removing.send_modify(|count| *count -= 1);
        });
    }
}

/// Removes a container, running or not, with its volumes.
pub(super) async fn remove(shared: &Shared, name: &str) -> Result<(), bollard::errors::Error> {
    let options = RemoveContainerOptions { force: true, v: true, ..RemoveContainerOptions::default() };
    shared.daemon.docker().remove_container(name, Some(options)).await
}

/// The content of the one file of an archive.
fn only_file(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut content = Vec::new();
    if let Some(entry) = tar::Archive::new(bytes).entries()?.next() {
        entry?.read_to_end(&mut content)?;
    }
    Ok(content)
}
