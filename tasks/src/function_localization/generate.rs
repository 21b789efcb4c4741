//! Makes tasks from a tree.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sparring_tree::digest::Hasher;
use sparring_tree::{Digest, Node, Tree};

use super::Target;
use super::candidate::{Candidate, candidates};
use super::prompt::prompt;
use crate::edit::{self, Edit};
use crate::random::Random;
use crate::task::{Answer, DEFAULT_ROOT, Gold, Kind, Source, TASK_VERSION, Task};
use crate::validate;

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Chooses the targets. Default 42.
    pub seed: u64,
    /// How many tasks at most. Default 500, the original's number per repository.
    pub count: usize,
    /// How many targets of one file at most. Default no limit.
    pub max_per_file: Option<usize>,
    /// Targets of one task, each in another file; 1 to 3. Default 1.
    pub targets: usize,
    /// Whether the name is hidden, also inside the description. Default no.
    pub masked: bool,
    /// What else is told about a target. Default nothing.
    pub details: Vec<Detail>,
    /// Where the session shows the repository. Default [`DEFAULT_ROOT`].
    pub root: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 42,
            count: 500,
            max_per_file: None,
            targets: 1,
            masked: false,
            details: Vec::new(),
            root: DEFAULT_ROOT.to_owned(),
        }
    }
}

/// What a prompt may tell about a target besides its description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detail {
    /// Parameters with annotations and default values.
    Parameters,
    /// The result's annotation.
    Returns,
    /// Up to ten calls of its body.
    Calls,
}

/// What came of a tree.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Generated {
    /// The tasks, in the order of their choice: the first n of a larger run are the run for n.
    pub tasks: Vec<Task>,
    /// What was left out, in walk order.
    pub skipped: Vec<Skipped>,
}

/// A file, or a definition in it, that makes no task.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skipped {
    /// The file. Bytes that are not UTF-8 show as U+FFFD.
    pub path: String,
    /// The definition's qualified name; nothing when the whole file is left out.
    pub name: Option<String>,
    /// Why.
    pub reason: String,
}

/// Makes tasks from every documented function, method and class of a tree that spans more than one
/// line, and checks each with [`validate::scores_gold_and_nothing`]. The same tree and options give the same result,
/// whatever the number of threads.
pub fn generate(tree: &Tree, source: &Source, options: &Options) -> Generated {
    let (found, mut skipped) = all_candidates(tree, options);
    let mut chosen = unique(found, options, &mut skipped);
    Random::new(options.seed, "function localization").shuffle(&mut chosen);
    let groups = group(&chosen, options);
    let mut tasks: Vec<Task> = Vec::new();
    let mut next = groups.as_slice();
    // A group that makes no valid task is replaced by the next one.
    while tasks.len() < options.count && !next.is_empty() {
        let (now, later) = next.split_at(next.len().min(options.count - tasks.len()));
        next = later;
        let made: Vec<Result<Task, Skipped>> = now.par_iter().map(|group| task(tree, source, group, options)).collect();
        for made in made {
            match made {
                Ok(task) => tasks.push(task),
                Err(reason) => skipped.push(reason),
            }
        }
    }
    skipped.sort();
    Generated { tasks, skipped }
}

fn all_candidates(tree: &Tree, options: &Options) -> (Vec<Candidate>, Vec<Skipped>) {
    let per_file: Vec<(Vec<Candidate>, Vec<Skipped>)> = tree
        .entries()
        .par_iter()
        .filter(|entry| entry.path.ends_with(b".py"))
        .filter_map(|entry| match (&entry.node, std::str::from_utf8(&entry.path)) {
            (Node::File { content, .. }, Ok(path)) => Some(candidates(path, content, options)),
            (Node::File { .. }, Err(_)) => {
                let path = String::from_utf8_lossy(&entry.path).into_owned();
                Some((Vec::new(), vec![Skipped { path, name: None, reason: "its path is not UTF-8".to_owned() }]))
            }
            _ => None,
        })
        .collect();
    let (found, skipped): (Vec<_>, Vec<_>) = per_file.into_iter().unzip();
    (found.into_iter().flatten().collect(), skipped.into_iter().flatten().collect())
}

/// Leaves out what a reader of the prompt could not tell apart.
fn unique(found: Vec<Candidate>, options: &Options, skipped: &mut Vec<Skipped>) -> Vec<Candidate> {
    let key = |candidate: &Candidate| {
        let name = if options.masked { String::new() } else { candidate.name.clone() };
        (candidate.kind, name, candidate.description.clone())
    };
    let mut counts: BTreeMap<_, usize> = BTreeMap::new();
    for candidate in &found {
        *counts.entry(key(candidate)).or_default() += 1;
    }
    let (unique, ambiguous): (Vec<_>, Vec<_>) = found.into_iter().partition(|candidate| counts[&key(candidate)] == 1);
    skipped.extend(ambiguous.into_iter().map(|candidate| Skipped {
        path: candidate.path,
        name: Some(candidate.qualified_name),
        reason: "another definition has the same description".to_owned(),
    }));
    unique
}

/// Groups candidates in their order into tasks; a group takes one target of a file. What is left
/// over at the end makes no group.
fn group<'a>(chosen: &'a [Candidate], options: &Options) -> Vec<Vec<&'a Candidate>> {
    let size = options.targets.clamp(1, 3);
    let limit = options.max_per_file.unwrap_or(usize::MAX);
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let mut groups = Vec::new();
    let mut open: Vec<Vec<&Candidate>> = Vec::new();
    for candidate in chosen {
        let of_file = taken.entry(&candidate.path).or_default();
        if *of_file >= limit {
            continue;
        }
        *of_file += 1;
        // The oldest group without this file takes the candidate.
        let fits = |group: &Vec<&Candidate>| group.iter().all(|other| other.path != candidate.path);
        let at = open.iter().position(fits).unwrap_or_else(|| {
            open.push(Vec::new());
            open.len() - 1
        });
        open[at].push(candidate);
        if open[at].len() == size {
            groups.push(open.remove(at));
        }
    }
    groups
}

fn task(tree: &Tree, source: &Source, group: &[&Candidate], options: &Options) -> Result<Task, Skipped> {
    let skip =
        |reason: String| Skipped { path: group[0].path.clone(), name: Some(group[0].qualified_name.clone()), reason };
    let mut edits = Vec::new();
    let mut gold = Vec::new();
    let mut targets = Vec::new();
    for candidate in group {
        let Some(Node::File { content, .. }) = tree.get(candidate.path.as_bytes()) else {
            return Err(skip("is no file".to_owned()));
        };
        let (removed, replacement) = &candidate.removal;
        let edit = Edit {
            path: candidate.path.clone(),
            start: removed.start,
            end: removed.end,
            replacement: replacement.clone(),
        };
        let base = edit::apply(content, &[&edit]).map_err(|error| skip(error.to_string()))?;
        gold.extend(edit::invert(content, &[&edit]).unwrap_or_default());
        targets.push(target(candidate, &base));
        edits.push(edit);
    }
    let task = Task {
        version: TASK_VERSION,
        id: id(source, &targets, options),
        kind: Kind::FunctionLocalization,
        source: source.clone(),
        root: options.root.clone(),
        edits,
        prompt: prompt(group, options),
        seed: options.seed,
        difficulty: BTreeMap::from([
            ("targets".to_owned(), targets.len().into()),
            ("masked".to_owned(), options.masked.into()),
            ("details".to_owned(), serde_json::to_value(details(options)).unwrap_or_default()),
        ]),
        gold: Gold { edits: gold, answer: Answer::FunctionLocalization(targets) },
    };
    // The verifier parses the base as well: a file that the missing docstring breaks ends here.
    match validate::scores_gold_and_nothing(&task, tree) {
        Ok(()) => Ok(task),
        Err(problem) => Err(skip(problem.to_string())),
    }
}

fn target(candidate: &Candidate, base: &[u8]) -> Target {
    Target {
        path: candidate.path.clone(),
        name: candidate.name.clone(),
        qualified_name: candidate.qualified_name.clone(),
        kind: candidate.kind.word().to_owned(),
        index: candidate.index,
        line: candidate.line,
        last_line: candidate.last_line,
        docstring: candidate.docstring.clone(),
        placeholder: candidate.placeholder,
        base: Digest::of("content", base).to_string(),
    }
}

fn details(options: &Options) -> BTreeSet<Detail> {
    options.details.iter().copied().collect()
}

fn id(source: &Source, targets: &[Target], options: &Options) -> String {
    let mut hasher = Hasher::new("sparring function localization id 1");
    hasher.bytes(source.tree.as_bytes()).number(options.masked.into());
    for detail in details(options) {
        hasher.number(detail as u64 + 1);
    }
    for target in targets {
        hasher.bytes(target.path.as_bytes()).number(target.index as u64);
    }
    format!("{}__function_localization__{}", source.slug(), hasher.finish().short())
}
