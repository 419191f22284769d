//! One kind of check that asks AWS: what it makes, what it is about, and what an answer means.

use async_trait::async_trait;
use jiff::Timestamp;
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::{CheckReading, CheckSpec, Verdict};

use crate::connect::Aws;
use crate::error::safe;
use crate::op::Op;
use crate::resource::Resource;

/// One kind of check, bound to its values. Asking and judging are apart, so that judging is pure.
#[async_trait]
pub trait Look: Send + Sync {
    /// What AWS answers.
    type Answer: Send + Sync;
    /// The operations that it makes. Its permissions, and the source of its readings, come of them.
    const OPS: &'static [Op];

    /// What it looks at; none where it is about nothing of the account's own.
    fn resource(&self) -> Option<Resource>;
    /// What is expected, where nothing was answered.
    fn expected(&self) -> String;
    /// Asks.
    async fn ask(&self, aws: &Aws) -> Result<Self::Answer, ProviderError>;
    /// What the answer means.
    fn judge(&self, answer: &Self::Answer) -> Found;
    /// What a failure means: that it can't be told, unless the kind knows better.
    fn failed(&self, _aws: &Aws, error: &ProviderError) -> Found {
        Found::untold_because(self.expected(), error)
    }
}

/// A [`Look`] of whichever kind.
#[async_trait]
pub trait AnyLook: Send + Sync {
    /// See [`Look::OPS`].
    fn ops(&self) -> &'static [Op];
    /// See [`Look::resource`].
    fn resource(&self) -> Option<Resource>;
    /// Asks, to see whether it may; what the answer means is not looked at.
    async fn tried(&self, aws: &Aws) -> Result<(), ProviderError>;
    /// Asks and judges; never fails.
    async fn reading(&self, aws: &Aws, spec: &CheckSpec, now: Timestamp) -> CheckReading;
}

#[async_trait]
impl<L: Look> AnyLook for L {
    fn ops(&self) -> &'static [Op] {
        L::OPS
    }

    fn resource(&self) -> Option<Resource> {
        Look::resource(self)
    }

    async fn tried(&self, aws: &Aws) -> Result<(), ProviderError> {
        self.ask(aws).await.map(drop)
    }

    async fn reading(&self, aws: &Aws, spec: &CheckSpec, now: Timestamp) -> CheckReading {
        let found = match self.ask(aws).await {
            Ok(answer) => self.judge(&answer),
            Err(error) => self.failed(aws, &error),
        };
        found.reading(spec, L::OPS, now)
    }
}

/// The outcome of comparing an answer with an expectation; pure, without a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What is there.
    pub observed: String,
    /// What was expected.
    pub expected: String,
    /// What that comes to.
    pub is: Is,
}

/// What a comparison comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Is {
    /// As expected.
    Right,
    /// Not as expected.
    Wrong(Mend),
    /// It can't be told.
    Untold(Mend),
}

/// How it is mended, and whether the runbook knows better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mend {
    /// Only where the runbook says nothing.
    Unsaid(String),
    /// After what the runbook says: it says why, and only the adapter knows what to write.
    Besides(String),
    /// Whatever the runbook says, whose words are about something else.
    Anyway(String),
}

impl Found {
    /// As expected.
    pub(crate) fn right(expected: impl Into<String>, observed: impl Into<String>) -> Self {
        Self {
            observed: observed.into(),
            expected: expected.into(),
            is: Is::Right,
        }
    }

    /// Not as expected.
    pub(crate) fn wrong(expected: impl Into<String>, observed: impl Into<String>, mend: Mend) -> Self {
        Self {
            is: Is::Wrong(mend),
            ..Self::right(expected, observed)
        }
    }

    /// It can't be told.
    pub(crate) fn untold(expected: impl Into<String>, observed: impl Into<String>, mend: Mend) -> Self {
        Self {
            is: Is::Untold(mend),
            ..Self::right(expected, observed)
        }
    }

    /// It can't be told, because a call failed. The runbook's words are about what is wrong; how to make it
    /// tell is the adapter's to say.
    pub(crate) fn untold_because(expected: impl Into<String>, error: &ProviderError) -> Self {
        let mend = error.hint.clone().unwrap_or_else(|| {
            "Check again; if it stays so, look at the network and at the health of AWS.".to_owned()
        });
        Self::untold(expected, error.message.clone(), Mend::Anyway(mend))
    }

    /// A call failed. That AWS knows no such thing is an answer, and a wrong one, with this mend; anything else can't be
    /// told.
    pub(crate) fn missing_or_untold(expected: impl Into<String>, error: &ProviderError, mend: &str) -> Self {
        match error.kind {
            ProviderErrorKind::NotFound => {
                Self::wrong(expected, safe(&error.message), Mend::Anyway(mend.to_owned()))
            }
            _ => Self::untold_because(expected, error),
        }
    }

    fn reading(self, spec: &CheckSpec, ops: &[Op], now: Timestamp) -> CheckReading {
        let said = |mend: Mend| match (mend, &spec.mend) {
            (Mend::Anyway(ours), _) | (Mend::Unsaid(ours) | Mend::Besides(ours), None) => ours,
            (Mend::Unsaid(_), Some(words)) => words.clone(),
            (Mend::Besides(ours), Some(words)) => format!("{words}\n{ours}"),
        };
        let (verdict, mend) = match self.is {
            Is::Right => (Verdict::Pass, None),
            Is::Wrong(mend) => (Verdict::Fail, Some(said(mend))),
            Is::Untold(mend) => (Verdict::Error, Some(said(mend))),
        };
        CheckReading {
            check: spec.id.clone(),
            verdict,
            observed: self.observed,
            expected: self.expected,
            source: ops.iter().map(Op::action).collect::<Vec<_>>().join(", "),
            observed_at: now,
            believable_s: spec.believable_s,
            mend,
            answers: None,
        }
    }
}
