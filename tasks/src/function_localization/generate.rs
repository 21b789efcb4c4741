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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::tests::tree;

    const MANY: &str = "\
def one(x):
    '''Compute the first thing from x.'''
    # A comment first.
    return x

class Two:
    '''Hold the second thing of all.'''

    def three(self, y: int = 3) -> int:
        '''
        Add up what there is in three parts.

        And more.
        '''
        return len(str(y))

async def four():
    '''Wait for the fourth thing to come.'''

def five():
    return 1
";

    fn make(files: &[(&str, &str)], options: &Options) -> Generated {
        let tree = tree(files);
        generate(&tree, &Source::of("x", None, &tree), options)
    }

    fn names(generated: &Generated) -> Vec<String> {
        let name = |task: &Task| {
            let targets = task.targets().iter().map(|target| format!("{}:{}", target.path, target.qualified_name));
            targets.collect::<Vec<_>>()
        };
        generated.tasks.iter().map(|task| name(task).join("+")).collect()
    }

    #[test]
    fn every_documented_definition_is_a_target_once() {
        let generated = make(&[("a.py", MANY), ("b.txt", MANY)], &Options::default());
        let mut found = names(&generated);
        found.sort();
        assert_eq!(found, ["a.py:Two", "a.py:Two.three", "a.py:four", "a.py:one"]);
        assert!(generated.skipped.is_empty(), "{:?}", generated.skipped);
        let four = generated.tasks.iter().find(|task| task.prompt.contains("fourth")).unwrap();
        assert_eq!(four.edits[0].replacement, "pass");
        assert_eq!(four.gold.edits[0].replacement, "'''Wait for the fourth thing to come.'''");
    }

    #[test]
    fn a_seed_decides_and_a_shorter_run_is_a_beginning() {
        let files: Vec<(String, String)> = (0..30)
            .map(|at| {
                (format!("f{at}.py"), format!("def f{at}(x):\n    '''Compute number {at} of x.'''\n    return x\n"))
            })
            .collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let run = |seed, count| names(&make(&files, &Options { seed, count, ..Options::default() }));
        let all = run(1, 100);
        assert_eq!(all.len(), 30);
        assert_eq!(run(1, 7), all[..7]);
        assert_ne!(run(2, 7), all[..7]);
        assert_eq!(make(&files, &Options::default()), make(&files, &Options::default()));
        assert!(make(&files, &Options { count: 0, ..Options::default() }).tasks.is_empty());
    }

    #[test]
    fn knobs_change_prompt_and_id() {
        let files = [("a.py", MANY)];
        let three = |options: &Options| {
            make(&files, options).tasks.into_iter().find(|task| task.prompt.contains("what there is in")).unwrap()
        };
        let plain = three(&Options::default());
        assert!(
            plain.prompt.contains("Name: three\n") && !plain.prompt.contains("a.py") && !plain.prompt.contains("Two")
        );
        let masked = three(&Options { masked: true, ..Options::default() });
        assert!(masked.prompt.contains("Add up what there is in ___ parts."));
        assert!(!masked.prompt.contains("three"));
        let details = vec![Detail::Parameters, Detail::Returns, Detail::Calls];
        let told = three(&Options { details, root: "/repo".to_owned(), ..Options::default() });
        assert!(told.prompt.contains("Parameters: y: int = 3\nReturns: int\nCalls: str, len\n"), "{}", told.prompt);
        assert!(told.prompt.starts_with("The repository in /repo is"));
        assert!(plain.id != masked.id && plain.id != told.id && masked.id != told.id);
        let other_seed = three(&Options { seed: 7, ..Options::default() });
        assert_eq!(other_seed.id, plain.id);
    }

    #[test]
    fn several_targets_lie_in_different_files() {
        let two = MANY.replace("thing", "matter").replace("three parts", "four parts");
        let options = Options { targets: 2, ..Options::default() };
        let generated = make(&[("a.py", MANY), ("b.py", &two)], &options);
        assert_eq!(generated.tasks.len(), 4);
        for task in &generated.tasks {
            assert_eq!(task.edits.iter().map(|edit| edit.path.as_str()).collect::<BTreeSet<_>>().len(), 2);
        }
        assert_eq!(make(&[("a.py", MANY)], &options).tasks.len(), 0);
        let limited = Options { max_per_file: Some(1), ..Options::default() };
        assert_eq!(make(&[("a.py", MANY), ("b.py", &two)], &limited).tasks.len(), 2);
    }

    #[test]
    fn what_is_left_out_is_named() {
        let same = "def f(x):\n    '''Do the same thing twice.'''\n    return x\n";
        let odd = "\
def a(
    x): '''Shares its line with the signature.'''
def b():
    '''Shares its line with code.'''; x = 1
def c():
    '''Is followed by another string.'''
    '''Is the other string itself.'''
def d():
    '''Short.'''
    return 1
def e(): '''Is one line long only.'''
";
        let builder_files = [("bad.py", "print 'a'\n"), ("odd.py", odd), ("one.py", same), ("two.py", same)];
        let generated = make(&builder_files, &Options::default());
        assert!(generated.tasks.is_empty());
        let reasons: Vec<String> = generated
            .skipped
            .iter()
            .map(|skipped| format!("{} {}: {}", skipped.path, skipped.name.as_deref().unwrap_or("-"), skipped.reason))
            .collect();
        assert!(reasons[0].starts_with("bad.py -: does not parse: line 1: "), "{}", reasons[0]);
        assert_eq!(
            reasons[1..],
            [
                "odd.py a: its docstring shares a line with something else",
                "odd.py b: its docstring shares a line with something else",
                "odd.py c: a second string would become the docstring",
                "odd.py d: its docstring gives no description",
                "one.py f: another definition has the same description",
                "two.py f: another definition has the same description",
            ]
        );
    }
}
