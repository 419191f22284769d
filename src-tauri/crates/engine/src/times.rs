//! T0, and planned time against actual. All of it comes from the journal.

use jiff::Timestamp;
use switchback_model::{DoneHow, Phase, PhaseId, Reversibility, Step, StepId, StepKind, StepState, Way};

use crate::run::{Run, StepRun};

/// The moment from which users are affected: when the first step of the phase that says so took
/// effect. That people are told of it is no effect. It stands for the whole run: what was moved since then stays moved, whatever is rolled back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct T0 {
    /// When.
    pub at: Timestamp,
    /// The step whose effect it was.
    pub step: StepId,
    /// Its phase.
    pub phase: PhaseId,
}

/// Planned time against actual.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// Planned seconds; absent = the plan does not say.
    pub planned_s: Option<u64>,
    /// When it was begun; absent = it was not, or nobody said when.
    pub started_at: Option<Timestamp>,
    /// When it was finished; absent = it is not.
    pub ended_at: Option<Timestamp>,
}

impl Times {
    /// Whole seconds from start to end, or until now; absent where the start is not known.
    #[must_use]
    pub fn actual_s(&self, now: Timestamp) -> Option<u64> {
        let span = self.ended_at.unwrap_or(now).duration_since(self.started_at?);
        u64::try_from(span.as_secs()).ok()
    }
}

/// Notes T0 once it has come.
pub(crate) fn note(run: &mut Run) {
    if run.t0.is_some() {
        return;
    }
    let Some(phase) = run.plan.phases.iter().find(|phase| phase.t0) else {
        return;
    };
    let first = phase
        .steps
        .iter()
        .filter(|step| step.reversibility != Reversibility::NoneNeeded && step.kind != StepKind::Notice)
        .filter_map(|step| Some((took_effect(run.steps.get(&step.id)?)?, &step.id)))
        .min();
    run.t0 = first.map(|(at, step)| T0 {
        at,
        step: step.clone(),
        phase: phase.id.clone(),
    });
}

/// When the effect of a step came to be.
fn took_effect(step: &StepRun) -> Option<Timestamp> {
    if let StepState::Done {
        how: DoneHow::Attested,
    } = step.state
    {
        return step.changed_at;
    }
    step.attempts
        .iter()
        .filter(|attempt| attempt.id.way == Way::Apply && !attempt.effectless)
        .filter_map(|attempt| attempt.applied_at)
        .min()
}

/// Planned against actual of one step, in its present generation. Of a step that a person carries out,
/// only the end is known.
#[must_use]
pub fn of_step(run: &Run, id: &StepId) -> Times {
    let Some((step, state)) = run.step(id) else {
        return Times::default();
    };
    let generation = state.generation;
    let first = state
        .attempts
        .iter()
        .find(|attempt| attempt.id.generation == generation);
    Times {
        planned_s: step.expected_s.map(u64::from),
        started_at: first.map(|attempt| attempt.intended_at),
        ended_at: state.ended_at,
    }
}

/// Planned against actual of one phase: from the first thing that was done in it until everything in
/// it is settled.
#[must_use]
pub fn of_phase(run: &Run, phase: &Phase) -> Times {
    over(run, phase.steps.iter())
}

/// Planned against actual of the whole run.
#[must_use]
pub fn of_run(run: &Run) -> Times {
    over(run, run.plan.steps())
}

fn over<'a>(run: &Run, steps: impl Iterator<Item = &'a Step>) -> Times {
    let mut all = Times::default();
    let mut settled = true;
    for step in steps {
        let times = of_step(run, &step.id);
        all.planned_s = match (all.planned_s, times.planned_s) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        let began = times.started_at.or(times.ended_at);
        all.started_at = all.started_at.into_iter().chain(began).min();
        all.ended_at = all.ended_at.max(times.ended_at);
        let state = run.steps.get(&step.id).map(|step| step.state);
        settled &= matches!(state, Some(StepState::Done { .. } | StepState::Skipped))
            || crate::chosen::is_left_out(run, &step.id);
    }
    if !settled {
        all.ended_at = None;
    }
    all
}
