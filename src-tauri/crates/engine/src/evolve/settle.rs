//! What a crash, a stop, an inspection or a person's word makes of a step.

use jiff::Timestamp;
use switchback_model::{AttemptId, EventKind, Finding, StepId, StepState, Way};

use crate::run::{Effect, Outcome, Run, StepRun};

/// Whether the event may have taken a step's effect away.
pub(super) fn taken_back(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Verified { .. }
            | EventKind::UndoNotNeeded { .. }
            | EventKind::Accepted { .. }
            | EventKind::Resolved { .. }
    )
}

/// A step that was ready while what it needs was there is to be checked anew once that is gone.
pub(super) fn forget_unsupported(run: &mut Run, at: Timestamp) {
    let undone: Vec<StepId> = run
        .steps
        .iter()
        .filter(|(_, step)| matches!(step.state, StepState::Undone { .. }))
        .map(|(id, _)| id.clone())
        .collect();
    let plan = run.plan.clone();
    for step in plan
        .steps()
        .filter(|s| s.needs.iter().any(|need| undone.contains(need)))
    {
        if let Some(state) = run.steps.get_mut(&step.id)
            && matches!(state.state, StepState::Ready | StepState::Blocked)
        {
            state.checks = None;
            state.approval = None;
            state.to(StepState::ToDo, at);
        }
    }
}

/// A crash, a sleep or a new driver: what was in flight is in doubt, approvals are void.
pub(super) fn interrupt(run: &mut Run, at: Timestamp) {
    for gate in run.gates.values_mut() {
        gate.checking = false;
    }
    for step in run.steps.values_mut() {
        step.approval = None;
        step.restore = None;
        match step.state {
            StepState::Checking => step.to(StepState::ToDo, at),
            StepState::Applying { .. } | StepState::Undoing { .. } => {
                let Some(attempt) = step.current().map(|a| (a.id.clone(), a.outcome.clone())) else {
                    continue;
                };
                match attempt {
                    // Proven not applied and waiting to be tried again: a new driver does not
                    // go on by itself.
                    (id, Outcome::Refused(_)) => not_applied(step, id.way, at),
                    (id, _) => in_doubt(step, &id, at),
                }
            }
            _ => {}
        }
    }
}

/// A hold, a stop or a rollback: approvals are void, and what waits to be tried again is not. A hold
/// and a stop never bar the way back.
pub(super) fn void_waiting(run: &mut Run, ways: &[Way], at: Timestamp) {
    void_waiting_of(run, |_| true, ways, at);
}

/// The same, of some of the steps.
pub(super) fn void_waiting_of(run: &mut Run, these: impl Fn(&StepId) -> bool, ways: &[Way], at: Timestamp) {
    for (_, step) in run.steps.iter_mut().filter(|(id, _)| these(id)) {
        step.approval = None;
        if ways.contains(&Way::Undo) {
            step.restore = None;
        }
        let waiting = step
            .current()
            .filter(|a| matches!(a.outcome, Outcome::Refused(Some(_))) && step.state.is_in_flight())
            .filter(|a| ways.contains(&a.id.way))
            .map(|a| a.id.way);
        if let Some(way) = waiting {
            not_applied(step, way, at);
        }
    }
}

pub(super) fn not_applied(step: &mut StepRun, way: Way, at: Timestamp) {
    match way {
        Way::Apply => {
            step.effect = None;
            step.to(StepState::Failed, at);
        }
        // By fields: what somebody else made is still there, and is still to be resolved.
        Way::Undo if step.current().is_some_and(|a| a.by_field.is_some()) => {
            step.to(StepState::UndoForeign, at);
        }
        Way::Undo | Way::Publish => step.to(StepState::UndoFailed, at),
    }
}

/// What was held to be refused is there: in doubt, with its way back.
pub(crate) fn landed_after_all(step: &mut StepRun, attempt: &AttemptId, at: Timestamp) {
    step.approval = None;
    if let Some(record) = step.attempts.last_mut() {
        record.outcome = Outcome::Lost;
        record.finding = None;
        if attempt.way == Way::Apply {
            step.effect = Some(Effect {
                before: Some(record.before.clone()),
                after: record.after.clone(),
                seen_only: false,
            });
        }
    }
    in_doubt(step, attempt, at);
}

pub(super) fn in_doubt(step: &mut StepRun, attempt: &AttemptId, at: Timestamp) {
    let n = attempt.n;
    step.to(
        match attempt.way {
            Way::Apply => StepState::InDoubt { n },
            Way::Undo | Way::Publish => StepState::UndoInDoubt { n },
        },
        at,
    );
}

pub(super) fn verifying(step: &mut StepRun, attempt: &AttemptId, at: Timestamp) {
    let n = attempt.n;
    step.to(
        match attempt.way {
            Way::Apply => StepState::Verifying { n },
            Way::Undo | Way::Publish => StepState::UndoVerifying { n },
        },
        at,
    );
}

pub(super) fn settle(step: &mut StepRun, attempt: &AttemptId, finding: &Finding, at: Timestamp) {
    if let Some(record) = step.attempts.last_mut() {
        record.finding = Some(finding.clone());
    }
    let applied = match (attempt.way, finding) {
        (Way::Apply | Way::Publish, Finding::After) | (Way::Undo, Finding::Before) => true,
        (Way::Apply | Way::Publish, Finding::Before) | (Way::Undo, Finding::After) => false,
        (Way::Apply, Finding::Partial { .. } | Finding::Other { .. }) => {
            step.to(StepState::Foreign, at);
            return;
        }
        (Way::Undo | Way::Publish, Finding::Partial { .. } | Finding::Other { .. }) => {
            step.to(StepState::UndoForeign, at);
            return;
        }
        (_, Finding::Unclear { .. }) => return,
    };
    if let Some(record) = step.attempts.last_mut() {
        record.outcome = Outcome::Settled;
        record.applied_at = applied.then_some(at);
    }
    if applied {
        verifying(step, attempt, at);
    } else {
        not_applied(step, attempt.way, at);
    }
}

pub(super) fn reinspected(step: &mut StepRun, finding: &Finding, at: Timestamp) {
    step.reinspect = false;
    let Some(attempt) = step.current().map(|a| a.id.clone()) else {
        // No attempt of ours: an After is offered for adoption, anything else is as before.
        step.drift = matches!(finding, Finding::After).then(|| finding.clone());
        return;
    };
    // An undo by fields that leaves the effect there leaves its own image, too.
    let as_left = match step.current() {
        Some(last) if last.by_field.is_some() && last.applied_at.is_some() => Finding::Before,
        _ => Finding::After,
    };
    match step.state {
        StepState::InDoubt { .. } | StepState::UndoInDoubt { .. } => {
            settle(step, &attempt, finding, at);
        }
        // What AWS had refused is there after all.
        _ if step.held_refused().is_some_and(|a| a.heard && a.landed(finding)) => {
            landed_after_all(step, &attempt, at);
        }
        StepState::Done { .. }
        | StepState::Verifying { .. }
        | StepState::Unverified
        | StepState::Foreign
        | StepState::Adopted
        | StepState::UndoFailed => {
            step.drift = (*finding != as_left).then(|| finding.clone());
        }
        _ => {
            step.drift = (*finding == Finding::After).then(|| finding.clone());
        }
    }
}
