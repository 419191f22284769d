//! What people say of a step: attested, skipped, accepted, resolved, taken over, started anew.

use jiff::Timestamp;
use switchback_model::{AttemptId, Captured, DoneHow, Finding, Resolution, StepId, StepState, Way};

use super::settle::settle;
use super::verification::published_state;
use super::{name, step_in, step_mut};
use crate::run::{Attempt, Effect, Restore, Run, StepRun};

pub(super) fn attested(run: &mut Run, step: &StepId, reason: &str, at: Timestamp) -> Result<(), String> {
    let step = step_in(run, step, &["to_do", "blocked", "ready"])?;
    step.said = Some(reason.to_owned());
    step.to(
        StepState::Done {
            how: DoneHow::Attested,
        },
        at,
    );
    Ok(())
}

pub(super) fn skipped(run: &mut Run, step: &StepId, reason: &str, at: Timestamp) -> Result<(), String> {
    let step = step_in(run, step, &["to_do", "blocked", "ready", "failed"])?;
    step.said = Some(reason.to_owned());
    step.approval = None;
    step.to(StepState::Skipped, at);
    Ok(())
}

pub(super) fn accepted(run: &mut Run, step: &StepId, reason: &str, at: Timestamp) -> Result<(), String> {
    let published = published_state(run, step, true);
    let step = step_mut(run, step)?;
    let publishes = step.current().is_some_and(|last| last.id.way == Way::Publish);
    let next = match step.state {
        StepState::UndoFailed | StepState::UndoUnverified | StepState::UndoForeign if publishes => published,
        StepState::Unverified | StepState::Foreign | StepState::Adopted => StepState::Done {
            how: DoneHow::Accepted,
        },
        StepState::UndoUnverified if step.effect_stays() => StepState::Done { how: DoneHow::Kept },
        StepState::UndoFailed | StepState::UndoUnverified | StepState::UndoForeign => {
            StepState::Undone { accepted: true }
        }
        other => return Err(format!("nothing to accept in state {}", name(other))),
    };
    step.said = Some(reason.to_owned());
    step.to(next, at);
    Ok(())
}

pub(super) fn settled_by_word(
    run: &mut Run,
    step: &StepId,
    resolution: Resolution,
    reason: &str,
    at: Timestamp,
) -> Result<(), String> {
    let step = step_mut(run, step)?;
    resolved(step, resolution, at)?;
    step.said = Some(reason.to_owned());
    Ok(())
}

/// What a person chose waits to be carried out; the state says still what was found.
pub(super) fn fields_chosen(
    run: &mut Run,
    step: &StepId,
    restore: Restore,
    reason: &str,
) -> Result<(), String> {
    let step = step_in(run, step, &["foreign", "undo_foreign"])?;
    step.restore = Some(restore);
    step.voided = None;
    step.voided_by = None;
    step.said = Some(reason.to_owned());
    Ok(())
}

pub(super) fn reopened(run: &mut Run, step: &StepId, at: Timestamp) -> Result<(), String> {
    let reopenable = run.is_reopenable(step);
    let step = step_mut(run, step)?;
    if !reopenable {
        return Err(format!("a step in state {} is not reopened", name(step.state)));
    }
    anew(step, at);
    Ok(())
}

/// The next generation: nothing of the last one is reused but what was seen of the object.
pub(super) fn anew(step: &mut StepRun, at: Timestamp) {
    let undone = step.undos().collect();
    *step = StepRun {
        undone,
        generation: step.generation + 1,
        attempts: std::mem::take(&mut step.attempts),
        last_seen: step.last_seen.take(),
        moved: step.moved,
        published: std::mem::take(&mut step.published),
        changed_at: Some(at),
        ..StepRun::fresh()
    };
}

fn resolved(step: &mut StepRun, resolution: Resolution, at: Timestamp) -> Result<(), String> {
    let attempt = step.current().map(|a| a.id.clone());
    match (step.state, resolution, attempt) {
        (StepState::InDoubt { .. } | StepState::UndoInDoubt { .. }, Resolution::Before, Some(id)) => {
            settle(step, &id, &Finding::Before, at);
        }
        (StepState::InDoubt { .. } | StepState::UndoInDoubt { .. }, Resolution::After, Some(id)) => {
            settle(step, &id, &Finding::After, at);
        }
        (StepState::Foreign, Resolution::Keep, _) => step.to(
            StepState::Done {
                how: DoneHow::Accepted,
            },
            at,
        ),
        (StepState::UndoFailed | StepState::UndoUnverified | StepState::UndoForeign, Resolution::Keep, _) => {
            step.to(StepState::Done { how: DoneHow::Kept }, at)
        }
        (StepState::Done { .. }, Resolution::Before, _) if step.drift == Some(Finding::Before) => {
            step.drift = None;
            step.to(StepState::Undone { accepted: true }, at);
        }
        (state, resolution, _) => {
            return Err(format!("{resolution:?} does not resolve state {}", name(state)));
        }
    }
    Ok(())
}

pub(super) fn adopted(
    run: &mut Run,
    id: &StepId,
    before: Option<&Captured>,
    after: &Captured,
    reason: &str,
    (seq, at): (u64, Timestamp),
) -> Result<(), String> {
    let step = step_in(run, id, &["to_do", "blocked", "ready", "failed", "skipped"])?;
    step.said = Some(reason.to_owned());
    step.drift = None;
    step.effect = Some(Effect {
        before: before.cloned(),
        after: after.clone(),
        seen_only: true,
    });
    let attempt = AttemptId {
        step: id.clone(),
        generation: step.generation,
        way: Way::Apply,
        n: step.next_n(Way::Apply),
    };
    let images = (before.unwrap_or(after).clone(), after.clone());
    step.attempts
        .push(Attempt::found(attempt, images, Finding::After, (seq, at)));
    step.to(StepState::Adopted, at);
    Ok(())
}
