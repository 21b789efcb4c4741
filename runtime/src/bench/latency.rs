//! Repeats something and tells its median and its tail.

use std::time::{Duration, Instant};

/// How long a row is measured.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Ends the row once it has taken this long in all, preparation included.
    pub time: Duration,
    /// Rounds at least, however long they take.
    pub least: usize,
    /// Rounds at most.
    pub most: usize,
}

impl Default for Effort {
    /// Half a second, between 10 and 10,000 rounds.
    fn default() -> Self {
        Self { time: Duration::from_millis(500), least: 10, most: 10_000 }
    }
}

/// How long something took, over many rounds.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Latency {
    /// The middle round, in microseconds.
    pub median_us: f64,
    /// The round that 99 of 100 do not exceed, in microseconds.
    pub p99_us: f64,
    /// Rounds.
    pub rounds: usize,
}

impl Latency {
    /// Of all rounds' times, of which there is at least one.
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let micros = |share: usize| {
            let at = (times.len() * share / 100).min(times.len().saturating_sub(1));
            times.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
        };
        Self { median_us: micros(50), p99_us: micros(99), rounds: times.len() }
    }
}

/// Calls `round`, which times itself, until the effort is spent. A tenth of the rounds goes before
/// the count, to warm up.
pub fn measure<E>(effort: &Effort, mut round: impl FnMut() -> Result<Duration, E>) -> Result<Latency, E> {
    let start = Instant::now();
    let warm = effort.time / 10;
    while start.elapsed() < warm {
        round()?;
    }
    let mut times = Vec::new();
    while times.len() < effort.least || (times.len() < effort.most && start.elapsed() < effort.time) {
        times.push(round()?);
    }
    Ok(Latency::of(times))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_tail_of_known_rounds() {
        let latency = Latency::of((1..=200).rev().map(Duration::from_micros).collect());
        assert_eq!(latency, Latency { median_us: 101.0, p99_us: 199.0, rounds: 200 });
    }

    #[test]
    fn rounds_are_bounded_and_errors_end_them() {
        let effort = Effort { time: Duration::ZERO, least: 3, most: 5 };
        let counted = measure(&effort, || Ok::<_, ()>(Duration::from_nanos(1))).expect("no round fails");
        assert_eq!(counted.rounds, 3);
        assert_eq!(measure(&effort, || Err::<Duration, _>("broken")), Err("broken"));
    }
}
