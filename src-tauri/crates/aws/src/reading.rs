//! Builds the readings of checks.

use jiff::Timestamp;
use switchback_engine::ports::ProviderError;
use switchback_model::{CheckReading, CheckSpec, Verdict};

/// What every reading of one check has in common.
pub(crate) struct Reading<'a> {
    pub(crate) spec: &'a CheckSpec,
    pub(crate) source: &'a str,
    pub(crate) expected: String,
    pub(crate) now: Timestamp,
}

impl Reading<'_> {
    /// As expected.
    pub(crate) fn pass(self, observed: impl Into<String>) -> CheckReading {
        self.end(Verdict::Pass, observed.into(), None)
    }

    /// Not as expected; the runbook's own mending words come first.
    pub(crate) fn fail(self, observed: impl Into<String>, mend: &str) -> CheckReading {
        self.end(Verdict::Fail, observed.into(), Some(mend.to_owned()))
    }

    /// It could not be told. The runbook's mending words are about what fails; how to make it tell
    /// is the adapter's to say.
    pub(crate) fn error(self, error: &ProviderError) -> CheckReading {
        let mend = error.hint.clone().unwrap_or_else(|| {
            "Check again; if it stays so, look at the network and at the health of AWS.".to_owned()
        });
        CheckReading {
            mend: Some(mend),
            ..self.end(Verdict::Error, error.message.clone(), None)
        }
    }

    /// It could not be told, for a reason outside AWS.
    pub(crate) fn unclear(self, observed: impl Into<String>, mend: &str) -> CheckReading {
        self.end(Verdict::Error, observed.into(), Some(mend.to_owned()))
    }

    fn end(self, verdict: Verdict, observed: String, mend: Option<String>) -> CheckReading {
        let mend = if verdict.lets_through() {
            None
        } else {
            self.spec.mend.clone().or(mend)
        };
        CheckReading {
            check: self.spec.id.clone(),
            verdict,
            observed,
            expected: self.expected,
            source: self.source.to_owned(),
            observed_at: self.now,
            believable_s: self.spec.believable_s,
            mend,
            answers: None,
        }
    }
}
