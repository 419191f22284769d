//! The file's schema, its format number and how it is opened.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write as _};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use rusqlite_migration::{M, Migrations};
use switchback_engine::ports::JournalError;
use uuid::Uuid;

use crate::fault::{damaged, io_not_read, io_not_written, not_read, not_written};

/// The newest format that this program reads and writes: SQLite's `user_version`, and the number
/// in the head line of an export. It also goes into every hash of format 1.
pub const FORMAT: u32 = 1;

/// Where `user_version` stands in an SQLite file: 4 bytes, big-endian (sqlite.org/fileformat).
const USER_VERSION_AT: usize = 60;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

const FORMAT_1: &str = "
CREATE TABLE format (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    format INTEGER NOT NULL,
    store TEXT NOT NULL
) STRICT;
CREATE TABLE keychain (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    key_id TEXT NOT NULL
) STRICT;
CREATE TABLE run (
    id TEXT PRIMARY KEY,
    opened_at TEXT NOT NULL,
    title TEXT NOT NULL,
    target TEXT NOT NULL,
    target_kind TEXT NOT NULL
) STRICT;
CREATE TABLE event (
    run TEXT NOT NULL REFERENCES run (id),
    seq INTEGER NOT NULL CHECK (seq > 0),
    at TEXT NOT NULL,
    fence INTEGER NOT NULL CHECK (fence >= 0),
    body TEXT NOT NULL,
    prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (run, seq)
) STRICT;
CREATE TABLE head (
    run TEXT PRIMARY KEY REFERENCES run (id),
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    gap INTEGER NOT NULL,
    mac BLOB,
    mac_key TEXT
) STRICT;
CREATE TABLE lease (
    run TEXT PRIMARY KEY REFERENCES run (id),
    holder TEXT,
    fence INTEGER NOT NULL,
    released INTEGER NOT NULL CHECK (released IN (0, 1))
) STRICT;
CREATE TABLE run_key (
    run TEXT NOT NULL REFERENCES run (id),
    kind TEXT NOT NULL CHECK (kind IN ('keychain', 'code')),
    key_id TEXT NOT NULL,
    salt BLOB NOT NULL,
    nonce BLOB NOT NULL,
    ciphertext BLOB NOT NULL,
    PRIMARY KEY (run, kind)
) STRICT;
CREATE TABLE erased (
    run TEXT PRIMARY KEY REFERENCES run (id)
) STRICT;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_is_never_removed BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER event_is_never_replaced BEFORE INSERT ON event
    WHEN EXISTS (SELECT 1 FROM event WHERE run = NEW.run AND seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER run_is_never_changed BEFORE UPDATE ON run
    BEGIN SELECT RAISE(ABORT, 'runs are never changed'); END;
CREATE TRIGGER run_is_never_removed BEFORE DELETE ON run
    BEGIN SELECT RAISE(ABORT, 'runs are never removed'); END;
CREATE TRIGGER format_is_never_changed BEFORE UPDATE OF store ON format
    BEGIN SELECT RAISE(ABORT, 'the store is never renamed'); END;
CREATE TRIGGER format_is_never_removed BEFORE DELETE ON format
    BEGIN SELECT RAISE(ABORT, 'the format is never removed'); END;
CREATE TRIGGER format_only_rises BEFORE UPDATE OF format ON format WHEN NEW.format <= OLD.format
    BEGIN SELECT RAISE(ABORT, 'the format only rises'); END;
CREATE TRIGGER fence_never_falls BEFORE UPDATE ON lease WHEN NEW.fence < OLD.fence
    BEGIN SELECT RAISE(ABORT, 'a fence never falls'); END;
CREATE TRIGGER lease_is_never_removed BEFORE DELETE ON lease
    BEGIN SELECT RAISE(ABORT, 'a fence never falls'); END;
CREATE TRIGGER head_only_rises BEFORE UPDATE ON head WHEN NEW.seq < OLD.seq
    BEGIN SELECT RAISE(ABORT, 'a head only rises'); END;
CREATE TRIGGER head_is_never_removed BEFORE DELETE ON head
    BEGIN SELECT RAISE(ABORT, 'a head only rises'); END;
CREATE TRIGGER erasure_is_never_taken_back BEFORE DELETE ON erased
    BEGIN SELECT RAISE(ABORT, 'an erasure is final'); END;
";

/// Opens or creates the file, brings it to [`FORMAT`] and gives the store's own id.
pub(crate) fn open(path: &Path) -> Result<(Connection, String), JournalError> {
    let home = path.parent().unwrap_or(Path::new("."));
    let has_content = refuse_newer_header(path)?;
    fs::create_dir_all(home).map_err(io_not_written(home))?;
    // Two processes may open a new home at the same moment: one of them migrates, the other waits.
    let gate_path = home.join("journal.lock");
    let gate = create_private(&gate_path)?;
    if let Err(error) = gate.lock() {
        tracing::warn!(%error, "this file system has no locks; opening without one");
    }
    // The gate is not empty once a journal has stood here: an emptied journal must not pass for a
    // new home.
    let known = gate.metadata().map_err(io_not_read(&gate_path))?.len() > 0;
    if known && !has_content && !refuse_newer_header(path)? {
        return Err(JournalError::NotRead(format!(
            "{}: a journal stood here and is gone or empty. Put it back, or continue from the mirror folder or \
             an export in a new home with: switchback journal import --takeover",
            path.display()
        )));
    }
    drop(create_private(path)?);

    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags).map_err(not_written(path))?;
    conn.busy_timeout(Duration::from_secs(10))
        .map_err(not_read(path))?;
    // The write-ahead log may hold a newer version than the file's own head; then not even the
    // log is emptied into the file.
    let quiet = DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE;
    conn.set_db_config(quiet, true).map_err(not_read(path))?;
    let found: u32 = conn
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(not_read(path))?;
    refuse_newer(found)?;
    conn.set_db_config(quiet, false).map_err(not_read(path))?;

    let mode: String = conn
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(not_written(path))?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(JournalError::NotWritten(format!(
            "{}: this file system has no shared memory for SQLite. Choose a home on a local disk",
            path.display()
        )));
    }
    conn.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; \
         PRAGMA trusted_schema = OFF; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;",
    )
    .map_err(not_written(path))?;
    conn.set_prepared_statement_cache_capacity(32);

    Migrations::new(vec![M::up(FORMAT_1)])
        .to_latest(&mut conn)
        .map_err(|error| match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => not_written(path)(err),
            other => {
                tracing::warn!(error = %other, "migration failed");
                JournalError::NotWritten(format!(
                    "{}: it could not be brought to format {FORMAT}. The log says why",
                    path.display()
                ))
            }
        })?;
    let store = store_id(&conn, path)?;
    if !known {
        (&gate)
            .write_all(store.as_bytes())
            .map_err(io_not_written(&gate_path))?;
    }
    Ok((conn, store))
}

fn store_id(conn: &Connection, path: &Path) -> Result<String, JournalError> {
    let found: Option<(u32, String)> = conn
        .query_row("SELECT format, store FROM format", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map_err(not_read(path))?;
    if let Some((format, store)) = found {
        refuse_newer(format)?;
        return Ok(store);
    }
    let store = Uuid::new_v4().to_string();
    conn.execute(
        "INSERT INTO format (only, format, store) VALUES (1, ?1, ?2)",
        params![FORMAT, store],
    )
    .map_err(not_written(path))?;
    Ok(store)
}

/// Looks at the first bytes without SQLite, so that a newer file is not touched at all. Gives
/// whether there is anything in the file.
fn refuse_newer_header(path: &Path) -> Result<bool, JournalError> {
    let mut head = [0; USER_VERSION_AT + 4];
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(io_not_read(path)(error)),
    };
    let length = file.metadata().map_err(io_not_read(path))?.len();
    if length == 0 {
        return Ok(false);
    }
    file.read_exact(&mut head).map_err(|_| damaged(path))?;
    if !head.starts_with(MAGIC) {
        return Err(damaged(path));
    }
    let mut version = [0; 4];
    version.copy_from_slice(&head[USER_VERSION_AT..]);
    refuse_newer(u32::from_be_bytes(version))?;
    Ok(true)
}

fn refuse_newer(found: u32) -> Result<(), JournalError> {
    if found > FORMAT {
        Err(JournalError::Newer { found, known: FORMAT })
    } else {
        Ok(())
    }
}

/// Creates a file that only its owner may read, or opens the one that is there.
pub(crate) fn create_private(path: &Path) -> Result<File, JournalError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map_err(io_not_written(path))
}
