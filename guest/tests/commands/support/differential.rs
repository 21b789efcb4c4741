//! Counts cases, collects differences, and says how much of the options' space was seen.

use std::collections::BTreeSet;

use super::real::RealCopy;
use super::{Files, Outcome, STOPPED, simulated};
use crate::report::{Counts, row};

/// How many differences are printed in full.
const SHOWN: usize = 20;

/// A run of many cases of one command.
pub struct Differential {
    name: String,
    world: Option<(RealCopy, Vec<u8>, Files)>,
    cases: usize,
    with_output: usize,
    differences: Vec<String>,
    options: BTreeSet<Vec<u8>>,
    pairs: BTreeSet<(Vec<u8>, Vec<u8>)>,
}

impl Differential {
    /// An empty run; `name` appears in its report.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            world: None,
            cases: 0,
            with_output: 0,
            differences: Vec::new(),
            options: BTreeSet::new(),
            pairs: BTreeSet::new(),
        }
    }

    /// Takes these files for the cases that follow.
    pub fn enter(&mut self, files: &Files) {
        self.world = Some((RealCopy::new(files), simulated::image(files), files.clone()));
    }

    /// Runs one command both ways. Every case starts from the files as they were entered. Returns
    /// the real outcome.
    pub fn check(&mut self, arguments: &[Vec<u8>], input: &[u8]) -> Outcome {
        self.check_masked(arguments, input, &|output| output)
    }

    /// As [`Differential::check`], with both outputs masked first: for what the machine decides.
    pub fn check_masked(&mut self, arguments: &[Vec<u8>], input: &[u8], mask: &dyn Fn(Vec<u8>) -> Vec<u8>) -> Outcome {
        let (real, image, files) = self.world.as_mut().expect("enter some files first");
        let mut expected = real.run(arguments, input);
        let mut found = simulated::run(image, &real.path(), arguments, input);
        expected.output = mask(expected.output);
        found.output = mask(found.output);
        self.cases += 1;
        self.with_output += usize::from(!expected.output.is_empty());
        let options: Vec<Vec<u8>> = arguments
            .iter()
            .skip(1)
            .filter(|word| word.starts_with(b"-") && word.len() > 1)
            .map(|word| name(word))
            .collect();
        for (at, first) in options.iter().enumerate() {
            self.options.insert(first.clone());
            for second in &options[at + 1..] {
                let (low, high) = if first < second { (first, second) } else { (second, first) };
                self.pairs.insert((low.clone(), high.clone()));
            }
        }
        // What never ends for real is stopped here.
        let both_stopped = found.status == STOPPED && expected.status == STOPPED;
        if found != expected && !both_stopped {
            self.differences.push(describe(arguments, input, files, &expected, &found));
        }
        expected
    }

    /// Prints the report.
    ///
    /// # Panics
    /// When there was a difference.
    pub fn finish(self) {
        let counts = Counts {
            cases: self.cases,
            with_output: self.with_output,
            options: self.options.len(),
            pairs: self.pairs.len(),
            differences: self.differences.len(),
        };
        row(&self.name, counts);
        for difference in self.differences.iter().take(SHOWN) {
            println!("{difference}");
        }
        assert!(self.differences.is_empty(), "{}: {} differences", self.name, self.differences.len());
    }
}

/// `--name` of `--name=value`, else the word itself without digits.
fn name(word: &[u8]) -> Vec<u8> {
    let word = word.split(|&byte| byte == b'=').next().unwrap_or(word);
    word.iter().copied().filter(|byte| !byte.is_ascii_digit()).collect()
}

fn describe(arguments: &[Vec<u8>], input: &[u8], files: &Files, expected: &Outcome, found: &Outcome) -> String {
    let line: Vec<String> = arguments.iter().map(|word| format!("'{}'", word.escape_ascii())).collect();
    let mut text = format!("--- {}\n", line.join(" "));
    if !input.is_empty() {
        text += &format!("input: {}\n", show(input));
    }
    if found.output != expected.output || found.status != expected.status {
        let same = expected.output.iter().zip(&found.output).take_while(|(real, ours)| real == ours).count();
        text += &format!("real  [{}]: {}\n", expected.status, show(from_near(&expected.output, same)));
        text += &format!("found [{}]: {}\n", found.status, show(from_near(&found.output, same)));
    }
    for path in expected.files.keys().chain(found.files.keys()).collect::<BTreeSet<_>>() {
        let (real, ours) = (expected.files.get(path), found.files.get(path));
        if real != ours {
            let before = files.get(path);
            text +=
                &format!("file {}:\n  before {before:?}\n  real   {real:?}\n  found  {ours:?}\n", path.escape_ascii());
        }
    }
    text
}

/// The part of a long text that starts shortly before `at`.
fn from_near(bytes: &[u8], at: usize) -> &[u8] {
    const BEFORE: usize = 300;
    &bytes[at.saturating_sub(BEFORE)..]
}

fn show(bytes: &[u8]) -> String {
    const MOST: usize = 1000;
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(MOST)]).into_owned();
    if text.contains('\n') { format!("\n{text}") } else { text }
}
