//! Deciding about a rollback: its confirm, and what a person says once it stopped.

use std::collections::BTreeSet;

use switchback_model::rollback::{ItemKind, Precondition};
use switchback_model::{
    CheckId, EventKind, Operator, Resolution, RollbackPlan, RollbackScope, StepId, StepState, Submission,
};

use super::{Facts, Stands, find, is_unproven_undo, no_rollback, now_and_before, reason, stale_screen};
use crate::rejection::{Rejection, RejectionCode as Code};
use crate::rollback::is_kept;
use crate::run::{RollbackState, Run, StepRun};

pub(super) fn rollback(
    run: &Run,
    submission: &Submission,
    scope: &RollbackScope,
    overrides: &[CheckId],
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
    if plan.scope != *scope || submission.basis != Some(run.basis_of_rollback(plan)) {
        return Err(stale_screen(submission.basis.is_some(), "rollback plan"));
    }
    known_names(run, plan, preconditions, overrides, accept_breaches)?;
    let open: Vec<String> = preconditions
        .iter()
        .map(|p| &p.reading)
        .filter(|reading| !reading.verdict.lets_through() && !overrides.contains(&reading.check))
        .map(|reading| format!("{} ({})", reading.check, reading.observed))
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
        let repair: Vec<&str> = breach.repair.iter().map(StepId::as_str).collect();
        let more = match repair.is_empty() {
            true => String::new(),
            false => format!(
                ", or take back {} as well: by a wider rule, or all of it",
                repair.join(", ")
            ),
        };
        return Err(Rejection::new(
            Code::Guard,
            format!("It would leave a breach: {}: {}", breach.id, breach.because),
            format!("Accept it by its name, with a reason{more}."),
        ));
    }
    Ok(vec![EventKind::RollbackConfirmed {
        plan: Box::new(plan.clone()),
        overrides: overrides.to_vec(),
        accept_breaches: plan.breaches.iter().map(|breach| breach.id.clone()).collect(),
        by: submission.by.clone(),
        reason: submission.reason.clone(),
    }])
}

/// A name that the plan does not have is a slip, and must not look like a decision. One that it has may be
/// given though nothing is in the way by now: going back is not refused for a word too many.
fn known_names(
    run: &Run,
    plan: &RollbackPlan,
    preconditions: &[Precondition],
    overrides: &[CheckId],
    accept_breaches: &[String],
) -> Result<(), Rejection> {
    let of_steps = run.plan.steps().flat_map(|step| &step.undo_before);
    let checks: BTreeSet<&str> = of_steps
        .map(|check| check.id.as_str())
        .chain(preconditions.iter().map(|p| p.reading.check.as_str()))
        .collect();
    let of_rules = run.plan.coherence.iter().map(|rule| rule.id.as_str());
    let breaches: BTreeSet<&str> = of_rules
        .chain(plan.breaches.iter().map(|breach| breach.id.as_str()))
        .collect();
    let check = overrides
        .iter()
        .map(CheckId::as_str)
        .find(|id| !checks.contains(id));
    let breach = accept_breaches
        .iter()
        .map(String::as_str)
        .find(|id| !breaches.contains(id));
    let (what, name, known) = match (check, breach) {
        (Some(check), _) => ("precondition", check, checks),
        (None, Some(breach)) => ("breach", breach, breaches),
        (None, None) => return Ok(()),
    };
    let known: Vec<&str> = known.into_iter().collect();
    let hint = match known.is_empty() {
        true => "Leave it out: the plan has none.".to_owned(),
        false => format!("It has {}.", known.join(", ")),
    };
    Err(Rejection::new(
        Code::NotFound,
        format!("The plan has no {what} {name}."),
        hint,
    ))
}

/// A person's word that an item is done. Of one that has an object of ours it counts as taken back by a look at it; where
/// that shows something else, the word is refused for what the console restores. Where nothing can be told, and of what
/// people take back in their own way, it stays a word.
pub(super) fn rollback_done(
    run: &Run,
    item: &str,
    by: &Operator,
    reason: String,
    facts: &Facts,
) -> Result<Vec<EventKind>, Rejection> {
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
        let (step, state) = find(run, id)?;
        let kept = run
            .rollback
            .as_ref()
            .is_some_and(|rollback| is_kept(run, rollback, next));
        if let (Some(Stands::Otherwise { noun, now, before }), ItemKind::Undo { .. }, false) =
            (&facts.stands, &next.kind, kept)
        {
            return Err(not_back(run, (id, state), noun, now, before));
        }
        let by_word = step.action.is_some() && facts.stands != Some(Stands::AsBefore);
        match state.state {
            // Kept, by a word of its own.
            _ if kept => {}
            // What a publication takes back is told by what it makes seen; that it was made is told by the item.
            StepState::UndoInDoubt { .. } if step.is_publisher() => events.push(EventKind::Resolved {
                step: id.clone(),
                resolution: Resolution::After,
                by: by.clone(),
                reason: reason.clone(),
            }),
            _ if step.is_publisher() => {}
            // Chosen by fields, with the effect kept: now it was taken back by hand after all.
            StepState::UndoUnverified if state.effect_stays() => {
                events.push(EventKind::UndoNotNeeded {
                    step: id.clone(),
                    verify: false,
                    by_word,
                });
            }
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
                events.push(EventKind::UndoNotNeeded {
                    step: id.clone(),
                    verify: false,
                    by_word,
                });
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

/// What stands there is not what was before: it is not taken back, whoever says so.
pub(super) fn not_back(
    run: &Run,
    (id, state): (&StepId, &StepRun),
    noun: &str,
    now: &[String],
    before: &[String],
) -> Rejection {
    let in_rollback = run.rollback_active();
    let keep = match is_unproven_undo(state.state) {
        true => format!(
            " To leave what stands there{}: `switchback step resolve {} {id} --as keep --reason TEXT` (on its page: Keep what is \
             there){}.",
            if in_rollback { ", and go on" } else { "" },
            run.id,
            if in_rollback { ", then try again" } else { "" },
        ),
        false => String::new(),
    };
    let again = match in_rollback {
        true => {
            "Put it back by hand, or try again: it is restored as you confirmed. If it changed since then, give this rollback up \
             and plan it anew: that shows what is lost."
        }
        false => "Put it back by hand, or roll it back again: that shows first what would be lost.",
    };
    Rejection::new(
        Code::Guard,
        format!(
            "Step {id} is not taken back. {}",
            now_and_before(noun, now, before)
        ),
        format!("{again}{keep}"),
    )
}

/// Nobody looked at it now: that it is taken back can't be taken on a word alone where nothing waits for it.
pub(super) fn not_looked_at(run: &Run, id: &StepId, why: &str) -> Rejection {
    Rejection::new(
        Code::Unknown,
        format!("Whether step {id} is taken back can't be told now. {why}"),
        format!(
            "Mend that, then accept it again. If what stands there is to stay: `switchback step resolve {} {id} --as keep \
             --reason TEXT` (on its page: Keep what is there).",
            run.id
        ),
    )
}

pub(super) fn halted(run: &Run) -> Result<&crate::run::RollbackRun, Rejection> {
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
