//! A run: the fold over its journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use switchback_model::event::Vouched;
use switchback_model::rollback::ItemKind;
use switchback_model::{
    ActionWord, CheckReading, DecisionId, Digest, DoneHow, Event, EventKind, Finding, Holder, MonitorId,
    Operator, PhaseId, Plan, Reversibility, RollbackItem, RollbackPlan, RuleId, RunId, RunState, Step,
    StepId, StepKind, StepState,
};

use crate::beyond::Beyond;
use crate::deadline::{DueOf, Extension};
use crate::doubt::Doubted;
use crate::evolve::{IllegalEvent, evolve};
use crate::gate::GateRun;
use crate::monitor::WatchState;
use crate::publish::is_due;
use crate::times::T0;

mod basis;
mod history;
mod step;

pub(crate) use step::is_an_answer;
pub use step::{Approval, Attempt, Checks, Effect, Kept, LastSeen, Outcome, Restore, StepRun};

/// Whether a step makes something that nobody meets before another step uses it.
fn leaves_nothing(step: &Step) -> bool {
    step.action
        .as_ref()
        .is_some_and(|action| action.word().is_ok_and(ActionWord::leaves_nothing))
}

/// Where a rollback stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RollbackState {
    /// Items are being carried out.
    Running,
    /// It stopped at an item.
    Halted {
        /// The item: the one that is next, or one that went on beside it.
        item: String,
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

impl RollbackState {
    /// Ends the reason of a stop that no second try mends: what was confirmed is no longer what would be done.
    pub(crate) const PLAN_ANEW: &str = "give this rollback up and plan it anew";

    /// Whether it stopped because something changed after the confirm. A person sees what would be done now before it is done.
    #[must_use]
    pub fn wants_new_plan(&self) -> bool {
        match self {
            Self::Halted { why, .. } => why.contains(Self::PLAN_ANEW),
            Self::Running | Self::Completed | Self::Abandoned => false,
        }
    }
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
    /// The event by which it was confirmed: what an earlier rollback made is looked at after it.
    pub confirmed_seq: u64,
    /// As [`Self::asked_seq`], or the event by which a person said later that an item is done: what failed before it is
    /// tried anew, and what is not proven is read anew at its turn.
    pub clicked_seq: u64,
    /// Preconditions overridden by name.
    pub overrides: Vec<switchback_model::CheckId>,
}

impl RollbackRun {
    /// The item that is next.
    #[must_use]
    pub fn item(&self) -> Option<&switchback_model::RollbackItem> {
        self.plan.items.get(self.done)
    }

    /// An item by its id: of what goes on beside the one that is next, too.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&switchback_model::RollbackItem> {
        self.plan.items.iter().find(|item| item.id == id)
    }

    /// The item at which it stopped: the one that is next, or one that went on beside it.
    #[must_use]
    pub fn stopped_at(&self) -> Option<&str> {
        match &self.state {
            RollbackState::Halted { item, .. } => Some(item),
            RollbackState::Running | RollbackState::Completed | RollbackState::Abandoned => None,
        }
    }

    /// The event since which an item that was made must have been looked at: at its turn a person's last click, beside it
    /// the confirm.
    #[must_use]
    pub fn looked_since(&self, item: &switchback_model::RollbackItem) -> u64 {
        match self.item().is_some_and(|next| next.id == item.id) {
            true => self.clicked_seq,
            false => self.confirmed_seq,
        }
    }

    /// Whether it still holds the run.
    #[must_use]
    pub fn is_active(&self) -> bool {
        matches!(self.state, RollbackState::Running | RollbackState::Halted { .. })
    }
}

/// Who holds up what is new, since when and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Barred {
    /// By whom.
    pub by: Operator,
    /// Why.
    pub reason: String,
    /// Since when.
    pub at: Timestamp,
}

/// What a driver left in the middle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interrupted {
    /// The step whose call was in flight or in doubt; none = a rollback was under way, between two calls.
    pub step: Option<StepId>,
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
    /// Who put it on hold or stopped it; none while it is open.
    pub barred: Option<Barred>,
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
    /// What the journal says of each monitor's state.
    pub watched: BTreeMap<MonitorId, WatchState>,
    /// Gates that were read or decided.
    pub gates: BTreeMap<PhaseId, GateRun>,
    /// T0, once the first step of the phase that says so took effect.
    pub t0: Option<T0>,
    /// How deadlines of rules were moved, oldest first.
    pub extensions: BTreeMap<RuleId, Vec<Extension>>,
    /// The last deadline that was announced as due.
    pub announced: BTreeMap<DueOf, Timestamp>,
    /// What was under way when whoever drives now took the run up; none where nothing was, or where something else
    /// was begun since.
    pub interrupted: Option<Interrupted>,
    /// What the journal says and this program does not know.
    pub beyond: Beyond,
    /// The journal was not what this home had acknowledged.
    pub doubt: Option<Doubted>,
    /// Who vouched for the copy that the run continues from; none where it began here, or was taken over
    /// before this was asked.
    pub vouched: Option<Vouched>,
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

    /// Whether a person may start the step anew: nothing of it has an effect. What was attested has one, unless
    /// the step says that nothing of it ever needs taking back.
    #[must_use]
    pub fn is_reopenable(&self, step: &StepId) -> bool {
        match self.steps.get(step).map(|run| run.state) {
            Some(
                StepState::Undone { .. }
                | StepState::Skipped
                | StepState::Done {
                    how: DoneHow::WithoutEffect,
                },
            ) => true,
            Some(StepState::Done {
                how: DoneHow::Attested,
            }) => {
                self.plan
                    .step(step)
                    .is_some_and(|one| one.reversibility == Reversibility::NoneNeeded)
                    || self.told_otherwise_since(step).is_some()
            }
            // What was made stays, and nobody meets it; what is made anew is used from then on.
            Some(StepState::Done { .. }) if self.plan.step(step).is_some_and(leaves_nothing) => true,
            // What it published before stands; what was changed since is published by it anew, without an undo.
            Some(
                StepState::Done { .. }
                | StepState::Unverified
                | StepState::Foreign
                | StepState::Failed
                | StepState::UndoFailed
                | StepState::UndoUnverified
                | StepState::UndoForeign,
            ) => is_due(self, step),
            _ => false,
        }
    }

    /// Of a notice that went out: the rollback by which people were told since that its phase was taken back. None where
    /// what the notice says is the last that they heard.
    #[must_use]
    pub fn told_otherwise_since(&self, id: &StepId) -> Option<&RollbackRun> {
        let (step, state) = self.step(id)?;
        let attested = StepState::Done {
            how: DoneHow::Attested,
        };
        if step.kind != StepKind::Notice || state.state != attested {
            return None;
        }
        let phase = self
            .plan
            .phases
            .iter()
            .find(|phase| phase.steps.iter().any(|one| one.id == *id))?;
        let taken_back = |item: &RollbackItem| {
            let of_phase = |one: &StepId| phase.steps.iter().any(|step| step.id == *one);
            item.step.as_ref().is_some_and(of_phase)
        };
        let told = |item: &RollbackItem| item.step.is_none() && matches!(item.kind, ItemKind::Notice { .. });
        self.rollback.as_ref().filter(|rollback| {
            let items = &rollback.plan.items;
            rollback.state == RollbackState::Completed
                && state.moved.is_some_and(|at| at < rollback.asked_seq)
                && items.iter().any(taken_back)
                && items.iter().any(told)
        })
    }

    /// Starts a run from its first event.
    pub fn open(event: &Event) -> Result<Self, IllegalEvent> {
        if let EventKind::Unknown(unknown) = &event.kind {
            return Err(IllegalEvent::at(
                event.seq,
                format!(
                    "this program does not know all of its first event ({}): a newer Switchback wrote it. Open the \
                     run with that program",
                    unknown.kind()
                ),
            ));
        }
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
        // Of the bytes as they were journalled, never of what was made of them.
        if plan.digest() != *plan_digest {
            return Err(IllegalEvent::at(
                event.seq,
                "the plan does not have the digest that it was opened with",
            ));
        }
        let mut opened = Self {
            id: run.clone(),
            steps: plan
                .steps()
                .map(|step| (step.id.clone(), StepRun::fresh()))
                .collect(),
            plan: plan.shared(),
            plan_digest: *plan_digest,
            endpoint: endpoint.clone(),
            opened_at: event.at,
            opened_by: by.clone(),
            sightings: crate::sightings::Sightings::of(plan),
            seq: 1,
            state: RunState::Open,
            barred: None,
            driver: None,
            former: BTreeMap::new(),
            decisions: pre_decided(plan).collect(),
            rollback: None,
            monitors: BTreeMap::new(),
            watched: BTreeMap::new(),
            gates: BTreeMap::new(),
            t0: None,
            extensions: BTreeMap::new(),
            announced: BTreeMap::new(),
            interrupted: None,
            beyond: Beyond::default(),
            doubt: None,
            vouched: None,
        };
        opened.beyond.read_plan(event.seq, plan);
        Ok(opened)
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
            .find(|(id, step)| {
                step.state.is_in_flight() && !self.is_set_aside(id, step) && self.beyond.by_hand(id).is_none()
            })
            .map(|(id, _)| id)
    }

    /// A step in doubt whose object can't be read, and that a rollback does not touch or that AWS says it
    /// refused: it stays in doubt, is named by the rollback's plan, and bars the way back of nothing else.
    fn is_set_aside(&self, id: &StepId, step: &StepRun) -> bool {
        if step.is_unseen() {
            return true;
        }
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
    pub fn set_aside(&self) -> Option<(&StepId, &StepRun)> {
        self.steps.iter().find(|(id, step)| {
            step.state.is_in_flight() && self.is_set_aside(id, step) && self.beyond.by_hand(id).is_none()
        })
    }

    /// A step whose call is on its way or in doubt, set aside or not: nothing new begins before it is
    /// settled.
    #[must_use]
    pub fn unsettled(&self) -> Option<&StepId> {
        self.in_flight().or_else(|| self.set_aside().map(|(id, _)| id))
    }

    /// Whether a rollback holds the run.
    #[must_use]
    pub fn rollback_active(&self) -> bool {
        self.rollback.as_ref().is_some_and(RollbackRun::is_active)
    }
}

/// What the target file of a plan decides.
pub(crate) fn pre_decided(plan: &Plan) -> impl Iterator<Item = (DecisionId, Decided)> {
    plan.decisions.iter().filter_map(|decision| {
        let value = decision.decided.clone()?;
        Some((decision.id.clone(), Decided { value, by: None }))
    })
}
