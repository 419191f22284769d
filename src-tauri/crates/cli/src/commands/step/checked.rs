//! A step's before-checks: recorded under the lease, or looked at without it.

use jiff::Timestamp;
use switchback_api::host::Host;
use switchback_api::sealing::key_refused;
use switchback_api::view::{preview_view, reading_views};
use switchback_api::wire::{ApiError, PreviewView, ReadingView, Tone};
use switchback_engine::decide::may_apply;
use switchback_engine::run::{Checks, Run};
use switchback_model::event::CallProblem;
use switchback_model::{CheckKind, CheckReading, Reversibility, RunId, StepId, StepState, Verdict};

use super::CHECKS;
use crate::args::OfRun;
use crate::host::{Cx, run_id, step_id};
use crate::session::driven;

/// What the checks of a step say, from the driver or from a look without a lease.
pub(super) struct Checked {
    pub(super) run: RunId,
    pub(super) step: StepId,
    pub(super) state: &'static str,
    pub(super) ready: bool,
    /// Why it could not be applied although its checks pass.
    pub(super) refused: Option<String>,
    pub(super) readings: Vec<ReadingView>,
    pub(super) undo_readings: Vec<ReadingView>,
    pub(super) preview: Option<PreviewView>,
    pub(super) undo: Option<PreviewView>,
    pub(super) problem: Option<CallProblem>,
    pub(super) failing: bool,
    /// What the check of the caller's identity says where the caller is somebody else.
    stranger: Option<CheckReading>,
    pub(super) recorded: bool,
}

pub(super) async fn checked(cx: &Cx<'_>, host: &Host, of: &OfRun) -> Result<Checked, ApiError> {
    let id = run_id(&of.run)?;
    let driven = driven(cx, host, &id, false, CHECKS, async |session| {
        let step = step_id(session.run(), &of.step)?;
        session.settle().await?;
        session.check(&step).await?;
        let state = session.step(&step)?;
        let checks = state
            .checks
            .as_ref()
            .ok_or_else(|| ApiError::internal("the checks left no reading"))?;
        let ready = state.state == StepState::Ready;
        let refused = ready
            .then(|| {
                may_apply(session.run(), &step, session.now())
                    .err()
                    .map(|r| r.to_string())
            })
            .flatten();
        checked_of(session.run(), &step, checks, ready, refused, session.now(), true)
    })
    .await;
    match driven {
        // Looking is never refused because somebody else drives.
        Err(error) if error.code == "locked" => {
            cx.out
                .say("Somebody else drives this run: this look is not recorded in the journal.");
            looked(host, &id, &of.step).await
        }
        other => other,
    }
}

/// The same look without a lease: nothing is journalled.
pub(super) async fn looked(host: &Host, id: &RunId, step: &str) -> Result<Checked, ApiError> {
    let run = host.load(id).await?;
    let step = step_id(&run, step)?;
    let around = host.surroundings(&run).await?;
    let Some((spec, _)) = run.step(&step) else {
        return Err(ApiError::internal(format!("step {step} is gone")));
    };
    let history = run.history();
    let mut readings = Vec::new();
    for check in &spec.before {
        readings.push(around.world.check(check, &history).await);
    }
    let mut undo_readings = Vec::new();
    for check in &spec.undo_before {
        undo_readings.push(around.world.check(check, &history).await);
    }
    let (mut preview, mut undo, mut problem) = (None, None, None);
    if let Some(action) = &spec.action {
        if action.image_is_secret() {
            host.store().can_seal(id).map_err(key_refused)?;
        }
        let kind = action;
        let action = around
            .world
            .action(&switchback_engine::snapshots::resolved(&run, &spec.id, kind));
        let planned = async {
            let from = action.read(None).await?.image;
            let preview = action.plan(&from, None)?;
            let undo = match spec.reversibility {
                Reversibility::Undo => {
                    let back = kind.back(&preview.to, &from);
                    Some(action.plan(&preview.to, Some(&back))?)
                }
                _ => None,
            };
            Ok::<_, switchback_engine::ports::ProviderError>((preview, undo))
        };
        match planned.await {
            Ok((built, back)) => (preview, undo) = (Some(built), back),
            Err(error) => problem = Some(error.problem()),
        }
    }
    let ready = problem.is_none()
        && readings
            .iter()
            .chain(&undo_readings)
            .all(|reading| reading.verdict.lets_through());
    let now = around.clock.now();
    let checks = Checks {
        at: now,
        readings,
        preview,
        undo,
        undo_readings,
        problem,
    };
    checked_of(&run, &step, &checks, ready, None, now, false)
}

pub(super) fn checked_of(
    run: &Run,
    id: &StepId,
    checks: &Checks,
    ready: bool,
    refused: Option<String>,
    now: Timestamp,
    recorded: bool,
) -> Result<Checked, ApiError> {
    let (step, state) = run
        .step(id)
        .ok_or_else(|| ApiError::internal(format!("step {id} is gone")))?;
    let failing = checks
        .readings
        .iter()
        .chain(&checks.undo_readings)
        .any(|reading| matches!(reading.verdict, Verdict::Fail | Verdict::Waiting { .. }));
    let identity = |specs: &[switchback_model::CheckSpec], readings: &[CheckReading]| {
        specs
            .iter()
            .zip(readings)
            .find(|(spec, reading)| {
                matches!(spec.kind, CheckKind::Identity) && reading.verdict == Verdict::Fail
            })
            .map(|(_, reading)| reading.clone())
    };
    let stranger = identity(&step.before, &checks.readings)
        .or_else(|| identity(&step.undo_before, &checks.undo_readings));
    Ok(Checked {
        run: run.id.clone(),
        step: id.clone(),
        state: switchback_engine::evolve::name(state.state),
        ready,
        refused,
        readings: reading_views(&step.before, &checks.readings, now),
        undo_readings: reading_views(&step.undo_before, &checks.undo_readings, now),
        preview: checks
            .preview
            .as_ref()
            .map(|preview| preview_view(run, id, preview)),
        undo: checks.undo.as_ref().map(|undo| preview_view(run, id, undo)),
        problem: checks.problem.clone(),
        failing,
        stranger,
        recorded,
    })
}

impl Checked {
    /// The error of a step that is not ready. Who calls comes first, because without the right caller
    /// nothing else can be told; then what fails, which is a fact; then what can't be told.
    pub(super) fn error(&self) -> Option<ApiError> {
        if self.ready {
            return None;
        }
        let place = format!("step {}", self.step);
        if let Some(stranger) = &self.stranger {
            let hint = stranger.mend.clone().unwrap_or_default();
            return Some(ApiError::new("guard", stop(&stranger.observed), hint, place));
        }
        let all = || self.readings.iter().chain(&self.undo_readings);
        let code = match &self.problem {
            Some(problem) if problem.kind == "credentials" => "sign_in",
            Some(problem) if !self.failing && matches!(problem.kind.as_str(), "guard" | "refused") => "guard",
            _ if self.failing => "check_failed",
            _ => "unknown",
        };
        if let Some(problem) = self.problem.as_ref().filter(|_| code != "check_failed") {
            // The same failure as a check's says how to mend it in a place of its own.
            let told = all().find(|r| problem.message.starts_with(&r.observed) && r.mend.is_some());
            return Some(match told {
                Some(reading) => {
                    let hint = reading.mend.clone().unwrap_or_default();
                    ApiError::new(code, stop(&reading.observed), hint, place)
                }
                None => ApiError::new(code, stop(&problem.message), "", place),
            });
        }
        let in_the_way = |reading: &&ReadingView| match self.failing {
            true => matches!(reading.tone, Tone::Failing | Tone::Waiting),
            false => reading.tone > Tone::NotApplicable,
        };
        let open: Vec<&ReadingView> = all().filter(in_the_way).collect();
        if open.is_empty() {
            let words = format!(
                "The step is in state \"{}\": there is nothing to check.",
                self.state
            );
            return Some(ApiError::new(
                "guard",
                words,
                "`switchback run show` tells where the run stands.",
                place,
            ));
        }
        let mend = open
            .iter()
            .find_map(|r| r.mend.clone())
            .unwrap_or_else(|| "Mend it, then check again.".to_owned());
        let said = open
            .iter()
            .map(|r| format!("{} ({})", r.id, r.observed))
            .collect::<Vec<_>>()
            .join(", ");
        let message = match self.failing {
            true => format!("Blocked: {said}."),
            false => format!("It can't be told: {said}."),
        };
        Some(ApiError::new(code, message, mend, place))
    }
}

fn stop(text: &str) -> String {
    match text.ends_with(['.', '?', '!']) {
        true => text.to_owned(),
        false => format!("{text}."),
    }
}
