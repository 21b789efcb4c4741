//! Tasks from real source. Ignored by default because it needs a directory of Python files:
//! `SPARRING_REAL_SOURCE=/usr/lib/python3.11 cargo test -p sparring-tasks --test real_source -- --ignored --nocapture`
//! `SPARRING_TASKS_OUT` names a file that the mutants are written to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sparring_tasks::dependency_search;
use sparring_tasks::format::instance::Instance;
use sparring_tasks::function_generation;
use sparring_tasks::function_localization::compatible::{self, Release};
use sparring_tasks::function_localization::{self, Detail, Options};
use sparring_tasks::generate::{Request, generate};
use sparring_tasks::jsonl;
use sparring_tasks::leak::Scanner;
use sparring_tasks::mutation;
use sparring_tasks::task::{Kind, Source};
use sparring_tasks::verifiers::Report;
use sparring_tasks::{change, patch, validate};
use sparring_tree::{Node, Tree, TreeBuilder, TreeLimits};

fn source() -> (PathBuf, Tree) {
    let root = PathBuf::from(std::env::var_os("SPARRING_REAL_SOURCE").expect("SPARRING_REAL_SOURCE names a directory"));
    let mut builder = TreeBuilder::new(TreeLimits::default());
    read(&root, &root, &mut builder);
    (root, builder.finish().unwrap())
}

fn read(root: &Path, directory: &Path, builder: &mut TreeBuilder) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() && entry.file_name() != "site-packages" && entry.file_name() != "__pycache__" {
            read(root, &entry.path(), builder);
        } else if kind.is_file() && entry.path().extension().is_some_and(|extension| extension == "py") {
            let path = entry.path().strip_prefix(root).unwrap().as_os_str().as_encoded_bytes().to_vec();
            let content = std::fs::read(entry.path()).unwrap().into();
            builder.insert(path, Node::File { executable: false, content }).unwrap();
        }
    }
}

#[test]
#[ignore = "needs a directory of Python files"]
fn function_generation_tasks_are_valid() {
    let (root, tree) = source();
    let source = Source::of(root.to_str().unwrap(), None, &tree);
    let start = std::time::Instant::now();
    let options = function_generation::Options { count: usize::MAX, ..function_generation::Options::default() };
    let generated = function_generation::generate(&tree, &source, &options);
    println!("{} function generation tasks in {:?}", generated.tasks.len(), start.elapsed());
    for skipped in &generated.skipped {
        println!("{skipped:?}");
    }
    assert!(!generated.tasks.is_empty());
    for task in &generated.tasks {
        validate::validate(task, &tree).unwrap();
    }
}

#[test]
#[ignore = "needs a directory of Python files"]
fn dependency_search_tasks_are_valid() {
    let (root, tree) = source();
    let source = Source::of(root.to_str().unwrap(), None, &tree);
    let start = std::time::Instant::now();
    let options = dependency_search::Options { count: usize::MAX, ..dependency_search::Options::default() };
    let generated = dependency_search::generate(&tree, &source, &options);
    println!("{} dependency search tasks in {:?}", generated.tasks.len(), start.elapsed());
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for skipped in &generated.skipped {
        *reasons.entry(skipped.reason.split(": ").next().unwrap()).or_default() += 1;
    }
    let mut released = 0;
    for task in &generated.tasks {
        validate::validate(task, &tree).unwrap();
        let gold = validate::gold_changes(task, &tree).unwrap();
        released += usize::from(dependency_search::compatible::verify(task, &gold).value() == Some(1.0));
    }
    println!("gold passes the released rules {released} times; left out {reasons:#?}");
    assert!(!generated.tasks.is_empty());
    if let Some(path) = std::env::var_os("SPARRING_TASKS_OUT") {
        jsonl::write(std::fs::File::create(path).unwrap(), &generated.tasks).unwrap();
    }
}

#[test]
#[ignore = "needs a directory of Python files"]
fn mutants_are_valid() {
    let (root, tree) = source();
    let source = Source::of(root.to_str().unwrap(), None, &tree);
    let start = std::time::Instant::now();
    let options = mutation::Options { count: usize::MAX, ..mutation::Options::default() };
    let generated = mutation::generate(&tree, &source, &options);
    println!("{} mutants in {:?}, {} files left out", generated.tasks.len(), start.elapsed(), generated.skipped.len());
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for task in &generated.tasks {
        validate::validate(task, &tree).unwrap();
        *kinds.entry(task.id.split("__").nth(1).unwrap()).or_default() += 1;
    }
    println!("{kinds:#?}");
    if let Some(path) = std::env::var_os("SPARRING_TASKS_OUT") {
        jsonl::write(std::fs::File::create(path).unwrap(), &generated.tasks).unwrap();
    }
}

#[test]
#[ignore = "needs a directory of Python files"]
fn function_localization_tasks_are_valid() {
    let (root, tree) = source();
    let source = Source::of(root.to_str().unwrap(), None, &tree);
    for (masked, targets) in [(false, 1), (true, 1), (false, 3)] {
        let details = vec![Detail::Parameters, Detail::Returns, Detail::Calls];
        let options = Options { count: usize::MAX, masked, targets, details, ..Options::default() };
        let start = std::time::Instant::now();
        let generated = function_localization::generate(&tree, &source, &options);
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for skipped in &generated.skipped {
            *reasons.entry(skipped.reason.split(": ").next().unwrap()).or_default() += 1;
            if skipped.reason.starts_with("its gold") {
                println!("{skipped:?}");
            }
        }
        let mut releases = [0; 2];
        for task in &generated.tasks {
            let changes = validate::gold_changes(task, &tree).unwrap();
            for (count, release) in releases.iter_mut().zip([Release::HybridGym, Release::OpenHands]) {
                *count += usize::from(compatible::verify(task, &changes, release).value() == Some(1.0));
            }
        }
        println!(
            "masked {masked}, {targets} targets: {} files, {} tasks in {:?}; gold passes Hybrid-Gym's release {} times, OpenHands' {} times; skipped {reasons:#?}",
            tree.file_count(),
            generated.tasks.len(),
            start.elapsed(),
            releases[0],
            releases[1]
        );
        let mut ids: Vec<&str> = generated.tasks.iter().map(|task| task.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), generated.tasks.len(), "ids are distinct");
        assert!(!generated.tasks.is_empty());
        if let Some(task) = generated.tasks.first() {
            println!("{}", task.prompt);
        }
    }
}

/// Rows in SWE-smith's form: each plants the bug of a mutant.
fn rows(tree: &Tree, source: &Source) -> Vec<Instance> {
    let request = Request { count: 300, ..Request::default() };
    let row = |task: &sparring_tasks::Task| {
        let changes = change::of_edits(&task.edits, |path| tree.get(path)).unwrap();
        let mut row: Instance = serde_json::from_str(r#"{"instance_id":"","image_name":"none"}"#).unwrap();
        row.instance_id.clone_from(&task.id);
        row.patch = String::from_utf8(patch::render(&changes)).unwrap();
        row.problem_statement = Some("A test fails since yesterday.".to_owned());
        row
    };
    generate(Kind::Mutant, tree, source, &request).tasks.iter().map(row).collect()
}

/// Every kind, issue localization included: tasks are valid, the strict verifiers take the gold and no patch of the
/// corpus that only looks right.
#[test]
#[ignore = "needs a directory of Python files"]
fn the_strict_verifiers_take_the_gold_alone() {
    let (root, tree) = source();
    let source = Source::of(root.to_str().unwrap(), None, &tree);
    let request = Request { count: 300, rows: rows(&tree, &source), ..Request::default() };
    let mut report = Report::default();
    for kind in Kind::ALL {
        let generated = generate(kind, &tree, &source, &request);
        assert!(!generated.tasks.is_empty(), "{kind:?}");
        println!("{} {} tasks", generated.tasks.len(), kind.name());
        for task in &generated.tasks {
            validate::validate(task, &tree).unwrap();
            report.add(task, &tree).unwrap();
        }
        if kind == Kind::IssueLocalization {
            for skipped in &generated.skipped {
                println!("{}: {}", skipped.path, skipped.reason);
            }
        }
    }
    println!("{:#?}", report.counts);
    assert_eq!(report.surprises, []);
}

/// A copy of the whole source beside itself gives every answer away that is long enough to be told from other code, and
/// what is left out for that is counted.
#[test]
#[ignore = "needs a directory of Python files"]
fn a_copy_of_the_source_gives_answers_away() {
    let (root, tree) = source();
    let mut builder = TreeBuilder::new(TreeLimits::default());
    for entry in tree.entries().iter().filter(|entry| matches!(entry.node, Node::File { .. })) {
        builder.insert(entry.path.clone(), entry.node.clone()).unwrap();
        builder.insert([b"build/lib/".as_slice(), &entry.path].concat(), entry.node.clone()).unwrap();
    }
    let doubled = builder.finish().unwrap();
    let (alone, copied) = (Scanner::new(&tree), Scanner::new(&doubled));
    let source = Source::of(root.to_str().unwrap(), None, &tree);
    for kind in [Kind::FunctionLocalization, Kind::FunctionGeneration, Kind::Mutant] {
        let tasks = generate(kind, &tree, &source, &Request { count: 300, ..Request::default() }).tasks;
        let leaking =
            |scanner: &Scanner<'_>| tasks.iter().filter(|task| !scanner.of_task(task).unwrap().is_empty()).count();
        let (before, after) = (leaking(&alone), leaking(&copied));
        println!("{}: of {} tasks {before} leak, with a copy {after}", kind.name(), tasks.len());
        assert!(after * 10 >= tasks.len() * 9, "{kind:?}: {after} of {}", tasks.len());
    }
}
