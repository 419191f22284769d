//! The two clocks: the machine's, and the rehearsal's scaled one. The only place that reads time.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;
use switchback_engine::ports::Clock;

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock port's real clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span).await;
    }
}

/// The rehearsal's clock: a pure function of the machine's, shared with the world through its
/// handle, so that both agree in every process and after every restart.
#[derive(Debug)]
pub struct WorldClock {
    world: switchback_rehearsal::ScaledClock,
    start: Instant,
}

impl WorldClock {
    /// Follows the world's clock.
    #[must_use]
    pub fn new(world: switchback_rehearsal::ScaledClock) -> Self {
        Self {
            world,
            start: Instant::now(),
        }
    }

    fn scale(&self) -> u32 {
        self.world.scale.max(1)
    }
}

#[async_trait]
impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        self.world.now()
    }
    fn monotonic(&self) -> Duration {
        self.start.elapsed() * self.scale()
    }
    async fn sleep(&self, span: Duration) {
        tokio::time::sleep(span / self.scale()).await;
    }
    fn tolerance(&self) -> Duration {
        // The rules of 3 s and 10 s are about real time: 10 s of it, in world time.
        if self.scale() == 1 {
            Duration::ZERO
        } else {
            Duration::from_secs(10) * self.scale()
        }
    }
}
