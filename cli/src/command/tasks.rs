//! `sparring tasks`: makes tasks, checks them, looks for leaks, compares verifiers.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use sparring_runtime::source::Source;
use sparring_tasks::function_localization::{Detail, Generated};
use sparring_tasks::generate::Request;
use sparring_tasks::task::Kind;
use sparring_tasks::{Task, jsonl, task, validate};
use sparring_tree::{Tree, TreeLimits};

use crate::{CommandError, place};

/// The arguments of `sparring tasks`.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: TasksCommand,
}

#[derive(Debug, Subcommand)]
enum TasksCommand {
    /// Makes tasks from a repository; the same seed makes the same tasks.
    #[command(after_help = "Example:\n  \
        sparring tasks generate --kind function_localization --repo . --count 100 --seed 1 -o tasks.jsonl\n  \
        sparring tasks generate --recipe mixture.toml -o dataset")]
    Generate {
        /// A mixture: a TOML file of sources, kinds, counts and balance; the output is a folder. A run that was
        /// stopped goes on.
        #[arg(long, conflicts_with_all = ["kind", "repo", "layers"])]
        recipe: Option<PathBuf>,
        /// What kind of tasks: function_localization, function_generation, mutant, dependency_search,
        /// issue_localization.
        #[arg(long, value_parser = kind_named, required_unless_present = "recipe")]
        kind: Option<Kind>,
        /// A directory, a git repository, a tar, tar.gz, zip or wheel.
        #[arg(long, required_unless_present = "recipe")]
        repo: Option<PathBuf>,
        /// A commit of the repository.
        #[arg(long)]
        commit: Option<String>,
        /// A manifest (TOML) of what the container's image has and the commit lacks; may be given several times.
        #[arg(long = "layer", value_name = "MANIFEST")]
        layers: Vec<PathBuf>,
        /// How many tasks at most.
        #[arg(long, default_value_t = 500)]
        count: usize,
        /// Chooses among what the repository offers.
        #[arg(long, default_value_t = 42)]
        seed: u64,
        /// Tells less: hides the names of what is to be found, or where a bug is.
        #[arg(long)]
        masked: bool,
        /// Definitions to be found in one task of function localization: 1 to 3.
        #[arg(long, default_value_t = 1, value_parser = clap::builder::RangedU64ValueParser::<usize>::new().range(1..=3))]
        targets: usize,
        /// What else function localization tells: parameters, returns, calls.
        #[arg(long, value_delimiter = ',', value_parser = detail_named)]
        details: Vec<Detail>,
        /// Rows of issues in SWE-bench's form, one JSON object a line, for issue_localization.
        #[arg(long)]
        rows: Option<PathBuf>,
        /// Where the tasks go.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Runs tasks' tests in containers and keeps the tasks whose tests tell right from wrong every time.
    #[cfg(feature = "worker")]
    Admit(super::admit::Arguments),
    /// Looks for the answers of tasks in what a solver can see.
    Scan(super::scan::Arguments),
    /// Judges gold and cheating patches of every task with the strict and the released verifiers.
    Verifiers(super::scan::Arguments),
    /// Checks tasks: the gold scores 1, doing nothing scores 0, twice the same.
    Validate {
        /// A file that `generate` wrote.
        tasks: PathBuf,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    match &arguments.command {
        #[cfg(feature = "worker")]
        TasksCommand::Admit(arguments) => super::admit::run(arguments),
        TasksCommand::Scan(arguments) => super::scan::scan(arguments),
        TasksCommand::Verifiers(arguments) => super::scan::verifiers(arguments),
        TasksCommand::Generate { recipe: Some(recipe), output, .. } => super::recipe::run(recipe, output),
        TasksCommand::Generate {
            kind,
            repo,
            commit,
            layers,
            count,
            seed,
            masked,
            targets,
            details,
            rows,
            output,
            ..
        } => {
            // The parser of arguments demands both where there is no recipe.
            let (Some(kind), Some(repo)) = (kind, repo) else {
                return Err(CommandError::Usage("give --kind and --repo, or --recipe".to_owned()));
            };
            let source = place::layered_source(repo, commit.as_deref(), layers)?;
            let rows = match rows {
                None if *kind == Kind::IssueLocalization => {
                    return Err(CommandError::Usage("issue_localization needs --rows".to_owned()));
                }
                None => Vec::new(),
                Some(path) => {
                    let text = std::fs::read(path)
                        .map_err(|error| CommandError::Usage(format!("{}: {error}", path.display())))?;
                    super::recipe::rows_of(&text, commit.as_deref())?
                }
            };
            let request = Request {
                count: *count,
                seed: *seed,
                masked: *masked,
                targets: *targets,
                details: details.clone(),
                rows,
                ..Request::default()
            };
            let (_, generated) = generate(&source, commit.as_deref(), |tree, described| {
                sparring_tasks::generate::generate(*kind, tree, described, &request)
            })?;
            write(output, &generated.tasks)?;
            let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
            for skipped in &generated.skipped {
                *reasons.entry(&skipped.reason).or_default() += 1;
                if skipped.name.is_none() {
                    eprintln!("left out {}: {}", skipped.path, skipped.reason);
                }
            }
            let line = serde_json::json!({
                "tasks": generated.tasks.len(), "path": output, "left_out": reasons,
            });
            println!("{line}");
            Ok(())
        }
        TasksCommand::Validate { tasks } => validate_file(tasks),
    }
}

fn kind_named(name: &str) -> Result<Kind, String> {
    Kind::named(name).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
        format!("the kinds are {}", names.join(", "))
    })
}

fn detail_named(name: &str) -> Result<Detail, String> {
    match name {
        "parameters" => Ok(Detail::Parameters),
        "returns" => Ok(Detail::Returns),
        "calls" => Ok(Detail::Calls),
        _ => Err("the details are parameters, returns, calls".to_owned()),
    }
}

/// Reads a source and makes tasks of it.
pub(crate) fn generate(
    source: &Source,
    commit: Option<&str>,
    make: impl FnOnce(&Tree, &task::Source) -> Generated,
) -> Result<(Tree, Generated), CommandError> {
    let (tree, _) = source.read(&TreeLimits::default()).map_err(CommandError::failed)?;
    let spec = std::path::absolute(source.path())?;
    let described = task::Source::of(&spec.to_string_lossy(), commit, &tree);
    let generated = make(&tree, &described);
    if generated.tasks.is_empty() {
        return Err(CommandError::Failed(format!(
            "{} has no Python code that makes a task of this kind",
            source.path().display()
        )));
    }
    Ok((tree, generated))
}

/// Writes a file of tasks.
pub(crate) fn write(path: &Path, tasks: &[Task]) -> Result<(), CommandError> {
    let file = File::create(path).map_err(|error| CommandError::Failed(format!("{}: {error}", path.display())))?;
    let mut writer = BufWriter::new(file);
    jsonl::write(&mut writer, tasks).map_err(CommandError::failed)?;
    Ok(writer.flush()?)
}

/// Reads a file of tasks.
pub(crate) fn read(path: &Path) -> Result<Vec<Task>, CommandError> {
    let file = File::open(path).map_err(|error| CommandError::Usage(format!("{}: {error}", path.display())))?;
    let tasks: Vec<Task> = jsonl::read(BufReader::new(file))
        .map_err(|error| CommandError::Failed(format!("{}: {error}", path.display())))?;
    if let Some(error) = tasks.iter().find_map(|task| task.check_version().err()) {
        return Err(CommandError::failed(error));
    }
    Ok(tasks)
}

fn validate_file(path: &Path) -> Result<(), CommandError> {
    let tasks = read(path)?;
    let mut invalid = 0;
    super::scan::by_tree(&tasks, |tree, group| {
        for task in group {
            if let Err(problem) = validate::validate(task, tree) {
                invalid += 1;
                eprintln!("{}: {problem}", task.id);
            }
        }
        Ok(())
    })?;
    println!("{}", serde_json::json!({ "tasks": tasks.len(), "valid": tasks.len() - invalid, "invalid": invalid }));
    match invalid {
        0 => Ok(()),
        _ => Err(CommandError::Failed(format!("{invalid} of {} tasks are not valid", tasks.len()))),
    }
}

/// The tree that a task was made from, out of its image.
pub(crate) fn tree_of(task: &Task) -> Result<Tree, CommandError> {
    let image = place::image_of_tree(&task.source.tree, &task.source.spec, task.source.commit.as_deref())?;
    sparring_runtime::image::tree_of(image.view()).map_err(CommandError::failed)
}
