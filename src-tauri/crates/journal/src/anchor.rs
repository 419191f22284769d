//! The anchor: how far a run was acknowledged, kept outside the database.
//!
//! SQLite drops the tail of a write-ahead log that does not hold, and whoever can write the database can
//! rewrite it: its chain then holds, and ends too early or says something else. So the last acknowledged
//! event also stands in `<home>/heads/<run>`, synced before an append is acknowledged and so before a call
//! leaves, and, where there is a keychain, in the keychain under the home's canonical path and the run.
//! Neither is found by anything that the database says.
//!
//! The file has two slots that are written in turn, so that a crash in the middle of a write leaves the
//! other. A chain that goes further than its anchor is what a crash between the two writes leaves; one that
//! does not reach it lacks events; one that has another event in its place is another chain.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use switchback_engine::doubt::Doubt;
use switchback_engine::ports::JournalError;
use switchback_model::RunId;

use crate::append::StoredHead;
use crate::chain::Hash;
use crate::crypto::{Secret, mac, mac_holds};
use crate::fault::{io_not_read, io_not_written};
use crate::read::start;
use crate::schema::create_private;
use crate::store::Inner;

const DOMAIN: &str = "switchback/journal/anchor";
/// The size of a slot, and so the longest record: two disk sectors never share one.
const SLOT: usize = 4096;

/// The last acknowledged event of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Anchor {
    /// Counts the writes of this file, so that the later slot is known.
    n: u64,
    pub run: RunId,
    pub seq: u64,
    /// The event's link, hexadecimal.
    hash: String,
    /// The fence under which it was written.
    pub fence: u64,
    /// Names the key that vouched for the head then: its MAC is promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The MAC of this anchor by that key, hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mac: Option<String>,
}

impl Anchor {
    pub fn new(run: &RunId, (seq, hash): (u64, &Hash), fence: u64, key: Option<&Secret>) -> Self {
        let hash = hex::encode(hash);
        let mac = key.map(|key| hex::encode(mac(key, DOMAIN, &fields(run, seq, &hash, fence).each())));
        Self {
            n: 0,
            run: run.clone(),
            seq,
            hash,
            fence,
            key: key.map(Secret::id),
            mac,
        }
    }

    fn holds(&self, key: &Secret) -> bool {
        let found = self.mac.as_deref().and_then(|mac| hex::decode(mac).ok());
        let fields = fields(&self.run, self.seq, &self.hash, self.fence);
        found.is_some_and(|found| mac_holds(key, DOMAIN, &fields.each(), &found))
    }
}

struct Fields {
    run: String,
    seq: [u8; 8],
    hash: String,
    fence: [u8; 8],
}

impl Fields {
    fn each(&self) -> [&[u8]; 4] {
        [self.run.as_bytes(), &self.seq, self.hash.as_bytes(), &self.fence]
    }
}

fn fields(run: &RunId, seq: u64, hash: &str, fence: u64) -> Fields {
    Fields {
        run: run.to_string(),
        seq: seq.to_be_bytes(),
        hash: hash.to_owned(),
        fence: fence.to_be_bytes(),
    }
}

/// The file of a run.
fn path(home: &Path, run: &RunId) -> PathBuf {
    home.join("heads").join(run.as_str())
}

/// What the file of a run holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Note {
    /// There is none: the run is of a program that wrote none, or somebody removed it.
    Absent,
    /// There is one, and no slot of it is whole: a crash of the file system, or somebody wrote it.
    Unreadable,
    /// The later whole slot.
    Kept(Anchor),
}

impl Note {
    /// The anchor, if there is one.
    pub fn anchor(self) -> Option<Anchor> {
        match self {
            Self::Kept(anchor) => Some(anchor),
            Self::Absent | Self::Unreadable => None,
        }
    }
}

/// Reads the file of a run.
pub(crate) fn read(home: &Path, run: &RunId) -> Result<Note, JournalError> {
    let path = path(home, run);
    let mut bytes = Vec::new();
    match File::open(&path) {
        Ok(file) => file
            .take(2 * SLOT as u64)
            .read_to_end(&mut bytes)
            .map_err(io_not_read(&path))?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Note::Absent),
        Err(error) => return Err(io_not_read(&path)(error)),
    };
    let slots = bytes.chunks(SLOT).filter_map(whole);
    let last = slots
        .filter(|anchor| anchor.run == *run)
        .max_by_key(|anchor| anchor.n);
    Ok(last.map_or(Note::Unreadable, Note::Kept))
}

/// The record of a slot: `<sha256> <json>\n`.
fn whole(slot: &[u8]) -> Option<Anchor> {
    let line = slot.split(|byte| *byte == b'\n').next()?;
    let (sum, json) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    (sum == hex::encode(Sha256::digest(json.as_bytes())))
        .then(|| serde_json::from_str(json).ok())
        .flatten()
}

/// How an anchor is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keep {
    /// In the key ring, too.
    pub kept: bool,
    /// In place of one that goes further: what contradicts it or is missing has been journalled.
    pub anew: bool,
}

/// Writes the slot that is not the later one, and syncs it. Of two processes that write one after the other
/// the one that goes further counts.
pub(crate) fn write(home: &Path, anchor: &Anchor, anew: bool) -> Result<(), JournalError> {
    let path = path(home, &anchor.run);
    if !path.exists() && begin(home, &path, anchor)? {
        return Ok(());
    }
    let mut file = create_private(&path)?;
    if let Err(error) = file.lock() {
        tracing::debug!(%error, "this file system has no locks");
    }
    let last = read(home, &anchor.run)?.anchor();
    if last.as_ref().is_some_and(|last| last.seq >= anchor.seq && !anew) {
        return Ok(());
    }
    put(&mut file, &path, anchor, last.map_or(1, |last| last.n + 1))
}

/// Makes the file with its first slot in it: nobody ever finds it without one, or a crash in its first moment would
/// read as a note that was lost. Whether it did; not where another process was quicker.
fn begin(home: &Path, path: &Path, anchor: &Anchor) -> Result<bool, JournalError> {
    let failed = io_not_written(path);
    let folder = home.join("heads");
    fs::create_dir_all(&folder).map_err(&failed)?;
    let fresh = folder.join(format!(".{}-{}", anchor.run, std::process::id()));
    put(&mut create_private(&fresh)?, &fresh, anchor, 1)?;
    let made = match fs::hard_link(&fresh, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => false,
        // A file system without links.
        Err(_) => fs::rename(&fresh, path).map(|()| true).map_err(&failed)?,
        Ok(()) => true,
    };
    let _ = fs::remove_file(&fresh);
    // The entries of the folders, too: a file that nobody finds after a crash anchors nothing.
    for folder in [folder.as_path(), home] {
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
    }
    Ok(made)
}

/// Writes the `n`th slot in its turn, and syncs it.
fn put(file: &mut File, path: &Path, anchor: &Anchor, n: u64) -> Result<(), JournalError> {
    let json = serde_json::to_string(&Anchor { n, ..anchor.clone() }).map_err(|_| {
        JournalError::NotWritten("the anchor can't be written as JSON. Report this fault".to_owned())
    })?;
    let mut slot = format!("{} {json}\n", hex::encode(Sha256::digest(json.as_bytes()))).into_bytes();
    slot.resize(SLOT, b'\n');
    file.seek(SeekFrom::Start((n % 2) * SLOT as u64))
        .and_then(|_| file.write_all(&slot))
        .and_then(|()| file.sync_data())
        .map_err(io_not_written(path))
}

/// Events missing behind the chain's end, in words.
pub(crate) fn missing(run: &RunId, end: u64, anchor: u64) -> String {
    let which = if anchor == end + 1 {
        format!("event {anchor} is")
    } else {
        format!("events {} to {anchor} are", end + 1)
    };
    format!(
        "{which} missing: run {run} was acknowledged to event {anchor}, and this journal ends at event {end}. Compare \
         with the mirror folder or an export"
    )
}

impl Inner {
    /// The name of a run's anchor in the key ring: by the home's canonical path, never by anything that
    /// the database says.
    fn anchor_name(&self, run: &RunId) -> String {
        let home = fs::canonicalize(&self.home).unwrap_or_else(|_| self.home.clone());
        let home = Sha256::digest(home.to_string_lossy().as_bytes());
        format!("anchor-{}-{run}", hex::encode(&home[..16]))
    }

    /// Keeps that everything up to this event is acknowledged. In the key ring only where `keep` says so:
    /// it takes tens of milliseconds, so it is done before a call leaves and where a driver begins, not
    /// with every reading.
    pub fn anchor(
        &self,
        run: &RunId,
        (seq, hash): (u64, &Hash),
        fence: u64,
        key: Option<&Secret>,
        keep: Keep,
    ) -> Result<(), JournalError> {
        let anchor = Anchor::new(run, (seq, hash), fence, key);
        write(&self.home, &anchor, keep.anew)?;
        if keep.kept && key.is_some() {
            let written = serde_json::to_vec(&anchor)
                .map_err(|_| crate::keyring::KeyRingProblem::Damaged)
                .and_then(|bytes| self.keys.write(&self.anchor_name(run), &bytes));
            if let Err(problem) = written {
                tracing::warn!(%run, ?problem, "the keychain did not take the anchor");
            }
        }
        Ok(())
    }

    /// The key ring's anchor; none where there is none or the ring does not answer.
    fn anchor_in_ring(&self, run: &RunId) -> Option<Anchor> {
        let bytes = self.keys.read(&self.anchor_name(run)).ok()??;
        serde_json::from_slice::<Anchor>(&bytes)
            .ok()
            .filter(|anchor| anchor.run == *run)
    }

    /// What the anchors say of the chain. `ask_ring` also asks the key ring, which may take seconds.
    pub fn standing(
        &self,
        conn: &Connection,
        run: &RunId,
        stored: &StoredHead,
        key: Option<&Secret>,
        ask_ring: bool,
    ) -> Result<Option<Doubt>, JournalError> {
        let note = read(&self.home, run)?;
        let in_ring = ask_ring.then(|| self.anchor_in_ring(run)).flatten();
        let mut doubt = (note == Note::Unreadable).then_some(Doubt::NoteLost { end: stored.head.seq });
        let in_file = note.anchor();
        for anchor in [&in_file, &in_ring].into_iter().flatten() {
            let found = self.judge(conn, run, stored, key, anchor)?;
            // What contradicts outranks what is missing.
            if found.is_some() && !matches!(doubt, Some(Doubt::Contradicted { .. })) {
                doubt = found;
            }
        }
        Ok(doubt)
    }

    fn judge(
        &self,
        conn: &Connection,
        run: &RunId,
        stored: &StoredHead,
        key: Option<&Secret>,
        anchor: &Anchor,
    ) -> Result<Option<Doubt>, JournalError> {
        let contradicted = |why: String| Ok(Some(Doubt::Contradicted { seq: anchor.seq, why }));
        if let (Some(key), Some(by)) = (key, &anchor.key)
            && *by == key.id()
            && !anchor.holds(key)
        {
            return contradicted(format!("the anchor of run {run} was not written by this home"));
        }
        let head = &stored.head;
        if anchor.seq > head.seq {
            return Ok(Some(Doubt::Missing {
                from: head.seq + 1,
                to: anchor.seq,
            }));
        }
        let (_, hash) = match start(conn, &self.path, run, anchor.seq) {
            Ok(found) => found,
            Err(JournalError::Tampered(why)) => return contradicted(why),
            Err(other) => return Err(other),
        };
        if hex::encode(hash) != anchor.hash {
            return contradicted(format!(
                "event {} of run {run} is not the one that was acknowledged. Compare with the mirror folder or an export",
                anchor.seq
            ));
        }
        // A MAC that is missing alone says nothing: the keychain may have been locked at an append. One
        // that was there, and is not any more, was taken away.
        if anchor.key.is_some() {
            if anchor.seq == head.seq && stored.mac.is_none() {
                return contradicted(format!(
                    "the seal of event {} of run {run} was taken away",
                    anchor.seq
                ));
            }
            if !self.keychain.is_recorded(conn, &self.path)? {
                return contradicted(format!(
                    "this home's journal no longer says that it has a key, and run {run} was sealed with one"
                ));
            }
        }
        Ok(None)
    }
}
