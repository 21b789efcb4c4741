//! `sparring fidelity`: the real tools beside the simulated ones, on your repository and commands;
//! or recorded steps of agents beside the simulated ones.

mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use sparring_runtime::engine::Engine;
use sparring_runtime::fidelity::{CommandList, Comparison, FirstDifference, ListedCommand, Report, Tally, is_source};

use crate::{CommandError, place, table};

/// Differences that the table for people shows.
const SHOWN: usize = 20;
/// Characters of a command or a line that it shows.
const SHOWN_CHARACTERS: usize = 160;

/// The arguments of `sparring fidelity`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Each command runs as `bash -c` in a container of this machine's own programs, without \
    network, and in a session; output, exit status and files are compared byte for byte.\n\
    It needs Linux with util-linux, and root or user namespaces.\n\nExamples:\n  \
    sparring fidelity --repo . --commands commands.txt\n  \
    sparring fidelity --repo Django-4.2 --repo sympy-1.12 --commands commands.jsonl --json\n  \
    sparring fidelity --recorded recorded.jsonl.gz --repositories clones")]
pub(crate) struct Arguments {
    /// A directory, a git repository, a tar, tar.gz, zip or wheel. May be given several times.
    #[arg(long, required_unless_present = "recorded")]
    repo: Vec<PathBuf>,
    /// JSON lines with `command` and perhaps `source`, `repo`, `root`; or one command a line.
    /// A line whose `source` (`Django==4.2`) is not the folder's name (`Django-4.2`) is skipped.
    #[arg(long, required_unless_present = "recorded")]
    commands: Option<PathBuf>,
    /// Commands to leave out, in the same form: those that even the real tools answer
    /// differently each time.
    #[arg(long)]
    except: Option<PathBuf>,
    /// Steps that were recorded in runs of agents, JSON lines or gzipped, instead of commands.
    #[arg(long, conflicts_with_all = ["repo", "commands", "except"])]
    recorded: Option<PathBuf>,
    /// Git clones of the recorded repositories, bare or not: `owner/name`, `owner__name` or `name`.
    /// Steps whose repository is not there are not run.
    #[arg(long, requires = "recorded")]
    repositories: Option<PathBuf>,
    /// Where the tree is seen, for commands that do not say it.
    #[arg(long, default_value = "/testbed")]
    root: String,
    /// One JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    if let Some(recorded) = &arguments.recorded {
        return recorded::run(recorded, arguments.repositories.as_deref(), arguments.json);
    }
    let list = match &arguments.commands {
        Some(path) => read_list(path)?,
        None => CommandList::default(),
    };
    let except = match &arguments.except {
        Some(path) => read_list(path)?,
        None => CommandList::default(),
    };
    let engine = place::engine()?;
    let mut counts = Counts { taken: vec![false; list.commands.len()], excepted: 0 };
    let mut report = Report::default();
    for repo in &arguments.repo {
        compare(arguments, repo, &list, &except, &engine, &mut counts, &mut report)?;
    }
    let other_sources = counts.taken.iter().filter(|taken| !**taken).count();
    match arguments.json {
        true => println!("{}", as_json(&report, counts.excepted, other_sources)),
        false => print_tables(&report, counts.excepted, other_sources),
    }
    Ok(())
}

struct Counts {
    /// The commands of the list that some repository has had.
    taken: Vec<bool>,
    excepted: u64,
}

fn read_list(path: &Path) -> Result<CommandList, CommandError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| CommandError::Usage(format!("{}: {error}", path.display())))?;
    CommandList::parse(&text).map_err(|error| CommandError::Usage(format!("{}: {error}", path.display())))
}

/// Runs the commands that are for this repository; one container for each root that they name.
fn compare(
    arguments: &Arguments,
    repo: &Path,
    list: &CommandList,
    except: &CommandList,
    engine: &Engine,
    counts: &mut Counts,
    report: &mut Report,
) -> Result<(), CommandError> {
    let whole = repo.canonicalize().unwrap_or_else(|_| repo.to_owned());
    let folder = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = [".tar.gz", ".tar", ".zip", ".whl"].iter().find_map(|end| folder.strip_suffix(end)).unwrap_or(&folder);
    let image = place::image(&place::source(repo, None)?)?.image;
    let excepted: BTreeSet<(Option<&str>, &str)> = except.keys();
    let mut by_root: BTreeMap<&str, Vec<&ListedCommand>> = BTreeMap::new();
    for (listed, taken) in list.commands.iter().zip(&mut counts.taken) {
        if listed.source.as_deref().is_some_and(|source| !is_source(folder, source)) {
            continue;
        }
        *taken = true;
        if excepted.contains(&(listed.source.as_deref(), &listed.command)) {
            counts.excepted += 1;
            continue;
        }
        by_root.entry(listed.root.as_deref().unwrap_or(&arguments.root)).or_default().push(listed);
    }
    for (root, commands) in by_root {
        let mut comparison = Comparison::new(&image, root, engine).map_err(CommandError::failed)?;
        for listed in commands {
            let (real, simulated) = comparison.run(&listed.command).map_err(CommandError::failed)?;
            report.add(listed.repo.as_deref().unwrap_or(folder), &listed.command, &real, &simulated);
        }
    }
    Ok(())
}

fn as_json(report: &Report, excepted: u64, other_sources: usize) -> Value {
    let tally = |tally: &Tally| json!({ "commands": tally.commands, "equal": tally.equal, "percent": tally.percent() });
    let tallies = |map: &BTreeMap<String, Tally>| -> Map<String, Value> {
        map.iter().map(|(name, of_name)| (name.clone(), tally(of_name))).collect()
    };
    json!({
        "total": tally(&report.total),
        "skipped": { "not_deterministic": excepted, "other_source": other_sources },
        "repositories": tallies(&report.repositories),
        "families": tallies(&report.families),
        "differences": report.differences,
    })
}

fn print_tables(report: &Report, excepted: u64, other_sources: usize) {
    let row = |name: &str, tally: Tally| {
        vec![name.to_owned(), tally.commands.to_string(), tally.equal.to_string(), format!("{:.2} %", tally.percent())]
    };
    let mut families: Vec<_> = report.families.iter().collect();
    families.sort_by_key(|(name, tally)| (std::cmp::Reverse(tally.commands), name.as_str()));
    let rows: Vec<_> = families.iter().map(|(name, tally)| row(name, **tally)).collect();
    table::print(&["family", "commands", "equal", ""], &rows);
    println!();
    let mut rows: Vec<_> = report.repositories.iter().map(|(name, tally)| row(name, *tally)).collect();
    rows.push(row("all", report.total));
    table::print(&["repository", "commands", "equal", ""], &rows);
    if excepted > 0 {
        println!("{excepted} commands left out as not deterministic");
    }
    if other_sources > 0 {
        println!("{other_sources} commands skipped: for other sources");
    }
    for difference in report.differences.iter().take(SHOWN) {
        print_difference(difference);
    }
    if report.differences.len() > SHOWN {
        println!("\nand {} more differences; --json has them all", report.differences.len() - SHOWN);
    }
}

fn print_difference(difference: &FirstDifference) {
    let short = |text: &str| text.trim_end_matches('\n').chars().take(SHOWN_CHARACTERS).collect::<String>();
    println!("\n{}: {}", difference.repository, short(&difference.command).replace('\n', "\\n"));
    if let Some(line) = difference.line {
        let shown = |text: &Option<String>| text.as_deref().map_or_else(|| "(ends)".into(), short);
        println!("  output, line {line}\n  - {}\n  + {}", shown(&difference.real), shown(&difference.simulated));
    }
    let [real, simulated] = difference.exit_codes.map(|code| code.map_or("stopped".into(), |code| code.to_string()));
    if real != simulated {
        println!("  exit status {real}, simulated {simulated}");
    }
    if let Some(path) = &difference.path {
        println!("  file /{}", short(path));
    }
}
