//! Decisions: a command and a run give events or a rejection by name. Pure.

mod amend;
mod apply;
mod fields;
mod gate;
mod people;
mod rollback;

pub use amend::may_amend;
pub use apply::may_apply;
pub(crate) use apply::may_begin;
pub use fields::{FieldPlan, may_choose_fields};
pub use gate::may_say_go;

use amend::amend;
use apply::{apply, check};
use people::{adopt, attest, inspect, resolve, value_fits};
use rollback::{halted, rollback, rollback_done};

use jiff::Timestamp;
use switchback_model::rollback::Precondition;
use switchback_model::{
    Command, DoneHow, EventKind, Image, RollbackPlan, RunState, Step, StepId, StepState, Submission,
};

use crate::chosen::rest_on;
use crate::next::is_your_turn;
use crate::rejection::{Rejection, RejectionCode as Code};
use crate::run::{RollbackState, Run, StepRun};
use crate::sign_in::SignIn;

/// What the driver read of the world for this command.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// For a rollback: the plan as it is now, with its preconditions.
    pub rollback: Option<(RollbackPlan, Vec<Precondition>)>,
    /// For an adoption: what is there, and what the step would leave.
    pub adopt: Option<(Image, Image)>,
    /// For a choice by fields: the three-way preview.
    pub fields: Option<FieldPlan>,
    /// For an apply: what is known of the sign-in.
    pub sign_in: Option<SignIn>,
    /// For an item that is said to be done: its object, looked at for this word. None where it was not looked at.
    pub stands: Option<Stands>,
}

/// How an object stands of which a person says that it was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// As it was before.
    AsBefore,
    /// Not as it was before.
    Otherwise {
        /// What it is, in one word.
        noun: &'static str,
        /// What stands there now, line by line.
        now: Vec<String>,
        /// What was there before, line by line.
        before: Vec<String>,
    },
    /// It could not be read: why, in a sentence.
    Unread(String),
    /// No image from before can be read here, so nothing is compared.
    NoImage,
}

/// What comes before a step that could begin by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// People say go at the gate of its phase.
    Go,
    /// Another step: one that it needs or comes after, or one that has to make a change seen.
    Step,
}

/// What comes before this step; none where it may begin.
#[must_use]
pub fn comes_first(run: &Run, step: &Step) -> Option<First> {
    if gate::gate_is_open(run, step).is_err() {
        return Some(First::Go);
    }
    apply::edges(run, step).is_err().then_some(First::Step)
}

/// What stands there beside what was before, for who is refused because of it.
fn now_and_before(noun: &str, now: &[String], before: &[String]) -> String {
    format!(
        "The {noun} is now: {}. Before it was: {}.",
        now.join("; "),
        before.join("; ")
    )
}

/// An undo of which nobody has proven that it took the step back.
pub(crate) const fn is_unproven_undo(state: StepState) -> bool {
    matches!(
        state,
        StepState::UndoFailed | StepState::UndoUnverified | StepState::UndoForeign
    )
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
    crate::beyond::may(run, &submission.command)?;
    match &submission.command {
        Command::Check { step } => check(run, step),
        Command::RecordChecks { steps } => crate::together::record(run, steps),
        Command::Apply { step } => apply(run, submission, step, &[], facts, now),
        Command::ApplyOverriding { step, overrides } => {
            reason()?;
            apply(run, submission, step, overrides, facts, now)
        }
        Command::Attest { step } => attest(run, step, by, reason()?),
        Command::Skip { step } => people::skip(run, step, &[], by, reason()?),
        Command::SkipUnseen { step, unseen } => people::skip(run, step, unseen, by, reason()?),
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
            // Of an undo it says that the step is taken back, unless its effect was chosen to stay.
            match &facts.stands {
                _ if state.effect_stays() => {}
                Some(Stands::Otherwise { noun, now, before }) => {
                    return Err(rollback::not_back(run, (step, state), noun, now, before));
                }
                Some(Stands::Unread(why)) => return Err(rollback::not_looked_at(run, step, why)),
                Some(Stands::AsBefore | Stands::NoImage) | None => {}
            }
            Ok(vec![EventKind::Accepted {
                step: step.clone(),
                by: by.clone(),
                reason: reason()?,
            }])
        }
        Command::Reopen { step } => {
            let (_, state) = find(run, step)?;
            if !run.is_reopenable(step) {
                return Err(not_now(
                    step,
                    state,
                    "reopen",
                    "An undone, a skipped or an effectless step starts anew, and one that publishes what was changed since.",
                ));
            }
            no_rollback(run)?;
            Ok(vec![EventKind::Reopened {
                step: step.clone(),
                by: by.clone(),
                reason: reason()?,
            }])
        }
        Command::Resolve { step, as_ } => resolve(run, step, *as_, by, reason()?, facts),
        Command::ResolveFields {
            step,
            fields,
            overrides,
        } => fields::fields(run, submission, step, fields, overrides, facts),
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
            let same = run
                .decisions
                .get(decision)
                .is_some_and(|decided| decided.value == *value);
            if let Some(step) = rest_on(run, decision).first().filter(|_| !same) {
                return Err(Rejection::new(
                    Code::Guard,
                    format!("Step {step} was carried out because of decision {decision}."),
                    "Take that step back first, then decide otherwise.",
                ));
            }
            Ok(vec![EventKind::Decided {
                decision: decision.clone(),
                value: value.clone(),
                by: by.clone(),
                reason: reason()?,
            }])
        }
        Command::CheckGate { phase } => gate::check(run, phase),
        Command::Gate { phase, go, people } => gate::decide(run, submission, phase, *go, people, now),
        Command::ExtendDeadline { rule, minutes } => gate::extend(run, submission, rule, *minutes),
        Command::Amend { plan } => amend(run, submission, plan),
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
                // Nobody who wants to stop is asked why first.
                reason: reason_if_any(submission),
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
        Command::RollbackDone { item } => rollback_done(run, item, by, reason()?, facts),
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

fn no_rollback(run: &Run) -> Result<(), Rejection> {
    let Some(rollback) = run.rollback.as_ref().filter(|rollback| rollback.is_active()) else {
        return Ok(());
    };
    Err(match &rollback.state {
        RollbackState::Halted { item, why, .. } => {
            let (stands, on) = match is_your_turn(why) {
                true => (
                    format!("It waits for a person at {item}"),
                    format!("--done {item} --reason TEXT"),
                ),
                false => (
                    format!("It has stopped at {item}, and nothing of it runs"),
                    "--retry".to_owned(),
                ),
            };
            Rejection::new(
                Code::NotNow,
                "A rollback is under way.",
                format!(
                    "{stands}. Go on with it on its page, or with `switchback rollback {} {on}`; or give it up, with a reason.",
                    run.id
                ),
            )
        }
        RollbackState::Running | RollbackState::Completed | RollbackState::Abandoned => Rejection::new(
            Code::NotNow,
            "A rollback is under way.",
            "Let it finish, or give it up.",
        ),
    })
}

/// One call at a time, and none before the world is known again after a takeover.
fn nothing_else(run: &Run) -> Result<(), Rejection> {
    if let Some(other) = run.unsettled() {
        return Err(Rejection::new(
            Code::NotNow,
            format!("The call of step {other} is in flight."),
            "One call at a time: wait until it is resolved.",
        ));
    }
    looked_at_again(run, "Wait until every step is inspected.")
}

/// Refuses while a step was not looked at since a takeover, and names those that are waited for.
fn looked_at_again(run: &Run, then: &str) -> Result<(), Rejection> {
    let open = run.steps.iter().filter(|(_, step)| step.reinspect);
    let open: Vec<&str> = open.map(|(id, _)| id.as_str()).collect();
    if open.is_empty() {
        return Ok(());
    }
    Err(Rejection::new(
        Code::NotNow,
        format!(
            "The world is being looked at again after the takeover; not yet: {}.",
            open.join(", ")
        ),
        format!(
            "{then} Where that takes long, its objects can't be read: look at the sign-in to AWS and at the log."
        ),
    ))
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
    let given = reason_if_any(submission);
    match given.is_empty() {
        false => Ok(given),
        true => Err(Rejection::new(
            Code::NeedsReason,
            format!("A reason is needed to {}.", submission.command.in_words()),
            "Say why: it is recorded.",
        )),
    }
}

/// The reason where one was given, cut at 1,000 letters; empty where none was.
fn reason_if_any(submission: &Submission) -> String {
    let given = submission.reason.as_deref().map(str::trim).unwrap_or_default();
    given.chars().take(1000).collect()
}
