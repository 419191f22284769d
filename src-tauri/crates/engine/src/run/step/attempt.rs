//! One try of one way, and what was heard and seen of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use switchback_model::event::{CallProblem, Mark, Receipt};
use switchback_model::{AttemptId, Captured, CheckId, CheckReading, Digest, Finding, Way, Witness};

use super::Kept;
use crate::observed::Sent;

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The request is on its way, or was when the driver died.
    InFlight,
    /// AWS says that it refused the request, which had been sent; the object was not looked at since.
    SaidRefused,
    /// Proven not applied; tried again at this moment, or not.
    Refused(Option<Timestamp>),
    /// May have been applied.
    Lost,
    /// Applied.
    Answered,
    /// Settled by inspection or by a person.
    Settled,
}

/// One numbered try, as the journal tells it.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Its id.
    pub id: AttemptId,
    /// What was approved.
    pub preview: Digest,
    /// The touched fields before it.
    pub before: Captured,
    /// The touched fields after it.
    pub after: Captured,
    /// The token that the request carried; empty where none was sent.
    pub token: String,
    /// What the object showed of its own past right before.
    pub witness: Option<Witness>,
    /// The number of the first try of its series: what one approval, or one click of a rollback, began.
    pub series: u32,
    /// When it was written ahead.
    pub intended_at: Timestamp,
    /// The event that wrote it ahead: orders attempts where clocks may jump.
    pub seq: u64,
    /// The event by which it was last looked at: its own, the one that had it verified anew, or the end of that.
    pub looked_seq: u64,
    /// What was proven and seen right before the request left, and when that was written, by the journal's clock;
    /// only of kinds that ask much on the way to it.
    pub mark: Option<(Mark, Timestamp)>,
    /// What the call brought back.
    pub receipt: Option<Receipt>,
    /// What went wrong.
    pub problem: Option<CallProblem>,
    /// What became of it.
    pub outcome: Outcome,
    /// When it was known to be applied: the start of `within`.
    pub applied_at: Option<Timestamp>,
    /// When it was on every server, by the server's Date.
    pub in_sync: Option<Timestamp>,
    /// What inspection found last.
    pub finding: Option<Finding>,
    /// The last readings of its after-checks.
    pub readings: Vec<CheckReading>,
    /// Since when each of them has said what it says: passing or not, and how many of the servers.
    pub since: BTreeMap<CheckId, Timestamp>,
    /// For an undo by fields: what it leaves as somebody else made it.
    pub by_field: Option<Kept>,
    /// AWS said that it refused it, after it had been sent.
    pub heard: bool,
    /// It was looked at once more when nothing of it could still land.
    pub looked_late: bool,
    /// Nothing was to change, so that no call was made.
    pub effectless: bool,
}

impl Attempt {
    /// Of a step whose object was found as it would leave it, after an undo or after a change by hand: nothing was sent,
    /// so it is settled from its start.
    pub(crate) fn found(
        id: AttemptId,
        (before, after): (Captured, Captured),
        finding: Finding,
        (seq, at): (u64, Timestamp),
    ) -> Self {
        Self {
            preview: Digest::of(&after),
            before,
            after,
            series: id.n,
            id,
            intended_at: at,
            seq,
            looked_seq: seq,
            token: String::new(),
            witness: None,
            mark: None,
            receipt: None,
            problem: None,
            outcome: Outcome::Settled,
            applied_at: Some(at),
            in_sync: None,
            finding: Some(finding),
            readings: Vec::new(),
            since: BTreeMap::new(),
            by_field: None,
            heard: false,
            looked_late: false,
            effectless: false,
        }
    }

    /// What is known of its request; none where none was sent.
    #[must_use]
    pub fn sent(&self) -> Option<Sent<'_>> {
        (!self.token.is_empty()).then(|| Sent {
            way: self.id.way,
            token: &self.token,
            at: self.intended_at,
            witness: self.witness.as_ref(),
            mark: self.mark.as_ref().map(|(mark, _)| mark),
            receipt: self.receipt.as_ref(),
        })
    }

    /// Whether a proof on the way to its request may have left something beside its object
    /// ([`ProviderErrorKind::Aside`](crate::ports::ProviderErrorKind::Aside)).
    #[must_use]
    pub fn may_have_left_something_aside(&self) -> bool {
        let kind = self.problem.as_ref().map(|problem| problem.kind.as_str());
        kind == Some("aside")
    }

    /// When its request left at the earliest: when it was marked, else when it was written ahead.
    #[must_use]
    pub fn left_at(&self) -> Timestamp {
        self.mark.as_ref().map_or(self.intended_at, |(_, at)| *at)
    }

    /// What was proven on the way to it, also where its answer was lost.
    #[must_use]
    pub fn proven(&self) -> Vec<String> {
        let before = self.mark.iter().flat_map(|(mark, _)| &mark.proven);
        let with_it = self.receipt.iter().flat_map(|receipt| &receipt.proven);
        before.chain(with_it).cloned().collect()
    }

    /// Whether the finding, which speaks of the world, says that it was carried out.
    #[must_use]
    pub fn landed(&self, finding: &Finding) -> bool {
        matches!(
            (self.id.way, finding),
            (Way::Apply | Way::Publish, Finding::After) | (Way::Undo, Finding::Before)
        )
    }

    /// Whether the finding says that all is as it was before it.
    #[must_use]
    pub fn left_no_trace(&self, finding: &Finding) -> bool {
        matches!(
            (self.id.way, finding),
            (Way::Apply | Way::Publish, Finding::Before) | (Way::Undo, Finding::After)
        )
    }

    /// Whether the refusal that was heard goes with an object that is as before. One that says that
    /// something else was found there, or nothing at all, contradicts it.
    #[must_use]
    pub fn is_explained(&self) -> bool {
        self.heard && self.problem.as_ref().is_some_and(explains)
    }

    /// Whether it was sent and is held not to have been carried out, by what was said and seen.
    pub(super) fn is_held_refused(&self) -> bool {
        match self.outcome {
            Outcome::Refused(_) => self.heard,
            Outcome::Settled => self.applied_at.is_none(),
            Outcome::InFlight | Outcome::SaidRefused | Outcome::Lost | Outcome::Answered => false,
        }
    }
}

/// Whether a refusal of this kind goes with an object that is as before: it tells of the caller, of the
/// service or of the request's form, not of what was found there.
fn explains(problem: &CallProblem) -> bool {
    matches!(
        problem.kind.as_str(),
        "throttled" | "busy" | "credentials" | "denied" | "refused"
    )
}

/// Whether AWS itself must have said it, as journals tell that did not keep whether it was sent.
pub(crate) fn is_an_answer(problem: &CallProblem) -> bool {
    problem.request_id.is_some()
        || matches!(
            problem.kind.as_str(),
            "throttled" | "busy" | "denied" | "conflict" | "notfound"
        )
}

/// What a reading says as far as it counts for "since when".
fn share(reading: &CheckReading) -> (bool, Option<u32>) {
    let right = reading.answers.as_ref().map(|answers| answers.right);
    (reading.verdict.lets_through(), right)
}

impl Attempt {
    /// Whether readings say something else than the last ones.
    pub(crate) fn says_otherwise(&self, readings: &[CheckReading]) -> bool {
        let said = |list: &[CheckReading]| -> Vec<_> {
            list.iter()
                .map(|r| (r.check.clone(), r.verdict.clone(), share(r)))
                .collect()
        };
        said(&self.readings) != said(readings)
    }

    /// A look tells more than one that told nothing.
    pub(crate) fn forget_unclear(&mut self) {
        if let Some(Finding::Unclear { .. }) = self.finding {
            self.finding = None;
        }
    }

    /// Takes the readings of its after-checks.
    pub(crate) fn take(&mut self, readings: &[CheckReading]) {
        for reading in readings {
            let last = self.readings.iter().find(|last| last.check == reading.check);
            if last.map(share) != Some(share(reading)) {
                self.since.insert(reading.check.clone(), reading.observed_at);
            }
        }
        self.readings = readings.to_vec();
    }
}
