//! The operating system's key ring, asked with a limit of time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use zeroize::Zeroizing;

use crate::keyring::{KeyRing, KeyRingProblem};

/// The operating system's: Keychain, Credential Manager or Secret Service.
///
/// A locked Secret Service asks for its password in a window and answers once that is closed; where
/// nobody sees the window that is never. So every question has a limit: 5 s without a display, 15 s
/// with one. A question that was given up goes on by itself; until it ends, further ones are
/// answered with [`KeyRingProblem::NoAnswer`] at once, so that nothing waits twice.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsKeyRing;

/// The service name of our entries.
const SERVICE: &str = "switchback";
const UNSEEN: Duration = Duration::from_secs(5);
const SEEN: Duration = Duration::from_secs(15);

/// Questions that were given up and have not ended yet.
static GIVEN_UP: AtomicUsize = AtomicUsize::new(0);

/// Where one question stands, for the two threads that race to end it.
enum Question {
    Open,
    Ended,
    GivenUp,
}

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

/// Asks on a thread of its own, because the Secret Service client blocks, which an async thread must
/// not; and gives up after `limit`.
fn ask<T: Send + 'static>(
    limit: Duration,
    question: impl FnOnce() -> Result<Option<T>, KeyRingProblem> + Send + 'static,
) -> Result<Option<T>, KeyRingProblem> {
    if GIVEN_UP.load(Ordering::SeqCst) > 0 {
        return Err(KeyRingProblem::NoAnswer);
    }
    let (answer, answered) = channel();
    let stand = Arc::new(Mutex::new(Question::Open));
    let theirs = stand.clone();
    std::thread::spawn(move || {
        // A client that breaks is as good as none.
        let result = catch_unwind(AssertUnwindSafe(question)).unwrap_or(Err(KeyRingProblem::Absent));
        let mut stand = theirs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Question::GivenUp = *stand {
            GIVEN_UP.fetch_sub(1, Ordering::SeqCst);
        }
        *stand = Question::Ended;
        // Nobody listens any more where it was given up.
        let _ = answer.send(result);
    });
    match answered.recv_timeout(limit) {
        Ok(result) => result,
        Err(RecvTimeoutError::Disconnected) => Err(KeyRingProblem::Absent),
        Err(RecvTimeoutError::Timeout) => {
            let mut stand = stand.lock().unwrap_or_else(PoisonError::into_inner);
            match *stand {
                Question::Ended => answered.try_recv().unwrap_or(Err(KeyRingProblem::NoAnswer)),
                _ => {
                    *stand = Question::GivenUp;
                    GIVEN_UP.fetch_add(1, Ordering::SeqCst);
                    tracing::warn!(seconds = limit.as_secs(), "the key ring did not answer in time");
                    Err(KeyRingProblem::NoAnswer)
                }
            }
        }
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
    fn with_entry<T: Send + 'static>(
        name: &str,
        act: impl FnOnce(&keyring::Entry) -> Result<T, keyring::Error> + Send + 'static,
    ) -> Result<Option<T>, KeyRingProblem> {
        let name = name.to_owned();
        ask(patience(), move || {
            match keyring::Entry::new(SERVICE, &name).and_then(|entry| act(&entry)) {
                Ok(value) => Ok(Some(value)),
                Err(keyring::Error::NoEntry) => Ok(None),
                Err(error) => {
                    let problem = problem(&error);
                    tracing::warn!(?problem, "the key ring gave no answer that helps");
                    Err(problem)
                }
            }
        })
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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::time::Instant;

    use super::*;

    /// One test, because what was given up is counted for the whole process.
    #[test]
    fn a_question_without_an_answer_is_given_up_and_the_next_one_does_not_wait() {
        assert_eq!(ask(Duration::from_secs(60), || Ok(Some(7))).unwrap(), Some(7));
        let broke = ask::<u8>(Duration::from_secs(60), || panic!("the client broke"));
        assert_eq!(broke.unwrap_err(), KeyRingProblem::Absent);

        let (unlock, locked) = channel::<()>();
        let asked = Instant::now();
        let hung = ask(Duration::from_millis(50), move || {
            let _ = locked.recv();
            Ok(Some(1))
        });
        assert_eq!(hung.unwrap_err(), KeyRingProblem::NoAnswer);
        let next = ask(Duration::from_secs(60), || Ok(Some(2)));
        assert_eq!(next.unwrap_err(), KeyRingProblem::NoAnswer);
        assert!(asked.elapsed() < Duration::from_secs(30), "the next one waited");

        // Unlocked at last: it is asked again.
        unlock.send(()).unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while GIVEN_UP.load(Ordering::SeqCst) > 0 {
            assert!(Instant::now() < deadline, "it never ended");
            std::thread::yield_now();
        }
        assert_eq!(ask(Duration::from_secs(60), || Ok(Some(3))).unwrap(), Some(3));
    }
}
