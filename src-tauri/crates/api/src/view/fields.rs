//! Somebody else's change, field by field, as a person sees it before choosing.

use jiff::Timestamp;
use switchback_engine::decide::FieldPlan;
use switchback_engine::run::Run;
use switchback_model::{FieldChoice, Image, Preview, StepId};

use super::{preview_view, reading_view};
use crate::wire::{FieldPlanView, FieldRowView};

/// The three-way preview.
#[must_use]
pub fn field_plan_view(run: &Run, id: &StepId, plan: &FieldPlan, now: Timestamp) -> FieldPlanView {
    let specs = run.plan.step(id).map(|step| step.undo_before.as_slice());
    let rows = plan.three.rows.iter().map(|row| FieldRowView {
        field: row.field.clone(),
        before: row.before.clone(),
        ours: row.ours.clone(),
        found: row.found.clone(),
        differs: row.differs,
        choice: row.choice.map(|choice| {
            match choice {
                FieldChoice::Keep => "keep",
                FieldChoice::Restore => "restore",
            }
            .to_owned()
        }),
    });
    let readings = plan.preconditions.iter().filter_map(|reading| {
        let spec = specs?.iter().find(|spec| spec.id == reading.check)?;
        Some(reading_view(spec, Some(reading), now))
    });
    FieldPlanView {
        step: id.to_string(),
        rows: rows.collect(),
        undecided: plan.three.undecided().into_iter().map(str::to_owned).collect(),
        kept: plan.three.kept(),
        then: plan.three.to.as_ref().map(Image::lines).unwrap_or_default(),
        ends: plan.preview.as_ref().map(|preview| ends(plan, preview)),
        preview: plan
            .preview
            .as_ref()
            .map(|preview| preview_view(run, id, preview)),
        preconditions: readings.collect(),
        unproven: plan
            .preconditions
            .iter()
            .filter(|reading| !reading.verdict.lets_through())
            .map(|reading| reading.check.to_string())
            .collect(),
    }
}

/// What the step will be afterwards, in one sentence.
fn ends(plan: &FieldPlan, preview: &Preview) -> String {
    let kept = plan.three.kept().join(", ");
    if preview.is_empty() {
        "Nothing is written. The step counts as done, on your word.".to_owned()
    } else if plan.three.effect_stays() {
        format!("What the step did to {kept} stays. It counts as done, on your word.")
    } else if kept.is_empty() {
        "Everything is as before the step: undone.".to_owned()
    } else {
        format!("Undone, with {kept} as somebody else left it, on your word.")
    }
}
