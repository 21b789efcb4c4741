//! The line that every differential suite prints, a row of a table:
//! `| suite | cases | with output | options | pairs of options | differences |`.

#![allow(dead_code, reason = "not every suite has options")]

/// What a suite counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Command lines or scripts that were run both ways.
    pub(crate) cases: usize,
    /// So many of them printed something for real.
    pub(crate) with_output: usize,
    /// How many options were drawn; 0 where there are none.
    pub(crate) options: usize,
    /// How many pairs of options stood in one command line, an option twice included.
    pub(crate) pairs: usize,
    /// Cases that were not equal.
    pub(crate) differences: usize,
}

/// Prints the row of a suite.
pub(crate) fn row(suite: &str, counts: Counts) {
    let Counts { cases, with_output, options, pairs, differences } = counts;
    let share = 100.0 * with_output as f64 / cases.max(1) as f64;
    let covered = match options {
        0 => " | ".to_owned(),
        _ => format!("{options} | {pairs} of {}", options * (options + 1) / 2),
    };
    println!("\n| {suite} | {cases} | {share:.1} % | {covered} | {differences} |");
}
