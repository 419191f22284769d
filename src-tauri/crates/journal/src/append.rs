//! Appending: lease, head, events and new head in one transaction.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use switchback_engine::doubt::{Doubt, NOTE_LOST};
use switchback_engine::ports::{JournalError, Lease};
use switchback_model::{Event, EventKind, RunId};

use crate::anchor::{Keep, missing};
use crate::chain::{Hash, Head, Link, hash};
use crate::crypto::Secret;
use crate::fault::{io_not_written, not_read, not_written};
use crate::lease;
use crate::store::{Inner, begin, body_of, int, uint};

/// One event about to be stored.
pub(crate) struct Row<'a> {
    pub run: &'a RunId,
    pub seq: u64,
    pub at: &'a str,
    pub fence: u64,
    pub body: &'a str,
}

impl Inner {
    /// Durable when it returns: SQLite syncs the log before the commit is acknowledged.
    pub fn append(
        &self,
        run: &RunId,
        lease: &Lease,
        at: Timestamp,
        kinds: Vec<EventKind>,
    ) -> Result<Vec<Event>, JournalError> {
        let mut conn = self.conn();
        let key = self.keychain.known(&conn, &self.path);
        let tx = begin(&mut conn, &self.path)?;
        lease::require(&tx, &self.path, run, lease)?;
        let mut head = load_head(&tx, &self.path, run, key.as_ref())?;
        let stored = stored_head(&tx, &self.path, run)?;
        let doubted = kinds
            .iter()
            .any(|kind| matches!(kind, EventKind::JournalDoubted { .. }));
        if let Some(doubt) = self.standing(&tx, run, &stored, key.as_ref(), false)?
            && !doubted
        {
            return Err(tampered(run, head.seq, doubt));
        }
        let kept = kinds.iter().any(is_kept_at_once);
        let stamp = at.to_string();
        let mut events = Vec::with_capacity(kinds.len());
        for kind in kinds {
            let body = body_of(&kind)?;
            let row = Row {
                run,
                seq: head.seq + 1,
                at: &stamp,
                fence: lease.fence,
                body: &body,
            };
            let next = insert(&tx, &self.path, &head.hash, row)?;
            head = Head {
                gap: head.gap,
                ..next
            };
            events.push(Event {
                seq: head.seq,
                at,
                kind,
            });
        }
        if doubted {
            // What lies before it is not complete, whatever the seal of its end says.
            head.gap = head.seq;
        }
        if !events.is_empty() {
            store_head(&tx, &self.path, run, &head, key.as_ref())?;
        }
        tx.commit().map_err(not_written(&self.path))?;
        in_place(&self.path)?;
        if !events.is_empty() {
            // Before it is acknowledged, and so before a call leaves.
            let end = (head.seq, &head.hash);
            self.anchor(run, end, lease.fence, key.as_ref(), Keep { kept, anew: doubted })?;
            self.mirror(&conn, run);
        }
        Ok(events)
    }
}

/// An open file that somebody deleted takes what is written all the same, and nobody will ever read it.
fn in_place(path: &Path) -> Result<(), JournalError> {
    let lost = |how: &str| {
        JournalError::NotWritten(format!(
            "{}: the file was {how} while it was open. Put it back, or continue from the mirror folder or an export",
            path.display()
        ))
    };
    match std::fs::metadata(path) {
        Ok(file) if file.len() > 0 => Ok(()),
        Ok(_) => Err(lost("emptied")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(lost("deleted or moved")),
        Err(error) => Err(io_not_written(path)(error)),
    }
}

/// Before a call leaves, and where a driver, a copy or a person's decision begins something: the key ring
/// keeps these at once.
fn is_kept_at_once(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Intended { .. }
            | EventKind::Marked { .. }
            | EventKind::DriverStarted { .. }
            | EventKind::JournalDoubted { .. }
            | EventKind::RollbackConfirmed { .. }
            | EventKind::RollbackCompleted
    )
}

/// A doubt that nobody has journalled yet.
pub(crate) fn tampered(run: &RunId, end: u64, doubt: Doubt) -> JournalError {
    JournalError::Tampered(match doubt {
        Doubt::Missing { to, .. } => missing(run, end, to),
        Doubt::NoteLost { .. } => {
            format!("run {run}: {NOTE_LOST}. Compare with the mirror folder or an export")
        }
        Doubt::Contradicted { why, .. } => why,
    })
}

/// Stores one event and gives the head that it makes, without a gap.
pub(crate) fn insert(tx: &Connection, path: &Path, prev: &Hash, row: Row<'_>) -> Result<Head, JournalError> {
    let link = Link {
        run: row.run.as_str(),
        seq: row.seq,
        at: row.at,
        fence: row.fence,
        body: row.body.as_bytes(),
    };
    let hash = hash(link, prev);
    tx.prepare_cached(
        "INSERT INTO event (run, seq, at, fence, body, prev_hash, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .and_then(|mut statement| {
        let run = row.run.as_str();
        statement.execute(params![
            run,
            int(row.seq),
            row.at,
            int(row.fence),
            row.body,
            prev,
            hash
        ])
    })
    .map_err(not_written(path))?;
    Ok(Head {
        seq: row.seq,
        hash,
        gap: 0,
    })
}

/// Stores the head, with its MAC where there is a key.
pub(crate) fn store_head(
    tx: &Connection,
    path: &Path,
    run: &RunId,
    head: &Head,
    key: Option<&Secret>,
) -> Result<(), JournalError> {
    let mac = key.map(|key| head.mac(key, run.as_str()));
    tx.prepare_cached(
        "INSERT INTO head (run, seq, hash, gap, mac, mac_key) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
         ON CONFLICT (run) DO UPDATE SET seq = ?2, hash = ?3, gap = ?4, mac = ?5, mac_key = ?6",
    )
    .and_then(|mut statement| {
        let (seq, gap) = (int(head.seq), int(head.gap));
        statement.execute(params![
            run.as_str(),
            seq,
            head.hash,
            gap,
            mac,
            key.map(Secret::id)
        ])
    })
    .map_err(not_written(path))?;
    Ok(())
}

/// A head as stored.
pub(crate) struct StoredHead {
    pub head: Head,
    pub mac: Option<(Vec<u8>, String)>,
}

pub(crate) fn stored_head(conn: &Connection, path: &Path, run: &RunId) -> Result<StoredHead, JournalError> {
    conn.prepare_cached("SELECT seq, hash, gap, mac, mac_key FROM head WHERE run = ?1")
        .and_then(|mut statement| {
            statement
                .query_row([run.as_str()], |row| {
                    let mac: Option<Vec<u8>> = row.get(3)?;
                    let by: Option<String> = row.get(4)?;
                    let head = Head {
                        seq: uint(row.get(0)?),
                        hash: row.get(1)?,
                        gap: uint(row.get(2)?),
                    };
                    Ok(StoredHead {
                        head,
                        mac: mac.zip(by),
                    })
                })
                .optional()
        })
        .map_err(not_read(path))?
        .ok_or_else(|| JournalError::NoRun(run.to_string()))
}

/// The head to append to: it is the last event's, and its MAC holds where it can be checked.
/// Where it can't, the gap moves up to it.
pub(crate) fn load_head(
    conn: &Connection,
    path: &Path,
    run: &RunId,
    key: Option<&Secret>,
) -> Result<Head, JournalError> {
    let StoredHead { mut head, mac } = stored_head(conn, path, run)?;
    let last: Option<(i64, Hash)> = conn
        .prepare_cached("SELECT seq, hash FROM event WHERE run = ?1 ORDER BY seq DESC LIMIT 1")
        .and_then(|mut statement| {
            statement
                .query_row([run.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })
        .map_err(not_read(path))?;
    if last != Some((int(head.seq), head.hash)) {
        return Err(JournalError::Tampered(format!(
            "run {run} ends at event {}, but its head names event {}",
            last.map_or(0, |(seq, _)| uint(seq)),
            head.seq
        )));
    }
    if !proven(&head, mac.as_ref(), run, key)? {
        head.gap = head.seq;
    }
    Ok(head)
}

/// Whether this home's key vouches for the head; a MAC of this key that is wrong is an error.
pub(crate) fn proven(
    head: &Head,
    mac: Option<&(Vec<u8>, String)>,
    run: &RunId,
    key: Option<&Secret>,
) -> Result<bool, JournalError> {
    match (key, mac) {
        (Some(key), Some((mac, by))) if *by == key.id() => {
            if head.mac_holds(key, run.as_str(), mac) {
                Ok(true)
            } else {
                Err(JournalError::Tampered(format!(
                    "the seal of the last event ({}) of run {run} does not hold: events may have been cut or \
                     replaced. Compare with the mirror folder",
                    head.seq
                )))
            }
        }
        _ => Ok(false),
    }
}
