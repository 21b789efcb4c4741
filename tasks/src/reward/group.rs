//! Statistics over the rollouts of one task, for trainers that lack them.

/// What the rewards of a group become as advantages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advantage {
    /// The reward less the mean of the group.
    Mean,
    /// The reward less the mean of the *other* rollouts (DeepSWE, SkyRL-Agent); a rollout without
    /// siblings has the advantage 0.
    LeaveOneOut,
    /// The reward less the mean, by the standard deviation of the group (GRPO, with its 1e-6 below
    /// the fraction line and the sample's n - 1).
    Normalized,
}

/// The advantages of a group, in its order. Rewards that are void stay void (`None`) and count for
/// no sibling.
pub fn advantages(rewards: &[Option<f64>], kind: Advantage) -> Vec<Option<f64>> {
    let known: Vec<f64> = rewards.iter().flatten().copied().collect();
    let (sum, count) = (known.iter().sum::<f64>(), known.len() as f64);
    let mean = sum / count;
    let deviation = standard_deviation(&known);
    let advantage = |reward: f64| match kind {
        Advantage::Mean => reward - mean,
        Advantage::LeaveOneOut if known.len() < 2 => 0.0,
        Advantage::LeaveOneOut => reward - (sum - reward) / (count - 1.0),
        Advantage::Normalized => (reward - mean) / (deviation + 1e-6),
    };
    rewards.iter().map(|reward| reward.map(advantage)).collect()
}

/// The sample's standard deviation (n - 1); 0 for fewer than two values.
pub fn standard_deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

/// Whether a group teaches nothing because all known rewards are equal: trainers drop it.
pub fn is_flat(rewards: &[Option<f64>]) -> bool {
    let mut known = rewards.iter().flatten();
    let first = known.next();
    known.all(|reward| Some(reward) == first)
}

/// The unbiased estimate of pass@k from n rollouts of which c passed: 1 - C(n-c, k) / C(n, k).
/// `None` when k is 0 or exceeds n.
pub fn pass_at_k(rollouts: usize, passed: usize, k: usize) -> Option<f64> {
    if k == 0 || k > rollouts || passed > rollouts {
        return None;
    }
    if rollouts - passed < k {
        return Some(1.0);
    }
    let none: f64 = (rollouts - passed + 1..=rollouts).map(|n| 1.0 - k as f64 / n as f64).product();
    Some(1.0 - none)
}

/// How hard a task is, by the share of its rollouts that passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difficulty {
    /// None passed.
    Unsolved,
    /// At most a third passed.
    Hard,
    /// At most two thirds passed.
    Medium,
    /// More passed; Nebius drops these from its second stage.
    Easy,
}

/// The bucket of a success rate.
pub fn difficulty(rollouts: usize, passed: usize) -> Difficulty {
    match (3 * passed, rollouts) {
        (0, _) => Difficulty::Unsolved,
        (thrice, rollouts) if thrice <= rollouts => Difficulty::Hard,
        (thrice, rollouts) if thrice <= 2 * rollouts => Difficulty::Medium,
        _ => Difficulty::Easy,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advantages_of_a_group() {
        let rewards = [Some(1.0), Some(0.0), None, Some(0.0)];
        let of = |kind| advantages(&rewards, kind);
        assert_eq!(of(Advantage::LeaveOneOut), [Some(1.0), Some(-0.5), None, Some(-0.5)]);
        let third = 1.0 / 3.0;
        assert_eq!(of(Advantage::Mean), [Some(1.0 - third), Some(-third), None, Some(-third)]);
        let normalized = of(Advantage::Normalized)[0].unwrap();
        assert!((normalized - 1.1547).abs() < 1e-3, "{normalized}");
        assert_eq!(advantages(&[Some(3.0)], Advantage::LeaveOneOut), [Some(0.0)]);
        assert_eq!(advantages(&[None], Advantage::Mean), [None]);
        assert!(is_flat(&[Some(1.0), None, Some(1.0)]) && is_flat(&[]) && !is_flat(&rewards));
    }

    #[test]
    fn estimates_and_buckets() {
        assert_eq!(pass_at_k(10, 3, 1).map(|p| (p * 1e9).round()), Some(3e8));
        // 1 - C(7,5)/C(10,5) = 1 - 21/252.
        assert!((pass_at_k(10, 3, 5).unwrap() - (1.0 - 21.0 / 252.0)).abs() < 1e-12);
        assert_eq!((pass_at_k(4, 0, 2), pass_at_k(4, 3, 2), pass_at_k(4, 1, 5)), (Some(0.0), Some(1.0), None));
        let buckets: Vec<_> = [0, 1, 2, 3, 4, 5, 6].iter().map(|&passed| difficulty(6, passed)).collect();
        use Difficulty::{Easy, Hard, Medium, Unsolved};
        assert_eq!(buckets, [Unsolved, Hard, Hard, Medium, Medium, Easy, Easy]);
    }
}
