//! What is read without changing anything.

use rusqlite::{Connection, params};
use sparring_tasks::execution::RewardKey;
use sparring_tree::Digest;

use super::schema::state;
use crate::queue::{Committed, Counts, Delivered, QueueError};

/// Verdicts behind a cursor. A cursor is given inside of the transaction that commits, and transactions that
/// write follow one another: nothing is ever inserted before a cursor that was read.
pub(super) fn verdicts(connection: &Connection, cursor: u64, limit: usize) -> Result<Vec<Delivered>, QueueError> {
    let rows: Vec<(i64, [u8; 32], String, String)> = connection
        .prepare_cached(
            "SELECT cursor, key, task_id, committed FROM verdicts JOIN jobs USING (position)
             WHERE cursor > ?1 ORDER BY cursor LIMIT ?2",
        )
        .and_then(|mut select| {
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let cursor = i64::try_from(cursor).unwrap_or(i64::MAX);
            select
                .query_map(params![cursor, limit], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
                .collect()
        })
        .map_err(QueueError::store)?;
    rows.into_iter()
        .map(|(cursor, key, task_id, text)| {
            let committed: Committed = serde_json::from_str(&text).map_err(QueueError::store)?;
            Ok(Delivered { cursor: cursor as u64, key: RewardKey(Digest(key)), task_id, committed })
        })
        .collect()
}

pub(super) fn counts(connection: &Connection) -> Result<Counts, QueueError> {
    let rows: Vec<(i64, i64)> = connection
        .prepare_cached("SELECT state, jobs FROM tally")
        .and_then(|mut select| select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .map_err(QueueError::store)?;
    let mut counts = Counts::default();
    for (state, jobs) in rows {
        let jobs = jobs.unsigned_abs();
        match state {
            state::QUEUED | state::SUSPECT | state::RESTING => counts.queued += jobs,
            state::LEASED => counts.leased += jobs,
            state::SCORED => counts.scored += jobs,
            state::VOID => counts.void += jobs,
            _ => counts.fenced += jobs,
        }
    }
    Ok(counts)
}
