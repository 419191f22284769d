//! The mirror folder: every event again, on another disk or share, in the form of an export; and
//! the mark by which a takeover on another workstation stops the old driver.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use switchback_engine::ports::{JournalError, TAKE_BACK};
use switchback_model::RunId;

use crate::append::stored_head;
use crate::chain::Hash;
use crate::copy::{Counted, copy_bytes, write_events};
use crate::crypto::Secret;
use crate::fault::not_written;
use crate::memory::Memory;
pub(crate) use crate::mirror_folder::Mark;
use crate::mirror_folder::{End, Folder, There};
use crate::read::start;
use crate::timed::TimedCalls;

/// A folder that takes longer than this is given up for now: a share that hangs must not hold up
/// the way back.
const LIMIT: Duration = Duration::from_secs(5);

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

/// Gives the run's key, for the MACs of new lines; asked only where there are any, because a keychain may take
/// seconds.
pub(crate) type Key<'a> = &'a dyn Fn() -> Option<Secret>;

pub(crate) struct Mirror {
    folder: Folder,
    /// A person said that the folder is a new one, so that it may be filled.
    anew: bool,
    memory: Memory,
    store_id: String,
    runs: HashMap<RunId, Progress>,
    patient: Arc<TimedCalls>,
}

/// How a mirrored run ends; the length shows whether another process wrote to it since.
#[derive(Clone, Default)]
struct Progress {
    end: Option<End>,
    at: Option<Timestamp>,
    problem: Option<String>,
    /// Whether the home remembers that the folder holds it.
    held: bool,
}

impl Mirror {
    pub fn new(folder: &Path, anew: bool, store_id: &str, memory: Memory) -> Self {
        Self {
            folder: Folder(folder.to_owned()),
            anew,
            memory,
            store_id: store_id.to_owned(),
            runs: HashMap::new(),
            patient: Arc::default(),
        }
    }

    pub fn state(&self, run: &RunId) -> MirrorState {
        let Progress { end, at, problem, .. } = self.runs.get(run).cloned().unwrap_or_default();
        MirrorState {
            folder: self.folder.0.clone(),
            last_seq: end.map_or(0, |end| end.seq),
            last_at: at,
            problem,
        }
    }

    /// Does something in the folder, on a thread of its own, with a limit of time.
    fn there<T: Send + 'static>(
        &self,
        run: &RunId,
        act: impl FnOnce(&Folder, &RunId) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (folder, run) = (self.folder.clone(), run.clone());
        self.patient
            .ask(LIMIT, move || act(&folder, &run))
            .unwrap_or_else(|_| {
                Err(JournalError::NotWritten(format!(
                    "{}: the folder does not answer. Look at its disk or share; the run goes on without it",
                    self.folder.0.display()
                )))
            })
    }

    /// Writes what is missing. A failure is kept in the state; the next call tries again.
    pub fn sync(&mut self, conn: &Connection, run: &RunId, key: Key<'_>) {
        let result = self.try_sync(conn, run, key);
        self.note(run, result);
    }

    /// Writes the run's file anew, with the keys as they are now.
    pub fn rewrite(&mut self, conn: &Connection, run: &RunId, key: Key<'_>) {
        let result = self.try_rewrite(conn, run, key);
        self.note(run, result);
    }

    fn try_rewrite(&self, conn: &Connection, run: &RunId, key: Key<'_>) -> Result<Progress, JournalError> {
        self.refuse_if_taken_over(conn, run)?;
        if matches!(
            self.there(run, |folder, run| folder.look(run, None))?,
            There::Nothing
        ) {
            self.refuse_another_folder(run)?;
        }
        match self.there(run, Folder::scanned) {
            Ok(end) if !follows(conn, &self.folder.0, run, &end)? => Err(self.diverged(run)),
            _ => self.write_anew(conn, run, key),
        }
    }

    fn diverged(&self, run: &RunId) -> JournalError {
        JournalError::NotWritten(format!(
            "{}: it holds events that this journal does not have. Set the file aside, and find out which of the \
             two is right",
            self.folder.path(run).display()
        ))
    }

    fn note(&mut self, run: &RunId, result: Result<Progress, JournalError>) {
        let progress = self.runs.entry(run.clone()).or_default();
        match result {
            Ok(now) => {
                if !progress.held {
                    self.memory.hold(run, &self.folder.0);
                }
                *progress = Progress { held: true, ..now };
            }
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

    fn try_sync(&self, conn: &Connection, run: &RunId, key: Key<'_>) -> Result<Progress, JournalError> {
        self.refuse_if_taken_over(conn, run)?;
        // Another process of this home waits here, so that no event is mirrored twice.
        let _gate = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)
            .map_err(not_written(&self.folder.0))?;
        let known = self.runs.get(run).and_then(|progress| progress.end);
        let end = match self.there(run, move |folder, run| folder.look(run, known))? {
            There::Nothing => {
                self.refuse_another_folder(run)?;
                return self.write_anew(conn, run, key);
            }
            There::Copy(end) if follows(conn, &self.folder.0, run, &end)? => end,
            // After a takeover the folder is ours: what the old driver left is kept aside.
            There::Copy(end) if self.is_ours(run) => return self.set_aside(conn, run, key, end.length),
            There::Copy(_) => return Err(self.diverged(run)),
            There::Other(length, _) if self.is_ours(run) => return self.set_aside(conn, run, key, length),
            There::Other(_, error) => return Err(error),
        };
        let is_behind = stored_head(conn, &self.folder.0, run)?.head.seq > end.seq;
        let key = is_behind.then(key).flatten();
        let mut lines = Counted {
            out: Vec::new(),
            length: end.length,
        };
        let path = self.folder.path(run);
        let (seq, hash) = write_events(
            conn,
            &self.folder.0,
            run,
            key.as_ref(),
            (end.seq, end.hash),
            &path,
            &mut lines,
        )?;
        let (bytes, length) = (lines.out, lines.length);
        self.there(run, move |folder, run| folder.append(run, end.length, &bytes))?;
        Ok(Progress {
            end: Some(End { length, seq, hash }),
            at: last_at(conn, run),
            ..Progress::default()
        })
    }

    fn write_anew(&self, conn: &Connection, run: &RunId, key: Key<'_>) -> Result<Progress, JournalError> {
        let (bytes, seq, hash) =
            copy_bytes(conn, &self.folder.0, run, key().as_ref(), &self.folder.path(run))?;
        let length = bytes.len() as u64;
        self.there(run, move |folder, run| folder.put(run, &bytes))?;
        Ok(Progress {
            end: Some(End { length, seq, hash }),
            at: last_at(conn, run),
            ..Progress::default()
        })
    }

    fn set_aside(
        &self,
        conn: &Connection,
        run: &RunId,
        key: Key<'_>,
        length: u64,
    ) -> Result<Progress, JournalError> {
        self.there(run, move |folder, run| folder.set_aside(run, length))?;
        self.write_anew(conn, run, key)
    }

    /// A journal with fewer events than its mirror was cut, or an older copy was put in its place.
    pub fn refuse_if_ahead(&self, conn: &Connection, run: &RunId) -> Result<(), JournalError> {
        if self.refuse_if_taken_over(conn, run).is_err() {
            return Ok(());
        }
        let Ok(end) = self.there(run, Folder::scanned) else {
            return Ok(());
        };
        if follows(conn, &self.folder.0, run, &end)? {
            return Ok(());
        }
        let head = stored_head(conn, &self.folder.0, run)?.head;
        Err(JournalError::Tampered(format!(
            "the mirror folder holds run {run} to event {}, which this journal (to event {}) does not have: events \
             were cut or replaced",
            end.seq, head.seq
        )))
    }

    /// The mirror's last event, if it goes further than a copy.
    pub fn further_than(&self, run: &RunId, seq: u64) -> Option<u64> {
        self.there(run, Folder::scanned)
            .ok()
            .map(|end| end.seq)
            .filter(|end| *end > seq)
    }

    /// The mark. A folder that does not answer is as one that can't be reached.
    fn mark(&self, run: &RunId) -> Result<Option<Mark>, JournalError> {
        match self.there(run, Folder::mark) {
            Err(JournalError::NotWritten(problem)) => {
                tracing::warn!(%run, problem, "the mark of a takeover can't be looked for");
                Ok(None)
            }
            mark => mark,
        }
    }

    fn is_ours(&self, run: &RunId) -> bool {
        matches!(self.mark(run), Ok(Some(mark)) if mark.store == self.store_id)
    }

    /// Refuses where another store's takeover is marked, or was when the folder was last there.
    pub fn refuse_if_taken_over(&self, conn: &Connection, run: &RunId) -> Result<(), JournalError> {
        let seen = self.mark(run)?;
        match &seen {
            Some(mark) if mark.store == self.store_id => {
                self.memory.forget_mark(run);
                return Ok(());
            }
            Some(mark) => self.memory.keep_mark(mark),
            None => {}
        }
        let place = Some(self.folder.path(run));
        refuse_remembered(&self.memory, conn, run, place, seen.is_some())
    }

    /// Refuses to fill a folder that is not the one that it was: the place of a disk or share that is not
    /// connected must not be filled in on this one.
    fn refuse_another_folder(&self, run: &RunId) -> Result<(), JournalError> {
        if self.anew {
            return Ok(());
        }
        let held = self.memory.held_by(&self.folder.0);
        let asked = held.clone();
        let others = self.there(run, move |folder, _| {
            Ok(asked.iter().any(|held| folder.path(held).exists()))
        })?;
        if held.is_empty() || (others && !held.contains(run)) {
            return Ok(());
        }
        let lost = match held.contains(run) {
            true => "it held this run's copy before, and does not now",
            false => "it held copies of other runs before, and holds none of them now",
        };
        Err(JournalError::NotWritten(format!(
            "{}: {lost}. Connect its disk or share; if the folder really is a new one, give --new-mirror once",
            self.folder.0.display()
        )))
    }

    /// Places our mark, whole or not at all.
    pub fn place_mark(&self, mark: &Mark) -> Result<(), JournalError> {
        if matches!(
            self.there(&mark.run, |folder, run| folder.look(run, None))?,
            There::Nothing
        ) {
            self.refuse_another_folder(&mark.run)?;
        }
        let ours = mark.clone();
        self.there(&mark.run, move |folder, _| folder.place_mark(&ours))
    }
}

/// Refuses where the home remembers another store's takeover; says the way back from it.
pub(crate) fn refuse_remembered(
    memory: &Memory,
    conn: &Connection,
    run: &RunId,
    place: Option<PathBuf>,
    seen_now: bool,
) -> Result<(), JournalError> {
    let Some(mark) = memory.mark(run)? else {
        return Ok(());
    };
    let copy = place.map_or_else(|| "MIRROR-FILE".to_owned(), |path| path.display().to_string());
    let own_events = stored_head(conn, Path::new("journal.db"), run)?.head.seq > mark.from_seq;
    let first = match seen_now {
        true => "",
        false => "connect the mirror folder, then ",
    };
    let home = match own_events {
        true => " with --home DIR of a new home, because this one has events of its own since",
        false => "",
    };
    Err(JournalError::Fenced(format!(
        "{} took this run over on another workstation after event {} ({}). {TAKE_BACK}{first}give: switchback journal \
         import {copy} --takeover --reason TEXT{home}",
        mark.by, mark.from_seq, mark.reason
    )))
}

/// Whether the journal has the event with which a copy ends.
fn follows(conn: &Connection, path: &Path, run: &RunId, end: &End) -> Result<bool, JournalError> {
    let wanted: (u64, Hash) = (end.seq, end.hash);
    match start(conn, path, run, end.seq) {
        Ok(found) => Ok(found == wanted),
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
