//! One step of a run, with everything that the journal tells of it.

use jiff::{SignedDuration, Timestamp};
use switchback_model::event::CallProblem;
use switchback_model::{Captured, CheckReading, Digest, Finding, Image, Operator, Preview, StepState, Way};

mod attempt;

pub(crate) use self::attempt::is_an_answer;
pub use self::attempt::{Attempt, Outcome};

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
    /// How long each of its undos took in the generations before this one, oldest first: from the first call to its proof.
    pub undone: Vec<SignedDuration>,
}

impl StepRun {
    /// What it changed, in one word: a record, a parameter.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        let left = self.effect.as_ref().and_then(|effect| effect.after.readable());
        left.map_or("object", Image::noun)
    }

    /// How long each of its undos took, oldest first: from the first call to its proof. One that a person's word ended is
    /// as long as that took.
    pub fn undos(&self) -> impl Iterator<Item = SignedDuration> + '_ {
        self.undone.iter().copied().chain(self.undo_of_this_generation())
    }

    fn undo_of_this_generation(&self) -> Option<SignedDuration> {
        let undone = matches!(self.state, StepState::Undone { .. });
        let ours =
            |attempt: &&Attempt| attempt.id.way == Way::Undo && attempt.id.generation == self.generation;
        let first = self.attempts.iter().find(ours).filter(|_| undone)?;
        Some(self.changed_at?.duration_since(first.intended_at))
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
            undone: Vec::new(),
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
