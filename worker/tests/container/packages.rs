//! The whole path on real packages with their own suites: a bug is planted, found by the suite, and three answers to
//! the task are judged as production does.

use std::io::Read as _;
use std::path::Path;

use sparring_tasks::change::{Change, of_edits};
use sparring_tasks::grading::grade;
use sparring_tasks::mutation::{Options, generate};
use sparring_tasks::{Task, task};
use sparring_tree::{Node, Tree, TreeBuilder, TreeLimits};
use sparring_worker::admission::{Admission, Outcomes, admit, from_image, observe, of_package, survey};

use crate::world::{World, image, world};

/// Packages in plain Python, each with where its tests are.
const PACKAGES: [(&str, &str); 3] =
    [("toolz==1.0.0", "toolz"), ("cachetools==5.5.0", "tests"), ("inflection==0.5.1", "test_inflection.py")];

/// The tree of a source distribution.
fn tree(source: &Path) -> Tree {
    let file = std::fs::File::open(source).unwrap();
    let mut builder = TreeBuilder::new(TreeLimits::default());
    for entry in tar::Archive::new(flate2::read::GzDecoder::new(file)).entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path_bytes().into_owned();
        let Some(at) = path.iter().position(|&byte| byte == b'/') else { continue };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        let executable = entry.header().mode().unwrap() & 0o111 != 0;
        builder.insert(path[at + 1..].to_vec(), Node::File { executable, content: content.into() }).unwrap();
    }
    builder.finish().unwrap()
}

/// A bug that the suite sees, and what the suite says of it.
async fn planted(
    world: &World,
    tasks: &[Task],
    tree: &Tree,
    arguments: &[String],
    whole: &Outcomes,
) -> Option<(usize, sparring_tasks::jobs::Template)> {
    for (at, task) in tasks.iter().enumerate() {
        let mut template = of_package(&task.id, &world.image.name, arguments);
        let changes = from_image(task, tree, &[]).unwrap();
        let broken = observe(&world.runner, &template, tree, &changes).await.unwrap();
        if let Some(expected) = survey(&broken, whole) {
            template.expected = expected;
            return Some((at, template));
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn gold_scores_1_and_nothing_and_another_bug_score_0() {
    for (package, tests) in PACKAGES {
        let Some(mut world) = world(package).await else { return };
        world.image = image(world.runner.daemon(), package).await;
        let tree = tree(&world.image.source);
        let source = task::Source::of(package, None, &tree);
        let options = Options { count: 24, ..Options::default() };
        let mut tasks = generate(&tree, &source, &options).tasks;
        tasks.retain(|task| {
            task.edits.iter().all(|edit| {
                edit.path.starts_with("toolz/") || edit.path.starts_with("src/") || edit.path.starts_with("inflection")
            })
        });
        tasks.retain(|task| task.edits.iter().all(|edit| !edit.path.contains("/tests/")));
        let arguments = [tests.to_owned()];
        let whole =
            observe(&world.runner, &of_package("whole", &world.image.name, &arguments), &tree, &[]).await.unwrap();
        let (at, template) = planted(&world, &tasks, &tree, &arguments, &whole).await.expect("a bug that a test sees");
        let task = &tasks[at];
        assert_eq!(admit(&world.runner, &template, task, &tree, 2).await.unwrap(), Admission::Admitted, "{package}");
        // Another bug of the same package in the place of a fix.
        let (other, _) = planted(&world, &tasks[at + 1..], &tree, &arguments, &whole).await.expect("another bug");
        let wrong: Vec<Change> = of_edits(&tasks[at + 1 + other].edits, |path| tree.get(path)).unwrap();
        let mut scores = Vec::new();
        for changes in [Vec::new(), from_image(task, &tree, &[]).unwrap(), wrong] {
            let (job, _) = template.job(&tree, &changes);
            scores.push(grade(&job, &world.run(&job).await).value());
        }
        println!(
            "{package}: {} FAIL_TO_PASS, {} PASS_TO_PASS, scores of gold, nothing, another bug: {scores:?}",
            template.expected.fail_to_pass.len(),
            template.expected.pass_to_pass.len()
        );
        assert_eq!(scores, [Some(1.0), Some(0.0), Some(0.0)], "{package}");
        world.runner.settle().await;
    }
}
