//! The key ring port: where the home's key lives outside the home.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

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

/// A store of named keys outside the home.
pub trait KeyRing: Send + Sync {
    /// The key of that name; `None` where there is none.
    fn get(&self, name: &str) -> Result<Option<Secret>, KeyRingProblem>;
    /// Stores a key under a name, in place of any other.
    fn put(&self, name: &str, key: &Secret) -> Result<(), KeyRingProblem>;
    /// Removes a key; it is no error if there is none.
    fn delete(&self, name: &str) -> Result<(), KeyRingProblem>;
}

/// The operating system's: Keychain, Credential Manager or Secret Service.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsKeyRing;

/// The service name of our entries.
const SERVICE: &str = "switchback";

impl OsKeyRing {
    /// On a thread of its own: the Secret Service client blocks, which an async thread must not.
    fn with_entry<T: Send>(
        name: &str,
        act: impl FnOnce(&keyring::Entry) -> Result<T, keyring::Error> + Send,
    ) -> Result<Option<T>, KeyRingProblem> {
        let result = std::thread::scope(|scope| {
            scope
                .spawn(|| keyring::Entry::new(SERVICE, name).and_then(|entry| act(&entry)))
                .join()
        });
        match result {
            Ok(Ok(value)) => Ok(Some(value)),
            Ok(Err(keyring::Error::NoEntry)) => Ok(None),
            Ok(Err(error)) => {
                let problem = match &error {
                    keyring::Error::NoDefaultStore => KeyRingProblem::Absent,
                    keyring::Error::NoStorageAccess(_) => KeyRingProblem::Locked,
                    keyring::Error::BadEncoding(_)
                    | keyring::Error::BadDataFormat(..)
                    | keyring::Error::BadStoreFormat(_)
                    | keyring::Error::Ambiguous(_) => KeyRingProblem::Damaged,
                    _ => KeyRingProblem::Denied,
                };
                // The error's own text may quote the entry's bytes: it is not logged.
                tracing::warn!(?problem, "the key ring gave no key");
                Err(problem)
            }
            Err(_) => Err(KeyRingProblem::Absent),
        }
    }
}

impl KeyRing for OsKeyRing {
    fn get(&self, name: &str) -> Result<Option<Secret>, KeyRingProblem> {
        let found = Self::with_entry(name, |entry| entry.get_secret().map(zeroize::Zeroizing::new))?;
        found
            .map(|bytes| Secret::from_slice(&bytes).ok_or(KeyRingProblem::Damaged))
            .transpose()
    }

    fn put(&self, name: &str, key: &Secret) -> Result<(), KeyRingProblem> {
        Self::with_entry(name, |entry| entry.set_secret(key.expose()))?.ok_or(KeyRingProblem::Locked)
    }

    fn delete(&self, name: &str) -> Result<(), KeyRingProblem> {
        Self::with_entry(name, keyring::Entry::delete_credential).map(|_| ())
    }
}

/// Keeps keys in memory only: for tests and rehearsals, and to stand in for a broken store.
#[derive(Debug, Default)]
pub struct MemoryKeyRing {
    keys: Mutex<HashMap<String, Secret>>,
    problem: Mutex<Option<KeyRingProblem>>,
}

impl MemoryKeyRing {
    /// One that answers every call with a problem.
    #[must_use]
    pub fn failing(problem: KeyRingProblem) -> Self {
        Self {
            keys: Mutex::default(),
            problem: Mutex::new(Some(problem)),
        }
    }

    /// Breaks or mends it.
    pub fn set_problem(&self, problem: Option<KeyRingProblem>) {
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
    }

    fn keys(&self) -> Result<std::sync::MutexGuard<'_, HashMap<String, Secret>>, KeyRingProblem> {
        match *self.problem.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(problem) => Err(problem),
            None => Ok(self.keys.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

impl KeyRing for MemoryKeyRing {
    fn get(&self, name: &str) -> Result<Option<Secret>, KeyRingProblem> {
        Ok(self.keys()?.get(name).cloned())
    }

    fn put(&self, name: &str, key: &Secret) -> Result<(), KeyRingProblem> {
        self.keys()?.insert(name.to_owned(), key.clone());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), KeyRingProblem> {
        self.keys()?.remove(name);
        Ok(())
    }
}
