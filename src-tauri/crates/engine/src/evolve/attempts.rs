//! The life of an attempt, from its write-ahead to its verification.

use std::collections::BTreeMap;

use jiff::Timestamp;
use switchback_model::event::{CallProblem, Mark, Receipt};
use switchback_model::{
    AttemptId, Captured, CheckReading, Digest, DoneHow, Finding, Step, StepId, StepState, Way, Witness,
};

use super::settle::{in_doubt, landed_after_all, not_applied, settle, verifying};
use super::{current, step_in, step_mut};
use crate::publish::shows_something;
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
    step.attempts.push(Attempt {
        id: attempt.clone(),
        preview: Digest::of(&restored),
        before: effect.after,
        after: restored,
        series: attempt.n,
        intended_at: at,
        seq,
        looked_seq: seq,
        token: String::new(),
        witness: None,
        mark: None,
        receipt: None,
        problem: None,
        outcome: Outcome::Settled,
        applied_at: Some(at),
        in_sync: None,
        finding: Some(Finding::Before),
        readings: Vec::new(),
        since: BTreeMap::new(),
        by_field: None,
        heard: false,
        looked_late: false,
        effectless: false,
    });
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
