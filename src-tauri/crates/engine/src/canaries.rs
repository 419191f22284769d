//! What a step itself made and must know on its way back: the user that the sign-in of a canary made. Only that user may
//! ever be deleted, so the adapter is told which one it is, from the journal; it never sees a run.

use switchback_model::{ActionSpec, MadeCanary, SignInCanary, StepId, Way, Witness};

use crate::observed::Sent;
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
/// time of the last look before it. An attempt without a mark never signed anybody in.
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
        let is_refused = matches!(
            attempt.outcome,
            Outcome::Refused(_) | Outcome::SaidRefused | Outcome::Settled
        );
        // What was refused made nobody. What is in doubt may have: whoever appeared right then.
        match made_by(&attempt.sent()?)? {
            MadeCanary::After(_) if is_refused && attempt.applied_at.is_none() => None,
            made @ (MadeCanary::Sub { .. } | MadeCanary::After(_)) => Some(made),
        }
    })
}

/// The `sub` of whom a sign-in made, where its answer named them.
pub(crate) fn named_by(sent: &Sent<'_>) -> Option<String> {
    match made_by(sent)? {
        MadeCanary::Sub { sub, .. } => Some(sub),
        MadeCanary::After(_) => None,
    }
}

/// Whom a sign-in made, by what is known of its request. Journals from before marks were written have the time in the
/// witness of the intent: there a `sub` still tells, but after a lost answer nothing does, because the proofs lay between.
#[must_use]
pub fn made_by(sent: &Sent<'_>) -> Option<MadeCanary> {
    if sent.way != Way::Apply {
        return None;
    }
    let time = |witness: &Witness| match witness {
        Witness::Time { at } => Some(*at),
        Witness::Version { .. } | Witness::Deployment { .. } | Witness::Unknown(_) => None,
    };
    let last_look = sent.mark.and_then(|mark| time(&mark.last_look));
    let sub = sent.receipt.and_then(|receipt| receipt.change_id.clone());
    match sub {
        Some(sub) => {
            let absent = last_look.or_else(|| sent.witness.and_then(time))?;
            Some(MadeCanary::Sub { sub, absent })
        }
        None => last_look.map(MadeCanary::After),
    }
}
