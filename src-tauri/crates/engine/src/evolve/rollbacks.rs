//! A confirmed rollback: its items, its halts and its end.

use jiff::Timestamp;
use switchback_model::{CheckId, CheckReading, Operator, RollbackPlan, Way};

use super::settle::void_waiting;
use crate::run::{RollbackRun, RollbackState, Run};

pub(super) fn confirmed(
    run: &mut Run,
    plan: &RollbackPlan,
    overrides: &[CheckId],
    by: &Operator,
    (seq, at): (u64, Timestamp),
) -> Result<(), String> {
    if run.rollback_active() {
        return Err("a rollback is under way".to_owned());
    }
    void_waiting(run, &[Way::Apply, Way::Undo], at);
    // Whatever was broken off before, this rollback was not.
    run.interrupted = None;
    run.rollback = Some(RollbackRun {
        plan: plan.clone(),
        done: 0,
        state: RollbackState::Running,
        by: by.clone(),
        confirmed_at: at,
        asked_seq: seq,
        confirmed_seq: seq,
        clicked_seq: seq,
        overrides: overrides.to_vec(),
    });
    Ok(())
}

/// `by_hand`: whether a person said so.
pub(super) fn item_done(run: &mut Run, item: &str, by_hand: bool, seq: u64) -> Result<(), String> {
    let rollback = active(run)?;
    if rollback.item().is_none_or(|next| next.id != *item) {
        return Err(format!("{item} is not the item that is next"));
    }
    rollback.done += 1;
    rollback.state = RollbackState::Running;
    if by_hand {
        rollback.clicked_seq = seq;
    }
    Ok(())
}

pub(super) fn halted(run: &mut Run, item: &str, why: &str, readings: &[CheckReading]) -> Result<(), String> {
    active(run)?.state = RollbackState::Halted {
        item: item.to_owned(),
        why: why.to_owned(),
        readings: readings.to_vec(),
    };
    Ok(())
}

pub(super) fn retried(run: &mut Run, seq: u64) -> Result<(), String> {
    let rollback = active(run)?;
    rollback.state = RollbackState::Running;
    rollback.asked_seq = seq;
    rollback.clicked_seq = seq;
    no_longer_interrupted(run);
    Ok(())
}

pub(super) fn abandoned(run: &mut Run) -> Result<(), String> {
    active(run)?.state = RollbackState::Abandoned;
    no_longer_interrupted(run);
    Ok(())
}

/// A person has said what becomes of a rollback that was broken off between two calls. What is known of a call that was
/// in flight stays until the next one.
fn no_longer_interrupted(run: &mut Run) {
    run.interrupted.take_if(|interrupted| interrupted.step.is_none());
}

pub(super) fn completed(run: &mut Run) -> Result<(), String> {
    let rollback = active(run)?;
    if rollback.item().is_some() {
        return Err("items are left".to_owned());
    }
    rollback.state = RollbackState::Completed;
    Ok(())
}

/// A new driver does not go on with a rollback by itself: a person asks for it, by the same click.
pub(super) fn halt(run: &mut Run) {
    if let Some(rollback) = &mut run.rollback
        && rollback.state == RollbackState::Running
    {
        rollback.state = RollbackState::Halted {
            item: rollback
                .item()
                .map_or_else(|| "its end".to_owned(), |item| item.id.clone()),
            why: "The program that carried it out has ended. Try again to go on from here.".to_owned(),
            readings: Vec::new(),
        };
    }
}

fn active(run: &mut Run) -> Result<&mut RollbackRun, String> {
    run.rollback
        .as_mut()
        .filter(|r| r.is_active())
        .ok_or_else(|| "no rollback is under way".to_owned())
}
