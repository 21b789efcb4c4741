//! Terms that a trainer adds to an outcome: length, turns, format, self-play.

/// Nebius' length term: 0 for fewer than `threshold` steps (10 there), then falling in a straight
/// line to -1 at `most` (40, later 80). `most` has to exceed `threshold`; else the term is 0.
pub fn length_penalty(steps: usize, threshold: usize, most: usize) -> f64 {
    if steps < threshold || most <= threshold {
        return 0.0;
    }
    (threshold as f64 - steps as f64) / (most as f64 - threshold as f64)
}

/// CodeScout's turn efficiency: 1 up to five turns, then a tenth less for each turn more. It falls
/// below 0 after fifteen turns.
pub fn turn_efficiency(turns: usize) -> f64 {
    1.0 - turns.saturating_sub(5) as f64 / 10.0
}

/// CodeScout's reward for a rollout that fails to answer in its form.
pub const CODESCOUT_FAILURE: f64 = -10.0;

/// SWE-Swiss's outcome: +1 when all tests pass, else -1. SSR's solver has the same.
pub fn plus_minus_one(passed: bool) -> f64 {
    if passed { 1.0 } else { -1.0 }
}

/// SSR's reward of a bug injector: -1 for an artefact that fails a check, `-alpha` (0.8 there) for
/// one that all or no solvers solve, else `1 - (1 + alpha) * solve rate`.
pub fn inject_reward(valid: bool, solved: usize, attempts: usize, alpha: f64) -> f64 {
    if !valid {
        return -1.0;
    }
    if solved == 0 || solved >= attempts {
        return -alpha;
    }
    1.0 - (1.0 + alpha) * (solved as f64 / attempts as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_have_their_corners() {
        assert_eq!([9, 10, 25, 40].map(|steps| length_penalty(steps, 10, 40)), [0.0, 0.0, -0.5, -1.0]);
        assert_eq!(length_penalty(10, 10, 10), 0.0);
        assert_eq!([1, 5, 6, 15].map(turn_efficiency), [1.0, 1.0, 0.9, 0.0]);
        assert_eq!((plus_minus_one(true), plus_minus_one(false)), (1.0, -1.0));
        assert_eq!(inject_reward(false, 1, 2, 0.8), -1.0);
        assert_eq!((inject_reward(true, 0, 4, 0.8), inject_reward(true, 4, 4, 0.8)), (-0.8, -0.8));
        assert_eq!(inject_reward(true, 2, 4, 0.5), 0.25);
    }
}
