//! The fold: one event changes the run, or is illegal. Nothing here decides anything.

mod amended;
mod attempts;
mod checks;
mod gates;
mod people;
mod published;
mod rollbacks;
mod settle;
mod verification;

use jiff::Timestamp;
use switchback_model::plan::Rule;
use switchback_model::{
    AttemptId, Event, EventKind, Holder, Operator, RuleId, RunState, StepId, StepState, Way,
};

pub(crate) use self::settle::landed_after_all;
use self::settle::{forget_unsupported, interrupt, reinspected, taken_back, void_waiting};
use crate::deadline::{self, Extension};
use crate::doubt::Doubted;
use crate::gate::GateDecision;
use crate::run::{Attempt, Barred, Decided, Interrupted, Kept, Restore, Run, StepRun};
use crate::times;

/// An event that can't follow what came before it: the journal was not written by this engine.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {seq} can't follow what came before it: {why}")]
pub struct IllegalEvent {
    /// Its place.
    pub seq: u64,
    /// Why.
    pub why: String,
}

impl IllegalEvent {
    pub(crate) fn at(seq: u64, why: impl Into<String>) -> Self {
        Self { seq, why: why.into() }
    }
}

/// Applies one event.
pub fn evolve(run: &mut Run, event: &Event) -> Result<(), IllegalEvent> {
    let seq = event.seq;
    if seq != run.seq + 1 {
        return Err(IllegalEvent::at(seq, format!("it follows event {}", run.seq)));
    }
    if let Err(why) = apply(run, event) {
        // After an event that is not known, one that does not fit is no forgery: what lies between the two
        // is not known either.
        if run.beyond.is_empty() {
            return Err(IllegalEvent::at(seq, why));
        }
        crate::beyond::does_not_fit(run, event);
    } else {
        crate::beyond::note(run, event);
        crate::sightings::note(run, event);
    }
    run.seq = seq;
    Ok(())
}

#[expect(clippy::too_many_lines, reason = "one arm an event; each names its fold")]
fn apply(run: &mut Run, event: &Event) -> Result<(), String> {
    let (seq, at) = (event.seq, event.at);
    match &event.kind {
        EventKind::RunOpened { .. } => Err("a run is opened once".to_owned()),
        // Noted as such; nothing is made of it.
        EventKind::Unknown(_) => return Ok(()),
        EventKind::DriverStarted { holder, fence, .. } => started(run, holder, *fence, at),
        EventKind::Resumed { .. } => {
            interrupt(run, at);
            Ok(())
        }
        EventKind::TakenOver { vouched, .. } => {
            run.vouched = *vouched;
            taken_over(run, at)?;
            run.driver = None;
            Ok(())
        }
        EventKind::JournalDoubted {
            contradicted, why, ..
        } => {
            Doubted::note(&mut run.doubt, *contradicted, why);
            taken_over(run, at)
        }
        EventKind::ChecksStarted { step } => checks::started(run, step, at),
        EventKind::ChecksFinished {
            step,
            readings,
            preview,
            undo,
            undo_readings,
            problem,
        } => {
            let found = checks::Finished {
                readings,
                preview: preview.as_ref(),
                undo: undo.as_ref(),
                undo_readings,
                problem: problem.as_ref(),
            };
            checks::finished(run, step, &found, at)
        }
        EventKind::Approved {
            step, preview, by, ..
        } => checks::approved(run, step, *preview, by),
        EventKind::FieldsChosen {
            step,
            preview,
            to,
            kept,
            effect_stays,
            overrides,
            reason,
            ..
        } => {
            let restore = Restore {
                preview: *preview,
                to: to.clone(),
                kept: Kept {
                    fields: kept.clone(),
                    effect_stays: *effect_stays,
                },
                overrides: overrides.clone(),
            };
            people::fields_chosen(run, step, restore, reason)
        }
        EventKind::ApprovalVoided {
            step,
            why,
            preview,
            problem,
        } => {
            checks::voided(run, step, why, preview.as_ref(), at)?;
            step_mut(run, step)?.voided_by.clone_from(problem);
            Ok(())
        }
        EventKind::DoneWithoutEffect { step, .. } => checks::done_without_effect(run, step, at),
        EventKind::Intended {
            attempt,
            preview,
            before,
            after,
            token,
            witness,
        } => {
            let intent = attempts::Intent {
                preview: *preview,
                before,
                after,
                token,
                witness: witness.as_ref(),
                seq,
            };
            run.interrupted = None;
            attempts::intended(run, attempt, &intent, at)
        }
        EventKind::Marked { attempt, mark } => attempts::marked(run, attempt, mark, at),
        EventKind::Answered { attempt, receipt } => attempts::answered(run, attempt, receipt, at),
        EventKind::Refused {
            attempt,
            problem,
            retry_at,
        } => attempts::refused(run, attempt, problem, *retry_at, at),
        EventKind::RefusalHeard { attempt, problem } => attempts::refusal_heard(run, attempt, problem),
        EventKind::LookedLate { attempt, finding } => attempts::looked_late(run, attempt, finding, at),
        EventKind::NothingToChange {
            attempt,
            preview,
            found,
            ..
        } => {
            let intent = attempts::Intent {
                preview: *preview,
                before: found,
                after: found,
                token: "",
                witness: None,
                seq,
            };
            attempts::nothing_to_change(run, attempt, &intent, at)
        }
        EventKind::Lost { attempt, problem } => attempts::lost(run, attempt, problem, at),
        EventKind::Inspected { attempt, finding } => attempts::inspected(run, attempt, finding, at),
        EventKind::InSync { attempt, server_date } => attempts::in_sync(run, attempt, *server_date),
        EventKind::VerifyProgress { attempt, readings } => verification::progress(run, attempt, readings),
        EventKind::Verified { attempt, readings } => verification::verified(run, attempt, readings, at),
        EventKind::VerificationExpired { attempt, readings } => {
            verification::expired(run, attempt, readings, (seq, at))
        }
        EventKind::VerifyAgain { attempt } => verification::verify_again(run, attempt, (seq, at)),
        EventKind::UndoNotNeeded {
            step,
            verify: false,
            by_word,
        } => verification::undo_not_needed(run, step, *by_word, at),
        EventKind::UndoNotNeeded {
            step, verify: true, ..
        } => verification::found_undone(run, step, (seq, at)),
        EventKind::Reinspected { step, finding } => {
            reinspected(step_mut(run, step)?, finding, at);
            Ok(())
        }
        EventKind::Attested { step, reason, .. } => people::attested(run, step, reason, at),
        EventKind::Skipped { step, reason, .. } => people::skipped(run, step, reason, at),
        EventKind::Accepted { step, reason, .. } => people::accepted(run, step, reason, at),
        EventKind::Resolved {
            step,
            resolution,
            reason,
            ..
        } => people::settled_by_word(run, step, *resolution, reason, at),
        EventKind::AdoptedByHand {
            step,
            before,
            after,
            reason,
            ..
        } => people::adopted(run, step, before.as_ref(), after, reason, (seq, at)),
        EventKind::Reopened { step, .. } => people::reopened(run, step, at),
        EventKind::Drifted { step, finding } => {
            step_mut(run, step)?.drift = Some(finding.clone());
            Ok(())
        }
        EventKind::DriftCleared { step } => {
            step_mut(run, step)?.drift = None;
            Ok(())
        }
        EventKind::Decided {
            decision, value, by, ..
        } => {
            let decided = Decided {
                value: value.clone(),
                by: Some(by.clone()),
            };
            run.decisions.insert(decision.clone(), decided);
            Ok(())
        }
        EventKind::GateCheckStarted { phase } => gates::check_started(run, phase),
        EventKind::GateChecked { phase, readings } => gates::checked(run, phase, readings),
        EventKind::GateDecided {
            phase,
            go,
            people,
            by,
            reason,
            ..
        } => {
            let decision = GateDecision {
                go: *go,
                people: people.clone(),
                by: by.clone(),
                reason: reason.clone(),
                at,
                void: None,
            };
            gates::decided(run, phase, decision)
        }
        EventKind::DecisionDue {
            rule, monitor, due, ..
        } => deadline::announced(&mut run.announced, rule.as_ref(), monitor.as_ref(), *due),
        EventKind::DeadlineExtended {
            rule,
            minutes,
            by,
            reason,
        } => extended(run, rule, *minutes, by, reason, at),
        EventKind::Amended { diff, plan, anew, .. } => amended::amended(run, diff, plan, anew, at),
        EventKind::Held { by, reason } => {
            barred(run, RunState::Held, by, reason, at);
            Ok(())
        }
        EventKind::StopRequested { by, reason } => {
            barred(run, RunState::Stopping, by, reason, at);
            Ok(())
        }
        EventKind::Stopped => {
            run.state = RunState::Stopped;
            Ok(())
        }
        EventKind::Released { .. } => {
            run.state = RunState::Open;
            run.barred = None;
            Ok(())
        }
        EventKind::RollbackConfirmed {
            plan, overrides, by, ..
        } => rollbacks::confirmed(run, plan, overrides, by, (seq, at)),
        EventKind::RollbackItemDone { item, by_hand } => {
            rollbacks::item_done(run, item, by_hand.is_some(), seq)
        }
        EventKind::RollbackHalted { item, why, readings } => rollbacks::halted(run, item, why, readings),
        EventKind::RollbackRetried { .. } => rollbacks::retried(run, seq),
        EventKind::RollbackAbandoned { .. } => rollbacks::abandoned(run),
        EventKind::RollbackCompleted => rollbacks::completed(run),
        EventKind::MonitorRead {
            monitor,
            reading,
            state,
        } => {
            let readings = run.monitors.entry(monitor.clone()).or_default();
            readings.push(reading.clone());
            if readings.len() > 50 {
                readings.remove(0);
            }
            run.watched
                .entry(monitor.clone())
                .or_default()
                .take(reading, *state);
            Ok(())
        }
    }?;
    published::note(run, event);
    gates::void_stale(run, &event.kind);
    times::note(run);
    if taken_back(&event.kind) {
        forget_unsupported(run, at);
    }
    Ok(())
}

fn started(run: &mut Run, holder: &Holder, fence: u64, at: Timestamp) -> Result<(), String> {
    if run.driver.as_ref().is_some_and(|(_, last)| *last >= fence) {
        return Err("the fence did not rise".to_owned());
    }
    run.driver = Some((holder.clone(), fence));
    run.interrupted = match run.in_flight().cloned() {
        Some(step) => Some(Interrupted { step: Some(step) }),
        None => run.rollback_active().then_some(Interrupted { step: None }),
    };
    interrupt(run, at);
    rollbacks::halt(run);
    Ok(())
}

/// An extension counts for the failure that it was given for.
/// A person holds up what is new: approvals of it are void.
fn barred(run: &mut Run, state: RunState, by: &Operator, reason: &str, at: Timestamp) {
    void_waiting(run, &[Way::Apply], at);
    run.state = state;
    run.barred = Some(Barred {
        by: by.clone(),
        reason: reason.to_owned(),
        at,
    });
}

fn extended(
    run: &mut Run,
    rule: &RuleId,
    minutes: u32,
    by: &Operator,
    reason: &str,
    at: Timestamp,
) -> Result<(), String> {
    let triggers = run.plan.rule(rule).into_iter().flat_map(Rule::triggers);
    let since = triggers
        .filter_map(|trigger| deadline::journalled(run, trigger))
        .min();
    let since = since.ok_or_else(|| format!("the deadline of rule {rule} does not run"))?;
    run.extensions.entry(rule.clone()).or_default().push(Extension {
        minutes,
        by: by.clone(),
        reason: reason.to_owned(),
        at,
        since,
    });
    Ok(())
}

fn taken_over(run: &mut Run, at: Timestamp) -> Result<(), String> {
    interrupt(run, at);
    rollbacks::halt(run);
    let plan = run.plan.clone();
    for step in plan.steps().filter(|step| step.action.is_some()) {
        step_mut(run, &step.id)?.reinspect = true;
    }
    Ok(())
}

fn step_mut<'a>(run: &'a mut Run, id: &StepId) -> Result<&'a mut StepRun, String> {
    run.steps
        .get_mut(id)
        .ok_or_else(|| format!("the plan has no step {id}"))
}

fn step_in<'a>(run: &'a mut Run, id: &StepId, states: &[&str]) -> Result<&'a mut StepRun, String> {
    let step = step_mut(run, id)?;
    let state = name(step.state);
    if states.contains(&state) {
        Ok(step)
    } else {
        Err(format!("step {id} is in state {state}"))
    }
}

fn current<'a>(step: &'a mut StepRun, id: &AttemptId) -> Result<&'a mut Attempt, String> {
    step.attempts
        .last_mut()
        .filter(|a| a.id == *id)
        .ok_or_else(|| format!("{id} is not the attempt under way"))
}

/// The state's name as in the JSON.
#[must_use]
pub fn name(state: StepState) -> &'static str {
    match state {
        StepState::ToDo => "to_do",
        StepState::Checking => "checking",
        StepState::Blocked => "blocked",
        StepState::Ready => "ready",
        StepState::Applying { .. } => "applying",
        StepState::Verifying { .. } => "verifying",
        StepState::Done { .. } => "done",
        StepState::Unverified => "unverified",
        StepState::Failed => "failed",
        StepState::InDoubt { .. } => "in_doubt",
        StepState::Foreign => "foreign",
        StepState::Adopted => "adopted",
        StepState::Undoing { .. } => "undoing",
        StepState::UndoVerifying { .. } => "undo_verifying",
        StepState::Undone { .. } => "undone",
        StepState::UndoFailed => "undo_failed",
        StepState::UndoUnverified => "undo_unverified",
        StepState::UndoInDoubt { .. } => "undo_in_doubt",
        StepState::UndoForeign => "undo_foreign",
        StepState::Skipped => "skipped",
    }
}
