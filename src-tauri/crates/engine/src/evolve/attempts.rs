//! The life of an attempt, from its write-ahead to what it is taken for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use switchback_model::event::{CallProblem, Mark, Receipt};
use switchback_model::{AttemptId, Captured, Digest, Finding, StepState, Way, Witness};

use super::settle::{in_doubt, landed_after_all, not_applied, settle, verifying};
use super::{current, step_in, step_mut};
use crate::run::{Attempt, Effect, Outcome, Run, is_an_answer};

/// What is written ahead.
pub(super) struct Intent<'a> {
    pub(super) preview: Digest,
    pub(super) before: &'a Captured,
    pub(super) after: &'a Captured,
    pub(super) token: &'a str,
    pub(super) witness: Option<&'a Witness>,
    pub(super) seq: u64,
}

pub(super) fn intended(
    run: &mut Run,
    attempt: &AttemptId,
    intent: &Intent<'_>,
    at: Timestamp,
) -> Result<(), String> {
    if let Some(other) = run.in_flight()
        && *other != attempt.step
    {
        return Err(format!("the call of step {other} is still in flight"));
    }
    let allowed: &[&str] = match attempt.way {
        Way::Apply => &["ready", "applying"],
        Way::Undo => &[
            "done",
            "unverified",
            "foreign",
            "adopted",
            "verifying",
            "undoing",
            "undo_failed",
            "undo_unverified",
            "undo_foreign",
            "undo_verifying",
            "failed",
        ],
        // A way of its own, from wherever the step stands; only no request of it may be on its way.
        Way::Publish => &[
            "to_do",
            "checking",
            "blocked",
            "ready",
            "verifying",
            "done",
            "unverified",
            "failed",
            "foreign",
            "adopted",
            "undoing",
            "undo_verifying",
            "undone",
            "undo_failed",
            "undo_unverified",
            "undo_foreign",
            "skipped",
        ],
    };
    let step = step_in(run, &attempt.step, allowed)?;
    if attempt.generation != step.generation || attempt.n != step.next_n(attempt.way) {
        return Err(format!("attempt {attempt} is not the next one"));
    }
    // Only a try by itself follows on a try in flight; everything else was asked for by a person.
    let last = match step.state {
        StepState::Applying { .. } | StepState::Undoing { .. } => step.current(),
        _ => None,
    };
    let (series, kept) = (
        last.map(|last| last.series),
        last.and_then(|last| last.by_field.clone()),
    );
    let chosen = step
        .restore
        .take()
        .filter(|restore| restore.preview == intent.preview);
    step.approval = None;
    // A publisher has the states of an undo from a publication alone: then what it was before that still counts.
    let again = matches!(
        step.state,
        StepState::Undoing { .. }
            | StepState::UndoVerifying { .. }
            | StepState::UndoFailed
            | StepState::UndoUnverified
            | StepState::UndoForeign
    );
    if attempt.way == Way::Publish && !again {
        step.was = Some(step.state);
    }
    if attempt.way == Way::Apply {
        step.effect = Some(Effect {
            before: Some(intent.before.clone()),
            after: intent.after.clone(),
            seen_only: false,
        });
    }
    step.attempts.push(Attempt {
        id: attempt.clone(),
        preview: intent.preview,
        before: intent.before.clone(),
        after: intent.after.clone(),
        series: series.unwrap_or(attempt.n),
        intended_at: at,
        seq: intent.seq,
        looked_seq: intent.seq,
        token: intent.token.to_owned(),
        witness: intent.witness.cloned(),
        mark: None,
        receipt: None,
        problem: None,
        outcome: Outcome::InFlight,
        applied_at: None,
        in_sync: None,
        finding: None,
        readings: Vec::new(),
        since: BTreeMap::new(),
        by_field: kept.or(chosen.map(|restore| restore.kept)),
        heard: false,
        looked_late: false,
        effectless: false,
    });
    let n = attempt.n;
    step.to(
        match attempt.way {
            Way::Apply => StepState::Applying { n },
            Way::Undo | Way::Publish => StepState::Undoing { n },
        },
        at,
    );
    Ok(())
}

/// The request leaves now; it is on its way from here on, and once.
pub(super) fn marked(run: &mut Run, attempt: &AttemptId, mark: &Mark, at: Timestamp) -> Result<(), String> {
    let step = step_in(run, &attempt.step, &["applying", "undoing"])?;
    let record = current(step, attempt)?;
    if record.outcome != Outcome::InFlight || record.mark.is_some() {
        return Err(format!("the request of {attempt} has left already"));
    }
    record.mark = Some((mark.clone(), at));
    Ok(())
}

pub(super) fn answered(
    run: &mut Run,
    attempt: &AttemptId,
    receipt: &Receipt,
    at: Timestamp,
) -> Result<(), String> {
    let step = step_in(run, &attempt.step, &["applying", "undoing"])?;
    let record = current(step, attempt)?;
    record.receipt = Some(receipt.clone());
    record.outcome = Outcome::Answered;
    record.applied_at = Some(at);
    verifying(step, attempt, at);
    Ok(())
}

pub(super) fn refused(
    run: &mut Run,
    attempt: &AttemptId,
    problem: &CallProblem,
    retry_at: Option<Timestamp>,
    at: Timestamp,
) -> Result<(), String> {
    let step = step_in(run, &attempt.step, &["applying", "undoing"])?;
    let record = current(step, attempt)?;
    record.problem = Some(problem.clone());
    record.heard |= is_an_answer(problem);
    record.outcome = Outcome::Refused(retry_at);
    if retry_at.is_none() {
        not_applied(step, attempt.way, at);
    }
    Ok(())
}

/// AWS says no; the object says whether that is so.
pub(super) fn refusal_heard(run: &mut Run, attempt: &AttemptId, problem: &CallProblem) -> Result<(), String> {
    let step = step_in(run, &attempt.step, &["applying", "undoing"])?;
    let record = current(step, attempt)?;
    record.problem = Some(problem.clone());
    record.heard = true;
    record.outcome = Outcome::SaidRefused;
    Ok(())
}

/// The look past the time in which a refused call could land.
pub(super) fn looked_late(
    run: &mut Run,
    attempt: &AttemptId,
    finding: &Finding,
    at: Timestamp,
) -> Result<(), String> {
    let step = step_mut(run, &attempt.step)?;
    let held = step.held_refused().filter(|held| held.id == *attempt);
    let landed = held
        .ok_or_else(|| format!("{attempt} is not held to be refused"))?
        .landed(finding);
    current(step, attempt)?.looked_late = true;
    if landed {
        landed_after_all(step, attempt, at);
    }
    Ok(())
}

/// An approved apply that had nothing to change: no call, and everything else as after one.
pub(super) fn nothing_to_change(
    run: &mut Run,
    attempt: &AttemptId,
    intent: &Intent<'_>,
    at: Timestamp,
) -> Result<(), String> {
    intended(run, attempt, intent, at)?;
    let step = step_mut(run, &attempt.step)?;
    let record = current(step, attempt)?;
    record.outcome = Outcome::Settled;
    record.finding = Some(Finding::After);
    record.applied_at = Some(at);
    record.in_sync = Some(at);
    record.effectless = true;
    verifying(step, attempt, at);
    Ok(())
}

pub(super) fn lost(
    run: &mut Run,
    attempt: &AttemptId,
    problem: &CallProblem,
    at: Timestamp,
) -> Result<(), String> {
    let step = step_in(run, &attempt.step, &["applying", "undoing"])?;
    let record = current(step, attempt)?;
    // What AWS said stays what went wrong; the event adds why it is not believed.
    if !record.heard {
        record.problem = Some(problem.clone());
    }
    record.outcome = Outcome::Lost;
    in_doubt(step, attempt, at);
    Ok(())
}

pub(super) fn inspected(
    run: &mut Run,
    attempt: &AttemptId,
    finding: &Finding,
    at: Timestamp,
) -> Result<(), String> {
    let mut states = vec!["in_doubt", "undo_in_doubt", "verifying", "undo_verifying"];
    let last = step_mut(run, &attempt.step)?.current();
    if last.is_some_and(|a| a.heard && matches!(a.outcome, Outcome::SaidRefused | Outcome::Refused(Some(_))))
    {
        states.extend(["applying", "undoing"]);
    }
    let step = step_in(run, &attempt.step, &states)?;
    current(step, attempt)?;
    settle(step, attempt, finding, at);
    Ok(())
}

pub(super) fn in_sync(run: &mut Run, attempt: &AttemptId, server_date: Timestamp) -> Result<(), String> {
    let step = step_mut(run, &attempt.step)?;
    current(step, attempt)?.in_sync = Some(server_date);
    Ok(())
}
