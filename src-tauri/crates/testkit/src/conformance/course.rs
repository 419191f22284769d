//! One clean course there and back, and how it begins again.

use std::sync::Arc;

use switchback_engine::ports::World;
use switchback_engine::rollback::is_anything_left;
use switchback_model::plan::StepKind;
use switchback_model::rollback::ItemKind;
use switchback_model::{Command, RollbackScope, StepState, Verdict, Way};

use super::judge::honest;
use super::{Bench, Start, Subject};
use crate::faulty::{CallPoint, Fault, FaultyWorld};
use crate::plain::confirm_in_plain_order;
use crate::planted::Planted;
use crate::rig::Rig;
use crate::seen;

/// The cell in which nothing goes wrong and nothing is taken back: what is wrong with going back alone can't
/// matter in it.
pub async fn there(bench: &dyn Bench) -> Result<(), String> {
    let (subject, faulty, desk) = opened(bench, None).await;
    let mut desk = desk?;
    let start = Start::of(&*subject.oracle).await;
    forward(&subject, &faulty, &mut desk, (false, &start), "apply").await?;
    if subject.oracle.images().await == start.images && subject.oracle.readers().await == start.readers {
        return Err("nothing was changed".to_owned());
    }
    honest(&subject, &desk, (false, &start)).await
}

/// A fresh subject with a fault in front of it, and an operator.
pub(super) async fn opened(
    bench: &dyn Bench,
    fault: Option<(CallPoint, Fault)>,
) -> (Subject, Arc<FaultyWorld>, Result<Rig, String>) {
    let subject = bench.subject().await;
    let faulty = FaultyWorld::new(subject.world.clone(), Some(subject.oracle.clone()));
    if let Some((place, fault)) = fault {
        faulty.inject_at(place, fault);
    }
    let world: Arc<dyn World> = match subject.planted {
        Some(bug) => bug.around(faulty.clone()),
        None => faulty.clone(),
    };
    let (clock, journal) = (subject.clock.clone(), subject.journal.clone());
    let desk = Rig::start(clock, journal, world, faulty.killed()).await;
    (subject, faulty, desk.map_err(|error| error.to_string()))
}

/// Does every step, trying again what failed; whatever happens, what the run says must be true.
pub(super) async fn forward(
    subject: &Subject,
    faulty: &FaultyWorld,
    desk: &mut Rig,
    (foreign, start): (bool, &Start),
    phase: &str,
) -> Result<(), String> {
    for step in subject.plan.steps() {
        faulty.phase(&format!("{phase} {}", step.id));
        for _ in 0..4 {
            let mut state = desk.run().steps[&step.id].state;
            // What it published came to nothing, or nobody knows of what: it is published anew.
            if step.is_publisher() && state == StepState::Foreign && desk.run().is_reopenable(&step.id) {
                let again = Command::Reopen {
                    step: step.id.clone(),
                };
                desk.ask(again).await.map_err(|rejection| rejection.to_string())?;
                state = desk.run().steps[&step.id].state;
            }
            if !matches!(
                state,
                StepState::ToDo | StepState::Blocked | StepState::Ready | StepState::Failed
            ) {
                break;
            }
            let text = step.id.as_str();
            if step.kind == StepKind::Attest {
                subject.oracle.by_hand(&step.id, Way::Apply).await;
                let step = step.id.clone();
                let told = desk.ask(Command::Attest { step }).await;
                told.map_err(|rejection| rejection.to_string())?;
            } else if desk.check(text).await.is_ok() && desk.approve(text).await.is_ok() {
                desk.settle_through().await?;
            }
            honest(subject, desk, (foreign, start)).await?;
        }
    }
    let late = |r: &switchback_model::CheckReading| matches!(r.verdict, Verdict::Waiting { .. });
    if !foreign
        && let Some((id, state)) = desk.run().steps.iter().find(|(_, s)| {
            !matches!(s.state, StepState::Done { .. })
                && !s.checks.as_ref().is_some_and(|c| c.readings.iter().any(late))
        })
    {
        return Err(format!("step {id} did not get done: {:?}", state.state));
    }
    Ok(())
}

/// Rolls everything back, trying again, giving up and planning anew as a person would.
pub(super) async fn back(
    subject: &Subject,
    faulty: &FaultyWorld,
    desk: &mut Rig,
    (foreign, start): (bool, &Start),
) -> Result<(), String> {
    faulty.phase("undo");
    for _ in 0..8 {
        if desk.run().rollback_active() {
            let retried = match by_hand(desk) {
                Some((item, step)) => {
                    subject.oracle.by_hand(&step, Way::Undo).await;
                    desk.ask(Command::RollbackDone { item }).await.is_ok()
                }
                None => desk.ask(Command::RollbackRetry).await.is_ok(),
            };
            desk.settle_through().await?;
            honest(subject, desk, (foreign, start)).await?;
            seen::completed(subject, desk, start, foreign).await?;
            if retried && desk.run().rollback_active() && by_hand(desk).is_none() {
                let _ = desk.ask(Command::RollbackAbandon).await;
            }
            continue;
        }
        // What was only made stays made, and nobody meets it.
        let effects = subject.plan.steps().any(|step| {
            let is_taken_back = step.is_publisher() || step.carries_state();
            is_taken_back && desk.run().steps[&step.id].state.may_have_effect()
        });
        if !effects && !is_anything_left(desk.run()) {
            return Ok(());
        }
        // Somebody else's record never looks right from outside: a person accepts what was undone.
        let unproven: Vec<_> = desk
            .run()
            .steps
            .iter()
            .filter(|(_, step)| foreign && step.state == StepState::UndoUnverified)
            .map(|(id, _)| id.clone())
            .collect();
        for step in unproven {
            let _ = desk.ask(Command::Accept { step }).await;
        }
        // Planning reads too; what can't be read is tried again rather than overridden here.
        let planned = match subject.planted {
            Some(Planted::PlainReverseOrder) => confirm_in_plain_order(desk).await,
            _ => desk.confirm(RollbackScope::All, &[], &[]).await.map(drop),
        };
        desk.settle_through().await?;
        honest(subject, desk, (foreign, start)).await?;
        if planned.is_ok() {
            seen::completed(subject, desk, start, foreign).await?;
        }
    }
    let left: Vec<String> = desk
        .run()
        .steps
        .iter()
        .map(|(id, step)| format!("{id} {:?}", step.state))
        .collect();
    Err(format!(
        "the rollback does not end: {}; {}",
        left.join(", "),
        desk.rollback_state()
    ))
}

/// The object of a place's label, which follows its phase.
pub(super) fn object_of(label: &str) -> &str {
    label.rsplit(' ').next().unwrap_or(label)
}

/// The item at which a rollback waits for a person, with its step.
fn by_hand(desk: &Rig) -> Option<(String, switchback_model::StepId)> {
    let item = desk.run().rollback.as_ref()?.item()?;
    match item.kind {
        ItemKind::Manual { .. } => Some((item.id.clone(), item.step.clone()?)),
        ItemKind::Undo { .. } | ItemKind::Publish { .. } | ItemKind::Notice { .. } => None,
    }
}

pub(super) async fn twice(subject: &Subject, desk: &mut Rig) -> Result<(), String> {
    for step in subject.plan.steps() {
        if desk.approve(step.id.as_str()).await.is_ok() {
            return Err(format!("step {} was applied twice", step.id));
        }
    }
    Ok(())
}

pub(super) async fn reopen(desk: &mut Rig) -> Result<(), String> {
    let ids: Vec<_> = desk.run().steps.keys().cloned().collect();
    for step in ids {
        desk.ask(Command::Reopen { step })
            .await
            .map_err(|r| r.to_string())?;
    }
    Ok(())
}
