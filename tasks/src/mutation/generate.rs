//! Tasks whose base tree holds one planted bug; the gold takes it back.
//!
//! Whether a bug shows is for a test run to say: until then a task names no failing tests, and
//! [`verify`] judges only what needs no run.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use sparring_tree::digest::Hasher;
use sparring_tree::{Node, Tree};

use super::nodes::Entity;
use super::{Mutation, mutate_entity};
use crate::change::Change;
use crate::edit::{self, Edit};
use crate::function_localization::{Generated, Skipped};
use crate::python::{DefinitionKind, parse};
use crate::random::Random;
use crate::task::{Answer, DEFAULT_ROOT, Gold, Kind, Source, TASK_VERSION, Task};
use crate::verdict::{Cause, Evidence, Verdict};

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Chooses places and changes. Default 24, the original's.
    pub seed: u64,
    /// How many tasks at most. Default 500.
    pub count: usize,
    /// How many bugs in one file at most, each in a task of its own. Default no limit.
    pub max_per_file: Option<usize>,
    /// Which mutations. Default all.
    pub mutations: Vec<Mutation>,
    /// Whether the original's limits on complexity hold. Default yes.
    pub gates: bool,
    /// What the prompt tells. Default [`Hint::Definition`].
    pub hint: Hint,
    /// Where the session shows the repository. Default [`DEFAULT_ROOT`].
    pub root: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 24,
            count: 500,
            max_per_file: None,
            mutations: Mutation::ALL.to_vec(),
            gates: true,
            hint: Hint::Definition,
            root: DEFAULT_ROOT.to_owned(),
        }
    }
}

/// What a prompt tells about where the bug is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// Nothing.
    Nothing,
    /// The file.
    File,
    /// The function or class.
    Definition,
}

/// A planted bug.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mutant {
    /// The kind of bug.
    pub mutation: Mutation,
    /// The file.
    pub path: String,
    /// The function or class.
    pub qualified_name: String,
    /// Its first and last line in the source, counted from 1.
    pub lines: (usize, usize),
    /// Tests that the bug makes fail; empty until a run has said which.
    pub fail_to_pass: Vec<String>,
    /// Tests that pass with and without it; empty until a run has said which.
    pub pass_to_pass: Vec<String>,
}

/// Tries every mutation of every definition in an order that the seed decides, until there are
/// enough tasks. The same tree and options give the same result, whatever the number of threads.
pub fn generate(tree: &Tree, source: &Source, options: &Options) -> Generated {
    let (mut places, skipped) = places(tree, options);
    Random::new(options.seed, "mutants").shuffle(&mut places);
    let mut made = Generated { tasks: Vec::new(), skipped };
    let mut ids = BTreeSet::new();
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let limit = options.max_per_file.unwrap_or(usize::MAX);
    let mut rest = places.as_slice();
    while made.tasks.len() < options.count && !rest.is_empty() {
        // Not every place takes its mutation; a round tries twice as many as are missing.
        let wanted = (options.count - made.tasks.len()).saturating_mul(2).max(64);
        let (round, later) = rest.split_at(wanted.min(rest.len()));
        rest = later;
        for (place, task) in round.iter().zip(mutants(tree, source, round, options)) {
            let Some(task) = task else { continue };
            let of_file = taken.entry(place.path).or_default();
            // A function inside another one can give the same change twice.
            if *of_file < limit && made.tasks.len() < options.count && ids.insert(task.id.clone()) {
                *of_file += 1;
                made.tasks.push(task);
            }
        }
    }
    made
}

/// A definition and a mutation that may fit it.
struct Place<'tree> {
    path: &'tree str,
    index: usize,
    mutation: Mutation,
}

fn places<'tree>(tree: &'tree Tree, options: &Options) -> (Vec<Place<'tree>>, Vec<Skipped>) {
    let of_file = |path: &'tree [u8], content: &[u8]| -> Result<Vec<Place<'tree>>, Skipped> {
        let skip = |reason: String| Skipped { path: String::from_utf8_lossy(path).into_owned(), name: None, reason };
        let path = std::str::from_utf8(path).map_err(|_| skip("its path is not UTF-8".to_owned()))?;
        let text = std::str::from_utf8(content).map_err(|_| skip("is not UTF-8".to_owned()))?;
        let module = parse(text).map_err(|failure| skip(format!("does not parse: {failure}")))?;
        let mut places = Vec::new();
        for (index, definition) in module.definitions().iter().enumerate() {
            let is_class = definition.kind == DefinitionKind::Class;
            let fitting = options.mutations.iter().filter(|mutation| mutation.is_for_classes() == is_class);
            places.extend(fitting.map(|&mutation| Place { path, index, mutation }));
        }
        Ok(places)
    };
    let per_file: Vec<Result<Vec<Place<'tree>>, Skipped>> = tree
        .entries()
        .par_iter()
        .filter(|entry| entry.path.ends_with(b".py"))
        .filter_map(|entry| match &entry.node {
            Node::File { content, .. } => Some(of_file(&entry.path, content)),
            _ => None,
        })
        .collect();
    let (mut places, mut skipped) = (Vec::new(), Vec::new());
    for of_file in per_file {
        match of_file {
            Ok(more) => places.extend(more),
            Err(reason) => skipped.push(reason),
        }
    }
    (places, skipped)
}

/// The mutants of some places, in their order. Each file is parsed once.
fn mutants(tree: &Tree, source: &Source, places: &[Place<'_>], options: &Options) -> Vec<Option<Task>> {
    let mut by_file: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, place) in places.iter().enumerate() {
        by_file.entry(place.path).or_default().push(at);
    }
    let files: Vec<(&str, Vec<usize>)> = by_file.into_iter().collect();
    let made: Vec<(usize, Task)> = files
        .par_iter()
        .flat_map_iter(|(path, at)| of_file(tree, source, path, at.iter().map(|&at| (at, &places[at])), options))
        .collect();
    let mut tasks = vec![None; places.len()];
    for (at, task) in made {
        tasks[at] = Some(task);
    }
    tasks
}

fn of_file<'a>(
    tree: &Tree,
    source: &Source,
    path: &str,
    places: impl Iterator<Item = (usize, &'a Place<'a>)>,
    options: &Options,
) -> Vec<(usize, Task)> {
    let Some(Node::File { content, .. }) = tree.get(path.as_bytes()) else { return Vec::new() };
    let Ok(text) = std::str::from_utf8(content) else { return Vec::new() };
    let Ok(module) = parse(text) else { return Vec::new() };
    let (definitions, statements) = (module.definitions(), module.definition_statements());
    let mut made = Vec::new();
    for (at, place) in places {
        let (Some(definition), Some(statement)) = (definitions.get(place.index), statements.get(place.index)) else {
            continue;
        };
        let entity = Entity::new(&module, statement);
        // A stream of its own, so that a new file or kind changes no other mutant.
        let purpose = format!("mutant {} {path} {}", place.mutation.name(), place.index);
        let mut random = Random::new(options.seed, &purpose);
        let Some(edits) = mutate_entity(&entity, path, place.mutation, &mut random, options.gates) else { continue };
        let mutant = Mutant {
            mutation: place.mutation,
            path: path.to_owned(),
            qualified_name: definition.qualified_name.clone(),
            lines: (definition.first_line, definition.last_line),
            fail_to_pass: Vec::new(),
            pass_to_pass: Vec::new(),
        };
        made.extend(task(content, source, edits, mutant, options).map(|task| (at, task)));
    }
    made
}

fn task(content: &[u8], source: &Source, edits: Vec<Edit>, mutant: Mutant, options: &Options) -> Option<Task> {
    let gold = {
        let files = edit::by_file(&edits);
        edit::invert(content, files.get(mutant.path.as_str())?)?
    };
    let mut hasher = Hasher::new("sparring mutant id 1");
    hasher.bytes(source.tree.as_bytes()).bytes(mutant.mutation.name().as_bytes()).number(options.hint as u64);
    for edit in &edits {
        hasher.bytes(edit.path.as_bytes()).number(edit.start as u64).number(edit.end as u64);
        hasher.bytes(edit.replacement.as_bytes());
    }
    Some(Task {
        version: TASK_VERSION,
        id: format!("{}__{}__{}", source.slug(), mutant.mutation.name(), hasher.finish().short()),
        kind: Kind::Mutant,
        source: source.clone(),
        root: options.root.clone(),
        edits,
        prompt: prompt(&mutant, options),
        seed: options.seed,
        difficulty: BTreeMap::from([
            ("mutation".to_owned(), mutant.mutation.name().into()),
            ("hint".to_owned(), serde_json::to_value(options.hint).unwrap_or_default()),
        ]),
        gold: Gold { edits: gold, answer: Answer::Mutant(mutant) },
    })
}

fn prompt(mutant: &Mutant, options: &Options) -> String {
    let place = match options.hint {
        Hint::Nothing => "It could be anywhere in the repository.".to_owned(),
        Hint::File => format!("It is somewhere in {}.", mutant.path),
        Hint::Definition => format!("Whatever uses `{}` may misbehave.", mutant.qualified_name),
    };
    format!(
        "The repository in {} is a Python project. A recent change broke it. {place}\n\n\
         Find the bug and fix it with as small a change as possible. Leave the tests as they are: they are run \
         when you are done, and all of them have to pass.\n",
        options.root
    )
}

/// Judges what needs no test run: a tree that is as it was before the bug scores 1, one that was
/// not changed scores 0. Anything else is void until tests have run.
pub fn verify(task: &Task, changes: &[Change]) -> Verdict {
    const RESTORED: &str = "the tree is as it was before the bug";
    if changes.is_empty() {
        return Verdict::all(vec![Evidence::failed(RESTORED, "nothing changed")]);
    }
    let restored = changes.iter().all(|change| {
        let (Some(Node::File { content: before, .. }), Some(Node::File { content: after, .. })) =
            (&change.before, &change.after)
        else {
            return false;
        };
        let path = String::from_utf8_lossy(&change.path);
        let files = edit::by_file(&task.gold.edits);
        let gold = files.get(path.as_ref()).and_then(|edits| edit::apply(before, edits).ok());
        gold.is_some_and(|gold| gold == **after)
            && change.before.as_ref().map(Node::mode) == change.after.as_ref().map(Node::mode)
    });
    let all_files = edit::by_file(&task.gold.edits).len() == changes.len();
    if restored && all_files {
        return Verdict::all(vec![Evidence::passed(RESTORED)]);
    }
    Verdict::Void { cause: Cause::Worker, detail: "the fix differs from the original: tests have to run".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::tests::tree;
    use crate::change::{apply, between};
    use crate::validate::validate;

    const TEXT: &str = "\
class Stack(list):
    '''A pile.'''

    def total(self, extra):
        result = 0
        for item in self:
            if item > 0 and extra:
                result += item * 2
            else:
                result -= 1
        with self.lock:
            result = result + extra - 1
        return result
";

    #[test]
    fn every_mutant_is_valid_and_lies_inside_its_definition() {
        let tree = tree(&[("a.py", TEXT), ("b.py", "x = (")]);
        let source = Source::of("s", None, &tree);
        let options = Options { gates: false, ..Options::default() };
        let generated = generate(&tree, &source, &options);
        assert_eq!(generated.skipped.len(), 1);
        assert!(generated.tasks.len() >= 8, "{}", generated.tasks.len());
        for task in &generated.tasks {
            validate(task, &tree).unwrap();
            let Answer::Mutant(mutant) = &task.gold.answer else { panic!("{task:?}") };
            let base = apply(&tree, &task.edits).unwrap();
            let Some(Node::File { content, .. }) = base.get(b"a.py") else { panic!("no file") };
            let text = std::str::from_utf8(content).unwrap();
            let kept = TEXT.lines().take(mutant.lines.0 - 1);
            assert!(kept.eq(text.lines().take(mutant.lines.0 - 1)), "{text}");
        }
        let ids: BTreeSet<_> = generated.tasks.iter().map(|task| &task.id).collect();
        assert_eq!(ids.len(), generated.tasks.len());
        assert_eq!(generated, generate(&tree, &source, &options));
        let limited = generate(&tree, &source, &Options { max_per_file: Some(2), ..options });
        assert_eq!(limited.tasks.len(), 2);
    }

    #[test]
    fn another_fix_waits_for_tests() {
        let files = [("a.py", TEXT)];
        let tree = tree(&files);
        let options = Options { gates: false, mutations: vec![Mutation::RemoveLoop], ..Options::default() };
        let tasks = (0..20).map(|seed| {
            generate(&tree, &Source::of("s", None, &tree), &Options { seed, ..options.clone() })
                .tasks
                .into_iter()
                .next()
        });
        let task = tasks.flatten().next().unwrap();
        let base = apply(&tree, &task.edits).unwrap();
        let other = crate::change::tests::tree(&[("a.py", "x = 1\n")]);
        assert_eq!(verify(&task, &between(&base, &other)).value(), None);
        assert_eq!(verify(&task, &between(&base, &tree)).value(), Some(1.0));
        let more = crate::change::tests::tree(&[("a.py", TEXT), ("new", "")]);
        assert_eq!(verify(&task, &between(&base, &more)).value(), None);
    }
}
