//! Looks at what a person or an earlier rollback says was taken back: nothing counts as taken back on an older look.

use jiff::Timestamp;
use switchback_model::rollback::{ItemKind, RollbackItem};
use switchback_model::{
    Captured, CheckId, CheckReading, EventKind, Finding, Image, StepId, StepState, Verdict,
};

use super::{DriveError, Driver};
use crate::canaries::with_own;
use crate::decide::{Stands, is_unproven_undo};
use crate::ports::ProviderErrorKind;
use crate::run::{Run, StepRun};

/// The precondition "what goes back before it is proven to be back", by the name under which it is overridden.
pub(super) fn begun(run: &Run, made: &StepId, now: Timestamp) -> CheckReading {
    let id: String = format!("unproven-{made}").chars().take(64).collect();
    let title = run.plan.step(made).map_or("", |step| step.title.as_str());
    let state = run.steps.get(made).map(|step| step.state);
    let stands = if state == Some(StepState::UndoForeign) {
        "its undo was begun, and somebody else changed it meanwhile"
    } else if matches!(state, Some(StepState::UndoInDoubt { .. })) {
        "its undo was begun, and is in doubt"
    } else {
        "its undo was made, and is not proven"
    };
    CheckReading {
        check: CheckId::new(id).expect("a step id with a prefix is an id"),
        verdict: Verdict::Fail,
        observed: format!("{made} (\u{201c}{title}\u{201d}) goes back before it: {stands}"),
        expected: "proven to be back".to_owned(),
        source: "the journal".to_owned(),
        observed_at: now,
        believable_s: 60,
        mend: Some(format!(
            "Roll {made} back first: what was made of it is looked at then. Or go on all the same by this name."
        )),
        answers: None,
    }
}

impl Driver {
    /// One look at the object of an item that was made before this rollback was confirmed, or before a person's last click.
    /// Where it is as restored, what users see is read anew; where it is not, that is journalled, and it is undone as
    /// confirmed. What can't be read stops the rollback there.
    pub(super) async fn look_at_made(&mut self, item: &str, id: &StepId) -> Result<(), DriveError> {
        let Some((step, state)) = self.run.step(id) else {
            return Ok(());
        };
        let (Some(spec), Some(attempt)) = (&step.action, state.current().cloned()) else {
            let why = "There is no object to look at.".to_owned();
            return self.halt(item, why, Vec::new()).await;
        };
        let action = self.world.action(&with_own(&self.run, id, spec));
        let (finding, _) = self.looked(&*action, &attempt).await;
        let again = EventKind::VerifyAgain {
            attempt: attempt.id.clone(),
        };
        match finding {
            Finding::Before => self.append(vec![again]).await,
            Finding::Unclear { why } => {
                let why = format!("It can't be told what is there. {why}");
                self.halt(item, why, Vec::new()).await
            }
            finding @ (Finding::After | Finding::Partial { .. } | Finding::Other { .. }) => {
                let attempt = attempt.id;
                self.append(vec![again, EventKind::Inspected { attempt, finding }])
                    .await
            }
        }
    }

    /// One look at the object of the item at which the rollback stopped, for the word that it is done; none where the item
    /// has no object of ours, or nothing of it can be there.
    pub(super) async fn stands(&self, item: &str) -> Option<Stands> {
        let rollback = self.run.rollback.as_ref()?;
        let next = rollback.item().filter(|next| next.id == item)?;
        // As this item restores it, or as a later one does: a person may have gone all the way at once.
        let left = rollback.plan.items.get(rollback.done..).unwrap_or_default();
        self.object_stands(next.step.as_ref()?, left).await
    }

    /// The same for the word that the undo of a step is accepted as it is: that, too, says that the step is taken back.
    pub(super) async fn stands_accepted(&self, step: &StepId) -> Option<Stands> {
        let (_, state) = self.run.step(step)?;
        if !is_unproven_undo(state.state) {
            return None;
        }
        let left = self.run.rollback.as_ref().filter(|_| self.run.rollback_active());
        let left = left.and_then(|rollback| rollback.plan.items.get(rollback.done..));
        self.object_stands(step, left.unwrap_or_default()).await
    }

    /// The same for the word that an apply in doubt changed nothing.
    pub(super) async fn stands_unchanged(&self, step: &StepId) -> Option<Stands> {
        let (_, state) = self.run.step(step)?;
        match state.state {
            StepState::InDoubt { .. } => self.object_stands(step, &[]).await,
            _ => None,
        }
    }

    async fn object_stands(&self, step: &StepId, left: &[RollbackItem]) -> Option<Stands> {
        let (step, state) = self.run.step(step)?;
        let spec = step.action.as_ref().filter(|_| !step.is_publisher())?;
        if !state.state.may_have_effect() {
            return None;
        }
        let doubted = match state.state {
            StepState::InDoubt { .. } => state.current().map(|attempt| &attempt.before),
            _ => None,
        };
        let before = doubted.or(state.effect.as_ref().and_then(|effect| effect.before.as_ref()));
        let Some(before) = before.and_then(Captured::readable) else {
            return Some(Stands::NoImage);
        };
        let action = self.world.action(&with_own(&self.run, &step.id, spec));
        let read = async {
            // Names are equal in two accounts.
            self.world.identity(&self.run.plan.target).await?;
            action.read(None).await
        };
        let now = match read.await {
            Ok(now) => now.image,
            // That there is none is an answer.
            Err(error) if error.kind == ProviderErrorKind::NotFound => {
                return Some(Stands::Otherwise {
                    noun: before.noun(),
                    now: vec![error.sentence().trim_end_matches('.').to_owned()],
                    before: before.lines(),
                });
            }
            Err(error) => return Some(Stands::Unread(error.sentence())),
        };
        let restored = left.iter().any(|item| is_restored_by(&item.kind, &now)) || is_as_chosen(state, &now);
        Some(match restored || spec.back(&now, before).same_as(&now) {
            true => Stands::AsBefore,
            false => Stands::Otherwise {
                noun: now.noun(),
                now: now.lines(),
                before: before.lines(),
            },
        })
    }
}

/// Whether it is as a person chose it field by field, with nothing left of what the step did.
fn is_as_chosen(state: &StepRun, now: &Image) -> bool {
    let chosen = state.current().filter(|last| last.by_field.is_some());
    let left = chosen.and_then(|last| last.after.readable());
    !state.effect_stays() && left.is_some_and(|left| left.same_as(now))
}

fn is_restored_by(kind: &ItemKind, now: &Image) -> bool {
    match kind {
        ItemKind::Undo {
            restores: Some(image),
            ..
        } => image.object() == now.object() && image.same_as(now),
        ItemKind::Undo { restores: None, .. }
        | ItemKind::Publish { .. }
        | ItemKind::Manual { .. }
        | ItemKind::Notice { .. } => false,
    }
}
