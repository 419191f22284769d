//! Before-checks and the approval that they allow.

use jiff::Timestamp;
use switchback_model::event::CallProblem;
use switchback_model::{CheckReading, Digest, DoneHow, Operator, Preview, StepId, StepState};

use super::step_in;
use crate::run::{Approval, Checks, LastSeen, Run};

pub(super) fn started(run: &mut Run, step: &StepId, at: Timestamp) -> Result<(), String> {
    let step = step_in(run, step, &["to_do", "blocked", "ready", "failed"])?;
    step.approval = None;
    step.to(StepState::Checking, at);
    Ok(())
}

/// What the before-checks of one step brought back.
pub(super) struct Finished<'a> {
    pub(super) readings: &'a [CheckReading],
    pub(super) preview: Option<&'a Preview>,
    pub(super) undo: Option<&'a Preview>,
    pub(super) undo_readings: &'a [CheckReading],
    pub(super) problem: Option<&'a CallProblem>,
}

pub(super) fn finished(
    run: &mut Run,
    step: &StepId,
    found: &Finished<'_>,
    at: Timestamp,
) -> Result<(), String> {
    let ready = found.problem.is_none()
        && found.readings.iter().all(|r| r.verdict.lets_through())
        && found.undo_readings.iter().all(|r| r.verdict.lets_through());
    let step = step_in(run, step, &["checking"])?;
    if let Some(preview) = found.preview {
        step.last_seen = Some(LastSeen(preview.from.clone()));
    }
    step.checks = Some(Checks {
        at,
        readings: found.readings.to_vec(),
        preview: found.preview.cloned(),
        undo: found.undo.cloned(),
        undo_readings: found.undo_readings.to_vec(),
        problem: found.problem.cloned(),
    });
    step.voided = None;
    step.voided_by = None;
    step.to(
        if ready {
            StepState::Ready
        } else {
            StepState::Blocked
        },
        at,
    );
    Ok(())
}

pub(super) fn approved(run: &mut Run, step: &StepId, preview: Digest, by: &Operator) -> Result<(), String> {
    let step = step_in(run, step, &["ready"])?;
    step.approval = Some(Approval {
        preview,
        by: by.clone(),
    });
    Ok(())
}

pub(super) fn voided(
    run: &mut Run,
    step: &StepId,
    why: &str,
    preview: Option<&Preview>,
    at: Timestamp,
) -> Result<(), String> {
    let step = step_in(run, step, &["ready", "foreign", "undo_foreign"])?;
    step.approval = None;
    step.restore = None;
    step.voided = Some(why.to_owned());
    // A choice by fields was void: what was found is still there.
    if step.state != StepState::Ready {
        return Ok(());
    }
    if let (Some(checks), Some(preview)) = (&mut step.checks, preview) {
        checks.preview = Some(preview.clone());
    }
    step.to(StepState::Blocked, at);
    Ok(())
}

pub(super) fn done_without_effect(run: &mut Run, step: &StepId, at: Timestamp) -> Result<(), String> {
    let step = step_in(run, step, &["ready"])?;
    step.approval = None;
    step.to(
        StepState::Done {
            how: DoneHow::WithoutEffect,
        },
        at,
    );
    Ok(())
}
