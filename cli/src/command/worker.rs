//! `sparring worker` and `sparring worker image build`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;
use sparring_tasks::grading::grade;
use sparring_worker::container::Daemon;
use sparring_worker::container::build::{Recipe, build};
use sparring_worker::evidence::EvidenceStore;
use sparring_worker::queue::{Address, Policy};
use sparring_worker::worker::{Metrics, Options, Worker, serve, work};
use tokio::signal::unix::{SignalKind, signal};

use crate::containers::{self, DaemonArguments};
use crate::{CommandError, guard};

/// Memory that a job at once is counted with, when nobody says how many there may be.
const JOB_BYTES: u64 = 4 << 30;

/// The arguments of `sparring worker`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
#[command(after_help = "Examples:\n  \
    sparring worker --queue jobs.sqlite --listen 127.0.0.1:9300\n  \
    sparring worker image build sparring/toolz:1.0.0 --package toolz==1.0.0")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<WorkerCommand>,
    #[command(flatten)]
    run: RunArguments,
}

#[derive(Debug, Subcommand)]
enum WorkerCommand {
    /// Images for test runs, without a registry.
    #[command(subcommand)]
    Image(ImageCommand),
    /// What a worker starts beside itself: removes its containers when it is killed.
    #[command(hide = true)]
    Guard {
        /// The worker's name at its containers.
        owner: String,
        /// The daemon's socket.
        #[arg(long)]
        socket: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum ImageCommand {
    /// Makes an image of this machine's Python, pytest, and a package with the tests of its source distribution.
    Build {
        /// The image's `name:tag`.
        name: String,
        /// The package: `name==version`.
        #[arg(long)]
        package: String,
        /// What its tests import besides, as pip writes it. May be given again.
        #[arg(long)]
        with: Vec<String>,
        /// The interpreter.
        #[arg(long, default_value = "python3")]
        python: PathBuf,
        /// The daemon's socket. Default: DOCKER_HOST, Docker's, podman's.
        #[arg(long)]
        socket: Option<PathBuf>,
    },
}

#[derive(Debug, clap::Args)]
struct RunArguments {
    /// The queue: a file, or nats://HOST:PORT.
    #[arg(long, required = true)]
    queue: Option<Address>,
    /// Where runs are kept. Default: `evidence` beside the queue's file.
    #[arg(long)]
    evidence: Option<PathBuf>,
    /// Jobs at once. Default: as many as this machine has processors, and 4 GiB of memory for.
    #[arg(long)]
    concurrency: Option<usize>,
    /// Where metrics and health are served: 127.0.0.1:9300. Default: nowhere.
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Seconds that running jobs have to end after SIGTERM or SIGINT.
    #[arg(long, default_value_t = 60)]
    grace: u64,
    #[command(flatten)]
    daemon: DaemonArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    match &arguments.command {
        None => containers::block_on(run_worker(&arguments.run)),
        Some(WorkerCommand::Guard { owner, socket }) => {
            containers::block_on(guard::watch_over(owner, socket.as_deref()))
        }
        Some(WorkerCommand::Image(ImageCommand::Build { name, package, with, python, socket })) => {
            let recipe = Recipe {
                name: name.clone(),
                package: package.clone(),
                with: with.clone(),
                python: python.clone(),
                sources: containers::sources()?,
            };
            containers::block_on(async {
                let daemon = Daemon::connect(socket.as_deref()).await.map_err(CommandError::failed)?;
                let built = build(&daemon, &recipe).await.map_err(CommandError::failed)?;
                println!("{}", serde_json::to_string(&built).map_err(CommandError::failed)?);
                Ok(())
            })
        }
    }
}

async fn run_worker(arguments: &RunArguments) -> Result<(), CommandError> {
    let Some(address) = &arguments.queue else {
        return Err(CommandError::Usage("name a queue with --queue".to_owned()));
    };
    let evidence = match (&arguments.evidence, address) {
        (Some(folder), _) => folder.clone(),
        (None, Address::Sqlite(path)) => path.with_file_name("evidence"),
        (None, Address::Nats(_)) => return Err(CommandError::Usage("name a folder with --evidence".to_owned())),
    };
    let queue = address.open(Policy::default()).await.map_err(CommandError::failed)?;
    let containers = containers::connect(&arguments.daemon).await?;
    let reaped = containers.runner.reap().await.map_err(CommandError::failed)?;
    // The name of the process, not of the slot: whoever comes next is somebody else to the queue.
    let mut options = Options::new(format!("{}/{}", containers.owner.name(), std::process::id()));
    options.concurrency = arguments.concurrency.unwrap_or_else(default_concurrency);
    options.grace = Duration::from_secs(arguments.grace);
    eprintln!(
        "worker {}: {} jobs at once, {} forgotten containers removed",
        options.name,
        options.concurrency,
        reaped.len()
    );
    let worker = Arc::new(Worker {
        queue,
        runner: containers.runner.clone(),
        grade,
        evidence: EvidenceStore::open(&evidence)?,
        metrics: Metrics::default(),
        options,
    });
    if let Some(address) = arguments.listen {
        let listener = tokio::net::TcpListener::bind(address).await?;
        tokio::spawn(serve(listener, worker.clone()));
    }
    let reaper = containers.runner.clone();
    tokio::spawn(async move { reaper.keep_reaping().await });
    let (mut terminated, mut interrupted) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    work(worker, async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
        eprintln!("ending: no more jobs are taken");
    })
    .await;
    containers.runner.settle().await;
    Ok(())
}

/// Processors, and no more than the memory has room for.
fn default_concurrency() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.parse().ok());
    let total: u64 = total.unwrap_or(JOB_BYTES / 1024) * 1024;
    processors.min(usize::try_from(total / JOB_BYTES).unwrap_or(1)).max(1)
}
