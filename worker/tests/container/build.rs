//! Test images of real packages, and their own suites inside.

use sparring_tasks::execution::{Expected, TestCommand};
use sparring_tasks::grading::grade;

use crate::world::{World, world};

#[tokio::test(flavor = "multi_thread")]
async fn an_image_holds_the_package_its_tests_and_nothing_that_can_be_written() {
    let Some(world) = world("image").await else { return };
    let World { image, .. } = &world;
    println!("image {}: {} files, {} bytes in {} ms", image.name, image.files, image.bytes, image.build_ms);
    assert!(image.source.exists() && image.id.starts_with("sha256:"));
    let job = world.script("ls -ld /testbed; python3 -c 'import toolz; print(toolz.__file__)'");
    let run = world.run(&job).await;
    let text = String::from_utf8_lossy(&run.log).into_owned();
    assert!(text.contains("/testbed/toolz/__init__.py"), "{text}");
    world.runner.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packages_own_suite_passes_under_the_policy() {
    let Some(world) = world("suite").await else { return };
    let mut job = world.job(TestCommand::Pytest { arguments: vec!["toolz".to_owned()] });
    let id = "toolz/tests/test_itertoolz.py::test_groupby";
    job.expected = Expected { fail_to_pass: vec![id.to_owned()], pass_to_pass: Vec::new() };
    let run = world.run(&job).await;
    let log = String::from_utf8_lossy(&run.log).into_owned();
    let verdict = grade(&job, &run);
    assert_eq!(verdict.value(), Some(1.0), "{verdict:?}\n{log}");
    assert!(run.report.unwrap().records.len() > 150, "{log}");
    println!("the package's own suite: {} ms", run.elapsed_ms);
    world.runner.settle().await;
}
