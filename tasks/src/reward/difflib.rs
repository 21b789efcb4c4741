//! Python's `difflib.SequenceMatcher` without a junk function: the same matches, the same ratio to
//! the last bit, the same unified diff. Rewards that are defined by it (SWE-RL) need all three.
//!
//! The algorithm takes the longest common run, the earliest in `a` and then in `b` among equals,
//! and goes on left and right of it. Runs are found as CPython finds them, row by row over the
//! positions of each symbol, but in flat arrays that are allocated once for a pair.

use std::collections::HashMap;
use std::hash::Hash;

/// Symbols of `a` that `b` does not have.
const ABSENT: u32 = u32::MAX;

/// A run that is the same on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// Where it starts in `a`.
    pub a: usize,
    /// Where it starts in `b`.
    pub b: usize,
    /// How long it is.
    pub size: usize,
}

/// `SequenceMatcher(None, a, b, autojunk=False).ratio()` over the characters of two texts: twice
/// the characters in matching runs by all characters; 1 for two empty texts.
pub fn ratio(a: &str, b: &str) -> f64 {
    ratio_of_symbols(Symbols::of_chars(a, b), false)
}

/// `SequenceMatcher(None, a, b, autojunk).ratio()` over any symbols. With `autojunk`, Python's
/// default, symbols that make up more than 1 % of a `b` of at least 200 symbols start no match.
pub fn ratio_of<T: Eq + Hash>(a: &[T], b: &[T], autojunk: bool) -> f64 {
    ratio_of_symbols(Symbols::of(a, b), autojunk)
}

fn ratio_of_symbols(symbols: Symbols, autojunk: bool) -> f64 {
    let total = symbols.a.len() + symbols.b.len();
    if total == 0 {
        return 1.0;
    }
    let matched: usize = matches(symbols, autojunk).iter().map(|found| found.size).sum();
    2.0 * matched as f64 / total as f64
}

/// `get_matching_blocks()` without its last, empty block: runs in order, adjacent ones joined.
pub fn matching_blocks<T: Eq + Hash>(a: &[T], b: &[T], autojunk: bool) -> Vec<Match> {
    let mut found = matches(Symbols::of(a, b), autojunk);
    found.sort_unstable();
    let mut joined: Vec<Match> = Vec::with_capacity(found.len());
    for next in found {
        match joined.last_mut() {
            Some(last) if last.a + last.size == next.a && last.b + last.size == next.b => last.size += next.size,
            _ => joined.push(next),
        }
    }
    joined
}

/// The lines of `unified_diff(a, b, n=context, lineterm="")` below its two header lines.
pub fn unified_diff(a: &[&str], b: &[&str], context: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for group in groups(&opcodes(&matching_blocks(a, b, true), a.len(), b.len()), context) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let span = |start: usize, stop: usize| match stop - start {
            1 => format!("{}", start + 1),
            0 => format!("{start},0"),
            length => format!("{},{length}", start + 1),
        };
        lines.push(format!("@@ -{} +{} @@", span(first.a.0, last.a.1), span(first.b.0, last.b.1)));
        for step in group {
            let sign = if step.equal { ' ' } else { '-' };
            lines.extend(a[step.a.0..step.a.1].iter().map(|line| format!("{sign}{line}")));
            if !step.equal {
                lines.extend(b[step.b.0..step.b.1].iter().map(|line| format!("+{line}")));
            }
        }
    }
    lines
}

/// A stretch of both sides that is equal, or that replaces one by the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    equal: bool,
    a: (usize, usize),
    b: (usize, usize),
}

fn opcodes(blocks: &[Match], a_len: usize, b_len: usize) -> Vec<Step> {
    let mut steps = Vec::with_capacity(2 * blocks.len() + 1);
    let (mut a, mut b) = (0, 0);
    for block in blocks.iter().copied().chain([Match { a: a_len, b: b_len, size: 0 }]) {
        if a < block.a || b < block.b {
            steps.push(Step { equal: false, a: (a, block.a), b: (b, block.b) });
        }
        (a, b) = (block.a + block.size, block.b + block.size);
        if block.size > 0 {
            steps.push(Step { equal: true, a: (block.a, a), b: (block.b, b) });
        }
    }
    steps
}

/// `get_grouped_opcodes(context)`.
fn groups(steps: &[Step], context: usize) -> Vec<Vec<Step>> {
    let mut steps = steps.to_vec();
    // Equal stretches at both ends shrink to the context.
    if let Some(first) = steps.first_mut().filter(|step| step.equal) {
        first.a.0 = first.a.0.max(first.a.1.saturating_sub(context));
        first.b.0 = first.b.0.max(first.b.1.saturating_sub(context));
    }
    if let Some(last) = steps.last_mut().filter(|step| step.equal) {
        last.a.1 = last.a.1.min(last.a.0 + context);
        last.b.1 = last.b.1.min(last.b.0 + context);
    }
    let mut groups = Vec::new();
    let mut group: Vec<Step> = Vec::new();
    for mut step in steps {
        if step.equal && step.a.1 - step.a.0 > 2 * context {
            let stop = (step.a.1.min(step.a.0 + context), step.b.1.min(step.b.0 + context));
            group.push(Step { a: (step.a.0, stop.0), b: (step.b.0, stop.1), ..step });
            groups.push(std::mem::take(&mut group));
            step.a.0 = step.a.0.max(step.a.1.saturating_sub(context));
            step.b.0 = step.b.0.max(step.b.1.saturating_sub(context));
        }
        group.push(step);
    }
    groups.push(group);
    groups.retain(|group| group.iter().any(|step| !step.equal));
    groups
}

/// Both sides as numbers: the symbols of `b` are counted from 0 in the order of their appearance.
struct Symbols {
    a: Vec<u32>,
    b: Vec<u32>,
    count: usize,
}

impl Symbols {
    fn of<T: Eq + Hash>(a: &[T], b: &[T]) -> Self {
        let mut known: HashMap<&T, u32> = HashMap::new();
        let mut number = |symbol| {
            let next = known.len() as u32;
            *known.entry(symbol).or_insert(next)
        };
        let b = b.iter().map(&mut number).collect();
        let a = a.iter().map(|symbol| known.get(symbol).copied().unwrap_or(ABSENT)).collect();
        Self { a, b, count: known.len() }
    }

    /// The same for characters, with a table in place of a hash for the common ones.
    fn of_chars(a: &str, b: &str) -> Self {
        let mut ascii = [ABSENT; 128];
        let mut others: HashMap<char, u32> = HashMap::new();
        let mut count = 0;
        let mut number = |letter: char| {
            let slot = match ascii.get_mut(letter as usize) {
                Some(slot) => slot,
                None => others.entry(letter).or_insert(ABSENT),
            };
            if *slot == ABSENT {
                *slot = count;
                count += 1;
            }
            *slot
        };
        let b = b.chars().map(&mut number).collect();
        let known = |letter: char| match ascii.get(letter as usize) {
            Some(&number) => number,
            None => others.get(&letter).copied().unwrap_or(ABSENT),
        };
        let a = a.chars().map(known).collect();
        Self { a, b, count: count as usize }
    }
}

fn matches(symbols: Symbols, autojunk: bool) -> Vec<Match> {
    let mut windows = vec![(0, symbols.a.len(), 0, symbols.b.len())];
    let mut matcher = Matcher::new(symbols, autojunk);
    let mut found = Vec::new();
    while let Some((a_start, a_end, b_start, b_end)) = windows.pop() {
        let best = matcher.longest(a_start, a_end, b_start, b_end);
        if best.size == 0 {
            continue;
        }
        found.push(best);
        if a_start < best.a && b_start < best.b {
            windows.push((a_start, best.a, b_start, best.b));
        }
        let (a_next, b_next) = (best.a + best.size, best.b + best.size);
        if a_next < a_end && b_next < b_end {
            windows.push((a_next, a_end, b_next, b_end));
        }
    }
    found
}

struct Matcher {
    a: Vec<u32>,
    b: Vec<u32>,
    /// Where the positions of each symbol of `b` start in `positions`.
    starts: Vec<u32>,
    /// Positions in `b`, by symbol and ascending. A popular symbol has none.
    positions: Vec<u32>,
    /// For each position of `b`, the row that last ended a run there, and the run's length. Entry
    /// `j + 1` belongs to position `j`.
    runs: Vec<(u32, u32)>,
    row: u32,
}

impl Matcher {
    fn new(symbols: Symbols, autojunk: bool) -> Self {
        let Symbols { a, b, count } = symbols;
        let mut counts = vec![0_u32; count];
        b.iter().for_each(|&symbol| counts[symbol as usize] += 1);
        if autojunk && b.len() >= 200 {
            let limit = b.len() as u32 / 100 + 1;
            counts.iter_mut().filter(|count| **count > limit).for_each(|count| *count = 0);
        }
        let mut starts = vec![0_u32; count + 1];
        for (symbol, times) in counts.iter().enumerate() {
            starts[symbol + 1] = starts[symbol] + times;
        }
        let mut positions = vec![0_u32; starts[count] as usize];
        let mut next = starts.clone();
        for (at, &symbol) in b.iter().enumerate() {
            let symbol = symbol as usize;
            if counts[symbol] > 0 {
                positions[next[symbol] as usize] = at as u32;
                next[symbol] += 1;
            }
        }
        Self { a, runs: vec![(0, 0); b.len() + 1], b, starts, positions, row: 0 }
    }

    /// The positions of a symbol inside a window of `b`.
    fn positions(&self, symbol: u32, start: usize, end: usize) -> std::ops::Range<usize> {
        if symbol == ABSENT {
            return 0..0;
        }
        let (from, to) = (self.starts[symbol as usize] as usize, self.starts[symbol as usize + 1] as usize);
        let all = &self.positions[from..to];
        let first = if start == 0 { 0 } else { all.partition_point(|&at| (at as usize) < start) };
        let last = if end == self.b.len() { all.len() } else { all.partition_point(|&at| (at as usize) < end) };
        from + first..from + last
    }

    /// `find_longest_match`: the longest run inside both windows.
    fn longest(&mut self, a_start: usize, a_end: usize, b_start: usize, b_end: usize) -> Match {
        let mut best = Match { a: a_start, b: b_start, size: 0 };
        self.next_rows(a_end - a_start + 2);
        for i in a_start..a_end {
            self.row += 1;
            let range = self.positions(self.a[i], b_start, b_end);
            // Downwards, so that a run of this row never takes part in a longer one of this row.
            let mut row_best = (best.size as u32, 0_u32);
            for &j in self.positions[range].iter().rev() {
                let (row, length) = self.runs[j as usize];
                let length = if row + 1 == self.row { length + 1 } else { 1 };
                self.runs[j as usize + 1] = (self.row, length);
                // Of equal runs the one earlier in `b` counts, which comes later here.
                if length > best.size as u32 && length >= row_best.0 {
                    row_best = (length, j);
                }
            }
            if row_best.0 > best.size as u32 {
                let size = row_best.0 as usize;
                best = Match { a: i + 1 - size, b: row_best.1 as usize + 1 - size, size };
            }
        }
        self.extend(best, (a_start, a_end), (b_start, b_end))
    }

    /// Popular symbols start no run but continue one on both sides.
    fn extend(&self, mut best: Match, a: (usize, usize), b: (usize, usize)) -> Match {
        while best.a > a.0 && best.b > b.0 && self.a[best.a - 1] == self.b[best.b - 1] {
            best = Match { a: best.a - 1, b: best.b - 1, size: best.size + 1 };
        }
        while best.a + best.size < a.1
            && best.b + best.size < b.1
            && self.a[best.a + best.size] == self.b[best.b + best.size]
        {
            best.size += 1;
        }
        best
    }

    /// Makes room for so many more row numbers, and a gap to the rows of the last window.
    fn next_rows(&mut self, rows: usize) {
        if u32::try_from(rows).ok().and_then(|rows| self.row.checked_add(rows)).is_none() {
            self.runs.fill((0, 0));
            self.row = 0;
        }
        self.row += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_of_the_manual() {
        assert_eq!(ratio("abcd", "bcde"), 0.75);
        assert_eq!(ratio("tide", "diet"), 0.25);
        assert_eq!(ratio("diet", "tide"), 0.5);
        assert_eq!((ratio("", ""), ratio("", "a"), ratio("é", "é")), (1.0, 0.0, 1.0));
        assert_eq!(ratio("private Thread currentThread;", "private volatile Thread currentThread;"), 58.0 / 67.0);
    }

    #[test]
    fn blocks_are_joined_and_in_order() {
        let (a, b): (Vec<char>, Vec<char>) = ("abxcd".chars().collect(), "abcd".chars().collect());
        let blocks = matching_blocks(&a, &b, false);
        assert_eq!(blocks, [Match { a: 0, b: 0, size: 2 }, Match { a: 3, b: 2, size: 2 }]);
    }

    #[test]
    fn popular_symbols_start_no_match() {
        let b = vec![0; 200];
        assert_eq!(ratio_of(&[0, 0, 0], &b, false), 6.0 / 203.0);
        // With nothing to start from, the empty match at the windows' start is extended.
        assert_eq!(ratio_of(&[0, 0, 0], &b, true), 6.0 / 203.0);
        assert_eq!(ratio_of(&[1, 0, 0], &b, true), 0.0);
    }

    #[test]
    fn a_unified_diff_as_in_the_manual() {
        let a = ["bacon", "eggs", "ham", "guido"];
        let b = ["python", "eggy", "hamster", "guido"];
        let expected = ["@@ -1,4 +1,4 @@", "-bacon", "-eggs", "-ham", "+python", "+eggy", "+hamster", " guido"];
        assert_eq!(unified_diff(&a, &b, 3), expected);
        assert!(unified_diff(&a, &a, 3).is_empty());
        assert_eq!(unified_diff(&[], &["a"], 3), ["@@ -0,0 +1 @@", "+a"]);
    }
}
