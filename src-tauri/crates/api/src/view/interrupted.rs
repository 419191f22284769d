//! What was under way when the last driver ended, and what was found of it since.

use switchback_engine::chosen::is_left_out;
use switchback_engine::run::{Run, StepRun};
use switchback_model::{Finding, StepId, StepState, Way};

use super::rollback::title;
use crate::wire::InterruptedView;

/// What was interrupted when whoever drives now took the run up; none where nothing was, or where something else
/// was begun since.
pub(super) fn view(run: &Run) -> Option<InterruptedView> {
    let interrupted = run.interrupted.as_ref()?;
    match &interrupted.step {
        Some(step) => of_step(run, step),
        None => of_rollback(run),
    }
}

/// The same of a run that nobody has taken up again yet; none where nothing was under way.
pub(crate) fn found(run: &Run) -> Option<InterruptedView> {
    match run.unsettled() {
        Some(step) => of_step(run, step),
        None => of_rollback(run),
    }
}

/// Of a run whose driver ended without giving it back, and in which nothing was under way.
pub(crate) fn ended() -> InterruptedView {
    InterruptedView {
        title: "The last console ended without closing".to_owned(),
        sentence: "No call was in flight, so nothing is in doubt.".to_owned(),
        step: None,
        settled: true,
    }
}

fn of_step(run: &Run, id: &StepId) -> Option<InterruptedView> {
    let (step, state) = run.step(id)?;
    let phase = run
        .plan
        .phases
        .iter()
        .find(|phase| phase.steps.iter().any(|s| s.id == *id))?;
    let counted = || phase.steps.iter().filter(|s| !is_left_out(run, &s.id));
    let number = counted().position(|s| s.id == *id)? + 1;
    let undone = state
        .current()
        .is_some_and(|attempt| attempt.id.way != Way::Apply);
    let what = if undone { "the way back of step" } else { "step" };
    let (sentence, settled) = finding(state);
    Some(InterruptedView {
        title: format!(
            "Interrupted during {what} {number} of {}, \u{201c}{}\u{201d}",
            counted().count(),
            step.title
        ),
        sentence,
        step: Some(id.to_string()),
        settled,
    })
}

/// What is known of the call, and whether that is the end of it.
fn finding(state: &StepRun) -> (String, bool) {
    let checking = || ("Checking what really happened.".to_owned(), false);
    let Some(attempt) = state.current() else {
        return checking();
    };
    let open = matches!(
        state.state,
        StepState::Applying { .. }
            | StepState::InDoubt { .. }
            | StepState::Undoing { .. }
            | StepState::UndoInDoubt { .. }
    );
    let back = attempt.id.way != Way::Apply;
    match (&attempt.finding, open) {
        (Some(Finding::Unclear { why }), true) => (format!("Checking what really happened: {why}"), false),
        (None | Some(Finding::Unclear { .. }), _) | (_, true) => checking(),
        (Some(Finding::After), false) if back => (
            "The way back did not take effect: all is as the step left it.".to_owned(),
            true,
        ),
        (Some(Finding::After), false) => ("The change took effect. Nothing was sent again.".to_owned(), true),
        (Some(Finding::Before), false) if back => (
            "The way back took effect: all is as it was before the step. Nothing was sent again.".to_owned(),
            true,
        ),
        (Some(Finding::Before), false) => (
            "The change did not take effect: all is as it was before the step.".to_owned(),
            true,
        ),
        (Some(Finding::Partial { .. }), false) => (
            "Only a part of it took effect. The page of the step shows which.".to_owned(),
            true,
        ),
        (Some(Finding::Other { .. }), false) => (
            "Something else is there: neither what was before nor what the step leaves. Its page shows what."
                .to_owned(),
            true,
        ),
    }
}

fn of_rollback(run: &Run) -> Option<InterruptedView> {
    let rollback = run.rollback.as_ref().filter(|rollback| rollback.is_active())?;
    let of = rollback.plan.items.len();
    let sentence = match rollback.item() {
        Some(item) => format!(
            "It stands at item {} of {of}, \u{201c}{}\u{201d}. Nothing of it goes on before a person says so.",
            (rollback.done + 1).min(of),
            item.title
        ),
        None => "Every item is done.".to_owned(),
    };
    Some(InterruptedView {
        title: format!(
            "Interrupted while rolling back \u{201c}{}\u{201d}",
            title(run, &rollback.plan.scope)
        ),
        sentence,
        step: None,
        settled: true,
    })
}
