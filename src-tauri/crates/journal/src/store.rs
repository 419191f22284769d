//! The store: one home's journal file.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use switchback_engine::ports::JournalError;
use switchback_model::{Event, EventKind, RunId};

use crate::anchor::Keep;
use crate::append::{Row, insert};
use crate::chain::ROOT;
use crate::crypto::Secret;
use crate::fault::{not_read, not_written};
use crate::keychain::Keychain;
use crate::keyring::KeyRing;
use crate::life::Signs;
use crate::memory::Memory;
use crate::mirror::{Mirror, MirrorState};
use crate::recovery::RecoveryCode;
use crate::run_journal::RunJournal;
use crate::{schema, seal};

/// One run, as the list of runs shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// The runbook's title.
    pub title: String,
    /// The target's name.
    pub target: String,
    /// The word of the target's banner: `REHEARSAL`, `PREPROD` …
    pub banner: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Its last event.
    pub head_seq: u64,
}

/// One home's journal: `<home>/journal.db`. Clones share the file's connection.
///
/// Every call blocks on the disk; in async code use [`RunJournal`] or a blocking thread.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub path: PathBuf,
    pub home: PathBuf,
    /// Random, made with the file: tells this home from every other in a takeover's mark.
    pub store_id: String,
    conn: Mutex<Connection>,
    pub keychain: Keychain,
    /// The ring behind [`Self::keychain`]; the secrets of this home lie in it too.
    pub keys: Arc<dyn KeyRing>,
    /// Run keys that a recovery code opened, for this process only.
    pub opened: Mutex<HashMap<RunId, Secret>>,
    /// The locks that show other processes that this one is alive, by run.
    pub locks: Mutex<HashMap<RunId, (u64, File)>>,
    /// And that it is at work.
    pub signs: Arc<Signs>,
    /// What this home remembers of mirror folders.
    pub memory: Memory,
    mirror: Mutex<Option<Mirror>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while it was held rolled back its transaction; the data is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// SQLite's integers are signed; sequence numbers and fences never come near the limit.
pub(crate) fn int(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// The way back from [`int`].
pub(crate) fn uint(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

impl Store {
    /// Opens or creates `<home>/journal.db`. A file of a newer format is refused before anything
    /// is written to it.
    pub fn open(home: &Path, keys: Arc<dyn KeyRing>) -> Result<Self, JournalError> {
        let path = home.join("journal.db");
        let (conn, store_id) = schema::open(&path)?;
        let keychain = Keychain::new(keys.clone(), &store_id);
        Ok(Self {
            inner: Arc::new(Inner {
                path,
                home: home.to_owned(),
                store_id,
                conn: Mutex::new(conn),
                keychain,
                keys,
                opened: Mutex::default(),
                locks: Mutex::default(),
                signs: Arc::default(),
                memory: Memory::new(home),
                mirror: Mutex::new(None),
            }),
        })
    }

    /// Turns the mirror on: every event also goes to `<folder>/<run>.jsonl`. What is missing there
    /// is written at once, but never into a folder that held runs of this home and holds them no more.
    /// A mirror that can't be written doesn't stop a run; see [`Self::mirror_state`].
    pub fn with_mirror(self, folder: &Path) -> Result<Self, JournalError> {
        self.mirrored(folder, false)
    }

    /// The same with a folder of which a person says that it is a new one: every run's copy is made there
    /// anew.
    pub fn with_new_mirror(self, folder: &Path) -> Result<Self, JournalError> {
        self.mirrored(folder, true)
    }

    fn mirrored(self, folder: &Path, anew: bool) -> Result<Self, JournalError> {
        let runs = self.runs()?;
        let conn = self.inner.conn();
        let mut mirror = Mirror::new(folder, anew, &self.inner.store_id, self.inner.memory.clone());
        for run in &runs {
            mirror.sync(&conn, &run.id, &|| self.inner.run_key_at_hand(&conn, &run.id));
        }
        *lock(&self.inner.mirror) = Some(mirror);
        drop(conn);
        Ok(self)
    }

    /// How far the mirror has come with a run; `None` where no mirror folder is set. It is told from
    /// memory: the folder is looked at with every event, and by [`Self::sync_mirror`].
    #[must_use]
    pub fn mirror_state(&self, run: &RunId) -> Option<MirrorState> {
        lock(&self.inner.mirror).as_ref().map(|mirror| mirror.state(run))
    }

    /// Looks at the mirror folder now, and writes what is missing there.
    pub fn sync_mirror(&self, run: &RunId) {
        self.inner.mirror(&self.inner.conn(), run);
    }

    /// Records a new run with its first event. `opened` must be `RunOpened` of the same run; it
    /// stands under fence 0, before the first lease. Where the keychain works or a recovery code is
    /// given, the run's key is made here and wrapped by each.
    pub fn create_run(
        &self,
        id: &RunId,
        at: Timestamp,
        opened: EventKind,
        code: Option<&RecoveryCode>,
    ) -> Result<(), JournalError> {
        let inner = &*self.inner;
        let opening = Opening::of(id, at, &opened)?;
        let mut conn = inner.conn();
        let key = inner.keychain.key(&conn, &inner.path)?;
        let tx = begin(&mut conn, &inner.path)?;
        if exists(&tx, id, &inner.path)? {
            return Err(JournalError::NotWritten(format!(
                "there is already a run {id}. Open it, or use a new id"
            )));
        }
        opening.insert(&tx, &inner.path)?;
        let body = body_of(&opened)?;
        let at = at.to_string();
        let head = insert(
            &tx,
            &inner.path,
            &ROOT,
            Row {
                run: id,
                seq: 1,
                at: &at,
                fence: 0,
                body: &body,
            },
        )?;
        let mac = key.as_ref().ok();
        crate::append::store_head(&tx, &inner.path, id, &head, mac)?;
        tx.execute(
            "INSERT INTO lease (run, holder, fence, released) VALUES (?1, NULL, 0, 1)",
            params![id.as_str()],
        )
        .map_err(not_written(&inner.path))?;
        seal::make_run_key(&tx, &inner.path, id, mac, code)?;
        tx.commit().map_err(not_written(&inner.path))?;
        let keep = Keep {
            kept: true,
            anew: true,
        };
        inner.anchor(id, (head.seq, &head.hash), 0, mac, keep)?;
        inner.mirror(&conn, id);
        Ok(())
    }

    /// Every run, oldest first.
    pub fn runs(&self) -> Result<Vec<RunRow>, JournalError> {
        let conn = self.inner.conn();
        let path = &self.inner.path;
        let mut statement = conn
            .prepare_cached(
                "SELECT id, title, target, target_kind, opened_at, head.seq FROM run JOIN head ON head.run = run.id \
                 ORDER BY opened_at, id",
            )
            .map_err(not_read(path))?;
        let mut rows = statement.query([]).map_err(not_read(path))?;
        let mut runs = Vec::new();
        while let Some(row) = rows.next().map_err(not_read(path))? {
            let text = |at: usize| row.get::<_, String>(at).map_err(not_read(path));
            let id = text(0)?;
            let changed =
                |what: &str| JournalError::Tampered(format!("the {what} of run {id:.80} can't be read"));
            runs.push(RunRow {
                id: RunId::new(&id).map_err(|_| changed("id"))?,
                title: text(1)?,
                target: text(2)?,
                banner: text(3)?,
                opened_at: text(4)?.parse().map_err(|_| changed("opening time"))?,
                head_seq: uint(row.get(5).map_err(not_read(path))?),
            });
        }
        Ok(runs)
    }

    /// One run behind the engine's port.
    pub fn journal(&self, run: &RunId) -> Result<RunJournal, JournalError> {
        let conn = self.inner.conn();
        self.inner.refuse_absent(&conn, run)?;
        Ok(RunJournal::new(self.clone(), run.clone()))
    }

    /// At most `limit` events after `after_seq`, in order, with their links verified.
    pub fn read_page(&self, run: &RunId, after_seq: u64, limit: usize) -> Result<Vec<Event>, JournalError> {
        self.inner.read(run, after_seq, Some(limit))
    }

    /// Sets a ceiling of pages, so that a test can fill the disk.
    #[doc(hidden)]
    pub fn limit_pages(&self, pages: u32) -> Result<u32, JournalError> {
        let conn = self.inner.conn();
        conn.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| row.get(0))
            .map_err(not_read(&self.inner.path))
    }
}

impl Inner {
    /// A run that is not there; one that was acknowledged once was lost, and that is said.
    pub fn refuse_absent(&self, conn: &Connection, run: &RunId) -> Result<(), JournalError> {
        if exists(conn, run, &self.path)? {
            return Ok(());
        }
        Err(match crate::anchor::read(&self.home, run)?.anchor() {
            Some(anchor) => JournalError::Tampered(format!(
                "run {run} is missing: it was acknowledged to event {}, and this journal holds nothing of it. Import \
                 its copy from the mirror folder or an export",
                anchor.seq
            )),
            None => JournalError::NoRun(run.to_string()),
        })
    }

    pub fn conn(&self) -> MutexGuard<'_, Connection> {
        lock(&self.conn)
    }

    /// Brings the mirror up to date; what goes wrong there is kept in its state.
    pub fn mirror(&self, conn: &Connection, run: &RunId) {
        if let Some(mirror) = lock(&self.mirror).as_mut() {
            mirror.sync(conn, run, &|| self.run_key_at_hand(conn, run));
        }
    }

    /// Runs something with the mirror, where there is one.
    pub fn with_mirror<T>(&self, act: impl FnOnce(&mut Mirror) -> T) -> Option<T> {
        lock(&self.mirror).as_mut().map(act)
    }
}

/// What the table of runs takes from the first event.
pub(crate) struct Opening<'a> {
    id: &'a RunId,
    at: Timestamp,
    title: &'a str,
    target: &'a str,
    banner: &'static str,
}

impl<'a> Opening<'a> {
    pub fn of(id: &'a RunId, at: Timestamp, opened: &'a EventKind) -> Result<Self, JournalError> {
        match opened {
            EventKind::RunOpened { run, plan, .. } if run == id => Ok(Self {
                id,
                at,
                title: &plan.title,
                target: plan.target.name.as_str(),
                banner: plan.target.kind.banner(),
            }),
            _ => Err(JournalError::NotWritten(format!(
                "the first event of run {id} must open this run"
            ))),
        }
    }

    pub fn insert(&self, tx: &Connection, path: &Path) -> Result<(), JournalError> {
        tx.execute(
            "INSERT INTO run (id, opened_at, title, target, target_kind) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                self.id.as_str(),
                self.at.to_string(),
                self.title,
                self.target,
                self.banner
            ],
        )
        .map_err(not_written(path))?;
        Ok(())
    }
}

/// Starts a write: takes the file's write lock at once, so that what is checked inside still holds
/// at the commit.
pub(crate) fn begin<'a>(conn: &'a mut Connection, path: &Path) -> Result<Transaction<'a>, JournalError> {
    conn.transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(not_written(path))
}

pub(crate) fn exists(conn: &Connection, run: &RunId, path: &Path) -> Result<bool, JournalError> {
    conn.prepare_cached("SELECT 1 FROM run WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([run.as_str()], |_| Ok(())).optional())
        .map(|found| found.is_some())
        .map_err(not_read(path))
}

/// The bytes that are stored and hashed.
pub(crate) fn body_of(kind: &EventKind) -> Result<String, JournalError> {
    serde_json::to_string(kind).map_err(|_| {
        JournalError::NotWritten("the event can't be written as JSON. Report this fault".to_owned())
    })
}
