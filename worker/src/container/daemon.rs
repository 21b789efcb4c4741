//! The container daemon: finding it, and knowing when it went away.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bollard::errors::Error;
use bollard::query_parameters::EventsOptions;
use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::StreamExt as _;
use sparring_tasks::execution::Fault;
use sparring_tasks::verdict::Cause;

/// Seconds until a request must have been answered: a daemon under load is slow, one that hangs is a fault.
const ANSWER_SECONDS: u64 = 120;
/// Between attempts to reach a daemon that went away.
const RECONNECT: Duration = Duration::from_millis(500);

/// A daemon that was reached, spoken to in a version that it knows.
#[derive(Clone, Debug)]
pub struct Daemon {
    docker: Docker,
    losses: Arc<AtomicU64>,
    _watch: Arc<Watch>,
}

/// Ends the watching task with the last handle.
#[derive(Debug)]
struct Watch(tokio::task::JoinHandle<()>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// No daemon was reached.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// Nothing listens at any place where daemons do.
    #[error("no container daemon at {}; start Docker or podman, or name its socket", list(.0))]
    NoSocket(Vec<PathBuf>),
    /// Something answered, but not a daemon.
    #[error("the daemon at {}: {error}", socket.display())]
    Refused {
        /// Where.
        socket: PathBuf,
        /// Why.
        error: Error,
    },
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

impl Daemon {
    /// Connects to a socket; without one to the first that is there of [`Daemon::places`].
    pub async fn connect(socket: Option<&Path>) -> Result<Self, DaemonError> {
        let places = socket.map_or_else(Self::places, |socket| vec![socket.to_owned()]);
        let Some(socket) = places.iter().find(|place| place.exists()) else {
            return Err(DaemonError::NoSocket(places));
        };
        let refused = |error| DaemonError::Refused { socket: socket.clone(), error };
        let path = socket.to_string_lossy();
        let docker = Docker::connect_with_unix(&path, ANSWER_SECONDS, API_DEFAULT_VERSION).map_err(refused)?;
        let docker = docker.negotiate_version().await.map_err(refused)?;
        let losses = Arc::new(AtomicU64::new(0));
        let watch = tokio::spawn(watch(docker.clone(), losses.clone()));
        Ok(Self { docker, losses, _watch: Arc::new(Watch(watch)) })
    }

    /// Where a daemon is looked for: `DOCKER_HOST`, Docker's socket, podman's for everybody and for this user.
    pub fn places() -> Vec<PathBuf> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let host = variable("DOCKER_HOST").and_then(|host| host.strip_prefix("unix://").map(PathBuf::from));
        let mut places: Vec<PathBuf> = host.into_iter().collect();
        places.extend(["/var/run/docker.sock", "/run/podman/podman.sock"].map(PathBuf::from));
        places.extend(variable("XDG_RUNTIME_DIR").map(|folder| PathBuf::from(folder).join("podman/podman.sock")));
        places
    }

    /// The client.
    pub fn docker(&self) -> &Docker {
        &self.docker
    }

    /// How often the daemon has gone away since it was connected to.
    pub fn losses(&self) -> u64 {
        self.losses.load(Ordering::SeqCst)
    }
}

/// Holds one request open that only ends with the daemon.
async fn watch(docker: Docker, losses: Arc<AtomicU64>) {
    let quiet = || EventsOptions {
        filters: Some([("type".to_owned(), vec!["daemon".to_owned()])].into()),
        ..EventsOptions::default()
    };
    loop {
        let mut events = std::pin::pin!(docker.events(Some(quiet())));
        while let Some(Ok(_)) = events.next().await {}
        losses.fetch_add(1, Ordering::SeqCst);
        loop {
            tokio::time::sleep(RECONNECT).await;
            if docker.ping().await.is_ok() {
                break;
            }
        }
    }
}

/// An error of the daemon as a fault at this boundary. What the daemon refuses because of an image is the image's.
pub(super) fn fault(doing: &str, error: &Error) -> Fault {
    let cause = match error {
        Error::DockerResponseServerError { message, .. } if blames_image(message) => Cause::Image,
        _ => Cause::Daemon,
    };
    let detail = match error {
        Error::DockerResponseServerError { status_code, message } => format!("{doing}: {status_code} {message}"),
        other => format!("{doing}: {other}"),
    };
    Fault::new(cause, detail)
}

fn blames_image(message: &str) -> bool {
    ["No such image", "executable file not found", "no such file or directory: unknown", "cannot overwrite"]
        .iter()
        .any(|mark| message.contains(mark))
}

/// Whether the daemon says that there is no such thing.
pub(super) fn is_gone(error: &Error) -> bool {
    matches!(error, Error::DockerResponseServerError { status_code: 404, .. })
}

/// Whether the daemon answered at all.
pub(super) fn is_answer(error: &Error) -> bool {
    matches!(error, Error::DockerResponseServerError { .. })
}
