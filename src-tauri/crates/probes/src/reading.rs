//! Builds the readings of checks.

use jiff::Timestamp;
use switchback_model::{CheckReading, CheckSpec, Verdict};

use crate::error::ProbeError;

/// What every reading of one check has in common.
pub(crate) struct Reading<'a> {
    pub(crate) spec: &'a CheckSpec,
    pub(crate) source: String,
    pub(crate) expected: String,
    pub(crate) now: Timestamp,
}

impl Reading<'_> {
    /// A reading with a verdict; the runbook's own mending words come before `mend`.
    pub(crate) fn end(
        self,
        verdict: Verdict,
        observed: impl Into<String>,
        mend: Option<&str>,
    ) -> CheckReading {
        let mend = if verdict.lets_through() {
            None
        } else {
            self.spec.mend.clone().or_else(|| mend.map(str::to_owned))
        };
        CheckReading {
            check: self.spec.id.clone(),
            verdict,
            observed: observed.into(),
            expected: self.expected,
            source: self.source,
            observed_at: self.now,
            believable_s: self.spec.believable_s,
            mend,
            answers: None,
        }
    }

    /// A probe that saw nothing: evidence against the other side, or nothing that could be told.
    pub(crate) fn failed(self, error: &ProbeError) -> CheckReading {
        let verdict = if error.is_evidence() {
            Verdict::Fail
        } else {
            Verdict::Error
        };
        let spec_mend = self.spec.mend.clone();
        let mut reading = self.end(verdict, error.message.clone(), None);
        // What the probe knows of a failure of its own is nearer than what the runbook foresaw.
        reading.mend = error.hint.clone().or(spec_mend);
        reading
    }
}
