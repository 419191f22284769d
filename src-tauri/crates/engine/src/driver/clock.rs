//! What a clock that jumps, or a machine that sleeps, does to a run.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use switchback_model::EventKind;

use super::{DriveError, Driver};

/// A tick later than this, unscaled, means that the process slept.
const SLEPT: SignedDuration = SignedDuration::from_secs(10);
/// Wall and monotonic clock apart by more than this means that one of them jumped.
const JUMPED: SignedDuration = SignedDuration::from_secs(3);

impl Driver {
    pub(super) fn wait(&mut self, span: Duration) {
        let at = self.clock.now().checked_add(span).unwrap_or(Timestamp::MAX);
        self.pace.not_before = Some(at);
    }

    /// A jump of a clock or a sleep of the machine: observations are unknown by their age, calls
    /// in flight are in doubt, approvals void.
    pub(super) async fn watch_clock(&mut self) -> Result<(), DriveError> {
        let (now, mono) = (self.clock.now(), self.clock.monotonic());
        let last = self.pace.clock.replace((now, mono));
        let Some((then, then_mono)) = last else {
            return Ok(());
        };
        let wall = now.duration_since(then);
        let steady = SignedDuration::try_from(mono.saturating_sub(then_mono)).unwrap_or(SignedDuration::MAX);
        let apart = (wall - steady).abs();
        let busy = self.run.in_flight().is_some()
            || self
                .run
                .steps
                .values()
                .any(|s| s.approval.is_some() || s.restore.is_some());
        if apart > JUMPED.max(self.clock_tolerance()) || (busy && steady > SLEPT.max(self.clock_tolerance()))
        {
            // What waits for a moment by the old time of day would wait too long or not at all.
            self.pace.not_before = None;
            self.pace.next_sync = None;
            self.pace.next_checks = None;
            let gap_ms = i64::try_from(apart.as_millis()).unwrap_or(i64::MAX);
            self.append(vec![EventKind::Resumed { gap_ms }]).await?;
        }
        Ok(())
    }

    fn clock_tolerance(&self) -> SignedDuration {
        SignedDuration::try_from(self.clock.tolerance()).unwrap_or(SignedDuration::MAX)
    }
}
