//! Makes tasks from a tree.

use std::collections::BTreeMap;

use rayon::prelude::*;
use sparring_tree::digest::Hasher;
use sparring_tree::{Node, Tree};

use super::resolve::Names;
use super::uses::uses_of;
use super::{Dependencies, Place, comment};
use crate::edit::Edit;
use crate::function_localization::{Generated, Skipped};
use crate::python::{DefinitionKind, parse};
use crate::random::Random;
use crate::task::{Answer, DEFAULT_ROOT, Gold, Kind, Source, TASK_VERSION, Task};
use crate::validate;

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Chooses the functions. Default 42.
    pub seed: u64,
    /// How many tasks at most. Default 500.
    pub count: usize,
    /// The fewest definitions that a function uses. Default 1.
    pub min_uses: usize,
    /// The most. Default 3, as in the released data.
    pub max_uses: usize,
    /// Whether functions are left out in which some use cannot be resolved. Default no: such uses are no part of the
    /// answer, as in the original.
    pub certain: bool,
    /// Where the session shows the repository. Default [`DEFAULT_ROOT`].
    pub root: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 42, count: 500, min_uses: 1, max_uses: 3, certain: false, root: DEFAULT_ROOT.to_owned() }
    }
}

/// Makes tasks from functions and methods at any depth whose names do not begin with `_`, balanced over the numbers of
/// definitions they use. The same tree and options give the same result, whatever the number of threads.
pub fn generate(tree: &Tree, source: &Source, options: &Options) -> Generated {
    let names = Names::of(tree);
    let per_file: Vec<Result<Vec<Dependencies>, Skipped>> = tree
        .entries()
        .par_iter()
        .filter(|entry| entry.path.ends_with(b".py"))
        .filter_map(|entry| match &entry.node {
            Node::File { content, .. } => Some(of_file(&names, &entry.path, content, options)),
            _ => None,
        })
        .collect();
    let (mut by_uses, mut skipped): (BTreeMap<usize, Vec<Dependencies>>, Vec<Skipped>) = Default::default();
    for of_file in per_file {
        match of_file {
            Ok(found) => found.into_iter().for_each(|found| by_uses.entry(found.uses.len()).or_default().push(found)),
            Err(reason) => skipped.push(reason),
        }
    }
    for (uses, found) in &mut by_uses {
        Random::new(options.seed, &format!("dependency search {uses}")).shuffle(found);
    }
    // One of each number in turn.
    let longest = by_uses.values().map(Vec::len).max().unwrap_or(0);
    let turns = (0..longest).flat_map(|at| by_uses.values().filter_map(move |found| found.get(at)));
    let chosen: Vec<&Dependencies> = turns.collect();
    let mut tasks: Vec<Task> = Vec::new();
    let mut rest = chosen.as_slice();
    while tasks.len() < options.count && !rest.is_empty() {
        let (round, later) = rest.split_at((options.count - tasks.len()).min(rest.len()));
        rest = later;
        let made: Vec<Result<Task, Skipped>> =
            round.par_iter().map(|found| task(tree, source, found, options)).collect();
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

fn of_file(names: &Names, path: &[u8], content: &[u8], options: &Options) -> Result<Vec<Dependencies>, Skipped> {
    let skip = |reason: String| Skipped { path: String::from_utf8_lossy(path).into_owned(), name: None, reason };
    let path = std::str::from_utf8(path).map_err(|_| skip("its path is not UTF-8".to_owned()))?;
    let text = std::str::from_utf8(content).map_err(|_| skip("is not UTF-8".to_owned()))?;
    let module = parse(text).map_err(|failure| skip(format!("does not parse: {failure}")))?;
    let (definitions, statements) = (module.definitions(), module.definition_statements());
    let mut all = Vec::new();
    for (index, (definition, statement)) in definitions.iter().zip(statements).enumerate() {
        if definition.kind == DefinitionKind::Class || definition.name.starts_with('_') {
            continue;
        }
        let Some(target) = names.places(path).get(index) else { continue };
        let (uses, unknown) = uses_of(names, target, statement);
        let fits = (options.min_uses..=options.max_uses).contains(&uses.len());
        if fits && !(options.certain && unknown > 0) {
            all.push(Dependencies { target: target.clone(), uses });
        }
    }
    Ok(all)
}

fn task(tree: &Tree, source: &Source, found: &Dependencies, options: &Options) -> Result<Task, Skipped> {
    let name = &found.target.qualified_name;
    let skip = |reason: String| Skipped { path: found.target.path.clone(), name: Some(name.clone()), reason };
    let mut edits = Vec::new();
    for place in &found.uses {
        let Some(Node::File { content, .. }) = tree.get(place.path.as_bytes()) else {
            return Err(skip(format!("`{}` is no file", place.path)));
        };
        let text = std::str::from_utf8(content).map_err(|error| skip(error.to_string()))?;
        let start: usize = text.split_inclusive('\n').take(place.first_line - 1).map(str::len).sum();
        let line = &text[start..];
        let indentation: String = line.chars().take_while(|letter| matches!(letter, ' ' | '\t')).collect();
        let end = if line.lines().next().is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" };
        let replacement = format!("{indentation}{}{end}", comment(found.target.name()));
        edits.push(Edit { path: place.path.clone(), start, end: start, replacement });
    }
    let mut hasher = Hasher::new("sparring dependency search id 1");
    hasher.bytes(source.tree.as_bytes()).bytes(found.target.path.as_bytes()).number(found.target.index as u64);
    let task = Task {
        version: TASK_VERSION,
        id: format!("{}__dependency_search__{}", source.slug(), hasher.finish().short()),
        kind: Kind::DependencySearch,
        source: source.clone(),
        root: options.root.clone(),
        edits: Vec::new(),
        prompt: prompt(&found.target, options),
        seed: options.seed,
        difficulty: BTreeMap::from([("uses".to_owned(), found.uses.len().into())]),
        gold: Gold { edits, answer: Answer::DependencySearch(found.clone()) },
    };
    validate::scores_gold_and_nothing(&task, tree).map_err(|problem| skip(problem.to_string()))?;
    Ok(task)
}

fn prompt(target: &Place, options: &Options) -> String {
    format!(
        "The repository in {} is a Python project. Look at `{}` in {}, line {}.\n\n\
         Find every function, method and class of this repository that it calls, instantiates, raises or is decorated \
         with. Directly above the definition of each, above its decorators, put this comment line, indented as the \
         definition is:\n\n{}\n\n\
         Mark each definition once, nothing from outside of the repository, and nothing that is defined inside of `{}` \
         itself. Most functions use one to three. Change nothing else.\n",
        options.root,
        target.qualified_name,
        target.path,
        target.first_line,
        comment(target.name()),
        target.name()
    )
}

#[cfg(test)]
mod tests;
