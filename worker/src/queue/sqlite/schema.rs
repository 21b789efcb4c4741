//! The tables of the file, and how a connection is set up.

use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

use crate::queue::QueueError;

/// Raised with every change of the tables.
const VERSION: i64 = 1;
/// "Spar", so that another program's file is not taken for a queue.
const APPLICATION: i64 = 0x5370_6172;

/// The states of a job. The numbers are part of the file's format, and literal in its indexes.
pub(super) mod state {
    /// Waits for a worker.
    pub(in super::super) const QUEUED: i64 = 0;
    /// Waits for a worker; one died with it before.
    pub(in super::super) const SUSPECT: i64 = 1;
    /// Held until `due`.
    pub(in super::super) const LEASED: i64 = 2;
    /// Rests until `due`.
    pub(in super::super) const RESTING: i64 = 3;
    /// Has a score.
    pub(in super::super) const SCORED: i64 = 4;
    /// Is void.
    pub(in super::super) const VOID: i64 = 5;
    /// No state of a job: the tally of late results.
    pub(in super::super) const FENCED: i64 = 6;
}

/// Every question that a grant or a commit asks is answered by an index; `tally` is kept by triggers, so that
/// no count reads the jobs. Contents are apart, so that a job's row stays small.
const TABLES: &str = "
    CREATE TABLE jobs (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        key BLOB NOT NULL UNIQUE,
        task_id TEXT NOT NULL,
        image TEXT NOT NULL,
        state INTEGER NOT NULL,
        fence INTEGER NOT NULL DEFAULT 0,
        attempts INTEGER NOT NULL DEFAULT 0,
        deaths INTEGER NOT NULL DEFAULT 0,
        worker TEXT NOT NULL DEFAULT '',
        boot TEXT NOT NULL DEFAULT '',
        due INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX jobs_by_state ON jobs (state, position);
    CREATE INDEX jobs_by_image ON jobs (image, position) WHERE state = 0;
    CREATE INDEX jobs_by_due ON jobs (due) WHERE state IN (2, 3);
    CREATE INDEX suspects_held ON jobs (worker) WHERE state = 2 AND deaths > 0;

    CREATE TABLE contents (position INTEGER PRIMARY KEY, job BLOB NOT NULL);

    CREATE TABLE verdicts (
        cursor INTEGER PRIMARY KEY AUTOINCREMENT,
        position INTEGER NOT NULL UNIQUE,
        fence INTEGER NOT NULL,
        committed TEXT NOT NULL
    );

    CREATE TABLE tally (state INTEGER PRIMARY KEY, jobs INTEGER NOT NULL);
    INSERT INTO tally VALUES (0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0);
    CREATE TRIGGER job_added AFTER INSERT ON jobs BEGIN
        UPDATE tally SET jobs = jobs + 1 WHERE state = NEW.state;
    END;
    CREATE TRIGGER job_moved AFTER UPDATE OF state ON jobs WHEN OLD.state <> NEW.state BEGIN
        UPDATE tally SET jobs = jobs - 1 WHERE state = OLD.state;
        UPDATE tally SET jobs = jobs + 1 WHERE state = NEW.state;
    END;
";

/// Opens the file, and makes its tables where it is new.
pub(super) fn open(path: &Path) -> Result<Connection, QueueError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(QueueError::store)?;
    connection.busy_timeout(Duration::from_secs(30)).map_err(QueueError::store)?;
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(QueueError::store)?;
    if mode != "wal" {
        return Err(QueueError::Address(format!("{}: its file system keeps no write-ahead log", path.display())));
    }
    // NORMAL would lose the last commits in a power cut.
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;").map_err(QueueError::store)?;
    connection.set_prepared_statement_cache_capacity(64);
    create(&mut connection, path)?;
    Ok(connection)
}

fn create(connection: &mut Connection, path: &Path) -> Result<(), QueueError> {
    let transaction = super::begin(connection)?;
    let pragma = |name: &str| -> Result<i64, QueueError> {
        transaction.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).map_err(QueueError::store)
    };
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(QueueError::store)?;
    match (tables, pragma("application_id")?, pragma("user_version")?) {
        (0, 0, 0) => {}
        (_, APPLICATION, VERSION) => return Ok(()),
        (_, APPLICATION, version) => {
            let text = format!("{}: a queue of version {version}; this is version {VERSION}", path.display());
            return Err(QueueError::Address(text));
        }
        _ => return Err(QueueError::Address(format!("{}: no queue, but some other database", path.display()))),
    }
    transaction
        .execute_batch(&format!("{TABLES} PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"))
        .map_err(QueueError::store)?;
    transaction.commit().map_err(QueueError::store)
}
