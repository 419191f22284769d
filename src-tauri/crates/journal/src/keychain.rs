//! This home's one key in the key ring: it vouches for heads and wraps run keys.

use std::path::Path;
use std::sync::{Arc, Mutex};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};
use switchback_engine::ports::JournalError;

use crate::crypto::Secret;
use crate::fault::{not_read, not_written};
use crate::keyring::{KeyRing, KeyRingProblem};
use crate::store::{Store, lock};

pub(crate) struct Keychain {
    ring: Arc<dyn KeyRing>,
    /// One entry for each home, so that a new home can never overwrite another home's key in a
    /// store that answers "no entry" while it is locked.
    name: String,
    state: Mutex<State>,
}

#[derive(Clone)]
enum State {
    Untried,
    Open(Secret),
    Failed,
}

impl Keychain {
    pub fn new(ring: Arc<dyn KeyRing>, store_id: &str) -> Self {
        Self {
            ring,
            name: format!("journal-{store_id}"),
            state: Mutex::new(State::Untried),
        }
    }

    /// The key, where this home has one and the ring gives it. A ring that failed is not asked
    /// again at every append, only by [`Self::key`].
    pub fn known(&self, conn: &Connection, path: &Path) -> Option<Secret> {
        match lock(&self.state).clone() {
            State::Open(key) => return Some(key),
            State::Failed => return None,
            State::Untried => {}
        }
        recorded(conn, path).ok()??;
        self.key(conn, path).ok()?.ok()
    }

    /// Whether the journal says that this home has a key.
    pub fn is_recorded(&self, conn: &Connection, path: &Path) -> Result<bool, JournalError> {
        Ok(recorded(conn, path)?.is_some())
    }

    /// The key; made and recorded the first time. The inner result is the ring's.
    pub fn key(
        &self,
        conn: &Connection,
        path: &Path,
    ) -> Result<Result<Secret, KeyRingProblem>, JournalError> {
        if let State::Open(key) = &*lock(&self.state) {
            return Ok(Ok(key.clone()));
        }
        let result = self.find_or_make(conn, path)?;
        *lock(&self.state) = match &result {
            Ok(key) => State::Open(key.clone()),
            Err(problem) => {
                tracing::warn!(?problem, "this home's key is not there");
                State::Failed
            }
        };
        Ok(result)
    }

    fn find_or_make(
        &self,
        conn: &Connection,
        path: &Path,
    ) -> Result<Result<Secret, KeyRingProblem>, JournalError> {
        match self.ring.get(&self.name) {
            Err(problem) => return Ok(Err(problem)),
            Ok(Some(key)) => {
                record(conn, path, &key)?;
                return Ok(Ok(key));
            }
            Ok(None) if recorded(conn, path)?.is_some() => return Ok(Err(KeyRingProblem::Missing)),
            Ok(None) => {}
        }
        // Under the write lock, so that two processes do not each make one.
        let tx =
            Transaction::new_unchecked(conn, TransactionBehavior::Immediate).map_err(not_written(path))?;
        let made = match self.ring.get(&self.name) {
            Ok(Some(key)) => Ok(key),
            Ok(None) => self.make(),
            Err(problem) => Err(problem),
        };
        if let Ok(key) = &made {
            record(&tx, path, key)?;
            tx.commit().map_err(not_written(path))?;
        }
        Ok(made)
    }

    /// Reads back what was stored: some stores lose it without a word.
    fn make(&self) -> Result<Secret, KeyRingProblem> {
        let key = Secret::random();
        self.ring.put(&self.name, &key)?;
        match self.ring.get(&self.name)? {
            Some(found) if found.id() == key.id() => Ok(found),
            _ => Err(KeyRingProblem::Locked),
        }
    }
}

/// What a look at the key ring showed. It makes no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeychainLook {
    /// It answers, with this home's key or ready to take it.
    Answers,
    /// It does not give this home's key, and why.
    Silent {
        /// Why.
        problem: KeyRingProblem,
        /// This home has had a key before; none = it never had one.
        had: bool,
    },
}

impl Store {
    /// Looks whether the key ring answers for this home, without making a key: the first run does that.
    pub fn look_at_keychain(&self) -> Result<KeychainLook, JournalError> {
        let inner = &*self.inner;
        let had = inner.keychain.is_recorded(&inner.conn(), &inner.path)?;
        // The ring may take its time, and nobody waits for the journal meanwhile.
        Ok(match inner.keychain.ring.get(&inner.keychain.name) {
            Ok(None) if had => KeychainLook::Silent {
                problem: KeyRingProblem::Missing,
                had,
            },
            Ok(_) => KeychainLook::Answers,
            Err(problem) => KeychainLook::Silent { problem, had },
        })
    }

    /// Whether the keychain gives this home's key; made if this home has none yet. The inner error
    /// says how to mend it: without a keychain runs go on, but nothing proves that no event was cut
    /// from their end, and sealing needs a recovery code.
    pub fn keychain(&self) -> Result<Result<(), KeyRingProblem>, JournalError> {
        let inner = &*self.inner;
        Ok(inner.keychain.key(&inner.conn(), &inner.path)?.map(|_| ()))
    }
}

fn recorded(conn: &Connection, path: &Path) -> Result<Option<String>, JournalError> {
    conn.prepare_cached("SELECT key_id FROM keychain")
        .and_then(|mut statement| statement.query_row([], |row| row.get(0)).optional())
        .map_err(not_read(path))
}

fn record(conn: &Connection, path: &Path, key: &Secret) -> Result<(), JournalError> {
    if recorded(conn, path)?.as_deref() == Some(&key.id()) {
        return Ok(());
    }
    conn.execute(
        "INSERT OR REPLACE INTO keychain (only, key_id) VALUES (1, ?1)",
        [key.id()],
    )
    .map_err(not_written(path))?;
    Ok(())
}
