//! Rewards judged a second time, elsewhere: how often two runs of one job disagree.
//!
//! A verdict of one run says nothing of how it would come out on another machine at another hour. [`is_chosen`] picks
//! a share of the verdicts, the same ones for everybody; [`again`] runs a chosen job anew from its evidence and keeps
//! both runs. Where the two disagree, the tests are flaky, a machine is broken, or somebody cheats by chance.

use std::io;

use serde::{Deserialize, Serialize};
use sparring_tasks::Verdict;
use sparring_tasks::execution::{Fault, RewardKey};
use sparring_tree::Digest;

use crate::admission;
use crate::evidence::{EvidenceStore, Record};
use crate::queue::Delivered;
use crate::runner::Runner;
use crate::worker::Grade;

/// One of the two runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// Who ran it.
    pub worker: String,
    /// What it came to.
    pub verdict: Verdict,
    /// Its run in the folder of evidence; none where no run took place.
    pub evidence: Option<Digest>,
}

/// A verdict that was looked at again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Audited {
    /// The job's key.
    pub key: RewardKey,
    /// The job's task.
    pub task_id: String,
    /// What was committed.
    pub first: Side,
    /// What came of it now.
    pub second: Side,
}

/// How an audit came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Scores that were run again and scored again.
    pub audited: u64,
    /// Of these, with another value.
    pub disagreed: u64,
    /// Not to be told, because of a fault now.
    pub void: u64,
}

/// Why a verdict could not be audited.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// It names no evidence, and so no job.
    #[error("verdict {0} has no evidence")]
    NoEvidence(RewardKey),
    /// The evidence can't be read or stored.
    #[error("evidence: {0}")]
    Evidence(#[from] io::Error),
}

/// Whether a score belongs to the share that is audited; 0.01 is one of a hundred. Void verdicts are no scores and
/// never do. By the job's key: which ones does not depend on who asks, or when.
pub fn is_chosen(delivered: &Delivered, share: f64) -> bool {
    let [a, b, c, d, ..] = delivered.key.0.0;
    let place = f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0);
    delivered.committed.verdict.value().is_some() && place < share
}

/// Runs a verdict's job again, exactly as it was, and keeps that run beside the first one. `worker` is who does it.
pub async fn again<R: Runner>(
    runner: &R,
    grade: &impl Grade,
    evidence: &EvidenceStore,
    delivered: &Delivered,
    worker: &str,
) -> Result<Audited, AuditError> {
    let committed = &delivered.committed;
    let digest = committed.evidence.ok_or(AuditError::NoEvidence(delivered.key))?;
    let Record { job, .. } = evidence.load(&digest)?;
    let second = match admission::run(runner, &job).await {
        Err(Fault { cause, detail }) => {
            Side { worker: worker.to_owned(), verdict: Verdict::Void { cause, detail }, evidence: None }
        }
        Ok(run) => {
            let record = Record::new(worker, 0, job, run);
            let evidence = evidence.store(&record, &mut |_| ())?;
            let verdict = grade(&record.job, &record.run);
            Side { worker: record.worker, verdict, evidence: Some(evidence) }
        }
    };
    let first = Side { worker: committed.worker.clone(), verdict: committed.verdict.clone(), evidence: Some(digest) };
    Ok(Audited { key: delivered.key, task_id: delivered.task_id.clone(), first, second })
}

impl Audited {
    /// Whether both came to the same value; `None` where one is void.
    pub fn agrees(&self) -> Option<bool> {
        Some(self.first.verdict.value()? == self.second.verdict.value()?)
    }
}

impl Tally {
    /// Counts one.
    pub fn count(&mut self, audited: &Audited) {
        match audited.agrees() {
            Some(agrees) => {
                self.audited += 1;
                self.disagreed += u64::from(!agrees);
            }
            None => self.void += 1,
        }
    }

    /// Whether fewer than one of a thousand disagree.
    pub fn holds(&self) -> bool {
        self.disagreed * 1000 < self.audited.max(1)
    }
}

#[cfg(test)]
mod tests {
    use sparring_tasks::execution::{Job, Run};
    use sparring_tasks::verdict::{Cause, Evidence};

    use super::*;
    use crate::queue::{Committed, Lease};
    use crate::samples;

    /// Answers every job with the same run, or with a fault.
    struct Player(Result<Run, Fault>);

    impl Runner for Player {
        async fn run(&self, _job: &Job, _lease: &Lease) -> Result<Run, Fault> {
            self.0.clone()
        }
    }

    /// The log decides.
    fn by_log(_job: &Job, run: &Run) -> Verdict {
        Verdict::Scored { value: if run.log == b"ok\n" { 1.0 } else { 0.0 }, evidence: vec![Evidence::passed("log")] }
    }

    fn delivered(number: u64, verdict: Verdict, evidence: Option<Digest>) -> Delivered {
        let committed = Committed { verdict, evidence, worker: "w".to_owned(), elapsed_ms: 7 };
        let key = RewardKey(Digest::of("test", &number.to_le_bytes()));
        Delivered { cursor: number, key, task_id: format!("task {number}"), committed }
    }

    #[tokio::test]
    async fn a_second_run_agrees_or_not_or_says_nothing_and_both_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let store = EvidenceStore::open(folder.path()).unwrap();
        let record = Record::new("w", 1, samples::job("a"), samples::run());
        let digest = store.store(&record, &mut |_| ()).unwrap();
        let first = delivered(1, by_log(&record.job, &record.run), Some(digest));
        let other = Run { log: b"not ok\n".to_vec(), ..samples::run() };
        let fault = Fault::new(Cause::Daemon, "gone");
        let mut tally = Tally::default();
        for (player, agrees) in [(Ok(samples::run()), Some(true)), (Ok(other), Some(false)), (Err(fault), None)] {
            let audited = again(&Player(player.clone()), &by_log, &store, &first, "elsewhere").await.unwrap();
            assert_eq!((audited.agrees(), audited.first.evidence), (agrees, Some(digest)));
            let kept = audited.second.evidence.map(|digest| store.load(&digest).unwrap());
            assert_eq!(kept.as_ref().map(|record| &record.run), player.as_ref().ok());
            assert!(kept.is_none_or(|record| record.worker == "elsewhere" && record.job == samples::job("a")));
            tally.count(&audited);
        }
        assert_eq!(tally, Tally { audited: 2, disagreed: 1, void: 1 });
        assert!(!tally.holds());
        assert!(Tally { audited: 1001, disagreed: 1, void: 5 }.holds());
        assert!(!Tally { audited: 1000, disagreed: 1, void: 0 }.holds());
    }

    #[test]
    fn the_share_is_kept_and_void_is_never_chosen() {
        let scored = || Verdict::Scored { value: 0.0, evidence: Vec::new() };
        let chosen = |share: f64| (0..20_000).filter(|&n| is_chosen(&delivered(n, scored(), None), share)).count();
        assert_eq!((chosen(0.0), chosen(1.0)), (0, 20_000));
        assert!((150..250).contains(&chosen(0.01)), "{}", chosen(0.01));
        let void = Verdict::Void { cause: Cause::Daemon, detail: String::new() };
        assert!(!is_chosen(&delivered(1, void, None), 1.0));
    }

    #[tokio::test]
    async fn a_verdict_without_evidence_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let store = EvidenceStore::open(folder.path()).unwrap();
        let bare = delivered(1, Verdict::Scored { value: 1.0, evidence: Vec::new() }, None);
        let error = again(&Player(Ok(samples::run())), &by_log, &store, &bare, "elsewhere").await.unwrap_err();
        assert!(matches!(error, AuditError::NoEvidence(key) if key == bare.key));
    }
}
