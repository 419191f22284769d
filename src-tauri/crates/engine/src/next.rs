//! What the driver does next. Pure: the run says it all; pacing is the driver's.

use jiff::Timestamp;
use switchback_model::rollback::ItemKind;
use switchback_model::{AttemptId, Finding, PhaseId, RollbackItem, RunState, Step, StepId, StepState, Way};

use crate::publish::is_due;
use crate::rollback::{ahead, failed_beside, is_chosen_before, is_kept, is_looked_at};
use crate::run::{Outcome, RollbackRun, RollbackState, Run, StepRun};

/// One unit of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Read the object again, prove the identity, write ahead and call.
    Apply(StepId),
    /// Carry out what was chosen field by field.
    Restore(StepId),
    /// Try again what was proven not applied.
    Retry {
        /// The last try.
        attempt: AttemptId,
        /// Not before.
        at: Timestamp,
    },
    /// Look whether what AWS says it refused is indeed not there.
    Weigh(AttemptId),
    /// Read the object until it is clear whether an attempt was applied.
    Inspect(AttemptId),
    /// Poll the provider and the after-checks.
    Verify(AttemptId),
    /// Start verification of what was adopted.
    StartVerify(AttemptId),
    /// Run a step's before-checks.
    Check(StepId),
    /// Read the checks of a phase's gate.
    CheckGate(PhaseId),
    /// Look at a step's object after a takeover.
    Reinspect(StepId),
    /// Nothing is in flight: the stop is complete.
    FinishStop,
    /// Undo the step of the rollback item that is next.
    Undo {
        /// The item.
        item: String,
        /// The step.
        step: StepId,
    },
    /// Publish the step of the rollback item that is next once more.
    Publish {
        /// The item.
        item: String,
        /// The step.
        step: StepId,
    },
    /// Look at the object of an item that was made before a person's last click and is not proven.
    LookAgain {
        /// The item.
        item: String,
        /// The step.
        step: StepId,
    },
    /// The rollback item that is next is finished.
    ItemDone(String),
    /// The rollback can't go on by itself.
    Halt {
        /// The item.
        item: String,
        /// Why.
        why: String,
    },
    /// Every item is finished.
    Complete,
}

impl Work {
    /// The step that it is about, if it is about one.
    #[must_use]
    pub fn step(&self) -> Option<&StepId> {
        match self {
            Self::Apply(step)
            | Self::Restore(step)
            | Self::Check(step)
            | Self::Reinspect(step)
            | Self::Undo { step, .. }
            | Self::Publish { step, .. }
            | Self::LookAgain { step, .. } => Some(step),
            Self::Retry { attempt, .. }
            | Self::Weigh(attempt)
            | Self::Inspect(attempt)
            | Self::Verify(attempt)
            | Self::StartVerify(attempt) => Some(&attempt.step),
            Self::CheckGate(_)
            | Self::FinishStop
            | Self::ItemDone(_)
            | Self::Halt { .. }
            | Self::Complete => None,
        }
    }
}

/// How the reason of a halt begins where a person carries the item out.
const BY_HAND: &str = "A person does this: ";
/// The same of a notice.
const TELL: &str = "Send this notice: ";

/// Whether a rollback halted because it is a person's turn, by the journalled reason: nothing failed then.
#[must_use]
pub fn is_your_turn(why: &str) -> bool {
    why.starts_with(BY_HAND) || why.starts_with(TELL)
}

/// Whether a rollback halted at a request that was made and that no check proves, by the journalled reason: a person looks.
#[must_use]
pub fn is_not_proven(why: &str) -> bool {
    NOT_PROVEN.iter().any(|made| why.starts_with(made))
}

/// The next unit of work; `None` = wait for a command.
#[must_use]
pub fn next(run: &Run) -> Option<Work> {
    in_flight(run)
        // An undo reads its object by itself and stops at what it does not know: the way back of one
        // step does not wait until every other can be read after a takeover.
        .or_else(|| rollback(run))
        .or_else(|| reinspect(run))
        .or_else(|| Some(Work::Inspect(run.set_aside()?.1.current()?.id.clone())))
        .or_else(|| approved(run))
        .or_else(|| checking(run))
        .or_else(|| checking_gate(run))
        .or_else(|| stopped(run))
        // Last, because it may go on for as long as caches keep old answers.
        .or_else(|| settle(run))
}

fn stopped(run: &Run) -> Option<Work> {
    (run.state == RunState::Stopping && run.in_flight().is_none()).then_some(Work::FinishStop)
}

fn in_flight(run: &Run) -> Option<Work> {
    let step = run.steps.get(run.in_flight()?)?;
    let attempt = step.current()?;
    match (&attempt.outcome, step.state) {
        (Outcome::Refused(Some(at)), StepState::Applying { .. } | StepState::Undoing { .. }) => {
            Some(Work::Retry {
                attempt: attempt.id.clone(),
                at: *at,
            })
        }
        (Outcome::SaidRefused, StepState::Applying { .. } | StepState::Undoing { .. }) => {
            Some(Work::Weigh(attempt.id.clone()))
        }
        (_, StepState::InDoubt { .. } | StepState::UndoInDoubt { .. }) => {
            Some(Work::Inspect(attempt.id.clone()))
        }
        _ => None,
    }
}

fn reinspect(run: &Run) -> Option<Work> {
    run.steps
        .iter()
        .find(|(_, step)| step.reinspect)
        .map(|(id, _)| Work::Reinspect(id.clone()))
}

fn rollback(run: &Run) -> Option<Work> {
    let rollback = run.rollback.as_ref()?;
    if rollback.state != RollbackState::Running {
        return None;
    }
    let Some(item) = rollback.item() else {
        return Some(Work::Complete);
    };
    // Nothing is made of an older look.
    if !is_looked_at(run, item, rollback.clicked_seq) {
        return carry_on(run, rollback, item);
    }
    // A call that failed beside it stops the whole: nobody knows what it left.
    let failed = failed_beside(run, rollback);
    // One that was made and that nothing proves yet does not hold up what does not rest on it.
    let item = failed.or_else(|| ahead(run, rollback)).unwrap_or(item);
    carry_on(run, rollback, item)
}

/// The work at one item.
fn carry_on(run: &Run, rollback: &RollbackRun, item: &RollbackItem) -> Option<Work> {
    let halt = |why: String| {
        Some(Work::Halt {
            item: item.id.clone(),
            why,
        })
    };
    let (kind, step_id) = (&item.kind, item.step.as_ref());
    match (kind, step_id.and_then(|id| Some((id, run.steps.get(id)?)))) {
        (ItemKind::Manual { words }, _) => halt(format!("{BY_HAND}{words}")),
        (ItemKind::Notice { words }, _) => halt(format!("{TELL}{words}")),
        (ItemKind::Undo { .. } | ItemKind::Publish { .. }, None) => {
            halt("The plan has no such step.".to_owned())
        }
        (ItemKind::Undo { .. } | ItemKind::Publish { .. }, Some((id, _)))
            if run.beyond.by_hand(id).is_some() =>
        {
            let why = run.beyond.by_hand(id).map_or("", |why| why.words.as_str());
            halt(format!("{why} Take it back with the newer program, or by hand."))
        }
        (ItemKind::Publish { .. }, Some((id, step))) => publish(run, &item.id, id, step, rollback),
        (ItemKind::Undo { .. }, Some(_)) if is_kept(run, rollback, item) => {
            Some(Work::ItemDone(item.id.clone()))
        }
        (ItemKind::Undo { .. }, Some((id, step))) => match step.state {
            // Chosen by fields before this was confirmed: this restores the rest.
            StepState::UndoVerifying { .. } | StepState::UndoUnverified
                if is_chosen_before(step, rollback) =>
            {
                Some(Work::Undo {
                    item: item.id.clone(),
                    step: id.clone(),
                })
            }
            StepState::UndoVerifying { .. } => Some(Work::Verify(step.current()?.id.clone())),
            // Set aside for the others, but this item is about it.
            StepState::InDoubt { .. } | StepState::UndoInDoubt { .. } => {
                Some(Work::Inspect(step.current()?.id.clone()))
            }
            state if !state.may_have_effect() => Some(Work::ItemDone(item.id.clone())),
            StepState::UndoUnverified => match is_looked_at(run, item, rollback.looked_since(item)) {
                true => halt(not_proven(run, id)),
                false => Some(Work::LookAgain {
                    item: item.id.clone(),
                    step: id.clone(),
                }),
            },
            StepState::UndoFailed | StepState::UndoForeign
                if step.attempts.last().is_some_and(|a| a.seq > rollback.clicked_seq) =>
            {
                halt(match step.state {
                    StepState::UndoForeign => "Somebody else changed it meanwhile.".to_owned(),
                    _ => {
                        let why = step.attempts.last().and_then(|a| a.problem.as_ref());
                        let why = why.map(|p| format!(" {}: {}", p.operation, p.message));
                        format!("The undo was not applied.{}", why.unwrap_or_default())
                    }
                })
            }
            _ => Some(Work::Undo {
                item: item.id.clone(),
                step: id.clone(),
            }),
        },
    }
}

/// How the reason of a halt begins where the request was made and a check from outside did not pass.
const NOT_PROVEN: [&str; 2] = ["The undo was made", "It was published"];

/// Why a rollback stands at an item that was made, and that no check proves.
pub(crate) fn not_proven(run: &Run, id: &StepId) -> String {
    let publishes = run.plan.step(id).is_some_and(Step::is_publisher);
    let made = NOT_PROVEN[usize::from(publishes)];
    let failed = what_failed(run, id);
    match untold(run, id).filter(|_| failed.is_none()) {
        Some(why) => format!("{made}, but nobody can tell whether it is everywhere. {why}"),
        None => format!(
            "{made}, but an after-check did not pass in time{}",
            failed.unwrap_or_else(|| ".".to_owned())
        ),
    }
}

/// Why nobody can tell whether what was made is everywhere, where that was asked for in vain.
fn untold<'a>(run: &'a Run, id: &StepId) -> Option<&'a str> {
    match run.step(id)?.1.current()?.finding.as_ref()? {
        Finding::Unclear { why } => Some(why),
        Finding::Before | Finding::After | Finding::Partial { .. } | Finding::Other { .. } => None,
    }
}

/// The first check of a way back that does not pass as it was read last, in words that end a sentence.
fn what_failed(run: &Run, id: &StepId) -> Option<String> {
    let (step, state) = run.step(id)?;
    let read = &state.current()?.readings;
    let reading = read.iter().find(|reading| !reading.verdict.lets_through())?;
    let check = step.undo_verify.iter().find(|check| check.id == reading.check)?;
    Some(format!(
        ": \"{}\" says {}. Mend that and try again, or look yourself and say that it is done.",
        check.title,
        reading.observed.trim_end_matches('.')
    ))
}

/// The item that publishes once more: finished where nothing is left that nobody knows to be seen.
fn publish(run: &Run, item: &str, id: &StepId, step: &StepRun, rollback: &RollbackRun) -> Option<Work> {
    let halt = |why: &str| {
        Some(Work::Halt {
            item: item.to_owned(),
            why: why.to_owned(),
        })
    };
    let ours = step.current().filter(|last| last.id.way == Way::Publish);
    match step.state {
        StepState::UndoVerifying { .. } if ours.is_some() => Some(Work::Verify(step.current()?.id.clone())),
        StepState::InDoubt { .. } | StepState::UndoInDoubt { .. } => {
            Some(Work::Inspect(step.current()?.id.clone()))
        }
        StepState::UndoUnverified if ours.is_some_and(|last| last.seq > rollback.asked_seq) => {
            halt(&not_proven(run, id))
        }
        StepState::UndoFailed | StepState::UndoForeign
            if ours.is_some_and(|last| last.seq > rollback.clicked_seq) =>
        {
            let problem = ours.and_then(|last| last.problem.as_ref());
            let why = problem.map(|problem| format!(" {}: {}", problem.operation, problem.message));
            halt(&match step.state {
                StepState::UndoForeign => format!(
                    "It was published, but what came of it is not what was confirmed.{}",
                    ours.and_then(|last| last.finding.as_ref())
                        .map(found)
                        .unwrap_or_default()
                ),
                _ => format!("It was not published.{}", why.unwrap_or_default()),
            })
        }
        _ if !is_due(run, id) => Some(Work::ItemDone(item.to_owned())),
        _ => Some(Work::Publish {
            item: item.to_owned(),
            step: id.clone(),
        }),
    }
}

/// What was found instead, field by field; nothing where no field is named.
fn found(finding: &Finding) -> String {
    match finding {
        Finding::Partial { differences } | Finding::Other { differences, .. } => differences
            .iter()
            .map(|one| format!(" {}: {}.", one.field, one.found))
            .collect(),
        Finding::Before | Finding::After | Finding::Unclear { .. } => String::new(),
    }
}

fn approved(run: &Run) -> Option<Work> {
    let chosen = run.steps.iter().find(|(_, step)| step.restore.is_some());
    if let Some((id, _)) = chosen {
        return Some(Work::Restore(id.clone()));
    }
    run.steps
        .iter()
        .find(|(_, step)| step.state == StepState::Ready && step.approval.is_some())
        .map(|(id, _)| Work::Apply(id.clone()))
}

/// Every attempt that is looked at from outside.
pub(crate) fn verifying(run: &Run) -> impl Iterator<Item = &AttemptId> {
    let under_way = |state| {
        matches!(
            state,
            StepState::Verifying { .. } | StepState::UndoVerifying { .. }
        )
    };
    run.steps
        .values()
        .filter(move |step| under_way(step.state))
        .filter_map(|step| Some(&step.current()?.id))
}

fn settle(run: &Run) -> Option<Work> {
    let known = run
        .steps
        .iter()
        .filter(|(id, _)| run.beyond.by_hand(id).is_none());
    known.map(|(_, step)| step).find_map(|step| {
        let attempt = step.current()?;
        match step.state {
            StepState::Verifying { .. } | StepState::UndoVerifying { .. } => {
                Some(Work::Verify(attempt.id.clone()))
            }
            StepState::Adopted => Some(Work::StartVerify(attempt.id.clone())),
            _ => None,
        }
    })
}

fn checking(run: &Run) -> Option<Work> {
    run.steps
        .iter()
        .find(|(_, step)| step.state == StepState::Checking)
        .map(|(id, _)| Work::Check(id.clone()))
}

fn checking_gate(run: &Run) -> Option<Work> {
    run.gates
        .iter()
        .find(|(_, gate)| gate.checking)
        .map(|(phase, _)| Work::CheckGate(phase.clone()))
}
