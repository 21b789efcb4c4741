//! `sparring tasks generate --recipe`: a data set of many sources and kinds, resumable.
//!
//! ```text
//! tasks.jsonl      the tasks, part by part
//! manifest.json    what they were made of; written last
//! pieces/          what is done of a run that has not ended
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use serde::{Deserialize, Serialize};
use sparring_tasks::format::instance::Instance;
use sparring_tasks::leak::Scanner;
use sparring_tasks::recipe::{MANIFEST_VERSION, Manifest, PartReport, Piece, Recipe, SourceReport, mix, package_of};
use sparring_tasks::{Task, jsonl, task};
use sparring_tree::{Digest, TreeLimits};

use crate::{CommandError, place};

/// A piece on disk.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
    piece: Piece,
}

pub(super) fn run(path: &Path, output: &Path) -> Result<(), CommandError> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| CommandError::Usage(named(&error)))?;
    let recipe = Recipe::parse(&text).map_err(|error| CommandError::Usage(named(&error)))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let pieces_folder = output.join("pieces");
    fs::create_dir_all(&pieces_folder)?;
    let work: usize = recipe.parts.iter().map(|part| recipe.sources_of(part).len()).sum();
    let bar = ProgressBar::new(work as u64);
    if let Ok(style) = ProgressStyle::with_template("{msg:>20} {wide_bar} {pos}/{len} pieces, {eta} left") {
        bar.set_style(style);
    }
    let mut pieces: Vec<Vec<Piece>> = recipe.parts.iter().map(|_| Vec::new()).collect();
    let mut sources = Vec::new();
    let mut resumed = 0;
    for (at, named) in recipe.sources.iter().enumerate() {
        bar.set_message(named.name.clone());
        let source = place::source(&folder.join(&named.repo), named.commit.as_deref())?;
        let (tree, _) = source.read(&TreeLimits::default()).map_err(CommandError::failed)?;
        let spec = std::path::absolute(source.path())?;
        let described = task::Source::of(&spec.to_string_lossy(), named.commit.as_deref(), &tree);
        let rows_text = match &named.rows {
            None => Vec::new(),
            Some(rows) => {
                let rows = folder.join(rows);
                fs::read(&rows).map_err(|error| CommandError::Usage(format!("{}: {error}", rows.display())))?
            }
        };
        let rows = rows_of(&rows_text, named.commit.as_deref())?;
        let scanner = Scanner::new(&tree);
        let (package, licences) = package_of(&tree);
        sources.push(SourceReport {
            name: named.name.clone(),
            tree: described.tree.clone(),
            files: tree.file_count(),
            bytes: tree.content_bytes(),
            package,
            licences: named.licence.clone().map_or(licences, |licence| vec![licence]),
            leaks: scanner.of_tree().into_iter().map(|leak| leak.path).collect(),
            tasks: 0,
        });
        for (number, part) in recipe.parts.iter().enumerate() {
            if !recipe.sources_of(part).contains(&at) {
                continue;
            }
            let file = pieces_folder.join(format!("{number}-{}.json", named.name));
            let key = recipe.key(part, &described.tree, &rows_text, env!("CARGO_PKG_VERSION"));
            let piece = match kept(&file, &key) {
                Some(piece) => {
                    resumed += 1;
                    piece
                }
                None => {
                    let piece = recipe.piece(part, &tree, &described, &rows, &scanner);
                    let kept = Kept { key, piece };
                    put(&file, &serde_json::to_vec(&kept).map_err(CommandError::failed)?)?;
                    kept.piece
                }
            };
            pieces[number].push(piece);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    let (tasks, parts) = mixed(&recipe, &pieces);
    finish(output, recipe, tasks, parts, sources, resumed)
}

fn mixed(recipe: &Recipe, pieces: &[Vec<Piece>]) -> (Vec<Task>, Vec<PartReport>) {
    let (mut tasks, mut reports) = (Vec::new(), Vec::new());
    for (part, pieces) in recipe.parts.iter().zip(pieces) {
        let of_part = mix(part, pieces);
        let names: Vec<&str> = recipe.sources_of(part).into_iter().map(|at| recipe.sources[at].name.as_str()).collect();
        reports.push(PartReport::of(part, &names, pieces, &of_part));
        tasks.extend(of_part);
    }
    (tasks, reports)
}

fn finish(
    output: &Path,
    recipe: Recipe,
    tasks: Vec<Task>,
    parts: Vec<PartReport>,
    mut sources: Vec<SourceReport>,
    resumed: usize,
) -> Result<(), CommandError> {
    for source in &mut sources {
        source.tasks = tasks.iter().filter(|task| task.source.tree == source.tree).count();
    }
    let mut lines = Vec::new();
    jsonl::write(&mut lines, &tasks).map_err(CommandError::failed)?;
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        sparring: env!("CARGO_PKG_VERSION").to_owned(),
        recipe,
        tasks_digest: Digest::of("tasks", &lines).to_string(),
        tasks: tasks.len(),
        sources,
        parts,
    };
    put(&output.join("tasks.jsonl"), &lines)?;
    let mut text = serde_json::to_vec_pretty(&manifest).map_err(CommandError::failed)?;
    text.push(b'\n');
    put(&output.join("manifest.json"), &text)?;
    fs::remove_dir_all(output.join("pieces"))?;
    for (number, part) in manifest.parts.iter().enumerate().filter(|(_, part)| part.tasks < part.asked) {
        eprintln!("part {}, {}: {} of {} tasks", number + 1, part.kind.name(), part.tasks, part.asked);
    }
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for part in &manifest.parts {
        *kinds.entry(part.kind.name()).or_default() += part.tasks;
    }
    let line = serde_json::json!({
        "tasks": manifest.tasks, "path": output, "kinds": kinds, "sources": manifest.sources.len(), "pieces_resumed": resumed,
    });
    println!("{line}");
    Ok(())
}

/// Rows at a commit; all rows where the source has no commits to choose from.
pub(super) fn rows_of(text: &[u8], commit: Option<&str>) -> Result<Vec<Instance>, CommandError> {
    let mut rows: Vec<Instance> = jsonl::read(BufReader::new(text)).map_err(CommandError::failed)?;
    if let Some(commit) = commit {
        rows.retain(|row| row.base_commit.is_empty() || row.base_commit == commit);
    }
    Ok(rows)
}

/// A piece of an earlier run, if it is whole and of the same work.
fn kept(file: &Path, key: &str) -> Option<Piece> {
    let kept: Kept = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    (kept.key == key).then_some(kept.piece)
}

/// Writes a file whole or not at all.
fn put(path: &Path, bytes: &[u8]) -> Result<(), CommandError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let temporary = path.with_file_name(name);
    let mut file = fs::File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(fs::rename(temporary, path)?)
}
