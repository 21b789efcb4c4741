//! Actions that a rollout repeats: most runs that do it ten times fail (SWE-smith).

use std::collections::BTreeMap;

/// How a rollout repeats itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// The most often used action's count.
    pub most_used: usize,
    /// The longest stretch of one action after another.
    pub longest_streak: usize,
    /// The longest stretch, in actions, in which a cycle of two to four different actions goes
    /// round at least twice; 0 when none does.
    pub longest_cycle: usize,
}

/// Counts repeats; actions are equal when their bytes are.
pub fn repeats<T: Ord>(actions: &[T]) -> Repeats {
    let mut counts: BTreeMap<&T, usize> = BTreeMap::new();
    for action in actions {
        *counts.entry(action).or_default() += 1;
    }
    // The longest stretch in which each action equals the one `period` before it.
    let longest = |period: usize| {
        let (mut best, mut run) = (0, 0);
        for at in period..actions.len() {
            run = if actions[at] == actions[at - period] { run + 1 } else { 0 };
            let varied = actions[at + 1 - period..=at].windows(2).any(|pair| pair[0] != pair[1]);
            if period == 1 || (run >= period && varied) {
                best = best.max(run + period);
            }
        }
        best
    };
    Repeats {
        most_used: counts.values().copied().max().unwrap_or(0),
        longest_streak: longest(1).max(usize::from(!actions.is_empty())),
        longest_cycle: (2..=4).map(longest).max().unwrap_or(0),
    }
}

/// SWE-smith's sign of a lost run: some action used at least ten times.
pub fn is_stuck<T: Ord>(actions: &[T]) -> bool {
    repeats(actions).most_used >= 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streaks_and_cycles() {
        let of = |text: &str| {
            let Repeats { most_used, longest_streak, longest_cycle } = repeats(text.as_bytes());
            (most_used, longest_streak, longest_cycle)
        };
        assert_eq!(of(""), (0, 0, 0));
        assert_eq!(of("abc"), (1, 1, 0));
        assert_eq!(of("aabaaa"), (5, 3, 0));
        assert_eq!(of("xababy"), (2, 1, 4));
        assert_eq!(of("xabcabcabz"), (3, 1, 8));
        assert!(is_stuck(&[1; 10]) && !is_stuck(&[1; 9]));
    }
}
