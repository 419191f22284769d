//! Deciding at a gate, and moving the deadline of a rule.

use std::collections::BTreeMap;

use jiff::Timestamp;
use switchback_model::plan::Gate;
use switchback_model::{EventKind, Operator, Phase, PhaseId, RuleId, Step, Submission};

use super::{no_rollback, reason, reason_if_any, stale_screen};
use crate::deadline::{journalled, of_rule};
use crate::gate::{basis, is_open, obstacles};
use crate::rejection::{Rejection, RejectionCode as Code};
use crate::run::Run;

/// The longest time, in minutes, by which a deadline is moved at once: a week, as for a decision.
const MAX_MINUTES: u32 = 10_080;

/// Bars the steps of a phase whose gate is not open. Never a rollback.
pub(super) fn gate_is_open(run: &Run, step: &Step) -> Result<(), Rejection> {
    let Some(phase) = run.plan.phase_of(&step.id).filter(|phase| !is_open(run, phase)) else {
        return Ok(());
    };
    let decision = run.gates.get(&phase.id).and_then(|gate| gate.decision.as_ref());
    let (message, hint) = match decision {
        None => (
            format!(
                "Nobody has said go at the gate of “{}” (phase {}).",
                phase.title, phase.id
            ),
            "Check the gate, name the people, and say go.".to_owned(),
        ),
        Some(decision) => match &decision.void {
            Some(why) => (
                format!(
                    "The go at the gate of “{}” (phase {}) is void. {why}",
                    phase.title, phase.id
                ),
                "Check the gate and decide again.".to_owned(),
            ),
            None => (
                format!(
                    "People said no-go at the gate of “{}” (phase {}): {}",
                    phase.title, phase.id, decision.reason
                ),
                "Go can be said there once it is right.".to_owned(),
            ),
        },
    };
    Err(Rejection::new(Code::Guard, message, hint))
}

pub(super) fn check(run: &Run, phase: &PhaseId) -> Result<Vec<EventKind>, Rejection> {
    find(run, phase)?;
    not_checking(run, phase)?;
    Ok(vec![EventKind::GateCheckStarted { phase: phase.clone() }])
}

pub(super) fn decide(
    run: &Run,
    submission: &Submission,
    id: &PhaseId,
    go: bool,
    people: &BTreeMap<String, Operator>,
    now: Timestamp,
) -> Result<Vec<EventKind>, Rejection> {
    let (phase, gate) = find(run, id)?;
    only_roles(gate, people)?;
    if go {
        may_go(run, phase, now)?;
        if submission.basis != Some(basis(run, phase)) {
            return Err(stale_screen(submission.basis.is_some(), "state of the gate"));
        }
        let unnamed: Vec<&str> = gate
            .people
            .iter()
            .map(String::as_str)
            .filter(|role| !people.contains_key(*role))
            .collect();
        if !unnamed.is_empty() {
            return Err(Rejection::new(
                Code::Guard,
                format!("Nobody is named for: {}.", unnamed.join(", ")),
                "Name a person for each role of the gate.",
            ));
        }
    }
    // No-go is taken whatever was seen: closing a door never waits for a fresh screen.
    Ok(vec![EventKind::GateDecided {
        phase: id.clone(),
        go,
        people: people.clone(),
        basis: basis(run, phase),
        by: submission.by.clone(),
        // Go is what was planned; only what departs from it needs a word.
        reason: match go {
            true => reason_if_any(submission),
            false => reason(submission)?,
        },
    }])
}

/// What stands in the way of go now, apart from the basis and the people.
fn may_go(run: &Run, phase: &Phase, now: Timestamp) -> Result<(), Rejection> {
    no_rollback(run)?;
    if is_open(run, phase) {
        return Err(Rejection::new(
            Code::NotNow,
            format!("People said go at the gate of phase {} already.", phase.id),
            "There is nothing to decide; no-go closes the phase again.",
        ));
    }
    not_checking(run, &phase.id)?;
    let found = obstacles(run, phase, now);
    // A guard weighs more than a check that fails, and that more than one that can't be told.
    let Some(code) = [Code::Guard, Code::CheckFailed, Code::Unknown]
        .into_iter()
        .find(|code| found.iter().any(|obstacle| obstacle.code == *code))
    else {
        return Ok(());
    };
    let every: Vec<&str> = found.iter().map(|obstacle| obstacle.why.as_str()).collect();
    let hint = match code {
        Code::Guard => "Settle every step before this phase, and take the decisions that it waits for.",
        Code::CheckFailed => "Mend it, then check the gate again.",
        _ => "Check the gate again.",
    };
    Err(Rejection::new(code, every.join(" "), hint))
}

fn only_roles(gate: &Gate, people: &BTreeMap<String, Operator>) -> Result<(), Rejection> {
    let Some(role) = people.keys().find(|role| !gate.people.contains(role)) else {
        return Ok(());
    };
    let hint = match gate.people.is_empty() {
        true => "The gate names no roles.".to_owned(),
        false => format!("Its roles are: {}.", gate.people.join(", ")),
    };
    Err(Rejection::new(
        Code::BadValue,
        format!("The gate has no role {role:?}."),
        hint,
    ))
}

fn not_checking(run: &Run, phase: &PhaseId) -> Result<(), Rejection> {
    if run.gates.get(phase).is_some_and(|gate| gate.checking) {
        return Err(Rejection::new(
            Code::NotNow,
            format!("The checks of the gate of phase {phase} are being read."),
            "Wait until they are.",
        ));
    }
    Ok(())
}

fn find<'a>(run: &'a Run, id: &PhaseId) -> Result<(&'a Phase, &'a Gate), Rejection> {
    let not_found = |message: String, hint: &str| Err(Rejection::new(Code::NotFound, message, hint));
    match run.plan.phase(id) {
        None => not_found(
            format!("The plan has no phase {id}."),
            "`switchback run show` lists the phases.",
        ),
        Some(phase) => match &phase.gate {
            None => not_found(
                format!("Phase {id} has no gate."),
                "Its steps can be carried out as they are.",
            ),
            Some(gate) => Ok((phase, gate)),
        },
    }
}

/// Moves the deadline of a rule whose trigger fails.
pub(super) fn extend(
    run: &Run,
    submission: &Submission,
    id: &RuleId,
    minutes: u32,
) -> Result<Vec<EventKind>, Rejection> {
    let Some(rule) = run.plan.rule(id) else {
        return Err(Rejection::new(
            Code::NotFound,
            format!("The plan has no rollback rule {id}."),
            "`switchback plan` lists the rules.",
        ));
    };
    let Some(deadline) = of_rule(run, rule, &|monitor| journalled(run, monitor)) else {
        return Err(Rejection::new(
            Code::NotNow,
            format!("Rule {id} has no deadline."),
            "A deadline has a trigger and a decision in minutes.",
        ));
    };
    if !(1..=MAX_MINUTES).contains(&minutes) {
        return Err(Rejection::new(
            Code::BadValue,
            format!("A deadline is not moved by {minutes} minutes."),
            "It takes whole minutes, 1 to 10,080.",
        ));
    }
    if deadline.minutes.is_none() {
        return Err(Rejection::new(
            Code::Guard,
            format!(
                "Rule {id} has no deadline: decision {} is not taken.",
                crate::gate::named(run, deadline.decision)
            ),
            "Take that decision instead.",
        ));
    }
    if deadline.since.is_none() {
        return Err(Rejection::new(
            Code::NotNow,
            format!("The deadline of rule {id} does not run."),
            match deadline.something_to_undo {
                true => format!("It runs while monitor {} fails.", deadline.trigger),
                false => "There is nothing to undo by it yet.".to_owned(),
            },
        ));
    }
    Ok(vec![EventKind::DeadlineExtended {
        rule: id.clone(),
        minutes,
        by: submission.by.clone(),
        reason: reason(submission)?,
    }])
}

/// Whether go may be said now, apart from the people: for whoever shows the gate.
pub fn may_say_go(run: &Run, phase: &PhaseId, now: Timestamp) -> Result<(), Rejection> {
    let (phase, _) = find(run, phase)?;
    may_go(run, phase, now)
}
