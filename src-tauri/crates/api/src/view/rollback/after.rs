//! What a complete rollback leaves as it is: what is still closed to users, and what else stays in place.

use switchback_engine::expect::applicable;
use switchback_engine::rollback::has_effect;
use switchback_engine::run::Run;
use switchback_model::plan::Monitor;
use switchback_model::{CheckKind, RollbackPlan, RollbackScope, RoutesExpected, Step, StepState};

use crate::wire::RestrictedView;

/// Whether a step closes routes to users: one of its own after-checks proves it from outside.
fn closes(step: &Step) -> bool {
    step.verify.iter().any(
        |spec| matches!(&spec.kind, CheckKind::Routes(check) if check.expected == RoutesExpected::Closed),
    )
}

/// What is closed on purpose now, one for each monitor that looks at it.
pub(super) fn restricted(run: &Run) -> Vec<RestrictedView> {
    let looks = |monitor: &Monitor| {
        let spec = applicable(run, monitor)?;
        let CheckKind::Routes(check) = &spec.kind else {
            return None;
        };
        (check.expected == RoutesExpected::Closed).then(|| spec.title.clone())
    };
    run.plan
        .monitors
        .iter()
        .filter_map(|monitor| {
            let sentence = looks(monitor)?;
            let by = run.plan.steps();
            let by = by.filter(|step| closes(step) && !step.is_publisher() && has_effect(run, &step.id));
            Some(RestrictedView {
                by: by.map(|step| step.title.clone()).collect(),
                monitor: monitor.id.to_string(),
                sentence,
            })
        })
        .collect()
}

/// The titles of what the rollback left in place: by a rule what it keeps by name, else all that has an effect.
pub(super) fn stays(run: &Run, plan: &RollbackPlan) -> Vec<String> {
    let kept = |step: &&Step| match &plan.scope {
        RollbackScope::Rule(rule) => {
            let named = run.plan.rule(rule);
            let mut items = plan.items.iter();
            named.is_some_and(|rule| rule.keep.contains(&step.id))
                // What a person kept in the middle of it.
                || items.any(|item| item.step.as_ref() == Some(&step.id))
        }
        RollbackScope::Step(_) | RollbackScope::All => true,
    };
    run.plan
        .steps()
        .filter(|step| !step.is_publisher() && has_effect(run, &step.id))
        .filter(kept)
        .map(|step| left(run, step))
        .collect()
}

/// The title of a step that is left where it is; of one that was taken back, and of which that is not proven, both.
pub(super) fn left(run: &Run, step: &Step) -> String {
    let state = run.steps.get(&step.id).map(|step| step.state);
    match matches!(
        state,
        Some(StepState::UndoVerifying { .. } | StepState::UndoUnverified)
    ) {
        true => format!("{} (taken back, and not proven)", step.title),
        false => step.title.clone(),
    }
}
