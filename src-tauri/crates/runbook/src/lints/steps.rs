//! Lints of one step: its checks, its way back, its place.

use switchback_model::plan::{Reversibility, StepKind, TargetKind};
use switchback_model::{ActionWord, CheckWord};

use super::{Course, list, words};
use crate::draft::DraftStep;
use crate::notes::Notes;

pub(super) fn lint(notes: &mut Notes<'_>, plan: &Course<'_>, target: Option<TargetKind>) {
    for step in &plan.steps {
        checks(notes, step);
        way_back(notes, step, target);
        rolls(notes, step);
        unpublished(notes, plan, step);
    }
    order(notes, plan);
}

/// A roll of a service that may be under way already, or may not stand at all.
fn rolls(notes: &mut Notes<'_>, step: &DraftStep) {
    if step.action != Some(ActionWord::RollService) || step.before.contains(&CheckWord::Service) {
        return;
    }
    notes.lint(
        "roll-unguarded",
        step.id_at,
        format!(
            "Nothing looks whether the service stands still before `{}` rolls it.",
            step.step.id
        ),
        "Add [[phase.step.before]] of kind ecs.service with the same cluster and service.",
    );
}

/// A parameter that is written and never read: programs read it when they start, and here they are started anew for
/// others only.
fn unpublished(notes: &mut Notes<'_>, plan: &Course<'_>, step: &DraftStep) {
    let rolled = || {
        let mut rolls = plan
            .steps
            .iter()
            .filter(|other| other.action == Some(ActionWord::RollService));
        rolls.any(|roll| roll.step.is_publisher())
    };
    let id = &step.step.id;
    let shown = || plan.steps.iter().any(|other| other.step.publishes.contains(id));
    if step.action != Some(ActionWord::SetParameter) || !rolled() || shown() {
        return;
    }
    notes.lint(
        "unpublished",
        step.id_at,
        format!("Nothing publishes what `{id}` writes: a task reads a parameter only when it starts."),
        "Name it in `publishes` of the roll of the service that reads it.",
    );
}

fn checks(notes: &mut Notes<'_>, step: &DraftStep) {
    // What leaves nothing can't be looked at from outside.
    if step.action.is_none_or(ActionWord::leaves_nothing) {
        return;
    }
    let id = &step.step.id;
    if step.verify == 0 {
        let message = format!("Nothing is checked after the action of `{id}`.");
        notes.lint(
            "no-verify",
            step.id_at,
            message,
            "Add [[phase.step.verify]] that looks from outside.",
        );
    }
    if step.step.reversibility == Reversibility::Undo {
        if step.undo_before == 0 {
            let message = format!("Nothing is checked before `{id}` is undone.");
            notes.lint(
                "undo-without-before",
                step.id_at,
                message,
                "Add [[phase.step.undo_before]]: what must hold before the step already, so that it can be taken back. Does the old side answer?",
            );
        }
        if step.undo_verify == 0 {
            let message = format!("Nothing is checked after `{id}` is undone.");
            notes.lint(
                "undo-without-verify",
                step.id_at,
                message,
                "Add [[phase.step.undo_verify]].",
            );
        }
    }
}

/// Neither an undo nor a word that there is none.
fn way_back(notes: &mut Notes<'_>, step: &DraftStep, target: Option<TargetKind>) {
    let id = &step.step.id;
    if step.step.kind == StepKind::Attest && !step.says_way_back {
        let message = format!(
            "Nothing says how `{id}` is taken back, nor that it has no effect or can't be taken back."
        );
        let fix = "Add `reversibility`: manual with words, correct with a notice, none_needed, or point_of_no_return.";
        if target == Some(TargetKind::Production) {
            notes.error("no-way-back", step.id_at, message, fix);
        } else {
            notes.lint("no-way-back", step.id_at, message, fix);
        }
    }
    if let Reversibility::Manual { words } = &step.step.reversibility
        && words::says_nothing(words)
    {
        let message = format!("The way back of `{id}` says nothing: \"{words}\".");
        notes.lint(
            "no-way-back",
            step.reversibility_at,
            message,
            "Write what a person does to take it back, or say point_of_no_return.",
        );
    }
    let restricts = step.restricts.iter().flatten().next();
    if let Some(what) = restricts.filter(|_| step.step.reversibility == Reversibility::NoneNeeded) {
        let message = format!(
            "`{id}` restricts `{}`, so it has an effect, but says that nothing needs to be taken back.",
            what.value
        );
        notes.lint(
            "no-way-back",
            step.id_at,
            message,
            "Say how the restriction is taken off in a rollback: undo, or manual with words.",
        );
    }
}

/// A step that stands before what it waits for surprises the reader.
fn order(notes: &mut Notes<'_>, plan: &Course<'_>) {
    for (place, step) in plan.steps.iter().enumerate() {
        let waits = step.step.needs.iter().chain(&step.step.after);
        let later: Vec<_> = waits
            .filter(|other| plan.place(other).is_some_and(|p| p > place))
            .collect();
        if !later.is_empty() {
            let message = format!(
                "`{}` stands before {}, which it waits for.",
                step.step.id,
                list(later)
            );
            notes.lint(
                "order",
                step.id_at,
                message,
                "Put the steps in the order in which they run.",
            );
        }
    }
}
