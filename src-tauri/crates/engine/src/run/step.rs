//! One step of a run, with everything that the journal tells of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use switchback_model::event::{CallProblem, Mark, Receipt};
use switchback_model::{
    AttemptId, Captured, CheckId, CheckReading, Digest, Finding, Image, Operator, Preview, StepState, Way,
    Witness,
};

use crate::observed::Sent;

/// What the last before-checks said.
#[derive(Debug, Clone)]
pub struct Checks {
    /// When they ended.
    pub at: Timestamp,
    /// The readings, in the plan's order.
    pub readings: Vec<CheckReading>,
    /// The exact change, from a fresh read.
    pub preview: Option<Preview>,
    /// The undo, built from that read.
    pub undo: Option<Preview>,
    /// What the undo needs, probed.
    pub undo_readings: Vec<CheckReading>,
    /// Why the preview could not be built.
    pub problem: Option<CallProblem>,
}

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
    fn is_held_refused(&self) -> bool {
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

/// The effect of a step in this generation: what an undo restores.
#[derive(Debug, Clone)]
pub struct Effect {
    /// As it was; none where it was adopted and never seen before.
    pub before: Option<Captured>,
    /// As the step left it.
    pub after: Captured,
    /// "Seen, not captured": the before-image is the last observation, not a capture.
    pub seen_only: bool,
}

/// An approval that waits to be carried out.
#[derive(Debug, Clone)]
pub struct Approval {
    /// What was approved.
    pub preview: Digest,
    /// By whom.
    pub by: Operator,
}

/// An image as a look showed it. `Debug` leaves its values out: those of some kinds are secret.
#[derive(Clone, PartialEq, Eq)]
pub struct LastSeen(pub Image);

impl std::fmt::Debug for LastSeen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LastSeen({})", self.0.object())
    }
}

/// A choice by fields that waits to be carried out.
#[derive(Debug, Clone)]
pub struct Restore {
    /// The exact change that was approved.
    pub preview: Digest,
    /// What it leaves.
    pub to: Captured,
    /// What the attempt will be.
    pub kept: Kept,
    /// Preconditions overridden by name.
    pub overrides: Vec<switchback_model::CheckId>,
}

/// What an undo by fields leaves as somebody else made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The fields; empty where everything is as before again.
    pub fields: Vec<String>,
    /// Whether one of them is as the step left it: then its effect is still there.
    pub effect_stays: bool,
}

/// One step of a run.
#[derive(Debug, Clone)]
pub struct StepRun {
    /// Its state.
    pub state: StepState,
    /// Counts reopenings, from 1.
    pub generation: u32,
    /// When its state last changed.
    pub changed_at: Option<Timestamp>,
    /// When it was first done or skipped in this generation.
    pub ended_at: Option<Timestamp>,
    /// The last before-checks.
    pub checks: Option<Checks>,
    /// An approval that waits to be carried out.
    pub approval: Option<Approval>,
    /// A choice by fields that waits to be carried out.
    pub restore: Option<Restore>,
    /// Why the last approval was void.
    pub voided: Option<String>,
    /// What failed, where it was void because nothing could be told of the world.
    pub voided_by: Option<CallProblem>,
    /// Every attempt of every generation, oldest first.
    pub attempts: Vec<Attempt>,
    /// What an undo restores.
    pub effect: Option<Effect>,
    /// How the object differs from what a done step left.
    pub drift: Option<Finding>,
    /// The object must be looked at again after a takeover.
    pub reinspect: bool,
    /// The last image seen of the object, for adoption.
    pub last_seen: Option<LastSeen>,
    /// The last person's words on it.
    pub said: Option<String>,
    /// The event by which it may have changed last, where that was no attempt of ours: a person's hand or word.
    pub moved: Option<u64>,
    /// For a publisher: the events that began its proven publications, of every generation, oldest first.
    pub published: Vec<u64>,
    /// The state that it had before it was published once more, in a rollback.
    pub was: Option<StepState>,
}

impl StepRun {
    /// What it changed, in one word: a record, a parameter.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        let left = self.effect.as_ref().and_then(|effect| effect.after.readable());
        left.map_or("object", Image::noun)
    }

    /// A step to which nothing has happened.
    pub(crate) fn fresh() -> Self {
        Self {
            state: StepState::ToDo,
            generation: 1,
            changed_at: None,
            ended_at: None,
            checks: None,
            approval: None,
            restore: None,
            voided: None,
            voided_by: None,
            attempts: Vec::new(),
            effect: None,
            drift: None,
            reinspect: false,
            last_seen: None,
            said: None,
            moved: None,
            published: Vec::new(),
            was: None,
        }
    }

    pub(crate) fn to(&mut self, state: StepState, at: Timestamp) {
        // Both spoke of the state that is left behind.
        self.restore = None;
        if !matches!(state, StepState::Blocked | StepState::Checking) {
            self.voided = None;
            self.voided_by = None;
        }
        if matches!(state, StepState::Done { .. } | StepState::Skipped) {
            self.ended_at.get_or_insert(at);
        }
        self.state = state;
        self.changed_at = Some(at);
    }

    /// The last attempt of this generation that went this way.
    #[must_use]
    pub fn last(&self, way: Way) -> Option<&Attempt> {
        self.of_generation().find(|a| a.id.way == way)
    }

    /// The attempt that the state speaks of.
    #[must_use]
    pub fn current(&self) -> Option<&Attempt> {
        self.of_generation().next()
    }

    /// The attempts of this generation, the last one first: they stand at the end, so earlier
    /// generations are not gone through.
    fn of_generation(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts
            .iter()
            .rev()
            .take_while(|a| a.id.generation == self.generation)
    }

    /// Whether the object of a done step was changed outside Switchback into something that is neither as
    /// before nor as after it: a person who asks for a look resolves it field by field.
    #[must_use]
    pub fn is_drifted_otherwise(&self) -> bool {
        let other = matches!(self.drift, Some(Finding::Partial { .. } | Finding::Other { .. }));
        let ours = self.current().is_some_and(|attempt| attempt.id.way == Way::Apply);
        other && ours && matches!(self.state, StepState::Done { .. })
    }

    /// Whether the last attempt was an undo by fields that leaves the step's own effect there.
    #[must_use]
    pub fn effect_stays(&self) -> bool {
        let kept = self.current().and_then(|attempt| attempt.by_field.as_ref());
        kept.is_some_and(|kept| kept.effect_stays)
    }

    /// The last attempt, where it was sent and is held not to have been carried out: the world may
    /// know better.
    #[must_use]
    pub fn held_refused(&self) -> Option<&Attempt> {
        let attempt = self.current()?;
        let held = match self.state {
            StepState::Failed
            | StepState::UndoFailed
            | StepState::ToDo
            | StepState::Checking
            | StepState::Blocked
            | StepState::Ready
            | StepState::Skipped => true,
            StepState::UndoForeign => attempt.by_field.is_some(),
            StepState::Applying { .. }
            | StepState::Verifying { .. }
            | StepState::Done { .. }
            | StepState::Unverified
            | StepState::InDoubt { .. }
            | StepState::Foreign
            | StepState::Adopted
            | StepState::Undoing { .. }
            | StepState::UndoVerifying { .. }
            | StepState::Undone { .. }
            | StepState::UndoUnverified
            | StepState::UndoInDoubt { .. } => false,
        };
        (held && attempt.is_held_refused()).then_some(attempt)
    }

    /// The last attempt, where AWS refused it and its object is still to be looked at once more.
    #[must_use]
    pub fn late_look(&self) -> Option<&Attempt> {
        self.held_refused()
            .filter(|attempt| attempt.heard && !attempt.looked_late)
    }

    /// Whether AWS refused what is in doubt, and its object could not be read since.
    #[must_use]
    pub fn is_unseen(&self) -> bool {
        let in_doubt = matches!(
            self.state,
            StepState::InDoubt { .. } | StepState::UndoInDoubt { .. }
        );
        let unseen = |a: &Attempt| a.heard && matches!(a.finding, Some(Finding::Unclear { .. }));
        in_doubt && self.current().is_some_and(unseen)
    }

    /// The number of the next try.
    #[must_use]
    pub fn next_n(&self, way: Way) -> u32 {
        self.last(way).map_or(1, |a| a.id.n + 1)
    }
}
