//! Monitors: hysteresis over raw readings, so that one lucky or unlucky sample proves nothing.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use switchback_model::event::MonitorState;
use switchback_model::plan::Monitor;
use switchback_model::{CheckReading, Verdict};

/// What the journal says of a monitor: each change of its state is kept there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WatchState {
    /// Whether it was failing when that was last known.
    pub known: Option<bool>,
    /// Since when it has been failing; a reading that can't tell does not end it.
    pub failing_since: Option<Timestamp>,
}

impl WatchState {
    /// Takes a reading that changed the monitor's state.
    pub(crate) fn take(&mut self, reading: &CheckReading, state: Option<MonitorState>) {
        let fails = match state {
            Some(MonitorState::Passing) => Some(false),
            Some(MonitorState::Failing) => Some(true),
            Some(MonitorState::Unknown) => None,
            None => fails(&reading.verdict),
        };
        if let Some(fails) = fails {
            self.known = Some(fails);
            self.failing_since = match (fails, self.failing_since) {
                (true, None) => Some(reading.observed_at),
                (true, since) => since,
                (false, _) => None,
            };
        }
    }
}

/// Whether a raw reading fails; `None` = it can't tell.
fn fails(verdict: &Verdict) -> Option<bool> {
    match verdict {
        Verdict::Pass | Verdict::NotApplicable => Some(false),
        Verdict::Fail => Some(true),
        Verdict::Waiting { .. } | Verdict::Error => None,
    }
}

/// A monitor's state in memory.
#[derive(Debug, Clone, Default)]
pub struct MonitorRun {
    /// The last reading that the state rests on.
    pub reading: Option<CheckReading>,
    /// Whether it is failing, after hysteresis; `None` = can't tell.
    pub failing: Option<bool>,
    /// Since when it has been failing; a reading that can't tell does not end it.
    pub failing_since: Option<Timestamp>,
    /// When it was last read failing, in this failure: what is left to say once it can't be told any more.
    last_failed: Option<Timestamp>,
    /// The last state that was known: what a new one has to be steady against.
    known: Option<bool>,
    streak: (bool, u32),
    /// The last readings that could tell, oldest first: whether each failed.
    recent: VecDeque<bool>,
    /// Whether nothing was read for so long that the last reading was not believed any more.
    gap: bool,
    /// How many of them came since the state was last known to be another.
    since_known: usize,
}

/// So many readings are looked at for flapping.
const RECENT: usize = 10;
/// So many changes between passing and failing among them are flapping.
const CHANGES: usize = 4;

impl MonitorRun {
    /// Goes on from what the journal says: after a restart or a takeover a failure is still the same
    /// failure, and one good sample does not end it.
    #[must_use]
    pub fn resume(state: Option<&WatchState>) -> Self {
        let state = state.copied().unwrap_or_default();
        Self {
            failing_since: state.failing_since,
            known: state.known,
            ..Self::default()
        }
    }

    /// Takes a raw reading; returns whether the state changed.
    pub fn take(&mut self, monitor: &Monitor, reading: CheckReading) -> bool {
        let before = self.failing;
        self.forget_after_a_gap(monitor, &reading);
        match fails(&reading.verdict) {
            None => {
                self.failing = None;
                // What can't be told never helps to become passing, and never hides a failure.
                if !self.streak.0 {
                    self.streak = (false, 0);
                }
            }
            Some(fails) => {
                if self.recent.len() == RECENT {
                    self.recent.pop_front();
                }
                self.recent.push_back(fails);
                self.since_known += 1;
                self.streak = if self.streak.0 == fails {
                    (fails, self.streak.1.saturating_add(1))
                } else {
                    (fails, 1)
                };
                let needed = match (fails, self.known) {
                    // The very first word is taken at once: there is nothing to be steady against.
                    (false, None) if self.gap => monitor.pass_after,
                    (_, None) => 1,
                    // After readings that could not tell, it is as it was.
                    (fails, Some(known)) if fails == known => 1,
                    (true, _) => monitor.fail_after,
                    (false, _) => monitor.pass_after,
                };
                let steady = self.streak.1 >= needed;
                // What was failing is so until it is calm.
                let restless = !fails && self.known == Some(true) && self.is_flapping();
                if (steady && !restless) || self.often_fails(monitor) {
                    self.settle(fails || !steady);
                }
            }
        }
        // Passing is said of what is steady only.
        if self.failing == Some(false) && self.is_flapping() {
            self.failing = None;
        }
        self.failing_since = match (self.known, self.failing_since) {
            (Some(true), None) => Some(reading.observed_at),
            (Some(true), since) => since,
            _ => None,
        };
        if fails(&reading.verdict) == Some(true) {
            self.last_failed = Some(reading.observed_at);
        }
        self.reading = Some(reading);
        before != self.failing
    }

    fn settle(&mut self, fails: bool) {
        if self.known != Some(fails) {
            self.since_known = 0;
        }
        self.failing = Some(fails);
        self.known = Some(fails);
        self.gap = false;
    }

    /// What was passing before a gap (the machine slept, or the clock was set) says nothing of now: one
    /// bad sample is believed at once, and passing has to be steady again. A failure goes on.
    fn forget_after_a_gap(&mut self, monitor: &Monitor, reading: &CheckReading) {
        let Some(last) = &self.reading else { return };
        let last = CheckReading {
            // Of a monitor that looks seldom, the next look is no gap.
            believable_s: last.believable_s.max(monitor.every_s.saturating_mul(2)),
            ..last.clone()
        };
        if !last.is_stale(reading.observed_at) {
            return;
        }
        self.gap = true;
        self.streak = (false, 0);
        self.failing = None;
        self.known = self.known.filter(|failing| *failing);
        // What was read on the other side of it is no change against what is read now.
        if self.known.is_none() {
            self.recent.clear();
        }
    }

    /// Whether `fail_after` of the last `2 × fail_after` readings failed, since it was last passing.
    fn often_fails(&self, monitor: &Monitor) -> bool {
        let n = usize::try_from(monitor.fail_after.max(1)).unwrap_or(usize::MAX);
        let window = n.saturating_mul(2).min(self.since_known);
        let failed = self
            .recent
            .iter()
            .rev()
            .take(window)
            .filter(|fails| **fails)
            .count();
        self.known == Some(false) && failed >= n
    }

    /// Whether the readings change back and forth.
    #[must_use]
    pub fn is_flapping(&self) -> bool {
        let pairs = self.recent.iter().zip(self.recent.iter().skip(1));
        pairs.filter(|(one, next)| one != next).count() >= CHANGES
    }

    /// What it says.
    #[must_use]
    pub fn state(&self) -> MonitorState {
        match self.failing {
            Some(false) => MonitorState::Passing,
            Some(true) => MonitorState::Failing,
            None => MonitorState::Unknown,
        }
    }

    /// When it was last read failing, while that failure is not known to be over; none where it is. After a restart
    /// nobody has read it yet, and the journal's word is when the failure began.
    #[must_use]
    pub fn last_failing(&self) -> Option<Timestamp> {
        let since = self.failing_since?;
        Some(self.last_failed.filter(|at| *at >= since).unwrap_or(since))
    }

    /// When a decision is due; it never acts.
    #[must_use]
    pub fn decision_due(&self, monitor: &Monitor) -> Option<Timestamp> {
        due_after(monitor, self.failing_since?)
    }
}

/// Seconds for which what one round of many questions found is believed at most, however slow the rounds are.
const ROUND_BELIEVED_S: u32 = 300;

/// For how long the reading of a round is believed, in seconds from its end, where the round took `round`: at least
/// until the next one can have come, which begins an interval later and may take twice as long; never more than five
/// minutes for that reason. A reading that the next round can't be in time for would be Unknown most of the time, and a
/// real Unknown would not be noticed.
#[must_use]
pub fn round_believed_s(monitor: &Monitor, reading: &CheckReading, round: SignedDuration) -> u32 {
    // A part of a second counts as one.
    let took = u32::try_from(round.as_millis().max(0).saturating_add(999) / 1000).unwrap_or(u32::MAX);
    let next = monitor.every_s.saturating_add(took.saturating_mul(2));
    reading.believable_s.max(next.min(ROUND_BELIEVED_S))
}

/// When a decision is due on a monitor that fails since then; none where the runbook sets no time.
#[must_use]
pub fn due_after(monitor: &Monitor, since: Timestamp) -> Option<Timestamp> {
    let after = i64::from(monitor.decision_after_s?);
    since.checked_add(SignedDuration::from_secs(after)).ok()
}
