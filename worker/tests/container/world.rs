//! A daemon, an image that was built once, and jobs on it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bollard::query_parameters::ListContainersOptions;
use sparring_tasks::execution::{
    Exit, Expected, Files, Grading, ImageReference, JOB_VERSION, Job, JobFile, Resources, Run, Suite, TestCommand,
};
use sparring_worker::container::build::{Built, Recipe, build};
use sparring_worker::container::policy::Runtime;
use sparring_worker::container::{ContainerRunner, Daemon, OWNER, Options};
use sparring_worker::queue::Lease;
use sparring_worker::runner::Runner as _;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The package that most tests use: plain Python, no dependencies, its tests in its source distribution.
pub(crate) const PACKAGE: &str = "toolz==1.0.0";

/// What a test of containers works with.
pub(crate) struct World {
    pub(crate) runner: ContainerRunner,
    pub(crate) image: Built,
    owner: String,
    _turn: Turn,
}

/// Tests that measure this process run alone; the others beside each other.
enum Turn {
    Shared { _guard: RwLockReadGuard<'static, ()> },
    Alone { _guard: RwLockWriteGuard<'static, ()> },
}

static TURNS: RwLock<()> = RwLock::const_new(());

/// The daemon and the image; `None`, said aloud, where no daemon is.
pub(crate) async fn world(owner: &str) -> Option<World> {
    let turn = Turn::Shared { _guard: TURNS.read().await };
    of_turn(owner, turn).await
}

/// The same, while no other test runs.
pub(crate) async fn world_alone(owner: &str) -> Option<World> {
    let turn = Turn::Alone { _guard: TURNS.write().await };
    of_turn(owner, turn).await
}

async fn of_turn(owner: &str, turn: Turn) -> Option<World> {
    let daemon = daemon().await?;
    let image = image(&daemon, PACKAGE).await;
    let runner = ContainerRunner::new(daemon, Options::new(&format!("test {owner} {}", std::process::id())));
    let runner = runner.expect("a folder for trees");
    Some(World { runner, image, owner: owner.to_owned(), _turn: turn })
}

/// A world whose containers run below gVisor; `None`, said aloud, where the daemon has no `runsc` that works. The
/// daemon of `.ci/run` has one, other machines' need not.
pub(crate) async fn world_of_gvisor(owner: &str) -> Option<World> {
    let mut world = world(owner).await?;
    let skip = |why: String| eprintln!("SKIPPED: this test needs the runtime `runsc` at the daemon: {why}");
    let known = world.runner.daemon().docker().info().await.expect("an answer").runtimes.unwrap_or_default();
    if !known.contains_key(Runtime::Runsc.name()) {
        skip("it is not registered; see docs/worker.md".to_owned());
        return None;
    }
    let options = Options { runtime: Runtime::Runsc, ..Options::new(&format!("test {owner} {}", std::process::id())) };
    world.runner = ContainerRunner::new(world.runner.daemon().clone(), options).expect("a folder for trees");
    let job = world.script("true");
    if let Err(fault) = world.runner.run(&job, &lease(&job, 1)).await {
        skip(fault.to_string());
        return None;
    }
    Some(world)
}

/// The daemon, or `None` where there is none.
///
/// # Panics
/// When it is missing and everything is required.
pub(crate) async fn daemon() -> Option<Daemon> {
    match Daemon::connect(None).await {
        Ok(daemon) => Some(daemon),
        Err(error) => {
            let all = std::env::var_os("SPARRING_REQUIRE").is_some_and(|value| value == "all");
            assert!(!all, "{error}, and SPARRING_REQUIRE=all asks for everything");
            eprintln!("SKIPPED: this test needs a container daemon: {error}");
            None
        }
    }
}

/// The image of a package, built by the first that asks.
pub(crate) async fn image(daemon: &Daemon, package: &str) -> Built {
    static BUILDING: tokio::sync::Mutex<BTreeMap<String, Built>> = tokio::sync::Mutex::const_new(BTreeMap::new());
    let mut built = BUILDING.lock().await;
    if let Some(image) = built.get(package) {
        return image.clone();
    }
    let image = build_image(daemon, package).await;
    built.insert(package.to_owned(), image.clone());
    image
}

/// Builds the image of a package.
pub(crate) async fn build_image(daemon: &Daemon, package: &str) -> Built {
    let recipe = Recipe {
        name: format!("sparring-test/{}", package.replace("==", ":")),
        package: package.to_owned(),
        with: Vec::new(),
        python: PathBuf::from("python3"),
        sources: sources(),
    };
    build(daemon, &recipe).await.unwrap_or_else(|error| panic!("{package}: {error}"))
}

/// Where source distributions are kept: given, or in the target folder, so that each is fetched once.
fn sources() -> PathBuf {
    let given = std::env::var_os("SPARRING_TEST_PACKAGES").filter(|folder| !folder.is_empty());
    given.map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("packages"), PathBuf::from)
}

impl World {
    /// A job with this command on the package's image.
    pub(crate) fn job(&self, command: TestCommand) -> Job {
        Job {
            version: JOB_VERSION,
            task_id: self.owner.clone(),
            image: ImageReference { name: self.image.name.clone(), digest: Some(self.image.id.clone()) },
            workdir: "/testbed".to_owned(),
            final_tree: Files::default(),
            pristine: Files::default(),
            tampering: Vec::new(),
            suite: Suite { command, parser: String::new(), environment: BTreeMap::new() },
            expected: Expected { fail_to_pass: vec!["test_it.py::test_it".to_owned()], pass_to_pass: Vec::new() },
            grading: Grading::Strict,
            resources: Resources { timeout_seconds: 60, memory_mib: 512, disk_mib: 64, ..Resources::default() },
            seed: 0,
        }
    }

    /// A job that runs a script.
    pub(crate) fn script(&self, text: &str) -> Job {
        self.job(TestCommand::Script { text: text.to_owned() })
    }

    /// A job that runs this text as `test_it.py` under pytest.
    pub(crate) fn pytest(&self, text: &str) -> Job {
        let mut job = self.job(TestCommand::Pytest { arguments: vec!["test_it.py".to_owned()] });
        job.pristine.written.insert("test_it.py".to_owned(), file(text));
        job
    }

    /// Runs jobs, so many at once, and tells of each: its place, its run, and how long all of it took. A fault fails
    /// the test.
    pub(crate) async fn run_all(
        &self,
        jobs: impl IntoIterator<Item = Job>,
        at_once: usize,
        mut ended: impl FnMut(usize, Run, Duration),
    ) {
        let (mut jobs, mut running) = (jobs.into_iter().enumerate(), tokio::task::JoinSet::new());
        loop {
            while running.len() < at_once {
                let Some((at, job)) = jobs.next() else { break };
                let runner = self.runner.clone();
                running.spawn(async move {
                    let begin = Instant::now();
                    let run = runner.run(&job, &lease(&job, 1)).await;
                    (at, run.unwrap_or_else(|fault| panic!("{fault}")), begin.elapsed())
                });
            }
            let Some(joined) = running.join_next().await else { return };
            let (at, run, took) = joined.expect("a run");
            ended(at, run, took);
        }
    }

    /// Runs a job; a fault fails the test.
    pub(crate) async fn run(&self, job: &Job) -> Run {
        let run = self.runner.run(job, &lease(job, 1)).await;
        run.unwrap_or_else(|fault| panic!("{fault}"))
    }
}

/// How many containers of any worker the daemon has.
pub(crate) async fn containers(runner: &ContainerRunner) -> usize {
    let filters = [("label".to_owned(), vec![OWNER.to_owned()])].into();
    let options = ListContainersOptions { all: true, filters: Some(filters), ..ListContainersOptions::default() };
    runner.daemon().docker().list_containers(Some(options)).await.unwrap().len()
}

/// How often something is repeated: the promise's number, or what the variable says.
pub(crate) fn count(variable: &str, promised: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(promised)
}

/// A plain file.
pub(crate) fn file(text: &str) -> JobFile {
    JobFile { mode: 0o644, link: false, bytes: text.as_bytes().to_vec() }
}

/// The right to run a job.
pub(crate) fn lease(job: &Job, fence: u64) -> Lease {
    Lease { key: job.reward_key(), worker: "test".to_owned(), fence, lasts: Duration::from_secs(60), attempt: 1 }
}

/// The log of a run that ended with status 0.
pub(crate) fn log(run: &Run) -> String {
    let text = String::from_utf8_lossy(&run.log).into_owned();
    assert_eq!(run.exit, Exit::Code(0), "{text}");
    text
}
