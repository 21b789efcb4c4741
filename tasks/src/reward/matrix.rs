//! Kimi-Dev's choice among patches by tests that the model wrote itself.

/// What one test did with one patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Whether the test fails on the unchanged repository. It has to be the same for all patches.
    pub failed_before: bool,
    /// Whether it passes with the patch.
    pub passes: bool,
}

/// The score of each patch (a row of `runs`, one entry a test):
/// `S_i = sum_j FP(i,j) / sum_j F(j) + sum_j PP(i,j) / sum_j P(j)`, where F and P count the tests
/// that fail and pass before, FP and PP those of them that pass with the patch. A sum over no tests
/// adds 0. The original drops tests that do not fail before; pass `keep_passing = false` for that.
pub fn scores(runs: &[Vec<Run>], keep_passing: bool) -> Vec<f64> {
    let share = |row: &[Run], failed_before: bool| {
        let tests = row.iter().filter(|run| run.failed_before == failed_before);
        let (count, passed) =
            tests.fold((0_usize, 0_usize), |(count, passed), run| (count + 1, passed + usize::from(run.passes)));
        if count == 0 { 0.0 } else { passed as f64 / count as f64 }
    };
    runs.iter().map(|row| share(row, true) + if keep_passing { share(row, false) } else { 0.0 }).collect()
}

/// The first patch with the highest score.
pub fn best(scores: &[f64]) -> Option<usize> {
    (0..scores.len()).reduce(|best, next| if scores[next] > scores[best] { next } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixes_and_kept_passes_add_up() {
        let run = |failed_before, passes| Run { failed_before, passes };
        let rows = vec![
            vec![run(true, true), run(true, false), run(false, true)],
            vec![run(true, true), run(true, true), run(false, false)],
            vec![],
        ];
        assert_eq!(scores(&rows, true), [1.5, 1.0, 0.0]);
        assert_eq!(scores(&rows, false), [0.5, 1.0, 0.0]);
        assert_eq!((best(&scores(&rows, true)), best(&[1.0, 1.0]), best(&[])), (Some(0), Some(0), None));
    }
}
