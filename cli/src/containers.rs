//! What the commands with real test runs share: the daemon, a runner with a name of its own, an asynchronous runtime.

use std::path::{Path, PathBuf};

use sparring_worker::container::policy::Runtime;
use sparring_worker::container::{ContainerRunner, Daemon, Options, Owner};

use crate::guard::Guard;
use crate::{CommandError, place};

/// How the daemon is reached and containers are run.
#[derive(Debug, clap::Args)]
pub(crate) struct DaemonArguments {
    /// The daemon's socket. Default: DOCKER_HOST, Docker's, podman's.
    #[arg(long)]
    socket: Option<PathBuf>,
    /// What runs containers below the daemon.
    #[arg(long, default_value = "runc", value_parser = ["runc", "runsc"])]
    runtime: String,
}

/// A runner, the name that it holds, and the process that cleans up should this one be killed.
pub(crate) struct Containers {
    /// The runner.
    pub(crate) runner: ContainerRunner,
    /// Its name, which the next worker takes over when this one dies: it then finds what this one left behind.
    pub(crate) owner: Owner,
    _guard: Guard,
}

/// Connects to the daemon under the first free name of this machine.
pub(crate) async fn connect(arguments: &DaemonArguments) -> Result<Containers, CommandError> {
    let runtime = if arguments.runtime == "runsc" { Runtime::Runsc } else { Runtime::Runc };
    connect_to(arguments.socket.as_deref(), runtime).await
}

/// The same with the defaults of [`DaemonArguments`].
pub(crate) async fn connect_to(socket: Option<&Path>, runtime: Runtime) -> Result<Containers, CommandError> {
    let daemon = Daemon::connect(socket).await.map_err(CommandError::failed)?;
    let owner = Owner::take(&place::cache_folder()?.join("workers"))?
        .ok_or_else(|| CommandError::Failed("too many workers of this user run on this machine already".to_owned()))?;
    let guard = Guard::start(owner.name(), socket)?;
    let runner = ContainerRunner::new(daemon, Options { runtime, ..Options::new(owner.name()) })?;
    Ok(Containers { runner, owner, _guard: guard })
}

/// Runs asynchronous work to its end.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Where source distributions are kept.
pub(crate) fn sources() -> Result<PathBuf, CommandError> {
    Ok(place::cache_folder()?.join("sources"))
}
