//! What ends a lease: a verdict, a fault, a release, or time.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use sparring_tasks::Verdict;
use sparring_tasks::execution::{Fault, RewardKey};
use sparring_tree::Digest;

use super::begin;
use super::clock::Reading;
use super::schema::state;
use crate::queue::policy::Next;
use crate::queue::{Committed, Held, Lease, Policy, QueueError};

/// At most so many jobs are looked after by one call, so that none takes long.
const BATCH: i64 = 256;

/// A job's row, as far as a lease is concerned.
struct Row {
    position: i64,
    attempts: u32,
    deaths: u32,
}

pub(super) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

pub(super) fn heartbeat(
    connection: &mut Connection,
    policy: &Policy,
    now: &Reading,
    lease: &Lease,
) -> Result<Held, QueueError> {
    let changed = connection
        .prepare_cached(
            "UPDATE jobs SET due = ?3 + ?4 WHERE key = ?1 AND fence = ?2 AND state = 2 AND due > ?3 AND boot = ?5",
        )
        .and_then(|mut update| {
            let lasts = milliseconds(policy.lease);
            update.execute(params![lease.key.0.0, lease.fence as i64, now.elapsed, lasts, now.boot])
        })
        .map_err(QueueError::store)?;
    Ok(if changed == 1 { Held::Yes } else { Held::Fenced })
}

pub(super) fn complete(
    connection: &mut Connection,
    now: &Reading,
    lease: &Lease,
    committed: &Committed,
) -> Result<Held, QueueError> {
    let transaction = begin(connection)?;
    let held = match held(&transaction, now, lease)? {
        Some(row) => {
            commit(&transaction, row.position, lease.fence, committed)?;
            Held::Yes
        }
        // An answer that got lost on its way is asked for again.
        None if was_committed(&transaction, lease)? => Held::Yes,
        None => {
            transaction
                .execute("UPDATE tally SET jobs = jobs + 1 WHERE state = ?1", [state::FENCED])
                .map_err(QueueError::store)?;
            Held::Fenced
        }
    };
    transaction.commit().map_err(QueueError::store)?;
    Ok(held)
}

pub(super) fn fail(
    connection: &mut Connection,
    policy: &Policy,
    now: &Reading,
    lease: &Lease,
    fault: &Fault,
) -> Result<Held, QueueError> {
    let transaction = begin(connection)?;
    let Some(row) = held(&transaction, now, lease)? else { return Ok(Held::Fenced) };
    let next = policy.after_fault(&lease.key, row.attempts, fault);
    apply(&transaction, now, &row, lease.fence, &lease.worker, next)?;
    transaction.commit().map_err(QueueError::store)?;
    Ok(Held::Yes)
}

pub(super) fn release(connection: &mut Connection, now: &Reading, lease: &Lease) -> Result<Held, QueueError> {
    let transaction = begin(connection)?;
    let Some(row) = held(&transaction, now, lease)? else { return Ok(Held::Fenced) };
    let state = if row.deaths > 0 { state::SUSPECT } else { state::QUEUED };
    transaction
        .execute(
            "UPDATE jobs SET state = ?2, attempts = attempts - 1, worker = '' WHERE position = ?1",
            params![row.position, state],
        )
        .map_err(QueueError::store)?;
    transaction.commit().map_err(QueueError::store)?;
    Ok(Held::Yes)
}

/// The row of a lease that is current. One whose time is up is over, even if nobody has taken the job yet.
fn held(transaction: &Transaction<'_>, now: &Reading, lease: &Lease) -> Result<Option<Row>, QueueError> {
    transaction
        .prepare_cached(
            "SELECT position, attempts, deaths FROM jobs
             WHERE key = ?1 AND fence = ?2 AND state = 2 AND due > ?3 AND boot = ?4",
        )
        .and_then(|mut select| {
            select
                .query_row(params![lease.key.0.0, lease.fence as i64, now.elapsed, now.boot], |row| {
                    Ok(Row { position: row.get(0)?, attempts: row.get(1)?, deaths: row.get(2)? })
                })
                .optional()
        })
        .map_err(QueueError::store)
}

fn was_committed(transaction: &Transaction<'_>, lease: &Lease) -> Result<bool, QueueError> {
    transaction
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM jobs JOIN verdicts USING (position)
                WHERE jobs.key = ?1 AND verdicts.fence = ?2)",
            params![lease.key.0.0, lease.fence as i64],
            |row| row.get(0),
        )
        .map_err(QueueError::store)
}

/// Writes a verdict down, inside of a transaction that has made sure of the lease. `verdicts.position` is
/// unique: a second verdict of a job fails the transaction.
pub(super) fn commit(
    transaction: &Transaction<'_>,
    position: i64,
    fence: u64,
    committed: &Committed,
) -> Result<(), QueueError> {
    let text = serde_json::to_string(committed).map_err(QueueError::store)?;
    let state = match committed.verdict {
        Verdict::Scored { .. } => state::SCORED,
        Verdict::Void { .. } => state::VOID,
    };
    let write = || {
        transaction
            .prepare_cached("INSERT INTO verdicts (position, fence, committed) VALUES (?1, ?2, ?3)")?
            .execute(params![position, fence as i64, text])?;
        transaction.prepare_cached("DELETE FROM contents WHERE position = ?1")?.execute([position])?;
        transaction.prepare_cached("UPDATE jobs SET state = ?2 WHERE position = ?1")?.execute(params![position, state])
    };
    write().map(|_| ()).map_err(QueueError::store)
}

fn apply(
    transaction: &Transaction<'_>,
    now: &Reading,
    row: &Row,
    fence: u64,
    worker: &str,
    next: Next,
) -> Result<(), QueueError> {
    match next {
        Next::Over(verdict) => {
            let committed = Committed { verdict, evidence: None, worker: worker.to_owned(), elapsed_ms: 0 };
            commit(transaction, row.position, fence, &committed)
        }
        Next::Again(rest) => transaction
            .prepare_cached("UPDATE jobs SET state = 3, deaths = ?2, boot = ?3, due = ?4 WHERE position = ?1")
            .and_then(|mut update| {
                update.execute(params![row.position, row.deaths, now.boot, now.elapsed + milliseconds(rest)])
            })
            .map(|_| ())
            .map_err(QueueError::store),
    }
}

/// [`revive`] as a call of its own, which writes only where there is something to do.
pub(super) fn revive_due(connection: &mut Connection, policy: &Policy, now: &Reading) -> Result<(), QueueError> {
    let is_due: bool = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM jobs INDEXED BY jobs_by_due
             WHERE state IN (2, 3) AND due <= ?1)",
        )
        .and_then(|mut select| select.query_row([now.elapsed], |row| row.get(0)))
        .map_err(QueueError::store)?;
    if is_due {
        let transaction = begin(connection)?;
        revive(&transaction, policy, now)?;
        transaction.commit().map_err(QueueError::store)?;
    }
    Ok(())
}

/// Jobs whose rest is over wait for a worker again; jobs whose lease is over lost their worker.
pub(super) fn revive(transaction: &Transaction<'_>, policy: &Policy, now: &Reading) -> Result<(), QueueError> {
    type Due = (Row, i64, RewardKey, u64, String);
    let due: Vec<Due> = transaction
        .prepare_cached(
            "SELECT position, attempts, deaths, state, key, fence, worker FROM jobs INDEXED BY jobs_by_due
             WHERE state IN (2, 3) AND due <= ?1 ORDER BY due LIMIT ?2",
        )
        .and_then(|mut select| {
            select
                .query_map(params![now.elapsed, BATCH], |row| {
                    let job = Row { position: row.get(0)?, attempts: row.get(1)?, deaths: row.get(2)? };
                    let key = RewardKey(Digest(row.get(4)?));
                    Ok((job, row.get(3)?, key, row.get::<_, i64>(5)? as u64, row.get(6)?))
                })?
                .collect()
        })
        .map_err(QueueError::store)?;
    for (mut row, was, key, fence, worker) in due {
        if was == state::LEASED {
            row.deaths += 1;
            let next = policy.after_death(&key, row.attempts, row.deaths, &worker);
            apply(transaction, now, &row, fence, &worker, next)?;
            continue;
        }
        let waits = if row.deaths > 0 { state::SUSPECT } else { state::QUEUED };
        transaction
            .prepare_cached("UPDATE jobs SET state = ?2 WHERE position = ?1")
            .and_then(|mut update| update.execute(params![row.position, waits]))
            .map_err(QueueError::store)?;
    }
    Ok(())
}

/// After a reboot every lease and rest of the boot before is over, and the clock has begun anew.
pub(super) fn after_boot(connection: &mut Connection, boot: &str) -> Result<(), QueueError> {
    let transaction = begin(connection)?;
    transaction
        .execute("UPDATE jobs SET due = -1, boot = ?1 WHERE state IN (2, 3) AND boot <> ?1", [boot])
        .map_err(QueueError::store)?;
    transaction.commit().map_err(QueueError::store)
}
