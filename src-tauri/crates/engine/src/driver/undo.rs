//! Undoing: the plan of a rollback from a fresh look, and one item of a confirmed one.

use futures_util::future::join_all;
use jiff::Timestamp;
use switchback_model::rollback::{ItemKind, Precondition};
use switchback_model::{
    AttemptId, Captured, CheckId, CheckReading, EventKind, Image, Preview, RollbackPlan, RollbackScope,
    StepId, Verdict, Way, Witness,
};

use super::apply::landed_since;
use super::inspect::SEALED;
use super::stands::begun;
use super::{DriveError, Driver};
use crate::canaries::with_own;
use crate::doubt;
use crate::evolve::landed_after_all;
use crate::next::not_proven;
use crate::ports::{Action, Observed, ProviderError, World};
use crate::rejection::Rejection;
use crate::rollback::{ObjectsRead, is_touched, plan_rollback, unproven_before};
use crate::run::{Attempt, RollbackState, Run};

/// Reads what the rollback would touch and plans it. What can't be read is named as a
/// precondition that does not hold, never a silent refusal.
pub async fn plan(
    run: &Run,
    world: &dyn World,
    now: Timestamp,
    scope: &RollbackScope,
) -> Result<(RollbackPlan, Vec<Precondition>), Rejection> {
    let seen = see(run, world).await;
    plan_seen(run, world, now, scope, &seen).await
}

/// Reads the object of every step that may have an effect: one look serves the plans of any number
/// of scopes, because a provider's requests are few.
pub async fn see(run: &Run, world: &dyn World) -> ObjectsRead {
    let touched = run.plan.steps().filter(|step| is_touched(run, step));
    join_all(touched.filter_map(|step| {
        let spec = step.action.as_ref()?;
        Some(async move {
            let held = run.steps.get(&step.id).and_then(|state| state.held_refused());
            let sent = held.and_then(Attempt::sent);
            let read = world
                .action(&with_own(run, &step.id, spec))
                .read(sent.as_ref())
                .await;
            (step.id.clone(), read.map_err(|e| e.sentence()))
        })
    }))
    .await
    .into_iter()
    .collect()
}

/// As [`plan`], from a look that was taken already.
pub async fn plan_seen(
    run: &Run,
    world: &dyn World,
    now: Timestamp,
    scope: &RollbackScope,
    seen: &ObjectsRead,
) -> Result<(RollbackPlan, Vec<Precondition>), Rejection> {
    let build = |spec: &switchback_model::ActionSpec,
                 from: &switchback_model::Image,
                 to: &switchback_model::Image| world.action(spec).plan(from, Some(to));
    let run = &as_seen(run, world, seen);
    let plan = plan_rollback(run, scope, seen, &build)?;
    let history = run.history();
    let mut preconditions = Vec::new();
    // Once for the whole plan: it is one thing that a person accepts by name.
    let undone = plan
        .items
        .iter()
        .find(|item| matches!(item.kind, ItemKind::Undo { .. } | ItemKind::Publish { .. }));
    if let (Some(item), Some(reading)) = (undone, doubt::precondition(run, now)) {
        preconditions.push(Precondition {
            item: item.id.clone(),
            reading,
        });
    }
    preconditions.extend(
        unproven_before(run, &plan)
            .into_iter()
            .map(|(item, step)| Precondition {
                item: item.to_owned(),
                reading: begun(run, step, now),
            }),
    );
    for item in &plan.items {
        let Some(step) = item.step.as_ref().and_then(|id| run.plan.step(id)) else {
            continue;
        };
        if !matches!(item.kind, ItemKind::Undo { .. } | ItemKind::Publish { .. }) {
            continue;
        }
        if matches!(item.kind, ItemKind::Undo { restores: None, .. }) {
            preconditions.push(Precondition {
                item: item.id.clone(),
                reading: closed(&step.id, now),
            });
        }
        // What proves it afterwards must be possible from here: better said now than in the middle.
        let lacking = join_all(step.undo_verify.iter().map(|spec| world.lacks(spec))).await;
        preconditions.extend(lacking.into_iter().flatten().map(|reading| Precondition {
            item: item.id.clone(),
            reading,
        }));
        // What a publication needs is asked when it is its turn: it must not hold up the value that goes back before it.
        if matches!(item.kind, ItemKind::Publish { .. }) {
            let readings = join_all(step.undo_before.iter().map(|spec| world.check(spec, &history))).await;
            preconditions.extend(readings.into_iter().map(|reading| Precondition {
                item: item.id.clone(),
                reading,
            }));
            continue;
        }
        if let Some(Err(why)) = seen.get(&step.id) {
            preconditions.push(Precondition {
                item: item.id.clone(),
                reading: unread(&step.id, why, now),
            });
        }
        if let Some(reading) = unbuilt((run, step), &item.kind, seen.get(&step.id), world, now) {
            preconditions.push(Precondition {
                item: item.id.clone(),
                reading,
            });
        }
        let readings = join_all(step.undo_before.iter().map(|spec| world.check(spec, &history))).await;
        preconditions.extend(readings.into_iter().map(|reading| Precondition {
            item: item.id.clone(),
            reading,
        }));
    }
    Ok((plan, preconditions))
}

/// The precondition "its image can be opened", by the name under which it is overridden.
fn closed(step: &StepId, now: Timestamp) -> CheckReading {
    let id: String = format!("key-{step}").chars().take(64).collect();
    CheckReading {
        check: CheckId::new(id).expect("a step id with a prefix is an id"),
        verdict: Verdict::Error,
        observed: "the image from before is sealed, and the run's key is not open here".to_owned(),
        expected: "an image that can be opened".to_owned(),
        source: "the journal".to_owned(),
        observed_at: now,
        believable_s: 60,
        mend: Some(
            "Unlock the keychain, or give the run's recovery code with --recovery-code-file.".to_owned(),
        ),
        answers: None,
    }
}

/// The precondition "its undo can be built from what is there", by the name under which it is
/// overridden; none where it can.
fn unbuilt(
    (run, step): (&Run, &switchback_model::Step),
    kind: &ItemKind,
    seen: Option<&Result<Observed, String>>,
    world: &dyn World,
    now: Timestamp,
) -> Option<CheckReading> {
    let from = &seen?.as_ref().ok()?.image;
    let restores = match kind {
        ItemKind::Undo {
            preview: None,
            restores: Some(restores),
        } => restores,
        ItemKind::Publish { preview: None, .. } => from,
        ItemKind::Undo { .. }
        | ItemKind::Publish { .. }
        | ItemKind::Manual { .. }
        | ItemKind::Notice { .. } => {
            return None;
        }
    };
    let why = match world
        .action(&with_own(run, &step.id, step.action.as_ref()?))
        .plan(from, Some(restores))
    {
        Ok(_) => "what an earlier item leaves does not lead back to it".to_owned(),
        Err(error) => error.sentence(),
    };
    let id: String = format!("undo-{}", step.id).chars().take(64).collect();
    Some(CheckReading {
        check: CheckId::new(id).expect("a step id with a prefix is an id"),
        verdict: Verdict::Fail,
        observed: why,
        expected: "an undo that can be built".to_owned(),
        source: "the provider".to_owned(),
        observed_at: now,
        believable_s: 60,
        mend: Some(
            "Mend what stands in the way, or go back all the same by this name: the rollback stops at this item."
                .to_owned(),
        ),
        answers: None,
    })
}

/// The run with what is there in spite of a refusal, as the driver will journal it before it decides.
fn as_seen(run: &Run, world: &dyn World, seen: &ObjectsRead) -> Run {
    let plain = run;
    let mut run = run.clone();
    let plan = run.plan.clone();
    for (id, now) in seen {
        let (Some(step), Some(state), Ok(now)) = (plan.step(id), run.steps.get_mut(id), now) else {
            continue;
        };
        let (Some(spec), Some(held)) = (&step.action, state.held_refused().cloned()) else {
            continue;
        };
        if landed_since(&*world.action(&with_own(plain, id, spec)), &held, now).is_some() {
            let at = state.changed_at.unwrap_or(held.intended_at);
            landed_after_all(state, &held.id, at);
        }
    }
    run
}

/// The precondition "its object can be read", by the name under which it is overridden.
fn unread(step: &StepId, why: &str, now: Timestamp) -> CheckReading {
    let id: String = format!("read-{step}").chars().take(64).collect();
    CheckReading {
        check: CheckId::new(id).expect("a step id with a prefix is an id"),
        verdict: Verdict::Error,
        observed: format!("could not be read: {why}"),
        expected: "as the step left it".to_owned(),
        source: "the provider".to_owned(),
        observed_at: now,
        believable_s: 60,
        mend: Some("Mend the connection or the sign-in, or go back all the same by this name.".to_owned()),
        answers: None,
    }
}

impl Driver {
    /// One item: preconditions, identity, fresh read, write-ahead, call. Whatever does not hold
    /// stops the rollback at this item.
    pub(super) async fn undo(&mut self, item: &str, id: &StepId) -> Result<(), DriveError> {
        let Some((step, state)) = self.run.step(id) else {
            return Ok(());
        };
        let Some(rollback) = &self.run.rollback else {
            return Ok(());
        };
        let Some(ItemKind::Undo {
            preview: confirmed,
            restores: Some(restores),
        }) = rollback.named(item).map(|item| item.kind.clone())
        else {
            let sealed = state
                .effect
                .as_ref()
                .is_some_and(|e| matches!(e.before, Some(Captured::Sealed(_))));
            let why = if sealed {
                format!("Nothing was sent. {SEALED}")
            } else {
                "There is no image to restore.".to_owned()
            };
            return self.halt(item, why, Vec::new()).await;
        };
        let Some(spec) = step.action.clone() else {
            return self
                .halt(item, "The step has no action.".to_owned(), Vec::new())
                .await;
        };
        // A later item restores what is there already: this one leaves it, and nothing else.
        let own = state
            .effect
            .as_ref()
            .and_then(|e| e.before.as_ref()?.readable())
            .cloned();
        let passed = own
            .as_ref()
            .is_some_and(|own| !spec.back(&restores, own).same_as(&restores));
        // Made of what is there then, where the kind leaves what others wrote.
        let back = |now: &Image| match &own {
            Some(own) if !passed => spec.back(now, own),
            Some(_) | None => restores.clone(),
        };
        let left_as = state.effect.as_ref().and_then(|e| e.after.readable()).cloned();
        let Some(readings) = self.proven(item, id).await? else {
            return Ok(());
        };
        let action = self.world.action(&with_own(&self.run, id, &spec));
        let fresh = async {
            self.world.identity(&self.run.plan.target).await?;
            let now = action.read(None).await?;
            Ok::<_, ProviderError>((action.plan(&now.image, Some(&back(&now.image)))?, now.witness))
        };
        let (preview, witness) = match fresh.await {
            Ok(fresh) => fresh,
            Err(error) => return self.halt(item, error.sentence(), readings).await,
        };
        if preview.is_empty() {
            return self
                .append(vec![EventKind::UndoNotNeeded {
                    step: id.clone(),
                    verify: !passed,
                    by_word: false,
                }])
                .await;
        }
        // What stands beside the records, and is not touched, may change meanwhile.
        let as_confirmed = confirmed.as_ref().is_some_and(|c| c.from.same_as(&preview.from));
        let as_left = || left_as.is_some_and(|left| left.same_as(&preview.from));
        if passed || !preview.to.same_as(&restores) || !as_confirmed && !as_left() {
            let why = format!(
                "The {} changed since you confirmed: {} to see what would be restored over it.",
                preview.from.noun(),
                RollbackState::PLAN_ANEW
            );
            return self.halt(item, why, readings).await;
        }
        self.carry_out_item(item, (id, Way::Undo), action, (preview, witness), readings)
            .await
    }

    /// What an item needs before it, read now. None where it does not hold: then the rollback has stopped there.
    pub(super) async fn proven(
        &mut self,
        item: &str,
        id: &StepId,
    ) -> Result<Option<Vec<CheckReading>>, DriveError> {
        let step = self.run.plan.step(id);
        let specs = step.map(|step| step.undo_before.clone()).unwrap_or_default();
        let rollback = self.run.rollback.as_ref();
        let overrides = rollback.map(|one| one.overrides.clone()).unwrap_or_default();
        let history = self.run.history();
        let readings = join_all(specs.iter().map(|spec| self.world.check(spec, &history))).await;
        let open: Vec<String> = readings
            .iter()
            .filter(|r| !r.verdict.lets_through() && !overrides.contains(&r.check))
            .map(|r| format!("{} ({})", r.check, r.observed))
            .collect();
        if open.is_empty() {
            return Ok(Some(readings));
        }
        let why = format!("Not proven: {}.", open.join(", "));
        self.halt(item, why, readings).await?;
        Ok(None)
    }

    /// The write-ahead and the request of an item.
    pub(super) async fn carry_out_item(
        &mut self,
        item: &str,
        (id, way): (&StepId, Way),
        action: Box<dyn Action>,
        (preview, witness): (Preview, Option<Witness>),
        readings: Vec<CheckReading>,
    ) -> Result<(), DriveError> {
        let Some(state) = self.run.steps.get(id) else {
            return Ok(());
        };
        let attempt = AttemptId {
            step: id.clone(),
            generation: state.generation,
            way,
            n: state.next_n(way),
        };
        match self.ahead(id, &preview).await {
            Ok(ahead) => self.call(action, attempt, &preview, ahead, witness).await,
            Err(why) => {
                let why = format!("Nothing was sent: what is there now must be sealed. {why}");
                self.halt(item, why, readings).await
            }
        }
    }

    pub(super) async fn halt(
        &mut self,
        item: &str,
        why: String,
        readings: Vec<CheckReading>,
    ) -> Result<(), DriveError> {
        // What stops it comes first; the item whose turn it is, beside which that went on, is said as well.
        let at = self.run.rollback.as_ref().and_then(|rollback| rollback.item());
        let why = match at.filter(|at| at.id != item) {
            Some(at) => {
                let stands = at.step.as_ref().map(|id| not_proven(&self.run, id));
                format!(
                    "{why} It went on beside {}: {}",
                    at.id,
                    stands.unwrap_or_default()
                )
            }
            None => why,
        };
        let item = item.to_owned();
        self.append(vec![EventKind::RollbackHalted { item, why, readings }])
            .await
    }
}
