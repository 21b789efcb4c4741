//! What a container of ours says about itself, and who may remove it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{SystemTime, UNIX_EPOCH};

use sparring_tasks::execution::Job;

use crate::queue::Lease;

/// Who made it: the name of a worker, which no two live workers share.
pub const OWNER: &str = "sparring.owner";
/// Which verdict it is for.
pub const REWARD_KEY: &str = "sparring.reward_key";
/// Under which grant of its job.
pub const FENCE: &str = "sparring.fence";
/// The second, counted from 1970, after which nobody waits for it any more.
pub const DEADLINE: &str = "sparring.deadline";

/// Seconds beyond a job's own limit until a container counts as forgotten.
const GRACE_SECONDS: u64 = 60;
/// Seconds that reading an image's files may take.
const HELPER_SECONDS: u64 = 600;

/// The labels of a job's container that is made at this second.
pub(super) fn of(job: &Job, lease: &Lease, owner: &str, now: u64) -> BTreeMap<String, String> {
    let deadline = now + u64::from(job.resources.timeout_seconds) + GRACE_SECONDS;
    let labels = [
        (OWNER, owner.to_owned()),
        (REWARD_KEY, lease.key.to_string()),
        (FENCE, lease.fence.to_string()),
        (DEADLINE, deadline.to_string()),
    ];
    labels.map(|(name, value)| (name.to_owned(), value)).into()
}

/// The labels of a container that is never started and whose files are read.
pub(super) fn of_helper(now: u64) -> BTreeMap<String, String> {
    let labels = [(OWNER, "an image's files".to_owned()), (DEADLINE, (now + HELPER_SECONDS).to_string())];
    labels.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Whether nobody waits for a container: its deadline is over, it is ours and none of the live ones, or the worker
/// that made it `is_dead`. A label that is missing or broken makes it forgotten too.
pub(super) fn is_forgotten(
    labels: &HashMap<String, String>,
    name: &str,
    owner: &str,
    live: &BTreeSet<String>,
    now: u64,
    is_dead: impl FnOnce(&str) -> bool,
) -> bool {
    let deadline: u64 = labels.get(DEADLINE).and_then(|text| text.parse().ok()).unwrap_or_default();
    let is_left = |of: &String| if of == owner { !live.contains(name) } else { is_dead(of) };
    now > deadline || labels.get(OWNER).is_some_and(is_left)
}

/// The second that it is, counted from 1970.
#[expect(clippy::disallowed_methods, reason = "deadlines outlive this process, so they count by the machine's clock")]
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_forgotten_go() {
        let labels = |owner: &str, deadline: &str| -> HashMap<String, String> {
            [(OWNER, owner), (DEADLINE, deadline)].map(|(name, value)| (name.to_owned(), value.to_owned())).into()
        };
        let live = BTreeSet::from(["one".to_owned()]);
        let forgotten = |labels: &HashMap<String, String>, name: &str| {
            is_forgotten(labels, name, "me", &live, 100, |owner| owner == "dead")
        };
        assert!(!forgotten(&labels("me", "100"), "one"));
        assert!(forgotten(&labels("me", "100"), "two"));
        assert!(forgotten(&labels("me", "99"), "one"));
        assert!(!forgotten(&labels("you", "100"), "two"));
        assert!(forgotten(&labels("dead", "100"), "two"));
        assert!(forgotten(&labels("you", "99"), "two"));
        assert!(forgotten(&labels("you", "soon"), "two"));
        assert!(forgotten(&HashMap::new(), "two"));
    }
}
