//! What many comparisons add up to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::families;
use super::outcome::{Differences, Outcome};

/// Commands and how many of them are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Commands compared.
    pub commands: u64,
    /// Equal in output, exit status and files.
    pub equal: u64,
}

impl Tally {
    pub(super) fn count(&mut self, is_equal: bool) {
        self.commands += 1;
        self.equal += u64::from(is_equal);
    }

    /// Equal commands in percent; 100 of nothing.
    pub fn percent(self) -> f64 {
        match self.commands {
            0 => 100.0,
            commands => 100.0 * self.equal as f64 / commands as f64,
        }
    }
}

/// A command that differs, and where first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FirstDifference {
    /// The repository.
    pub repository: String,
    /// The command.
    pub command: String,
    /// What differs.
    pub differs: Differences,
    /// The first line of the output that differs, from 1.
    pub line: Option<usize>,
    /// That line of the real output.
    pub real: Option<String>,
    /// That line of the simulated output.
    pub simulated: Option<String>,
    /// The exit statuses, real and simulated; `None` for a command that was stopped.
    pub exit_codes: [Option<i32>; 2],
    /// The first path that was left differently, absolute without the leading `/`.
    pub path: Option<String>,
}

/// What many comparisons add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// All commands.
    pub total: Tally,
    /// By repository.
    pub repositories: BTreeMap<String, Tally>,
    /// By program; a command line counts for each of its programs.
    pub families: BTreeMap<String, Tally>,
    /// Every command that differs, in order.
    pub differences: Vec<FirstDifference>,
}

impl Report {
    /// Adds a comparison.
    pub fn add(&mut self, repository: &str, command: &str, real: &Outcome, simulated: &Outcome) {
        let differs = Differences::between(real, simulated);
        let is_equal = !differs.any();
        self.total.count(is_equal);
        self.repositories.entry(repository.to_owned()).or_default().count(is_equal);
        for family in families(command) {
            self.families.entry(family).or_default().count(is_equal);
        }
        if is_equal {
            return;
        }
        let line = first_line(&real.output, &simulated.output);
        let at = |outcome: &Outcome| {
            let text = outcome.output.split_inclusive(|byte| *byte == b'\n').nth(line? - 1)?;
            Some(String::from_utf8_lossy(text).into_owned())
        };
        self.differences.push(FirstDifference {
            repository: repository.to_owned(),
            command: command.to_owned(),
            differs,
            line,
            real: at(real),
            simulated: at(simulated),
            exit_codes: [real.exit_code, simulated.exit_code],
            path: first_path(real, simulated),
        });
    }
}

fn first_line(real: &[u8], simulated: &[u8]) -> Option<usize> {
    if real == simulated {
        return None;
    }
    let same = real.iter().zip(simulated).take_while(|(a, b)| a == b).count();
    Some(1 + memchr::memchr_iter(b'\n', real.get(..same)?).count())
}

fn first_path(real: &Outcome, simulated: &Outcome) -> Option<String> {
    let paths = real.changes.keys().chain(simulated.changes.keys());
    let first = paths.filter(|path| real.changes.get(*path) != simulated.changes.get(*path)).min()?;
    Some(String::from_utf8_lossy(first).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fidelity::Changes;

    fn outcome(output: &[u8], exit_code: i32) -> Outcome {
        Outcome { output: output.to_vec(), exit_code: Some(exit_code), changes: Changes::new() }
    }

    #[test]
    fn differences_are_counted_and_shown() {
        let mut report = Report::default();
        report.add("a/b", "ls | wc", &outcome(b"1\n", 0), &outcome(b"1\n", 0));
        report.add("a/b", "ls", &outcome(b"x\ny\n", 0), &outcome(b"x\nz\n", 1));
        assert_eq!(report.total, Tally { commands: 2, equal: 1 });
        assert_eq!(report.families["ls"].percent(), 50.0);
        assert_eq!(report.families["wc"].percent(), 100.0);
        let first = &report.differences[0];
        assert_eq!(
            (first.line, first.real.as_deref(), first.simulated.as_deref()),
            (Some(2), Some("y\n"), Some("z\n"))
        );
        assert_eq!(first.exit_codes, [Some(0), Some(1)]);
    }

    #[test]
    fn an_output_that_ends_early_differs_where_it_ends() {
        let mut report = Report::default();
        report.add("a/b", "ls", &outcome(b"x\ny\n", 0), &outcome(b"x\n", 0));
        assert_eq!((report.differences[0].line, report.differences[0].simulated.as_deref()), (Some(2), None));
    }
}
