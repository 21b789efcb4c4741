//! Scores of predicted places (files, modules, entities) against the right ones.

use std::collections::BTreeSet;

/// How well a predicted set meets the right one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// Right predictions by all predictions; 0 without predictions.
    pub precision: f64,
    /// Right predictions by all that was to be found; 0 when nothing was.
    pub recall: f64,
    /// The harmonic mean of both; 0 when both are 0.
    pub f1: f64,
}

/// Compares two sets; what is given twice counts once.
pub fn overlap<T: Ord>(predicted: &[T], right: &[T]) -> Overlap {
    let (predicted, right): (BTreeSet<&T>, BTreeSet<&T>) = (predicted.iter().collect(), right.iter().collect());
    let hits = predicted.intersection(&right).count() as f64;
    let share = |of: usize| if of == 0 { 0.0 } else { hits / of as f64 };
    let (precision, recall) = (share(predicted.len()), share(right.len()));
    let f1 = if hits == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) };
    Overlap { precision, recall, f1 }
}

/// What a localization answer names, at three levels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Paths.
    pub files: Vec<String>,
    /// Classes or modules, in a form that both sides share (`path:Class`).
    pub modules: Vec<String>,
    /// Functions, methods or classes (`path:Class.method`).
    pub entities: Vec<String>,
}

/// CodeScout's multi-level reward: the F1 of files, of modules and of entities added up, 0 to 3.
pub fn multilevel_f1(predicted: &Places, right: &Places) -> f64 {
    overlap(&predicted.files, &right.files).f1
        + overlap(&predicted.modules, &right.modules).f1
        + overlap(&predicted.entities, &right.entities).f1
}

/// Kimi-Dev's file reward: 1 when the predicted files are exactly the right ones, else 0.
pub fn exact_match<T: Ord>(predicted: &[T], right: &[T]) -> f64 {
    let same = predicted.iter().collect::<BTreeSet<_>>() == right.iter().collect::<BTreeSet<_>>();
    if same { 1.0 } else { 0.0 }
}

/// Kimi-Dev's filter of exploration traces: at least one right path among at most `most` (3 there).
pub fn names_one<T: Ord>(predicted: &[T], right: &[T], most: usize) -> bool {
    predicted.len() <= most && predicted.iter().any(|path| right.contains(path))
}

/// SWE-Swiss's filter: everything found with fewer than `fewer_than` predictions (5 there).
pub fn finds_all<T: Ord>(predicted: &[T], right: &[T], fewer_than: usize) -> bool {
    predicted.len() < fewer_than && right.iter().all(|path| predicted.contains(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_compared() {
        let score = overlap(&["a", "b", "b", "c"], &["b", "d"]);
        assert_eq!((score.precision, score.recall), (1.0 / 3.0, 0.5));
        assert!((score.f1 - 0.4).abs() < 1e-15);
        assert_eq!(overlap::<u8>(&[], &[]), Overlap { precision: 0.0, recall: 0.0, f1: 0.0 });
        assert_eq!(overlap(&[1], &[]).f1, 0.0);
        assert_eq!(overlap(&[1, 2], &[2, 1]).f1, 1.0);
    }

    #[test]
    fn filters_and_sums() {
        let places = |file: &str| Places { files: vec![file.to_owned()], ..Places::default() };
        assert_eq!(multilevel_f1(&places("a"), &places("a")), 1.0);
        assert_eq!(multilevel_f1(&places("a"), &places("b")), 0.0);
        assert_eq!((exact_match(&["a", "b"], &["b", "a"]), exact_match(&["a"], &["b", "a"])), (1.0, 0.0));
        assert!(
            names_one(&["x", "a"], &["a"], 3) && !names_one(&["x", "a"], &["a"], 1) && !names_one(&["x"], &["a"], 3)
        );
        assert!(
            finds_all(&["a", "b"], &["a"], 5)
                && !finds_all(&["a"], &["a", "b"], 5)
                && !finds_all(&["a", "b"], &["a"], 2)
        );
    }
}
