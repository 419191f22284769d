//! Deciding, field by field, what becomes of somebody else's change.

use switchback_model::{
    ActionSpec, Captured, CheckId, CheckReading, EventKind, FieldChoices, Preview, Resolution, Reversibility,
    StepId, StepState, Submission, ThreeWay,
};

use super::{Facts, find, no_rollback, not_now, nothing_else, reason, stale_screen};
use crate::rejection::{Rejection, RejectionCode as Code};
use crate::rollback::has_effect;
use crate::run::Run;

/// What the driver read for a choice by fields.
#[derive(Debug, Clone)]
pub struct FieldPlan {
    /// The three images beside each other, with what was chosen so far.
    pub three: ThreeWay,
    /// The exact change; none while something is not chosen for.
    pub preview: Option<Preview>,
    /// What must hold before anything is taken back.
    pub preconditions: Vec<CheckReading>,
}

/// What stands in the way of choosing by fields, apart from the basis: the same for a look and for
/// the command.
pub fn may_choose_fields(run: &Run, id: &StepId) -> Result<(), Rejection> {
    let (step, state) = find(run, id)?;
    if !matches!(state.state, StepState::Foreign | StepState::UndoForeign) {
        return Err(not_now(
            id,
            state,
            "resolve by fields",
            "Fields are chosen where somebody else changed what a step left. Inspect it first.",
        ));
    }
    no_rollback(run)?;
    nothing_else(run)?;
    if state.restore.is_some() {
        return Err(not_now(
            id,
            state,
            "resolve by fields",
            "It was chosen already and is about to run.",
        ));
    }
    if step.reversibility != Reversibility::Undo {
        return Err(Rejection::new(
            Code::Guard,
            format!("The runbook gives step {id} no undo by the console."),
            "Keep what is there, or change it by hand and record it.",
        ));
    }
    if step.action.as_ref().is_some_and(ActionSpec::adds) {
        return Err(Rejection::new(
            Code::Guard,
            format!("Step {id} adds to what is there, so that nothing of it is restored field by field."),
            "Keep what is there, or roll the step back: only what it added is taken out, and what others wrote stays.",
        ));
    }
    if step.is_publisher() {
        return Err(Rejection::new(
            Code::Guard,
            format!("Step {id} makes seen what others changed: it has no field that could be restored."),
            "Do it once more, keep what is there, or roll it back.",
        ));
    }
    let images = state.effect.as_ref().map(|effect| {
        (
            effect.before.as_ref().and_then(Captured::readable),
            effect.after.readable(),
        )
    });
    if !matches!(images, Some((Some(_), Some(_)))) {
        return Err(Rejection::new(
            Code::Guard,
            format!("No readable image from before step {id} was captured."),
            "Keep what is there, or restore it by hand and record it.",
        ));
    }
    Ok(())
}

pub(super) fn fields(
    run: &Run,
    submission: &Submission,
    id: &StepId,
    choices: &FieldChoices,
    overrides: &[CheckId],
    facts: &Facts,
) -> Result<Vec<EventKind>, Rejection> {
    may_choose_fields(run, id)?;
    let (_, state) = find(run, id)?;
    let Some(plan) = &facts.fields else {
        return Err(not_now(
            id,
            state,
            "resolve by fields",
            "Its object could not be read.",
        ));
    };
    let undecided = plan.three.undecided();
    let (Some(preview), Some(to)) = (&plan.preview, &plan.three.to) else {
        return Err(Rejection::new(
            Code::BadValue,
            format!("Nothing was said of {}.", undecided.join(", ")),
            "Say of each whether it is kept or restored.",
        ));
    };
    if submission.basis != Some(run.basis_of_preview(id, preview)) {
        return Err(stale_screen(submission.basis.is_some(), "three-way preview"));
    }
    let (by, reason) = (submission.by.clone(), reason(submission)?);
    if preview.is_empty() {
        // Everything stays as it is: nothing is written, and a person answers for it.
        return Ok(vec![EventKind::Resolved {
            step: id.clone(),
            resolution: Resolution::Keep,
            by,
            reason,
        }]);
    }
    let dependant = run
        .plan
        .steps()
        .find(|step| step.needs.contains(id) && has_effect(run, &step.id));
    if let Some(dependant) = dependant {
        return Err(Rejection::new(
            Code::Guard,
            format!("Step {} has an effect and needs step {id}.", dependant.id),
            "Roll it back instead: the rollback takes both back in order.",
        ));
    }
    let open: Vec<&str> = plan
        .preconditions
        .iter()
        .filter(|r| !r.verdict.lets_through() && !overrides.contains(&r.check))
        .map(|r| r.check.as_str())
        .collect();
    if !open.is_empty() {
        return Err(Rejection::new(
            Code::CheckFailed,
            format!("Not proven: {}.", open.join(", ")),
            "Override each by its name, with a reason, to go on all the same.",
        ));
    }
    Ok(vec![EventKind::FieldsChosen {
        step: id.clone(),
        fields: choices.clone(),
        preview: preview.digest(),
        to: Captured::Clear(to.clone()),
        kept: plan.three.kept(),
        effect_stays: plan.three.effect_stays(),
        overrides: overrides.to_vec(),
        by,
        reason,
    }])
}
