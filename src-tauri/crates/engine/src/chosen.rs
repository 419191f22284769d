//! Choices: of some steps people decide which one is carried out. One that was not chosen counts as absent.

use switchback_model::{Step, StepId, StepState};

use crate::rejection::{Rejection, RejectionCode};
use crate::run::Run;

/// Whether people decided for another step in the place of this one, and nothing of it was carried out. What has an
/// effect is never absent, whatever is decided afterwards.
#[must_use]
pub fn is_left_out(run: &Run, id: &StepId) -> bool {
    let Some((step, state)) = run.step(id) else {
        return false;
    };
    let Some(only) = &step.only_if else { return false };
    let decided = run.decisions.get(&only.decision);
    let untouched = matches!(
        state.state,
        StepState::ToDo
            | StepState::Checking
            | StepState::Blocked
            | StepState::Ready
            | StepState::Failed
            | StepState::Skipped
            | StepState::Undone { .. }
    );
    untouched && decided.is_some_and(|decided| decided.value != only.is)
}

/// Refuses what is not chosen.
pub(crate) fn is_chosen(run: &Run, step: &Step) -> Result<(), Rejection> {
    if !is_left_out(run, &step.id) {
        return Ok(());
    }
    Err(Rejection::new(
        RejectionCode::Guard,
        format!(
            "Step {} was not chosen. {}",
            step.id,
            why(run, step).unwrap_or_default()
        ),
        "Nothing waits for it. To carry it out, decide otherwise first.",
    ))
}

/// Why a step is left out, in one sentence; none where it is not.
#[must_use]
pub fn why(run: &Run, step: &Step) -> Option<String> {
    let only = step.only_if.as_ref().filter(|_| is_left_out(run, &step.id))?;
    let value = &run.decisions.get(&only.decision)?.value;
    Some(format!(
        "Decision {} is \u{201c}{value}\u{201d}, and this is for \u{201c}{}\u{201d}.",
        crate::gate::named(run, &only.decision),
        only.is
    ))
}

/// Steps that were carried out because of the value that a decision has: it is not revised under them.
#[must_use]
pub fn rest_on(run: &Run, decision: &switchback_model::DecisionId) -> Vec<StepId> {
    let of = |step: &&Step| {
        step.only_if
            .as_ref()
            .is_some_and(|only| only.decision == *decision)
    };
    let effect = |step: &&Step| crate::rollback::has_effect(run, &step.id);
    let steps = run.plan.steps().filter(of).filter(effect);
    steps.map(|step| step.id.clone()).collect()
}
