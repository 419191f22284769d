//! Decisions of people about a step: attest, resolve, look again, take over.

use switchback_model::plan::DecisionType;
use switchback_model::{ActionSpec, Captured, EventKind, Operator, Resolution, StepId, StepKind, StepState};

use super::apply::{decided, edges};
use super::gate::gate_is_open;
use super::{Facts, Stands, find, in_states, no_rollback, not_now, now_and_before};
use crate::chosen::is_chosen;
use crate::publish::unseen;
use crate::rejection::{Rejection, RejectionCode as Code};
use crate::run::Run;

pub(super) fn attest(
    run: &Run,
    id: &StepId,
    by: &Operator,
    reason: String,
) -> Result<Vec<EventKind>, Rejection> {
    let (step, state) = find(run, id)?;
    if !matches!(step.kind, StepKind::Attest | StepKind::Notice) {
        return Err(not_now(
            id,
            state,
            "attest",
            "Only a step that a person carries out is attested.",
        ));
    }
    in_states(
        state,
        id,
        "attest",
        &[StepState::ToDo, StepState::Blocked, StepState::Ready],
    )?;
    gate_is_open(run, step)?;
    is_chosen(run, step)?;
    edges(run, step)?;
    decided(run, step)?;
    Ok(vec![EventKind::Attested {
        step: id.clone(),
        by: by.clone(),
        reason,
    }])
}

/// Leaves a step out. A publication that is due is left out only by the names of what then stays unseen.
pub(super) fn skip(
    run: &Run,
    id: &StepId,
    accepted: &[StepId],
    by: &Operator,
    reason: String,
) -> Result<Vec<EventKind>, Rejection> {
    let (_, state) = find(run, id)?;
    in_states(
        state,
        id,
        "skip",
        &[
            StepState::ToDo,
            StepState::Blocked,
            StepState::Ready,
            StepState::Failed,
        ],
    )?;
    let unseen = unseen(run, id);
    if let Some(other) = accepted.iter().find(|id| !unseen.contains(id)) {
        return Err(Rejection::new(
            Code::NotFound,
            format!("Step {other} is not one whose change {id} has still to publish."),
            "Leave it out.",
        ));
    }
    let open: Vec<&str> = unseen
        .iter()
        .filter(|id| !accepted.contains(id))
        .map(StepId::as_str)
        .collect();
    if !open.is_empty() {
        return Err(Rejection::new(
            Code::Guard,
            format!("{id} has still to publish what was changed: {}.", open.join(", ")),
            "Readers keep the old value until then. To leave it out all the same, name each: --unseen STEP.",
        ));
    }
    Ok(vec![EventKind::Skipped {
        step: id.clone(),
        by: by.clone(),
        reason,
    }])
}

pub(super) fn resolve(
    run: &Run,
    id: &StepId,
    resolution: Resolution,
    by: &Operator,
    reason: String,
    facts: &Facts,
) -> Result<Vec<EventKind>, Rejection> {
    let (_, state) = find(run, id)?;
    let fits = match (state.state, resolution) {
        (
            StepState::InDoubt { .. } | StepState::UndoInDoubt { .. },
            Resolution::Before | Resolution::After,
        )
        | (
            StepState::Foreign | StepState::UndoFailed | StepState::UndoUnverified | StepState::UndoForeign,
            Resolution::Keep,
        ) => true,
        (StepState::Done { .. }, Resolution::Before) => {
            state.drift == Some(switchback_model::Finding::Before)
        }
        _ => false,
    };
    if !fits {
        let hint = match resolution {
            Resolution::Restore => "Restoring is a rollback of this step: it shows what it restores first.",
            Resolution::Keep => "Keeping fits a step that somebody else changed, or whose undo failed.",
            Resolution::Before | Resolution::After => "Before and after fit a step in doubt.",
        };
        return Err(not_now(id, state, "resolve", hint));
    }
    // That an apply changed nothing is looked at where it can be.
    if let (StepState::InDoubt { .. }, Resolution::Before, Some(Stands::Otherwise { noun, now, before })) =
        (state.state, resolution, &facts.stands)
    {
        return Err(Rejection::new(
            Code::Guard,
            format!(
                "Step {id} is not as before. {}",
                now_and_before(noun, now, before)
            ),
            format!(
                "If the step did that: `switchback step resolve {} {id} --as after --reason TEXT`, and it is verified. Or have it \
                 looked at again: `switchback step inspect {} {id}`.",
                run.id, run.id
            ),
        ));
    }
    Ok(vec![EventKind::Resolved {
        step: id.clone(),
        resolution,
        by: by.clone(),
        reason,
    }])
}

pub(super) fn inspect(run: &Run, id: &StepId) -> Result<Vec<EventKind>, Rejection> {
    let (step, state) = find(run, id)?;
    if step.action.is_none() {
        return Err(not_now(id, state, "inspect", "It has no object in AWS."));
    }
    let again = || {
        let attempt = state
            .current()
            .ok_or_else(|| not_now(id, state, "inspect", "It was never tried."))?;
        Ok(vec![EventKind::VerifyAgain {
            attempt: attempt.id.clone(),
        }])
    };
    match state.state {
        // Changed by somebody else since it was done: a look makes that its state, to be resolved.
        StepState::Done { .. } if state.is_drifted_otherwise() => again(),
        StepState::Unverified
        | StepState::UndoUnverified
        | StepState::Foreign
        | StepState::UndoFailed
        | StepState::UndoForeign => again(),
        // Being inspected or verified already, or watched by itself.
        StepState::InDoubt { .. }
        | StepState::UndoInDoubt { .. }
        | StepState::Done { .. }
        | StepState::Undone { .. } => Ok(Vec::new()),
        _ => Err(not_now(
            id,
            state,
            "inspect",
            "Its before-checks read the object: check it instead.",
        )),
    }
}

pub(super) fn adopt(
    run: &Run,
    id: &StepId,
    facts: &Facts,
    by: &Operator,
    reason: String,
) -> Result<Vec<EventKind>, Rejection> {
    let (step, state) = find(run, id)?;
    if step.action.as_ref().is_some_and(ActionSpec::is_publication) {
        return Err(not_now(
            id,
            state,
            "adopt",
            "Nothing shows who published, nor of what: apply it, which harms nobody where it was done already.",
        ));
    }
    in_states(
        state,
        id,
        "adopt",
        &[
            StepState::ToDo,
            StepState::Blocked,
            StepState::Ready,
            StepState::Failed,
            StepState::Skipped,
        ],
    )?;
    no_rollback(run)?;
    let Some((found, wished)) = &facts.adopt else {
        return Err(not_now(id, state, "adopt", "Its object could not be read."));
    };
    if found != wished {
        return Err(not_now(
            id,
            state,
            "adopt",
            "What is there is not what this step would leave: there is nothing to take over.",
        ));
    }
    Ok(vec![EventKind::AdoptedByHand {
        step: id.clone(),
        before: state
            .last_seen
            .as_ref()
            .map(|seen| &seen.0)
            .filter(|seen| *seen != found)
            .cloned()
            .map(Captured::Clear),
        after: Captured::Clear(found.clone()),
        by: by.clone(),
        reason,
    }])
}

pub(super) fn value_fits(kind: &DecisionType, value: &str) -> Result<(), Rejection> {
    let (fits, wanted) = match kind {
        DecisionType::Minutes => (
            value.parse::<u32>().is_ok_and(|m| (1..=10_080).contains(&m)),
            "whole minutes, 1 to 10,080".to_owned(),
        ),
        DecisionType::YesNo => (matches!(value, "yes" | "no"), "yes or no".to_owned()),
        DecisionType::OneOf { choices } => (
            choices.iter().any(|c| c == value),
            format!("one of {}", choices.join(", ")),
        ),
    };
    if fits {
        Ok(())
    } else {
        Err(Rejection::new(
            Code::BadValue,
            "The value does not fit the decision.",
            format!("It takes {wanted}."),
        ))
    }
}
