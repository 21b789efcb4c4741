//! Granting leases.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Transaction, params};
use sparring_tasks::Verdict;
use sparring_tasks::execution::{Job, RewardKey};
use sparring_tasks::verdict::Cause;
use sparring_tree::Digest;

use super::clock::Reading;
use super::schema::state;
use super::{begin, settle};
use crate::queue::{Committed, Lease, Policy, QueueError};

/// Of a worker's images so many count; each costs a look into an index.
const IMAGES: usize = 64;
/// Each grant of this number goes to the oldest job, whatever its image: a stream of jobs for images at hand
/// can't keep the others waiting for ever.
const FAIR: i64 = 16;

/// Takes a job for this worker, if there is one.
pub(super) fn grant(
    connection: &mut Connection,
    policy: &Policy,
    now: &Reading,
    worker: &str,
    images: &[String],
) -> Result<Option<(Job, Lease)>, QueueError> {
    let transaction = begin(connection)?;
    settle::revive(&transaction, policy, now)?;
    let granted = loop {
        let Some(position) = choose(&transaction, worker, images).map_err(QueueError::store)? else { break None };
        let (key, fence, attempt) = take(&transaction, policy, now, worker, position).map_err(QueueError::store)?;
        let content: Option<Vec<u8>> = transaction
            .prepare_cached("SELECT job FROM contents WHERE position = ?1")
            .and_then(|mut select| select.query_row([position], |row| row.get(0)).optional())
            .map_err(QueueError::store)?;
        match content.as_deref().map(serde_json::from_slice::<Job>) {
            Some(Ok(job)) => {
                let lease = Lease { key, worker: worker.to_owned(), fence, lasts: policy.lease, attempt };
                break Some((job, lease));
            }
            unreadable => {
                let detail = match unreadable {
                    Some(Err(error)) => format!("the stored job: {error}"),
                    _ => "the stored job is gone".to_owned(),
                };
                let verdict = Verdict::Void { cause: Cause::Store, detail };
                let committed = Committed { verdict, evidence: None, worker: worker.to_owned(), elapsed_ms: 0 };
                settle::commit(&transaction, position, fence, &committed)?;
            }
        }
    };
    transaction.commit().map_err(QueueError::store)?;
    Ok(granted)
}

/// A job that could be granted.
struct Candidate {
    position: i64,
    /// Whether it failed at this very worker.
    failed_here: bool,
    at_hand: bool,
}

/// The position of the job that suits the worker best.
fn choose(transaction: &Transaction<'_>, worker: &str, images: &[String]) -> rusqlite::Result<Option<i64>> {
    let holds_suspect: bool = transaction
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM jobs WHERE worker = ?1 AND state = 2 AND deaths > 0)")?
        .query_row([worker], |row| row.get(0))?;
    if !holds_suspect {
        let suspect = transaction
            .prepare_cached("SELECT position FROM jobs WHERE state = ?1 ORDER BY position LIMIT 1")?
            .query_row([state::SUSPECT], |row| row.get(0))
            .optional()?;
        if suspect.is_some() {
            return Ok(suspect);
        }
    }
    // Of the oldest few, one that did not fail here; looking further would read the whole queue.
    let mut oldest = transaction.prepare_cached(
        "SELECT position, worker = ?1 AS here FROM
            (SELECT position, worker FROM jobs WHERE state = 0 ORDER BY position LIMIT 64)
         ORDER BY here, position LIMIT 1",
    )?;
    let mut candidates: Vec<Candidate> = Vec::new();
    candidates.extend(candidate(&mut oldest, params![worker], false)?);
    if candidates.is_empty() {
        return Ok(None);
    }
    // Left to itself SQLite may walk the jobs of all images.
    let mut of_image = transaction.prepare_cached(
        "SELECT position, worker = ?1 AS here FROM
            (SELECT position, worker FROM jobs INDEXED BY jobs_by_image
             WHERE state = 0 AND image = ?2 ORDER BY position LIMIT 8)
         ORDER BY here, position LIMIT 1",
    )?;
    for image in images.iter().take(IMAGES) {
        candidates.extend(candidate(&mut of_image, params![worker, image], true)?);
    }
    let grants: i64 = transaction
        .prepare_cached("SELECT jobs FROM tally WHERE state = ?1")?
        .query_row([state::SCORED], |row| row.get(0))?;
    let is_fair_turn = grants % FAIR == FAIR - 1;
    let best =
        candidates.into_iter().min_by_key(|found| (found.failed_here, !found.at_hand && !is_fair_turn, found.position));
    Ok(best.map(|found| found.position))
}

fn candidate(
    select: &mut CachedStatement<'_>,
    parameters: impl rusqlite::Params,
    at_hand: bool,
) -> rusqlite::Result<Option<Candidate>> {
    select
        .query_row(parameters, |row| Ok(Candidate { position: row.get(0)?, failed_here: row.get(1)?, at_hand }))
        .optional()
}

fn take(
    transaction: &Transaction<'_>,
    policy: &Policy,
    now: &Reading,
    worker: &str,
    position: i64,
) -> rusqlite::Result<(RewardKey, u64, u32)> {
    transaction
        .prepare_cached(
            "UPDATE jobs SET state = ?2, fence = fence + 1, attempts = attempts + 1, worker = ?3, boot = ?4, due = ?5
             WHERE position = ?1 RETURNING key, fence, attempts",
        )?
        .query_row(
            params![position, state::LEASED, worker, now.boot, now.elapsed + settle::milliseconds(policy.lease)],
            |row| Ok((RewardKey(Digest(row.get(0)?)), row.get::<_, i64>(1)? as u64, row.get(2)?)),
        )
}
