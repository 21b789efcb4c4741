//! Waiting for a container's main process, across a daemon that goes away.

use std::time::{Duration, Instant};

use bollard::errors::Error;
use bollard::models::ContainerState;
use bollard::query_parameters::{InspectContainerOptions, WaitContainerOptions};
use futures_util::StreamExt as _;
use sparring_tasks::execution::{Exit, Fault};
use sparring_tasks::verdict::Cause;

use super::daemon::{Daemon, fault, is_answer, is_gone};

/// Between two looks at a container whose daemon went away.
const LOOK: Duration = Duration::from_millis(250);
/// How long a daemon may be away.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long after a sudden end the daemon's own end may show.
const AFTERMATH: Duration = Duration::from_millis(1500);
/// What a process has that was ended by `SIGKILL` or `SIGTERM`, below a main process that hands signals on.
const KILLED: [i64; 2] = [137, 143];

/// How the waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The main process ended.
    Exited {
        /// Its status.
        code: i64,
        /// Whether the kernel killed it at its memory limit.
        out_of_memory: bool,
    },
    /// It was still running at the deadline.
    TimedOut,
}

/// Waits for the end of a started container, at most until the deadline.
pub(super) async fn for_end(daemon: &Daemon, name: &str, deadline: Instant) -> Result<Ended, Fault> {
    let mut away_since: Option<Instant> = None;
    loop {
        let asked = tokio::time::timeout_at(deadline.into(), ask(daemon, name)).await;
        let answer = match asked {
            Err(_) => return Ok(Ended::TimedOut),
            Ok(answer) => answer,
        };
        match answer {
            Ok(state) if state.running != Some(true) => return ended(&state),
            // The answer came from a request that broke and was repeated: it goes on.
            Ok(_) => away_since = None,
            Err(error) if is_gone(&error) => {
                return Err(Fault::new(Cause::Daemon, "the container was removed by somebody else"));
            }
            Err(error) if is_answer(&error) => return Err(fault("waiting for a container", &error)),
            Err(error) => {
                let since = *away_since.get_or_insert_with(Instant::now);
                if since.elapsed() > PATIENCE {
                    return Err(fault("waiting for a container", &error));
                }
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

/// Waits once, then looks at the container.
async fn ask(daemon: &Daemon, name: &str) -> Result<ContainerState, Error> {
    let mut waiting = std::pin::pin!(daemon.docker().wait_container(name, None::<WaitContainerOptions>));
    match waiting.next().await {
        // Another status than 0 comes as an error. Which one it was, the inspection says.
        Some(Ok(_) | Err(Error::DockerContainerWaitError { .. })) | None => {}
        Some(Err(error)) if is_gone(&error) => return Err(error),
        // A broken request says nothing of the container; a look says whether the daemon is there.
        Some(Err(_)) => tokio::time::sleep(LOOK).await,
    }
    let inspected = daemon.docker().inspect_container(name, None::<InspectContainerOptions>).await?;
    Ok(inspected.state.unwrap_or_default())
}

fn ended(state: &ContainerState) -> Result<Ended, Fault> {
    let error = state.error.as_deref().unwrap_or_default();
    if !error.is_empty() {
        return Err(Fault::new(Cause::Daemon, format!("the container did not run: {error}")));
    }
    let Some(code) = state.exit_code else {
        return Err(Fault::new(Cause::Daemon, "the daemon does not know how the container ended"));
    };
    // A child of the tests may be the one that was killed; then the main process had its say.
    let out_of_memory = state.oom_killed == Some(true) && KILLED.contains(&code);
    Ok(Ended::Exited { code, out_of_memory })
}

/// Whether an end without a report may be the daemon's doing: it went away since `losses` were counted, or does so
/// right behind a container that was killed.
pub(super) async fn was_lost(daemon: &Daemon, losses: u64, exit: Exit) -> bool {
    if daemon.losses() != losses {
        return true;
    }
    if !matches!(exit, Exit::Code(code) if KILLED.contains(&code)) {
        return false;
    }
    tokio::time::sleep(AFTERMATH).await;
    daemon.losses() != losses || daemon.docker().ping().await.is_err()
}
