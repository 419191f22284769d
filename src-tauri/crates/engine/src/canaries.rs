//! What a step itself made and must know on its way back: the user that the sign-in of a canary made. Only that user may
//! ever be deleted, so the adapter is told which one it is, from the journal; it never sees a run.

use switchback_model::{ActionSpec, MadeCanary, SignInCanary, StepId, Way, Witness};

use crate::run::{Outcome, Run};

/// An action with what an earlier attempt of its own step made.
#[must_use]
pub fn with_own(run: &Run, step: &StepId, action: &ActionSpec) -> ActionSpec {
    match action {
        ActionSpec::SignInCanary(spec) => ActionSpec::SignInCanary(SignInCanary {
            made: made(run, step),
            ..spec.clone()
        }),
        ActionSpec::SetTtl(_)
        | ActionSpec::SwitchRecord(_)
        | ActionSpec::SetParameter(_)
        | ActionSpec::RollService(_)
        | ActionSpec::SetRuleAction(_)
        | ActionSpec::SetThrottle(_)
        | ActionSpec::SetAuthorizer(_)
        | ActionSpec::SnapshotApi(_)
        | ActionSpec::PointStage(_)
        | ActionSpec::FlushStage(_)
        | ActionSpec::Invalidate(_)
        | ActionSpec::Unknown(_) => action.clone(),
    }
}

/// The user that the last sign-in of this generation made: by the `sub` of its answer, and where that was lost by the
/// time from which on it was made.
fn made(run: &Run, step: &StepId) -> Option<MadeCanary> {
    let state = run.steps.get(step)?;
    let attempts = state.attempts.iter().rev();
    let mut ours = attempts.filter(|attempt| {
        attempt.id.way == Way::Apply
            && attempt.id.generation == state.generation
            && !attempt.effectless
            && !attempt.token.is_empty()
    });
    ours.find_map(|attempt| {
        let sub = attempt
            .receipt
            .as_ref()
            .and_then(|receipt| receipt.change_id.clone());
        match (&attempt.outcome, sub, &attempt.witness) {
            (_, Some(sub), Some(Witness::Time { at })) => Some(MadeCanary::Sub { sub, absent: *at }),
            // What was refused made nobody. What is in doubt may have: whoever appeared right then.
            (Outcome::Refused(_) | Outcome::SaidRefused | Outcome::Settled, None, _)
                if attempt.applied_at.is_none() =>
            {
                None
            }
            (_, None, Some(Witness::Time { at })) => Some(MadeCanary::After(*at)),
            (
                _,
                _,
                Some(Witness::Version { .. } | Witness::Deployment { .. } | Witness::Unknown(_)) | None,
            ) => None,
        }
    })
}
