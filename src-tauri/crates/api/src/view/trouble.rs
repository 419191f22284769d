//! Steps that did not come off: what a look at the monitors alone would hide, who took a roll back, and the ready-made
//! ways back that fit.

use switchback_engine::rollback::has_effect;
use switchback_engine::run::{Run, StepRun};
use switchback_model::{ActionSpec, Finding, RollService, Step, StepState, Verdict};

use crate::wire::WayBackByName;

/// Whether a step stands where it neither took effect as it should, nor is as before.
fn is_open(state: StepState) -> bool {
    match state {
        StepState::Unverified
        | StepState::Foreign
        | StepState::UndoUnverified
        | StepState::UndoForeign
        | StepState::UndoFailed
        | StepState::Failed => true,
        StepState::ToDo
        | StepState::Checking
        | StepState::Blocked
        | StepState::Ready
        | StepState::Applying { .. }
        | StepState::Verifying { .. }
        | StepState::Done { .. }
        | StepState::InDoubt { .. }
        | StepState::Adopted
        | StepState::Undoing { .. }
        | StepState::UndoVerifying { .. }
        | StepState::Undone { .. }
        | StepState::UndoInDoubt { .. }
        | StepState::Skipped => false,
    }
}

/// The first step that stands open while a check of its own failed when it was last read, in words: the step's title and
/// what the check saw. Monitors look at what users had before, too, and may all pass meanwhile.
pub(super) fn failing_step(run: &Run) -> Option<(&str, String)> {
    run.plan.steps().find_map(|step| {
        let state = run.steps.get(&step.id)?;
        let attempt = state.current().filter(|_| is_open(state.state))?;
        let failed = attempt
            .readings
            .iter()
            .find(|reading| reading.verdict == Verdict::Fail)?;
        let specs = step.verify.iter().chain(&step.undo_verify);
        let title = specs
            .filter(|spec| spec.id == failed.check)
            .map(|spec| spec.title.as_str())
            .next()
            .unwrap_or(failed.check.as_str());
        let first = failed.observed.split("; ").next().unwrap_or_default();
        Some((step.title.as_str(), format!("“{title}” fails: {first}")))
    })
}

/// Where ECS itself gave a roll up and took it back, what stands there now: only its circuit breaker and a deployment
/// alarm do so (ECS developer guide, "Deployment failure detection").
pub(super) fn taken_back_by_ecs<'a>(step: &Step, state: &'a StepRun) -> Option<&'a str> {
    let is_open = matches!(state.state, StepState::Foreign | StepState::UndoForeign);
    if !matches!(step.action, Some(ActionSpec::RollService(_))) || !is_open {
        return None;
    }
    match state.current()?.finding.as_ref()? {
        Finding::Partial { differences } => differences
            .iter()
            .filter(|one| one.field == "deployment")
            .find_map(|one| one.found.strip_prefix(RollService::GIVEN_UP)),
        Finding::Before | Finding::After | Finding::Other { .. } | Finding::Unclear { .. } => None,
    }
}

/// The rules that take back a step that did not come off, or what it was to make seen, in the plan's order.
pub(super) fn ways_back(run: &Run, step: &Step, state: StepState) -> Vec<WayBackByName> {
    if !matches!(state, StepState::Foreign | StepState::Unverified) {
        return Vec::new();
    }
    let rules = run.plan.rules.iter().filter(|rule| {
        let mut undone = rule.undo.iter().filter(|id| has_effect(run, id));
        undone.any(|id| *id == step.id || step.publishes.contains(id))
    });
    rules
        .map(|rule| WayBackByName {
            rule: rule.id.to_string(),
            title: rule.title.clone(),
        })
        .collect()
}
