//! What an event says of whether a value changed, and of whether what changed was published: the rest of the fold
//! tells only what a step is.

use switchback_model::{Event, EventKind, Finding, Step, StepId, StepState, Way};

use super::verification::published_state;
use crate::publish::shows_something;
use crate::run::Run;

/// Notes it, once the event is folded.
pub(super) fn note(run: &mut Run, event: &Event) {
    let Some((id, what)) = told(run, event) else {
        return;
    };
    let publisher = run.plan.step(&id).is_some_and(Step::is_publisher);
    let Some(step) = run.steps.get_mut(&id) else {
        return;
    };
    match what {
        Publication::Moved => step.moved = Some(event.seq),
        Publication::Published if publisher => step.published.push(event.seq),
        Publication::PublishedBy(seq) if publisher => {
            step.published.push(seq);
            step.published.sort_unstable();
        }
        // By a hand or by a word: what it takes back is taken back with it.
        Publication::PublishedBack if publisher => {
            step.published.push(event.seq);
            let under_way = step.current().is_some_and(|last| last.id.way == Way::Publish);
            let state = step.state;
            let open = matches!(
                state,
                StepState::UndoVerifying { .. }
                    | StepState::UndoFailed
                    | StepState::UndoForeign
                    | StepState::UndoUnverified
            );
            if under_way && open || state.may_have_effect() && !shows_something(run, &id) {
                let next = published_state(run, &id, true);
                if let Some(step) = run.steps.get_mut(&id) {
                    step.to(next, event.at);
                }
            }
        }
        Publication::Published | Publication::PublishedBy(_) | Publication::PublishedBack => {
            step.moved = Some(event.seq)
        }
    }
}

enum Publication {
    /// The value may have changed.
    Moved,
    /// A publisher did its work; of any other step, its value changed.
    Published,
    /// A publisher's request of this event is taken for published, by a person's word: what was changed after it was not seen
    /// by it, however late that word is given.
    PublishedBy(u64),
    /// The same, in a rollback.
    PublishedBack,
}

fn told(run: &Run, event: &Event) -> Option<(StepId, Publication)> {
    let of = |id: &StepId, told| Some((id.clone(), told));
    match &event.kind {
        EventKind::AdoptedByHand { step, .. }
        | EventKind::UndoNotNeeded { step, .. }
        | EventKind::Resolved { step, .. } => of(step, Publication::Moved),
        EventKind::Attested { step, .. } | EventKind::DoneWithoutEffect { step, .. } => {
            of(step, Publication::Published)
        }
        EventKind::Accepted { step, .. } => {
            let state = run.steps.get(step)?;
            match state.current().map(|last| (last.id.way, last.seq)) {
                Some((Way::Apply, seq)) if matches!(state.state, StepState::Done { .. }) => {
                    of(step, Publication::PublishedBy(seq))
                }
                Some((Way::Publish, seq)) => of(step, Publication::PublishedBy(seq)),
                _ => of(step, Publication::Moved),
            }
        }
        EventKind::LookedLate { attempt, finding } | EventKind::Inspected { attempt, finding } => {
            let last = run.steps.get(&attempt.step)?.current()?;
            let changed = match finding {
                Finding::Partial { .. } | Finding::Other { .. } => true,
                Finding::Before | Finding::After | Finding::Unclear { .. } => last.landed(finding),
            };
            changed.then(|| (attempt.step.clone(), Publication::Moved))
        }
        EventKind::RollbackItemDone {
            item,
            by_hand: Some(_),
        } => {
            let rollback = run.rollback.as_ref()?;
            let item = rollback.plan.items.iter().find(|one| one.id == *item)?;
            Some((item.step.clone()?, Publication::PublishedBack))
        }
        _ => None,
    }
}
