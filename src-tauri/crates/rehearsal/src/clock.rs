//! World time: a pure function of real time, so that every process agrees without talking.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The clock of a rehearsal world: `scale` world seconds pass in one real second.
///
/// It is written once, when the world is made, and read from the handle by everybody else. Because
/// it holds no running state, it says the same after a kill and a restart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaledClock {
    /// The real moment at which the two times met, in milliseconds since 1970.
    pub real_epoch_ms: i64,
    /// The world moment at which the two times met, in milliseconds since 1970.
    pub world_epoch_ms: i64,
    /// World seconds in one real second; 1 is real time, and 0 is read as 1.
    pub scale: u32,
}

impl ScaledClock {
    /// A clock that starts now, with world time equal to real time.
    #[must_use]
    pub fn starting_now(scale: u32) -> Self {
        let now = real_now_ms();
        Self {
            real_epoch_ms: now,
            world_epoch_ms: now,
            scale: scale.max(1),
        }
    }

    /// The clock of the world that was left in a directory, whether or not it is served now; none where
    /// there is no world, or none that can be read.
    #[must_use]
    pub fn kept(dir: &Path) -> Option<Self> {
        #[derive(Deserialize)]
        struct Kept {
            clock: ScaledClock,
        }
        let bytes = std::fs::read(crate::core::state_path(dir)).ok()?;
        let kept: Kept = serde_json::from_slice(&bytes).ok()?;
        Some(kept.clock)
    }

    /// The world time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms()).unwrap_or(Timestamp::MAX)
    }

    /// The world time now, in milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.world_ms(real_now_ms())
    }

    /// The world time at a real moment, both in milliseconds since 1970.
    #[must_use]
    pub fn world_ms(&self, real_ms: i64) -> i64 {
        let elapsed = real_ms.saturating_sub(self.real_epoch_ms);
        self.world_epoch_ms
            .saturating_add(elapsed.saturating_mul(i64::from(self.scale.max(1))))
    }

    /// How long to sleep in real time so that `world` passes in the world.
    #[must_use]
    pub fn sleep_for(&self, world: Duration) -> Duration {
        world / self.scale.max(1)
    }

    /// The world time that passes during a span of real time.
    #[must_use]
    pub fn world_span(&self, real: Duration) -> Duration {
        real.saturating_mul(self.scale.max(1))
    }
}

/// Real time in milliseconds since 1970; the only place of the crate that reads a clock.
#[expect(clippy::disallowed_methods, reason = "this is the world's clock")]
pub(crate) fn real_now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

/// A moment as text for HTTP's `Date` header (RFC 9110, formerly RFC 7231).
pub(crate) fn http_date(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A moment as Route 53 writes it in its bodies.
pub(crate) fn iso(ms: i64) -> String {
    let at = Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX);
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn world_time_runs_by_scale_and_dates_are_rfc_form() {
        let clock = ScaledClock {
            real_epoch_ms: 1_000,
            world_epoch_ms: 784_111_777_000,
            scale: 60,
        };
        assert_eq!(clock.world_ms(1_000), 784_111_777_000);
        assert_eq!(clock.world_ms(2_000), 784_111_837_000);
        assert_eq!(clock.sleep_for(Duration::from_secs(60)), Duration::from_secs(1));
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(iso(784_111_777_123), "1994-11-06T08:49:37.123Z");
    }
}
