//! `sparring tasks scan` and `sparring tasks verifiers`: what tasks give away, and where verifiers differ.

use std::collections::BTreeMap;
use std::path::PathBuf;

use sparring_tasks::Task;
use sparring_tasks::leak::{LeakKind, Scanner};
use sparring_tasks::verifiers::Report;
use sparring_tree::Tree;

use super::tasks::{read, tree_of};
use crate::{CommandError, table};

/// The arguments of both.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A file that `generate` wrote.
    tasks: PathBuf,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

/// Tasks by their trees, in the order of their first ones; one tree is in memory at a time.
pub(super) fn by_tree(
    tasks: &[Task],
    mut each: impl FnMut(&Tree, &[&Task]) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let mut groups: BTreeMap<&str, Vec<&Task>> = BTreeMap::new();
    for task in tasks {
        groups.entry(&task.source.tree).or_default().push(task);
    }
    for group in groups.values() {
        each(&tree_of(group[0])?, group)?;
    }
    Ok(())
}

/// Exit status 1 when a task gives its answer away.
pub(super) fn scan(arguments: &Arguments) -> Result<(), CommandError> {
    let tasks = read(&arguments.tasks)?;
    let mut leaking = 0;
    let (mut of_trees, mut kinds): (Vec<serde_json::Value>, BTreeMap<LeakKind, usize>) = Default::default();
    by_tree(&tasks, |tree, group| {
        let scanner = Scanner::new(tree);
        for leak in scanner.of_tree() {
            *kinds.entry(leak.kind).or_default() += 1;
            of_trees.push(serde_json::json!({ "source": group[0].source.spec, "leak": leak }));
        }
        for task in group {
            let leaks = scanner.of_task(task).map_err(CommandError::failed)?;
            leaking += usize::from(!leaks.is_empty());
            for leak in leaks {
                *kinds.entry(leak.kind).or_default() += 1;
                if !arguments.json {
                    let place = if leak.path.is_empty() { "the prompt" } else { &leak.path };
                    eprintln!("{}: {:?} in {place}:{}: {}", task.id, leak.kind, leak.line, leak.text);
                }
            }
        }
        Ok(())
    })?;
    let line = serde_json::json!({ "tasks": tasks.len(), "leaking": leaking, "leaks": kinds, "sources": of_trees });
    println!("{line}");
    match leaking {
        0 => Ok(()),
        _ => Err(CommandError::Failed(format!("{leaking} of {} tasks give their answer away", tasks.len()))),
    }
}

/// Exit status 1 when a strict verifier takes a cheat or refuses a gold.
pub(super) fn verifiers(arguments: &Arguments) -> Result<(), CommandError> {
    let tasks = read(&arguments.tasks)?;
    let mut report = Report::default();
    by_tree(&tasks, |tree, group| {
        group.iter().try_for_each(|task| report.add(task, tree)).map_err(CommandError::failed)
    })?;
    if arguments.json {
        println!("{}", serde_json::to_string(&report).map_err(CommandError::failed)?);
    } else {
        print(&report);
    }
    for surprise in report.surprises.iter().take(20) {
        eprintln!("{}: {}: {:?}", surprise.task, surprise.patch, surprise.verdict);
    }
    match report.surprises.len() {
        0 => Ok(()),
        count => Err(CommandError::Failed(format!("the strict verifiers are wrong about {count} patches"))),
    }
}

fn print(report: &Report) {
    let mut rows = Vec::new();
    for (kind, patches) in &report.counts {
        for (name, counts) in patches {
            let released = |verifier: &str| counts.released.get(verifier).map_or("-".to_owned(), usize::to_string);
            rows.push(vec![
                format!("{}: {name}", kind.name()),
                counts.patches.to_string(),
                counts.strict.to_string(),
                released("hybrid_gym"),
                released("openhands"),
            ]);
        }
    }
    table::print(&["patch", "judged", "strict takes", "hybrid_gym takes", "openhands takes"], &rows);
}
