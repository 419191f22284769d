//! The key ring port: where keys and secrets live outside the home.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

use crate::crypto::Secret;

/// Why the key ring could not be used. Each has its own mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRingProblem {
    /// No store on this machine: on Linux, no Secret Service on the session bus.
    #[error(
        "this computer has no keychain. On Linux, start a Secret Service such as gnome-keyring in this session, or \
         work with a recovery code"
    )]
    Absent,
    /// The store is locked.
    #[error("the keychain is locked. Unlock it, then try again")]
    Locked,
    /// The store did not answer in time: it may be asking for its password where nobody sees it.
    #[error(
        "the keychain did not answer in time; it may be waiting for its password. Unlock it in your desktop session, \
         then try again"
    )]
    NoAnswer,
    /// The store answers, but this home's key is not in it. Some stores say the same when locked.
    #[error(
        "the keychain is locked, or this home's key was removed from it. Unlock it, then try again; if the key is \
         gone, use the recovery code"
    )]
    Missing,
    /// The store refused.
    #[error("the keychain refused. Allow Switchback to use its entry, then try again")]
    Denied,
    /// The entry is no key of ours.
    #[error("the keychain's entry for this home is not a key. Use the recovery code")]
    Damaged,
}

/// A store of named values outside the home.
pub trait KeyRing: Send + Sync {
    /// The value of that name; `None` where there is none.
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyRingProblem>;
    /// Stores a value under a name, in place of any other.
    fn write(&self, name: &str, value: &[u8]) -> Result<(), KeyRingProblem>;
    /// Removes a value; it is no error if there is none.
    fn delete(&self, name: &str) -> Result<(), KeyRingProblem>;

    /// The key of that name; `None` where there is none.
    fn get(&self, name: &str) -> Result<Option<Secret>, KeyRingProblem> {
        self.read(name)?
            .map(|bytes| Secret::from_slice(&bytes).ok_or(KeyRingProblem::Damaged))
            .transpose()
    }

    /// Stores a key under a name, in place of any other.
    fn put(&self, name: &str, key: &Secret) -> Result<(), KeyRingProblem> {
        self.write(name, key.expose())
    }
}

/// Keeps values in memory only: for tests and rehearsals, and to stand in for a broken store.
#[derive(Debug, Default)]
pub struct MemoryKeyRing {
    values: Mutex<HashMap<String, Hidden>>,
    problem: Mutex<Option<KeyRingProblem>>,
}

/// Shows nothing.
struct Hidden(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hidden")
    }
}

impl MemoryKeyRing {
    /// One that answers every call with a problem.
    #[must_use]
    pub fn failing(problem: KeyRingProblem) -> Self {
        Self {
            values: Mutex::default(),
            problem: Mutex::new(Some(problem)),
        }
    }

    /// Breaks or mends it.
    pub fn set_problem(&self, problem: Option<KeyRingProblem>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }

    fn values(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, Hidden>>, KeyRingProblem> {
        match *self.problem.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(problem) => Err(problem),
            None => Ok(self.values.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

impl KeyRing for MemoryKeyRing {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyRingProblem> {
        Ok(self.values()?.get(name).map(|value| value.0.clone()))
    }

    fn write(&self, name: &str, value: &[u8]) -> Result<(), KeyRingProblem> {
        let value = Hidden(Zeroizing::new(value.to_vec()));
        self.values()?.insert(name.to_owned(), value);
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), KeyRingProblem> {
        self.values()?.remove(name);
        Ok(())
    }
}
