//! What is done to a home between a kill and the next start, on its files alone.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::anchor;
use crate::ring::FileRing;

/// What happens to a home whose program was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// The last so many transactions of the log are gone, as after a power cut on a disk that lies.
    LostTail(usize),
    /// The same, and the mirror folder still has them.
    LostTailMirrored(usize),
    /// One bit of the last transaction but so many: SQLite drops it and all that came after.
    BitOfTheLog(usize),
    /// One bit of an event in the database.
    BitOfAnEvent,
    /// One bit of the link of the last event in the database.
    BitOfALink,
    /// The seal of the last event was taken away.
    NoSeal,
    /// The keychain has lost this home's key.
    NoKey,
    /// The last transaction is durable, its anchor was not yet written.
    AnchorBehind,
    /// The same by a kill at the so manieth writing of the anchor by a thread.
    KilledAtAnchor(usize),
}

/// What the program must say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noticed {
    /// That events are missing.
    Missing,
    /// That they are, though the mirror has them.
    MissingHere,
    /// That it was tampered with, and goes on from what it finds.
    Tampered,
    /// That it can't be read: it goes on in another home, from the mirror.
    Refused,
    /// That nobody vouches for it.
    NotVouched,
    /// Nothing: nothing that was acknowledged is lost.
    Nothing,
}

impl Harm {
    /// The row of the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::LostTail(_) => "lost tail of the log",
            Self::LostTailMirrored(_) => "lost tail, taken over from the mirror",
            Self::BitOfTheLog(_) => "flipped bit of the log",
            Self::BitOfAnEvent => "flipped bit of an event",
            Self::BitOfALink => "flipped bit of the last link",
            Self::NoSeal => "sealed, and the seal is gone",
            Self::NoKey => "sealed, and the keychain has lost the key",
            Self::AnchorBehind => "durable, and not yet anchored",
            Self::KilledAtAnchor(_) => "killed between the log and the anchor",
        }
    }

    pub fn noticed(self) -> Noticed {
        match self {
            Self::LostTail(_) | Self::BitOfTheLog(_) => Noticed::Missing,
            Self::LostTailMirrored(_) => Noticed::MissingHere,
            Self::BitOfAnEvent | Self::BitOfALink => Noticed::Refused,
            Self::NoSeal => Noticed::Tampered,
            Self::NoKey => Noticed::NotVouched,
            Self::AnchorBehind | Self::KilledAtAnchor(_) => Noticed::Nothing,
        }
    }

    /// Does it to a home, whose key ring is this one. False where the home has nothing of which it could be
    /// done.
    pub fn done_to(self, home: &Path, ring: &Path) -> bool {
        match self {
            Self::LostTail(n) | Self::LostTailMirrored(n) => to_the_log(home, |log| {
                let ends = commits(log);
                let Some(keep) = ends.len().checked_sub(n + 1).map(|at| ends[at]) else {
                    return false;
                };
                log.truncate(keep);
                true
            }),
            Self::BitOfTheLog(n) => to_the_log(home, |log| {
                let ends = commits(log);
                let Some(before) = ends.len().checked_sub(n + 2).map(|at| ends[at]) else {
                    return false;
                };
                // Into the page of the transaction's first frame, behind the frame's own header.
                log[before + FRAME_HEADER + 1_000] ^= 4;
                true
            }),
            Self::BitOfAnEvent => {
                let needle = b"{\"event\":\"".to_vec();
                bit_of_the_database(home, &needle, 12)
            }
            Self::BitOfALink => {
                let hash = anchor::last_link(home);
                bit_of_the_database(home, &hash, 3)
            }
            Self::NoSeal => {
                behind(home)
                    .execute("UPDATE head SET mac = NULL, mac_key = NULL", [])
                    .unwrap()
                    > 0
            }
            Self::NoKey => {
                FileRing::new(ring.to_owned()).forget("");
                true
            }
            Self::AnchorBehind => anchor::forget_last(home),
            // Done already: the kill is the harm. It must have come where it was meant to.
            Self::KilledAtAnchor(_) => {
                let head: i64 = behind(home)
                    .query_row("SELECT seq FROM head", [], |row| row.get(0))
                    .unwrap();
                let head = u64::try_from(head).unwrap();
                assert!(head > anchor::seq(home), "the anchor was written");
                true
            }
        }
    }
}

/// Before the frames, and before each page.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// The ends of the transactions that a log holds, by SQLite's format: the last frame of each says how large
/// the database is after it. What an earlier round of the log left behind has other salts.
fn commits(log: &[u8]) -> Vec<usize> {
    if log.len() < LOG_HEADER {
        return Vec::new();
    }
    let frame = FRAME_HEADER + usize::try_from(word(log, 8)).unwrap();
    let salts = &log[16..24];
    let mut ends = Vec::new();
    let mut at = LOG_HEADER;
    while at + frame <= log.len() && log[at + 8..at + 16] == *salts {
        if word(log, at + 4) != 0 {
            ends.push(at + frame);
        }
        at += frame;
    }
    ends
}

fn to_the_log(home: &Path, harm: impl FnOnce(&mut Vec<u8>) -> bool) -> bool {
    let path = home.join("journal.db-wal");
    let mut log = fs::read(&path).unwrap_or_default();
    let done = harm(&mut log);
    if done {
        fs::write(&path, log).unwrap();
        // Memory that was shared does not survive a power cut.
        let _ = fs::remove_file(home.join("journal.db-shm"));
    }
    done
}

/// The file behind the store's back, without the triggers that keep an event as it is.
fn behind(home: &Path) -> Connection {
    let conn = Connection::open(home.join("journal.db")).unwrap();
    let triggers: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for trigger in triggers {
        conn.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    conn
}

/// A number and two strings of bytes.
type Row = (i64, Vec<u8>, Vec<u8>);

/// What SQLite reads of events and heads, to tell a bit that counts from one in the slack of a page.
fn content(home: &Path) -> Option<Vec<Row>> {
    let conn = Connection::open(home.join("journal.db")).ok()?;
    let mut statement = conn
        .prepare("SELECT seq, CAST(body AS BLOB), hash FROM event UNION ALL SELECT seq, hash, hash FROM head")
        .ok()?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    rows.ok()?.collect::<Result<_, _>>().ok()
}

/// Flips a bit so many bytes behind the last place of these bytes in the database where it changes what is
/// read.
fn bit_of_the_database(home: &Path, needle: &[u8], behind: usize) -> bool {
    let path = home.join("journal.db");
    // The log goes into the file, and is gone: a flip of what it covers would change nothing.
    let conn = Connection::open(&path).unwrap();
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        .unwrap();
    drop(conn);
    let before = content(home);
    let whole = fs::read(&path).unwrap();
    let places = whole.windows(needle.len()).enumerate();
    let places: Vec<usize> = places
        .filter(|(_, window)| *window == needle)
        .map(|(at, _)| at)
        .collect();
    for at in places.into_iter().rev() {
        let mut bytes = whole.clone();
        bytes[at + behind] ^= 1;
        fs::write(&path, &bytes).unwrap();
        if content(home) != before {
            return true;
        }
    }
    fs::write(&path, whole).unwrap();
    false
}
