//! The mirror folder: every event again, on another disk or share, in the form of an export; and
//! the mark by which a takeover on another workstation stops the old driver.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Seek, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use serde::{Deserialize, Serialize};
use switchback_engine::ports::JournalError;
use switchback_model::{Operator, RunId};

use crate::append::stored_head;
use crate::chain::Hash;
use crate::copy::{Counted, create_new, scan, write_copy, write_events};
use crate::fault::{io_not_read, io_not_written, not_written};
use crate::read::start;

/// How far the mirror has come with one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirrorState {
    /// The folder.
    pub folder: PathBuf,
    /// The last event that is safely in it; 0 = none.
    pub last_seq: u64,
    /// When that event was journalled.
    pub last_at: Option<Timestamp>,
    /// Why it is behind, and how to mend it.
    pub problem: Option<String>,
}

pub(crate) struct Mirror {
    folder: PathBuf,
    store_id: String,
    runs: HashMap<RunId, Progress>,
}

/// How a mirrored run ends; `length` shows whether another process wrote to it since.
#[derive(Clone, Default)]
struct Progress {
    length: u64,
    seq: u64,
    hash: Hash,
    at: Option<Timestamp>,
    problem: Option<String>,
}

/// Says in the mirror folder which store continues a run. Every other store stops at it.
#[derive(Serialize, Deserialize)]
pub(crate) struct Mark {
    pub store: String,
    pub run: RunId,
    pub fence: u64,
    pub from_seq: u64,
    pub by: Operator,
    pub reason: String,
    pub at: Timestamp,
}

impl Mirror {
    pub fn new(folder: &Path, store_id: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            store_id: store_id.to_owned(),
            runs: HashMap::new(),
        }
    }

    pub fn state(&self, run: &RunId) -> MirrorState {
        let Progress { seq, at, problem, .. } = self.runs.get(run).cloned().unwrap_or_default();
        MirrorState {
            folder: self.folder.clone(),
            last_seq: seq,
            last_at: at,
            problem,
        }
    }

    /// Writes what is missing. A failure is kept in the state; the next call tries again.
    pub fn sync(&mut self, conn: &Connection, run: &RunId) {
        let result = self.try_sync(conn, run);
        self.note(run, result);
    }

    /// Writes the run's file anew, with the keys as they are now.
    pub fn rewrite(&mut self, conn: &Connection, run: &RunId) {
        let result = self.try_rewrite(conn, run);
        self.note(run, result);
    }

    fn try_rewrite(&self, conn: &Connection, run: &RunId) -> Result<Progress, JournalError> {
        self.refuse_if_taken_over(run)?;
        match self.scanned(&self.path(run), run) {
            Ok((_, end)) if !follows(conn, &self.folder, run, end)? => Err(self.diverged(run)),
            _ => self.write_anew(conn, run),
        }
    }

    fn diverged(&self, run: &RunId) -> JournalError {
        JournalError::NotWritten(format!(
            "{}: it holds events that this journal does not have. Set the file aside, and find out which of the \
             two is right",
            self.path(run).display()
        ))
    }

    fn note(&mut self, run: &RunId, result: Result<Progress, JournalError>) {
        let progress = self.runs.entry(run.clone()).or_default();
        match result {
            Ok(now) => *progress = now,
            Err(error) => {
                let problem = match error {
                    // The journal itself is all right: only what is wrong with the folder is said.
                    JournalError::NotWritten(why) | JournalError::NotRead(why) => why,
                    other => other.to_string(),
                };
                if progress.problem.as_ref() != Some(&problem) {
                    tracing::warn!(%run, %problem, "the mirror is behind");
                }
                progress.problem = Some(problem);
            }
        }
    }

    fn path(&self, run: &RunId) -> PathBuf {
        self.folder.join(format!("{run}.jsonl"))
    }

    fn try_sync(&self, conn: &Connection, run: &RunId) -> Result<Progress, JournalError> {
        self.refuse_if_taken_over(run)?;
        // Another process of this home waits here, so that no event is mirrored twice.
        let _gate = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)
            .map_err(not_written(&self.folder))?;
        let path = self.path(run);
        let length = match fs::metadata(&path) {
            Ok(found) => found.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => return self.write_anew(conn, run),
            Err(error) => return Err(io_not_read(&path)(error)),
        };
        let known = self
            .runs
            .get(run)
            .filter(|known| known.length == length && known.seq > 0);
        let (mut now, end) = match known {
            Some(known) => (known.clone(), (known.seq, known.hash)),
            None => match self.scanned(&path, run) {
                Ok(found) => found,
                // After a takeover the folder is ours: what the old driver left is kept aside.
                Err(_) if self.is_ours(run) => return self.set_aside(conn, run, length),
                Err(error) => return Err(error),
            },
        };
        if !follows(conn, &self.folder, run, end)? {
            if self.is_ours(run) {
                return self.set_aside(conn, run, length);
            }
            return Err(self.diverged(run));
        }
        let mut file = OpenOptions::new()
            .write(true)
            .open(&path)
            .map_err(io_not_written(&path))?;
        // Drops the unfinished line of a writer that was killed.
        file.set_len(now.length)
            .and_then(|()| file.seek(SeekFrom::End(0)))
            .map_err(io_not_written(&path))?;
        let mut writer = Counted {
            out: BufWriter::new(file),
            length: now.length,
        };
        (now.seq, now.hash) = write_events(conn, &self.folder, run, end, &path, &mut writer)?;
        let file = writer
            .out
            .into_inner()
            .map_err(|error| io_not_written(&path)(error.into_error()))?;
        file.sync_all().map_err(io_not_written(&path))?;
        now.length = writer.length;
        now.at = last_at(conn, run);
        now.problem = None;
        Ok(now)
    }

    fn scanned(&self, path: &Path, run: &RunId) -> Result<(Progress, (u64, Hash)), JournalError> {
        let found = scan(path, |_| Ok(()))?;
        if found.header.run != *run {
            return Err(JournalError::NotWritten(format!(
                "{}: it holds another run. Set the file aside",
                path.display()
            )));
        }
        let end = (found.seq, found.hash);
        Ok((
            Progress {
                length: found.length,
                seq: found.seq,
                hash: found.hash,
                ..Progress::default()
            },
            end,
        ))
    }

    fn write_anew(&self, conn: &Connection, run: &RunId) -> Result<Progress, JournalError> {
        self.make_folder()?;
        let path = self.path(run);
        let draft = path.with_extension("jsonl.new");
        let _ = fs::remove_file(&draft);
        let (length, seq, hash) = write_copy(conn, &self.folder, run, None, &draft, create_new(&draft)?)?;
        fs::rename(&draft, &path).map_err(io_not_written(&path))?;
        sync_folder(&self.folder);
        Ok(Progress {
            length,
            seq,
            hash,
            at: last_at(conn, run),
            problem: None,
        })
    }

    /// Makes the folder itself, never its parents: the place of a disk that is not there must not be
    /// filled in on this one.
    fn make_folder(&self) -> Result<(), JournalError> {
        match fs::create_dir(&self.folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && self.folder.is_dir() => Ok(()),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(io_not_written(&self.folder)(ErrorKind::NotADirectory.into()))
            }
            made => made.map_err(io_not_written(&self.folder)),
        }
    }

    fn set_aside(&self, conn: &Connection, run: &RunId, length: u64) -> Result<Progress, JournalError> {
        let path = self.path(run);
        let aside = (0_u32..)
            .map(|n| self.folder.join(format!("{run}.superseded-{length}-{n}.jsonl")))
            .find(|aside| !aside.exists())
            .unwrap_or_else(|| path.with_extension("superseded"));
        fs::rename(&path, &aside).map_err(io_not_written(&path))?;
        tracing::warn!(aside = %aside.display(), "the old driver's mirror was set aside");
        self.write_anew(conn, run)
    }

    /// A journal with fewer events than its mirror was cut, or an older copy was put in its place.
    pub fn refuse_if_ahead(&self, conn: &Connection, run: &RunId) -> Result<(), JournalError> {
        if self.refuse_if_taken_over(run).is_err() {
            return Ok(());
        }
        let Ok((_, end)) = self.scanned(&self.path(run), run) else {
            return Ok(());
        };
        if follows(conn, &self.folder, run, end)? {
            return Ok(());
        }
        let head = stored_head(conn, &self.folder, run)?.head;
        Err(JournalError::Tampered(format!(
            "the mirror folder holds run {run} to event {}, which this journal (to event {}) does not have: events \
             were cut or replaced",
            end.0, head.seq
        )))
    }

    /// The mirror's last event, if it goes further than a copy.
    pub fn further_than(&self, run: &RunId, seq: u64) -> Option<u64> {
        self.scanned(&self.path(run), run)
            .ok()
            .map(|(_, end)| end.0)
            .filter(|end| *end > seq)
    }

    fn mark_path(&self, run: &RunId) -> PathBuf {
        self.folder.join(format!("{run}.takeover.json"))
    }

    /// The mark: `None` where there is none or the folder can't be reached (a mirror never stops a
    /// run by being away).
    fn mark(&self, run: &RunId) -> Result<Option<Mark>, JournalError> {
        let path = self.mark_path(run);
        match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json).map(Some).map_err(|_| {
                JournalError::Fenced(format!(
                    "another workstation took this run over, but its mark can't be read: {}. Look who drives the run, \
                     then remove the file or take the run over",
                    path.display()
                ))
            }),
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    tracing::warn!(path = %path.display(), %error, "the mirror folder can't be reached");
                }
                Ok(None)
            }
        }
    }

    fn is_ours(&self, run: &RunId) -> bool {
        matches!(self.mark(run), Ok(Some(mark)) if mark.store == self.store_id)
    }

    /// Refuses where another store's takeover is marked.
    pub fn refuse_if_taken_over(&self, run: &RunId) -> Result<(), JournalError> {
        match self.mark(run)? {
            Some(mark) if mark.store != self.store_id => Err(JournalError::Fenced(format!(
                "{} took this run over on another workstation after event {} ({}). To take it back, import the \
                 mirror folder's copy with: switchback journal import --takeover",
                mark.by, mark.from_seq, mark.reason
            ))),
            _ => Ok(()),
        }
    }

    /// Places our mark, whole or not at all.
    pub fn place_mark(&self, mark: &Mark) -> Result<(), JournalError> {
        self.make_folder()?;
        let path = self.mark_path(&mark.run);
        let draft = path.with_extension("json.new");
        let _ = fs::remove_file(&draft);
        let json = serde_json::to_vec(mark).map_err(|_| {
            JournalError::NotWritten("the mark can't be written as JSON. Report this fault".to_owned())
        })?;
        let mut file = create_new(&draft)?;
        file.write_all(&json)
            .and_then(|()| file.sync_all())
            .map_err(io_not_written(&draft))?;
        fs::rename(&draft, &path).map_err(io_not_written(&path))?;
        sync_folder(&self.folder);
        Ok(())
    }
}

/// Whether the journal has the event with which a copy ends.
fn follows(conn: &Connection, path: &Path, run: &RunId, end: (u64, Hash)) -> Result<bool, JournalError> {
    match start(conn, path, run, end.0) {
        Ok(found) => Ok(found == end),
        Err(JournalError::Tampered(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn last_at(conn: &Connection, run: &RunId) -> Option<Timestamp> {
    conn.prepare_cached("SELECT at FROM event WHERE run = ?1 ORDER BY seq DESC LIMIT 1")
        .and_then(|mut statement| statement.query_row([run.as_str()], |row| row.get::<_, String>(0)))
        .ok()?
        .parse()
        .ok()
}

/// Makes a new name durable, where the system lets a folder be synced.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}
