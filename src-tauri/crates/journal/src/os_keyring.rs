//! The operating system's key ring, asked with a limit of time.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::keyring::{KeyRing, KeyRingProblem};
use crate::timed::{NoAnswer, TimedCalls};

/// The operating system's: Keychain, Credential Manager or Secret Service.
///
/// A locked Secret Service asks for its password in a window and answers once that is closed; where
/// nobody sees the window that is never. So every question has a limit: 5 s without a display, 15 s
/// with one.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsKeyRing;

/// The service name of our entries.
const SERVICE: &str = "switchback";
const UNSEEN: Duration = Duration::from_secs(5);
const SEEN: Duration = Duration::from_secs(15);

/// A process has one key ring.
static PATIENT: LazyLock<Arc<TimedCalls>> = LazyLock::new(Arc::default);

fn patience() -> Duration {
    let shown = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()));
    if shown || !cfg!(target_os = "linux") {
        SEEN
    } else {
        UNSEEN
    }
}

/// The problem behind an error. The error's own text may quote the entry's bytes: it is not logged.
fn problem(error: &keyring::Error) -> KeyRingProblem {
    match error {
        keyring::Error::NoDefaultStore => KeyRingProblem::Absent,
        keyring::Error::NoStorageAccess(_) => KeyRingProblem::Locked,
        keyring::Error::BadEncoding(_)
        | keyring::Error::BadDataFormat(..)
        | keyring::Error::BadStoreFormat(_)
        | keyring::Error::Ambiguous(_) => KeyRingProblem::Damaged,
        _ => KeyRingProblem::Denied,
    }
}

impl OsKeyRing {
    /// The Secret Service client blocks, which an async thread must not: another reason for a thread
    /// of its own.
    fn with_entry<T: Send + 'static>(
        name: &str,
        act: impl FnOnce(&keyring::Entry) -> Result<T, keyring::Error> + Send + 'static,
    ) -> Result<Option<T>, KeyRingProblem> {
        let name = name.to_owned();
        let answer = PATIENT.ask(patience(), move || {
            match keyring::Entry::new(SERVICE, &name).and_then(|entry| act(&entry)) {
                Ok(value) => Ok(Some(value)),
                Err(keyring::Error::NoEntry) => Ok(None),
                Err(error) => Err(problem(&error)),
            }
        });
        let result = answer.unwrap_or_else(|why| {
            Err(match why {
                NoAnswer::InTime => KeyRingProblem::NoAnswer,
                // A client that breaks is as good as none.
                NoAnswer::Broken => KeyRingProblem::Absent,
            })
        });
        if let Err(problem) = &result {
            tracing::warn!(?problem, "the key ring gave no answer that helps");
        }
        result
    }
}

impl KeyRing for OsKeyRing {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyRingProblem> {
        Self::with_entry(name, |entry| entry.get_secret().map(Zeroizing::new))
    }

    fn write(&self, name: &str, value: &[u8]) -> Result<(), KeyRingProblem> {
        let value = Zeroizing::new(value.to_vec());
        Self::with_entry(name, move |entry| entry.set_secret(&value))?.ok_or(KeyRingProblem::Locked)
    }

    fn delete(&self, name: &str) -> Result<(), KeyRingProblem> {
        Self::with_entry(name, keyring::Entry::delete_credential).map(|_| ())
    }
}
