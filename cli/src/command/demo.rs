//! `sparring demo`: the main job, end to end, on real input with nothing to set up.

use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;
use sparring_runtime::dataset::Summary;
use sparring_runtime::rollout::{PolicyKind, RolloutOptions};
use sparring_tasks::function_localization;

use super::{rollout, tasks};
use crate::{CommandError, place, python, table};

/// The arguments of `sparring demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  sparring demo\n  sparring demo path/to/python/project --sessions 2000 --json")]
pub(crate) struct Arguments {
    /// A Python source tree. Default: the standard library of the python3 on PATH.
    path: Option<PathBuf>,
    /// Concurrent sessions of each policy.
    #[arg(long, default_value_t = 10_000)]
    sessions: usize,
    /// Tasks at most.
    #[arg(long, default_value_t = 1_000)]
    tasks: usize,
    /// Chooses the tasks.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Where the datasets go, one folder for each policy. Default: a new folder in the temporary
    /// directory.
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
    /// Judges by real test runs instead: plants bugs in packages with tests of their own, runs rollouts that fix them
    /// or do not, and runs the packages' tests on what they left, each in a container.
    #[cfg(feature = "worker")]
    #[arg(long, conflicts_with_all = ["path", "tasks"])]
    tests: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    #[cfg(feature = "worker")]
    if arguments.tests {
        return super::demo_tests::run(arguments.seed, arguments.output.as_deref(), arguments.json);
    }
    let source = match &arguments.path {
        Some(path) => place::source(path, None)?,
        None => python::standard_library()?,
    };
    let say = |text: String| {
        if !arguments.json {
            println!("{text}");
        }
    };
    let start = Instant::now();
    let opened = place::image(&source)?;
    let image = opened.image;
    let image_ms = start.elapsed().as_secs_f64() * 1000.0;
    let entries = image.view().entry_count();
    say(format!(
        "image   {} of {}: {entries} entries, {:.1} MB, {} in {image_ms:.0} ms",
        image.tree_digest().short(),
        source.path().display(),
        image.len() as f64 / 1e6,
        if opened.built { "built" } else { "opened from the cache" },
    ));

    let start = Instant::now();
    let options = function_localization::Options {
        count: arguments.tasks,
        seed: arguments.seed,
        ..function_localization::Options::default()
    };
    let (_, generated) =
        tasks::generate(&source, None, |tree, described| function_localization::generate(tree, described, &options))?;
    let unparsed = generated.skipped.iter().filter(|skipped| skipped.name.is_none()).count();
    say(format!(
        "tasks   {} function localizations in {:.1} s; {unparsed} files and {} definitions left out",
        generated.tasks.len(),
        start.elapsed().as_secs_f64(),
        generated.skipped.len() - unparsed,
    ));

    let start = Instant::now();
    let engine = place::engine()?;
    say(format!("engine  ready in {:.0} ms", start.elapsed().as_secs_f64() * 1000.0));
    let output = match &arguments.output {
        Some(output) => output.clone(),
        None => std::env::temp_dir().join(format!("sparring-demo-{}", std::process::id())),
    };
    let mut policies = serde_json::Map::new();
    let mut rows = Vec::new();
    let mut tools = Vec::new();
    for policy in PolicyKind::ALL {
        let options = RolloutOptions::new(policy, arguments.sessions);
        let folder = output.join(policy.name());
        let (_, report) = rollout::execute(&engine, &image, &generated.tasks, &options, &folder)?;
        let summary = &report.summary;
        rows.push(vec![
            policy.name().to_owned(),
            summary.rollouts.to_string(),
            report.most_live.to_string(),
            summary.mean_reward.map_or("none".into(), |mean| format!("{mean:.3}")),
            summary.void.to_string(),
            summary.steps.to_string(),
            format!("{:.1}", report.seconds),
            format!("{:.0}", report.steps as f64 / report.seconds),
        ]);
        if policy == PolicyKind::Scripted {
            tools = tool_rows(summary);
        }
        let steps_per_second = report.steps as f64 / report.seconds;
        policies.insert(
            policy.name().into(),
            json!({
                "summary": summary, "concurrent_sessions": report.most_live, "seconds": report.seconds,
                "steps_per_second": steps_per_second, "dataset": folder,
            }),
        );
    }
    let peak = peak_bytes();
    if arguments.json {
        let object = json!({
            "source": source.path(), "tree": image.tree_digest().to_string(), "image_cached": !opened.built,
            "image_ms": image_ms, "tasks": generated.tasks.len(), "left_out": generated.skipped.len(),
            "policies": policies, "peak_memory_bytes": peak, "output": output,
        });
        println!("{object}");
        return Ok(());
    }
    println!();
    table::print(&["policy", "rollouts", "at once", "reward", "void", "steps", "seconds", "steps/s"], &rows);
    println!("\nsteps of the scripted policy, digests and queueing not counted:");
    table::print(&["tool", "steps", "p50 us", "p99 us"], &tools);
    if let Some(peak) = peak {
        println!("\nmemory  {:.0} MB at its highest, image and datasets in flight included", peak as f64 / 1e6);
    }
    println!("dataset {}", output.display());
    Ok(())
}

fn tool_rows(summary: &Summary) -> Vec<Vec<String>> {
    let row = |(tool, latency): (&String, &sparring_runtime::dataset::Latency)| {
        let (p50, p99) = (format!("{:.1}", latency.p50_us), format!("{:.1}", latency.p99_us));
        vec![tool.clone(), latency.steps.to_string(), p50, p99]
    };
    summary.tools.iter().map(row).collect()
}

/// The most memory that this process has had, as Linux counts it.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").trim().parse().ok()?;
    Some(kilobytes * 1024)
}
