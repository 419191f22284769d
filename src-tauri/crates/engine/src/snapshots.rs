//! What one step makes and another uses: the deployment that a snapshot of an API is. Which it is, is known once it was
//! made, by the token that its request carried.

use switchback_model::{ActionSpec, Edges, PointStage, Snapshot, StepId, StepState, Way};

use crate::canaries::with_own;
use crate::publish::moved;
use crate::run::{Outcome, Run};

/// A step's action with what earlier steps of its run made, or itself. What was not made yet, or was made before the last change that it
/// shall hold, stays open; who plans the action says so.
#[must_use]
pub fn resolved(run: &Run, id: &StepId, action: &ActionSpec) -> ActionSpec {
    match action {
        ActionSpec::PointStage(
            spec @ PointStage {
                deployment: Snapshot::From { step, .. },
                ..
            },
        ) => ActionSpec::PointStage(PointStage {
            deployment: Snapshot::From {
                step: step.clone(),
                token: token(run, step).filter(|_| is_done(run, step) && !is_outdated(run, step)),
            },
            ..spec.clone()
        }),
        ActionSpec::SignInCanary(_) => with_own(run, id, action),
        ActionSpec::PointStage(_)
        | ActionSpec::SetTtl(_)
        | ActionSpec::SwitchRecord(_)
        | ActionSpec::SetParameter(_)
        | ActionSpec::RollService(_)
        | ActionSpec::SetRuleAction(_)
        | ActionSpec::SetThrottle(_)
        | ActionSpec::SetAuthorizer(_)
        | ActionSpec::SnapshotApi(_)
        | ActionSpec::FlushStage(_)
        | ActionSpec::Invalidate(_)
        | ActionSpec::Unknown(_) => action.clone(),
    }
}

/// The token of the request that made a step's snapshot, with its place in the journal.
fn made(run: &Run, step: &StepId) -> Option<(u64, String)> {
    let state = run.steps.get(step)?;
    let landed = state.attempts.iter().rev().find(|attempt| {
        let is_there = match attempt.outcome {
            Outcome::Answered => true,
            Outcome::Settled => attempt.applied_at.is_some(),
            Outcome::InFlight | Outcome::SaidRefused | Outcome::Refused(_) | Outcome::Lost => false,
        };
        attempt.id.way == Way::Apply && is_there && !attempt.token.is_empty()
    })?;
    Some((landed.seq, landed.token.clone()))
}

fn token(run: &Run, step: &StepId) -> Option<String> {
    made(run, step).map(|(_, token)| token)
}

/// One that is made anew, or was left out, makes nothing that may be used.
fn is_done(run: &Run, step: &StepId) -> bool {
    let state = run.steps.get(step).map(|state| state.state);
    matches!(state, Some(StepState::Done { .. }))
}

/// Whether a step's snapshot was taken before the last change of the same API that comes before it in the plan: it
/// holds what was there before that.
#[must_use]
pub fn is_outdated(run: &Run, step: &StepId) -> bool {
    let Some(ActionSpec::SnapshotApi(spec)) = run.plan.step(step).and_then(|step| step.action.as_ref())
    else {
        return false;
    };
    let Some((at, _)) = made(run, step) else {
        return false;
    };
    let held = |id: &&StepId| {
        let action = run.plan.step(id).and_then(|step| step.action.as_ref());
        matches!(action, Some(ActionSpec::SetAuthorizer(set)) if set.api == spec.api)
    };
    let edges = Edges::of(&run.plan);
    let takes = |user: &&switchback_model::Step| {
        matches!(&user.action, Some(ActionSpec::PointStage(PointStage {
            deployment: Snapshot::From { step: from, .. },
            ..
        })) if from == step)
    };
    let users = run.plan.steps().filter(takes).map(|user| &user.id);
    // What comes before the stage is pointed there must be in it, wherever the snapshot stands in the plan.
    let mut changes = users.chain([step]).flat_map(|id| edges.before(id)).filter(held);
    is_done(run, step) && changes.any(|id| run.steps.get(id).and_then(moved).is_some_and(|moved| moved > at))
}
