//! Reading and verifying.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use switchback_engine::doubt::{Doubt, NOTE_LOST};
use switchback_engine::evolve::{IllegalEvent, evolve};
use switchback_engine::ports::JournalError;
use switchback_engine::run::Run;
use switchback_model::event::Vouched;
use switchback_model::{Event, EventKind, RunId, TargetKind};

use crate::anchor::Note;
use crate::append::{proven, stored_head};
use crate::chain::{Hash, Head, Link, ROOT, hash};
use crate::events::Source;
use crate::fault::{damaged, not_read};
use crate::store::{Inner, Store, begin, int, uint};
use crate::vouch;

/// What the chain of a run proves.
///
/// The chain alone proves that no event was changed, moved or taken out of the middle. That none
/// was cut from the end is proven only by the keyed head, so only where the keychain's key was
/// there at every append. An older copy of the whole file put in its place is found only by the
/// mirror.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The last event.
    pub to_seq: u64,
    /// Whether it is proven that nothing was cut.
    pub complete: bool,
    /// The same in words.
    pub sentence: String,
    /// Who vouches for its content.
    pub vouched: Vouched,
    /// Why, or why nobody does.
    pub reason: String,
    /// The events that were acknowledged and are not there.
    pub missing: Option<(u64, u64)>,
    /// Whether it was found, once, to say otherwise than what was acknowledged.
    pub contradicted: bool,
    /// Whether it is a rehearsal's.
    pub rehearsal: bool,
    /// The last event's link, which binds every event before it; hexadecimal.
    pub digest: String,
}

impl Store {
    /// Goes through every link of a run. A break is `Tampered` and names the event.
    pub fn verify(&self, run: &RunId) -> Result<Verification, JournalError> {
        let inner = &*self.inner;
        let path = &inner.path;
        let mut conn = inner.conn();
        // Nobody appends meanwhile: otherwise head, events and mirror would be of different moments.
        let conn = begin(&mut conn, path)?;
        let sound: String = conn
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(not_read(path))?;
        if sound != "ok" {
            return Err(damaged(path));
        }
        inner.refuse_absent(&conn, run)?;
        let stored = stored_head(&conn, path, run)?;
        let head = &stored.head;
        // The last copy that the run continues from, and who vouched for it.
        let mut copied = None;
        // The last doubt that was journalled.
        let mut doubted: Option<(u64, bool, String)> = None;
        let (seq, hash) = walk(&conn, path, run, (0, ROOT), None, |link| {
            copied = vouch::copy_taken(link).or(copied);
            if let Some((contradicted, why)) = vouch::doubt_in(link) {
                let before = doubted.as_ref().is_some_and(|(_, contradicted, _)| *contradicted);
                doubted = Some((link.seq, contradicted || before, why));
            }
            Ok(())
        })?;
        refuse_other_end(run, (seq, hash), head)?;
        inner
            .with_mirror(|mirror| mirror.refuse_if_ahead(&conn, run))
            .transpose()?;
        let key = inner.keychain.known(&conn, path);
        let proven = proven(head, stored.mac.as_ref(), run, key.as_ref())?;
        let mut lost = false;
        let missing = match inner.standing(&conn, run, &stored, key.as_ref(), true)? {
            None => None,
            Some(Doubt::Missing { from, to }) => Some((from, to)),
            Some(Doubt::NoteLost { .. }) => {
                lost = true;
                None
            }
            Some(Doubt::Contradicted { why, .. }) => return Err(JournalError::Tampered(why)),
        };
        if let Some((_, to)) = missing {
            return Ok(Verification {
                to_seq: seq,
                complete: false,
                sentence: format!(
                    "consistent to event {seq}; {}",
                    crate::anchor::missing(run, seq, to)
                ),
                digest: hex::encode(hash),
                vouched: Vouched::None,
                reason: "events that this home acknowledged are missing".to_owned(),
                missing,
                contradicted: doubted.is_some_and(|(_, contradicted, _)| contradicted),
                rehearsal: is_rehearsal(&conn, path, run)?,
            });
        }
        let (vouched, reason) = match (proven, head.gap, key.is_some()) {
            _ if lost => (Vouched::None, NOTE_LOST.to_owned()),
            _ if doubted.is_some() => {
                let (seq, _, why) = doubted.clone().unwrap_or_default();
                (
                    Vouched::None,
                    format!("event {seq} doubts what lies before it: {why}"),
                )
            }
            (true, 0, _) => (
                Vouched::Keychain,
                "the key that this home keeps in the keychain vouches for every event".to_owned(),
            ),
            (true, gap, _) if copied == Some((gap, Vouched::Code)) => (
                Vouched::Keychain,
                format!(
                    "the keychain vouches for the events after {gap}, and the recovery code vouched for the copy up to \
                     there"
                ),
            ),
            (true, gap, _) => (
                Vouched::None,
                format!("the keychain vouches for the events after {gap}; up to there nobody does"),
            ),
            (false, _, true) => (
                Vouched::None,
                "the keychain was not used when the last event was written".to_owned(),
            ),
            (false, _, false) if inner.keychain.is_recorded(&conn, path)? => (
                Vouched::None,
                "the keychain does not give this home's key now: unlock it, then verify again".to_owned(),
            ),
            (false, _, false) => (Vouched::None, {
                let note = match crate::anchor::read(&inner.home, run)? {
                    Note::Kept(_) => "its own note of what was acknowledged agrees",
                    Note::Absent | Note::Unreadable => "it has no note of what was acknowledged either",
                };
                format!(
                    "this home has no key in a keychain: {note}, and whoever can write one can write the other"
                )
            }),
        };
        let sentence = match (proven, head.gap) {
            _ if lost => format!("consistent to event {seq}; {NOTE_LOST}"),
            (true, 0) => format!("complete to event {seq}"),
            (true, gap) => format!(
                "consistent to event {seq}; complete since event {gap}, where the keychain was not used: cannot \
                 prove that nothing was cut there"
            ),
            (false, _) => format!("consistent to event {seq}; cannot prove that nothing was cut"),
        };
        Ok(Verification {
            to_seq: seq,
            complete: proven && head.gap == 0 && !lost,
            sentence,
            digest: hex::encode(hash),
            vouched,
            reason,
            missing: None,
            contradicted: doubted.is_some_and(|(_, contradicted, _)| contradicted),
            rehearsal: !lost && is_rehearsal(&conn, path, run)?,
        })
    }
}

/// By the table of runs: it decides over an exit code, and over nothing that is done.
fn is_rehearsal(conn: &Connection, path: &Path, run: &RunId) -> Result<bool, JournalError> {
    let banner: String = conn
        .query_row(
            "SELECT target_kind FROM run WHERE id = ?1",
            [run.as_str()],
            |row| row.get(0),
        )
        .map_err(not_read(path))?;
    Ok(banner == TargetKind::Rehearsal.banner())
}

impl Inner {
    /// What the anchors say against the chain, for a driver that starts.
    pub fn doubt(&self, run: &RunId) -> Result<Option<Doubt>, JournalError> {
        let mut conn = self.conn();
        let key = self.keychain.known(&conn, &self.path);
        // Nobody appends meanwhile: otherwise chain and anchor would be of different moments.
        let conn = begin(&mut conn, &self.path)?;
        let stored = stored_head(&conn, &self.path, run)?;
        // The ring is asked where it has answered already, or where the file that should be there is not.
        let ask = key.is_some() || crate::anchor::read(&self.home, run)?.anchor().is_none();
        self.standing(&conn, run, &stored, key.as_ref(), ask)
    }

    /// Events after `after_seq` with their links verified, up to the head or the limit.
    pub fn read(
        &self,
        run: &RunId,
        after_seq: u64,
        limit: Option<usize>,
    ) -> Result<Vec<Event>, JournalError> {
        let mut events = Vec::new();
        self.each(run, after_seq, limit, |next| events.append(next))?;
        Ok(events)
    }

    /// Folds the run while its links are verified. What is wrong with the chain outranks what is wrong
    /// with the story.
    pub fn fold(&self, run: &RunId) -> Result<Result<Run, IllegalEvent>, JournalError> {
        let mut folded: Option<Result<Run, IllegalEvent>> = None;
        self.each(run, 0, None, |events| {
            for event in events.iter() {
                match &mut folded {
                    None => folded = Some(Run::open(event)),
                    Some(Ok(run)) => {
                        if let Err(illegal) = evolve(run, event) {
                            folded = Some(Err(illegal));
                        }
                    }
                    Some(Err(_)) => {}
                }
            }
        })?;
        Ok(folded.unwrap_or_else(|| Run::replay(&[])))
    }

    /// Hands on the events after `after_seq` as their links are verified, up to the head or the limit.
    /// They may be believed once this has returned.
    fn each(
        &self,
        run: &RunId,
        after_seq: u64,
        limit: Option<usize>,
        visit: impl FnMut(&mut Vec<Event>),
    ) -> Result<(), JournalError> {
        let mut conn = self.conn();
        let path = &self.path;
        // One view of the file: head and events of the same moment.
        let tx = conn.transaction().map_err(not_read(path))?;
        let head = stored_head(&tx, path, run)?.head;
        if after_seq >= head.seq {
            return Ok(());
        }
        let start = start(&tx, path, run, after_seq)?;
        let mut statement = tx.prepare_cached(ROWS_AFTER).map_err(not_read(path))?;
        let mut rows = statement
            .query(params![run.as_str(), int(start.0), most(limit)])
            .map_err(not_read(path))?;
        let end = Source { path, run }.each(&mut rows, start, visit)?;
        let is_cut = limit.is_some_and(|limit| end.0 - after_seq >= u64::try_from(limit).unwrap_or(u64::MAX));
        if !is_cut {
            refuse_other_end(run, end, &head)?;
        }
        Ok(())
    }
}

/// The last event must be the one that the head names.
fn refuse_other_end(run: &RunId, end: (u64, Hash), head: &Head) -> Result<(), JournalError> {
    if end == (head.seq, head.hash) {
        return Ok(());
    }
    Err(JournalError::Tampered(format!(
        "run {run} ends at event {}, but its head names event {}",
        end.0, head.seq
    )))
}

/// The columns of every link after one, in their order.
const ROWS_AFTER: &str = "SELECT seq, at, fence, body, prev_hash, hash FROM event WHERE run = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";

/// A limit as SQLite takes it: -1 is none.
fn most(limit: Option<usize>) -> i64 {
    limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX))
}

/// Where a walk starts: an event and its hash.
pub(crate) fn start(
    conn: &Connection,
    path: &Path,
    run: &RunId,
    seq: u64,
) -> Result<(u64, Hash), JournalError> {
    if seq == 0 {
        return Ok((0, ROOT));
    }
    conn.prepare_cached("SELECT hash FROM event WHERE run = ?1 AND seq = ?2")
        .and_then(|mut statement| {
            statement
                .query_row(params![run.as_str(), int(seq)], |row| row.get(0))
                .optional()
        })
        .map_err(not_read(path))?
        .map(|hash| (seq, hash))
        .ok_or_else(|| broken(run, seq, "is missing"))
}

/// Visits every link after `start`, verified, and gives the last event and its hash. The rows are
/// hashed where SQLite holds them; nothing is copied.
pub(crate) fn walk(
    conn: &Connection,
    path: &Path,
    run: &RunId,
    start: (u64, Hash),
    limit: Option<usize>,
    mut visit: impl FnMut(&Link<'_>) -> Result<(), JournalError>,
) -> Result<(u64, Hash), JournalError> {
    let mut statement = conn.prepare_cached(ROWS_AFTER).map_err(not_read(path))?;
    let mut rows = statement
        .query(params![run.as_str(), int(start.0), most(limit)])
        .map_err(not_read(path))?;
    let (mut seq, mut prev) = start;
    while let Some(row) = rows.next().map_err(not_read(path))? {
        let next = seq + 1;
        if uint(row.get(0).map_err(not_read(path))?) != next {
            return Err(broken(run, next, "is missing"));
        }
        let at = bytes(row, 1, path)?;
        let at = std::str::from_utf8(at).map_err(|_| broken(run, next, "has no time"))?;
        let fence = uint(row.get(2).map_err(not_read(path))?);
        let link = Link {
            run: run.as_str(),
            seq: next,
            at,
            fence,
            body: bytes(row, 3, path)?,
        };
        let computed = hash(link, &prev);
        if bytes(row, 4, path)? != prev || bytes(row, 5, path)? != computed {
            return Err(broken(run, next, "is not as it was written"));
        }
        visit(&link)?;
        (seq, prev) = (next, computed);
    }
    Ok((seq, prev))
}

pub(crate) fn bytes<'a>(
    row: &'a rusqlite::Row<'_>,
    at: usize,
    path: &Path,
) -> Result<&'a [u8], JournalError> {
    match row.get_ref(at).map_err(not_read(path))? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Ok(bytes),
        _ => Err(damaged(path)),
    }
}

pub(crate) fn broken(run: &RunId, seq: u64, how: &str) -> JournalError {
    JournalError::Tampered(format!(
        "event {seq} of run {run} {how}. Compare with the mirror folder or an export"
    ))
}

/// The event of a verified link.
pub(crate) fn event(path: &Path, link: &Link<'_>) -> Result<Event, JournalError> {
    let unknown = |part: &str| {
        JournalError::NotRead(format!(
            "{}: the {part} of event {} of run {} is unchanged but not known to this program. Install the newer \
             program",
            path.display(),
            link.seq,
            link.run
        ))
    };
    let body = std::str::from_utf8(link.body).map_err(|_| unknown("kind"))?;
    let kind = EventKind::read(body).map_err(|error| {
        tracing::warn!(
            seq = link.seq,
            line = error.line(),
            column = error.column(),
            "unknown event"
        );
        unknown("kind")
    })?;
    let at: Timestamp = link.at.parse().map_err(|_| unknown("time"))?;
    Ok(Event {
        seq: link.seq,
        at,
        kind,
    })
}
