//! A clock that moves only when it is told to, or when somebody sleeps on it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use switchback_engine::ports::Clock;

/// Wall and monotonic clock of a test. Sleeping advances both, so that `Driver::settle` runs at once.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<(Timestamp, Duration)>,
}

impl ManualClock {
    /// Starts at a fixed moment, 2026-01-05T09:00:00Z.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let start = Timestamp::from_second(1_767_603_600).unwrap();
        Arc::new(Self {
            now: Mutex::new((start, Duration::ZERO)),
        })
    }

    /// Moves both clocks on.
    pub fn advance(&self, span: Duration) {
        let mut now = self.now.lock().unwrap();
        now.0 = now.0.checked_add(span).unwrap();
        now.1 += span;
    }

    /// Moves the wall clock only: somebody set it, forward or back.
    pub fn jump_wall(&self, span: SignedDuration) {
        let mut now = self.now.lock().unwrap();
        now.0 = now.0.checked_add(span).unwrap();
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.now.lock().unwrap().0
    }

    fn monotonic(&self) -> Duration {
        self.now.lock().unwrap().1
    }

    async fn sleep(&self, span: Duration) {
        self.advance(span);
        tokio::task::yield_now().await;
    }
}
