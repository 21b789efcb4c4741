//! `sparring tasks admit`.

use std::path::PathBuf;

use serde_json::json;
use sparring_tasks::task::Answer;
use sparring_worker::admission::{Admission, admit, from_image, observe, of_package, survey};

use super::tasks;
use crate::CommandError;
use crate::containers::{self, DaemonArguments};

/// The arguments of `sparring tasks admit`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  \
    sparring tasks admit tasks.jsonl --image sparring/toolz:1.0.0 --runs 5 -o admitted.jsonl -- toolz")]
pub(crate) struct Arguments {
    /// Tasks with planted bugs, all of one source: what the image holds.
    tasks: PathBuf,
    /// The image.
    #[arg(long)]
    image: String,
    /// How often doing nothing and the gold are run each.
    #[arg(long, default_value_t = 5)]
    runs: u32,
    /// Where the admitted tasks go, with the tests that they break. What was quarantined, and why, goes beside them,
    /// into a file that ends in `.quarantined.jsonl`.
    #[arg(short, long)]
    output: PathBuf,
    #[command(flatten)]
    daemon: DaemonArguments,
    /// pytest's arguments: where the tests are.
    #[arg(last = true, required = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let all = tasks::read(&arguments.tasks)?;
    let Some(first) = all.first() else {
        return Err(CommandError::Usage(format!("{} holds no tasks", arguments.tasks.display())));
    };
    if let Some(other) = all.iter().find(|task| task.source.tree != first.source.tree) {
        return Err(CommandError::Usage(format!("`{}` and `{}` are of different sources", first.id, other.id)));
    }
    let tree = tasks::tree_of(first)?;
    containers::block_on(async {
        let runner = containers::connect(&arguments.daemon).await?.runner;
        let template = |id: &str| of_package(id, &arguments.image, &arguments.arguments);
        let whole = observe(&runner, &template("whole"), &tree, &[]).await.map_err(CommandError::failed)?;
        let (mut admitted, mut quarantined) = (Vec::new(), Vec::new());
        for mut task in all {
            let mut template = template(&task.id);
            let changes = from_image(&task, &tree, &[]).map_err(CommandError::failed)?;
            let broken = observe(&runner, &template, &tree, &changes).await.map_err(CommandError::failed)?;
            let Some(expected) = survey(&broken, &whole) else {
                quarantined.push(json!({ "task": task.id, "cause": "no test sees its bug" }));
                continue;
            };
            template.expected = expected.clone();
            match admit(&runner, &template, &task, &tree, arguments.runs).await.map_err(CommandError::failed)? {
                Admission::Quarantined { cause } => quarantined.push(json!({ "task": task.id, "cause": cause })),
                Admission::Admitted => {
                    if let Answer::Mutant(mutant) = &mut task.gold.answer {
                        mutant.fail_to_pass = expected.fail_to_pass;
                        mutant.pass_to_pass = expected.pass_to_pass;
                    }
                    admitted.push(task);
                }
            }
        }
        runner.settle().await;
        tasks::write(&arguments.output, &admitted)?;
        let beside = arguments.output.with_extension("quarantined.jsonl");
        let lines: String = quarantined.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(&beside, lines)?;
        let counts = json!({
            "admitted": admitted.len(), "quarantined": quarantined.len(), "runs": arguments.runs,
            "path": arguments.output, "quarantine": beside,
        });
        println!("{counts}");
        Ok(())
    })
}
