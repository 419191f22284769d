//! The lease: the single driver of a run, and the fence that keeps every earlier one out.
//!
//! Whether a holder on this host still lives is told by an operating-system lock on
//! `<home>/leases/<run>.<fence>.lock`, which the holder's process keeps and the system drops when
//! the process ends, however it ends. Unlike a process id it can't be reused. Where the file
//! system has no locks, the process id decides, and in doubt the holder counts as alive.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};
use switchback_engine::ports::{JournalError, Lease};
use switchback_model::{Holder, RunId};

use crate::fault::{io_not_written, not_read, not_written};
use crate::mirror::refuse_remembered;
use crate::schema::create_private;
use crate::store::{Inner, Store, begin, int, lock, uint};

/// The row of a run's lease.
pub(crate) struct Row {
    /// Who took it last.
    pub holder: Option<Holder>,
    pub fence: u64,
    pub released: bool,
}

impl Store {
    /// Takes the lease of a run; the fence rises with every lease.
    ///
    /// Without `force` it is taken from nobody who may be at work: only a released lease, one's own
    /// process's, or that of a process of this host that has ended. With `force` a person takes it
    /// from anybody; the second value then says whether it was taken from another holder.
    pub fn take_lease(
        &self,
        run: &RunId,
        holder: Holder,
        force: bool,
    ) -> Result<(Lease, bool), JournalError> {
        let inner = &*self.inner;
        let mut conn = inner.conn();
        let tx = begin(&mut conn, &inner.path)?;
        let row = row(&tx, &inner.path, run)?;
        // First: on this computer nobody can give back what was taken over on another.
        inner.refuse_if_taken_over(&tx, run)?;
        let held = inner.holder_at_work(run, &row, &holder);
        if let (Some(other), false) = (held, force) {
            return Err(JournalError::Fenced(format!(
                "{}. Ask them to stop, or take it over with: switchback run take",
                describe(other, row.fence)
            )));
        }
        let taken = held.is_some();
        let lease = Lease {
            holder,
            fence: row.fence + 1,
        };
        let kept = inner.lock_lease(run, lease.fence)?;
        write(&tx, &inner.path, run, &lease.holder, lease.fence, false)?;
        tx.commit().map_err(not_written(&inner.path))?;
        drop(conn);
        lock(&inner.locks).insert(run.clone(), (lease.fence, kept));
        inner.signs.start(run, inner.sign_path(run, lease.fence));
        // A lock file says nothing any more once its fence is passed.
        let _ = fs::remove_file(inner.lock_path(run, row.fence));
        let _ = fs::remove_file(inner.sign_path(run, row.fence));
        Ok((lease, taken))
    }

    /// Gives the lease back. The fence stays, so an old driver can't come back under it. A lease
    /// that was lost is forgotten all the same, and said to be lost.
    pub fn release(&self, run: &RunId, lease: &Lease) -> Result<(), JournalError> {
        let inner = &*self.inner;
        let mut conn = inner.conn();
        let tx = begin(&mut conn, &inner.path)?;
        let held = require(&tx, &inner.path, run, lease);
        if held.is_ok() {
            write(&tx, &inner.path, run, &lease.holder, lease.fence, true)?;
            tx.commit().map_err(not_written(&inner.path))?;
        } else {
            drop(tx);
        }
        drop(conn);
        let mut locks = lock(&inner.locks);
        if locks.get(run).is_some_and(|(fence, _)| *fence == lease.fence) {
            locks.remove(run);
            inner.signs.stop(run);
        }
        drop(locks);
        let _ = fs::remove_file(inner.lock_path(run, lease.fence));
        held
    }

    /// Who holds the lease, where somebody does. A holder whose process has ended still stands
    /// here until the lease is taken.
    pub fn holder(&self, run: &RunId) -> Result<Option<Lease>, JournalError> {
        let Row {
            holder,
            fence,
            released,
        } = row(&self.inner.conn(), &self.inner.path, run)?;
        Ok(holder.filter(|_| !released).map(|holder| Lease { holder, fence }))
    }
}

impl Inner {
    /// The lease row names this lease, and no other workstation took the run over.
    pub fn holds(&self, run: &RunId, lease: &Lease) -> Result<(), JournalError> {
        let conn = self.conn();
        require(&conn, &self.path, run, lease)?;
        self.refuse_if_taken_over(&conn, run)
    }

    /// Another store's mark in the mirror folder, or one that was seen there before the folder went away.
    fn refuse_if_taken_over(&self, conn: &Connection, run: &RunId) -> Result<(), JournalError> {
        self.with_mirror(|mirror| mirror.refuse_if_taken_over(conn, run))
            .unwrap_or_else(|| refuse_remembered(&self.memory, conn, run, None, false))
    }

    /// The other holder who may be driving the run now.
    pub fn holder_at_work<'a>(&self, run: &RunId, row: &'a Row, asking: &Holder) -> Option<&'a Holder> {
        let other = row.holder.as_ref().filter(|_| !row.released)?;
        if other.host != asking.host {
            return Some(other);
        }
        (other.pid != asking.pid && self.may_live(run, row.fence, other.pid)).then_some(other)
    }

    pub fn may_live(&self, run: &RunId, fence: u64, pid: u32) -> bool {
        // Shared, so that two who ask at the same moment don't take each other for the holder.
        match File::open(self.lock_path(run, fence)).map(|file| file.try_lock_shared()) {
            Ok(Ok(())) => false,
            Ok(Err(TryLockError::WouldBlock)) => true,
            Ok(Err(TryLockError::Error(_))) | Err(_) => {
                let processes = Path::new("/proc");
                !processes.join("self").exists() || processes.join(pid.to_string()).exists()
            }
        }
    }

    fn lock_path(&self, run: &RunId, fence: u64) -> PathBuf {
        self.home.join("leases").join(format!("{run}.{fence}.lock"))
    }

    fn lock_lease(&self, run: &RunId, fence: u64) -> Result<File, JournalError> {
        let path = self.lock_path(run, fence);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(io_not_written(folder))?;
        }
        let file = create_private(&path)?;
        if let Err(error) = file.try_lock() {
            tracing::warn!(%error, "the lease's lock could not be taken; the process id stands in for it");
        }
        Ok(file)
    }
}

/// Refuses a lease that is not the one in the row.
pub(crate) fn require(
    conn: &Connection,
    path: &Path,
    run: &RunId,
    lease: &Lease,
) -> Result<(), JournalError> {
    let Row {
        holder,
        fence,
        released,
    } = row(conn, path, run)?;
    match holder {
        Some(holder) if !released && fence == lease.fence && holder == lease.holder => Ok(()),
        Some(holder) if !released => Err(JournalError::Fenced(describe(&holder, fence))),
        Some(holder) if fence > lease.fence => Err(JournalError::Fenced(format!(
            "{} on {} has driven this run since (fence {fence}, given back by now), so this driver may not go on. \
             Take the lease again",
            holder.by, holder.host
        ))),
        Some(holder) => Err(JournalError::Fenced(format!(
            "the lease of this driver was given back by {} on {} (fence {fence}). Take it again",
            holder.by, holder.host
        ))),
        None => Err(JournalError::Fenced(
            "this driver has no lease of the run. Take it first".to_owned(),
        )),
    }
}

fn describe(holder: &Holder, fence: u64) -> String {
    format!(
        "this run is driven by {} on {} (process {}, fence {fence})",
        holder.by, holder.host, holder.pid
    )
}

pub(crate) fn row(conn: &Connection, path: &Path, run: &RunId) -> Result<Row, JournalError> {
    let found: Option<(Option<String>, i64, bool)> = conn
        .prepare_cached("SELECT holder, fence, released FROM lease WHERE run = ?1")
        .and_then(|mut statement| {
            statement
                .query_row([run.as_str()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .optional()
        })
        .map_err(not_read(path))?;
    let (holder, fence, released) = found.ok_or_else(|| JournalError::NoRun(run.to_string()))?;
    let holder = holder
        .map(|json| serde_json::from_str(&json))
        .transpose()
        .map_err(|_| JournalError::Tampered(format!("the holder of run {run} can't be read")))?;
    Ok(Row {
        holder,
        fence: uint(fence),
        released,
    })
}

/// Writes the row; the schema refuses a fence that falls.
pub(crate) fn write(
    tx: &Connection,
    path: &Path,
    run: &RunId,
    holder: &Holder,
    fence: u64,
    released: bool,
) -> Result<(), JournalError> {
    let json = serde_json::to_string(holder).map_err(|_| {
        JournalError::NotWritten("the holder can't be written as JSON. Report this fault".to_owned())
    })?;
    tx.execute(
        "INSERT INTO lease (run, holder, fence, released) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (run) DO UPDATE SET holder = ?2, fence = ?3, released = ?4",
        params![run.as_str(), json, int(fence), released],
    )
    .map_err(not_written(path))?;
    Ok(())
}
