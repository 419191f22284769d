//! Combinations that a plan forbids, and what of a rollback is accepted by name.

use std::collections::BTreeMap;

use switchback_model::{Breach, Reversibility, Step, StepId, StepState};

use super::{close, has_effect, publishes};
use crate::publish::due;
use crate::run::Run;

/// Whether nothing of the one list is there, and something of the other is. Looks and publications say nothing of
/// it: a look that is done, or a roll that failed, must not silence the rule.
fn is_breached(run: &Run, undone: &[StepId], done: &[StepId], effect: impl Fn(&StepId) -> bool) -> bool {
    let carried = |ids: &[StepId]| {
        ids.iter()
            .any(|id| run.plan.step(id).is_some_and(Step::carries_state) && effect(id))
    };
    !carried(undone) && carried(done)
}

/// Breaches that would remain after the whole set is undone, and that are not there already.
pub(super) fn breaches_after(run: &Run, set: &BTreeMap<StepId, String>) -> Vec<Breach> {
    let breached = |undone: &[StepId], done: &[StepId], after: bool| {
        let effect = |id: &StepId| has_effect(run, id) && !(after && set.contains_key(id));
        is_breached(run, undone, done, effect)
    };
    run.plan
        .coherence
        .iter()
        .filter(|rule| breached(&rule.undone, &rule.done, true))
        .filter(|rule| {
            !breached(&rule.undone, &rule.done, false) || rule.repair.iter().any(|id| has_effect(run, id))
        })
        .map(|rule| {
            let mut closed: BTreeMap<StepId, String> = rule
                .repair
                .iter()
                .filter(|id| has_effect(run, id))
                .map(|id| (id.clone(), String::new()))
                .collect();
            close(run, &mut closed);
            let loses_nothing = !closed.is_empty()
                && closed.keys().filter(|id| !publishes(run, id)).all(|id| {
                    run.plan.step(id).is_some_and(|step| {
                        step.undo_loses.is_empty() && step.reversibility == Reversibility::Undo
                    })
                });
            Breach {
                id: rule.id.clone(),
                because: rule.because.clone(),
                repair: closed.into_keys().collect(),
                repair_is_default: loses_nothing,
            }
        })
        .collect()
}

/// The combinations that the plan forbids and that are there now: nothing bars a person from saying what was
/// done, so what it makes must be said.
#[must_use]
pub fn standing(run: &Run) -> Vec<Breach> {
    let rules = run.plan.coherence.iter();
    let unpublished = due(run).into_iter().filter(|(id, _)| {
        // Before it was ever done, or while it is, that is the plan's own course.
        run.steps.get(id).is_some_and(|step| {
            matches!(
                step.state,
                StepState::Done { .. }
                    | StepState::Skipped
                    | StepState::Undone { .. }
                    | StepState::Foreign
                    | StepState::UndoFailed
                    | StepState::UndoForeign
                    | StepState::UndoUnverified
            )
        })
    });
    let unpublished = unpublished.map(|(id, unseen)| {
        let unseen: Vec<&str> = unseen.iter().map(StepId::as_str).collect();
        Breach {
            because: format!(
                "What {} changed is not seen: {id} has not published it since. Start {id} anew, and do it once more.",
                unseen.join(", ")
            ),
            id: format!("unpublished-{id}"),
            repair: Vec::new(),
            repair_is_default: false,
        }
    });
    rules
        .filter(|rule| is_breached(run, &rule.undone, &rule.done, |id| has_effect(run, id)))
        .map(|rule| Breach {
            id: rule.id.clone(),
            because: rule.because.clone(),
            repair: rule.repair.clone(),
            repair_is_default: false,
        })
        .chain(unpublished)
        .collect()
}

/// A step of the set that was declared a point of no return: it stays, and that is accepted by name.
pub(super) fn stays(run: &Run, id: &StepId) -> Option<Breach> {
    let step = run.plan.step(id)?;
    // Of a publication nothing stays: it is done once more.
    (step.reversibility == Reversibility::PointOfNoReturn && !step.is_publisher()).then(|| Breach {
        id: format!("stays-{id}"),
        because: format!("Step {id} stays: it was declared a point of no return."),
        repair: Vec::new(),
        repair_is_default: false,
    })
}

/// A step of the set whose undo loses something that the plan wants accepted by name.
pub(super) fn loses(run: &Run, id: &StepId) -> Option<Breach> {
    let step = run.plan.step(id)?;
    (step.accept_loss && !step.undo_loses.is_empty()).then(|| Breach {
        id: format!("loses-{id}"),
        because: format!("Taking {id} back loses: {}", step.undo_loses.join(" ")),
        repair: Vec::new(),
        repair_is_default: false,
    })
}
