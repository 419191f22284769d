//! Sealed values: encrypted under a key for each run, which is wrapped by the keychain and by a
//! recovery code. The chain hashes the ciphertext, so a run still verifies after its keys are gone.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use switchback_engine::ports::JournalError;
use switchback_model::{RunId, Sealed};
use zeroize::Zeroizing;

use crate::crypto::{Boxed, Secret, decrypt, derive, encoded, encrypt, fill_random};
use crate::fault::{not_read, not_written};
use crate::keyring::KeyRingProblem;
use crate::recovery::RecoveryCode;
use crate::store::{Inner, Store, begin, exists, lock};

const WRAP: &str = "switchback/journal/wrap";
const VALUE: &str = "switchback/journal/sealed";

/// Why a value can't be sealed or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The run has no key, and the keychain gives none to make one with.
    #[error("this run has no key to seal with: {0}. Or give a recovery code")]
    NoKey(KeyRingProblem),
    /// The run has a key, but it can't be opened here.
    #[error("the run's key can't be opened here: {0}. Or give the recovery code")]
    Closed(KeyRingProblem),
    /// The keychain of this home holds nothing of this run: it was imported, or made with a code only.
    #[error("the run's key is not in this computer's keychain. Give the run's recovery code")]
    CodeNeeded,
    /// The run's key was never wrapped by a recovery code.
    #[error("this run has no recovery code")]
    NoCode,
    /// The code is well formed but another run's.
    #[error("this is not the recovery code of this run")]
    WrongCode,
    /// The keys were dropped on purpose.
    #[error("the sealed values of this run were erased; nothing can read them again")]
    Erased,
    /// Not sealed with this run's key, or changed since.
    #[error("the sealed value was not sealed for this run, or was changed")]
    Damaged,
    /// The journal itself.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The run's key as it lies in the file: encrypted under a key derived from the keychain's key or
/// from the recovery code.
pub(crate) struct Wrapped {
    pub kind: &'static str,
    pub key_id: String,
    pub salt: Vec<u8>,
    pub nonce: Vec<u8>,
    pub ciphertext: Vec<u8>,
}

pub(crate) const BY_KEYCHAIN: &str = "keychain";
pub(crate) const BY_CODE: &str = "code";

/// The key of the wrapping. HKDF without stretching is enough: the keychain's key has 256 random
/// bits and the code 145, so there is no dictionary to go through; people don't choose either.
fn wrapping_key(secret: &[u8], salt: &[u8], run: &RunId, kind: &str) -> Secret {
    derive(
        secret,
        salt,
        &encoded(WRAP, &[run.as_str().as_bytes(), kind.as_bytes()]),
    )
}

fn wrap_aad(run: &RunId, kind: &str, key_id: &str) -> Vec<u8> {
    encoded(
        WRAP,
        &[run.as_str().as_bytes(), kind.as_bytes(), key_id.as_bytes()],
    )
}

fn wrap(run: &RunId, run_key: &Secret, kind: &'static str, secret: &[u8]) -> Wrapped {
    let mut salt = vec![0; 32];
    fill_random(&mut salt);
    let key_id = run_key.id();
    let key = wrapping_key(secret, &salt, run, kind);
    let Boxed { nonce, ciphertext } = encrypt(&key, &wrap_aad(run, kind, &key_id), run_key.expose());
    Wrapped {
        kind,
        key_id,
        salt,
        nonce: nonce.to_vec(),
        ciphertext,
    }
}

pub(crate) fn unwrap_key(run: &RunId, wrapped: &Wrapped, secret: &[u8]) -> Option<Secret> {
    let key = wrapping_key(secret, &wrapped.salt, run, wrapped.kind);
    let aad = wrap_aad(run, wrapped.kind, &wrapped.key_id);
    let plain = decrypt(&key, &aad, &wrapped.nonce, &wrapped.ciphertext)?;
    Secret::from_slice(&plain).filter(|key| key.id() == wrapped.key_id)
}

/// Makes a run's key and stores it wrapped by each secret there is; without any, makes none.
pub(crate) fn make_run_key(
    tx: &Connection,
    path: &Path,
    run: &RunId,
    keychain: Option<&Secret>,
    code: Option<&RecoveryCode>,
) -> Result<Option<Secret>, JournalError> {
    if keychain.is_none() && code.is_none() {
        return Ok(None);
    }
    let run_key = Secret::random();
    if let Some(keychain) = keychain {
        store(
            tx,
            path,
            run,
            &wrap(run, &run_key, BY_KEYCHAIN, keychain.expose()),
        )?;
    }
    if let Some(code) = code {
        store(tx, path, run, &wrap(run, &run_key, BY_CODE, code.bytes()))?;
    }
    Ok(Some(run_key))
}

pub(crate) fn store(
    tx: &Connection,
    path: &Path,
    run: &RunId,
    wrapped: &Wrapped,
) -> Result<(), JournalError> {
    let Wrapped {
        kind,
        key_id,
        salt,
        nonce,
        ciphertext,
    } = wrapped;
    tx.execute(
        "INSERT OR REPLACE INTO run_key (run, kind, key_id, salt, nonce, ciphertext) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![run.as_str(), kind, key_id, salt, nonce, ciphertext],
    )
    .map_err(not_written(path))?;
    Ok(())
}

pub(crate) fn load(
    conn: &Connection,
    path: &Path,
    run: &RunId,
    kind: &'static str,
) -> Result<Option<Wrapped>, JournalError> {
    conn.prepare_cached("SELECT key_id, salt, nonce, ciphertext FROM run_key WHERE run = ?1 AND kind = ?2")
        .and_then(|mut statement| {
            statement
                .query_row(params![run.as_str(), kind], |row| {
                    Ok(Wrapped {
                        kind,
                        key_id: row.get(0)?,
                        salt: row.get(1)?,
                        nonce: row.get(2)?,
                        ciphertext: row.get(3)?,
                    })
                })
                .optional()
        })
        .map_err(not_read(path))
}

pub(crate) fn is_erased(conn: &Connection, path: &Path, run: &RunId) -> Result<bool, JournalError> {
    conn.query_row("SELECT 1 FROM erased WHERE run = ?1", [run.as_str()], |_| Ok(()))
        .optional()
        .map(|found| found.is_some())
        .map_err(not_read(path))
}

impl Store {
    /// Encrypts a value under the run's key (XChaCha20-Poly1305; the run's id is bound to it).
    pub fn seal<T: Serialize>(&self, run: &RunId, value: &T) -> Result<Sealed<T>, SealError> {
        let key = self.inner.run_key(run, true)?;
        let plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| SealError::Damaged)?);
        let key_id = key.id();
        let aad = encoded(VALUE, &[run.as_str().as_bytes(), key_id.as_bytes()]);
        let Boxed { nonce, ciphertext } = encrypt(&key, &aad, &plain);
        Ok(Sealed::from_parts(
            key_id,
            BASE64.encode(nonce),
            BASE64.encode(ciphertext),
        ))
    }

    /// Reads a sealed value.
    pub fn unseal<T: DeserializeOwned>(&self, run: &RunId, sealed: &Sealed<T>) -> Result<T, SealError> {
        let key = self.inner.run_key(run, false)?;
        let decode = |text: &str| BASE64.decode(text).map_err(|_| SealError::Damaged);
        let aad = encoded(VALUE, &[run.as_str().as_bytes(), sealed.key_id.as_bytes()]);
        let plain = decrypt(&key, &aad, &decode(&sealed.nonce)?, &decode(&sealed.ciphertext)?);
        serde_json::from_slice(&plain.ok_or(SealError::Damaged)?).map_err(|_| SealError::Damaged)
    }

    /// Whether a value of this run could be sealed now: asked before a step that must seal starts.
    pub fn can_seal(&self, run: &RunId) -> Result<(), SealError> {
        self.inner.run_key(run, true).map(|_| ())
    }

    /// Opens the run's key with its recovery code, for this process; where the keychain works, the
    /// key is also wrapped by it, so that the code is not asked for again.
    pub fn unlock(&self, run: &RunId, code: &RecoveryCode) -> Result<(), SealError> {
        let inner = &*self.inner;
        let conn = inner.conn();
        inner.refuse_absent_or_erased(&conn, run)?;
        let wrapped = load(&conn, &inner.path, run, BY_CODE)?.ok_or(SealError::NoCode)?;
        let key = unwrap_key(run, &wrapped, code.bytes()).ok_or(SealError::WrongCode)?;
        if let Ok(keychain) = inner.keychain.key(&conn, &inner.path)? {
            store(
                &conn,
                &inner.path,
                run,
                &wrap(run, &key, BY_KEYCHAIN, keychain.expose()),
            )?;
        }
        lock(&inner.opened).insert(run.clone(), key);
        Ok(())
    }

    /// Wraps the run's key by a new recovery code, in place of an earlier one; exports made before
    /// keep the earlier one.
    pub fn set_recovery_code(&self, run: &RunId, code: &RecoveryCode) -> Result<(), SealError> {
        let inner = &*self.inner;
        let conn = inner.conn();
        inner.refuse_absent_or_erased(&conn, run)?;
        match inner.open_run_key(&conn, run)? {
            Ok(key) => store(&conn, &inner.path, run, &wrap(run, &key, BY_CODE, code.bytes()))?,
            Err(SealError::NoKey(_)) => {
                let keychain = inner.keychain.known(&conn, &inner.path);
                let made = inner.make_late(&conn, run, keychain.as_ref(), Some(code))?;
                lock(&inner.opened).insert(run.clone(), made);
            }
            Err(other) => return Err(other),
        }
        let key = || inner.run_key_at_hand(&conn, run);
        inner.with_mirror(|mirror| mirror.rewrite(&conn, run, &key));
        Ok(())
    }

    /// Drops the run's wrapped keys here and in the mirror folder: what was sealed can't be read
    /// again. The events stay, and still verify. Exports made before, and backups of this file,
    /// must be destroyed by their holders.
    pub fn erase(&self, run: &RunId) -> Result<(), JournalError> {
        let inner = &*self.inner;
        let path = &inner.path;
        let mut conn = inner.conn();
        if !exists(&conn, run, path)? {
            return Err(JournalError::NoRun(run.to_string()));
        }
        let tx = begin(&mut conn, path)?;
        tx.execute("DELETE FROM run_key WHERE run = ?1", [run.as_str()])
            .map_err(not_written(path))?;
        tx.execute("INSERT OR IGNORE INTO erased (run) VALUES (?1)", [run.as_str()])
            .map_err(not_written(path))?;
        tx.commit().map_err(not_written(path))?;
        lock(&inner.opened).remove(run);
        // The write-ahead log still holds the old pages until it is emptied into the file.
        let busy: bool = conn
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
            .map_err(not_written(path))?;
        let key = || inner.run_key_at_hand(&conn, run);
        inner.with_mirror(|mirror| mirror.rewrite(&conn, run, &key));
        if busy {
            return Err(JournalError::NotWritten(format!(
                "{}: the keys were dropped, but another process still reads the old pages. Close it, then erase again",
                path.display()
            )));
        }
        Ok(())
    }
}

impl Inner {
    fn refuse_absent_or_erased(&self, conn: &Connection, run: &RunId) -> Result<(), SealError> {
        if !exists(conn, run, &self.path)? {
            return Err(JournalError::NoRun(run.to_string()).into());
        }
        if is_erased(conn, &self.path, run)? {
            Err(SealError::Erased)
        } else {
            Ok(())
        }
    }

    /// The run's key; `make` makes one for a run that was opened without any.
    pub fn run_key(&self, run: &RunId, make: bool) -> Result<Secret, SealError> {
        let conn = self.conn();
        self.refuse_absent_or_erased(&conn, run)?;
        match self.open_run_key(&conn, run)? {
            Err(SealError::NoKey(_)) if make => {
                let keychain = self.keychain.key(&conn, &self.path)?.map_err(SealError::NoKey)?;
                self.make_late(&conn, run, Some(&keychain), None)
            }
            result => result,
        }
    }

    /// Under the write lock, so that two processes do not each make a key for one run.
    fn make_late(
        &self,
        conn: &Connection,
        run: &RunId,
        keychain: Option<&Secret>,
        code: Option<&RecoveryCode>,
    ) -> Result<Secret, SealError> {
        let path = &self.path;
        let tx =
            Transaction::new_unchecked(conn, TransactionBehavior::Immediate).map_err(not_written(path))?;
        match self.open_run_key(&tx, run)? {
            Err(SealError::NoKey(problem)) => {
                let made = make_run_key(&tx, path, run, keychain, code)?.ok_or(SealError::NoKey(problem))?;
                tx.commit().map_err(not_written(path))?;
                Ok(made)
            }
            result => result,
        }
    }

    /// The run's key, opened by its code or by the keychain; none where neither gives it.
    pub fn run_key_at_hand(&self, conn: &Connection, run: &RunId) -> Option<Secret> {
        if let Some(key) = lock(&self.opened).get(run) {
            return Some(key.clone());
        }
        let wrapped = load(conn, &self.path, run, BY_KEYCHAIN).ok()??;
        let keychain = self.keychain.known(conn, &self.path)?;
        let key = unwrap_key(run, &wrapped, keychain.expose())?;
        lock(&self.opened).insert(run.clone(), key.clone());
        Some(key)
    }

    fn open_run_key(
        &self,
        conn: &Connection,
        run: &RunId,
    ) -> Result<Result<Secret, SealError>, JournalError> {
        if let Some(key) = lock(&self.opened).get(run) {
            return Ok(Ok(key.clone()));
        }
        let by_keychain = load(conn, &self.path, run, BY_KEYCHAIN)?;
        let Some(wrapped) = by_keychain else {
            let by_code = load(conn, &self.path, run, BY_CODE)?.is_some();
            return Ok(Err(if by_code {
                SealError::CodeNeeded
            } else {
                SealError::NoKey(KeyRingProblem::Absent)
            }));
        };
        Ok(match self.keychain.key(conn, &self.path)? {
            Ok(keychain) => {
                unwrap_key(run, &wrapped, keychain.expose()).ok_or(SealError::Closed(KeyRingProblem::Missing))
            }
            Err(problem) => Err(SealError::Closed(problem)),
        })
    }
}
