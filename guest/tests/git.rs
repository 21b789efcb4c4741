//! `git` beside the machine's real git: random sequences of edits and commands in equal
//! repositories, equal output, exit status and files after each.
//!
//! `SPARRING_CASES` says how many sequences are run (default 500), `SPARRING_SEED` which ones.

#[path = "git/edit.rs"]
mod edit;
#[path = "git/generate.rs"]
mod generate;
#[path = "git/menu.rs"]
mod menu;
#[path = "git/real.rs"]
mod real;
#[path = "git/simulated.rs"]
mod simulated;

use std::collections::{BTreeMap, BTreeSet};

/// Everything but `.git`: path to kind, executable bit and bytes.
pub(crate) type Files = BTreeMap<String, (char, bool, Vec<u8>)>;

/// One step of a sequence.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Changes files.
    Edit(edit::Edit),
    /// Runs `git` with these words, and this standard input.
    Git(Vec<String>, Vec<u8>),
}

/// What a command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) output: String,
}

/// Runs a sequence both ways, `untracked` being files that the first commit lacks; returns a description of the first
/// difference and how many commands were compared, by subcommand.
fn compare(
    files: &Files,
    untracked: &BTreeSet<String>,
    steps: &[Step],
    counts: &mut BTreeMap<String, (usize, usize)>,
) -> Option<(String, String)> {
    let real = real::Repository::new(files, untracked);
    simulated::with_session(&real.path(), files, untracked, |session| {
        let mut done = Vec::new();
        for step in steps {
            let mut text = String::new();
            let Step::Git(words, input) = step else {
                let Step::Edit(edit) = step else { unreachable!() };
                if !edit.is_possible(&real.files()) {
                    continue;
                }
                real.edit(edit);
                session.edit(edit);
                assert_eq!(real.files(), session.files(), "the edit {edit:?} itself differs");
                done.push(edit.to_string());
                continue;
            };
            let (expected, found) = (real.git(words, input), session.git(words, input));
            let entry = counts.entry(words[0].clone()).or_default();
            entry.0 += 1;
            entry.1 += usize::from(!expected.output.is_empty());
            let (real_files, our_files) = (real.files(), session.files());
            if expected != found || real_files != our_files {
                if real_files != our_files {
                    let differing = real_files
                        .keys()
                        .chain(our_files.keys())
                        .filter(|path| real_files.get(*path) != our_files.get(*path));
                    for path in differing {
                        text +=
                            &format!("\nFILE {path}: real {:?}, ours {:?}", real_files.get(path), our_files.get(path));
                    }
                }
                let trail = done.join("\n");
                let difference = format!(
                    "{trail}\n=> git {}\n{}--- real [{}]\n{}--- ours [{}]\n{}{}",
                    words.join(" "),
                    String::from_utf8_lossy(input),
                    expected.status,
                    expected.output,
                    found.status,
                    found.output,
                    text,
                );
                return Some((words[0].clone(), difference));
            }
            done.push(format!("git {}", words.join(" ")));
        }
        None
    })
}

#[test]
fn random_sequences_equal_real_git() {
    run(500, 1, |_| BTreeSet::new());
}

/// As a layer leaves it: a third of the files stands there from the start and is in no commit.
#[test]
fn random_sequences_over_a_layer_equal_real_git() {
    run(200, 3, |files| files.keys().step_by(3).cloned().collect());
}

fn run(default_cases: usize, default_seed: u8, untracked: fn(&Files) -> BTreeSet<String>) {
    let cases = std::env::var("SPARRING_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(default_cases);
    let mut generator =
        generate::Generator::new(std::env::var("SPARRING_SEED").map_or(default_seed, |seed| seed.parse().unwrap()));
    let mut counts = BTreeMap::new();
    let mut differences: Vec<(String, String)> = Vec::new();
    for _ in 0..cases {
        let (files, steps) = generator.case();
        differences.extend(compare(&files, &untracked(&files), &steps, &mut counts));
    }
    let total: usize = counts.values().map(|(all, _)| all).sum();
    let with_output: usize = counts.values().map(|(_, with_output)| with_output).sum();
    println!(
        "{}: {cases} sequences, {total} commands ({:.1} % with output), {} differences",
        real::version(),
        100.0 * with_output as f64 / total as f64,
        differences.len()
    );
    for (name, (all, with_output)) in &counts {
        let differing = differences.iter().filter(|(other, _)| other == name).count();
        println!("  {name}: {all} commands, {with_output} with output, {differing} differences");
    }
    differences.sort_by_key(|(_, difference)| difference.len());
    for (_, difference) in differences.iter().take(30) {
        println!("==========\n{difference}");
    }
    assert!(differences.is_empty(), "{} differences", differences.len());
}
