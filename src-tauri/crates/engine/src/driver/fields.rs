//! Somebody else's change, field by field: the three-way preview, and the one undo that it becomes.

use futures_util::future::{join, join_all};
use switchback_model::{AttemptId, CheckReading, EventKind, FieldChoices, StepId, Way};

use super::{DriveError, Driver};
use crate::canaries::with_own;
use crate::decide::{FieldPlan, may_choose_fields};
use crate::ports::{ProviderError, World};
use crate::rejection::{Rejection, RejectionCode as Code};
use crate::run::Run;

/// The three-way preview of a step that somebody else changed, from a fresh read; with the exact
/// change once something was said of every field that differs.
///
/// # Errors
/// When fields can't be chosen for this step now, its object can't be read, or the choices don't fit
/// together.
pub async fn plan_fields(
    run: &Run,
    world: &dyn World,
    id: &StepId,
    choices: &FieldChoices,
) -> Result<FieldPlan, Rejection> {
    may_choose_fields(run, id)?;
    let unread = |why: String| Rejection::new(Code::NotNow, why, "");
    let images = run.step(id).and_then(|(step, state)| {
        let effect = state.effect.as_ref()?;
        let (before, ours) = (effect.before.as_ref()?.readable()?, effect.after.readable()?);
        Some((step, step.action.as_ref()?, before, ours))
    });
    let Some((step, spec, before, ours)) = images else {
        return Err(unread(format!("Step {id} has no object in AWS.")));
    };
    let action = world.action(&with_own(run, id, spec));
    let history = run.history();
    let probes = join_all(step.undo_before.iter().map(|spec| world.check(spec, &history)));
    let (found, preconditions) = join(action.read(None), probes).await;
    let found = found.map_err(|error| unread(error.sentence()))?;
    let three = switchback_model::field::three_way(before, ours, &found.image, choices)
        .map_err(|error| Rejection::new(Code::BadValue, error.to_string(), "Choose the fields again."))?;
    let preview = match &three.to {
        Some(to) => {
            let planned = action.plan(&found.image, Some(to));
            Some(planned.map_err(|error| Rejection::new(Code::Guard, error.sentence(), ""))?)
        }
        None => None,
    };
    Ok(FieldPlan {
        three,
        preview,
        preconditions,
    })
}

impl Driver {
    /// As [`plan_fields`], of the run that is driven.
    pub async fn plan_fields(&self, id: &StepId, choices: &FieldChoices) -> Result<FieldPlan, Rejection> {
        plan_fields(&self.run, &*self.world, id, choices).await
    }

    /// Carries out what was chosen: preconditions, identity, fresh read, write-ahead, one call. What
    /// does not hold voids the choice; nothing is sent.
    pub(super) async fn restore(&mut self, id: &StepId) -> Result<(), DriveError> {
        let Some((step, state)) = self.run.step(id) else {
            return Ok(());
        };
        let (Some(spec), Some(chosen)) = (step.action.clone(), state.restore.clone()) else {
            return Ok(());
        };
        let Some(to) = chosen.to.readable().cloned() else {
            let why = "The image is sealed: its key is needed.".to_owned();
            return self.void_choice(id, why).await;
        };
        let attempt = AttemptId {
            step: id.clone(),
            generation: state.generation,
            way: Way::Undo,
            n: state.next_n(Way::Undo),
        };
        let specs = step.undo_before.clone();
        let history = self.run.history();
        let readings: Vec<CheckReading> =
            join_all(specs.iter().map(|spec| self.world.check(spec, &history))).await;
        let open: Vec<String> = readings
            .iter()
            .filter(|r| !r.verdict.lets_through() && !chosen.overrides.contains(&r.check))
            .map(|r| format!("{} ({})", r.check, r.observed))
            .collect();
        if !open.is_empty() {
            return self
                .void_choice(id, format!("Not proven: {}.", open.join(", ")))
                .await;
        }
        let action = self.world.action(&with_own(&self.run, id, &spec));
        let fresh = async {
            self.world.identity(&self.run.plan.target).await?;
            let found = action.read(None).await?;
            Ok::<_, ProviderError>((action.plan(&found.image, Some(&to))?, found.witness))
        };
        match fresh.await {
            Err(error) => self.void_choice(id, error.sentence()).await,
            Ok((preview, _)) if preview.digest() != chosen.preview => {
                let noun = preview.from.noun();
                let why = format!("The {noun} changed since you chose: look at it again.");
                self.void_choice(id, why).await
            }
            Ok((preview, witness)) => match self.ahead(id, &preview).await {
                Ok(ahead) => self.call(action, attempt, &preview, ahead, witness).await,
                Err(why) => {
                    let why = format!("Nothing was sent: what is there now must be sealed. {why}");
                    self.void_choice(id, why).await
                }
            },
        }
    }

    async fn void_choice(&mut self, id: &StepId, why: String) -> Result<(), DriveError> {
        self.append(vec![EventKind::ApprovalVoided {
            step: id.clone(),
            why,
            preview: None,
            problem: None,
        }])
        .await
    }
}
