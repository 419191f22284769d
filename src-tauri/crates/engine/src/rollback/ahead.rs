//! What a rollback goes on with beside an item that was made and that no check proves yet.
//!
//! A call that failed stops the whole: nobody knows what it left. Of one that was made only the look from outside is
//! missing, often because the application itself does not answer. What no edge puts behind it or what it makes seen goes
//! on meanwhile, in the order of the edges; a person looks at the one that is left.

use switchback_model::rollback::ItemKind;
use switchback_model::{DoneHow, Edges, Finding, RollbackItem, RollbackPlan, StepId, StepState, Way};

use super::set::changed_since;
use crate::publish::is_due;
use crate::run::{RollbackRun, Run, StepRun};

/// Whether the item's request was made and what it left is known, but a check from outside did not pass in time. What an
/// earlier rollback made counts once it was looked at since this one was confirmed; what was published before a person last
/// asked is published anew.
#[must_use]
pub fn is_made_unproven(run: &Run, rollback: &RollbackRun, item: &RollbackItem) -> bool {
    let Some(step) = item.step.as_ref().and_then(|id| run.steps.get(id)) else {
        return false;
    };
    let Some(last) = step.current().filter(|_| step.state == StepState::UndoUnverified) else {
        return false;
    };
    let is_told = !matches!(last.finding, Some(Finding::Unclear { .. }));
    is_told
        && match &item.kind {
            ItemKind::Undo { .. } => {
                !is_chosen_before(step, rollback) && last.looked_seq >= rollback.confirmed_seq
            }
            ItemKind::Publish { .. } => last.id.way == Way::Publish && last.seq > rollback.asked_seq,
            ItemKind::Manual { .. } | ItemKind::Notice { .. } => false,
        }
}

/// Chosen field by field before a person last asked: the rest is still to be restored.
#[must_use]
pub(crate) fn is_chosen_before(step: &StepRun, rollback: &RollbackRun) -> bool {
    step.current().is_some_and(|last| {
        let chosen = last.by_field.as_ref().is_some_and(|kept| !kept.fields.is_empty());
        chosen && last.seq < rollback.asked_seq
    })
}

/// Whether an item needs no look of its own before something is made of it: all but one that was made, is not proven, and
/// was last looked at before this event. The object may be another since.
#[must_use]
pub fn is_looked_at(run: &Run, item: &RollbackItem, since: u64) -> bool {
    let step = item.step.as_ref().and_then(|id| run.steps.get(id));
    let made = step.filter(|step| step.state == StepState::UndoUnverified);
    let Some(last) = made.and_then(|step| step.current()) else {
        return true;
    };
    match item.kind {
        ItemKind::Undo { .. } => last.looked_seq >= since,
        ItemKind::Publish { .. } | ItemKind::Manual { .. } | ItemKind::Notice { .. } => true,
    }
}

/// Whether a person said, since the confirm, that what stands there is kept: the rollback goes on without it, and its
/// effect counts as there.
#[must_use]
pub fn is_kept(run: &Run, rollback: &RollbackRun, item: &RollbackItem) -> bool {
    let step = item.step.as_ref().and_then(|id| run.steps.get(id));
    matches!(item.kind, ItemKind::Undo { .. })
        && step.is_some_and(|step| {
            step.state == StepState::Done { how: DoneHow::Kept }
                && step.moved.is_some_and(|said| said > rollback.confirmed_seq)
        })
}

/// The item that went on beside the one whose turn it is, and whose call failed since a person's last click.
#[must_use]
pub fn failed_beside<'a>(run: &Run, rollback: &'a RollbackRun) -> Option<&'a RollbackItem> {
    let beside = rollback.plan.items.get(rollback.done..)?.get(1..)?;
    beside.iter().find(|item| {
        let step = item.step.as_ref().and_then(|id| run.steps.get(id));
        step.is_some_and(|step| {
            matches!(step.state, StepState::UndoFailed | StepState::UndoForeign)
                && step
                    .attempts
                    .last()
                    .is_some_and(|last| last.seq > rollback.clicked_seq)
        })
    })
}

/// Steps outside a plan whose undo was begun and is not proven, and that an edge puts before an item of the plan: each with
/// the first such item.
#[must_use]
pub fn unproven_before<'a>(run: &'a Run, plan: &'a RollbackPlan) -> Vec<(&'a str, &'a StepId)> {
    let edges = Edges::of(&run.plan);
    let inside = |id: &StepId| plan.items.iter().any(|item| item.step.as_ref() == Some(id));
    let begun = run.steps.iter().filter(|(id, step)| {
        let open = matches!(
            step.state,
            StepState::UndoVerifying { .. }
                | StepState::UndoUnverified
                | StepState::UndoInDoubt { .. }
                | StepState::UndoForeign
        );
        open && !inside(id)
    });
    let first = |made: &StepId| {
        plan.items.iter().find(|item| {
            let by_console = matches!(item.kind, ItemKind::Undo { .. } | ItemKind::Publish { .. });
            by_console && item.step.as_ref().is_some_and(|id| relies(run, &edges, made, id))
        })
    };
    begun
        .filter_map(|(made, _)| Some((first(made)?.id.as_str(), made)))
        .collect()
}

/// Whether nothing is left to do of an item, whatever its turn.
#[must_use]
pub fn is_finished(run: &Run, rollback: &RollbackRun, item: &RollbackItem) -> bool {
    let Some((id, step)) = item.step.as_ref().and_then(|id| Some((id, run.steps.get(id)?))) else {
        return false;
    };
    match &item.kind {
        ItemKind::Undo { .. } => !step.state.may_have_effect() || is_kept(run, rollback, item),
        ItemKind::Publish { .. } => {
            let published = step.current().is_some_and(|last| last.id.way == Way::Publish);
            let under_way = step.state.is_in_flight()
                || matches!(
                    step.state,
                    StepState::UndoVerifying { .. }
                        | StepState::UndoFailed
                        | StepState::UndoUnverified
                        | StepState::UndoForeign
                );
            published && !under_way && !is_due(run, id)
        }
        // People say when it is done, at its turn.
        ItemKind::Manual { .. } | ItemKind::Notice { .. } => false,
    }
}

/// The item to go on with while the one whose turn it is was made and is not proven; none where that is not so, or
/// where all that is left waits for it or for a person.
#[must_use]
pub fn ahead<'a>(run: &'a Run, rollback: &'a RollbackRun) -> Option<&'a RollbackItem> {
    let (first, rest) = rollback.plan.items.get(rollback.done..)?.split_first()?;
    if !is_made_unproven(run, rollback, first) {
        return None;
    }
    let edges = Edges::of(&run.plan);
    let mut made: Vec<&StepId> = first.step.iter().collect();
    // Not made yet: whatever is ordered behind one of them waits for it.
    let mut waiting: Vec<&StepId> = Vec::new();
    for item in rest {
        let Some(id) = &item.step else { continue };
        if is_made_unproven(run, rollback, item) {
            made.push(id);
            continue;
        }
        let waits = waiting
            .iter()
            .any(|other| edges.back_after(other).contains(id) || changed_since(run, other, id))
            || made.iter().any(|other| relies(run, &edges, other, id));
        match (waits, is_finished(run, rollback, item)) {
            (_, true) => {}
            (false, false) if is_open(run, rollback, item) => return Some(item),
            (true | false, false) => waiting.push(id),
        }
    }
    None
}

/// Whether `id` is not taken back before it is sure that `made` was: it goes back after `made` or what that makes seen, by
/// whatever edge; one makes the other seen; or both changed one object. An order alone counts too: what was closed first
/// is opened last, and only where everything that came after it is proven to be back.
fn relies(run: &Run, edges: &Edges<'_>, made: &StepId, id: &StepId) -> bool {
    let shown = edges.published_by(made);
    let behind = |of: &StepId| edges.back_after(of).contains(id);
    behind(made)
        || shown.iter().any(|of| behind(of))
        || edges.published_by(id).contains(made)
        || changed_since(run, made, id)
}

/// Whether the console can do it now: an item of its own that it has not tried since a person asked.
fn is_open(run: &Run, rollback: &RollbackRun, item: &RollbackItem) -> bool {
    let Some((id, step)) = item.step.as_ref().and_then(|id| Some((id, run.steps.get(id)?))) else {
        return false;
    };
    let tried_since = |seq: u64| step.attempts.last().is_some_and(|last| last.seq > seq);
    let tried = if matches!(step.state, StepState::UndoFailed | StepState::UndoForeign) {
        tried_since(rollback.clicked_seq)
    } else if step.state == StepState::UndoUnverified {
        match item.kind {
            ItemKind::Undo { .. } => {
                is_looked_at(run, item, rollback.confirmed_seq) && !is_chosen_before(step, rollback)
            }
            ItemKind::Publish { .. } | ItemKind::Manual { .. } | ItemKind::Notice { .. } => {
                tried_since(rollback.asked_seq)
            }
        }
    } else {
        false
    };
    let own = match &item.kind {
        ItemKind::Undo { .. } => true,
        ItemKind::Publish { .. } => is_due(run, id),
        ItemKind::Manual { .. } | ItemKind::Notice { .. } => false,
    };
    own && run.beyond.by_hand(id).is_none() && !tried
}
