//! Another plan in the place of the run's.

use std::collections::BTreeSet;

use jiff::Timestamp;
use switchback_model::{
    DecisionId, Frozen, MonitorId, Plan, PlanChange, PlanDiff, StepId, StepState, Subject,
};

use super::gates::forget_other_checks;
use super::people::anew as start_anew;
use crate::rollback::has_effect;
use crate::run::{Decided, Run, StepRun, pre_decided};

pub(super) fn amended(
    run: &mut Run,
    diff: &PlanDiff,
    plan: &Frozen,
    anew: &[StepId],
    at: Timestamp,
) -> Result<(), String> {
    legal(run, diff, plan, anew)?;
    let touched: BTreeSet<&Subject> = diff.changes.iter().map(|change| change.subject()).collect();
    for (id, step) in &mut run.steps {
        if touched.contains(&Subject::Step(id.clone())) {
            step.approval = None;
            step.restore = None;
        }
        if anew.contains(id) {
            forget(step, at);
        }
    }
    let (steps, former) = std::mem::take(&mut run.steps)
        .into_iter()
        .partition(|(id, _)| plan.step(id).is_some());
    run.steps = steps;
    run.former.extend::<std::collections::BTreeMap<_, _>>(former);
    for step in plan.steps() {
        if run.steps.contains_key(&step.id) {
            continue;
        }
        // A step that was taken out and comes back does not count its generations from 1 again.
        let mut fresh = run
            .former
            .remove(&step.id)
            .map_or_else(StepRun::fresh, |mut step| {
                start_anew(&mut step, at);
                step
            });
        fresh.last_seen = None;
        run.steps.insert(step.id.clone(), fresh);
    }
    run.decisions
        .retain(|id, decided| plan.decision(id).is_some() && stands(diff, id, decided));
    for (id, decided) in pre_decided(plan) {
        run.decisions.entry(id).or_insert(decided);
    }
    run.monitors.retain(|id, _| {
        plan.monitors.iter().any(|monitor| monitor.id == *id)
            && !touched.contains(&Subject::Monitor(id.clone()))
    });
    // A failure goes on under other words; another look at something else says nothing of it.
    let same_checks = |id: &MonitorId| {
        let of = |plan: &Plan| {
            let found = plan.monitors.iter().find(|monitor| monitor.id == *id);
            found.map(|monitor| monitor.checks.clone())
        };
        of(&run.plan).is_some() && of(&run.plan) == of(plan)
    };
    run.watched.retain(|id, _| same_checks(id));
    forget_other_checks(run, &diff.changes);
    run.plan = plan.shared();
    run.plan_digest = diff.to;
    Ok(())
}

/// What no amendment can have done, by whatever rule it was decided.
fn legal(run: &Run, diff: &PlanDiff, plan: &Frozen, anew: &[StepId]) -> Result<(), String> {
    if diff.from != run.plan_digest {
        return Err("it amends another plan".to_owned());
    }
    if plan.digest() != diff.to {
        return Err("the amended plan does not have the digest that it was amended to".to_owned());
    }
    if run.rollback_active() {
        return Err("a rollback is under way".to_owned());
    }
    if let Some(step) = run.in_flight() {
        return Err(format!("the call of step {step} is still in flight"));
    }
    let (was, is) = (&run.plan.target, &plan.target);
    if (&was.name, was.kind, &was.account, &was.region, &was.role)
        != (&is.name, is.kind, &is.account, &is.region, &is.role)
    {
        return Err("a run keeps its target".to_owned());
    }
    for step in run.plan.steps().filter(|step| has_effect(run, &step.id)) {
        let same = plan.step(&step.id).is_some_and(|is| is.action == step.action);
        if !same || anew.contains(&step.id) {
            return Err(format!("step {} has an effect", step.id));
        }
    }
    Ok(())
}

/// A decision stands as long as its question and its type do; one of the target file's, as long as
/// the file says the same.
fn stands(diff: &PlanDiff, id: &DecisionId, decided: &Decided) -> bool {
    !diff.changes.iter().any(|change| match change {
        PlanChange::Changed { subject, field, .. } => {
            *subject == Subject::Decision(id.clone()) && (field != "decided" || decided.by.is_none())
        }
        _ => false,
    })
}

/// Nothing that was read, approved or said of the step holds any more; what was tried stays told.
fn forget(step: &mut StepRun, at: Timestamp) {
    let untried = matches!(
        step.state,
        StepState::ToDo | StepState::Checking | StepState::Blocked | StepState::Ready
    ) && step.current().is_none();
    let generation = step.generation;
    start_anew(step, at);
    // What the old action touched says nothing of the object of the new one.
    step.last_seen = None;
    if untried {
        step.generation = generation;
    }
}
