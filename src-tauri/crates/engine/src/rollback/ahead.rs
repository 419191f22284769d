//! What a rollback goes on with beside an item that was made and that no check proves yet.
//!
//! A call that failed stops the whole: nobody knows what it left. Of one that was made only the look from outside is
//! missing, often because the application itself does not answer. What no edge puts behind it or what it makes seen goes
//! on meanwhile, in the order of the edges; a person looks at the one that is left.

use switchback_model::rollback::ItemKind;
use switchback_model::{Edges, Finding, RollbackItem, StepId, StepState, Way};

use super::set::changed_since;
use crate::publish::is_due;
use crate::run::{Attempt, RollbackRun, Run};

/// Whether the item's request was made and what it left is known, but a check from outside did not pass in time.
/// `asked_seq`: the event by which a person last asked; what was published before it is published anew.
#[must_use]
pub fn is_made_unproven(run: &Run, item: &RollbackItem, asked_seq: u64) -> bool {
    let Some(step) = item.step.as_ref().and_then(|id| run.steps.get(id)) else {
        return false;
    };
    let Some(last) = step.current().filter(|_| step.state == StepState::UndoUnverified) else {
        return false;
    };
    let is_told = !matches!(last.finding, Some(Finding::Unclear { .. }));
    is_told
        && match &item.kind {
            // Chosen field by field before the confirm: the rest is still to be restored.
            ItemKind::Undo { .. } => {
                let chosen = last.by_field.as_ref().is_some_and(|kept| !kept.fields.is_empty());
                !(chosen && last.seq < asked_seq)
            }
            ItemKind::Publish { .. } => last.id.way == Way::Publish && last.seq > asked_seq,
            ItemKind::Manual { .. } | ItemKind::Notice { .. } => false,
        }
}

/// Whether nothing is left to do of an item, whatever its turn.
#[must_use]
pub fn is_finished(run: &Run, item: &RollbackItem) -> bool {
    let Some((id, step)) = item.step.as_ref().and_then(|id| Some((id, run.steps.get(id)?))) else {
        return false;
    };
    match &item.kind {
        ItemKind::Undo { .. } => !step.state.may_have_effect(),
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
    if !is_made_unproven(run, first, rollback.asked_seq) {
        return None;
    }
    let edges = Edges::of(&run.plan);
    let mut made: Vec<&StepId> = first.step.iter().collect();
    // Not made yet: whatever is ordered behind one of them waits for it.
    let mut waiting: Vec<&StepId> = Vec::new();
    for item in rest {
        let Some(id) = &item.step else { continue };
        if is_made_unproven(run, item, rollback.asked_seq) {
            made.push(id);
            continue;
        }
        let waits = waiting
            .iter()
            .any(|other| edges.back_after(other).contains(id) || changed_since(run, other, id))
            || made.iter().any(|other| relies(run, &edges, other, id));
        match (waits, is_finished(run, item)) {
            (_, true) => {}
            (false, false) if is_open(run, item, rollback.asked_seq) => return Some(item),
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
fn is_open(run: &Run, item: &RollbackItem, asked_seq: u64) -> bool {
    let Some((id, step)) = item.step.as_ref().and_then(|id| Some((id, run.steps.get(id)?))) else {
        return false;
    };
    let tried = |last: Option<&Attempt>| last.is_some_and(|last| last.seq > asked_seq);
    let failed = matches!(
        step.state,
        StepState::UndoFailed | StepState::UndoForeign | StepState::UndoUnverified
    );
    let own = match &item.kind {
        ItemKind::Undo { .. } => true,
        ItemKind::Publish { .. } => is_due(run, id),
        ItemKind::Manual { .. } | ItemKind::Notice { .. } => false,
    };
    own && run.beyond.by_hand(id).is_none() && !(failed && tried(step.attempts.last()))
}
