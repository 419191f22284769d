//! Before-checks: readings, the exact change, and the undo built and probed before the button works.

use futures_util::future::{join_all, join3};
use switchback_model::{
    CheckKind, CheckReading, CheckSpec, EventKind, Image, PhaseId, Preview, Reversibility, StepId,
};

use super::apply::landed_since;
use super::{DriveError, Driver};
use crate::ports::{History, NoKey, ProviderError, ProviderErrorKind};
use crate::run::Attempt;
use crate::snapshots::resolved;

impl Driver {
    pub(super) async fn check(&mut self, id: &StepId) -> Result<(), DriveError> {
        let Some(step) = self.run.plan.step(id).cloned() else {
            return Ok(());
        };
        let held = self
            .run
            .steps
            .get(id)
            .and_then(|state| state.held_refused().cloned());
        let history = self.run.history();
        let readings = join_all(step.before.iter().map(|spec| self.world.check(spec, &history)));
        let undo_readings = join_all(
            step.undo_before
                .iter()
                .map(|spec| self.world.check(spec, &history)),
        );
        let change = async {
            match &step.action {
                None => (None, None, None, None),
                Some(spec) => {
                    let action = self.world.action(&resolved(&self.run, id, spec));
                    let built = async {
                        self.can_seal(id).await.map_err(|why| unsealed(&why))?;
                        let sent = held.as_ref().and_then(Attempt::sent);
                        let observed = action.read(sent.as_ref()).await?;
                        let landed = held.and_then(|held| landed_since(&*action, &held, &observed));
                        let from = observed.image;
                        let preview = action.plan(&from, None)?;
                        let undo = match step.reversibility {
                            Reversibility::Undo => {
                                let back = spec.back(&preview.to, &from);
                                Some(action.plan(&preview.to, Some(&back))?)
                            }
                            _ => None,
                        };
                        Ok::<_, ProviderError>((preview, undo, landed))
                    };
                    match built.await {
                        Ok((preview, undo, landed)) => (Some(preview), undo, None, landed),
                        Err(error) => (None, None, Some(error.problem()), None),
                    }
                }
            }
        };
        let (mut readings, mut undo_readings, (preview, undo, problem, landed)) =
            join3(readings, undo_readings, change).await;
        // A try that AWS had refused is there after all: it is no change of somebody else's to be done
        // without, but ours, with its way back.
        if let Some(landed) = landed {
            return self.append(vec![landed]).await;
        }
        self.read_aged(&step.before, &mut readings, &history).await;
        self.read_aged(&step.undo_before, &mut undo_readings, &history)
            .await;
        // What is served now counts too: somebody may have raised the TTL since it was lowered, or have
        // lowered it just now.
        if let Some(from) = preview.as_ref().map(|preview| &preview.from) {
            let more = self.run.sightings.with(from, self.clock.now());
            for (spec, reading) in step.before.iter().zip(&mut readings) {
                let CheckKind::TtlWait { name, lowered } = &spec.kind else {
                    continue;
                };
                if more.iter().any(|v| v.name == *name && v.ttl > *lowered) {
                    let mut history = history.clone();
                    history.served.extend_from_slice(&more);
                    *reading = self.world.check(spec, &history).await;
                }
            }
        }
        self.append(vec![EventKind::ChecksFinished {
            step: id.clone(),
            readings,
            preview,
            undo,
            undo_readings,
            problem,
        }])
        .await
    }

    /// Reads once more what has aged while another check took its time: one that answers late must not
    /// make the others too old to count.
    async fn read_aged(&self, specs: &[CheckSpec], readings: &mut [CheckReading], history: &History) {
        let now = self.clock.now();
        let aged = specs
            .iter()
            .zip(readings)
            .filter(|(_, reading)| reading.is_stale(now));
        join_all(aged.map(|(spec, reading)| async move {
            *reading = self.world.check(spec, history).await;
        }))
        .await;
    }

    pub(super) async fn check_gate(&mut self, id: &PhaseId) -> Result<(), DriveError> {
        let gate = self.run.plan.phase(id).and_then(|phase| phase.gate.clone());
        let history = self.run.history();
        let specs = gate.map(|gate| gate.checks).unwrap_or_default();
        let mut readings = join_all(specs.iter().map(|spec| self.world.check(spec, &history))).await;
        self.read_aged(&specs, &mut readings, &history).await;
        self.append(vec![EventKind::GateChecked {
            phase: id.clone(),
            readings,
        }])
        .await
    }

    /// What is there and what the step would leave: equal where it was done by hand.
    pub(super) async fn wished(&self, id: &StepId) -> Option<(Image, Image)> {
        let spec = self.run.plan.step(id)?.action.as_ref()?;
        let action = self.world.action(&resolved(&self.run, id, spec));
        let found = action.read(None).await.ok()?.image;
        let Preview { from, to, .. } = action.plan(&found, None).ok()?;
        Some((from, to))
    }
}

/// Nothing is read of a secret image that could not be kept.
fn unsealed(why: &NoKey) -> ProviderError {
    ProviderError {
        kind: ProviderErrorKind::Guard,
        operation: "the run's key".to_owned(),
        message: format!("The image of this step must be sealed. {why}"),
        hint: None,
        request_id: None,
        sent: false,
    }
}
