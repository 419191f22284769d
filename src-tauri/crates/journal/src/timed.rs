//! Questions to something outside this program that may never answer: a keychain that waits for its
//! password, a share that hangs. Each is asked on a thread of its own, with a limit of time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// None in time, now or to an earlier question that has not ended yet.
    InTime,
    /// What was asked broke.
    Broken,
}

/// Asks one thing outside. A question that was given up goes on by itself; until it ends, further
/// ones are not asked, so that nothing waits twice and nothing is written out of order.
#[derive(Debug, Default)]
pub(crate) struct TimedCalls {
    given_up: AtomicUsize,
}

/// Where one question stands, for the two threads that race to end it.
enum Question {
    Open,
    Ended,
    GivenUp,
}

impl TimedCalls {
    /// Asks, and gives up after `limit`.
    pub fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        limit: Duration,
        question: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoAnswer> {
        if self.is_waiting() {
            return Err(NoAnswer::InTime);
        }
        let (answer, answered) = channel();
        let stand = Arc::new(Mutex::new(Question::Open));
        let (theirs, patient) = (stand.clone(), self.clone());
        std::thread::spawn(move || {
            let result = catch_unwind(AssertUnwindSafe(question)).map_err(|_| NoAnswer::Broken);
            let mut stand = theirs.lock().unwrap_or_else(PoisonError::into_inner);
            if let Question::GivenUp = *stand {
                patient.given_up.fetch_sub(1, Ordering::SeqCst);
            }
            *stand = Question::Ended;
            // Nobody listens any more where it was given up.
            let _ = answer.send(result);
        });
        match answered.recv_timeout(limit) {
            Ok(result) => result,
            Err(RecvTimeoutError::Disconnected) => Err(NoAnswer::Broken),
            Err(RecvTimeoutError::Timeout) => {
                let mut stand = stand.lock().unwrap_or_else(PoisonError::into_inner);
                if let Question::Ended = *stand {
                    return answered.try_recv().unwrap_or(Err(NoAnswer::InTime));
                }
                *stand = Question::GivenUp;
                self.given_up.fetch_add(1, Ordering::SeqCst);
                Err(NoAnswer::InTime)
            }
        }
    }

    /// Whether a question that was given up has not ended yet.
    pub fn is_waiting(&self) -> bool {
        self.given_up.load(Ordering::SeqCst) > 0
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::time::Instant;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn a_question_without_an_answer_is_given_up_and_the_next_one_does_not_wait() {
        let patient = Arc::new(TimedCalls::default());
        assert_eq!(patient.ask(LONG, || 7), Ok(7));
        let broke = patient.ask::<u8>(LONG, || panic!("the client broke"));
        assert_eq!(broke, Err(NoAnswer::Broken));

        let (unlock, locked) = channel::<()>();
        let asked = Instant::now();
        let hung = patient.ask(Duration::from_millis(50), move || {
            let _ = locked.recv();
            1
        });
        assert_eq!(hung, Err(NoAnswer::InTime));
        assert_eq!(patient.ask(LONG, || 2), Err(NoAnswer::InTime));
        assert!(asked.elapsed() < LONG / 2, "the next one waited");

        // Answered at last: it is asked again.
        unlock.send(()).unwrap();
        let deadline = Instant::now() + LONG;
        while patient.is_waiting() {
            assert!(Instant::now() < deadline, "it never ended");
            std::thread::yield_now();
        }
        assert_eq!(patient.ask(LONG, || 3), Ok(3));
    }
}
