//! Deciding to check and to apply a step.

use jiff::Timestamp;
use switchback_model::text::lasting;
use switchback_model::{
    CheckId, EventKind, Reversibility, RunState, Step, StepId, StepKind, StepState, Submission, TargetKind,
};

use super::gate::gate_is_open;
use super::{Facts, find, in_states, no_rollback, not_now, nothing_else, run_not_now, stale_screen};
use crate::chosen::{is_chosen, is_left_out};
use crate::publish::{is_due, unseen};
use crate::rejection::{Rejection, RejectionCode as Code};
use crate::run::{Run, StepRun};
use crate::sign_in::outlives;

/// What stands in the way of a step whatever was read of it.
pub(crate) fn may_begin(run: &Run, id: &StepId) -> Result<(), Rejection> {
    let (step, _) = find(run, id)?;
    its_turn(run, step)?;
    edges(run, step)?;
    decided(run, step)
}

/// Whether the run is at a step: open, with nothing in flight, behind an open gate.
fn its_turn(run: &Run, step: &Step) -> Result<(), Rejection> {
    crate::beyond::all_is_known(run)?;
    crate::doubt::is_believed(run)?;
    if run.state != RunState::Open {
        return Err(run_not_now(run.state, "apply"));
    }
    no_rollback(run)?;
    nothing_else(run)?;
    gate_is_open(run, step)?;
    is_chosen(run, step)
}

/// What stands in the way of applying a ready step, apart from the basis: the same for the button
/// and for the command.
pub fn may_apply(run: &Run, id: &StepId, now: Timestamp) -> Result<(), Rejection> {
    let (step, state) = find(run, id)?;
    its_turn(run, step)?;
    if matches!(state.state, StepState::Done { .. }) && is_due(run, id) {
        return Err(not_now(
            id,
            state,
            "apply",
            "What it makes seen was changed since: start it anew (`switchback step reopen`), then apply it.",
        ));
    }
    if state.state != StepState::Ready {
        // What it waits for is said first: before that, nothing that is read of it helps.
        if matches!(state.state, StepState::ToDo) {
            edges(run, step)?;
            decided(run, step)?;
        }
        return Err(not_ready((id, step), state, now));
    }
    if state.approval.is_some() {
        return Err(not_now(
            id,
            state,
            "apply",
            "It is approved already and about to run.",
        ));
    }
    edges(run, step)?;
    decided(run, step)?;
    let target = &run.plan.target;
    if step.reversibility == Reversibility::PointOfNoReturn && target.kind == TargetKind::Production {
        return Err(Rejection::new(
            Code::Guard,
            "A point of no return needs two people.",
            "Approvals by a second person do not exist yet, so it is refused on production.",
        ));
    }
    let Some(checks) = &state.checks else {
        return Err(not_now(id, state, "apply", "Run its before-checks first."));
    };
    if let Some(old) = checks
        .readings
        .iter()
        .chain(&checks.undo_readings)
        .find(|r| r.is_stale(now))
    {
        return Err(Rejection::new(
            Code::Unknown,
            format!(
                "Check {} was read {} ago and is believed for {}.",
                old.check,
                lasting(old.age_s(now)),
                lasting(old.believable_s.into())
            ),
            "Check again.",
        ));
    }
    if step.action.is_some() && step.reversibility == Reversibility::Undo && checks.undo.is_none() {
        return Err(Rejection::new(
            Code::Guard,
            "The way back is not proven.",
            "Check again: the undo must be built before the step may run.",
        ));
    }
    Ok(())
}

/// Why a step is not ready, in the words of what stands in the way.
pub(super) fn not_ready((id, step): (&StepId, &Step), state: &StepRun, now: Timestamp) -> Rejection {
    let unread = match step.before.is_empty() {
        true => "Have what is there read first.",
        false => "Run its before-checks first.",
    };
    let Some(checks) = state
        .checks
        .as_ref()
        .filter(|_| state.state == StepState::Blocked)
    else {
        return not_now(id, state, "apply", unread);
    };
    if let Some(why) = &state.voided {
        return Rejection::new(
            Code::NotNow,
            why.clone(),
            "Check again and look at the new preview.",
        );
    }
    let readings = || checks.readings.iter().chain(&checks.undo_readings);
    let failed = readings().find(|r| {
        !r.verdict.lets_through() && !matches!(r.verdict, switchback_model::Verdict::Waiting { .. })
    });
    if let Some(problem) = &checks.problem {
        return Rejection::new(Code::NotNow, problem.message.clone(), "");
    }
    if let Some(reading) = failed {
        return Rejection::new(
            Code::CheckFailed,
            format!("Check {} stands in the way: {}.", reading.check, reading.observed),
            reading
                .mend
                .clone()
                .unwrap_or_else(|| "Mend it, then check again.".to_owned()),
        );
    }
    let until = readings().filter_map(|r| match r.verdict {
        switchback_model::Verdict::Waiting { until } => Some(until),
        _ => None,
    });
    match until.max() {
        Some(until) => {
            let left = u64::try_from(until.duration_since(now).as_secs()).unwrap_or(0);
            Rejection::new(
                Code::NotNow,
                format!("Ready in {}.", lasting(left)),
                "It will not start by itself.",
            )
        }
        None => not_now(id, state, "apply", unread),
    }
}

pub(super) fn apply(
    run: &Run,
    submission: &Submission,
    id: &StepId,
    overrides: &[CheckId],
    facts: &Facts,
    now: Timestamp,
) -> Result<Vec<EventKind>, Rejection> {
    may_apply(run, id, now)?;
    let (step, state) = find(run, id)?;
    if let Some(refused) = outlives(step, facts.sign_in.as_ref(), overrides, now) {
        return Err(refused);
    }
    let preview = state.checks.as_ref().and_then(|c| c.preview.as_ref());
    match (&step.action, preview) {
        (None, _) if step.kind == StepKind::Attest => {
            Err(not_now(id, state, "apply", "A person attests this step."))
        }
        // Nobody can see from outside whether anybody was told.
        (None, _) if step.kind == StepKind::Notice => Err(not_now(
            id,
            state,
            "apply",
            "Tell people first, then record what was told: where, to how many, when.",
        )),
        (None, _) => Ok(vec![EventKind::DoneWithoutEffect {
            step: id.clone(),
            by: submission.by.clone(),
        }]),
        (Some(_), None) => Err(not_now(id, state, "apply", "Check again: there is no preview.")),
        (Some(_), Some(preview)) => {
            if submission.basis != Some(run.basis_of_preview(id, preview)) {
                return Err(stale_screen(submission.basis.is_some(), "preview"));
            }
            // Also where there is nothing to change: that is said of a reading of its own moment.
            Ok(vec![EventKind::Approved {
                step: id.clone(),
                preview: preview.digest(),
                by: submission.by.clone(),
                reason: submission.reason.clone(),
                overrides: overrides.to_vec(),
            }])
        }
    }
}

pub(super) fn edges(run: &Run, step: &Step) -> Result<(), Rejection> {
    let asked =
        |ids: &[StepId]| -> Vec<StepId> { ids.iter().filter(|id| !is_left_out(run, id)).cloned().collect() };
    let (needs, after) = (asked(&step.needs), asked(&step.after));
    let undone = |id: &&StepId| {
        let state = run.steps.get(*id).map(|s| s.state);
        !matches!(state, Some(StepState::Done { .. }))
    };
    let open: Vec<&StepId> = needs.iter().filter(undone).collect();
    if !open.is_empty() {
        return Err(Rejection::new(
            Code::Guard,
            format!("{} not done.", listed(run, &open)),
            format!("Step {} needs {}.", step.id, it(&open)),
        ));
    }
    for id in needs.iter().chain(&after) {
        let skipped = run
            .steps
            .get(id)
            .is_some_and(|state| state.state == StepState::Skipped);
        let unseen = if skipped { Vec::new() } else { unseen(run, id) };
        if let Some(first) = unseen.first() {
            return Err(Rejection::new(
                Code::Guard,
                format!("Step {first} was changed, and {id} has not published it since."),
                format!(
                    "Step {} comes after {id}: start {id} anew and apply it first.",
                    step.id
                ),
            ));
        }
    }
    let unfinished = |id: &&StepId| {
        let state = run.steps.get(*id).map(|s| s.state);
        !matches!(state, Some(StepState::Done { .. } | StepState::Skipped))
    };
    let open: Vec<&StepId> = after.iter().filter(unfinished).collect();
    if !open.is_empty() {
        let it = it(&open);
        return Err(Rejection::new(
            Code::Guard,
            format!("{} not finished.", listed(run, &open)),
            format!("Step {} comes after {it}: do {it} or skip {it} first.", step.id),
        ));
    }
    Ok(())
}

fn it(ids: &[&StepId]) -> &'static str {
    if ids.len() == 1 { "it" } else { "them" }
}

/// "Step a (“Its title”) is", or of several "Steps a (…), b (…) are".
fn listed(run: &Run, ids: &[&StepId]) -> String {
    let named: Vec<String> = ids
        .iter()
        .map(|id| match run.plan.step(id) {
            Some(step) => format!("{id} (\u{201c}{}\u{201d})", step.title),
            None => id.to_string(),
        })
        .collect();
    match named.as_slice() {
        [one] => format!("Step {one} is"),
        more => format!("Steps {} are", more.join(", ")),
    }
}

/// Every decision that the step waits for is taken.
pub(super) fn decided(run: &Run, step: &Step) -> Result<(), Rejection> {
    let open = step.decisions.iter().find(|id| !run.decisions.contains_key(*id));
    open.map_or(Ok(()), |decision| {
        Err(Rejection::new(
            Code::Guard,
            format!("Decision {} is not taken.", crate::gate::named(run, decision)),
            "Take it first: undecided blocks this step.",
        ))
    })
}

pub(super) fn check(run: &Run, id: &StepId) -> Result<Vec<EventKind>, Rejection> {
    let (step, state) = find(run, id)?;
    is_chosen(run, step)?;
    in_states(
        state,
        id,
        "check",
        &[
            StepState::ToDo,
            StepState::Blocked,
            StepState::Ready,
            StepState::Failed,
        ],
    )?;
    if state.approval.is_some() {
        return Err(not_now(id, state, "check", "It is approved and about to run."));
    }
    Ok(vec![EventKind::ChecksStarted { step: id.clone() }])
}
