//! The fold: one event changes the run, or is illegal. Nothing here decides anything.

mod settle;

use settle::{
    adopted, forget_unsupported, in_doubt, interrupt, not_applied, reinspected, resolved, settle, taken_back,
    verifying, void_waiting,
};

use switchback_model::{AttemptId, DoneHow, Event, EventKind, RunState, StepId, StepState, Way};

use crate::run::{
    Approval, Attempt, Checks, Decided, Effect, Outcome, RollbackRun, RollbackState, Run, StepRun,
};

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
    apply(run, event).map_err(|why| IllegalEvent::at(seq, why))?;
    crate::sightings::note(run, event);
    run.seq = seq;
    Ok(())
}

#[expect(clippy::too_many_lines, reason = "one arm an event; each is a few lines")]
fn apply(run: &mut Run, event: &Event) -> Result<(), String> {
    let at = event.at;
    match &event.kind {
        EventKind::RunOpened { .. } => return Err("a run is opened once".to_owned()),
        EventKind::DriverStarted { holder, fence, .. } => {
            if run.driver.as_ref().is_some_and(|(_, last)| last >= fence) {
                return Err("the fence did not rise".to_owned());
            }
            run.driver = Some((holder.clone(), *fence));
            interrupt(run, at);
            halt_rollback(run);
        }
        EventKind::Resumed { .. } => interrupt(run, at),
        EventKind::TakenOver { .. } => {
            interrupt(run, at);
            halt_rollback(run);
            run.driver = None;
            let with_action: Vec<StepId> = run
                .plan
                .steps()
                .filter(|step| step.action.is_some())
                .map(|step| step.id.clone())
                .collect();
            for id in with_action {
                step_mut(run, &id)?.reinspect = true;
            }
        }
        EventKind::ChecksStarted { step } => {
            let step = step_in(run, step, &["to_do", "blocked", "ready", "failed"])?;
            step.approval = None;
            step.to(StepState::Checking, at);
        }
        EventKind::ChecksFinished {
            step,
            readings,
            preview,
            undo,
            undo_readings,
            problem,
        } => {
            let ready = problem.is_none()
                && readings.iter().all(|r| r.verdict.lets_through())
                && undo_readings.iter().all(|r| r.verdict.lets_through());
            let step = step_in(run, step, &["checking"])?;
            if let Some(preview) = preview {
                step.last_seen = Some(preview.from.clone());
            }
            step.checks = Some(Checks {
                at,
                readings: readings.clone(),
                preview: preview.clone(),
                undo: undo.clone(),
                undo_readings: undo_readings.clone(),
                problem: problem.clone(),
            });
            step.voided = None;
            step.to(
                if ready {
                    StepState::Ready
                } else {
                    StepState::Blocked
                },
                at,
            );
        }
        EventKind::Approved {
            step, preview, by, ..
        } => {
            let step = step_in(run, step, &["ready"])?;
            step.approval = Some(Approval {
                preview: *preview,
                by: by.clone(),
            });
        }
        EventKind::ApprovalVoided { step, why, preview } => {
            let step = step_in(run, step, &["ready"])?;
            step.approval = None;
            step.voided = Some(why.clone());
            if let (Some(checks), Some(preview)) = (&mut step.checks, preview) {
                checks.preview = Some(preview.clone());
            }
            step.to(StepState::Blocked, at);
        }
        EventKind::Intended {
            attempt,
            preview,
            before,
            after,
            ..
        } => {
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
                    "failed",
                ],
            };
            let step = step_in(run, &attempt.step, allowed)?;
            if attempt.generation != step.generation || attempt.n != step.next_n(attempt.way) {
                return Err(format!("attempt {attempt} is not the next one"));
            }
            step.approval = None;
            if attempt.way == Way::Apply {
                step.effect = Some(Effect {
                    before: Some(before.clone()),
                    after: after.clone(),
                    seen_only: false,
                });
            }
            step.attempts.push(Attempt {
                id: attempt.clone(),
                preview: *preview,
                before: before.clone(),
                after: after.clone(),
                intended_at: at,
                seq: event.seq,
                receipt: None,
                problem: None,
                outcome: Outcome::InFlight,
                applied_at: None,
                in_sync: None,
                finding: None,
                readings: Vec::new(),
            });
            let n = attempt.n;
            step.to(
                match attempt.way {
                    Way::Apply => StepState::Applying { n },
                    Way::Undo => StepState::Undoing { n },
                },
                at,
            );
        }
        EventKind::Answered { attempt, receipt } => {
            let step = step_in(run, &attempt.step, &["applying", "undoing"])?;
            let record = current(step, attempt)?;
            record.receipt = Some(receipt.clone());
            record.outcome = Outcome::Answered;
            record.applied_at = Some(at);
            verifying(step, attempt, at);
        }
        EventKind::Refused {
            attempt,
            problem,
            retry_at,
        } => {
            let step = step_in(run, &attempt.step, &["applying", "undoing"])?;
            let record = current(step, attempt)?;
            record.problem = Some(problem.clone());
            record.outcome = Outcome::Refused(*retry_at);
            if retry_at.is_none() {
                not_applied(step, attempt.way, at);
            }
        }
        EventKind::Lost { attempt, problem } => {
            let step = step_in(run, &attempt.step, &["applying", "undoing"])?;
            let record = current(step, attempt)?;
            record.problem = Some(problem.clone());
            record.outcome = Outcome::Lost;
            in_doubt(step, attempt, at);
        }
        EventKind::Inspected { attempt, finding } => {
            let step = step_in(
                run,
                &attempt.step,
                &["in_doubt", "undo_in_doubt", "verifying", "undo_verifying"],
            )?;
            current(step, attempt)?;
            settle(step, attempt, finding, at);
        }
        EventKind::InSync { attempt, server_date } => {
            let step = step_mut(run, &attempt.step)?;
            current(step, attempt)?.in_sync = Some(*server_date);
        }
        EventKind::VerifyProgress { attempt, readings } => {
            let step = step_in(run, &attempt.step, &["verifying", "undo_verifying"])?;
            current(step, attempt)?.readings.clone_from(readings);
        }
        EventKind::Verified { attempt, readings } => {
            let step = step_in(run, &attempt.step, &["verifying", "undo_verifying"])?;
            current(step, attempt)?.readings.clone_from(readings);
            step.drift = None;
            step.to(
                match attempt.way {
                    Way::Apply => StepState::Done {
                        how: DoneHow::Verified,
                    },
                    Way::Undo => StepState::Undone { accepted: false },
                },
                at,
            );
        }
        EventKind::VerificationExpired { attempt, readings } => {
            let step = step_in(run, &attempt.step, &["verifying", "undo_verifying"])?;
            current(step, attempt)?.readings.clone_from(readings);
            step.to(
                match attempt.way {
                    Way::Apply => StepState::Unverified,
                    Way::Undo => StepState::UndoUnverified,
                },
                at,
            );
        }
        EventKind::VerifyAgain { attempt } => {
            let step = step_in(
                run,
                &attempt.step,
                &[
                    "unverified",
                    "adopted",
                    "undo_unverified",
                    "undo_failed",
                    "undo_foreign",
                    "foreign",
                ],
            )?;
            current(step, attempt)?.applied_at = Some(at);
            verifying(step, attempt, at);
        }
        EventKind::UndoNotNeeded { step } => {
            let step = step_mut(run, step)?;
            if !step.state.may_have_effect() {
                return Err("the step has no effect".to_owned());
            }
            step.drift = None;
            step.to(StepState::Undone { accepted: false }, at);
        }
        EventKind::Reinspected { step, finding } => reinspected(step_mut(run, step)?, finding, at),
        EventKind::DoneWithoutEffect { step, .. } => {
            let step = step_in(run, step, &["ready"])?;
            step.approval = None;
            step.to(
                StepState::Done {
                    how: DoneHow::WithoutEffect,
                },
                at,
            );
        }
        EventKind::Attested { step, reason, .. } => {
            let step = step_in(run, step, &["to_do", "blocked", "ready"])?;
            step.said = Some(reason.clone());
            step.to(
                StepState::Done {
                    how: DoneHow::Attested,
                },
                at,
            );
        }
        EventKind::Skipped { step, reason, .. } => {
            let step = step_in(run, step, &["to_do", "blocked", "ready", "failed"])?;
            step.said = Some(reason.clone());
            step.approval = None;
            step.to(StepState::Skipped, at);
        }
        EventKind::Accepted { step, reason, .. } => {
            let step = step_mut(run, step)?;
            let next = match step.state {
                StepState::Unverified | StepState::Foreign | StepState::Adopted => StepState::Done {
                    how: DoneHow::Accepted,
                },
                StepState::UndoFailed | StepState::UndoUnverified | StepState::UndoForeign => {
                    StepState::Undone { accepted: true }
                }
                other => return Err(format!("nothing to accept in state {}", name(other))),
            };
            step.said = Some(reason.clone());
            step.to(next, at);
        }
        EventKind::Resolved {
            step,
            resolution,
            reason,
            ..
        } => {
            let step = step_mut(run, step)?;
            resolved(step, *resolution, at)?;
            step.said = Some(reason.clone());
        }
        EventKind::AdoptedByHand {
            step,
            before,
            after,
            reason,
            ..
        } => adopted(run, step, before.as_ref(), after, reason, (event.seq, at))?,
        EventKind::Reopened { step, .. } => {
            let step = step_mut(run, step)?;
            if !is_reopenable(step.state) {
                return Err(format!("a step in state {} is not reopened", name(step.state)));
            }
            let (generation, attempts, last_seen) = (
                step.generation + 1,
                std::mem::take(&mut step.attempts),
                step.last_seen.take(),
            );
            *step = StepRun {
                generation,
                attempts,
                last_seen,
                ..StepRun::fresh()
            };
            step.changed_at = Some(at);
        }
        EventKind::Drifted { step, finding } => step_mut(run, step)?.drift = Some(finding.clone()),
        EventKind::DriftCleared { step } => step_mut(run, step)?.drift = None,
        EventKind::Decided {
            decision, value, by, ..
        } => {
            run.decisions.insert(
                decision.clone(),
                Decided {
                    value: value.clone(),
                    by: Some(by.clone()),
                },
            );
        }
        EventKind::Held { .. } => {
            void_waiting(run, &[Way::Apply], at);
            run.state = RunState::Held;
        }
        EventKind::StopRequested { .. } => {
            void_waiting(run, &[Way::Apply], at);
            run.state = RunState::Stopping;
        }
        EventKind::Stopped => run.state = RunState::Stopped,
        EventKind::Released { .. } => run.state = RunState::Open,
        EventKind::RollbackConfirmed {
            plan, overrides, by, ..
        } => {
            if run.rollback_active() {
                return Err("a rollback is under way".to_owned());
            }
            void_waiting(run, &[Way::Apply, Way::Undo], at);
            run.rollback = Some(RollbackRun {
                plan: (**plan).clone(),
                done: 0,
                state: RollbackState::Running,
                by: by.clone(),
                confirmed_at: at,
                asked_seq: event.seq,
                overrides: overrides.clone(),
            });
        }
        EventKind::RollbackItemDone { item, .. } => {
            let rollback = active(run)?;
            if rollback.item().is_none_or(|next| next.id != *item) {
                return Err(format!("{item} is not the item that is next"));
            }
            rollback.done += 1;
            rollback.state = RollbackState::Running;
        }
        EventKind::RollbackHalted { why, readings, .. } => {
            active(run)?.state = RollbackState::Halted {
                why: why.clone(),
                readings: readings.clone(),
            };
        }
        EventKind::RollbackRetried { .. } => {
            let rollback = active(run)?;
            rollback.state = RollbackState::Running;
            rollback.asked_seq = event.seq;
        }
        EventKind::RollbackAbandoned { .. } => active(run)?.state = RollbackState::Abandoned,
        EventKind::RollbackCompleted => {
            let rollback = active(run)?;
            if rollback.item().is_some() {
                return Err("items are left".to_owned());
            }
            rollback.state = RollbackState::Completed;
        }
        EventKind::MonitorRead { monitor, reading } => {
            let readings = run.monitors.entry(monitor.clone()).or_default();
            readings.push(reading.clone());
            if readings.len() > 50 {
                readings.remove(0);
            }
        }
    }
    if taken_back(&event.kind) {
        forget_unsupported(run, at);
    }
    Ok(())
}

/// A new driver does not go on with a rollback by itself: a person asks for it, by the same click.
fn halt_rollback(run: &mut Run) {
    if let Some(rollback) = &mut run.rollback
        && rollback.state == RollbackState::Running
    {
        rollback.state = RollbackState::Halted {
            why: "The program that carried it out has ended. Try again to go on from here.".to_owned(),
            readings: Vec::new(),
        };
    }
}

/// Whether a person may start the step anew.
#[must_use]
pub fn is_reopenable(state: StepState) -> bool {
    matches!(
        state,
        StepState::Undone { .. }
            | StepState::Skipped
            | StepState::Done {
                how: DoneHow::WithoutEffect
            }
    )
}

fn active(run: &mut Run) -> Result<&mut RollbackRun, String> {
    run.rollback
        .as_mut()
        .filter(|r| r.is_active())
        .ok_or_else(|| "no rollback is under way".to_owned())
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
