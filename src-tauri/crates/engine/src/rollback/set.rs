//! Which steps a rollback is about: what is named, and what needs it.

use std::collections::{BTreeMap, BTreeSet};

use switchback_model::{RollbackScope, Step, StepId};

use super::has_effect;
use crate::chosen::is_left_out;
use crate::publish::{due, publishers_of};
use crate::rejection::{Rejection, RejectionCode};
use crate::run::Run;

pub(super) fn named_steps(run: &Run, scope: &RollbackScope) -> Result<Vec<StepId>, Rejection> {
    match scope {
        RollbackScope::Step(id) if run.plan.step(id).is_some() => Ok(vec![id.clone()]),
        RollbackScope::Step(id) => Err(Rejection::new(
            RejectionCode::NotFound,
            format!("The plan has no step {id}."),
            "`switchback run show` lists the steps.",
        )),
        RollbackScope::Rule(id) => run.plan.rule(id).map(|rule| rule.undo.clone()).ok_or_else(|| {
            Rejection::new(
                RejectionCode::NotFound,
                format!("The plan has no rollback rule {id}."),
                "`switchback plan` lists the rules.",
            )
        }),
        RollbackScope::All => Ok(run.plan.steps().map(|step| step.id.clone()).collect()),
    }
}

/// What a step needs: also through steps that are done and have no effect, such as a look, because
/// what they found holds no longer either.
fn needs(run: &Run, step: &Step) -> Vec<StepId> {
    let mut found: Vec<StepId> = Vec::new();
    let mut open = step.needs.clone();
    while let Some(need) = open.pop() {
        if found.contains(&need) {
            continue;
        }
        if let Some((through, state)) = run.step(&need)
            && matches!(state.state, switchback_model::StepState::Done { .. })
            && !has_effect(run, &need)
        {
            open.extend(through.needs.iter().cloned());
        }
        found.push(need);
    }
    found
}

/// The object that a step changed, and when: its place in the journal.
fn changed(run: &Run, id: &StepId) -> Option<(String, u64)> {
    let step = run.steps.get(id).filter(|_| !publishes(run, id))?;
    let object = step.effect.as_ref()?.after.readable()?.object();
    Some((object, step.last(switchback_model::Way::Apply)?.seq))
}

/// Whether a step changed what `earlier` had changed before: undoing `earlier` alone would restore
/// what was there before both.
pub(super) fn changed_since(run: &Run, id: &StepId, earlier: &StepId) -> bool {
    match (changed(run, id), changed(run, earlier)) {
        (Some((object, seq)), Some((of, before))) => object == of && seq > before,
        _ => false,
    }
}

/// Whether a step needs one of these, directly or through others, whatever became of them.
fn rests_on(run: &Run, id: &StepId, of: impl Fn(&StepId) -> bool) -> bool {
    let mut seen: BTreeSet<&StepId> = BTreeSet::new();
    let mut open = vec![id];
    while let Some(next) = open.pop() {
        if of(next) {
            return true;
        }
        if seen.insert(next) {
            open.extend(run.plan.step(next).into_iter().flat_map(|step| &step.needs));
        }
    }
    false
}

/// A publication that is due because what it publishes was taken back already: a rollback that stopped halfway left
/// users with the new value. Whether that was named, or came with what is named because it rests on it.
pub(super) fn publish_what_was_taken_back(run: &Run, named: &[StepId], set: &mut BTreeMap<StepId, String>) {
    for (publisher, unseen) in due(run) {
        let asked = |id: &StepId| {
            named.contains(&publisher) || rests_on(run, id, |on| named.contains(on) || set.contains_key(on))
        };
        let gone = unseen.iter().find(|id| !has_effect(run, id) && asked(id));
        if let Some(gone) = gone {
            set.entry(publisher.clone())
                .or_insert_with(|| format!("publishes {gone}, which was taken back and is not seen"));
        }
    }
}

/// Undoing a step first undoes every step with an effect that needs it, and every later change of
/// the same object; afterwards whoever publishes it publishes once more, whatever became of that step: a reader that
/// started meanwhile has read the new value all the same.
pub(super) fn close(run: &Run, set: &mut BTreeMap<StepId, String>) {
    loop {
        let publishers: Vec<(StepId, String)> = set
            .keys()
            .filter(|id| !publishes(run, id))
            .flat_map(|id| {
                publishers_of(&run.plan, id)
                    .into_iter()
                    .map(move |step| (step, id))
            })
            .filter(|(step, _)| !set.contains_key(&step.id) && !is_left_out(run, &step.id))
            .map(|(step, id)| (step.id.clone(), format!("publishes {id}")))
            .collect();
        let none = publishers.is_empty();
        set.extend(publishers);
        let joined: Vec<(StepId, String)> = run
            .plan
            .steps()
            .filter(|step| !set.contains_key(&step.id) && has_effect(run, &step.id) && !step.is_publisher())
            .filter_map(|step| {
                let needed = needs(run, step).into_iter().find(|need| set.contains_key(need));
                let because = match needed {
                    Some(need) => format!("needs {need}"),
                    None => {
                        let earlier = set.keys().find(|id| changed_since(run, &step.id, id))?;
                        format!("changed the same records after {earlier}")
                    }
                };
                Some((step.id.clone(), because))
            })
            .collect();
        if joined.is_empty() && none {
            return;
        }
        set.extend(joined);
    }
}

pub(super) fn publishes(run: &Run, id: &StepId) -> bool {
    run.plan.step(id).is_some_and(Step::is_publisher)
}
