//! The life of an attempt once it was carried out: its verification, and what a way back finds done.

use jiff::Timestamp;
use switchback_model::{AttemptId, CheckReading, DoneHow, Finding, Step, StepId, StepState, Way};

use super::settle::verifying;
use super::{current, step_in, step_mut};
use crate::publish::shows_something;
use crate::run::{Attempt, Run};

pub(super) fn progress(run: &mut Run, attempt: &AttemptId, readings: &[CheckReading]) -> Result<(), String> {
    let step = step_in(run, &attempt.step, &["verifying", "undo_verifying"])?;
    current(step, attempt)?.take(readings);
    Ok(())
}

pub(super) fn verified(
    run: &mut Run,
    attempt: &AttemptId,
    readings: &[CheckReading],
    at: Timestamp,
) -> Result<(), String> {
    let published = published_state(run, &attempt.step, false);
    let publishes = run.plan.step(&attempt.step).is_some_and(Step::is_publisher);
    let step = step_in(run, &attempt.step, &["verifying", "undo_verifying"])?;
    let record = current(step, attempt)?;
    record.take(readings);
    record.forget_unclear();
    let effectless = record.effectless;
    let began = record.seq;
    let next = match (attempt.way, &record.by_field) {
        (Way::Publish, _) => published,
        (Way::Apply, _) if effectless => StepState::Done {
            how: DoneHow::WithoutEffect,
        },
        (Way::Apply, _) => StepState::Done {
            how: DoneHow::Verified,
        },
        // What the step did is still there, by a person's choice.
        (Way::Undo, Some(kept)) if kept.effect_stays => StepState::Done { how: DoneHow::Kept },
        // Proven only where everything is as before again.
        (Way::Undo, kept) => StepState::Undone {
            accepted: kept.as_ref().is_some_and(|kept| !kept.fields.is_empty()),
        },
    };
    if effectless {
        step.effect = None;
    }
    step.drift = None;
    if publishes && attempt.way != Way::Undo {
        step.published.push(began);
    }
    step.to(next, at);
    Ok(())
}

/// What a step is once it was published again: taken back where nothing of what it makes seen is left, and as it was
/// otherwise. What was open on it is closed by that publication, which is as good as its own.
pub(super) fn published_state(run: &Run, id: &StepId, accepted: bool) -> StepState {
    if !shows_something(run, id) {
        return StepState::Undone { accepted };
    }
    match run.steps.get(id).and_then(|step| step.was) {
        Some(StepState::ToDo | StepState::Checking | StepState::Blocked | StepState::Ready) => {
            StepState::ToDo
        }
        Some(state @ (StepState::Skipped | StepState::Done { .. } | StepState::Undone { .. })) => state,
        _ if accepted => StepState::Done {
            how: DoneHow::Accepted,
        },
        _ => StepState::Done {
            how: DoneHow::Verified,
        },
    }
}

pub(super) fn expired(
    run: &mut Run,
    attempt: &AttemptId,
    readings: &[CheckReading],
    (seq, at): (u64, Timestamp),
) -> Result<(), String> {
    let step = step_in(run, &attempt.step, &["verifying", "undo_verifying"])?;
    let record = current(step, attempt)?;
    record.take(readings);
    record.looked_seq = seq;
    step.to(
        match attempt.way {
            Way::Apply => StepState::Unverified,
            Way::Undo | Way::Publish => StepState::UndoUnverified,
        },
        at,
    );
    Ok(())
}

pub(super) fn verify_again(
    run: &mut Run,
    attempt: &AttemptId,
    (seq, at): (u64, Timestamp),
) -> Result<(), String> {
    let mut states = vec![
        "unverified",
        "adopted",
        "undo_unverified",
        "undo_failed",
        "undo_foreign",
        "foreign",
    ];
    if step_mut(run, &attempt.step)?.is_drifted_otherwise() {
        states.push("done");
    }
    let step = step_in(run, &attempt.step, &states)?;
    step.drift = None;
    let record = current(step, attempt)?;
    record.applied_at = Some(at);
    record.looked_seq = seq;
    record.readings.clear();
    record.forget_unclear();
    verifying(step, attempt, at);
    Ok(())
}

/// The object is as before already: what users see is verified as after an undo of our own. Nothing was
/// sent, so the attempt is settled from its start.
pub(super) fn found_undone(run: &mut Run, id: &StepId, (seq, at): (u64, Timestamp)) -> Result<(), String> {
    let step = step_mut(run, id)?;
    if !step.state.may_have_effect() {
        return Err("the step has no effect".to_owned());
    }
    let effect = step.effect.clone().ok_or("the step has no effect to take back")?;
    let restored = effect.before.ok_or("there is no image from before")?;
    let attempt = AttemptId {
        step: id.clone(),
        generation: step.generation,
        way: Way::Undo,
        n: step.next_n(Way::Undo),
    };
    step.drift = None;
    let images = (effect.after, restored);
    step.attempts.push(Attempt::found(
        attempt.clone(),
        images,
        Finding::Before,
        (seq, at),
    ));
    verifying(step, &attempt, at);
    Ok(())
}

/// `by_word`: whether that is a person's word alone.
pub(super) fn undo_not_needed(
    run: &mut Run,
    step: &StepId,
    by_word: bool,
    at: Timestamp,
) -> Result<(), String> {
    let step = step_mut(run, step)?;
    if !step.state.may_have_effect() {
        return Err("the step has no effect".to_owned());
    }
    step.drift = None;
    step.to(StepState::Undone { accepted: by_word }, at);
    Ok(())
}
