//! An operator who brings a run to one of its two ends, whatever state it is in, and what must hold
//! at any time.

use std::collections::BTreeSet;

use switchback_engine::Run;
use switchback_engine::publish::{due, is_due};
use switchback_model::rollback::ItemKind;
use switchback_model::{Command, EventKind, RollbackScope, RunState, StepKind, StepState};

use crate::rig::{FakeRig, Rig};

/// Finishes or gives up what is under way, resumes, and does every step. Gives what is not done.
pub async fn complete(desk: &mut Rig) -> Result<(), String> {
    ready(desk).await?;
    let steps: Vec<_> = desk.run().plan.steps().map(|s| (s.id.clone(), s.kind)).collect();
    for (step, kind) in &steps {
        for _ in 0..5 {
            let text = step.as_str();
            match desk.run().steps[step].state {
                StepState::Done { .. } if is_due(desk.run(), step) => {
                    let _ = desk.ask(Command::Reopen { step: step.clone() }).await;
                }
                StepState::Done { .. } => break,
                StepState::Undone { .. } | StepState::Skipped => {
                    let _ = desk.ask(Command::Reopen { step: step.clone() }).await;
                }
                StepState::ToDo | StepState::Blocked | StepState::Ready | StepState::Failed => {
                    if *kind == StepKind::Attest {
                        let _ = desk.ask(Command::Attest { step: step.clone() }).await;
                    } else {
                        let _ = desk.apply(text).await;
                    }
                }
                StepState::UndoFailed | StepState::UndoForeign | StepState::UndoUnverified => {
                    let _ = desk.roll_back(RollbackScope::Step(step.clone())).await;
                    ready(desk).await?;
                }
                StepState::Unverified | StepState::Foreign => {
                    let _ = desk.ask(Command::Accept { step: step.clone() }).await;
                }
                _ => desk.settle_through().await?,
            }
        }
    }
    match steps
        .iter()
        .find(|(id, _)| !matches!(desk.run().steps[id].state, StepState::Done { .. }))
    {
        None => Ok(()),
        Some((id, _)) => Err(format!("step {id} is {:?}", desk.run().steps[id].state)),
    }
}

/// Settles, carries an active rollback on (by hand where it says so) or gives it up, and resumes.
async fn ready(desk: &mut Rig) -> Result<(), String> {
    desk.settle_through().await?;
    for _ in 0..30 {
        if !desk.run().rollback_active() {
            break;
        }
        let item = desk
            .run()
            .rollback
            .as_ref()
            .and_then(|r| Some((r.item()?.id.clone(), r.item()?.kind.clone())));
        match item {
            Some((item, ItemKind::Manual { .. } | ItemKind::Notice { .. })) => {
                if desk.ask(Command::RollbackDone { item }).await.is_err() {
                    let _ = desk.ask(Command::RollbackRetry).await;
                }
            }
            _ => {
                let retried = desk.ask(Command::RollbackRetry).await;
                desk.settle_through().await?;
                if desk.rollback_state().starts_with("halted") && retried.is_ok() {
                    let item = desk.run().rollback.as_ref().and_then(|r| r.item());
                    if item.is_some_and(|item| {
                        matches!(item.kind, ItemKind::Undo { .. } | ItemKind::Publish { .. })
                    }) {
                        let _ = desk.ask(Command::RollbackAbandon).await;
                    }
                }
            }
        }
        desk.settle_through().await?;
    }
    if matches!(desk.run().state, RunState::Held | RunState::Stopped) {
        let _ = desk.ask(Command::Resume).await;
    }
    desk.settle_through().await
}

/// Rolls everything back, whatever it takes.
pub async fn back(desk: &mut Rig) -> Result<(), String> {
    for _ in 0..8 {
        ready(desk).await?;
        let run = desk.run();
        let effect = |step: &switchback_model::Step| {
            !step.is_publisher() && run.steps[&step.id].state.may_have_effect()
        };
        // A publication has none of its own.
        if !run.plan.steps().any(effect) && due(run).is_empty() {
            return Ok(());
        }
        let (plan, open) = desk
            .driver
            .plan_rollback(&RollbackScope::All)
            .await
            .map_err(|r| r.to_string())?;
        let overrides: Vec<String> = open
            .iter()
            .filter(|p| !p.reading.verdict.lets_through())
            .map(|p| p.reading.check.to_string())
            .collect();
        let overrides: Vec<&str> = overrides.iter().map(String::as_str).collect();
        let accept: Vec<&str> = plan.breaches.iter().map(|b| b.id.as_str()).collect();
        let _ = desk.confirm(RollbackScope::All, &overrides, &accept).await;
    }
    Err(format!("it does not come back: {}", desk.rollback_state()))
}

/// The journal replays to the run in memory; every effect was written ahead, and none came twice.
pub fn invariants(fake: &FakeRig) -> Result<(), String> {
    let events = fake.desk.journal.events();
    let replayed = Run::replay(&events).map_err(|e| e.to_string())?;
    for (id, step) in &replayed.steps {
        let ours = fake.desk.run().steps[id].state;
        if step.state != ours {
            return Err(format!("{id} replays to {:?} but is {ours:?}", step.state));
        }
    }
    let intents: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Intended { token, .. } => Some(token.as_str()),
            _ => None,
        })
        .collect();
    // Whatever has a mark had an intent, and only once.
    let mut marked = BTreeSet::new();
    for event in &events {
        if let EventKind::Marked { attempt, .. } = &event.kind
            && !marked.insert(attempt)
        {
            return Err(format!("marked twice: {attempt}"));
        }
    }
    let log = fake.store.log();
    let mut seen = BTreeSet::new();
    for entry in &log {
        if !intents.contains(entry.token.as_str()) {
            return Err(format!("no intent: {}", entry.token));
        }
        if !seen.insert(entry.token.as_str()) {
            return Err(format!("twice: {}", entry.token));
        }
    }
    Ok(())
}
