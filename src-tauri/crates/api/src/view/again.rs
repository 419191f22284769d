//! A gate that is met once more, because a rollback brought the night back behind it: people are asked whether to start
//! again, and told what was taken back.

use switchback_engine::run::{RollbackRun, RollbackState, Run};
use switchback_model::rollback::ItemKind;
use switchback_model::{Phase, RollbackScope, StepId, StepState};

/// The rollback that brought the night back behind the gate of a phase that was decided before; none where none did, where
/// it is not over, or where all of what it took back was done again.
fn back<'a>(run: &'a Run, phase: &Phase) -> Option<&'a RollbackRun> {
    let rollback = run
        .rollback
        .as_ref()
        .filter(|rollback| rollback.state == RollbackState::Completed)?;
    run.gates.get(&phase.id)?.decision.as_ref()?;
    let place = |at: &Phase| run.plan.phases.iter().position(|one| one.id == at.id);
    let gate = place(phase)?;
    let behind = |step: &StepId| {
        let mut phases = run.plan.phases.iter();
        let at = phases.position(|one| one.steps.iter().any(|one| one.id == *step));
        at.is_some_and(|at| at <= gate)
    };
    let is_done = |step: &StepId| matches!(run.steps.get(step), Some(step) if matches!(step.state, StepState::Done { .. }));
    let mut steps = rollback.plan.items.iter().filter_map(|item| item.step.as_ref());
    steps
        .any(|step| behind(step) && !is_done(step))
        .then_some(rollback)
}

/// "Start again after R5?"
pub(super) fn title(run: &Run, phase: &Phase) -> Option<String> {
    Some(match &back(run, phase)?.plan.scope {
        RollbackScope::Rule(rule) => format!("Start again after {rule}?"),
        RollbackScope::Step(step) => {
            let title = run
                .plan
                .step(step)
                .map_or(step.as_str(), |step| step.title.as_str());
            format!("Go on after “{title}” was taken back?")
        }
        RollbackScope::All => "Start again after everything was taken back?".to_owned(),
    })
}

/// What was brought back, by whom it was asked for.
pub(super) fn sentence(run: &Run, phase: &Phase) -> Option<String> {
    let rollback = back(run, phase)?;
    let named = match &rollback.plan.scope {
        RollbackScope::Rule(rule) => {
            let title = run.plan.rule(rule).map(|rule| format!(" (“{}”)", rule.title));
            format!("{rule}{}", title.unwrap_or_default())
        }
        RollbackScope::Step(_) | RollbackScope::All => "A rollback".to_owned(),
    };
    let of = |kind: &ItemKind| match kind {
        ItemKind::Undo { .. } | ItemKind::Manual { .. } => true,
        ItemKind::Publish { .. } | ItemKind::Notice { .. } => false,
    };
    let taken = rollback.plan.items.iter().filter(|item| of(&item.kind));
    let titles: Vec<String> = taken
        .filter_map(|item| run.plan.step(item.step.as_ref()?))
        .map(|step| format!("“{}”", step.title))
        .collect();
    let what = match titles.is_empty() {
        true => "made seen once more what was taken back before".to_owned(),
        false => format!("took back {}", titles.join(", ")),
    };
    let mut overtaken = phase
        .steps
        .iter()
        .filter(|step| run.told_otherwise_since(&step.id).is_some());
    let stays = match overtaken.next() {
        None => "What stays done is not done again.".to_owned(),
        Some(step) => format!(
            "What stays done is not done again, but for “{}”: people were told since that we went back. Do that step again \
             first.",
            step.title
        ),
    };
    Some(format!("{named}, confirmed by {}, {what}. {stays}", rollback.by))
}
