//! A run: the fold over its journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use switchback_model::event::{CallProblem, Receipt};
use switchback_model::{
    AttemptId, Captured, CheckReading, DecisionId, Digest, Event, EventKind, Finding, Holder, Image,
    MonitorId, Operator, Plan, Preview, RollbackPlan, RunId, RunState, Step, StepId, StepState, Way,
};

use crate::evolve::{IllegalEvent, evolve};
use crate::ports::History;
use crate::ttl::ServedVersion;

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
    /// The number of the first try of its series: what one approval, or one click of a rollback, began.
    pub series: u32,
    /// When it was written ahead.
    pub intended_at: Timestamp,
    /// The event that wrote it ahead: orders attempts where clocks may jump.
    pub seq: u64,
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
    /// For an undo by fields: what it leaves as somebody else made it.
    pub by_field: Option<Kept>,
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
    /// The last before-checks.
    pub checks: Option<Checks>,
    /// An approval that waits to be carried out.
    pub approval: Option<Approval>,
    /// A choice by fields that waits to be carried out.
    pub restore: Option<Restore>,
    /// Why the last approval was void.
    pub voided: Option<String>,
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
}

impl StepRun {
    /// A step to which nothing has happened.
    pub(crate) fn fresh() -> Self {
        Self {
            state: StepState::ToDo,
            generation: 1,
            changed_at: None,
            checks: None,
            approval: None,
            restore: None,
            voided: None,
            attempts: Vec::new(),
            effect: None,
            drift: None,
            reinspect: false,
            last_seen: None,
            said: None,
        }
    }

    pub(crate) fn to(&mut self, state: StepState, at: Timestamp) {
        // Both spoke of the state that is left behind.
        self.restore = None;
        if !matches!(state, StepState::Blocked | StepState::Checking) {
            self.voided = None;
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

    /// Whether the last attempt was an undo by fields that leaves the step's own effect there.
    #[must_use]
    pub fn effect_stays(&self) -> bool {
        let kept = self.current().and_then(|attempt| attempt.by_field.as_ref());
        kept.is_some_and(|kept| kept.effect_stays)
    }

    /// The number of the next try.
    #[must_use]
    pub fn next_n(&self, way: Way) -> u32 {
        self.last(way).map_or(1, |a| a.id.n + 1)
    }
}

/// Where a rollback stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RollbackState {
    /// Items are being carried out.
    Running,
    /// It stopped at an item.
    Halted {
        /// Why.
        why: String,
        /// What its preconditions read.
        readings: Vec<CheckReading>,
    },
    /// Every item is finished.
    Completed,
    /// Given up.
    Abandoned,
}

/// A confirmed rollback.
#[derive(Debug, Clone)]
pub struct RollbackRun {
    /// The frozen plan.
    pub plan: RollbackPlan,
    /// Items finished.
    pub done: usize,
    /// Where it stands.
    pub state: RollbackState,
    /// Who confirmed it.
    pub by: Operator,
    /// When.
    pub confirmed_at: Timestamp,
    /// The event by which a person confirmed it, or last asked to try the stopped item again: what
    /// was tried since is not tried again without being asked. By sequence, not by time, because
    /// clocks may jump.
    pub asked_seq: u64,
    /// Preconditions overridden by name.
    pub overrides: Vec<switchback_model::CheckId>,
}

impl RollbackRun {
    /// The item that is next.
    #[must_use]
    pub fn item(&self) -> Option<&switchback_model::RollbackItem> {
        self.plan.items.get(self.done)
    }

    /// Whether it still holds the run.
    #[must_use]
    pub fn is_active(&self) -> bool {
        matches!(self.state, RollbackState::Running | RollbackState::Halted { .. })
    }
}

/// A decision as taken.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The value.
    pub value: String,
    /// By whom; none = by the target file.
    pub by: Option<Operator>,
}

/// A run.
#[derive(Debug, Clone)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The frozen plan.
    pub plan: Arc<Plan>,
    /// Its digest.
    pub plan_digest: Digest,
    /// A custom endpoint, if one was given.
    pub endpoint: Option<String>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: Operator,
    /// What was seen of the TTLs of names.
    pub sightings: crate::sightings::Sightings,
    /// The last event.
    pub seq: u64,
    /// Its state.
    pub state: RunState,
    /// Who drives it, and the fence.
    pub driver: Option<(Holder, u64)>,
    /// Its steps.
    pub steps: BTreeMap<StepId, StepRun>,
    /// Steps that an amendment took out of the plan: their attempts still tell what was served.
    pub former: BTreeMap<StepId, StepRun>,
    /// Decisions.
    pub decisions: BTreeMap<DecisionId, Decided>,
    /// The last rollback.
    pub rollback: Option<RollbackRun>,
    /// Monitors' last journalled readings, oldest first, at most 50 each.
    pub monitors: BTreeMap<MonitorId, Vec<CheckReading>>,
}

impl Run {
    /// Folds a whole journal. The first event must be `RunOpened`.
    pub fn replay(events: &[Event]) -> Result<Self, IllegalEvent> {
        let (first, rest) = events
            .split_first()
            .ok_or_else(|| IllegalEvent::at(0, "the journal is empty"))?;
        let mut run = Self::open(first)?;
        for event in rest {
            evolve(&mut run, event)?;
        }
        Ok(run)
    }

    /// What the last attempt that landed on an object, of whichever step and way, left there: found
    /// otherwise, the object was changed outside Switchback.
    #[must_use]
    pub fn last_left(&self, object: &str) -> Option<&Image> {
        self.attempts()
            .filter(|attempt| attempt.applied_at.is_some())
            .filter_map(|attempt| Some((attempt.seq, attempt.after.readable()?)))
            .filter(|(_, after)| after.object() == object)
            .max_by_key(|(seq, _)| *seq)
            .map(|(_, after)| after)
    }

    /// Starts a run from its first event.
    pub fn open(event: &Event) -> Result<Self, IllegalEvent> {
        let EventKind::RunOpened {
            run,
            plan,
            plan_digest,
            endpoint,
            by,
        } = &event.kind
        else {
            return Err(IllegalEvent::at(event.seq, "a journal begins with run_opened"));
        };
        if event.seq != 1 {
            return Err(IllegalEvent::at(event.seq, "a journal begins at 1"));
        }
        if plan.digest() != *plan_digest {
            return Err(IllegalEvent::at(
                event.seq,
                "the plan does not have the digest that it was opened with",
            ));
        }
        Ok(Self {
            id: run.clone(),
            steps: plan
                .steps()
                .map(|step| (step.id.clone(), StepRun::fresh()))
                .collect(),
            plan: Arc::new((**plan).clone()),
            plan_digest: *plan_digest,
            endpoint: endpoint.clone(),
            opened_at: event.at,
            opened_by: by.clone(),
            sightings: crate::sightings::Sightings::default(),
            seq: 1,
            state: RunState::Open,
            driver: None,
            former: BTreeMap::new(),
            decisions: pre_decided(plan).collect(),
            rollback: None,
            monitors: BTreeMap::new(),
        })
    }

    /// The plan's and the run's view of a step.
    #[must_use]
    pub fn step(&self, id: &StepId) -> Option<(&Step, &StepRun)> {
        Some((self.plan.step(id)?, self.steps.get(id)?))
    }

    /// A step whose call may be on its way; not one that is set aside.
    #[must_use]
    pub fn in_flight(&self) -> Option<&StepId> {
        self.steps
            .iter()
            .find(|(id, step)| step.state.is_in_flight() && !self.is_set_aside(id, step))
            .map(|(id, _)| id)
    }

    /// A step in doubt that a rollback does not touch and whose object can't be read: it stays in
    /// doubt, is named by the rollback's plan, and bars the way back of nothing else.
    fn is_set_aside(&self, id: &StepId, step: &StepRun) -> bool {
        let in_doubt = matches!(
            step.state,
            StepState::InDoubt { .. } | StepState::UndoInDoubt { .. }
        );
        let unclear = || {
            step.current()
                .is_some_and(|attempt| matches!(attempt.finding, Some(Finding::Unclear { .. })))
        };
        let rollback = self.rollback.as_ref().filter(|rollback| rollback.is_active());
        let apart = |rollback: &RollbackRun| {
            rollback
                .plan
                .items
                .iter()
                .all(|item| item.step.as_ref() != Some(id))
        };
        in_doubt && rollback.is_some_and(apart) && unclear()
    }

    /// A step in doubt that is set aside.
    #[must_use]
    pub fn set_aside(&self) -> Option<&StepRun> {
        self.steps
            .iter()
            .find(|(id, step)| step.state.is_in_flight() && self.is_set_aside(id, step))
            .map(|(_, step)| step)
    }

    /// Whether a rollback holds the run.
    #[must_use]
    pub fn rollback_active(&self) -> bool {
        self.rollback.as_ref().is_some_and(RollbackRun::is_active)
    }

    /// Every attempt, also those of steps that an amendment took out of the plan.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        let steps = self.steps.values().chain(self.former.values());
        steps.flat_map(|step| &step.attempts)
    }

    /// When a later change of the same object was on every server: changes of one object arrive in
    /// their order, so an earlier version is gone by then. Without it an attempt that was undone
    /// before it was in sync would be waited for without end.
    fn replaced_since(&self, attempt: &Attempt, image: &Image) -> Option<Timestamp> {
        self.attempts()
            .filter(|later| later.seq > attempt.seq)
            .filter(|later| {
                later
                    .before
                    .readable()
                    .is_some_and(|b| b.object() == image.object())
            })
            .filter_map(|later| later.in_sync)
            .min()
    }

    /// Every version of records that this run knows to have been served and replaced, by an attempt of
    /// its own or by somebody else, for the TTL wait. An attempt in doubt counts as not yet replaced.
    #[must_use]
    pub fn history(&self) -> History {
        let mut served = Vec::new();
        for attempt in self.attempts() {
            let not_applied = matches!(attempt.outcome, Outcome::Refused(_))
                || matches!(
                    (&attempt.finding, attempt.id.way),
                    (Some(Finding::Before), Way::Apply) | (Some(Finding::After), Way::Undo)
                );
            if not_applied {
                continue;
            }
            let Some(before) = attempt.before.readable() else {
                continue;
            };
            let Image::RecordSets { name, sets, .. } = before;
            let Some(ttl) = sets
                .iter()
                .map(switchback_model::dns::RecordSet::believed_ttl)
                .max()
            else {
                continue;
            };
            served.push(ServedVersion {
                name: name.clone(),
                ttl,
                replaced_at: attempt.in_sync.or_else(|| self.replaced_since(attempt, before)),
            });
        }
        served.extend_from_slice(self.sightings.gone());
        History { served }
    }
}

/// What the target file of a plan decides.
pub(crate) fn pre_decided(plan: &Plan) -> impl Iterator<Item = (DecisionId, Decided)> {
    plan.decisions.iter().filter_map(|decision| {
        let value = decision.decided.clone()?;
        Some((decision.id.clone(), Decided { value, by: None }))
    })
}
