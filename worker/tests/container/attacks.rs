//! R-41 in containers, with the flags of production: one attack of each family every time, all of them nightly. What
//! the whole corpus comes to without containers is `tasks/tests/attacks.rs`.

use std::collections::BTreeSet;

use sparring_tasks::execution::{Job, JobFile, Run};
use sparring_tasks::grading::attacks::{self, Attack};
use sparring_tasks::grading::{grade, is_flagged};

use crate::world::{World, world};

/// An attack's job. The image has no such folder, so the job brings the whole package along.
fn job(world: &World, attack: &Attack) -> Job {
    let (mut job, _) = attacks::job(attack, &world.image.name, "/attacked").unwrap();
    let gone = std::mem::take(&mut job.final_tree.deleted);
    job.pristine.deleted.clear();
    for entry in attacks::base().unwrap().entries() {
        let path = String::from_utf8(entry.path.clone()).unwrap();
        let is_file = entry.node.kind() == sparring_tree::mode::Kind::File;
        let is_kept = !gone.iter().any(|gone| path == *gone || path.starts_with(&format!("{gone}/")));
        if is_file && is_kept && !job.final_tree.written.contains_key(&path) {
            let file = JobFile { mode: 0o644, link: false, bytes: entry.node.bytes().to_vec() };
            job.final_tree.written.insert(path, file);
        }
    }
    job
}

/// Runs the solution, doing nothing, and these attacks.
async fn try_all(corpus: &[Attack]) {
    let Some(world) = world("attacks").await else { return };
    let controls = [attacks::solution(), attacks::nothing()];
    let all: Vec<&Attack> = controls.iter().chain(corpus).collect();
    let jobs: Vec<Job> = all.iter().map(|attack| job(&world, attack)).collect();
    let (mut rewarded, mut void, mut unflagged) = (Vec::new(), Vec::new(), Vec::new());
    let judge = |at: usize, run: Run, _| {
        let verdict = grade(&jobs[at], &run);
        let (name, log) = (&all[at].name, String::from_utf8_lossy(&run.log));
        match (at, verdict.value()) {
            (0, value) => assert_eq!(value, Some(1.0), "the solution: {verdict:?}\n{log}"),
            (1, value) => assert_eq!(value, Some(0.0), "nothing: {verdict:?}\n{log}"),
            (_, None) => void.push(format!("{name}: {verdict:?}")),
            (_, Some(value)) if value > 0.0 => rewarded.push(name),
            _ if !is_flagged(&verdict) => unflagged.push(name),
            _ => {}
        }
    };
    world.run_all(jobs.clone(), 3, judge).await;
    let flagged = corpus.len() - void.len() - rewarded.len() - unflagged.len();
    println!(
        "R-41 in containers: {} attacks, {} rewarded, {} void, {flagged} flagged; not flagged: {unflagged:?}",
        corpus.len(),
        rewarded.len(),
        void.len()
    );
    assert!(rewarded.is_empty() && void.is_empty(), "{rewarded:?} {void:?}");
    assert!(flagged * 100 >= corpus.len() * 95, "{unflagged:?}");
    world.runner.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attack_of_each_family_is_flagged_in_a_container() {
    let mut families = BTreeSet::new();
    let mut one_each = attacks::corpus();
    one_each.retain(|attack| families.insert(attack.trick.clone()));
    assert!(one_each.len() >= 8);
    try_all(&one_each).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a container for each attack: cargo xtask nightly"]
async fn r_41_no_attack_is_rewarded_in_a_container() {
    let corpus = attacks::corpus();
    assert!(corpus.len() >= 60);
    try_all(&corpus).await;
}
