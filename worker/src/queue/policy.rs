//! When a job is tried again, and when it is void.

use std::time::Duration;

use sparring_tasks::Verdict;
use sparring_tasks::execution::{Fault, RewardKey};
use sparring_tasks::verdict::Cause;

/// The rules of a queue. Everyone who opens a queue should give the same ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long a lease lasts without a heartbeat; one minute.
    pub lease: Duration,
    /// Grants of one job at most; 3. After a fault of the last one the job is void with the fault's cause.
    pub attempts: u32,
    /// Workers that may die while they hold a job; the one that makes it this many makes the job
    /// [`Cause::Poison`]. 2.
    pub deaths: u32,
    /// How long a job rests after its first fault, doubled by each further one, times 0.5 to 1.5 so that
    /// jobs that failed together do not come back together; 5 seconds.
    pub rest: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { lease: Duration::from_secs(60), attempts: 3, deaths: 2, rest: Duration::from_secs(5) }
    }
}

/// What happens to a job whose grant came to nothing.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Next {
    /// It rests, and is granted again.
    Again(Duration),
    /// It has its verdict.
    Over(Verdict),
}

impl Policy {
    /// After a worker reported a fault of the infrastructure.
    pub(super) fn after_fault(&self, key: &RewardKey, attempts: u32, fault: &Fault) -> Next {
        if attempts < self.attempts {
            return Next::Again(self.rest_of(key, attempts));
        }
        let detail = format!("{} (attempt {attempts} of {})", fault.detail, self.attempts);
        Next::Over(Verdict::Void { cause: fault.cause, detail })
    }

    /// After a lease ran out: its worker is taken for dead. `deaths` and `attempts` count this grant.
    pub(super) fn after_death(&self, key: &RewardKey, attempts: u32, deaths: u32, worker: &str) -> Next {
        let over = |cause, detail| Next::Over(Verdict::Void { cause, detail });
        if deaths >= self.deaths {
            return over(Cause::Poison, format!("{deaths} workers died with it, `{worker}` the last"));
        }
        if attempts >= self.attempts {
            return over(Cause::Worker, format!("worker `{worker}` died in attempt {attempts} of {}", self.attempts));
        }
        Next::Again(self.rest_of(key, attempts))
    }

    fn rest_of(&self, key: &RewardKey, attempts: u32) -> Duration {
        let bytes = key.0.0;
        // The key is a hash: as good as chance, and the same every time.
        let chance = u16::from_le_bytes([bytes[attempts as usize % 31], bytes[attempts as usize % 31 + 1]]);
        let doubled = self.rest * (1 << attempts.saturating_sub(1).min(6));
        doubled / 2 + doubled * u32::from(chance) / u32::from(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_attempts_then_void_with_the_cause() {
        let policy = Policy::default();
        let key = RewardKey(sparring_tree::Digest::of("test", b"a job"));
        let fault = Fault::new(Cause::Daemon, "gone");
        let rests: Vec<Duration> = [1, 2]
            .into_iter()
            .map(|attempt| match policy.after_fault(&key, attempt, &fault) {
                Next::Again(rest) => rest,
                Next::Over(verdict) => panic!("over after attempt {attempt}: {verdict:?}"),
            })
            .collect();
        let seconds = Duration::from_secs;
        assert!(rests[0] >= seconds(5) / 2 && rests[0] <= seconds(15) / 2, "{rests:?}");
        assert!(rests[1] >= seconds(5) && rests[1] <= seconds(15), "{rests:?}");
        let detail = "gone (attempt 3 of 3)".to_owned();
        assert_eq!(policy.after_fault(&key, 3, &fault), Next::Over(Verdict::Void { cause: Cause::Daemon, detail }));
    }

    #[test]
    fn two_deaths_are_poison_and_one_is_not() {
        let policy = Policy::default();
        let key = RewardKey(sparring_tree::Digest::of("test", b"a job"));
        let cause = |next| match next {
            Next::Over(Verdict::Void { cause, .. }) => Some(cause),
            _ => None,
        };
        assert_eq!(cause(policy.after_death(&key, 1, 1, "w")), None);
        assert_eq!(cause(policy.after_death(&key, 2, 2, "w")), Some(Cause::Poison));
        assert_eq!(cause(policy.after_death(&key, 3, 1, "w")), Some(Cause::Worker));
    }
}
