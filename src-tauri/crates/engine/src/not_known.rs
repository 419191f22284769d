//! Actions and checks of a kind that this program does not know: nothing is read, planned or sent.

use async_trait::async_trait;
use jiff::Timestamp;
use switchback_model::event::Receipt;
use switchback_model::{CheckReading, CheckSpec, Finding, Image, Preview, Unknown, Verdict};

use crate::ports::{Action, Observed, ProviderError, ProviderErrorKind, Sent, SyncState};
use crate::proof::WriteCx;

/// The action of a kind that is not known: it reads, plans and sends nothing.
#[derive(Debug, Clone)]
pub struct NotKnown(String);

impl NotKnown {
    /// For a spec that is not known.
    #[must_use]
    pub fn of(spec: &Unknown) -> Self {
        Self(spec.kind().to_owned())
    }

    fn refused(&self) -> ProviderError {
        ProviderError {
            kind: ProviderErrorKind::Guard,
            operation: self.0.clone(),
            message: "This program does not know this kind of action: a newer Switchback wrote it".to_owned(),
            hint: Some("Install the newer program, or do it by hand.".to_owned()),
            request_id: None,
            sent: false,
        }
    }
}

#[async_trait]
impl Action for NotKnown {
    async fn read(&self, _: Option<&Sent<'_>>) -> Result<Observed, ProviderError> {
        Err(self.refused())
    }

    fn plan(&self, _: &Image, _: Option<&Image>) -> Result<Preview, ProviderError> {
        Err(self.refused())
    }

    fn judge(&self, _: &Observed, _: &Image, _: &Image, _: Option<&Sent<'_>>) -> Finding {
        Finding::Unclear {
            why: self.refused().message,
        }
    }

    async fn call(&self, _: &WriteCx, _: &Preview) -> Result<Receipt, ProviderError> {
        Err(self.refused())
    }

    fn spreads(&self) -> bool {
        true
    }

    async fn sync(&self, _: &Receipt) -> Result<Option<SyncState>, ProviderError> {
        Err(self.refused())
    }
}

/// What a check of a kind that is not known says: that it can't be told.
#[must_use]
pub fn check_not_known(spec: &CheckSpec, kind: &Unknown, now: Timestamp) -> CheckReading {
    CheckReading {
        check: spec.id.clone(),
        verdict: Verdict::Error,
        observed: format!("this program does not know the kind of check {}", kind.kind()),
        expected: String::new(),
        source: "the plan".to_owned(),
        observed_at: now,
        believable_s: spec.believable_s,
        mend: Some("Install the newer program that wrote it, or look by hand.".to_owned()),
        answers: None,
    }
}
