//! `sparring fidelity --recorded`: recorded steps of agents, taken again on the commits that they
//! started from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};
use sparring_runtime::fidelity::{Observed, RecordedReport, Recording, Replay, Tally};
use sparring_runtime::image::Image;

use super::{SHOWN, SHOWN_CHARACTERS};
use crate::{CommandError, place, table};

pub(super) fn run(file: &Path, repositories: Option<&Path>, json: bool) -> Result<(), CommandError> {
    let usage = |error: String| CommandError::Usage(format!("{}: {error}", file.display()));
    let bytes = std::fs::read(file).map_err(|error| usage(error.to_string()))?;
    let recording = Recording::parse(&bytes).map_err(usage)?;
    let mut report = RecordedReport::default();
    let mut replay = None;
    let mut missing: Vec<&str> = Vec::new();
    let mut last = None;
    for run in recording.runs() {
        let Some(first) = run.first() else { continue };
        let Some(clone) = repositories.and_then(|folder| clone_of(folder, &first.repo)) else {
            report.not_run += run.len() as u64;
            missing.push(&first.repo);
            continue;
        };
        let key = (&first.repo, &first.base_commit);
        let image = match last.take() {
            Some((of, image)) if of == key => image,
            _ => match open(&clone, &first.base_commit) {
                Ok(image) => image,
                Err(error) => {
                    eprintln!("{} at {}: {error}", first.repo, first.base_commit);
                    report.not_run += run.len() as u64;
                    continue;
                }
            },
        };
        let replay = match &mut replay {
            Some(replay) => replay,
            none => none.insert(Replay::new(&place::engine()?)),
        };
        replay.run(&image, &run, &mut report).map_err(CommandError::failed)?;
        last = Some((key, image));
    }
    missing.dedup();
    match json {
        true => println!("{}", as_json(&report, &missing)),
        false => print_tables(&report, &missing),
    }
    Ok(())
}

/// The image of a commit; the error says why the clone does not have it.
fn open(clone: &Path, commit: &str) -> Result<Arc<Image>, CommandError> {
    Ok(place::image(&place::source(clone, Some(commit))?)?.image)
}

/// A folder of the clones that is this repository's.
fn clone_of(folder: &Path, repo: &str) -> Option<PathBuf> {
    let name = repo.rsplit('/').next().unwrap_or(repo);
    let names = [repo.to_owned(), repo.replace('/', "__"), name.to_owned()];
    let folders = names.into_iter().flat_map(|name| [format!("{name}.git"), name]);
    folders.map(|name| folder.join(name)).find(|path| path.is_dir())
}

fn as_json(report: &RecordedReport, missing: &[&str]) -> Value {
    let tally = |tally: &Tally| json!({ "steps": tally.commands, "equal": tally.equal, "percent": tally.percent() });
    let tools: Map<String, Value> = report.tools.iter().map(|(name, of_tool)| (name.clone(), tally(of_tool))).collect();
    json!({
        "run": report.run(),
        "not_run": report.not_run,
        "missing_repositories": missing,
        "equal": tally(&report.equal),
        "same_lines": tally(&report.same_lines),
        "lint_decisions": tally(&report.lint_decisions),
        "tools": tools,
        "differences": report.differences,
    })
}

fn print_tables(report: &RecordedReport, missing: &[&str]) {
    let row = |name: &str, tally: Tally| {
        vec![name.to_owned(), tally.commands.to_string(), tally.equal.to_string(), format!("{:.2} %", tally.percent())]
    };
    if report.run() > 0 {
        let mut rows: Vec<_> = report.tools.iter().map(|(name, tally)| row(name, *tally)).collect();
        rows.push(row("all that real tools give byte for byte", report.equal));
        rows.push(row("up to the order of lines", report.same_lines));
        rows.push(row("decisions of the linter", report.lint_decisions));
        table::print(&["scaffold and tool", "steps", "equal", ""], &rows);
    }
    println!("{} steps run, {} not run", report.run(), report.not_run);
    if !missing.is_empty() {
        println!("no history of: {} (--repositories names the folder with the clones)", missing.join(", "));
    }
    report.differences.iter().take(SHOWN).for_each(print_difference);
    if report.differences.len() > SHOWN {
        println!("\nand {} more differences; --json has them all", report.differences.len() - SHOWN);
    }
}

fn print_difference(difference: &Observed) {
    let short = |text: &str| text.replace('\n', "\\n").chars().take(SHOWN_CHARACTERS).collect::<String>();
    let shown = |text: &Option<String>| text.as_deref().map_or_else(|| "(ends)".into(), short);
    println!(
        "\n{} run {} step {}: {}\n  line {}\n  - {}\n  + {}",
        difference.repository,
        difference.run,
        difference.step,
        short(&difference.action),
        difference.line,
        shown(&difference.recorded),
        shown(&difference.simulated)
    );
}
