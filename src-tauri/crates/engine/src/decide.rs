//! Decisions: a command and a run give events or a rejection by name. Pure.

use jiff::Timestamp;
use switchback_model::plan::DecisionType;
use switchback_model::rollback::Precondition;
use switchback_model::{
    Captured, Command, DoneHow, EventKind, Image, Operator, Resolution, Reversibility, RollbackPlan,
    RollbackScope, RunState, Step, StepId, StepKind, StepState, Submission, TargetKind,
};

use crate::evolve::is_reopenable;
use crate::rejection::{Rejection, RejectionCode as Code};
use crate::run::{RollbackState, Run, StepRun};

/// What the driver read of the world for this command.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// For a rollback: the plan as it is now, with its preconditions.
    pub rollback: Option<(RollbackPlan, Vec<Precondition>)>,
    /// For an adoption: what is there, and what the step would leave.
    pub adopt: Option<(Image, Image)>,
}

/// Decides a command.
pub fn decide(
    run: &Run,
    submission: &Submission,
    now: Timestamp,
    facts: &Facts,
) -> Result<Vec<EventKind>, Rejection> {
    let by = &submission.by;
    let reason = || reason(submission);
    match &submission.command {
        Command::Check { step } => check(run, step),
        Command::Apply { step } => apply(run, submission, step, now),
        Command::Attest { step } => attest(run, step, by, reason()?),
        Command::Skip { step } => {
            let (_, state) = find(run, step)?;
            in_states(
                state,
                step,
                "skip",
                &[
                    StepState::ToDo,
                    StepState::Blocked,
                    StepState::Ready,
                    StepState::Failed,
                ],
            )?;
            Ok(vec![EventKind::Skipped {
                step: step.clone(),
                by: by.clone(),
                reason: reason()?,
            }])
        }
        Command::Accept { step } => {
            let (_, state) = find(run, step)?;
            in_states(
                state,
                step,
                "accept",
                &[
                    StepState::Unverified,
                    StepState::Foreign,
                    StepState::UndoFailed,
                    StepState::UndoUnverified,
                    StepState::UndoForeign,
                ],
            )?;
            Ok(vec![EventKind::Accepted {
                step: step.clone(),
                by: by.clone(),
                reason: reason()?,
            }])
        }
        Command::Reopen { step } => {
            let (_, state) = find(run, step)?;
            if !is_reopenable(state.state) {
                return Err(not_now(
                    step,
                    state,
                    "reopen",
                    "Only an undone, a skipped or an effectless step starts anew.",
                ));
            }
            no_rollback(run)?;
            Ok(vec![EventKind::Reopened {
                step: step.clone(),
                by: by.clone(),
                reason: reason()?,
            }])
        }
        Command::Resolve { step, as_ } => resolve(run, step, *as_, by, reason()?),
        Command::Inspect { step } => inspect(run, step),
        Command::Adopt { step } => adopt(run, step, facts, by, reason()?),
        Command::Decide { decision, value } => {
            let spec = run.plan.decision(decision).ok_or_else(|| {
                Rejection::new(
                    Code::NotFound,
                    format!("The plan has no decision {decision}."),
                    "`switchback decide RUN --list` lists them.",
                )
            })?;
            value_fits(&spec.kind, value)?;
            Ok(vec![EventKind::Decided {
                decision: decision.clone(),
                value: value.clone(),
                by: by.clone(),
                reason: reason()?,
            }])
        }
        Command::Hold => match run.state {
            RunState::Open => Ok(vec![EventKind::Held {
                by: by.clone(),
                reason: reason()?,
            }]),
            state => Err(run_not_now(state, "hold")),
        },
        Command::Stop => match run.state {
            RunState::Open | RunState::Held => Ok(vec![EventKind::StopRequested {
                by: by.clone(),
                reason: reason()?,
            }]),
            state => Err(run_not_now(state, "stop")),
        },
        Command::Resume => match run.state {
            RunState::Held | RunState::Stopped => Ok(vec![EventKind::Released {
                by: by.clone(),
                reason: reason()?,
            }]),
            state => Err(run_not_now(state, "resume")),
        },
        Command::Rollback {
            scope,
            overrides,
            accept_breaches,
        } => rollback(run, submission, scope, overrides, accept_breaches, facts),
        Command::RollbackRetry => {
            let item_step = halted(run)?.item().and_then(|item| item.step.clone());
            let mut events = vec![EventKind::RollbackRetried { by: by.clone() }];
            let again = item_step
                .and_then(|id| run.steps.get(&id))
                .filter(|step| step.state == StepState::UndoUnverified)
                .and_then(StepRun::current);
            if let Some(attempt) = again {
                events.push(EventKind::VerifyAgain {
                    attempt: attempt.id.clone(),
                });
            }
            Ok(events)
        }
        Command::RollbackDone { item } => rollback_done(run, item, by, reason()?),
        Command::RollbackAbandon => {
            if !run.rollback_active() {
                return Err(Rejection::new(
                    Code::NotNow,
                    "No rollback is under way.",
                    "There is nothing to give up.",
                ));
            }
            if run.in_flight().is_some() {
                return Err(Rejection::new(
                    Code::NotNow,
                    "A call is in flight.",
                    "It is being resolved; give the rollback up once it is.",
                ));
            }
            Ok(vec![EventKind::RollbackAbandoned {
                by: by.clone(),
                reason: reason()?,
            }])
        }
    }
}

/// What stands in the way of applying a ready step, apart from the basis: the same for the button
/// and for the command.
pub fn may_apply(run: &Run, id: &StepId, now: Timestamp) -> Result<(), Rejection> {
    let (step, state) = find(run, id)?;
    if run.state != RunState::Open {
        return Err(run_not_now(run.state, "apply"));
    }
    no_rollback(run)?;
    if let Some(other) = run.in_flight() {
        return Err(Rejection::new(
            Code::NotNow,
            format!("The call of step {other} is in flight."),
            "One call at a time: wait until it is resolved.",
        ));
    }
    if run.steps.values().any(|s| s.reinspect) {
        return Err(Rejection::new(
            Code::NotNow,
            "The world is being looked at again after the takeover.",
            "Wait until every step is inspected.",
        ));
    }
    if state.state != StepState::Ready {
        return Err(not_ready(id, state, now));
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
    for decision in &step.decisions {
        if !run.decisions.contains_key(decision) {
            return Err(Rejection::new(
                Code::Guard,
                format!("Decision {decision} is not taken."),
                "Take it first: undecided blocks this step.",
            ));
        }
    }
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
                "Check {} was read {} s ago and is believed for {} s.",
                old.check,
                old.age_s(now),
                old.believable_s
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
fn not_ready(id: &StepId, state: &StepRun, now: Timestamp) -> Rejection {
    let Some(checks) = state
        .checks
        .as_ref()
        .filter(|_| state.state == StepState::Blocked)
    else {
        return not_now(id, state, "apply", "Run its before-checks first.");
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
            let left = until.duration_since(now).as_secs().max(0);
            Rejection::new(
                Code::NotNow,
                format!("Ready in {left} s."),
                "It will not start by itself.",
            )
        }
        None => not_now(id, state, "apply", "Run its before-checks first."),
    }
}

fn apply(
    run: &Run,
    submission: &Submission,
    id: &StepId,
    now: Timestamp,
) -> Result<Vec<EventKind>, Rejection> {
    may_apply(run, id, now)?;
    let (step, state) = find(run, id)?;
    let preview = state.checks.as_ref().and_then(|c| c.preview.as_ref());
    match (&step.action, preview) {
        (None, _) if step.kind == StepKind::Attest => {
            Err(not_now(id, state, "apply", "A person attests this step."))
        }
        (None, _) => Ok(vec![EventKind::DoneWithoutEffect {
            step: id.clone(),
            by: submission.by.clone(),
        }]),
        (Some(_), None) => Err(not_now(id, state, "apply", "Check again: there is no preview.")),
        (Some(_), Some(preview)) => {
            if submission.basis != Some(preview.digest()) {
                return Err(stale_screen(submission.basis.is_some(), "preview"));
            }
            Ok(vec![if preview.is_empty() {
                EventKind::DoneWithoutEffect {
                    step: id.clone(),
                    by: submission.by.clone(),
                }
            } else {
                EventKind::Approved {
                    step: id.clone(),
                    preview: preview.digest(),
                    by: submission.by.clone(),
                    reason: submission.reason.clone(),
                }
            }])
        }
    }
}

fn edges(run: &Run, step: &Step) -> Result<(), Rejection> {
    for need in &step.needs {
        let state = run.steps.get(need).map(|s| s.state);
        if !matches!(state, Some(StepState::Done { .. })) {
            return Err(Rejection::new(
                Code::Guard,
                format!("Step {need} is not done."),
                format!("Step {} needs it.", step.id),
            ));
        }
    }
    for earlier in &step.after {
        let state = run.steps.get(earlier).map(|s| s.state);
        if !matches!(state, Some(StepState::Done { .. } | StepState::Skipped)) {
            return Err(Rejection::new(
                Code::Guard,
                format!("Step {earlier} is not finished."),
                format!("Step {} comes after it: do it or skip it first.", step.id),
            ));
        }
    }
    Ok(())
}

fn check(run: &Run, id: &StepId) -> Result<Vec<EventKind>, Rejection> {
    let (_, state) = find(run, id)?;
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

fn attest(run: &Run, id: &StepId, by: &Operator, reason: String) -> Result<Vec<EventKind>, Rejection> {
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
    edges(run, step)?;
    Ok(vec![EventKind::Attested {
        step: id.clone(),
        by: by.clone(),
        reason,
    }])
}

fn resolve(
    run: &Run,
    id: &StepId,
    resolution: Resolution,
    by: &Operator,
    reason: String,
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
    Ok(vec![EventKind::Resolved {
        step: id.clone(),
        resolution,
        by: by.clone(),
        reason,
    }])
}

fn inspect(run: &Run, id: &StepId) -> Result<Vec<EventKind>, Rejection> {
    let (step, state) = find(run, id)?;
    if step.action.is_none() {
        return Err(not_now(id, state, "inspect", "It has no object in AWS."));
    }
    match state.state {
        StepState::Unverified
        | StepState::UndoUnverified
        | StepState::Foreign
        | StepState::UndoFailed
        | StepState::UndoForeign => {
            let attempt = state
                .current()
                .ok_or_else(|| not_now(id, state, "inspect", "It was never tried."))?;
            Ok(vec![EventKind::VerifyAgain {
                attempt: attempt.id.clone(),
            }])
        }
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

fn adopt(
    run: &Run,
    id: &StepId,
    facts: &Facts,
    by: &Operator,
    reason: String,
) -> Result<Vec<EventKind>, Rejection> {
    let (_, state) = find(run, id)?;
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
            .filter(|seen| *seen != found)
            .cloned()
            .map(Captured::Clear),
        after: Captured::Clear(found.clone()),
        by: by.clone(),
        reason,
    }])
}

fn rollback(
    run: &Run,
    submission: &Submission,
    scope: &RollbackScope,
    overrides: &[switchback_model::CheckId],
    accept_breaches: &[String],
    facts: &Facts,
) -> Result<Vec<EventKind>, Rejection> {
    no_rollback(run)?;
    let Some((plan, preconditions)) = &facts.rollback else {
        return Err(Rejection::new(
            Code::NotNow,
            "The rollback could not be planned.",
            "Ask for its plan again.",
        ));
    };
    if plan.scope != *scope || submission.basis != Some(plan.digest()) {
        return Err(stale_screen(submission.basis.is_some(), "rollback plan"));
    }
    let open: Vec<&str> = preconditions
        .iter()
        .filter(|p| !p.reading.verdict.lets_through() && !overrides.contains(&p.reading.check))
        .map(|p| p.reading.check.as_str())
        .collect();
    if !open.is_empty() {
        return Err(Rejection::new(
            Code::CheckFailed,
            format!("Not proven: {}.", open.join(", ")),
            "Override each by its name, with a reason, to go back all the same.",
        ));
    }
    if !overrides.is_empty() || !accept_breaches.is_empty() {
        reason(submission)?;
    }
    if let Some(breach) = plan.breaches.iter().find(|b| !accept_breaches.contains(&b.id)) {
        return Err(Rejection::new(
            Code::Guard,
            format!("It would leave a breach: {}: {}", breach.id, breach.because),
            "Accept it by its name, with a reason, or roll back more.",
        ));
    }
    Ok(vec![EventKind::RollbackConfirmed {
        plan: Box::new(plan.clone()),
        overrides: overrides.to_vec(),
        accept_breaches: accept_breaches.to_vec(),
        by: submission.by.clone(),
        reason: submission.reason.clone(),
    }])
}

fn rollback_done(run: &Run, item: &str, by: &Operator, reason: String) -> Result<Vec<EventKind>, Rejection> {
    let next = halted(run)?
        .item()
        .filter(|next| next.id == item)
        .ok_or_else(|| {
            Rejection::new(
                Code::NotFound,
                format!("{item} is not the item at which the rollback stopped."),
                "Name the item that it stopped at.",
            )
        })?;
    let mut events = Vec::new();
    if let Some(id) = &next.step {
        let (_, state) = find(run, id)?;
        match state.state {
            StepState::UndoFailed | StepState::UndoUnverified | StepState::UndoForeign => {
                events.push(EventKind::Accepted {
                    step: id.clone(),
                    by: by.clone(),
                    reason: reason.clone(),
                });
            }
            StepState::UndoInDoubt { .. } => events.push(EventKind::Resolved {
                step: id.clone(),
                resolution: Resolution::Before,
                by: by.clone(),
                reason: reason.clone(),
            }),
            state if state.may_have_effect() => {
                events.push(EventKind::UndoNotNeeded { step: id.clone() });
            }
            _ => {}
        }
    }
    events.push(EventKind::RollbackItemDone {
        item: item.to_owned(),
        by_hand: Some((by.clone(), reason)),
    });
    Ok(events)
}

fn halted(run: &Run) -> Result<&crate::run::RollbackRun, Rejection> {
    run.rollback
        .as_ref()
        .filter(|r| matches!(r.state, RollbackState::Halted { .. }))
        .ok_or_else(|| {
            Rejection::new(
                Code::NotNow,
                "No rollback has stopped.",
                "Retry, done by hand and give up fit a rollback that stopped at an item.",
            )
        })
}

fn no_rollback(run: &Run) -> Result<(), Rejection> {
    if run.rollback_active() {
        return Err(Rejection::new(
            Code::NotNow,
            "A rollback is under way.",
            "Let it finish, or give it up.",
        ));
    }
    Ok(())
}

fn value_fits(kind: &DecisionType, value: &str) -> Result<(), Rejection> {
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

fn find<'a>(run: &'a Run, id: &StepId) -> Result<(&'a Step, &'a StepRun), Rejection> {
    run.step(id).ok_or_else(|| {
        Rejection::new(
            Code::NotFound,
            format!("The plan has no step {id}."),
            "`switchback run show` lists the steps.",
        )
    })
}

fn in_states(state: &StepRun, id: &StepId, what: &str, states: &[StepState]) -> Result<(), Rejection> {
    if states.contains(&state.state) {
        return Ok(());
    }
    let words: Vec<&str> = states.iter().map(|s| s.words()).collect();
    Err(not_now(
        id,
        state,
        what,
        &format!("It fits: {}.", words.join(", ")),
    ))
}

fn not_now(id: &StepId, state: &StepRun, what: &str, hint: &str) -> Rejection {
    let accepted = matches!(
        state.state,
        StepState::Done {
            how: DoneHow::Accepted
        }
    );
    let words = if accepted {
        "Done (accepted)"
    } else {
        state.state.words()
    };
    Rejection::new(
        Code::NotNow,
        format!("Step {id} is in state \"{words}\": {what} is not possible now."),
        hint,
    )
}

fn run_not_now(state: RunState, what: &str) -> Rejection {
    let words = match state {
        RunState::Open => "open",
        RunState::Held => "on hold",
        RunState::Stopping => "stopping",
        RunState::Stopped => "stopped",
    };
    Rejection::new(
        Code::NotNow,
        format!("The run is {words}: {what} is not possible now."),
        "Resume it first, where that is what you want.",
    )
}

fn stale_screen(given: bool, what: &str) -> Rejection {
    if given {
        Rejection::new(
            Code::StaleScreen,
            format!("The {what} is not the one that you saw."),
            "Look at the new one and confirm again.",
        )
    } else {
        Rejection::new(
            Code::StaleScreen,
            format!("Nothing says which {what} you saw."),
            format!("Give the digest of the {what}."),
        )
    }
}

fn reason(submission: &Submission) -> Result<String, Rejection> {
    submission
        .reason
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(|text| text.chars().take(1000).collect())
        .ok_or_else(|| {
            Rejection::new(
                Code::NeedsReason,
                format!("A reason is needed to {}.", submission.command.word()),
                "Say why: it is recorded.",
            )
        })
}
