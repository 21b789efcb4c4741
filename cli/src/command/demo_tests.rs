//! `sparring demo --tests`: rollout, final tree, real tests in a container, verdict, dataset, on real packages.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use sparring_runtime::dataset::Record;
use sparring_runtime::rollout::{PolicyKind, RolloutOptions};
use sparring_runtime::source::Source;
use sparring_tasks::change::{Change, of_edits};
use sparring_tasks::execution::{Job, RewardKey};
use sparring_tasks::grading::grade;
use sparring_tasks::jobs::Template;
use sparring_tasks::verdict::Cause;
use sparring_tasks::{Task, Verdict, mutation};
use sparring_tree::Tree;
use sparring_worker::admission::{Admission, admit, from_image, observe, of_package, survey};
use sparring_worker::container::ContainerRunner;
use sparring_worker::container::build::{Recipe, build};
use sparring_worker::container::policy::Runtime;
use sparring_worker::evidence::EvidenceStore;
use sparring_worker::queue::{Deliveries, Policy, Queue as _, SqliteQueue};
use sparring_worker::worker::{Metrics, Options, Worker, work};

use super::{rollout, tasks};
use crate::{CommandError, containers, place, table};

/// Packages in plain Python without dependencies, and where their tests are.
const PACKAGES: [(&str, &str); 3] =
    [("toolz==1.0.0", "toolz"), ("cachetools==5.5.0", "tests"), ("inflection==0.5.1", "test_inflection.py")];
/// Tasks of each package.
const TASKS: usize = 2;
/// Bugs that are tried for them at most.
const CANDIDATES: usize = 40;
/// How often each side of a task is run before it is admitted.
const RUNS: u32 = 2;

/// A package ready for rollouts.
struct Subject {
    name: String,
    source: Source,
    tree: Tree,
    tasks: Vec<Task>,
    templates: BTreeMap<String, Template>,
}

pub(crate) fn run(seed: u64, output: Option<&Path>, as_json: bool) -> Result<(), CommandError> {
    let output = match output {
        Some(output) => output.to_owned(),
        None => std::env::temp_dir().join(format!("sparring-demo-tests-{}", std::process::id())),
    };
    std::fs::create_dir_all(&output)?;
    containers::block_on(all(seed, output, as_json))
}

async fn all(seed: u64, output: PathBuf, as_json: bool) -> Result<(), CommandError> {
    let say = |text: String| {
        if !as_json {
            println!("{text}");
        }
    };
    let connected = containers::connect_to(None, Runtime::Runc).await?;
    let runner = connected.runner.clone();
    runner.reap().await.map_err(CommandError::failed)?;
    let mut subjects = Vec::new();
    for (package, tests) in PACKAGES {
        let start = Instant::now();
        let subject = prepare(&runner, package, tests, seed).await?;
        let tasks = subject.tasks.len();
        say(format!("{package}: image and {tasks} admitted tasks in {:.0} s", start.elapsed().as_secs_f64()));
        subjects.push(subject);
    }

    let queue =
        SqliteQueue::open(&output.join("jobs.sqlite"), Policy::default()).await.map_err(CommandError::failed)?;
    let mut options = Options::new(format!("{}/{}", connected.owner.name(), std::process::id()));
    options.concurrency = std::thread::available_parallelism().map_or(1, usize::from);
    options.idle = Duration::from_millis(100);
    let worker = Arc::new(Worker {
        queue: queue.clone(),
        runner: runner.clone(),
        grade,
        evidence: EvidenceStore::open(&output.join("evidence"))?,
        metrics: Metrics::default(),
        options,
    });
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let working = tokio::spawn(work(worker, async move {
        let _ = ended.await;
    }));

    let start = Instant::now();
    let (mut rows, mut summaries, mut waiting) = (Vec::new(), Vec::new(), BTreeMap::new());
    let mut folders = Vec::new();
    for subject in subjects {
        let subject = Arc::new(subject);
        let another = another_bugs(&subject, &queue).await?;
        for policy in [PolicyKind::Oracle, PolicyKind::Noop] {
            let folder = output.join(subject.name.replace("==", "-")).join(policy.name());
            let keys = roll_out(&subject, policy, &folder, &queue).await?;
            waiting.extend(keys.iter().map(|(id, key)| ((folder.clone(), id.clone()), *key)));
            folders.push((subject.name.clone(), policy.name().to_owned(), folder));
        }
        let of_bugs = another.into_iter().map(|(id, key)| ((PathBuf::from(&subject.name), id), key));
        waiting.extend(of_bugs);
        folders.push((subject.name.clone(), "another bug".to_owned(), PathBuf::from(&subject.name)));
    }

    // Verdicts arrive by cursor, each once, and the file is the cursor.
    let mut deliveries = Deliveries::open(&output.join("verdicts.jsonl"))?;
    let mut verdicts: BTreeMap<RewardKey, Verdict> = BTreeMap::new();
    while waiting.values().any(|key| !verdicts.contains_key(key)) {
        let patience = Duration::from_secs(30);
        let delivered = queue.watch(deliveries.cursor(), 100, patience).await.map_err(CommandError::failed)?;
        deliveries.append(&delivered)?;
        verdicts.extend(delivered.into_iter().map(|delivered| (delivered.key, delivered.committed.verdict)));
    }
    let _ = end.send(());
    let _ = working.await;
    runner.settle().await;

    for (package, policy, folder) in &folders {
        let of_folder: BTreeMap<&str, &Verdict> = waiting
            .iter()
            .filter(|((of, _), _)| of == folder)
            .filter_map(|((_, id), key)| Some((id.as_str(), verdicts.get(key)?)))
            .collect();
        let values: Vec<f64> = of_folder.values().filter_map(|verdict| verdict.value()).collect();
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let void = of_folder.len() - values.len();
        let dataset = if policy == "another bug" { None } else { Some(complete(folder, &of_folder)?) };
        rows.push(vec![
            package.clone(),
            policy.clone(),
            of_folder.len().to_string(),
            format!("{mean:.3}"),
            void.to_string(),
        ]);
        summaries.push(json!({
            "package": package, "policy": policy, "judged": of_folder.len(), "mean_reward": mean, "void": void,
            "dataset": dataset,
        }));
    }
    let seconds = start.elapsed().as_secs_f64();
    if as_json {
        println!("{}", json!({ "results": summaries, "seconds": seconds, "output": output }));
    } else {
        println!();
        table::print(&["package", "policy", "judged", "reward", "void"], &rows);
        println!("\n{} rollouts and other trees judged by real tests in {seconds:.1} s", waiting.len());
        println!("dataset {}", output.display());
    }
    let expected = |policy: &str| if policy == "oracle" { 1.0 } else { 0.0 };
    let is_right = summaries.iter().all(|summary| {
        summary["mean_reward"] == expected(summary["policy"].as_str().unwrap_or_default()) && summary["void"] == 0
    });
    if is_right { Ok(()) } else { Err(CommandError::Failed("a reward is not what it has to be".to_owned())) }
}

/// Builds a package's image and finds bugs that its tests see every time.
async fn prepare(runner: &ContainerRunner, package: &str, tests: &str, seed: u64) -> Result<Subject, CommandError> {
    let recipe = Recipe {
        name: format!("sparring-demo/{}", package.replace("==", ":")),
        package: package.to_owned(),
        with: Vec::new(),
        python: PathBuf::from("python3"),
        sources: containers::sources()?,
    };
    let built = build(runner.daemon(), &recipe).await.map_err(CommandError::failed)?;
    let source = place::source(&built.source, None)?;
    let options = mutation::Options { count: CANDIDATES, seed, ..mutation::Options::default() };
    let (tree, generated) =
        tasks::generate(&source, None, |tree, described| mutation::generate(tree, described, &options))?;
    let arguments = [tests.to_owned()];
    let template = |id: &str| of_package(id, &built.name, &arguments);
    let whole = observe(runner, &template("whole"), &tree, &[]).await.map_err(CommandError::failed)?;
    let mut subject = Subject { name: package.to_owned(), source, tree, tasks: Vec::new(), templates: BTreeMap::new() };
    for task in generated.tasks {
        if subject.tasks.len() == TASKS {
            break;
        }
        let mut template = template(&task.id);
        let changes = from_image(&task, &subject.tree, &[]).map_err(CommandError::failed)?;
        // Bugs in tests and scripts would be undone or not be seen: they cost no run.
        if !template.job(&subject.tree, &changes).1.flags.is_empty() || !is_code(&task) {
            continue;
        }
        let broken = observe(runner, &template, &subject.tree, &changes).await.map_err(CommandError::failed)?;
        let Some(expected) = survey(&broken, &whole) else { continue };
        template.expected = expected;
        let admission = admit(runner, &template, &task, &subject.tree, RUNS).await.map_err(CommandError::failed)?;
        if admission == Admission::Admitted {
            subject.templates.insert(task.id.clone(), template);
            subject.tasks.push(task);
        }
    }
    if subject.tasks.len() < TASKS {
        return Err(CommandError::Failed(format!("{package}: too few bugs that its tests see")));
    }
    Ok(subject)
}

/// Whether a task's bug is in what is installed, not in what installs it.
fn is_code(task: &Task) -> bool {
    task.edits.iter().all(|edit| !matches!(edit.path.as_str(), "setup.py" | "versioneer.py" | "docs/conf.py"))
}

/// For each task the bug of the next one instead of a fix, as jobs.
async fn another_bugs(subject: &Subject, queue: &SqliteQueue) -> Result<Vec<(String, RewardKey)>, CommandError> {
    let mut submitted = Vec::new();
    for (at, task) in subject.tasks.iter().enumerate() {
        let other = &subject.tasks[(at + 1) % subject.tasks.len()];
        let wrong = of_edits(&other.edits, |path| subject.tree.get(path)).map_err(CommandError::failed)?;
        let (job, _) = subject.templates[&task.id].job(&subject.tree, &wrong);
        let key = queue.submit(&job).await.map_err(CommandError::failed)?.key();
        submitted.push((task.id.clone(), key));
    }
    Ok(submitted)
}

/// Runs the rollouts of a policy; each submits its job as it ends. Gives the key of each record.
async fn roll_out(
    subject: &Arc<Subject>,
    policy: PolicyKind,
    folder: &Path,
    queue: &SqliteQueue,
) -> Result<BTreeMap<String, RewardKey>, CommandError> {
    let keys: Arc<Mutex<BTreeMap<String, RewardKey>>> = Arc::default();
    let (send, mut receive) = tokio::sync::mpsc::unbounded_channel::<Job>();
    let (own_subject, own_keys) = (subject.clone(), keys.clone());
    let on_finished = move |task: &Task, record: &mut Record, changes: &[Change]| {
        let Ok(changes) = from_image(task, &own_subject.tree, changes) else { return };
        let (job, _) = own_subject.templates[&task.id].job(&own_subject.tree, &changes);
        let key = job.reward_key();
        record.verdict = Verdict::Void { cause: Cause::Worker, detail: format!("its tests have not run yet: {key}") };
        own_keys.lock().unwrap_or_else(PoisonError::into_inner).insert(record.id.clone(), key);
        // Nobody listens any more when the command ends early.
        let _ = send.send(job);
    };
    let mut options = RolloutOptions::new(policy, subject.tasks.len());
    options.on_finished = Some(Arc::new(on_finished));
    let (own_subject, own_folder) = (subject.clone(), folder.to_owned());
    let rolling = tokio::task::spawn_blocking(move || {
        let image = place::image(&own_subject.source)?.image;
        rollout::execute(&place::engine()?, &image, &own_subject.tasks, &options, &own_folder).map(|_| ())
    });
    // A rollout does not wait for its job's submission, and the submissions not for other rollouts.
    while let Some(job) = receive.recv().await {
        queue.submit(&job).await.map_err(CommandError::failed)?;
    }
    rolling.await.map_err(CommandError::failed)??;
    let keys = keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(keys)
}

/// Writes the records of a folder with their verdicts. Gives the file.
fn complete(folder: &Path, verdicts: &BTreeMap<&str, &Verdict>) -> Result<PathBuf, CommandError> {
    let path = folder.join("judged.jsonl");
    let mut lines = Vec::new();
    let dataset = sparring_runtime::dataset::DatasetFolder::open(folder).map_err(CommandError::failed)?;
    let read = dataset.each_record(|mut record| {
        if let Some(verdict) = verdicts.get(record.id.as_str()) {
            record.verdict = (*verdict).clone();
            record.reward = record.verdict.value();
        }
        lines.push(record);
    });
    read.map_err(CommandError::failed)?;
    let mut writer = std::io::BufWriter::new(std::fs::File::create(&path)?);
    sparring_tasks::jsonl::write(&mut writer, &lines).map_err(CommandError::failed)?;
    writer.flush()?;
    Ok(path)
}
